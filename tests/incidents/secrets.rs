//! What was printed and should not have been.

use std::fs;
use std::path::{Path, PathBuf};

use crate::desk::{Desk, files_below, row, run, uketsuke, words};

/// How secrets begin, wherever they come from.
const FORMS_OF_SECRETS: [&str; 7] = [
    "AGE-SECRET-KEY-1",
    "PRIVATE KEY-----",
    "otpauth://",
    "$argon2id$v=",
    "Bearer ey",
    "client_secret=",
    "eyJhbGciOi",
];

const PIN: &str = "805317";

/// Every text that is handed on: documents, read-mes, samples, and what tests compare with.
fn shipped_texts() -> Vec<PathBuf> {
    let mut texts: Vec<PathBuf> = ["docs", "samples", "tests/exchange", "tests/sync"]
        .iter()
        .flat_map(|folder| files_below(Path::new(folder)))
        .filter(|path| !path.components().any(|part| part.as_os_str() == "stills"))
        .collect();
    texts.extend(["README.md", "README.ja.md", "CHANGELOG.md"].map(PathBuf::from));
    texts
}

fn no_form_of_a_secret(text: &str, place: &str) {
    for form in FORMS_OF_SECRETS {
        assert!(!text.contains(form), "{place}: {form}…");
    }
}

/// In the field: the user name and password of a national system stood in its operation manual, and
/// the manual was disclosed to citizens.
///
/// Here: there is no password to print. No document, sample or help text holds anything of the form
/// of a secret.
#[test]
fn no_manual_sample_or_help_text_holds_a_credential() {
    for path in shipped_texts() {
        let text = String::from_utf8_lossy(&fs::read(&path).expect("readable")).into_owned();
        no_form_of_a_secret(&text, &path.display().to_string());
    }
    let overview = words(&run(&mut uketsuke(&["--help"]), ""));
    let subcommands = [
        "scan", "import", "export", "doctor", "recover", "enrol", "sync", "operator",
    ];
    for subcommand in subcommands {
        assert!(overview.contains(subcommand), "{overview}");
        let help = words(&run(&mut uketsuke(&[subcommand, "--help"]), ""));
        assert!(help.contains("Usage"), "{help}");
        no_form_of_a_secret(&help, subcommand);
    }
}

/// The contents of every key file of the tablet.
fn keys_of(desk: &Desk) -> Vec<String> {
    let files = files_below(&desk.path("data/keys"));
    let keys = files
        .iter()
        .map(|path| fs::read_to_string(path).expect("a key"));
    keys.map(|key| key.trim().to_owned()).collect()
}

/// The same of a tablet at work, whatever it is told to do and however it fails.
///
/// In the field: with such a manual anybody could have signed in. Here: neither the words of the
/// program nor an export hold a key, a PIN or an enrolment code, and logs hold no whole number.
#[test]
fn nothing_that_a_tablet_says_or_exports_holds_a_secret() {
    let desk = Desk::new();
    let number = 7_654_321_098;
    let file = desk.csv(&[
        row(1, number, "20211120", "FJ7489"),
        row(1, number, "20211120", "FK0108"),
        row(1, number, "20219999", "FJ7489"),
    ]);
    let enrolment = [
        "enrol",
        "--server",
        "http://127.0.0.1:9",
        "--code",
        "-",
        "--training",
    ];
    let mut said = String::new();
    for (arguments, typed) in [
        (&["import", "--format", "vrs-csv", &file] as &[&str], ""),
        (&["import", "--jsonl", "--format", "vrs-csv", &file], ""),
        (&enrolment, "K7QX-CODE-9ZWT\n"),
        (&["sync"], ""),
        (&["sync", "--jsonl"], ""),
        (&["doctor"], ""),
        (&["doctor", "--jsonl"], ""),
        (
            &[
                "operator",
                "add",
                "admin-01",
                "--name",
                "佐藤",
                "--role",
                "administrator",
            ],
            "805317\n000000\n",
        ),
        (&["doctor", "--nonsense"], ""),
    ] {
        said += &words(&run(&mut desk.command(arguments), typed));
    }
    let keys = keys_of(&desk);
    // The device's key is made at an enrolment that comes about: `tests/cli_delivery.rs` has one.
    assert!(keys.len() >= 2, "database and watermark");
    assert!(said.lines().count() > 20, "{said}");
    no_numbers_and_no_keys(&said, &keys, &number.to_string());
    let exported = desk.export();
    assert!(exported.contains("7654321098"), "the export is the data");
    for secret in keys.iter().map(String::as_str).chain([PIN]) {
        assert!(!exported.contains(secret), "in the export");
    }
}

fn no_numbers_and_no_keys(said: &str, keys: &[String], number: &str) {
    for secret in keys.iter().map(String::as_str).chain([PIN, "K7QX", number]) {
        assert!(!said.contains(secret), "the program says {secret}");
    }
}
