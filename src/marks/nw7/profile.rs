//! From a rectified picture of bars to profiles across them, and to the positions of
//! edges.
//!
//! Edges lie half-way in value between neighbouring extremes of the profile.
//! That follows uneven light and the loss of contrast of thin bars out of focus,
//! where a fixed threshold would not.

use crate::optics::Strip;

/// Rows of bands into which the height of the bars is cut. Bands share no pixel: what
/// several of them read was seen several times.
pub(super) const BANDS: usize = 12;

/// A peak must stand out of its surroundings by this share of the profile's
/// contrast; less is noise or paper texture.
const PROMINENCE: f32 = 0.14;

/// Contrast of a profile (full scale 1) below which there are no bars.
const LEAST_CONTRAST: f32 = 0.06;

/// Shears that are tried, in columns a row on each side, and the step between them:
/// bars lean that much when the region's direction is off or the camera is tilted.
const MOST_SHEAR: f32 = 0.28;
const SHEAR_STEP: f32 = 0.04;

/// Bands dropped at each end when bands are averaged: what only a few of them show is a
/// speck, a stamp or a streak across.
const TRIMMED: usize = 2;

/// Edges of the dark bars of one scan line, in strip columns, alternating: bar
/// begins, bar ends, bar begins, …
pub(super) type Edges = Vec<f32>;

/// The mean luma of each column in each band of rows, rows shifted so that bars stand
/// upright.
pub(super) fn band_profiles(strip: &Strip) -> Vec<Vec<f32>> {
    let rows: Vec<(usize, usize)> = (0..BANDS)
        .map(|i| {
            let from = i * strip.height / BANDS;
            (from, ((i + 1) * strip.height / BANDS).max(from + 1))
        })
        .collect();
    let leaning: Vec<Vec<f32>> = (rows.iter())
        .map(|(from, to)| mean_profile(strip, *from, *to, Lean::default()))
        .collect();
    let lean = Lean::of(&leaning, strip.height as f32 / BANDS as f32);
    (rows.iter())
        .map(|(from, to)| mean_profile(strip, *from, *to, lean))
        .collect()
}

/// The mean of several profiles without the extremes of each column.
pub(super) fn trimmed_mean(profiles: &[Vec<f32>]) -> Vec<f32> {
    let columns = profiles.first().map_or(0, Vec::len);
    let trimmed = if profiles.len() > 2 * TRIMMED {
        TRIMMED
    } else {
        0
    };
    let kept = profiles.len() - 2 * trimmed;
    let mut values = Vec::with_capacity(profiles.len());
    (0..columns)
        .map(|x| {
            values.clear();
            values.extend(profiles.iter().map(|profile| profile[x]));
            values.sort_unstable_by(f32::total_cmp);
            values[trimmed..trimmed + kept].iter().sum::<f32>() / kept as f32
        })
        .collect()
}

/// How much bars lean, in columns a row: at the strip's middle, and how that changes
/// from its left end to its right one (perspective).
#[derive(Clone, Copy, Default)]
struct Lean {
    middle: f32,
    change: f32,
}

impl Lean {
    /// The lean under which bands, each of so many rows, agree best: their sum then has
    /// the most contrast between neighbours. Both halves are looked at for themselves.
    fn of(bands: &[Vec<f32>], rows: f32) -> Self {
        let columns = bands.first().map_or(0, Vec::len);
        let steps = (MOST_SHEAR / SHEAR_STEP).round() as i32;
        let all = |step: i32| step as f32 * SHEAR_STEP;
        let whole = sharpest((-steps..=steps).map(all), bands, rows, 0..columns);
        let near = |step: i32| whole + step as f32 * SHEAR_STEP / 2.0;
        let left = sharpest((-5..=5).map(near), bands, rows, 0..columns / 2);
        let right = sharpest((-5..=5).map(near), bands, rows, columns / 2..columns);
        Self {
            middle: (left + right) / 2.0,
            change: 2.0 * (right - left),
        }
    }

    /// At a share of the strip's width.
    fn at(&self, share: f32) -> f32 {
        self.middle + (share - 0.5) * self.change
    }
}

/// The shear under which the bands' sum has the largest differences between neighbouring
/// columns.
fn sharpest(
    shears: impl Iterator<Item = f32>,
    bands: &[Vec<f32>],
    rows: f32,
    columns: std::ops::Range<usize>,
) -> f32 {
    let middle = bands.len() as f32 / 2.0;
    let sharpness = |shear: f32| -> f32 {
        let sums: Vec<f32> = (columns.clone().step_by(2))
            .map(|x| {
                (bands.iter().enumerate())
                    .map(|(i, band)| {
                        sample(band, x as f32 + (i as f32 + 0.5 - middle) * rows * shear)
                    })
                    .sum()
            })
            .collect();
        sums.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum()
    };
    (shears.map(|shear| (shear, sharpness(shear))))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0.0, |(shear, _)| shear)
}

fn mean_profile(strip: &Strip, from: usize, to: usize, lean: Lean) -> Vec<f32> {
    let mut sum = vec![0.0; strip.width];
    let weight = 1.0 / (to - from) as f32;
    for y in from..to {
        let row = strip.row(y);
        let rows = y as f32 + 0.5 - strip.height as f32 / 2.0;
        for (x, total) in sum.iter_mut().enumerate() {
            let shift = rows * lean.at(x as f32 / strip.width as f32);
            *total += weight * sample(row, x as f32 + shift);
        }
    }
    sum
}

/// Edges of the bars in a profile, sub-pixel; empty when there is no contrast.
pub(super) fn edges(profile: &[f32]) -> Edges {
    let (low, high) = range(profile);
    if high - low < LEAST_CONTRAST {
        return Vec::new();
    }
    let extremes = extremes(profile, PROMINENCE * (high - low));
    (extremes.windows(2))
        .map(|pair| half_way(profile, pair[0], pair[1]))
        .collect()
}

fn range(profile: &[f32]) -> (f32, f32) {
    profile.iter().fold((f32::MAX, f32::MIN), |(low, high), v| {
        (low.min(*v), high.max(*v))
    })
}

/// Indices of alternating maxima and minima, from the first maximum (paper) on; the
/// last is a minimum where the profile ends dark.
fn extremes(profile: &[f32], prominence: f32) -> Vec<usize> {
    let mut found = Vec::new();
    let mut rising = true;
    let mut best = 0;
    for i in 1..profile.len() {
        let gain = if rising {
            profile[i] - profile[best]
        } else {
            profile[best] - profile[i]
        };
        if gain >= 0.0 {
            best = i;
        } else if -gain >= prominence {
            found.push(best);
            rising = !rising;
            best = i;
        }
    }
    if rising {
        found.push(best);
    } else {
        found.push(profile.len() - 1);
    }
    found
}

/// Where between two extremes the profile crosses their mean.
fn half_way(profile: &[f32], from: usize, to: usize) -> f32 {
    let level = (profile[from] + profile[to]) / 2.0;
    let falling = profile[from] > profile[to];
    for i in from..to {
        let (a, b) = (profile[i], profile[i + 1]);
        let crosses = if falling { b <= level } else { b >= level };
        if crosses {
            let step = b - a;
            let t = if step == 0.0 { 0.5 } else { (level - a) / step };
            return i as f32 + t.clamp(0.0, 1.0);
        }
    }
    (from + to) as f32 / 2.0
}

/// The value between two columns.
pub(super) fn sample(row: &[f32], x: f32) -> f32 {
    let x = x.clamp(0.0, (row.len() - 1) as f32);
    let i = x as usize;
    let next = (i + 1).min(row.len() - 1);
    let t = x - i as f32;
    row[i] * (1.0 - t) + row[next] * t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_a_clean_bar_lie_where_the_value_is_half_way() {
        let mut profile = vec![1.0; 30];
        profile[10..14].fill(0.0);
        let found = edges(&profile);
        assert_eq!(found.len(), 2);
        assert!((found[0] - 9.5).abs() < 1e-5 && (found[1] - 13.5).abs() < 1e-5);
    }

    #[test]
    fn a_gradient_of_light_moves_no_edge() {
        let profile: Vec<f32> = (0..60)
            .map(|x| {
                let light = 0.4 + x as f32 / 100.0;
                if (20..24).contains(&x) || (30..38).contains(&x) {
                    light * 0.2
                } else {
                    light
                }
            })
            .collect();
        let widths: Vec<f32> = edges(&profile).windows(2).map(|w| w[1] - w[0]).collect();
        assert_eq!(widths.len(), 3);
        for (got, want) in widths.iter().zip([4.0, 6.0, 8.0]) {
            assert!((got - want).abs() < 0.2, "{widths:?}");
        }
    }
}
