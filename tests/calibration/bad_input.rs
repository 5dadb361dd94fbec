//! What is no target, or not as it should be: a sentence with the remedy, never a panic.

use image::imageops;
use uketsuke::calibration::{
    CalibrationError, Finding, LookError, TargetCamera, calibrate, detect, render,
};
use uketsuke::optics::{
    CameraFormat, ExposureSetting, FocusPosition, FocusRange, Frame, MountGeometry, Profile,
    ProfileError,
};

use super::scene::{Rendered, Truth};
use super::settings;

/// A camera that always shows the same, with a lens that cannot be moved.
struct Still(image::GrayImage);

impl TargetCamera for Still {
    fn format(&self) -> CameraFormat {
        CameraFormat {
            name: "still".to_owned(),
            format: "GREY".to_owned(),
            size: self.0.dimensions(),
        }
    }

    fn focus_range(&self) -> Option<FocusRange> {
        None
    }

    fn exposure(&self) -> Option<ExposureSetting> {
        None
    }

    fn look(&mut self, _: Option<FocusPosition>) -> Result<Frame, LookError> {
        Ok(Frame::still(self.0.clone()))
    }
}

/// The target at best focus.
fn picture(truth: Truth) -> image::GrayImage {
    let mut camera = Rendered::new(truth);
    camera.lens = camera.truth.best;
    camera.whole()
}

fn error(picture: image::GrayImage) -> CalibrationError {
    calibrate(&mut Still(picture), &settings()).expect_err("no profile")
}

#[test]
fn without_a_target_there_is_no_profile() {
    let blank = image::GrayImage::from_pixel(1_920, 1_080, image::Luma([200]));
    assert!(matches!(error(blank), CalibrationError::NoTarget));
    let voucher = image::open("samples/set/stills/n_00002.jpg").expect("a sample");
    let said = error(voucher.into_luma8());
    assert!(matches!(said, CalibrationError::NoTarget));
    assert!(said.to_string().contains("calibration/target.pdf"));
    let tiny = image::GrayImage::from_pixel(3, 2, image::Luma([200]));
    assert!(matches!(error(tiny), CalibrationError::NoTarget));
}

#[test]
fn half_a_target_is_told_with_how_much_there_is() {
    let half = picture(Truth {
        page: (-95.0, 0.0),
        turn: 0.0,
        ..Truth::good()
    });
    let said = error(half);
    assert!(
        matches!(said, CalibrationError::PartlyInView { percent: 30..70 }),
        "{said}"
    );
}

#[test]
fn upside_down_is_as_good_and_mirrored_is_told() {
    let upright = picture(Truth::good());
    let mut turned = Still(imageops::rotate180(&upright));
    let calibration = calibrate(&mut turned, &settings()).expect("a profile");
    assert!((calibration.profile.geometry.px_per_mm - 18.0).abs() < 0.05);
    let mirrored = imageops::flip_horizontal(&upright);
    assert!(matches!(error(mirrored), CalibrationError::Mirrored));
}

#[test]
fn a_print_at_97_per_cent_is_told_by_its_ruler_and_doubted_without_one() {
    let small = || {
        Still(picture(Truth {
            print: 0.97,
            ..Truth::good()
        }))
    };
    let mut known = settings();
    known.ruler_mm = Some(145.5);
    let said = calibrate(&mut small(), &known).expect_err("no profile");
    assert!(said.to_string().contains("97.0 %"), "{said}");
    known.ruler_mm = None;
    let calibration = calibrate(&mut small(), &known).expect("a profile");
    assert!(calibration.findings.contains(&Finding::RulerNotMeasured));
}

#[test]
fn a_bent_page_is_told() {
    let flat = picture(Truth::good());
    let bent = image::GrayImage::from_fn(1_920, 1_080, |x, y| {
        let shift = 12.0 * (f64::from(x) / 300.0).sin();
        let from = (f64::from(y) + shift).clamp(0.0, 1_079.0);
        *flat.get_pixel(x, from as u32)
    });
    let said = error(bent);
    assert!(matches!(said, CalibrationError::BadFit { .. }), "{said}");
}

#[test]
fn far_out_of_focus_or_in_the_dark_no_target_can_be_read() {
    for (blur, is_right) in [
        (
            12.0,
            (|said| matches!(said, CalibrationError::Blurred)) as fn(&_) -> bool,
        ),
        (40.0, |said| matches!(said, CalibrationError::NoTarget)),
    ] {
        let soft = picture(Truth {
            least_blur: blur,
            ..Truth::good()
        });
        let said = error(soft);
        assert!(is_right(&said), "{blur} {said}");
    }
    let dark = picture(Truth {
        white: 0.04,
        ..Truth::good()
    });
    assert!(matches!(error(dark), CalibrationError::NoTarget));
}

#[test]
fn saturated_paper_is_told() {
    let bright = picture(Truth {
        white: 1.6,
        falloff: 0.95,
        ..Truth::good()
    });
    let outcome = calibrate(&mut Still(bright), &settings());
    let told = match &outcome {
        Ok(calibration) => calibration.findings.contains(&Finding::Bright),
        Err(error) => matches!(error, CalibrationError::NoRegion),
    };
    assert!(told, "{outcome:?}");
}

#[test]
fn smaller_pictures_are_calibrated_too() {
    let small = picture(Truth {
        size: (1_280, 720),
        px_per_mm: 12.0,
        ..Truth::good()
    });
    let calibration = calibrate(&mut Still(small), &settings()).expect("a profile");
    assert!((calibration.profile.geometry.px_per_mm - 12.0).abs() < 0.05);
    assert_eq!(calibration.profile.focus, None);
}

#[test]
fn what_is_written_is_a_profile_of_this_camera_and_of_no_other() {
    let calibration =
        calibrate(&mut Still(picture(Truth::good())), &settings()).expect("a profile");
    let profile = Profile::parse(&calibration.profile.to_toml()).expect("the same");
    let MountGeometry { px_per_mm, .. } = profile.geometry;
    assert!((px_per_mm - calibration.profile.geometry.px_per_mm).abs() < 1e-3);
    let other = CameraFormat {
        name: "other".to_owned(),
        ..profile.camera.clone()
    };
    let said = profile.check_camera(&other);
    assert!(matches!(said, Err(ProfileError::OtherCamera { .. })));
    assert!(render(&calibration, "2021-11-20").contains("18.0"));
}

/// Any picture at all: whatever comes of it is a value.
#[test]
fn pictures_made_of_chance_do_not_panic() {
    let mut chance = super::scene::Chance::new(5);
    for _ in 0..6 {
        let (w, h) = (
            chance.between(1.0, 700.0) as u32,
            chance.between(1.0, 500.0) as u32,
        );
        let noise =
            image::GrayImage::from_fn(w, h, |_, _| image::Luma([chance.between(0.0, 256.0) as u8]));
        assert!(detect(&Frame::still(noise)).is_err());
    }
}
