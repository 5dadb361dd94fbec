//! NW-7 (Codabar, JIS X 0506): many scan lines over a region of bars, strict
//! about grammar, widths and quiet zones; the lines vote.
//!
//! A character is four bars and three spaces, narrow or wide; a narrow space
//! parts characters. There is no check character, so strictness and agreement
//! between scan lines are all that guards against a misread.

use std::collections::HashMap;


use super::profile::{Edges, best_shear, edges, mean_profile};
use super::{Mark, MarkKind};
use crate::optics::{OrientedBox, Plane, Strip, rectify};

/// Characters and their patterns: bar, space, bar, space, bar, space, bar from
/// the highest bit; 1 is wide (JIS X 0506, table 1).
const PATTERNS: [(char, u8); 20] = [
    ('0', 0b0000011),
    ('1', 0b0000110),
    ('2', 0b0001001),
    ('3', 0b1100000),
    ('4', 0b0010010),
    ('5', 0b1000010),
    ('6', 0b0100001),
    ('7', 0b0100100),
    ('8', 0b0110000),
    ('9', 0b1001000),
    ('-', 0b0001100),
    ('$', 0b0011000),
    (':', 0b1000101),
    ('/', 0b1010001),
    ('.', 0b1010100),
    ('+', 0b0010101),
    ('A', 0b0011010),
    ('B', 0b0101001),
    ('C', 0b0001011),
    ('D', 0b0001110),
];

/// Elements of a character, and with the gap that follows it.
const ELEMENTS: usize = 7;
const PERIOD: usize = ELEMENTS + 1;

/// Shortest symbol that is reported: start, three characters, stop. Shorter ones
/// turn up by chance in text and patterns.
const LEAST_CHARACTERS: usize = 5;

/// Longest symbol that is tried.
const MOST_CHARACTERS: usize = 40;

/// Scan lines over the height of the bars.
const BANDS: usize = 12;

/// Scan lines that must read the same text. Besides the twelve bands there are three
/// wide ones, which overlap them: two votes are two readings, not always of
/// different bars.
const LEAST_VOTES: usize = 2;

/// Paper left and right of the bars, in narrow elements. The standard asks for
/// 10; less is met in print that was squeezed into a label.
const QUIET_ZONE: f32 = 4.0;

/// Strip columns per frame pixel: edges are found between pixels.
const OVERSAMPLING: f32 = 2.0;

/// Widest strip, in columns.
const MAX_COLUMNS: usize = 4_096;

/// An element is narrow or wide by at least this share of their difference away
/// from the middle between them.
const LEAST_MARGIN: f32 = 0.10;

/// Wide is 2 to 3 times narrow (JIS X 0506); ink spread and blur move the measured
/// ratio of bars or spaces alone.
const RATIO: std::ops::RangeInclusive<f32> = 1.45..=5.5;

/// Reads the NW-7 in a region of bars, whichever way it lies.
///
/// `None` when fewer than two scan lines read it, or scan lines read different
/// texts.
pub fn read_nw7(luma: &Plane, area: &OrientedBox) -> Option<Mark> {
    let strip = strip_of(luma, area);
    let shear = best_shear(&strip);
    let mut votes: HashMap<String, (usize, Symbol)> = HashMap::new();
    for (from, to) in scan_bands(strip.height) {
        let line = edges(&mean_profile(&strip, from, to, shear));
        if let Some(symbol) = decode_either_way(&line) {
            let entry = votes.entry(symbol.text.clone()).or_insert((0, symbol));
            entry.0 += 1;
        }
    }
    let mut read = votes.into_values();
    match (read.next(), read.next()) {
        (Some((count, symbol)), None) if count >= LEAST_VOTES => Some(mark(symbol, &strip)),
        _ => None,
    }
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
    let rows = (shown.height as usize).clamp(BANDS, 96);
    rectify(luma, &shown, columns, rows)
}

/// Row ranges: twelve bands, and the whole height, where noise averages out.
fn scan_bands(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    let band = move |i: usize| {
        (
            i * rows / BANDS,
            ((i + 1) * rows / BANDS).max(i * rows / BANDS + 1),
        )
    };
    (0..BANDS)
        .map(band)
        .chain([(0, rows), (rows / 6, rows / 2), (rows / 2, rows - rows / 6)])
}

/// A decoded scan line.
struct Symbol {
    text: String,
    /// First and last edge, in strip columns, in reading direction.
    from: f32,
    to: f32,
}

fn mark(symbol: Symbol, strip: &Strip) -> Mark {
    let column = strip.shows.length / strip.width as f32;
    let u = |x: f32| (x - strip.width as f32 / 2.0) * column;
    let area = if symbol.from <= symbol.to {
        strip.shows.section(u(symbol.from), u(symbol.to))
    } else {
        strip.shows.section(u(symbol.to), u(symbol.from)).turned()
    };
    Mark {
        kind: MarkKind::Nw7,
        text: symbol.text,
        corners: area.corners(),
    }
}

fn decode_either_way(line: &Edges) -> Option<Symbol> {
    decode(line).or_else(|| {
        let end = line.last()? + 1.0;
        let mirrored: Edges = line.iter().rev().map(|x| end - x).collect();
        let symbol = decode(&mirrored)?;
        Some(Symbol {
            from: end - symbol.from,
            to: end - symbol.to,
            ..symbol
        })
    })
}

/// Decodes a line of alternating bar edges. Stray dark marks left of the start
/// character (a frame line, a fold) are skipped over.
fn decode(line: &Edges) -> Option<Symbol> {
    let widths: Vec<f32> = line.windows(2).map(|w| w[1] - w[0]).collect();
    // Starts lie at even indices: bars.
    (0..widths.len().min(2 * PERIOD))
        .step_by(2)
        .find_map(|start| decode_from(line, &widths, start))
}

fn decode_from(line: &Edges, widths: &[f32], start: usize) -> Option<Symbol> {
    let first = Scale::of(widths.get(start..start + ELEMENTS)?)?;
    if !is_guard(classify(&widths[start..start + ELEMENTS], &first)?) {
        return None;
    }
    if start > 0 && widths[start - 1] < QUIET_ZONE * first.narrow() {
        return None;
    }
    let mut text = String::new();
    let mut at = start;
    let mut scale = first;
    while text.len() < MOST_CHARACTERS {
        let elements = widths.get(at..at + ELEMENTS)?;
        scale = scale.follow(elements)?;
        let character = classify(elements, &scale)?;
        text.push(character);
        let gap = widths.get(at + ELEMENTS);
        if is_guard(character) && text.len() > 1 {
            let quiet = gap.is_none_or(|gap| *gap >= QUIET_ZONE * scale.narrow());
            return (quiet && text.len() >= LEAST_CHARACTERS).then(|| Symbol {
                text,
                from: line[start],
                to: line[at + ELEMENTS],
            });
        }
        if *gap? > scale.longest_gap() {
            return None;
        }
        at += PERIOD;
    }
    None
}

fn is_guard(character: char) -> bool {
    matches!(character, 'A'..='D')
}

/// Narrow and wide widths, of bars and of spaces apart: ink spread makes bars
/// grow by what spaces lose.
#[derive(Clone, Copy)]
struct Scale {
    bar: (f32, f32),
    space: (f32, f32),
}

impl Scale {
    /// From one character that holds both widths of bars and of spaces, as every
    /// start and stop letter does.
    fn of(elements: &[f32]) -> Option<Self> {
        let scale = Self {
            bar: two_means(elements.iter().step_by(2))?,
            space: two_means(elements.iter().skip(1).step_by(2))?,
        };
        scale.plausible().then_some(scale)
    }

    /// The scale for the next character: moved a third of the way to what is
    /// measured in it, so that perspective and curl are followed.
    fn follow(self, elements: &[f32]) -> Option<Self> {
        let blend = |(narrow, wide): (f32, f32), widths: &mut dyn Iterator<Item = &f32>| {
            let middle = (narrow + wide) / 2.0;
            let (mut n, mut w) = ((0.0, 0.0), (0.0, 0.0));
            for width in widths {
                if *width < middle {
                    n = (n.0 + width, n.1 + 1.0);
                } else {
                    w = (w.0 + width, w.1 + 1.0);
                }
            }
            let toward = |old: f32, (sum, count): (f32, f32)| match count {
                0.0 => old,
                _ => old + (sum / count - old) / 3.0,
            };
            (toward(narrow, n), toward(wide, w))
        };
        let next = Self {
            bar: blend(self.bar, &mut elements.iter().step_by(2)),
            space: blend(self.space, &mut elements.iter().skip(1).step_by(2)),
        };
        next.plausible().then_some(next)
    }

    fn plausible(&self) -> bool {
        [self.bar, self.space]
            .iter()
            .all(|(narrow, wide)| RATIO.contains(&(wide / narrow.max(0.01))))
    }

    fn narrow(&self) -> f32 {
        (self.bar.0 + self.space.0) / 2.0
    }

    /// The gap between characters is narrow by nature, but print varies it.
    fn longest_gap(&self) -> f32 {
        self.space.1.max(2.2 * self.narrow())
    }
}

/// Means of the smaller and the larger of a few widths, split at the widest gap.
fn two_means<'a>(widths: impl Iterator<Item = &'a f32>) -> Option<(f32, f32)> {
    let mut sorted: Vec<f32> = widths.copied().collect();
    sorted.sort_by(f32::total_cmp);
    let split = (1..sorted.len())
        .max_by(|a, b| (sorted[*a] / sorted[a - 1]).total_cmp(&(sorted[*b] / sorted[b - 1])))?;
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
    Some((mean(&sorted[..split]), mean(&sorted[split..])))
}

/// The character of seven widths, if each is clearly narrow or wide and the
/// pattern exists.
fn classify(elements: &[f32], scale: &Scale) -> Option<char> {
    let mut pattern = 0u8;
    for (i, width) in elements.iter().enumerate() {
        let (narrow, wide) = if i % 2 == 0 { scale.bar } else { scale.space };
        let position = (width - narrow) / (wide - narrow);
        if (position - 0.5).abs() < LEAST_MARGIN || !(-0.8..=1.8).contains(&position) {
            return None;
        }
        pattern = pattern << 1 | u8::from(position > 0.5);
    }
    PATTERNS
        .iter()
        .find(|(_, p)| *p == pattern)
        .map(|(character, _)| *character)
}

#[cfg(test)]
mod tests {
    use super::*;
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
            picture,
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
