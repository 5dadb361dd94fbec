//! The subcommands that keep records, driven as a person or a script would.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const HEADER: &str =
    "券種,回数,自治体コード,券番号,接種日,会場名,医師名,ワクチンメーカー,ロット番号,結果";

/// A tablet on a desk: its data directory, its settings, a card, and the town hall's key.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        fs::create_dir(desk.path("card")).expect("a card");
        let made = desk.run(&["recover", "--new-identity", &desk.text("identity")]);
        let recipient = String::from_utf8(made.stdout).expect("text");
        let card = desk.text("card");
        let settings = format!("[recovery]\n{recipient}\n[second_copy]\nfolder = \"{card}\"\n");
        fs::write(desk.path("settings.toml"), settings).expect("written");
        desk
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

    /// Runs a subcommand on the data directory, with the settings.
    fn on_data(&self, arguments: &[&str]) -> Output {
        let (data, settings) = (self.text("data"), self.text("settings.toml"));
        let common = ["--data-dir", &data, "--config", &settings];
        self.run(&[arguments, &common].concat())
    }

    fn file(&self, name: &str, rows: &[&str]) -> String {
        let path = self.path(name);
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    /// Imports a file and gives the objects that it printed.
    fn import(&self, file: &str) -> Vec<Value> {
        let output = self.on_data(&["import", "--jsonl", "--format", "vrs-csv", file]);
        assert!(output.status.success(), "{}", words(&output));
        objects(&output)
    }

    fn export(&self, name: &str) -> String {
        let path = self.text(name);
        let output = self.on_data(&["export", "--format", "vrs-csv", "-o", &path]);
        assert!(output.status.success(), "{}", words(&output));
        fs::read_to_string(path).expect("written")
    }
}

fn objects(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect()
}

fn words(output: &Output) -> String {
    let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    of(&output.stdout) + &of(&output.stderr)
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed")
}

fn row(personal: u32) -> String {
    format!("2,1,131016,{personal:010},20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種")
}

#[test]
fn the_same_file_again_queues_nothing() {
    let desk = Desk::new();
    let rows: Vec<String> = (1..=5).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = desk.file("forms.csv", &rows);
    let summary = desk.import(&file).pop().expect("a summary");
    assert_eq!(summary["queued"], 5);
    let summary = desk.import(&file).pop().expect("a summary");
    assert_eq!(
        (&summary["queued"], &summary["already"]),
        (&0.into(), &5.into())
    );
}

#[test]
fn what_was_imported_is_exported_as_it_was() {
    let desk = Desk::new();
    let consultation = "1,1,131016,0000000009,20211120,市民会館,山田 太郎,,,予診のみ".to_owned();
    let rows = [row(1), row(2), consultation];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    desk.import(&desk.file("forms.csv", &rows));
    let exported = desk.export("out.csv");
    let mut lines = exported.trim_start_matches('\u{feff}').lines();
    assert_eq!(lines.next(), Some(HEADER));
    assert_eq!(lines.collect::<Vec<_>>(), rows);
}

#[test]
fn bad_rows_are_named_by_line_and_good_ones_kept() {
    let desk = Desk::new();
    let (first, last) = (row(1), row(2));
    let rows = [
        first.as_str(),
        "2,1,131016,00123456789,20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種",
        "2,1,131016,0000000003,20211345,市民会館,山田 太郎,ファイザー,FJ7489,接種",
        "2,1,131016,0000000004,20211120,=1+1,山田 太郎,ファイザー,FJ7489,接種",
        last.as_str(),
    ];
    let objects = desk.import(&desk.file("forms.csv", &rows));
    let refused: Vec<i64> = objects
        .iter()
        .filter(|object| object["status"] == "refused")
        .map(|object| object["line"].as_i64().expect("a line"))
        .collect();
    assert_eq!(refused, [3, 4, 5]);
    assert_eq!(objects.last().expect("a summary")["queued"], 2);
}

#[test]
fn a_file_with_wrong_columns_or_of_another_kind_changes_nothing() {
    let desk = Desk::new();
    desk.import(&desk.file("good.csv", &[&row(1)]));
    for (name, bytes) in [
        ("columns.csv", "自治体コード,券番号\n131016,1\n".as_bytes()),
        ("utf16.csv", b"\xff\xfe\x001\x00"),
        ("workbook.csv", b"PK\x03\x04rest of a workbook"),
        ("empty.csv", b""),
    ] {
        let path = desk.path(name);
        fs::write(&path, bytes).expect("written");
        let output = desk.on_data(&["import", "--format", "vrs-csv", &desk.text(name)]);
        assert_eq!(code(&output), 1, "{name}");
        assert!(words(&output).contains(" / "), "{name}: in both languages");
    }
    assert_eq!(desk.export("out.csv").lines().count(), 2);
}

#[test]
fn a_missing_file_or_folder_is_told_with_its_exit_code() {
    let desk = Desk::new();
    let missing = desk.text("missing.csv");
    let output = desk.on_data(&["import", "--format", "vrs-csv", &missing]);
    assert_eq!(code(&output), 1);
    let output = desk.on_data(&["doctor"]);
    assert_eq!(code(&output), 1, "no data directory yet");
    let output = desk.on_data(&["import", "--format", "xls", &missing]);
    assert_eq!(code(&output), 2);
}

#[test]
fn without_a_credential_store_it_says_what_to_do_and_exits_with_4() {
    let desk = Desk::new();
    let file = desk.file("forms.csv", &[&row(1)]);
    let data = desk.text("data");
    let output = desk
        .command(&["import", "--format", "vrs-csv", &file, "--data-dir", &data])
        .env_remove("UKETSUKE_KEYS_STORE")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .output()
        .expect("it runs");
    assert_eq!(code(&output), 4, "{}", words(&output));
    assert!(words(&output).contains("UKETSUKE_KEYS_STORE=file"));
}

#[test]
fn a_destroyed_tablets_records_come_back_on_another() {
    let desk = Desk::new();
    let rows: Vec<String> = (1..=30).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    desk.import(&desk.file("forms.csv", &rows));
    let before = desk.export("before.csv");
    fs::remove_dir_all(desk.path("data")).expect("destroyed");
    let (card, identity) = (desk.text("card"), desk.text("identity"));
    let other = Desk::new();
    for _ in 0..2 {
        let output = other.on_data(&["recover", "--from", &card, "--identity", &identity]);
        assert!(output.status.success(), "{}", words(&output));
    }
    assert_eq!(other.export("after.csv"), before);
}

#[test]
fn lost_keys_come_back_from_the_recovery_key() {
    let desk = Desk::new();
    desk.import(&desk.file("forms.csv", &[&row(1)]));
    fs::remove_dir_all(desk.path("data/keys")).expect("lost");
    let output = desk.on_data(&["export", "--format", "vrs-csv", "-o", "-"]);
    assert_eq!(code(&output), 1);
    assert!(words(&output).contains("recover --keys-only"));
    let identity = desk.text("identity");
    let output = desk.on_data(&["recover", "--keys-only", "--identity", &identity]);
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(desk.export("out.csv").lines().count(), 2);
}

#[test]
fn the_doctor_finds_nothing_wrong_and_then_broken_pages_and_salvages() {
    let desk = Desk::new();
    let rows: Vec<String> = (1..=40).map(row).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    desk.import(&desk.file("forms.csv", &rows));
    let output = desk.on_data(&["doctor", "--jsonl"]);
    assert_eq!(code(&output), 0, "{}", words(&output));
    assert!(
        objects(&output)
            .iter()
            .all(|check| check["status"] != "alarm")
    );

    let database = desk.path("data/station.db");
    let mut bytes = fs::read(&database).expect("there");
    // Some of these pages hold rows, whatever else lies between them.
    for eighth in 3..8 {
        let place = bytes.len() / 8 * eighth;
        bytes[place] ^= 1;
    }
    fs::write(&database, bytes).expect("written");
    let output = desk.on_data(&["doctor"]);
    assert_eq!(code(&output), 1, "{}", words(&output));
    assert!(words(&output).contains("--salvage"));
    let output = desk.on_data(&["doctor", "--salvage"]);
    assert_eq!(code(&output), 1, "rows are lost: {}", words(&output));
    let (card, identity) = (desk.text("card"), desk.text("identity"));
    let output = desk.on_data(&["recover", "--from", &card, "--identity", &identity]);
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(desk.export("out.csv").lines().count(), 41);
    let output = desk.on_data(&["doctor"]);
    assert_eq!(code(&output), 0, "{}", words(&output));
}

#[test]
fn an_administrator_vouches_for_everybody_after_the_first() {
    let desk = Desk::new();
    let (data, settings) = (desk.text("data"), desk.text("settings.toml"));
    let add = |arguments: &[&str], input: &str| {
        let common = ["--data-dir", &data, "--config", &settings];
        let mut child = desk
            .command(&[&["operator", "add"], arguments, &common].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        // It may refuse before it has read everything.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        child.wait_with_output().expect("it ends")
    };
    let output = add(
        &["clerk-01", "--name", "鈴木", "--role", "clerk"],
        "805317\n",
    );
    assert_eq!(code(&output), 1, "the first one is an administrator");
    let weak = add(
        &["admin-01", "--name", "佐藤", "--role", "administrator"],
        "123456\n",
    );
    assert_eq!(code(&weak), 1);
    assert!(!words(&weak).contains("123456"), "no PIN is ever repeated");
    let output = add(
        &["admin-01", "--name", "佐藤", "--role", "administrator"],
        "805317\n000000\n",
    );
    assert_eq!(code(&output), 1, "an authenticator has to prove itself");
    let vouched = [
        "clerk-01", "--name", "鈴木", "--role", "clerk", "--by", "admin-01",
    ];
    let output = add(&vouched, "805317\n000000\n482915\n");
    assert_eq!(code(&output), 1, "nobody was added so far");
}

#[test]
fn a_training_clock_is_refused_in_production() {
    let desk = Desk::new();
    let file = desk.file("forms.csv", &[&row(1)]);
    let data = desk.text("data");
    let output = desk
        .command(&["import", "--format", "vrs-csv", &file, "--data-dir", &data])
        .env("UKETSUKE_DIRECTORY_KIND", "production")
        .output()
        .expect("it runs");
    assert_ne!(code(&output), 0);
    assert!(
        words(&output).contains("UKETSUKE_NOW"),
        "{}",
        words(&output)
    );
}

#[test]
fn an_export_never_takes_the_place_of_the_stations_own_files() {
    let desk = Desk::new();
    desk.import(&desk.file("forms.csv", &[&row(1)]));
    for name in ["data/station.db", "data/directory.toml", "card/x.csv"] {
        let output = desk.on_data(&["export", "--format", "vrs-csv", "-o", &desk.text(name)]);
        assert_eq!(code(&output), 1, "{name}");
    }
    assert_eq!(code(&desk.on_data(&["doctor"])), 0);
}

#[test]
fn a_database_without_its_directory_file_is_no_new_tablet() {
    let desk = Desk::new();
    let file = desk.file("forms.csv", &[&row(1)]);
    desk.import(&file);
    fs::remove_file(desk.path("data/directory.toml")).expect("removed");
    for arguments in [
        &["doctor"] as &[&str],
        &["import", "--format", "vrs-csv", &file],
    ] {
        let output = desk.on_data(arguments);
        assert_eq!(code(&output), 1);
        assert!(
            words(&output).contains("directory.toml"),
            "{}",
            words(&output)
        );
    }
}

#[test]
fn a_card_that_was_cut_off_is_told() {
    let desk = Desk::new();
    desk.import(&desk.file("forms.csv", &[&row(1)]));
    desk.import(&desk.file("more.csv", &[&row(2)]));
    let copy = files_below(&desk.path("card"))
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "copy"))
        .expect("a copy");
    let bytes = fs::read(&copy).expect("there");
    fs::write(&copy, &bytes[..bytes.len() - 30]).expect("written");
    let (card, identity) = (desk.text("card"), desk.text("identity"));
    let output = Desk::new().on_data(&["recover", "--from", &card, "--identity", &identity]);
    assert_eq!(code(&output), 1, "{}", words(&output));
}

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder).expect("readable") {
        let path = item.expect("an item").path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}

#[test]
fn numbers_and_keys_are_nowhere_but_where_they_belong() {
    let desk = Desk::new();
    let numbers: Vec<String> = (7_654_321_001_u64..7_654_321_021)
        .map(|n| n.to_string())
        .collect();
    let mut rows: Vec<String> = numbers
        .iter()
        .map(|n| format!("2,1,131016,{n},20211120,市民会館,山田 太郎,ファイザー,FJ7489,接種"))
        .collect();
    rows.push(rows[0].replace("FJ7489", "FJ0001"));
    rows.push(rows[1].replace("20211120", "20219999"));
    rows.push(rows[2].replace("131016", "131019"));
    rows.push(format!("{0},{0},{0}", numbers[3]));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = desk.file("forms.csv", &rows);
    let mut said = Vec::new();
    for arguments in [
        &["import", "--format", "vrs-csv", &file] as &[&str],
        &["import", "--jsonl", "--format", "vrs-csv", &file],
        &["import", "--format", "fhir-ndjson", &file],
        &["doctor"],
        &["doctor", "--jsonl"],
        &[
            "export",
            "--format",
            "vrs-csv",
            "--layout",
            "wide",
            "-o",
            "/nonexistent/x.csv",
        ],
        &["recover", "--from", &desk.text("card"), "--identity", &file],
        &[
            "recover",
            "--from",
            &desk.text("card"),
            "--identity",
            &desk.text("identity"),
        ],
    ] {
        said.extend(words(&desk.on_data(arguments)).into_bytes());
    }
    let mut secrets: Vec<String> = files_below(&desk.path("data/keys"))
        .iter()
        .map(|path| fs::read_to_string(path).expect("a key").trim().to_owned())
        .collect();
    assert_eq!(secrets.len(), 2, "database and watermark");
    let identity = fs::read_to_string(desk.path("identity")).expect("an identity");
    let secret_line = identity.lines().find(|line| line.starts_with("AGE-SECRET"));
    secrets.push(secret_line.expect("a secret").to_owned());
    secrets.push("FJ7489".to_owned());
    for word in numbers.iter().chain(&secrets[..3]) {
        assert!(!holds(&said, word), "in words of the program");
    }
    for folder in ["data", "card"] {
        for path in files_below(&desk.path(folder)) {
            let bytes = fs::read(&path).expect("readable");
            let is_key = path.parent().is_some_and(|p| p.ends_with("keys"));
            let hidden = numbers.iter().chain(secrets.iter().filter(|_| !is_key));
            for word in hidden {
                assert!(!holds(&bytes, word), "{}", path.display());
            }
        }
    }
}
