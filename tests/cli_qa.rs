//! `uketsuke qa` as its users meet it: exit codes, what it prints, what it leaves behind.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const NUMBER: &str = "211310160012345678";

/// A set of one grey picture for each line of `rows`, `{}` standing for its name.
fn set(rows: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut manifest = String::from("file,expected_number,expected_outcome,condition\n");
    for (i, row) in rows.iter().enumerate() {
        let name = format!("{i}.png");
        image::GrayImage::from_pixel(320, 200, image::Luma([190]))
            .save(folder.path().join(&name))
            .expect("a picture");
        manifest.push_str(&row.replace("{}", &name));
        manifest.push('\n');
    }
    fs::write(folder.path().join("manifest.csv"), manifest).expect("a manifest");
    folder
}

fn qa(set: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .arg("qa")
        .arg(set)
        .args(arguments)
        .output()
        .expect("uketsuke runs")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_set_in_which_nothing_is_to_be_accepted_passes_when_nothing_is() {
    let set = set(&["{},,refuse,blank", "{},,refuse,blank"]);
    let output = qa(set.path(), &[]);
    assert_eq!(code(&output), Some(0), "{}", words(&output.stderr));
    assert!(words(&output.stdout).contains("合格 passed"));
}

#[test]
fn a_readable_picture_that_is_not_read_fails_under_the_minimum_and_not_above_it() {
    let set = set(&[&format!("{{}},{NUMBER},read,plain")]);
    assert_eq!(code(&qa(set.path(), &[])), Some(1));
    assert_eq!(code(&qa(set.path(), &["--min-read", "0"])), Some(0));
}

#[test]
fn what_is_no_set_is_wrong_usage_and_says_where_and_what_to_do() {
    let nowhere = qa(Path::new("/nowhere"), &[]);
    assert_eq!(code(&nowhere), Some(2));
    let broken = set(&["{},21131016001234567,read,plain"]);
    let output = qa(broken.path(), &[]);
    assert_eq!(code(&output), Some(2));
    let said = words(&output.stderr);
    assert!(
        said.contains("manifest.csv:2") && said.contains("18 digits are needed"),
        "{said}"
    );
    assert!(output.stdout.is_empty());
}

#[test]
fn wrong_arguments_are_wrong_usage() {
    let set = set(&["{},,refuse,blank"]);
    for arguments in [
        &["--min-read", "99"][..],
        &["--jobs", "0"],
        &["--baseline", "/nowhere"],
    ] {
        assert_eq!(code(&qa(set.path(), arguments)), Some(2), "{arguments:?}");
    }
}

#[test]
fn the_summary_of_one_run_is_the_baseline_of_the_next() {
    let set = set(&["{},,refuse,blank", &format!("{{}},{NUMBER},read,plain")]);
    let report = set.path().join("report");
    let report = report.to_str().expect("UTF-8");
    let first = qa(
        set.path(),
        &["--min-read", "0", "--report", report, "--jobs", "1"],
    );
    assert_eq!(code(&first), Some(0), "{}", words(&first.stderr));
    let page = fs::read_to_string(format!("{report}/report.html")).expect("a page");
    assert!(page.contains("0.png") || page.contains("1.png"));

    let summary = format!("{report}/summary.json");
    let again = qa(set.path(), &["--min-read", "0", "--baseline", &summary]);
    assert_eq!(code(&again), Some(0), "{}", words(&again.stdout));

    let text = fs::read_to_string(&summary).expect("a summary");
    let mut better: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    better["read"]["right"] = 1.into();
    fs::write(&summary, better.to_string()).expect("written");
    let worse = qa(set.path(), &["--min-read", "0", "--baseline", &summary]);
    assert_eq!(code(&worse), Some(1));
    assert!(words(&worse.stdout).contains("worse than the baseline"));
}

#[test]
fn with_jsonl_standard_output_is_one_object_and_nothing_else() {
    let set = set(&["{},,refuse,blank"]);
    let output = qa(set.path(), &["--jsonl"]);
    let text = words(&output.stdout);
    assert_eq!(text.lines().count(), 1);
    let summary: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(summary["passed"], true);
    assert_eq!(summary["refuse"]["right"], 1);
}

#[test]
fn a_damaged_picture_is_no_reason_to_stop() {
    let set = set(&["{},,refuse,blank", "{},,refuse,blank"]);
    fs::write(set.path().join("0.png"), b"not a picture").expect("written");
    let output = qa(set.path(), &[]);
    assert_eq!(code(&output), Some(0), "{}", words(&output.stderr));
}
