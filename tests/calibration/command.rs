//! `uketsuke calibrate` and `scan --mount` as their users meet them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use uketsuke::optics::Profile;

use super::scene::{Rendered, Truth};

/// Lens positions that the folder has pictures of.
const POSITIONS: std::ops::RangeInclusive<u16> = 0..=10;

fn uketsuke(args: &[&str], paths: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(args)
        .args(paths)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs")
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder with the target at every position, sharpest at 600.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut camera = Rendered::new(Truth {
        size: (1_280, 720),
        px_per_mm: 12.0,
        best: 600.0,
        blur_per_unit: 0.015,
        ..Truth::good()
    });
    for index in POSITIONS {
        camera.lens = f64::from(index) * 100.0;
        let name = format!("focus_{:04}.png", index * 100);
        camera
            .whole()
            .save(folder.path().join(name))
            .expect("a picture");
    }
    folder
}

#[test]
fn a_folder_of_pictures_becomes_a_profile_and_a_report() {
    let pictures = folder();
    let out = tempfile::tempdir().expect("a folder");
    let (profile, report) = (
        out.path().join("mount.toml"),
        out.path().join("report.html"),
    );
    let camera = format!("pictures:{}", pictures.path().display());
    let args = ["calibrate", "--camera", &camera, "--ruler", "150", "-o"];
    let output = uketsuke(&args, &[&profile, Path::new("--report"), &report]);
    assert_eq!(output.status.code(), Some(0), "{}", words(&output.stderr));
    assert!(words(&output.stdout).contains("px/mm"));
    let text = std::fs::read_to_string(&profile).expect("a profile");
    let measured = Profile::parse(&text).expect("a profile");
    assert_eq!(measured.focus.map(|focus| focus.position.0), Some(600));
    assert!((measured.geometry.px_per_mm - 12.0).abs() < 0.06);
    let html = std::fs::read_to_string(&report).expect("a report");
    assert!(html.contains("残差") && html.contains("<svg"));
    if let Ok(kept) = std::env::var("CALIBRATION_REPORT") {
        std::fs::copy(&report, kept).expect("a copy");
    }
}

#[test]
fn what_is_no_camera_and_what_shows_no_target_is_told_with_the_remedy() {
    let empty = tempfile::tempdir().expect("a folder");
    let file = empty.path().join("mount.toml");
    let run = |camera: &str| {
        let output = uketsuke(&["calibrate", "--camera", camera, "-o"], &[&file]);
        (output.status.code(), words(&output.stderr))
    };
    let nothing = format!("pictures:{}", empty.path().display());
    for camera in ["somewhere", nothing.as_str()] {
        let (code, said) = run(camera);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(" / "), "{said}");
    }
    let blank = tempfile::tempdir().expect("a folder");
    image::GrayImage::from_pixel(640, 360, image::Luma([200]))
        .save(blank.path().join("blank.png"))
        .expect("a picture");
    let (code, said) = run(&format!("pictures:{}", blank.path().display()));
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("calibration/target.pdf") && !file.exists(),
        "{said}"
    );
}

#[test]
fn scan_tells_focus_and_scale_relative_to_the_mount_of_its_pictures() {
    const SAMPLE: &str = "samples/set/stills/n_00002.jpg";
    let quality = |output: &Output| -> Value {
        let object: Value = serde_json::from_str(words(&output.stdout).trim()).expect("one object");
        object["quality"].clone()
    };
    let plain = quality(&uketsuke(&["scan", "--jsonl", SAMPLE], &[]));
    let size = image::image_dimensions(SAMPLE).expect("a sample");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let write = |width: u32, height: u32| {
        let map = "[0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9],".repeat(7);
        let text = format!(
            "version = 1\n[camera]\nname = \"a\"\nformat = \"\"\nwidth = {width}\nheight = {height}\n\
             [focus]\nsharpness = 0.5\n[lens]\npx_per_mm = 17.5\ndistortion = [0.0, 0.0]\n\
             [tilt]\nright_deg = 0.0\ndown_deg = 0.0\nheight_mm = 75.0\n\
             [region]\nleft = 0\ntop = 0\nright = {width}\nbottom = {height}\n\
             [light]\nwhite = 0.75\nmap = [{map}]\n\
             [made]\ndate = \"2021-11-20\"\nprogram = \"0.1.0\"\nresidual_px = 0.05\n"
        );
        std::fs::write(file.path(), text).expect("a file");
    };
    write(size.0, size.1);
    let seen = quality(&uketsuke(
        &["scan", "--jsonl", SAMPLE, "--mount"],
        &[file.path()],
    ));
    assert_eq!(seen["px_per_mm"], 17.5);
    let focus = |quality: &Value| quality["focus"].as_f64().expect("a number");
    let expected = (focus(&plain) / 0.5).min(1.0);
    assert!((focus(&seen) - expected).abs() < 0.002, "{plain} {seen}");
    write(size.0 + 2, size.1);
    let output = uketsuke(&["scan", "--jsonl", SAMPLE, "--mount"], &[file.path()]);
    assert_eq!(quality(&output), plain);
    assert!(words(&output.stderr).contains("--mount") && output.status.success());
    std::fs::write(file.path(), "").expect("a file");
    let output = uketsuke(&["scan", "--jsonl", SAMPLE, "--mount"], &[file.path()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output.stderr).contains("uketsuke calibrate"));
}
