//! 照合: the pile of paper against day files.

use std::fs;
use std::io::Write as _;
use std::process::{Output, Stdio};

use image::{GrayImage, Luma};

use crate::{SEQUENCE, Tablet, numbers, objects, said, truth};

const EVENING: &str = "2021-11-20T17:00:00+09:00";

/// What a person says to close the day of [`SEQUENCE`].
const CLOSE: &str = r#"{"command":"counted","product":"comirnaty-12","lot":"FJ7489","vials":1,"drawn":3}
{"command":"discarded","product":"comirnaty-12","lot":"FJ7489","doses":3,"from":"vial","reason":"残り"}
{"command":"close"}
"#;

impl Tablet {
    /// A camera that shows nothing.
    pub(crate) fn empty_desk(&self) -> String {
        let desk = self.path("desk");
        fs::create_dir_all(&desk).expect("a folder");
        let empty = GrayImage::from_pixel(320, 240, Luma([150]));
        empty.save(desk.join("frame_0.png")).expect("written");
        format!("replay:{}@10", desk.display())
    }

    /// Closes the day, as these commands say.
    fn close(&self, commands: &str) {
        let camera = self.empty_desk();
        let session = self.text("session.toml");
        let station = [
            "station",
            "--headless",
            "--jsonl",
            "--commands",
            "--camera",
            &camera,
        ];
        let mut command = self.command(&[&station[..], &["--session", &session]].concat());
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it runs");
        let mut input = child.stdin.take().expect("an input");
        input.write_all(commands.as_bytes()).expect("it listens");
        drop(input);
        let output = child.wait_with_output().expect("an end");
        let told = objects(&output);
        assert!(
            told.iter().any(|object| object["event"] == "closed"),
            "{told:?}"
        );
    }

    #[cfg(target_os = "linux")]
    fn import_one(&self) {
        let header =
            "券種,回数,自治体コード,券番号,接種日,会場名,医師名,ワクチンメーカー,ロット番号,結果";
        let row = "2,1,131016,0012345678,20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種";
        let path = self.text("one.csv");
        fs::write(&path, format!("{header}\n{row}\n")).expect("written");
        let imported = self.run(&["import", "--format", "vrs-csv", &path]);
        assert_eq!(imported.status.code(), Some(0), "{}", said(&imported));
    }

    fn day_file(&self, name: &str, now: &str) -> Output {
        let (file, passphrase) = (self.text(name), self.text("passphrase"));
        let write = ["day-file", "-o", &file, "--passphrase-file", &passphrase];
        let wrote = self.command(&write).env("UKETSUKE_NOW", now).output();
        let wrote = wrote.expect("it runs");
        assert_eq!(wrote.status.code(), Some(0), "{}", said(&wrote));
        wrote
    }

    fn reconcile(&self, files: &[&str], camera: &str) -> Vec<String> {
        let arguments = [
            "reconcile",
            "--jsonl",
            "--camera",
            camera,
            "--passphrase-file",
        ];
        let files = files.iter().map(|file| (*file).to_owned());
        let arguments = arguments.map(str::to_owned).into_iter();
        arguments
            .chain([self.text("passphrase")])
            .chain(files)
            .collect()
    }

    fn reconciled(&self, files: &[&str], camera: &str) -> Output {
        let arguments = self.reconcile(files, camera);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.run(&arguments)
    }
}

#[test]
fn the_pile_is_held_against_the_day_file() {
    let tablet = Tablet::new();
    tablet.in_session(&[]);
    tablet.close(CLOSE);
    assert_eq!(said(&tablet.day_file("tablet.day", EVENING)), "");
    let file = tablet.text("tablet.day");
    let pile = format!("replay:{SEQUENCE}@10");
    let held = tablet.reconciled(&[&file], &pile);
    assert_eq!(held.status.code(), Some(0), "{}", said(&held));
    let told = objects(&held);
    assert_eq!(numbers(&told, "recorded"), truth());
    let report = told.last().expect("a report");
    assert_eq!(
        (&report["sheets"], &report["not_read"], &report["open_days"]),
        (&3.into(), &0.into(), &serde_json::json!([]))
    );

    let stranger = Tablet::new();
    let other = stranger.reconciled(&[&file], &pile);
    assert_eq!(other.status.code(), Some(1));
    assert!(said(&other).contains("not known here"), "{}", said(&other));
    fs::write(tablet.path("passphrase"), "梅の木の下で待つ\n").expect("written");
    let locked = tablet.reconciled(&[&file], &pile);
    assert!(said(&locked).contains("does not open"), "{}", said(&locked));
}

#[test]
fn a_pile_that_was_counted_fits_when_as_many_sheets_were_read() {
    let tablet = Tablet::new();
    tablet.in_session(&[]);
    tablet.close(CLOSE);
    tablet.day_file("tablet.day", EVENING);
    let pile = format!("replay:{SEQUENCE}@10");
    let mut arguments = tablet.reconcile(&[&tablet.text("tablet.day")], &pile);
    arguments.push("--count".to_owned());
    for (count, exit) in [("3", 0), ("4", 1)] {
        let counted: Vec<&str> = arguments
            .iter()
            .map(String::as_str)
            .chain([count])
            .collect();
        let held = tablet.run(&counted);
        assert_eq!(held.status.code(), Some(exit), "{}", said(&held));
    }
}

#[test]
fn a_day_that_is_not_closed_is_told_when_its_file_is_made_and_when_it_is_held_against_the_pile() {
    let tablet = Tablet::new();
    tablet.run(&["session", "key"]);
    let wrote = said(&tablet.day_file("noon.day", "2021-11-20T12:00:00+09:00"));
    assert!(
        wrote.contains("close the day") && wrote.contains("締めて"),
        "{wrote}"
    );
    let desk = tablet.empty_desk();
    let noon = tablet.text("noon.day");
    let held = tablet.reconciled(&[&noon], &desk);
    assert_eq!(held.status.code(), Some(1));
    let told = objects(&held);
    let open = &told.last().expect("a report")["open_days"];
    let open = open.as_array().expect("a list");
    assert!(open.len() == 1 && open[0].is_string(), "{told:?}");

    tablet.close("{\"command\":\"close\"}\n");
    tablet.day_file("evening.day", EVENING);
    let evening = tablet.text("evening.day");
    let held = tablet.reconciled(&[&evening, &noon], &desk);
    assert_eq!(held.status.code(), Some(0), "{}", said(&held));
    let told = said(&held);
    assert!(
        told.contains("noon.day") && told.contains("newer file"),
        "{told}"
    );
    assert!(!told.contains("evening.day"), "{told}");
}

/// How a camera is made to end that never ends by itself.
#[cfg(target_os = "linux")]
fn reports_when(end: impl FnOnce(&mut std::process::Child)) {
    let tablet = Tablet::new();
    tablet.import_one();
    tablet.day_file("tablet.day", EVENING);
    let file = tablet.text("tablet.day");
    // Not there: it is waited for.
    let arguments = tablet.reconcile(&[&file], "v4l:63");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = tablet.command(&arguments);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = piped.stderr(Stdio::piped()).spawn().expect("it runs");
    // It hears the system before it looks for the camera.
    let mut line = String::new();
    let words = child.stderr.take().expect("words");
    let mut words = std::io::BufReader::new(words);
    std::io::BufRead::read_line(&mut words, &mut line).expect("a line");
    assert!(line.contains("check that it is plugged in"), "{line}");
    end(&mut child);
    let input = child.stdin.take();
    let output = child.wait_with_output().expect("an end");
    drop(input);
    assert_eq!(output.status.code(), Some(1));
    let told = objects(&output);
    let [report] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(
        (&report["event"], &report["sheets"]),
        (&"report".into(), &0.into())
    );
    let without = report["record_without_paper"].as_array().expect("a list");
    assert_eq!(without.len(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_cameras_pile_is_reported_when_standard_input_ends() {
    reports_when(|child| drop(child.stdin.take()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_cameras_pile_is_reported_when_the_system_asks_to_end() {
    use rustix::process::{Pid, Signal, kill_process};
    for signal in [Signal::INT, Signal::TERM] {
        reports_when(|child| {
            let process = Pid::from_child(child);
            kill_process(process, signal).expect("a signal");
        });
    }
}

#[test]
fn a_mount_that_is_no_profile_is_told_before_anything_is_laid_down() {
    let tablet = Tablet::new();
    tablet.run(&["session", "key"]);
    tablet.day_file("tablet.day", EVENING);
    let (file, mount) = (tablet.text("tablet.day"), tablet.text("session.toml"));
    let files = [file.as_str(), "--mount", &mount];
    let held = tablet.reconciled(&files, &tablet.empty_desk());
    assert_eq!(held.status.code(), Some(1));
    assert!(
        said(&held).contains("uketsuke calibrate"),
        "{}",
        said(&held)
    );
}
