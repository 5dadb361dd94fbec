//! `uketsuke scan` as others drive it: the program is run and its output read.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What `samples/set/stills/n_00002.jpg` and every file of `tests/pictures` show.
const SAMPLE: &str = "samples/set/stills/n_00002.jpg";
const NUMBER: &str = "211820282900547662";

fn uketsuke(args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program runs")
}

fn objects(output: &Output) -> Vec<Value> {
    String::from_utf8(output.stdout.clone())
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("one JSON object a line"))
        .collect()
}

fn scan(paths: &[&Path]) -> (Option<i32>, Vec<Value>) {
    let args = ["scan", "--jsonl"].into_iter().map(Path::new);
    let output = uketsuke(args.chain(paths.iter().copied()));
    (output.status.code(), objects(&output))
}

/// A file in a temporary folder.
fn file(folder: &tempfile::TempDir, name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

#[test]
fn a_readable_voucher_gives_one_object_with_the_agreed_fields() {
    let (code, objects) = scan(&[Path::new(SAMPLE)]);
    assert_eq!(code, Some(0));
    let [object] = &objects[..] else {
        panic!("{objects:?}")
    };
    assert_eq!(object["file"], SAMPLE);
    assert_eq!(object["status"], "accepted");
    assert_eq!(object["number"], NUMBER);
    assert_eq!(object["candidate"], Value::Null);
    assert_eq!(object["reasons"], Value::Array(vec![]));
    for field in ["focus", "glare", "exposure", "px_per_mm"] {
        assert!(object["quality"][field].is_number(), "{field}");
    }
    assert!(object["elapsed_ms"].as_f64() > Some(0.0));
    let witnesses = object["witnesses"].as_array().expect("witnesses");
    assert!(witnesses.len() >= 2);
    for witness in witnesses {
        assert_eq!(witness["digits"].as_str().map(str::len), Some(18));
    }
    assert!(object.get("marks").is_none());
}

#[test]
fn with_marks_every_symbol_and_digit_line_is_told_with_corners() {
    let output = uketsuke(["scan", "--jsonl", "--marks", SAMPLE]);
    let object = &objects(&output)[0];
    let marks = object["marks"].as_array().expect("marks");
    assert!(marks.iter().any(|mark| mark["kind"] == "nw7"));
    assert!(
        marks
            .iter()
            .any(|mark| mark["kind"] == "qr" && mark["text"] == NUMBER)
    );
    let lines = object["lines"].as_array().expect("lines");
    assert!(lines.iter().any(|line| line["text"] == NUMBER));
    assert!(
        marks
            .iter()
            .chain(lines)
            .all(|it| it["corners"].as_array().map(Vec::len) == Some(4))
    );
}

#[test]
fn rare_formats_of_the_same_picture_are_read_alike() {
    for name in [
        "cmyk.jpg",
        "palette.png",
        "sixteen_bit.png",
        "turned_by_exif.jpg",
        "grey.webp",
        "grey.tiff",
    ] {
        let (code, objects) = scan(&[&Path::new("tests/pictures").join(name)]);
        assert_eq!(code, Some(0), "{name}");
        assert_eq!(objects[0]["number"], NUMBER, "{name}: {}", objects[0]);
    }
}

#[test]
fn rubbish_among_the_inputs_is_refused_by_name_and_the_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = std::fs::read(SAMPLE).expect("the sample");
    let mut giant = std::fs::read("tests/pictures/palette.png").expect("a PNG");
    giant[16..20].copy_from_slice(&50_000u32.to_be_bytes());
    giant[20..24].copy_from_slice(&50_000u32.to_be_bytes());
    let rubbish = [
        file(&folder, "empty.jpg", b""),
        file(&folder, "truncated.jpg", &sample[..sample.len() * 2 / 3]),
        file(&folder, "giant.png", &giant),
        file(&folder, "text.png", b"<html>not a picture</html>"),
        folder.path().join("missing.jpg"),
        tempfile::tempdir_in(folder.path())
            .expect("an empty folder")
            .keep(),
    ];
    let mut paths: Vec<&Path> = rubbish.iter().map(PathBuf::as_path).collect();
    paths.push(Path::new(SAMPLE));
    let (code, objects) = scan(&paths);
    assert_eq!(code, Some(1));
    assert_eq!(objects.len(), paths.len());
    for (object, path) in objects.iter().zip(&rubbish) {
        assert_eq!(object["file"].as_str(), path.to_str());
        assert_eq!(object["status"], "refused");
        assert_eq!(object["reasons"][0], "unreadable_file");
        assert_eq!(object["number"], Value::Null);
    }
    assert_eq!(objects[rubbish.len()]["number"], NUMBER);
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_read_like_any_other() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().expect("a folder");
    let sample = std::fs::read(SAMPLE).expect("the sample");
    let path = file(&folder, OsStr::from_bytes(b"\xffvoucher.jpg"), &sample);
    let (code, objects) = scan(&[&path]);
    assert_eq!(code, Some(0));
    assert_eq!(objects[0]["number"], NUMBER);
}

#[test]
fn paths_come_from_standard_input_where_a_dash_stands() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(["scan", "--jsonl", "-"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    writeln!(stdin, "{SAMPLE}\n\nmissing.jpg").expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    let objects = objects(&output);
    assert_eq!(objects.len(), 2);
    assert_eq!(objects[0]["number"], NUMBER);
}

#[test]
fn a_reader_that_closes_the_pipe_early_ends_the_run_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_uketsuke"))
        .args(["scan", "--jsonl", "samples/set/stills"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_session_that_expects_another_dose_sends_the_voucher_to_a_person() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = file(
        &folder,
        "session.toml",
        "version = 1\nconfirmed = true\nmode = \"after-shot\"\ndate = \"2021-11-20\"\nvenue = \"市民会館\"\n\
         doctor = \"見本 太郎\"\nproduct = \"comirnaty-12\"\nlot = \"FJ7489\"\nticket_kind = \"vaccination\"\n\
         dose = 9\noperator = \"clerk-01\"\n"
            .as_bytes(),
    );
    let output = uketsuke([
        OsStr::new("scan"),
        "--jsonl".as_ref(),
        "--session".as_ref(),
        session.as_ref(),
        SAMPLE.as_ref(),
    ]);
    let object = &objects(&output)[0];
    assert_eq!(object["status"], "review");
    assert_eq!(object["candidate"], NUMBER);
    assert_eq!(object["reasons"], serde_json::json!(["unexpected_dose"]));
}

#[test]
fn the_shipped_sequence_tells_every_voucher_once_in_order() {
    let sequences = std::fs::read_dir("samples/set/sequences").expect("sequences");
    for folder in sequences.map(|entry| entry.expect("an entry").path()) {
        let output = uketsuke([
            OsStr::new("scan"),
            "--jsonl".as_ref(),
            "--sequence".as_ref(),
            folder.as_ref(),
        ]);
        let told: Vec<String> = (objects(&output).iter())
            .map(|object| object["number"].as_str().unwrap_or("-").to_owned())
            .collect();
        let truth = std::fs::read_to_string(folder.join("truth.csv")).expect("truth.csv");
        let put_down: Vec<String> = (truth.lines().skip(1))
            .filter_map(|row| row.split(',').nth(1).map(str::to_owned))
            .collect();
        assert_eq!(told, put_down);
    }
}

#[test]
fn wrong_usage_exits_2() {
    assert_eq!(uketsuke(["scan"]).status.code(), Some(2));
    assert_eq!(
        uketsuke(["scan", "--fps", "0", "--sequence", "x"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(
        uketsuke(["scan", "--session", "missing.toml", SAMPLE])
            .status
            .code(),
        Some(2)
    );
}
