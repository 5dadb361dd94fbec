//! Greedy decoding of a CTC output into glyphs with probabilities.
//!
//! CTC: Graves et al., "Connectionist Temporal Classification", ICML 2006. The
//! net gives, for every column, the log-probability of a blank, ten digits and
//! "another glyph".

use rten_tensor::NdTensorView;
use rten_tensor::prelude::*;

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

/// Decodes one line: `log_probabilities` is `[columns, 12]`, `stride` the strip
/// columns per output column.
pub(super) fn decode(log_probabilities: NdTensorView<f32, 2>, stride: f32) -> Vec<Glyph> {
    let columns = log_probabilities.size(0);
    let mut glyphs = Vec::new();
    let mut open: Option<Emission> = None;
    for t in 0..columns {
        let (class, log_p) = likeliest(log_probabilities.slice(t));
        match &mut open {
            Some(emission) if emission.class == class => emission.extend(t, log_p),
            _ => {
                close(open.take(), &log_probabilities, stride, &mut glyphs);
                open = (class != BLANK).then(|| Emission::start(class, t, log_p));
            }
        }
    }
    close(open, &log_probabilities, stride, &mut glyphs);
    glyphs
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
}

fn close(
    emission: Option<Emission>,
    log_probabilities: &NdTensorView<f32, 2>,
    stride: f32,
    glyphs: &mut Vec<Glyph>,
) {
    let Some(e) = emission else { return };
    let symbol = match e.class {
        OTHER => Symbol::Other,
        digit => Symbol::Digit((digit - 1) as u8),
    };
    glyphs.push(Glyph {
        symbol,
        digits: std::array::from_fn(|d| log_probabilities[[e.surest, d + 1]].exp()),
        peak: e.log_peak.exp(),
        x: ((e.first + e.last) as f32 / 2.0 + 0.5) * stride,
    });
}

fn likeliest(column: NdTensorView<f32, 1>) -> (usize, f32) {
    let mut best = (BLANK, f32::NEG_INFINITY);
    for class in 0..CLASSES {
        if column[class] > best.1 {
            best = (class, column[class]);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use rten_tensor::NdTensor;

    fn columns(classes: &[(usize, f32)]) -> NdTensor<f32, 2> {
        let mut t = NdTensor::full([classes.len(), CLASSES], (0.001f32).ln());
        for (row, (class, p)) in classes.iter().enumerate() {
            t[[row, *class]] = p.ln();
        }
        t
    }

    #[test]
    fn repeated_columns_are_one_digit_and_a_blank_parts_two() {
        let t = columns(&[(2, 0.9), (2, 0.95), (0, 0.9), (2, 0.8), (5, 0.7), (11, 0.6)]);
        let glyphs = decode(t.view(), 4.0);
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
