//! From the camera to the profile.

use jiff::civil::Date;

use super::camera::{LookError, TargetCamera};
use super::detect::{Detection, detect};
use super::error::CalibrationError;
use super::finding::{Finding, findings};
use super::fit::{Fit, fit};
use super::light::{Light, measure_light};
use super::region::{focus_map, usable_region};
use super::target::RULER_MM;
use crate::optics::{
    FocusPosition, FocusRange, FocusSetting, FocusSweep, Frame, Made, Plan, Point, Profile,
    Sharpness, TileMap, measure_sharpness,
};

/// How far the ruler may be from 150 mm, as a share: what a steel ruler and eyes can tell, and
/// what scale is demanded to be right to. A print within it is reckoned with.
const RULER_TOLERANCE: f64 = 0.005;

/// Least share of the picture's tiles that the target has to cover; the lens is not known where
/// it was not seen.
const LEAST_COVER: f32 = 0.7;

/// Corners off by more than this do not fit, in pixels at 1920 × 1080: on flat paper they are
/// off by a twentieth.
const MOST_RMS: f64 = 0.8;

/// What is known beforehand.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// From the lens to the table in millimetres.
    pub height_mm: f64,
    /// Length of the printed 150 mm ruler as a person measured it.
    pub ruler_mm: Option<f64>,
    /// Today, in Asia/Tokyo.
    pub date: Date,
    /// Version of the program.
    pub program: String,
}

/// What came of a calibration.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// The profile.
    pub profile: Profile,
    /// What a person should know about it.
    pub findings: Vec<Finding>,
    /// The sharpest frame, on which everything was measured.
    pub frame: Frame,
    /// Corners and where the fit puts them.
    pub fit: Fit,
    /// Sharpness at every lens position that was measured, in order; empty when the lens cannot
    /// be moved.
    pub sweep: Vec<(FocusPosition, Sharpness)>,
    /// Focus in each tile, 0–1.
    pub focus: TileMap,
    /// The light.
    pub light: Light,
}

/// Calibrates the mount of a camera that looks at the target.
///
/// # Errors
/// [`CalibrationError`] when there is no profile to be had, with the remedy.
pub fn calibrate(
    camera: &mut dyn TargetCamera,
    settings: &Settings,
) -> Result<Calibration, CalibrationError> {
    let print_scale = print_scale(settings.ruler_mm)?;
    let (setting, sweep) = match camera.focus_range() {
        Some(range) => {
            let (position, sweep) = sharpest(camera, range)?;
            (Some(FocusSetting { position, range }), sweep)
        }
        None => (None, Vec::new()),
    };
    let look = camera.look(setting.map(|setting| setting.position));
    let frame = look.map_err(CalibrationError::Camera)?;
    let format = camera.format();
    let size = (frame.width(), frame.height());
    if size != format.size {
        let (width, height) = format.size;
        return Err(CalibrationError::OtherSize { width, height });
    }
    let detection = detect(&frame)?;
    let fit = fitted(&detection, size, settings.height_mm, print_scale)?;
    let light = measure_light(&frame.luma, &detection, &fit);
    let focus = focus_map(&frame.luma);
    let region = usable_region(&focus, &light.map, light.white, size);
    let profile = Profile {
        camera: format,
        focus: setting,
        sharpness: f64::from(focus.highest()),
        geometry: fit.geometry,
        region: region.ok_or(CalibrationError::NoRegion)?,
        exposure: camera.exposure(),
        white: f64::from(light.white),
        light: light.map.clone(),
        made: Made {
            date: settings.date,
            program: settings.program.clone(),
            residual_px: fit.rms(),
            ruler_mm: settings.ruler_mm,
        },
    };
    // What is written has to be readable.
    Profile::parse(&profile.to_toml()).map_err(CalibrationError::Implausible)?;
    Ok(Calibration {
        findings: findings(&profile, &light),
        profile,
        frame,
        fit,
        sweep,
        focus,
        light,
    })
}

/// Length of a printed millimetre in millimetres.
fn print_scale(ruler_mm: Option<f64>) -> Result<f64, CalibrationError> {
    let scale = ruler_mm.map_or(1.0, |ruler| ruler / RULER_MM);
    if (scale - 1.0).abs() <= RULER_TOLERANCE {
        return Ok(scale);
    }
    Err(CalibrationError::PrintScale {
        ruler_mm: ruler_mm.unwrap_or_default(),
        percent: 100.0 * scale,
    })
}

type Sweep = Vec<(FocusPosition, Sharpness)>;

/// Moves the lens to where the picture is sharpest.
fn sharpest(
    camera: &mut dyn TargetCamera,
    range: FocusRange,
) -> Result<(FocusPosition, Sweep), CalibrationError> {
    let mut sweep = FocusSweep::new(range);
    let mut measured = None;
    let mut failed: Option<LookError> = None;
    loop {
        match sweep.next(measured) {
            Plan::Go(position) => match camera.look(Some(position)) {
                Ok(frame) => measured = Some(measure_sharpness(&frame.luma)),
                Err(error) => {
                    measured = None;
                    failed = Some(error);
                }
            },
            Plan::Done(position) => return Ok((position, sweep.history().to_vec())),
            Plan::NoPeak => {
                let failed = failed.filter(|_| sweep.history().is_empty());
                return Err(failed.map_or(CalibrationError::NoFocus, CalibrationError::Camera));
            }
        }
    }
}

fn fitted(
    detection: &Detection,
    size: (u32, u32),
    height_mm: f64,
    print_scale: f64,
) -> Result<Fit, CalibrationError> {
    let corners = detection.corners();
    let cover = cover(corners.iter().map(|seen| seen.at), size);
    if cover < LEAST_COVER {
        return Err(CalibrationError::PartlyInView {
            percent: (100.0 * cover) as u32,
        });
    }
    let found = fit(&corners, size, height_mm, print_scale);
    let fit = found.ok_or(CalibrationError::NoTarget)?;
    let most = MOST_RMS * f64::from(size.0) / 1_920.0;
    if fit.rms() > most || fit.left_out.len() * 5 > corners.len() {
        return Err(CalibrationError::BadFit { rms_px: fit.rms() });
    }
    Ok(fit)
}

/// Share of the picture's tiles, 0–1, that have a corner in them.
fn cover(corners: impl Iterator<Item = Point>, size: (u32, u32)) -> f32 {
    let mut covered = [[false; TileMap::COLUMNS]; TileMap::ROWS];
    for at in corners {
        let (column, row) = TileMap::tile_at(at.x / size.0 as f32, at.y / size.1 as f32);
        covered[row][column] = true;
    }
    let count = covered.iter().flatten().filter(|covered| **covered).count();
    count as f32 / (TileMap::COLUMNS * TileMap::ROWS) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_print_at_97_per_cent_is_told_and_one_within_half_a_per_cent_reckoned_with() {
        let error = print_scale(Some(145.5)).unwrap_err().to_string();
        assert!(
            error.contains("97.0 %") && error.contains("100 %"),
            "{error}"
        );
        assert_eq!(print_scale(Some(150.3)).unwrap(), 1.002);
        assert_eq!(print_scale(None).unwrap(), 1.0);
        assert!(print_scale(Some(f64::NAN)).is_err());
    }
}
