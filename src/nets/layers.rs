//! The layers beside convolutions: each a pure function of its maps.

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
    for (plane, to) in
        (map.data.chunks(map.rows * map.columns)).zip(out.data.chunks_mut(map.rows * map.columns))
    {
        let mut down = vec![0.0; plane.len()];
        for x in 0..map.columns {
            running_mean(
                map.rows,
                rows / 2,
                |y| plane[y * map.columns + x],
                |y, v| {
                    down[y * map.columns + x] = v;
                },
            );
        }
        for (from, to) in down.chunks(map.columns).zip(to.chunks_mut(map.columns)) {
            running_mean(map.columns, columns / 2, |x| from[x], |x, v| to[x] = v);
        }
    }
    out
}

/// Means of `2 half + 1` neighbours on a line of `length`, fewer at its ends.
fn running_mean(
    length: usize,
    half: usize,
    at: impl Fn(usize) -> f32,
    mut put: impl FnMut(usize, f32),
) {
    let mut sum: f64 = (0..half.min(length)).map(|i| f64::from(at(i))).sum();
    for i in 0..length {
        if i + half < length {
            sum += f64::from(at(i + half));
        }
        if i > half {
            sum -= f64::from(at(i - half - 1));
        }
        let count = (i + half + 1).min(length) - i.saturating_sub(half);
        put(i, (sum / count as f64) as f32);
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

/// The logistic function.
pub(super) fn sigmoid(v: f32) -> f32 {
    1.0 / (1.0 + (-v).exp())
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
