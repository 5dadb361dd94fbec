//! What flows between layers.

use std::cell::RefCell;

/// Feature maps: `channels` planes of `rows × columns`.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Planes.
    pub channels: usize,
    /// Rows of a plane.
    pub rows: usize,
    /// Columns of a plane.
    pub columns: usize,
    /// Plane by plane, row by row.
    pub data: Vec<f32>,
}

impl Map {
    /// One plane.
    ///
    /// # Panics
    /// When `data` is not `rows × columns` long.
    pub fn plane(rows: usize, columns: usize, data: Vec<f32>) -> Self {
        assert_eq!(data.len(), rows * columns, "a plane of another size");
        Self {
            channels: 1,
            rows,
            columns,
            data,
        }
    }

    /// One number, which stands for a map of any size that holds nothing else.
    pub(super) fn scalar(value: f32) -> Self {
        Self::plane(1, 1, vec![value])
    }

    /// The value at a place.
    pub fn at(&self, channel: usize, row: usize, column: usize) -> f32 {
        self.data[(channel * self.rows + row) * self.columns + column]
    }

    /// The same shape with other values.
    pub(super) fn with(&self, values: impl Iterator<Item = f32>, room: &Room) -> Self {
        let mut data = room.take(self.data.len());
        data.extend(values);
        Self { data, ..*self }
    }
}

/// Vectors that a room keeps free: no net has as many maps alive at once.
const MOST_FREE: usize = 12;

/// Memory of maps that nobody needs any more, for the next ones. Each thread has its own.
#[derive(Debug, Default)]
pub struct Room {
    free: RefCell<Vec<Vec<f32>>>,
}

impl Room {
    /// An empty vector with room for so many values.
    pub(super) fn take(&self, length: usize) -> Vec<f32> {
        let mut free = self.free.borrow_mut();
        let large_enough = free.iter().position(|v| v.capacity() >= length);
        let mut data = match large_enough {
            Some(at) => free.swap_remove(at),
            None => Vec::new(),
        };
        data.clear();
        data.reserve(length);
        data
    }

    /// Takes memory back. Nets are also given inputs that came from elsewhere and are too small for
    /// what they make, so more comes back than is taken: of too many the smallest goes.
    pub(super) fn give_back(&self, data: Vec<f32>) {
        let mut free = self.free.borrow_mut();
        free.push(data);
        if free.len() > MOST_FREE {
            let smallest = (0..free.len()).min_by_key(|at| free[*at].capacity());
            smallest.map(|at| free.swap_remove(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_that_is_given_more_than_it_lends_does_not_grow() {
        let room = Room::default();
        for _ in 0..1_000 {
            let made = room.take(100);
            drop(made);
            room.give_back(vec![0.0; 10]);
            room.give_back(room.take(200));
        }
        let free = room.free.borrow();
        assert!(free.len() <= MOST_FREE);
        let large = free.iter().any(|data| data.capacity() >= 200);
        assert!(large, "the large ones stay");
    }
}
