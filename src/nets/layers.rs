//! The layers beside convolutions: each a pure function of its maps.

use pulp::{Arch, Simd, WithSimd};

use super::map::{Map, Room};

/// `f` of every value.
pub(super) fn each(map: &Map, room: &Room, f: impl Fn(f32) -> f32) -> Map {
    map.with(map.data.iter().map(|v| f(*v)), room)
}

/// `f` of the values at the same place; a map of one value has it everywhere.
///
/// # Panics
/// When two maps of different sizes meet.
pub(super) fn both(a: &Map, b: &Map, room: &Room, f: impl Fn(f32, f32) -> f32) -> Map {
    match (a.data.as_slice(), b.data.as_slice()) {
        (_, [b]) => each(a, room, |a| f(a, *b)),
        ([a], _) => each(b, room, |b| f(*a, b)),
        _ => {
            assert_eq!(a.data.len(), b.data.len(), "maps that are combined");
            let pairs = a.data.iter().zip(&b.data);
            a.with(pairs.map(|(a, b)| f(*a, *b)), room)
        }
    }
}

/// The mean of a single plane.
pub(super) fn mean(map: &Map) -> Map {
    let sum: f64 = map.data.iter().map(|v| f64::from(*v)).sum();
    Map::scalar((sum / map.data.len() as f64) as f32)
}

/// Means over windows of `rows × columns` (odd) about every place; beyond the border
/// there is nothing to count.
pub(super) fn box_mean(map: &Map, rows: usize, columns: usize) -> Map {
    let mut out = map.clone();
    let size = map.rows * map.columns;
    let across = shares(map.columns, columns / 2);
    for (plane, to) in map.data.chunks(size).zip(out.data.chunks_mut(size)) {
        means_down(plane, map.columns, rows / 2, to);
        for row in to.chunks_mut(map.columns) {
            means_along(row, columns / 2, &across);
        }
    }
    out
}

/// One by the number of neighbours, at most `half` to either side, of each place on a
/// line of `length`.
fn shares(length: usize, half: usize) -> Vec<f64> {
    (0..length)
        .map(|i| 1.0 / ((i + half + 1).min(length) - i.saturating_sub(half)) as f64)
        .collect()
}

/// The means of each value and up to `half` above and below it, for a plane of rows of so
/// many columns: whole rows are added and taken away.
fn means_down(plane: &[f32], columns: usize, half: usize, to: &mut [f32]) {
    let mut sums = vec![0.0_f64; columns];
    let rows: Vec<&[f32]> = plane.chunks(columns).collect();
    let add = |row: &[f32], sign: f64, sums: &mut Vec<f64>| {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += sign * f64::from(*value);
        }
    };
    for row in rows.iter().take(half) {
        add(row, 1.0, &mut sums);
    }
    let shares = shares(rows.len(), half);
    for (y, to) in to.chunks_mut(columns).enumerate() {
        if let Some(row) = rows.get(y + half) {
            add(row, 1.0, &mut sums);
        }
        if y > half {
            add(rows[y - half - 1], -1.0, &mut sums);
        }
        for (to, sum) in to.iter_mut().zip(&sums) {
            *to = (sum * shares[y]) as f32;
        }
    }
}

/// Replaces each value of a line by the mean of it and up to `half` to either side.
fn means_along(line: &mut [f32], half: usize, shares: &[f64]) {
    let values: Vec<f64> = line.iter().map(|v| f64::from(*v)).collect();
    let mut sum: f64 = values.iter().take(half).sum();
    for (i, (mean, share)) in line.iter_mut().zip(shares).enumerate() {
        sum += values.get(i + half).unwrap_or(&0.0);
        if i > half {
            sum -= values[i - half - 1];
        }
        *mean = (sum * share) as f32;
    }
}

/// The larger of every two rows.
pub(super) fn larger_of_two_rows(map: &Map) -> Map {
    let pairs = map.data.chunks_exact(2 * map.columns);
    let data = pairs.flat_map(|pair| {
        let (upper, lower) = pair.split_at(map.columns);
        upper.iter().zip(lower).map(|(a, b)| a.max(*b))
    });
    Map {
        rows: map.rows / 2,
        data: data.collect(),
        ..*map
    }
}

/// Every value four times: twice as high and as wide.
pub(super) fn doubled(map: &Map, room: &Room) -> Map {
    let mut data = room.take(4 * map.data.len());
    for row in map.data.chunks(map.columns) {
        for _ in 0..2 {
            data.extend(row.iter().flat_map(|v| [*v, *v]));
        }
    }
    Map {
        channels: map.channels,
        rows: 2 * map.rows,
        columns: 2 * map.columns,
        data,
    }
}

/// Four maps become one of twice the height and width: channel `4 c + 2 dy + dx` holds
/// what stands in channel `c` at odd or even rows (`dy`) and columns (`dx`).
pub(super) fn interleaved(map: &Map) -> Map {
    let (rows, columns) = (2 * map.rows, 2 * map.columns);
    let mut data = vec![0.0; map.data.len()];
    for (i, row) in map.data.chunks(map.columns).enumerate() {
        let (channel, y) = (i / map.rows, i % map.rows);
        let (dy, dx) = (channel / 2 % 2, channel % 2);
        let at = (channel / 4 * rows + 2 * y + dy) * columns + dx;
        for (x, value) in row.iter().enumerate() {
            data[at + 2 * x] = *value;
        }
    }
    Map {
        channels: map.channels / 4,
        rows,
        columns,
        data,
    }
}

/// Logarithms of the shares that the channels have at every place, as e to their power.
pub(super) fn log_softmax(map: &Map) -> Map {
    let size = map.rows * map.columns;
    let mut out = map.clone();
    for at in 0..size {
        let values = || (0..map.channels).map(|c| map.data[c * size + at]);
        let largest = values().fold(f32::MIN, f32::max);
        let sum: f32 = values().map(|v| (v - largest).exp()).sum();
        for channel in 0..map.channels {
            out.data[channel * size + at] -= largest + sum.ln();
        }
    }
    out
}

/// The logistic function of every value, to within 1e-6; with the instructions of `arch`.
pub(super) fn sigmoid(arch: Arch, map: &Map, room: &Room) -> Map {
    let mut out = map.with(map.data.iter().copied(), room);
    arch.dispatch(Sigmoid(&mut out.data));
    out
}

struct Sigmoid<'a>(&'a mut [f32]);

impl WithSimd for Sigmoid<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for value in self.0 {
            *value = 1.0 / (1.0 + exp(-*value));
        }
    }
}

/// e to the power of `v` (of −87…87), with a relative error below 1e-6: two to the power of
/// a whole number is an exponent, and of a fraction it is a polynomial (its Taylor series
/// about 0). Unlike the standard library's it is done for many values at once.
#[inline(always)]
fn exp(v: f32) -> f32 {
    /// ln 2 to the powers 1 to 6, each by its factorial.
    const TERMS: [f32; 6] = [
        std::f32::consts::LN_2,
        0.240_226_5,
        0.055_504_11,
        0.009_618_129,
        0.001_333_355_8,
        0.000_154_035_3,
    ];
    /// Adding and taking away 1.5 · 2²³ rounds to a whole number, which is what the lowest
    /// bits of the sum hold.
    const ROUNDING: f32 = 12_582_912.0;
    let power = v.clamp(-87.0, 87.0) * std::f32::consts::LOG2_E;
    let whole = (power + ROUNDING) - ROUNDING;
    let fraction = power - whole;
    let series = TERMS
        .iter()
        .rev()
        .fold(0.0, |sum, term| (sum + term) * fraction)
        + 1.0;
    f32::from_bits(((whole as i32 + 127) << 23) as u32) * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_of_windows_count_only_what_is_there() {
        let map = Map::plane(1, 5, vec![1.0, 2.0, 3.0, 4.0, 5.0]);
        let means = box_mean(&map, 25, 3);
        assert_eq!(means.data, [1.5, 2.0, 3.0, 4.0, 4.5]);
        let tall = Map::plane(3, 1, vec![3.0, 6.0, 0.0]);
        assert_eq!(box_mean(&tall, 25, 41).data, [3.0, 3.0, 3.0]);
    }

    #[test]
    fn doubling_and_interleaving_put_values_where_they_belong() {
        let map = Map {
            channels: 4,
            rows: 1,
            columns: 1,
            data: vec![1.0, 2.0, 3.0, 4.0],
        };
        assert_eq!(interleaved(&map).data, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(
            doubled(&Map::plane(1, 2, vec![1.0, 2.0]), &Room::default()).data,
            [1.0, 1.0, 2.0, 2.0, 1.0, 1.0, 2.0, 2.0]
        );
    }

    #[test]
    fn powers_of_e_are_those_of_the_standard_library() {
        for step in -800..=800 {
            let v = step as f32 / 10.0;
            assert!((exp(v) / v.exp() - 1.0).abs() < 1e-5, "{v}");
        }
        let map = Map::plane(1, 4, vec![-1e9, -3.0, 0.0, 1e9]);
        let shares = sigmoid(Arch::new(), &map, &Room::default()).data;
        assert!(shares[0] < 1e-30 && (shares[1] - 0.047_425_87).abs() < 1e-6);
        assert_eq!(shares[2..], [0.5, 1.0]);
    }

    #[test]
    fn shares_add_up_to_one() {
        let map = Map {
            channels: 3,
            rows: 1,
            columns: 2,
            data: vec![1.0, 80.0, 2.0, -5.0, 3.0, 80.0],
        };
        let shares = log_softmax(&map);
        for x in 0..2 {
            let sum: f32 = (0..3).map(|c| shares.at(c, 0, x).exp()).sum();
            assert!((sum - 1.0).abs() < 1e-5);
        }
    }
}
