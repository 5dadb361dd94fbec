//! `uketsuke sandbox`, driven as a script would.
#![cfg(feature = "sandbox")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn sandbox(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uketsuke"));
    command
        .arg("sandbox")
        .arg("--data-dir")
        .arg(data)
        .args(arguments)
        .env("UKETSUKE_NOW", "2021-11-20T10:00:00+09:00")
        .stdin(Stdio::null());
    command
}

fn refused(data: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output: Output = sandbox(data, arguments).output().expect("it runs");
    let words = String::from_utf8(output.stderr).expect("text");
    (output.status.code(), words)
}

/// A server that is ended with the test.
struct Served {
    child: Child,
    lines: Vec<String>,
}

impl Served {
    /// Starts one and reads its first `count` lines.
    fn start(data: &Path, arguments: &[&str], count: usize) -> Self {
        let mut command = sandbox(data, arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
        let out = child.stdout.take().expect("its output");
        let lines = BufReader::new(out).lines().take(count);
        let lines = lines.map(|line| line.expect("a line")).collect();
        Self { child, lines }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_says_where_it_listens_and_with_which_code_to_enrol() {
    let data = tempfile::tempdir().expect("a folder");
    let served = Served::start(data.path(), &["--listen", "127.0.0.1:0"], 2);
    let url = served.lines[0]
        .strip_prefix("listening on ")
        .expect("a URL");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let code = served.lines[1]
        .strip_prefix("enrolment code ")
        .expect("a code");
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4, 4, 4]);
    let body = ureq::get(&format!("{url}/metadata"))
        .call()
        .expect("an answer");
    let date = body.headers()["date"].to_str().expect("a date");
    assert!(date.starts_with("Sat, 20 Nov 2021 01:"), "{date}");
}

#[test]
fn with_tls_it_says_which_certificate_to_trust() {
    let data = tempfile::tempdir().expect("a folder");
    let arguments = ["--listen", "127.0.0.1:0", "--tls", "self-signed"];
    let served = Served::start(data.path(), &arguments, 3);
    assert!(served.lines[0].starts_with("listening on https://"));
    let file = served.lines[2].strip_prefix("ca ").expect("a file");
    let pem = fs::read_to_string(file).expect("a certificate");
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
}

#[cfg(unix)]
#[test]
fn it_ends_in_peace_when_the_system_asks() {
    let data = tempfile::tempdir().expect("a folder");
    let mut served = Served::start(data.path(), &["--listen", "127.0.0.1:0"], 2);
    let process = rustix::process::Pid::from_child(&served.child);
    rustix::process::kill_process(process, rustix::process::Signal::TERM).expect("a signal");
    assert_eq!(served.child.wait().expect("its end").code(), Some(0));
}

#[test]
fn a_dump_beside_it_has_nothing_yet() {
    let data = tempfile::tempdir().expect("a folder");
    let _served = Served::start(data.path(), &["--listen", "127.0.0.1:0"], 2);
    let dumped = sandbox(data.path(), &["--dump"]).output().expect("it runs");
    assert!(dumped.status.success());
    assert!(dumped.stdout.is_empty());
}

#[test]
fn wrong_usage_is_told_with_the_remedy_and_exits_with_2() {
    let data = tempfile::tempdir().expect("a folder");
    let local = ["--listen", "127.0.0.1:0"];
    for (arguments, remedy) in [
        (vec!["--listen", "192.0.2.1:0"], "--allow-remote"),
        (
            vec!["--listen", "192.0.2.1:0", "--tls", "self-signed"],
            "--allow-remote",
        ),
        (
            vec!["--listen", "192.0.2.1:0", "--allow-remote"],
            "--tls self-signed",
        ),
        (
            [&local[..], &["--fault", "fire=1"]].concat(),
            "drop_after_commit",
        ),
        (
            [&local[..], &["--fault", "delay=2"]].concat(),
            "drop_after_commit",
        ),
        (
            [&local[..], &["--database", "postgres://a:b@h/d"]].concat(),
            "--database-password",
        ),
        (
            [&local[..], &["--database", "mysql://h/d"]].concat(),
            "postgres://",
        ),
        ([&local[..], &["--batch-limit", "501"]].concat(), "500"),
        (vec![], "--listen"),
    ] {
        let (code, words) = refused(data.path(), &arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {words}");
        assert!(words.contains(remedy), "{arguments:?}: {words}");
    }
}

#[test]
fn an_address_that_no_station_can_name_is_refused_with_the_remedy() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().join("training");
    for address in ["0.0.0.0:0", "[::]:0", "[::ffff:0.0.0.0]:0"] {
        let open = ["--tls", "self-signed", "--allow-remote"];
        for extra in [&[][..], &open] {
            let (code, words) = refused(&folder, &[&["--listen", address], extra].concat());
            assert_eq!(code, Some(2), "{address}: {words}");
            assert!(words.contains("192.168.1.10:8443"), "{address}: {words}");
        }
    }
    assert!(!folder.exists(), "nothing is made");
}

#[cfg(feature = "postgres")]
#[test]
fn a_database_on_another_computer_is_refused_with_the_remedy() {
    let data = tempfile::tempdir().expect("a folder");
    let database = ["--database", "postgres://clerk@192.0.2.1/records"];
    let (code, words) = refused(data.path(), &[&["--dump"], &database[..]].concat());
    assert_eq!(code, Some(2), "{words}");
    assert!(words.contains("localhost"), "{words}");
}

#[test]
fn a_stations_folder_is_refused() {
    let data = tempfile::tempdir().expect("a folder");
    fs::write(data.path().join("directory.toml"), "").expect("written");
    for arguments in [&["--listen", "127.0.0.1:0"][..], &["--dump"]] {
        let (code, words) = refused(data.path(), arguments);
        assert_eq!(code, Some(2), "{words}");
    }
}

#[test]
fn a_port_that_is_taken_and_a_folder_that_cannot_be_are_told_and_exit_with_1() {
    let data = tempfile::tempdir().expect("a folder");
    let served = Served::start(data.path(), &["--listen", "127.0.0.1:0"], 2);
    let taken = served.lines[0]
        .strip_prefix("listening on http://")
        .expect("a URL");
    let other = tempfile::tempdir().expect("a folder");
    let (code, words) = refused(other.path(), &["--listen", taken]);
    assert_eq!(code, Some(1), "{words}");
    assert!(
        words.contains("別のポート") && words.contains("another port"),
        "{words}"
    );
    let file = other.path().join("file");
    fs::write(&file, "").expect("written");
    let (code, words) = refused(&file.join("below"), &["--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(1), "{words}");
}
