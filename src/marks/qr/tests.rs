//! A symbol drawn in grey, as it is and spoilt.

use image::{GrayImage, Luma};

use super::read_qr;
use crate::optics::{OrientedBox, Plane, Point, Quad};

/// A version 1 symbol at level M, which corrects 4 of its 26 codewords.
const SYMBOL: [&str; 21] = [
    "#######.#.#...#######",
    "#.....#.#..#..#.....#",
    "#.###.#..##.#.#.###.#",
    "#.###.#.#.##..#.###.#",
    "#.###.#.......#.###.#",
    "#.....#..#....#.....#",
    "#######.#.#.#.#######",
    "........#.#..........",
    "#.##.###.##...#..#.##",
    ".#.#....##..###.#..##",
    "##.##.#.##..#.#.##.#.",
    "...###.#..#.##.##..#.",
    "##....#..###...#.....",
    "........##...#.###.##",
    "#######.#....##...###",
    "#.....#.#..######.#..",
    "#.###.#....#..#...###",
    "#.###.#.###..#...#.#.",
    "#.###.#.#..#.#..###..",
    "#.....#..#.##.###..##",
    "#######.#####..#.###.",
];
const TEXT: &str = "271520565511555111";

/// Pixels a module, and where the symbol lies.
const MODULE: f32 = 6.0;
const AREA: OrientedBox = OrientedBox {
    centre: Point::new(110.0, 100.0),
    angle: 0.4,
    length: 126.0,
    height: 126.0,
};

/// The symbol where [`AREA`] is, dark 60 on light 200; `spoil` changes the luma of the module in a column
/// and row.
fn drawn(spoil: impl Fn(usize, usize, u8) -> u8) -> Plane {
    let picture = GrayImage::from_fn(220, 200, |x, y| {
        let (u, v) = AREA.local(Point::new(x as f32 + 0.5, y as f32 + 0.5));
        let (column, row) = ((u / MODULE + 10.5) as usize, (v / MODULE + 10.5) as usize);
        if !AREA.contains(Point::new(x as f32 + 0.5, y as f32 + 0.5)) {
            return Luma([200]);
        }
        let dark = SYMBOL[row.min(20)].as_bytes()[column.min(20)] == b'#';
        Luma([spoil(column, row, if dark { 60 } else { 200 })])
    });
    picture.into()
}

/// A region as the finder gives it: turned and shifted against the symbol, and larger.
fn region() -> OrientedBox {
    OrientedBox {
        centre: Point::new(118.0, 96.0),
        angle: -0.2,
        length: 150.0,
        height: 160.0,
    }
}

#[test]
fn a_symbol_is_read_with_its_corners_however_the_region_is_turned() {
    let plane = drawn(|_, _, luma| luma);
    for quarter in 0..4 {
        let angle = region().angle + quarter as f32 * std::f32::consts::FRAC_PI_2;
        let mark = read_qr(&plane, &OrientedBox { angle, ..region() }).unwrap();
        assert_eq!(mark.text, TEXT);
        let (Quad(got), Quad(want)) = (mark.corners, AREA.corners());
        assert!(
            got.iter()
                .zip(want)
                .all(|(got, want)| got.distance(want) < MODULE)
        );
    }
}

#[test]
fn a_stamp_across_an_eye_and_half_the_symbol_is_read_through() {
    let plane = drawn(|column, row, luma| if column + row < 14 { luma / 2 } else { luma });
    assert_eq!(read_qr(&plane, &region()).unwrap().text, TEXT);
}

#[test]
fn light_that_falls_off_across_the_symbol_does_not_matter() {
    let plane = drawn(|column, _, luma| (f32::from(luma) * (1.0 - column as f32 / 28.0)) as u8);
    assert_eq!(read_qr(&plane, &region()).unwrap().text, TEXT);
}

#[test]
fn more_wrong_modules_than_the_code_corrects_give_no_text() {
    let plane = drawn(|column, row, luma| match (column, row) {
        (9..21, 9..21) => 260u16.saturating_sub(luma.into()) as u8,
        _ => luma,
    });
    assert_eq!(read_qr(&plane, &region()), None);
}

#[test]
fn paper_without_a_symbol_and_a_region_beyond_the_picture_give_nothing() {
    let plane = Plane::from(GrayImage::from_pixel(40, 40, Luma([200])));
    assert_eq!(read_qr(&plane, &region()), None);
}
