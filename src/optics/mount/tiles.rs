//! A figure for each tile of the picture.

/// Tiles across: 160 × 154 pixels each at 1920 × 1080, 6–13 mm of table.
pub(super) const COLUMNS: usize = 12;
/// Tiles down.
pub(super) const ROWS: usize = 7;

/// One value, usually 0–1, for each of 12 × 7 equal tiles of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct TileMap([[f32; COLUMNS]; ROWS]);

impl TileMap {
    /// Tiles across.
    pub const COLUMNS: usize = COLUMNS;
    /// Tiles down.
    pub const ROWS: usize = ROWS;

    /// From rows of values, top to bottom, left to right.
    pub fn new(rows: [[f32; COLUMNS]; ROWS]) -> Self {
        Self(rows)
    }

    /// Rows of values.
    pub fn rows(&self) -> &[[f32; COLUMNS]; ROWS] {
        &self.0
    }

    /// The value of a tile.
    pub fn at(&self, column: usize, row: usize) -> f32 {
        self.0[row][column]
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = f32> + '_ {
        self.0.iter().flatten().copied()
    }

    /// The same with each value changed.
    pub fn map(&self, change: impl Fn(f32) -> f32) -> Self {
        Self(self.0.map(|row| row.map(&change)))
    }

    /// The highest value.
    pub fn highest(&self) -> f32 {
        self.values().fold(0.0, f32::max)
    }

    /// The tile at a place, given as shares of the picture's width and height.
    pub fn tile_at(x: f32, y: f32) -> (usize, usize) {
        let index =
            |share: f32, tiles: usize| ((share * tiles as f32).max(0.0) as usize).min(tiles - 1);
        (index(x, COLUMNS), index(y, ROWS))
    }

    /// The value at a place (shares of width and height), between the middles of the four tiles
    /// about it.
    pub fn between(&self, x: f32, y: f32) -> f32 {
        let along = |share: f32, tiles: usize| {
            let at = (share * tiles as f32 - 0.5).clamp(0.0, (tiles - 1) as f32);
            (at as usize, (at as usize + 1).min(tiles - 1), at.fract())
        };
        let (left, right, u) = along(x, COLUMNS);
        let (above, below, v) = along(y, ROWS);
        let row = |row: usize| self.at(left, row) * (1.0 - u) + self.at(right, row) * u;
        row(above) * (1.0 - v) + row(below) * v
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lie_in_the_middle_of_their_tiles_and_go_over_into_each_other() {
        let mut rows = [[0.0; COLUMNS]; ROWS];
        rows[0][0] = 1.0;
        let map = TileMap::new(rows);
        let (half_x, half_y) = (0.5 / COLUMNS as f32, 0.5 / ROWS as f32);
        assert_eq!(map.between(half_x, half_y), 1.0);
        assert_eq!(map.between(0.0, 0.0), 1.0);
        assert!((map.between(2.0 * half_x, half_y) - 0.5).abs() < 1e-6);
        assert_eq!(map.between(1.0, 1.0), 0.0);
        assert_eq!(TileMap::tile_at(0.999, 1.5), (COLUMNS - 1, ROWS - 1));
    }
}
