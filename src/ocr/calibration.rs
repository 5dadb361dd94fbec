//! Frozen thresholds and calibrated confidences of the recognisers.
//!
//! `models/calibration.toml` is written by the training scripts on a calibration
//! set of its own, with the measured error rates beside the numbers; nothing at
//! run time changes it.

use serde::Deserialize;

/// The calibration of one recogniser.
#[derive(Clone, Debug, Deserialize)]
pub struct Curve {
    /// Smallest peak probability over a line's digits at which the line may vote.
    pub threshold: f32,
    /// `[smallest peak, probability that every digit is right]`, both rising.
    pub curve: Vec<[f32; 2]>,
}

impl Curve {
    /// Calibrated probability that every digit is right, for a line whose
    /// least sure digit has this peak. Linear between the measured points.
    pub fn probability(&self, least_peak: f32) -> f32 {
        let after = self.curve.partition_point(|[peak, _]| *peak < least_peak);
        match (
            after.checked_sub(1).map(|i| self.curve[i]),
            self.curve.get(after),
        ) {
            (Some([x0, y0]), Some([x1, y1])) => {
                y0 + (y1 - y0) * (least_peak - x0) / (x1 - x0).max(f32::EPSILON)
            }
            (None, Some([_, y])) => *y,
            (Some([_, y]), None) => y,
            (None, None) => 0.0,
        }
    }
}

/// Calibration of both recognisers.
#[derive(Clone, Debug, Deserialize)]
pub struct Calibration {
    /// Recogniser A.
    pub a: Curve,
    /// Recogniser B.
    pub b: Curve,
}

/// The calibration file is not what it should be.
#[derive(Debug, thiserror::Error)]
#[error(
    "校正表を読み込めません。再インストールしてください / the calibration table does not load: reinstall"
)]
pub struct CalibrationError(#[from] toml::de::Error);

impl Calibration {
    /// The calibration that belongs to the embedded models.
    ///
    /// # Errors
    /// [`CalibrationError`] when the build is damaged.
    pub fn embedded() -> Result<Self, CalibrationError> {
        Ok(toml::from_str(include_str!(
            "../../models/calibration.toml"
        ))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_is_interpolated_between_measured_points_and_never_beyond() {
        let curve = Curve {
            threshold: 0.9,
            curve: vec![[0.5, 0.6], [0.9, 0.99], [1.0, 0.9999]],
        };
        assert_eq!(curve.probability(0.1), 0.6);
        assert!((curve.probability(0.7) - 0.795).abs() < 1e-4);
        assert_eq!(curve.probability(1.1), 0.9999);
    }

    #[test]
    fn the_embedded_curves_rise() {
        let calibration = Calibration::embedded().expect("embedded calibration");
        for curve in [calibration.a, calibration.b] {
            assert!(
                curve
                    .curve
                    .windows(2)
                    .all(|w| w[0][0] < w[1][0] && w[0][1] <= w[1][1])
            );
            assert!(curve.threshold > 0.5 && curve.threshold < 1.0);
        }
    }
}
