//! The printed target: a checkerboard whose squares carry one bit each.
//!
//! `calibration/make_target.py` draws it with the same sizes and bits. Board millimetres: x to
//! the right and y down on the page, from the board's top left corner.

use crate::optics::TablePoint;

/// Squares of the board, across and down.
pub const CELLS: i32 = 37;

/// Side of a square in millimetres: a picture of 1920 × 1080 at 12–25 px/mm shows 15 × 8 to
/// 32 × 18 of them.
pub const CELL_MM: f64 = 5.0;

/// Length of the printed ruler in millimetres.
pub const RULER_MM: f64 = 150.0;

/// Every fourth square across and down, from the third one on, shows grey steps and no bit.
const GREY_EVERY: i32 = 4;
const GREY_AT: i32 = 2;

/// Blackness of the grey steps, clockwise from the square's top left.
pub const GREYS: [f32; 4] = [0.2, 0.4, 0.6, 0.8];

/// Distance of the middles of the grey steps from the square's middle, across and down, as a
/// share of a square: they have sides of 1.2 mm and meet there.
pub const GREY_OFFSET: f64 = 0.6 / CELL_MM;

/// A square of the board, counted from the top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Square {
    /// To the right.
    pub column: i32,
    /// Down.
    pub row: i32,
}

impl Square {
    /// Whether it is on the board.
    pub fn is_on_board(self) -> bool {
        (0..CELLS).contains(&self.column) && (0..CELLS).contains(&self.row)
    }

    /// Whether it is a black one.
    pub fn is_black(self) -> bool {
        (self.column + self.row) % 2 == 0
    }

    /// Whether it shows grey steps instead of a bit.
    pub fn is_grey(self) -> bool {
        self.column % GREY_EVERY == GREY_AT && self.row % GREY_EVERY == GREY_AT
    }

    /// Its bit: whether it has a disc of the other colour in its middle. A mixed counter
    /// (MurmurHash3's finaliser, by A. Appleby, public domain), so that no two places look
    /// alike.
    pub fn bit(self) -> bool {
        let counter = (self.row * CELLS + self.column + 1).cast_unsigned();
        let mut h = counter.wrapping_mul(0x9E37_79B9);
        h ^= h >> 16;
        h = h.wrapping_mul(0x85EB_CA6B);
        h ^= h >> 13;
        h = h.wrapping_mul(0xC2B2_AE35);
        h ^= h >> 16;
        h & 1 == 1
    }
}

/// A corner between four squares: the top left one of square (column, row).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Corner {
    /// To the right.
    pub column: i32,
    /// Down.
    pub row: i32,
}

impl Corner {
    /// Where it is on the board, in millimetres.
    pub fn on_board(self) -> TablePoint {
        TablePoint::new(
            f64::from(self.column) * CELL_MM,
            f64::from(self.row) * CELL_MM,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_that_the_target_was_printed_with() {
        // The first ones of the board's first and last row, as make_target.py has them.
        let row = |row| -> String {
            (0..8)
                .map(|column| match (Square { column, row }).bit() {
                    true => '1',
                    false => '0',
                })
                .collect()
        };
        assert_eq!(
            (row(0).as_str(), row(36).as_str()),
            ("01011111", "01111000")
        );
    }

    #[test]
    fn grey_squares_are_black_and_half_of_the_others_have_a_disc() {
        let all =
            || (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| Square { column, row }));
        assert!(
            all()
                .filter(|square| square.is_grey())
                .all(Square::is_black)
        );
        let discs = all().filter(|square| square.bit()).count();
        assert!((600..770).contains(&discs), "{discs}");
    }
}
