use super::*;
use proptest::prelude::*;

fn changed(from: &str, to: &str) -> Result<Profile, ProfileError> {
    let text = Profile::example().to_toml();
    assert!(text.contains(from), "{from} is not in {text}");
    Profile::parse(&text.replace(from, to))
}

/// The figures of a profile are rounded when it is written; degrees come back as radians.
fn same(a: &Profile, b: &Profile) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    near(a.geometry.tilt_right, b.geometry.tilt_right)
        && near(a.geometry.tilt_down, b.geometry.tilt_down)
        && Profile {
            geometry: MountGeometry {
                tilt_right: b.geometry.tilt_right,
                tilt_down: b.geometry.tilt_down,
                ..a.geometry
            },
            ..a.clone()
        } == *b
}

#[test]
fn a_profile_comes_back_from_its_file_and_every_line_has_words() {
    let profile = Profile::example();
    let text = profile.to_toml();
    assert!(same(&Profile::parse(&text).unwrap(), &profile), "{text}");
    let fixed = Profile {
        focus: None,
        exposure: None,
        ..profile.clone()
    };
    assert!(same(&Profile::parse(&fixed.to_toml()).unwrap(), &fixed));
    let without_gain = Profile {
        exposure: Some(ExposureSetting {
            time: 156,
            gain: None,
        }),
        ..profile
    };
    let text = without_gain.to_toml();
    assert!(same(&Profile::parse(&text).unwrap(), &without_gain));
}

#[test]
fn an_empty_or_corrupt_file_is_told_with_the_remedy() {
    assert_eq!(Profile::parse(" \n"), Err(ProfileError::Empty));
    for text in [
        "\0\0",
        "version = ",
        "version = 1",
        "[version]",
        "version = \"1\"",
    ] {
        let error = Profile::parse(text).unwrap_err();
        assert!(matches!(error, ProfileError::Damaged(_)), "{text}: {error}");
        assert!(error.to_string().contains("uketsuke calibrate"));
    }
    let half = Profile::example().to_toml();
    assert!(Profile::parse(&half[..half.len() / 2]).is_err());
}

#[test]
fn another_version_is_told_even_when_its_keys_are_unknown() {
    let error = changed("version = 1\n", "version = 7\nlens_model = \"x\"\n");
    assert_eq!(error, Err(ProfileError::Version(7)));
}

#[test]
fn values_that_no_mount_has_are_refused() {
    for (from, to) in [
        ("px_per_mm = 19.8125", "px_per_mm = 0.0"),
        ("px_per_mm = 19.8125", "px_per_mm = nan"),
        ("px_per_mm = 19.8125", "px_per_mm = inf"),
        ("distortion = [-0.062500", "distortion = [-7.0"),
        ("right_deg = 1.500", "right_deg = 80.0"),
        ("height_mm = 75.0", "height_mm = 0.0"),
        ("width = 1920", "width = 0"),
        ("right = 1760", "right = 4000"),
        ("left = 160", "left = 1900"),
        ("sharpness = 0.8125", "sharpness = 0.0"),
        ("position = 120", "position = 900"),
        ("step = 5", "step = 0"),
        ("white = 0.7500", "white = 3.0"),
        ("exposure = 156", "#"),
        ("[0.9375, 0.9375", "[-0.9375, 0.9375"),
        ("residual_px = 0.0625", "residual_px = -1.0"),
    ] {
        let error = changed(from, to).unwrap_err();
        assert!(matches!(error, ProfileError::Value { .. }), "{to}: {error}");
    }
    for (from, to) in [
        ("step = 5\n", ""),
        ("px_per_mm", "px_per_mn"),
        ("date = \"2021-11-20\"", "date = \"tomorrow\""),
    ] {
        assert!(changed(from, to).is_err(), "{to}");
    }
}

#[test]
fn a_profile_of_another_camera_or_size_is_told_with_both() {
    let profile = Profile::example();
    assert_eq!(profile.check_camera(&profile.camera), Ok(()));
    let other = CameraFormat {
        name: "Other".to_owned(),
        ..profile.camera.clone()
    };
    let error = profile.check_camera(&other).unwrap_err().to_string();
    assert!(error.contains("受付") && error.contains("Other"), "{error}");
    let smaller = CameraFormat {
        size: (1_280, 720),
        ..profile.camera.clone()
    };
    let error = profile.check_camera(&smaller).unwrap_err().to_string();
    assert!(
        error.contains("1920×1080 MJPG") && error.contains("1280×720 MJPG"),
        "{error}"
    );
}

proptest! {
    #[test]
    fn no_text_panics(text: String) {
        let _ = Profile::parse(&text);
    }

    #[test]
    fn no_cut_and_no_changed_byte_panics(at in 0usize..2_000, byte: u8, cut: bool) {
        let mut bytes = Profile::example().to_toml().into_bytes();
        let at = at % bytes.len();
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let _ = Profile::parse(&String::from_utf8_lossy(&bytes));
    }
}
