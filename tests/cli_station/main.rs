//! The station without a screen, driven as a person or a script would.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

mod commands;
mod pile;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use image::imageops::overlay;
use image::{GrayImage, Luma};
use serde_json::Value;

const SEQUENCE: &str = "samples/set/sequences/S_133";

const SESSION: &str = "version = 1\nconfirmed = true\nmode = \"after-shot\"\ndate = \"2021-11-20\"\n\
    venue = \"市民会館\"\ndoctor = \"山田 太郎\"\nproduct = \"comirnaty-12\"\nlot = \"FJ7489\"\n\
    ticket_kind = \"vaccination\"\noperator = \"clerk-01\"\n";

/// A tablet, and a session file beside it.
struct Tablet {
    folder: tempfile::TempDir,
}

impl Tablet {
    fn new() -> Self {
        let tablet = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        fs::write(tablet.path("session.toml"), SESSION).expect("written");
        fs::write(tablet.path("passphrase"), "桜の木の下で待つ\n").expect("written");
        tablet
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke"));
        command
            .args(arguments)
            .args(["--data-dir", &self.text("data")])
            .env("UKETSUKE_KEYS_STORE", "file")
            .env("UKETSUKE_NOW", "2021-11-20T10:00:00+09:00")
            .env_remove("UKETSUKE_CONFIG")
            .env_remove("UKETSUKE_DATA_DIR")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("it runs")
    }

    fn station(&self, more: &[&str]) -> Output {
        let camera = format!("replay:{SEQUENCE}@10");
        let common = [
            "station",
            "--headless",
            "--jsonl",
            "--camera",
            &camera,
            "--until-end",
        ];
        self.run(&[&common, more].concat())
    }

    fn in_session(&self, more: &[&str]) -> Output {
        let session = self.text("session.toml");
        self.station(&[&["--session", session.as_str()], more].concat())
    }
}

fn objects(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("text");
    let objects = text.lines().map(serde_json::from_str);
    objects.collect::<Result<_, _>>().expect("JSON")
}

fn numbers<'a>(objects: &'a [Value], event: &str) -> Vec<&'a str> {
    let of = objects.iter().filter(|object| object["event"] == event);
    of.filter_map(|object| object["number"].as_str()).collect()
}

fn truth() -> Vec<String> {
    let text = fs::read_to_string(format!("{SEQUENCE}/truth.csv")).expect("a truth");
    let rows = text.lines().skip(1);
    rows.filter_map(|row| row.split(',').nth(1))
        .map(str::to_owned)
        .collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_voucher_of_a_sequence_is_recorded_once_in_order_and_known_when_it_comes_again() {
    let tablet = Tablet::new();
    let first = tablet.in_session(&[]);
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let told = objects(&first);
    assert_eq!(numbers(&told, "recorded"), truth());
    let recorded = told.iter().find(|object| object["event"] == "recorded");
    let recorded = recorded.expect("one");
    assert!(
        recorded["after_ms"].is_u64() && recorded["at_frame"].is_u64(),
        "{recorded}"
    );
    assert!(recorded["record_id"].is_string());
    assert_eq!(told.last().expect("an end")["event"], "finished");

    let again = objects(&tablet.in_session(&[]));
    assert!(numbers(&again, "recorded").is_empty());
    assert_eq!(numbers(&again, "already_recorded"), truth());
}

#[test]
fn a_session_that_is_not_confirmed_for_today_records_nothing_and_says_so() {
    let tablet = Tablet::new();
    for (from, to, says) in [
        ("confirmed = true", "confirmed = false", "not confirmed"),
        ("2021-11-20", "2021-11-19", "confirm it for today"),
    ] {
        let session = SESSION.replace(from, to);
        fs::write(tablet.path("session.toml"), session).expect("written");
        let output = tablet.in_session(&[]);
        assert_eq!(output.status.code(), Some(2), "{to}");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(says), "{told}");
        assert!(!told.contains("\"recorded\""));
    }
    let without = objects(&tablet.station(&[]));
    assert!(numbers(&without, "recorded").is_empty());
    assert!(told_of_cards(&without).is_empty(), "vouchers are no cards");
}

#[test]
fn a_camera_that_is_none_is_told_with_the_remedy() {
    let tablet = Tablet::new();
    for (camera, code, says) in [
        ("usb:0", 2, "write v4l:0"),
        ("replay:/nowhere@10", 1, "check the path"),
        ("replay:samples/set/sequences/S_133@0", 2, "frames a second"),
    ] {
        let output = tablet.run(&["station", "--headless", "--camera", camera, "--until-end"]);
        assert_eq!(output.status.code(), Some(code), "{camera}");
        assert!(said(&output).contains(says), "{}", said(&output));
    }
}

#[test]
fn a_second_station_on_the_same_directory_says_so_and_leaves() {
    let tablet = Tablet::new();
    assert_eq!(tablet.in_session(&[]).status.code(), Some(0));
    let mut waiting = tablet.command(&[
        "station",
        "--headless",
        "--jsonl",
        "--commands",
        "--camera",
        &format!("replay:{SEQUENCE}@10"),
        "--session",
        &tablet.text("session.toml"),
    ]);
    let mut first = waiting
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    // Its first line says that it has begun.
    let mut line = String::new();
    let output = first.stdout.as_mut().expect("an output");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("a line");
    let second = tablet.in_session(&[]);
    drop(first.stdin.take());
    let _ = first.wait();
    assert_eq!(second.status.code(), Some(1));
    assert!(
        said(&second).contains("runs in another window"),
        "{}",
        said(&second)
    );
}

#[test]
fn a_session_card_sets_another_tablet_alike_and_both_show_the_same_code() {
    let (lead, tablet) = (Tablet::new(), Tablet::new());
    let card = lead.text("card.png");
    let made = lead.run(&["session", "card", &lead.text("session.toml"), "-o", &card]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    let code = said(&made).trim().rsplit(' ').next().map(str::to_owned);
    let code = code.expect("a code");
    let output = tablet.text("taken.toml");
    let read = [
        "session",
        "read",
        &card,
        "--operator",
        "clerk-02",
        "-o",
        &output,
    ];
    let untrusted = tablet.run(&read);
    assert_eq!(untrusted.status.code(), Some(1));
    let key = lead.run(&["session", "key"]);
    let thumbprint = String::from_utf8(key.stdout).expect("text");
    let trusting = |more: &[&str]| {
        let mut command = tablet.command(&[&read[..], more].concat());
        command.env("UKETSUKE_CARDS_SIGNERS", thumbprint.trim());
        command.output().expect("it runs")
    };
    let shown = trusting(&[]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains(&code));
    assert!(
        fs::read_to_string(&output)
            .expect("a file")
            .contains("confirmed = false")
    );
    assert_eq!(trusting(&["--confirm", "2222"]).status.code(), Some(1));
    assert_eq!(trusting(&["--confirm", &code]).status.code(), Some(0));
    let taken = fs::read_to_string(&output).expect("a file");
    assert!(
        taken.contains("confirmed = true") && taken.contains("clerk-02"),
        "{taken}"
    );
}

/// A lead's tablet, and a card of its session that holds an hour: its text.
fn card_of(lead: &Tablet) -> String {
    let session = lead.text("session.toml");
    let made = lead.run(&["session", "card", &session, "--hours", "1"]);
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    String::from_utf8(made.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

/// A folder of frames, ten a second, through which a card with this text comes under the camera,
/// lies there for two seconds, and goes.
fn film(folder: &Path, text: &str) {
    let level = qrcode::EcLevel::L;
    let code = qrcode::QrCode::with_error_correction_level(text, level).expect("a QR");
    let width = code.width();
    let module = |at: u32| (at as usize / 6).checked_sub(4).filter(|at| *at < width);
    let side = (width as u32 + 8) * 6;
    let card = GrayImage::from_fn(side, side, |x, y| {
        let dark = module(x).zip(module(y)).map(|at| code[at]);
        Luma([if dark == Some(qrcode::Color::Dark) {
            30
        } else {
            235
        }])
    });
    let comes = [960, 640, 320];
    let lies = [100; 20];
    let gone = [960; 15];
    fs::create_dir(folder).expect("a folder");
    let places = comes
        .iter()
        .chain(&lies)
        .chain(comes.iter().rev())
        .chain(&gone);
    for (number, y) in places.enumerate() {
        let mut frame = GrayImage::from_pixel(1280, 960, Luma([150]));
        overlay(&mut frame, &card, 300, *y);
        let file = folder.join(format!("frame_{number:03}.png"));
        frame.save(file).expect("written");
    }
}

/// What a station without a session tells of a card with this text, and its last word.
fn shown(tablet: &Tablet, text: &str, signers: &str, now: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    film(&folder.path().join("card"), text);
    let camera = format!("replay:{}@10", folder.path().join("card").display());
    let station = [
        "station",
        "--headless",
        "--jsonl",
        "--until-end",
        "--camera",
        &camera,
    ];
    let mut command = tablet.command(&station);
    command
        .env("UKETSUKE_CARDS_SIGNERS", signers)
        .env("UKETSUKE_NOW", now);
    let output = command.output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    objects(&output)
}

fn told_of_cards(told: &[Value]) -> Vec<Value> {
    let of_card = |object: &&Value| object["event"] == "card" || object["event"] == "card_refused";
    told.iter().filter(of_card).cloned().collect()
}

/// The thumbprint of a tablet's key.
fn thumbprint(tablet: &Tablet) -> String {
    let key = tablet.run(&["session", "key"]);
    String::from_utf8(key.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

const MORNING: &str = "2021-11-20T10:00:00+09:00";

#[test]
fn a_session_card_under_the_camera_is_told_once_and_begins_nothing_until_it_is_confirmed() {
    let (lead, tablet) = (Tablet::new(), Tablet::new());
    let text = card_of(&lead);
    let told = shown(&tablet, &text, &thumbprint(&lead), MORNING);
    let cards = told_of_cards(&told);
    let [card] = cards.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(card["event"], "card");
    let code = uketsuke::keys::comparison_code(&text);
    assert_eq!(card["code"], code.as_str());
    let finished = told.last().expect("an end");
    assert_eq!(finished["stage"], "NoSession");
    assert_eq!(finished["undecided"], 0, "a card is no voucher");

    let session = card["session"].as_str().expect("a session file");
    assert!(session.contains("confirmed = false"), "{session}");
    let confirmed = session.replace("confirmed = false", "confirmed = true");
    fs::write(tablet.path("session.toml"), confirmed).expect("written");
    let told = objects(&tablet.in_session(&[]));
    assert_eq!(numbers(&told, "recorded"), truth());
}

#[test]
fn a_session_card_that_is_forged_expired_or_a_strangers_is_refused_once_with_the_remedy() {
    let (lead, tablet) = (Tablet::new(), Tablet::new());
    let (text, signer) = (card_of(&lead), thumbprint(&lead));
    let forged = {
        let (signed, signature) = text.rsplit_once('.').expect("three parts");
        let other: String = signature.chars().rev().collect();
        format!("{signed}.{other}")
    };
    let evening = "2021-11-20T20:00:00+09:00";
    for (text, signers, now, says) in [
        (
            &forged,
            signer.as_str(),
            MORNING,
            "altered or forged: do not use it",
        ),
        (
            &text,
            signer.as_str(),
            evening,
            "ask the lead for a new one",
        ),
        (&text, "", MORNING, "add its thumbprint to cards.signers"),
    ] {
        let told = shown(&tablet, text, signers, now);
        let cards = told_of_cards(&told);
        let [refused] = cards.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!(refused["event"], "card_refused");
        let words = refused["en"].as_str().expect("words");
        assert!(words.contains(says), "{words}");
        assert!(refused["ja"].is_string());
        assert_eq!(told.last().expect("an end")["stage"], "NoSession");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_that_is_not_there_is_told_with_the_remedy_and_waited_for() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke"));
    command.args(["camera", "--camera", "v4l:63", "--seconds", "1", "--jsonl"]);
    let output = command.stdin(Stdio::null()).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let told = objects(&output);
    let lost = told.iter().find(|object| object["event"] == "camera_lost");
    let words = lost.expect("a loss")["en"].as_str().expect("words");
    assert!(words.contains("check that it is plugged in"), "{words}");
}
