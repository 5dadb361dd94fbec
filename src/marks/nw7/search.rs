//! The search for the place and the look that explain a profile best.

use std::ops::{Range, RangeInclusive};

use super::fit::{Fit, MOST_CELLS, Place, fit, settle, track};
use super::template::{Look, TURNED, Templates};

/// Characters between start and stop letter that are tried: 10 and 18 are printed on
/// vouchers; the others are there to compete, and for what else carries NW-7.
const CHARACTERS: RangeInclusive<usize> = 8..=MOST_CELLS - 2;

/// Narrow elements of an average symbol: 120 to 150 of ten digits, 200 to 250 of
/// eighteen.
const ELEMENTS: f32 = 150.0;

/// The look of the first search, in a profile that is smoothed by about a narrow
/// element: broad features are found from further off.
const SMOOTH: Look = Look {
    ratio: 2.5,
    ink: 0.0,
    length: 1.2,
    sigma: 0.45,
};

/// Where the descent starts from then in the profile itself.
const SHARP: Look = Look {
    length: 0.5,
    sigma: 0.25,
    ..SMOOTH
};

/// Symbol lengths that are followed after the first search.
const FOLLOWED: usize = 3;

/// Rounds of the descent in the smoothed profile, and in the profile itself.
const SMOOTH_ROUNDS: Range<i32> = 0..2;
const SHARP_ROUNDS: Range<i32> = 1..6;

/// First steps of the descent: ratio, ink, length, sigma.
const STEPS: [f32; 4] = [0.25, 0.15, 0.5, 0.2];

/// Each round's steps in those of the round before.
const NARROWING: f32 = 0.6;

/// Steps that are taken in a row at most.
const STRIDES: usize = 3;

/// How far cells settle in the first round, in narrow elements.
const REACH: f32 = 0.6;

/// A fit with the templates of its look.
pub(super) struct Found {
    pub fit: Fit,
    pub templates: Templates,
    /// How many times more the best symbol of another length leaves unexplained.
    pub ahead: f32,
}

/// The symbol that explains the profile best.
pub(super) fn search(profile: &[f32]) -> Option<Found> {
    let (from, to) = extent(profile)?;
    let smooth = smoothed(profile, (to - from) / ELEMENTS);
    let mut followed: Vec<Found> = first_fits(&smooth, from, to)
        .into_iter()
        .map(|fit| {
            let templates = Templates::new(SMOOTH);
            let mut found = Found {
                fit,
                templates,
                ahead: 1.0,
            };
            found.descend(&smooth, SMOOTH_ROUNDS);
            found
        })
        .collect();
    followed.sort_by(|a, b| a.fit.unexplained.total_cmp(&b.fit.unexplained));
    let mut followed = followed.into_iter();
    let (first, second) = (followed.next()?, followed.next()?);
    let look = first.templates.look;
    let templates = Templates::new(Look {
        ratio: look.ratio,
        ink: look.ink,
        ..SHARP
    });
    let mut best = Found {
        fit: fit(profile, first.fit.place, &templates),
        templates,
        ahead: second.fit.unexplained / first.fit.unexplained.max(1e-6),
    };
    best.descend(profile, SHARP_ROUNDS);
    best.face_forward(profile);
    Some(best)
}

/// The most promising lengths, in the order of what they leave unexplained.
fn first_fits(profile: &[f32], from: f32, to: f32) -> Vec<Fit> {
    let templates = Templates::new(SMOOTH);
    let mut fits: Vec<Fit> = CHARACTERS
        .map(|characters| {
            let place = Place::new(from, to, characters);
            let place = track(profile, &place, &templates, 0.5);
            fit(profile, place, &templates)
        })
        .collect();
    fits.sort_by(|a, b| a.unexplained.total_cmp(&b.unexplained));
    fits.truncate(FOLLOWED);
    fits
}

impl Found {
    /// Settles the cells and changes one quantity of the look after the other, as long as
    /// that explains more.
    fn descend(&mut self, profile: &[f32], rounds: Range<i32>) {
        for round in rounds {
            let narrowed = NARROWING.powi(round);
            self.settle(profile, REACH * narrowed);
            for (quantity, step) in STEPS.iter().enumerate() {
                let step = step * narrowed;
                if !self.follow(profile, quantity, step) {
                    self.follow(profile, quantity, -step);
                }
            }
        }
    }

    fn settle(&mut self, profile: &[f32], reach: f32) {
        let place = settle(profile, &self.fit.place, &self.templates, reach);
        let settled = fit(profile, place, &self.templates);
        if settled.unexplained < self.fit.unexplained {
            self.fit = settled;
        }
    }

    /// A few steps in one direction; whether the first was an improvement.
    fn follow(&mut self, profile: &[f32], quantity: usize, step: f32) -> bool {
        for taken in 0..STRIDES {
            let templates = Templates::new(changed(self.templates.look, quantity, step));
            let fit = fit(profile, self.fit.place, &templates);
            if fit.unexplained >= self.fit.unexplained {
                return taken > 0;
            }
            (self.fit, self.templates) = (fit, templates);
        }
        true
    }

    /// Turns the place where both letters are seen from behind.
    fn face_forward(&mut self, profile: &[f32]) {
        let ends = [self.fit.cells.first(), self.fit.cells.last()];
        if ends.iter().flatten().all(|cell| cell.character == TURNED) {
            self.fit = fit(profile, self.fit.place.turned(), &self.templates);
        }
    }
}

/// The look with one quantity changed, within what is printed and can be read.
fn changed(mut look: Look, quantity: usize, step: f32) -> Look {
    match quantity {
        0 => look.ratio = (look.ratio + step).clamp(1.8, 3.3),
        1 => look.ink = (look.ink + step).clamp(-0.5, 0.9),
        2 => look.length = (look.length + step).clamp(0.05, 3.0),
        _ => look.sigma = (look.sigma + step).clamp(0.05, 1.2),
    }
    look
}

/// Means over about `width` columns.
fn smoothed(profile: &[f32], width: f32) -> Vec<f32> {
    let half = (width / 2.0) as usize;
    let mut sums = Vec::with_capacity(profile.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for value in profile {
        sum += value;
        sums.push(sum);
    }
    (0..profile.len())
        .map(|x| {
            let (a, b) = (x.saturating_sub(half), (x + half + 1).min(profile.len()));
            (sums[b] - sums[a]) / (b - a) as f32
        })
        .collect()
}

/// Share of the strip that is as wide as a quiet zone at least: the wide space of ten
/// digits at the largest ratio is narrower.
const QUIET_SHARE: f32 = 1.0 / 45.0;

/// Share of the strip over which paper and ink are looked for, on each side: wider than a
/// character.
const SURROUNDINGS: f32 = 1.0 / 24.0;

/// Where paper and ink differ by less than this share of the most they differ by in the
/// middle, there is no ink.
const LEAST_SPAN: f32 = 0.25;

/// A column is dark below this share of the way from ink to paper: the narrow bar
/// between the wide spaces of a blurred letter A still is.
const DARK: f32 = 0.8;

/// Below this share of the way from ink to paper a column is rather ink.
const INK: f32 = 0.6;

/// First and last column of the dark marks in the middle that nothing as wide as a quiet
/// zone parts.
fn extent(profile: &[f32]) -> Option<(f32, f32)> {
    let n = profile.len();
    let bright = envelope(profile, f32::max);
    let dark = envelope(profile, f32::min);
    let span = |x: usize| bright[x] - dark[x];
    let most = (n / 5..n * 4 / 5).map(span).fold(0.0, f32::max);
    let is_below = |x: usize, share: f32| {
        span(x) > LEAST_SPAN * most && profile[x] < dark[x] + share * span(x)
    };
    let quiet = (n as f32 * QUIET_SHARE) as usize;
    let last_before_quiet = |columns: &mut dyn Iterator<Item = usize>| {
        let (mut last, mut edge) = (n / 2, n / 2);
        for x in columns {
            if is_below(x, DARK) {
                last = x;
            } else if last.abs_diff(x) > quiet {
                return Some(edge as f32);
            }
            if is_below(x, INK) || last.abs_diff(edge) > quiet / 2 {
                edge = last;
            }
        }
        None
    };
    let left = last_before_quiet(&mut (0..n / 2).rev())?;
    let right = last_before_quiet(&mut (n / 2..n))?;
    (right > left + n as f32 / 3.0).then_some((left - 0.5, right + 0.5))
}

/// The extreme of each column's surroundings, to half of their width.
fn envelope(profile: &[f32], extreme: fn(f32, f32) -> f32) -> Vec<f32> {
    let block = ((profile.len() as f32 * SURROUNDINGS / 2.0) as usize).max(1);
    let extreme_of = |values: &[f32]| values.iter().copied().reduce(extreme).unwrap_or(0.0);
    let blocks: Vec<f32> = profile.chunks(block).map(extreme_of).collect();
    (0..profile.len())
        .map(|x| {
            let i = x / block;
            extreme_of(&blocks[i.saturating_sub(2)..(i + 3).min(blocks.len())])
        })
        .collect()
}
