//! NW-7 (Codabar, JIS X 0506): many scan lines over a region of bars vote.
//!
//! A character is four bars and three spaces, narrow or wide; a narrow space parts
//! characters. There is no check character, so strictness and agreement between scan
//! lines are all that guards against a misread.
//!
//! Two ways to read. The fast one finds edges in each band of rows and decodes their
//! distances ([`widths`]). Where blur, noise or faults of print leave no edges to
//! measure, the slow one compares what each character would look like with what is seen
//! ([`model`]).

mod alphabet;
mod fit;
mod model;
mod profile;
mod response;
mod search;
mod template;
mod widths;

use super::{Mark, MarkKind};
use crate::optics::{OrientedBox, Plane, Strip, rectify};
use model::decode_by_model;
use profile::{BANDS, band_profiles, edges};
use widths::{Symbol, decode_either_way};

/// Bands that must read the same text from their edges, and no band another one.
const LEAST_VOTES: usize = 2;

/// Strip columns per frame pixel: edges are found between pixels.
const OVERSAMPLING: f32 = 2.0;

/// Widest strip, in columns.
const MAX_COLUMNS: usize = 4_096;

/// Most rows of a strip: eight a band.
const MAX_ROWS: usize = 96;

/// Reads the NW-7 in a region of bars, whichever way it lies.
///
/// `None` when too few scan lines read it, or scan lines read different texts.
pub fn read_nw7(luma: &Plane, area: &OrientedBox) -> Option<Mark> {
    let strip = strip_of(luma, area);
    let bands = band_profiles(&strip);
    let symbol = read_bands(&bands)?;
    Some(mark(&symbol, &strip))
}

/// What the bands' edges say alike; where too few or none speak, what the whole looks
/// like.
fn read_bands(bands: &[Vec<f32>]) -> Option<Symbol> {
    let mut votes = bands
        .iter()
        .filter_map(|band| decode_either_way(&edges(band)));
    let Some(first) = votes.next() else {
        return decode_by_model(bands);
    };
    let mut count = 1;
    for other in votes {
        if other.text != first.text {
            return None;
        }
        count += 1;
    }
    if count >= LEAST_VOTES {
        return Some(first);
    }
    decode_by_model(bands).filter(|symbol| symbol.text == first.text)
}

/// The region with room for quiet zones at its sides, and without the outer rows,
/// where bars end.
fn strip_of(luma: &Plane, area: &OrientedBox) -> Strip {
    let shown = OrientedBox {
        length: area.length * 1.16,
        height: area.height * 0.84,
        ..*area
    };
    let columns = ((shown.length * OVERSAMPLING) as usize).clamp(64, MAX_COLUMNS);
    let rows = (shown.height as usize).clamp(BANDS, MAX_ROWS);
    rectify(luma, &shown, columns, rows)
}

fn mark(symbol: &Symbol, strip: &Strip) -> Mark {
    let column = strip.shows.length / strip.width as f32;
    let u = |x: f32| (x - strip.width as f32 / 2.0) * column;
    let area = if symbol.from <= symbol.to {
        strip.shows.section(u(symbol.from), u(symbol.to))
    } else {
        strip.shows.section(u(symbol.to), u(symbol.from)).turned()
    };
    Mark {
        kind: MarkKind::Nw7,
        text: symbol.text.clone(),
        corners: area.corners(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::nw7::alphabet::PATTERNS;
    use image::{GrayImage, Luma};
    use proptest::prelude::*;

    /// Draws a symbol at 3 px a module on paper, `ink` px of ink spread.
    fn draw(text: &str, ratio: f32, ink: f32, quiet: f32) -> GrayImage {
        let module = 4.0;
        let mut edges = vec![];
        let mut x = quiet * module;
        for character in text.chars() {
            let pattern = PATTERNS
                .iter()
                .find(|(c, _)| *c == character)
                .expect("a character")
                .1;
            for element in 0..7 {
                let wide = pattern >> (6 - element) & 1 == 1;
                let width = if wide { ratio } else { 1.0 } * module;
                if element % 2 == 0 {
                    edges.push((x - ink / 2.0, x + width + ink / 2.0));
                }
                x += width;
            }
            x += module;
        }
        let width = (x + (quiet - 1.0) * module) as u32;
        GrayImage::from_fn(width, 60, |px, py| {
            let covered: f32 = edges
                .iter()
                .map(|(a, b)| (b.min(px as f32 + 1.0) - a.max(px as f32)).max(0.0))
                .sum();
            let dark = if (4..56).contains(&py) {
                covered.min(1.0)
            } else {
                0.0
            };
            Luma([(230.0 - 190.0 * dark) as u8])
        })
    }

    fn read(picture: &GrayImage) -> Option<Mark> {
        let (w, h) = (picture.width() as f32, picture.height() as f32);
        read_nw7(
            &picture.clone().into(),
            &OrientedBox {
                centre: crate::optics::Point::new(w / 2.0, h / 2.0),
                angle: 0.0,
                length: w / 1.16,
                height: h * 0.9,
            },
        )
    }

    #[test]
    fn a_printed_number_is_read_with_its_letters_and_corners() {
        let mark = read(&draw("A0123456789B", 2.5, 0.0, 10.0)).expect("read");
        assert_eq!(mark.text, "A0123456789B");
        assert!(mark.corners.0[0].x < mark.corners.0[1].x);
    }

    #[test]
    fn it_is_read_upside_down_too() {
        let turned = image::imageops::rotate180(&draw("C9876543210D", 3.0, 0.5, 10.0));
        let mark = read(&turned).expect("read");
        assert_eq!(mark.text, "C9876543210D");
        assert!(mark.corners.0[0].x > mark.corners.0[1].x);
    }

    #[test]
    fn without_quiet_zones_or_without_a_stop_nothing_is_read() {
        let whole = draw("A0123456789B", 2.5, 0.0, 10.0);
        let cut = image::imageops::crop_imm(&whole, 0, 0, whole.width() * 3 / 4, 60).to_image();
        assert!(read(&cut).is_none());
    }

    proptest! {
        #[test]
        fn any_number_at_any_ratio_and_ink_spread_is_read_right_or_not_at_all(
            digits in "[0-9]{10,18}",
            start in 0usize..4,
            stop in 0usize..4,
            ratio in 2.0f32..3.0,
            ink in -0.8f32..1.2,
        ) {
            let text = format!("{}{digits}{}", ['A', 'B', 'C', 'D'][start], ['A', 'B', 'C', 'D'][stop]);
            let mark = read(&draw(&text, ratio, ink, 10.0));
            prop_assert_eq!(mark.map(|m| m.text), Some(text));
        }

        #[test]
        fn noise_is_never_read(seed in any::<u64>()) {
            let mut state = seed | 1;
            let picture = GrayImage::from_fn(400, 60, |x, _| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                Luma([if (x / 3 + (state % 2) as u32).is_multiple_of(2) { 40 } else { 220 }])
            });
            prop_assert!(read(&picture).is_none());
        }
    }
}
