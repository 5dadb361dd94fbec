//! Greedy decoding of a CTC output into glyphs with probabilities.
//!
//! CTC: Graves et al., "Connectionist Temporal Classification", ICML 2006. The
//! net gives, for every column, the log-probability of a blank, ten digits and
//! "another glyph".

use crate::nets::Map;

/// Classes of a recogniser: blank, ten digits, other glyph.
pub(super) const CLASSES: usize = 12;
const BLANK: usize = 0;
const OTHER: usize = 11;

/// What stands at one place of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A digit 0–9.
    Digit(u8),
    /// Anything else: a letter, a kanji, a digit that is half covered.
    Other,
}

/// One glyph of a line, as one recogniser saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// The likeliest symbol.
    pub symbol: Symbol,
    /// Probability of each digit 0–9 at the glyph's surest column; what is missing
    /// to 1 goes to the blank and to other glyphs.
    pub digits: [f32; 10],
    /// Probability of `symbol` at that column, 0–1.
    pub peak: f32,
    /// Centre of the glyph, in strip columns.
    pub x: f32,
}

/// Decodes one line of digits: `log_probabilities` has a channel for each class and one
/// row, `stride` is the strip columns per output column.
pub(super) fn decode(log_probabilities: &Map, stride: f32) -> Vec<Glyph> {
    (emissions(log_probabilities).iter())
        .map(|emission| emission.glyph(log_probabilities, stride))
        .collect()
}

/// The classes of one line, from 1 on; blanks only part them.
pub(super) fn classes(log_probabilities: &Map) -> Vec<usize> {
    (emissions(log_probabilities).iter())
        .map(|emission| emission.class)
        .collect()
}

fn emissions(log_probabilities: &Map) -> Vec<Emission> {
    let mut emissions: Vec<Emission> = Vec::new();
    let mut before = BLANK;
    for t in 0..log_probabilities.columns {
        let (class, log_p) = likeliest(log_probabilities, t);
        match emissions.last_mut() {
            _ if class == BLANK => {}
            Some(emission) if class == before => emission.extend(t, log_p),
            _ => emissions.push(Emission::start(class, t, log_p)),
        }
        before = class;
    }
    emissions
}

/// Consecutive columns of one class: one glyph.
struct Emission {
    class: usize,
    first: usize,
    last: usize,
    surest: usize,
    log_peak: f32,
}

impl Emission {
    fn start(class: usize, t: usize, log_peak: f32) -> Self {
        Self {
            class,
            first: t,
            last: t,
            surest: t,
            log_peak,
        }
    }

    fn extend(&mut self, t: usize, log_p: f32) {
        self.last = t;
        if log_p > self.log_peak {
            (self.surest, self.log_peak) = (t, log_p);
        }
    }

    /// The glyph that a class of the digit recognisers stands for.
    fn glyph(&self, log_probabilities: &Map, stride: f32) -> Glyph {
        Glyph {
            symbol: match self.class {
                OTHER => Symbol::Other,
                digit => Symbol::Digit((digit - 1) as u8),
            },
            digits: std::array::from_fn(|d| log_probabilities.at(d + 1, 0, self.surest).exp()),
            peak: self.log_peak.exp(),
            x: ((self.first + self.last) as f32 / 2.0 + 0.5) * stride,
        }
    }
}

fn likeliest(log_probabilities: &Map, column: usize) -> (usize, f32) {
    let mut best = (BLANK, f32::NEG_INFINITY);
    for class in 0..log_probabilities.channels {
        let log_p = log_probabilities.at(class, 0, column);
        if log_p > best.1 {
            best = (class, log_p);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(classes: &[(usize, f32)]) -> Map {
        let mut data = vec![0.001f32.ln(); CLASSES * classes.len()];
        for (column, (class, p)) in classes.iter().enumerate() {
            data[class * classes.len() + column] = p.ln();
        }
        Map {
            channels: CLASSES,
            rows: 1,
            columns: classes.len(),
            data,
        }
    }

    #[test]
    fn repeated_columns_are_one_digit_and_a_blank_parts_two() {
        let t = columns(&[(2, 0.9), (2, 0.95), (0, 0.9), (2, 0.8), (5, 0.7), (11, 0.6)]);
        let glyphs = decode(&t, 4.0);
        let symbols: Vec<Symbol> = glyphs.iter().map(|g| g.symbol).collect();
        assert_eq!(
            symbols,
            [
                Symbol::Digit(1),
                Symbol::Digit(1),
                Symbol::Digit(4),
                Symbol::Other
            ]
        );
        assert!((glyphs[0].peak - 0.95).abs() < 1e-5);
        assert!((glyphs[0].x - 4.0).abs() < 1e-5);
    }
}
