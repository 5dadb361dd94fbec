//! What each character would look like, printed and photographed in a given way.

use super::alphabet::{ELEMENTS, PATTERNS, is_guard};
use super::response::EdgeResponse;

/// Samples over a character and half a gap on each side, so three to four a narrow
/// element.
pub(super) const SAMPLES: usize = 48;

/// Edges of a character and of a bar of each neighbour.
const MOST_EDGES: usize = 12;

/// How far beyond the gap the neighbour's bar reaches, in narrow elements: between a
/// narrow one and a wide one, as which of them it is is not known.
const NEIGHBOUR: f32 = 1.3;

/// How the symbol is printed and photographed. Lengths are in narrow elements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Wide to narrow.
    pub ratio: f32,
    /// What bars grow by, and spaces lose.
    pub ink: f32,
    /// Length of the movement, or about the diameter of a lens's disc.
    pub length: f32,
    /// Deviation of the softness around it.
    pub sigma: f32,
}

impl Look {
    /// Width of a start or stop letter: three wide elements.
    pub fn guard(&self) -> f32 {
        4.0 + 3.0 * self.ratio
    }

    /// Width of a digit: two wide elements.
    pub fn digit(&self) -> f32 {
        5.0 + 2.0 * self.ratio
    }
}

/// A character's ink over its cell, mean 0 and energy 1.
pub(super) struct Template {
    pub character: char,
    pub values: [f32; SAMPLES],
}

/// What a start or stop letter that lies the other way round is called: turned about,
/// every digit is a digit, and only these letters tell the direction.
pub(super) const TURNED: char = '<';

/// All characters in one look, by the place where they may stand; start and stop
/// letters both ways round.
pub(super) struct Templates {
    pub look: Look,
    pub starts: Vec<Template>,
    pub inner: Vec<Template>,
    pub stops: Vec<Template>,
}

impl Templates {
    pub fn new(look: Look) -> Self {
        let response = EdgeResponse::new(look.length, look.sigma);
        let drawn = |character: char, pattern: u8, width: f32, neighbours: [bool; 2]| Template {
            character,
            values: draw(&edges(pattern, width, neighbours, &look), width, &response),
        };
        let inner = (PATTERNS.iter())
            .filter(|(character, _)| !is_guard(*character))
            .map(|(character, pattern)| drawn(*character, *pattern, look.digit(), [true, true]))
            .collect();
        let guards = |neighbours: [bool; 2]| {
            (PATTERNS.iter())
                .filter(|(character, _)| is_guard(*character))
                .flat_map(|(character, pattern)| {
                    [(*character, *pattern), (TURNED, turned(*pattern))]
                })
                .map(|(character, pattern)| drawn(character, pattern, look.guard(), neighbours))
                .collect()
        };
        Self {
            starts: guards([false, true]),
            inner,
            stops: guards([true, false]),
            look,
        }
    }
}

/// A pattern from the other end.
fn turned(pattern: u8) -> u8 {
    pattern.reverse_bits() >> (8 - ELEMENTS)
}

/// Edges in narrow elements from the cell's first bar on, alternating, with the bars
/// of neighbours where there are any. Characters of another width than the cell's are
/// stretched: they are there to compete.
fn edges(pattern: u8, width: f32, neighbours: [bool; 2], look: &Look) -> Vec<f32> {
    let wides = pattern.count_ones() as f32;
    let unit = width / (ELEMENTS as f32 + wides * (look.ratio - 1.0));
    let half = look.ink / 2.0;
    let mut edges = Vec::with_capacity(MOST_EDGES);
    if neighbours[0] {
        edges.extend([-1.0 - NEIGHBOUR - half, -1.0 + half]);
    }
    let mut x = 0.0;
    for element in 0..ELEMENTS {
        let wide = pattern >> (ELEMENTS - 1 - element) & 1 == 1;
        let next = x + unit * if wide { look.ratio } else { 1.0 };
        if element % 2 == 0 {
            edges.extend([x - half, next + half]);
        }
        x = next;
    }
    if neighbours[1] {
        edges.extend([x + 1.0 - half, x + 1.0 + NEIGHBOUR + half]);
    }
    edges
}

/// Where in a cell of this width sample `i` lies, in narrow elements from its first
/// bar.
pub(super) fn sample_place(i: usize, width: f32) -> f32 {
    (i as f32 + 0.5) / SAMPLES as f32 * (width + 1.0) - 0.5
}

fn draw(edges: &[f32], width: f32, response: &EdgeResponse) -> [f32; SAMPLES] {
    let per_element = SAMPLES as f32 / (width + 1.0);
    let sample_of =
        |place: f32| (((place + 0.5) * per_element - 0.5).ceil().max(0.0) as usize).min(SAMPLES);
    let mut values = [0.0; SAMPLES];
    let mut sign = 1.0;
    for edge in edges {
        let (from, to) = (
            sample_of(edge - response.reach()),
            sample_of(edge + response.reach()),
        );
        for (i, value) in values.iter_mut().enumerate().take(to).skip(from) {
            *value += sign * response.at(sample_place(i, width) - edge);
        }
        values[to..].iter_mut().for_each(|value| *value += sign);
        sign = -sign;
    }
    normalise(&mut values);
    values
}

/// Shifts to mean 0 and scales to energy 1; the energy it had.
pub(super) fn normalise(values: &mut [f32; SAMPLES]) -> f32 {
    let mean = values.iter().sum::<f32>() / SAMPLES as f32;
    values.iter_mut().for_each(|value| *value -= mean);
    let energy = values.iter().map(|value| value * value).sum::<f32>();
    let scale = 1.0 / energy.sqrt().max(1e-6);
    values.iter_mut().for_each(|value| *value *= scale);
    energy
}
