//! A tablet that is used through the program alone.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const HEADER: &str =
    "券種,回数,自治体コード,券番号,接種日,会場名,医師名,ワクチンメーカー,ロット番号,結果";

/// A folder with everything that belongs to the tablet.
pub struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// The program on the tablet's data, on a day of training.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = uketsuke(arguments);
        command
            .env("UKETSUKE_DATA_DIR", self.path("data"))
            .env("UKETSUKE_NOW", "2021-11-20T10:00:00+09:00");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        run(&mut self.command(arguments), "")
    }

    pub fn csv(&self, rows: &[String]) -> String {
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        fs::write(self.path("forms.csv"), text).expect("written");
        self.text("forms.csv")
    }

    /// What an import says of each row.
    pub fn import(&self, rows: &[String]) -> Vec<Told> {
        let file = self.csv(rows);
        let output = self.run(&["import", "--jsonl", "--format", "vrs-csv", &file]);
        assert!(output.status.success(), "{}", words(&output));
        let rows = objects(&output).into_iter();
        rows.filter(|object| object["line"].is_number())
            .map(|row| Told::of(&row))
            .collect()
    }

    pub fn export(&self) -> String {
        let output = self.run(&["export", "--format", "vrs-csv", "-o", "-"]);
        assert!(output.status.success(), "{}", words(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }
}

/// What an import says of a row: what became of it, and the codes of what was found.
pub struct Told {
    pub status: String,
    pub codes: Vec<String>,
}

impl Told {
    fn of(row: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a word").to_owned();
        let findings = row["findings"].as_array().expect("findings");
        Self {
            status: text(&row["status"]),
            codes: findings.iter().map(|f| text(&f["code"])).collect(),
        }
    }

    pub fn is(&self, status: &str, code: &str) -> bool {
        self.status == status && self.codes.iter().any(|found| found == code)
    }
}

/// The program with nothing of the environment that the tests run in.
pub fn uketsuke(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("UKETSUKE_KEYS_STORE", "file")
        .env_remove("UKETSUKE_CONFIG")
        .env_remove("UKETSUKE_DATA_DIR")
        .env_remove("UKETSUKE_NOW");
    command
}

/// Runs it with `input` typed in.
pub fn run(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    // It may end before it has read everything.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

pub fn objects(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    let objects = text.lines().map(serde_json::from_str);
    objects.map(|it| it.expect("one object a line")).collect()
}

pub fn words(output: &Output) -> String {
    let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    of(&output.stdout) + &of(&output.stderr)
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("not killed")
}

/// A dose as the town hall's file has it.
pub fn row(dose: u8, personal: u64, day: &str, lot: &str) -> String {
    row_of(&format!("2,{dose},131016,{personal:010}"), day, lot)
}

pub fn row_of(voucher: &str, day: &str, lot: &str) -> String {
    format!("{voucher},{day},市民会館,山田 太郎,ファイザー,{lot},接種")
}

/// Every file below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in fs::read_dir(folder).expect("readable") {
        let path = item.expect("an item").path();
        match path.is_dir() {
            true => files.extend(files_below(&path)),
            false => files.push(path),
        }
    }
    files
}
