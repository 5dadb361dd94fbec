//! The modules of a symbol whose colour is known beforehand (JIS X 0510, 6.3).

/// Of each module, row by row, whether it is dark, where every symbol of this size has it alike: eyes with
/// their separators, timing patterns and the alignment pattern of versions 2 to 6.
pub(super) fn known_modules(size: usize) -> Vec<Option<bool>> {
    (0..size * size)
        .map(|i| colour(size, i % size, i / size))
        .collect()
}

fn colour(size: usize, column: usize, row: usize) -> Option<bool> {
    let far = size - 4;
    let eye = [(3, 3), (far, 3), (3, far)]
        .map(|(x, y)| column.abs_diff(x).max(row.abs_diff(y)))
        .into_iter()
        .find(|distance| *distance <= 4);
    let alignment = column.abs_diff(size - 7).max(row.abs_diff(size - 7));
    match eye {
        Some(distance) => Some(distance != 2 && distance != 4),
        None if column == 6 || row == 6 => Some((column + row).is_multiple_of(2)),
        None if size > 21 && alignment <= 2 => Some(alignment != 1),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_eyes_with_separators_two_timing_patterns_and_one_alignment_pattern_are_known() {
        let count = |size| known_modules(size).iter().flatten().count();
        assert_eq!(count(21), 3 * 64 + 2 * 5);
        assert_eq!(count(25), 3 * 64 + 2 * 9 + 25);
    }
}
