//! From a rectified picture of bars to the positions of their edges.
//!
//! Edges lie half-way in value between neighbouring extremes of the profile.
//! That follows uneven light and the loss of contrast of thin bars out of focus,
//! where a fixed threshold would not.

use crate::optics::Strip;

/// A peak must stand out of its surroundings by this share of the profile's
/// contrast; less is noise or paper texture.
const PROMINENCE: f32 = 0.14;

/// Contrast of a profile (full scale 1) below which there are no bars.
const LEAST_CONTRAST: f32 = 0.06;

/// Edges of the dark bars of one scan line, in strip columns, alternating: bar
/// begins, bar ends, bar begins, …
pub(super) type Edges = Vec<f32>;

/// Mean luma of each column over the rows `from..to`, each row shifted by
/// `shear` columns a row about the strip's middle.
pub(super) fn mean_profile(strip: &Strip, from: usize, to: usize, shear: f32) -> Vec<f32> {
    let mut sum = vec![0.0; strip.width];
    for y in from..to {
        let shift = (y as f32 + 0.5 - strip.height as f32 / 2.0) * shear;
        let row = strip.row(y);
        for (x, total) in sum.iter_mut().enumerate() {
            *total += sample(row, x as f32 + shift);
        }
    }
    let rows = (to - from).max(1) as f32;
    sum.iter().map(|total| total / rows).collect()
}

/// Bands into which the strip is averaged before the shear is searched: within a
/// band of a few rows bars move by less than a column.
const SHEAR_BANDS: usize = 12;

/// The shear (columns a row) under which the strip's columns agree best: the mean
/// profile then has the most contrast between neighbours.
pub(super) fn best_shear(strip: &Strip) -> f32 {
    let rows = strip.height as f32 / SHEAR_BANDS as f32;
    let row_of = |band: usize| (band as f32 * rows) as usize;
    let bands: Vec<Vec<f32>> = (0..SHEAR_BANDS)
        .map(|band| mean_profile(strip, row_of(band), row_of(band + 1), 0.0))
        .collect();
    let sharpness = |shear: f32| -> f32 {
        let shifts: Vec<f32> = (0..SHEAR_BANDS)
            .map(|band| (band as f32 + 0.5 - SHEAR_BANDS as f32 / 2.0) * rows * shear)
            .collect();
        let profile: Vec<f32> = (0..strip.width)
            .step_by(2)
            .map(|x| {
                (bands.iter().zip(&shifts))
                    .map(|(band, shift)| sample(band, x as f32 + shift))
                    .sum()
            })
            .collect();
        profile.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum()
    };
    (-7..=7)
        .map(|step| step as f32 * 0.04)
        .map(|shear| (shear, sharpness(shear)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map_or(0.0, |(shear, _)| shear)
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

fn sample(row: &[f32], x: f32) -> f32 {
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
