//! A scan line decoded from the widths of its bars and spaces, strict about grammar,
//! widths and quiet zones.

use super::alphabet::{ELEMENTS, PERIOD, character_of, is_guard};
use super::profile::Edges;

/// Shortest symbol that is reported: start, three characters, stop. Shorter ones
/// turn up by chance in text and patterns.
const LEAST_CHARACTERS: usize = 5;

/// Longest symbol that is tried.
const MOST_CHARACTERS: usize = 40;

/// Paper left and right of the bars, in narrow elements. The standard asks for
/// 10; less is met in print that was squeezed into a label.
const QUIET_ZONE: f32 = 4.0;

/// An element is narrow or wide by at least this share of their difference away
/// from the middle between them.
const LEAST_MARGIN: f32 = 0.10;

/// Wide is 2 to 3 times narrow (JIS X 0506); ink spread and blur move the measured
/// ratio of bars or spaces alone.
const RATIO: std::ops::RangeInclusive<f32> = 1.45..=5.5;

/// A decoded scan line.
pub(super) struct Symbol {
    pub text: String,
    /// First and last edge, in strip columns, in reading direction.
    pub from: f32,
    pub to: f32,
}

/// The symbol on a line of edges, in whichever direction it lies.
pub(super) fn decode_either_way(line: &Edges) -> Option<Symbol> {
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
    character_of(pattern)
}
