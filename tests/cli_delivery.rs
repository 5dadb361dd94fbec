//! The whole way to the record API by the program alone: sandbox, import, enrol, sync, dump, each
//! a process of its own, driven as a person or a script would.
#![cfg(feature = "sandbox")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

use std::cell::Cell;
use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[path = "incidents/desk.rs"]
#[allow(dead_code, reason = "shared; some of it is used here")]
mod desk;

use desk::{Desk, code, files_below, objects, row, run, uketsuke, words};

/// The day of training, also at the server.
const NOW: &str = "2021-11-20T10:00:00+09:00";

const ANY_PORT: &str = "127.0.0.1:0";

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a process has said so far.
struct Said {
    lines: Arc<(Mutex<Vec<String>>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

impl Said {
    fn by(stream: impl Read + Send + 'static) -> Self {
        let lines = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let heard = Arc::clone(&lines);
        let reader = Builder::new().name("listener".into()).spawn(move || {
            for line in BufReader::new(stream).lines() {
                let line = line.expect("text");
                heard.0.lock().expect("lines").push(line);
                heard.1.notify_all();
            }
        });
        Self {
            lines,
            reader: Some(reader.expect("a thread")),
        }
    }

    /// The line of that number among those that are `wanted`, once it was said.
    fn nth(&self, number: usize, wanted: impl Fn(&str) -> bool) -> String {
        let (lines, heard) = &*self.lines;
        let until = Instant::now() + PATIENCE;
        let mut lines = lines.lock().expect("lines");
        loop {
            if let Some(line) = lines.iter().filter(|line| wanted(line)).nth(number) {
                return line.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it did not say it: {lines:#?}");
            lines = heard.wait_timeout(lines, left).expect("lines").0;
        }
    }

    fn all(&self) -> Vec<String> {
        self.lines.0.lock().expect("lines").clone()
    }
}

/// A process that goes on until it is ended, at the latest with the test.
struct Process {
    child: Child,
    out: Said,
    err: Said,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let out = Said::by(child.stdout.take().expect("its output"));
        let err = Said::by(child.stderr.take().expect("its errors"));
        Self { child, out, err }
    }

    /// The first object with which it tells that event.
    fn event(&self, event: &str) -> Value {
        let object = |line: &str| serde_json::from_str::<Value>(line).expect("an object a line");
        object(&self.out.nth(0, |line| object(line)["event"] == event))
    }

    /// SIGKILL, until the last word is read.
    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.wait();
    }

    fn wait(&mut self) {
        self.child.wait().expect("its end");
        for said in [&mut self.out, &mut self.err] {
            if let Some(reader) = said.reader.take() {
                reader.join().expect("read");
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A sandbox in a process of its own.
struct Server {
    process: Process,
    url: String,
    codes_taken: Cell<usize>,
}

impl Server {
    /// On the day of training.
    fn start(data: &Path, listen: &str, arguments: &[&str]) -> Self {
        let arguments = [&["--listen", listen], arguments].concat();
        Self::started(sandbox(data, &arguments).env("UKETSUKE_NOW", NOW))
    }

    fn started(command: &mut Command) -> Self {
        let process = Process::start(command);
        let line = process.out.nth(0, |line| line.starts_with("listening on "));
        Self {
            url: line["listening on ".len()..].to_owned(),
            process,
            codes_taken: Cell::new(0),
        }
    }

    /// A code that nobody has yet; the next one is told when it was used.
    fn code(&self) -> String {
        let number = self.codes_taken.replace(self.codes_taken.get() + 1);
        let line = (self.process.out).nth(number, |line| line.starts_with(CODE_LINE));
        line[CODE_LINE.len()..].to_owned()
    }

    /// `127.0.0.1:8080`
    fn address(&self) -> &str {
        self.url.split_once("://").expect("a URL").1
    }
}

const CODE_LINE: &str = "enrolment code ";

fn sandbox(data: &Path, arguments: &[&str]) -> Command {
    let mut command = uketsuke(&["sandbox", "--data-dir"]);
    command.arg(data).args(arguments);
    command
}

/// Every record that the server holds, as it holds it.
fn dump(data: &Path) -> Vec<Value> {
    let output = run(&mut sandbox(data, &["--dump"]), "");
    assert!(output.status.success(), "{}", words(&output));
    objects(&output)
}

/// Server and tablet side by side.
fn enrolled(rows: &[String]) -> (tempfile::TempDir, Server, Desk) {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), ANY_PORT, &[]);
    let desk = tablet(&server, rows);
    (data, server, desk)
}

fn tablet(server: &Server, rows: &[String]) -> Desk {
    let desk = Desk::new();
    desk.import(rows);
    let output = enrol(&desk, &server.url, &server.code());
    assert_eq!(code(&output), 0, "{}", words(&output));
    desk
}

fn enrol(desk: &Desk, url: &str, code: &str) -> Output {
    let arguments = ["enrol", "--server", url, "--code", "-", "--training"];
    run(&mut desk.command(&arguments), &format!("{code}\n"))
}

/// Doses of so many persons.
fn doses(people: u64) -> Vec<String> {
    (1..=people)
        .map(|n| row(1, n, "20211120", "FJ7489"))
        .collect()
}

/// How a delivery ended: its exit code and its last object.
fn sync(desk: &Desk) -> (i32, Value) {
    last(&desk.run(&["sync", "--jsonl"]))
}

fn last(output: &Output) -> (i32, Value) {
    let told = objects(output).pop().expect("a last word");
    assert_eq!(told["event"], "finished", "{}", words(output));
    (code(output), told)
}

fn left(queued: u64, rejected: u64, conflict: u64) -> Value {
    json!({"queued": queued, "rejected": rejected, "conflict": conflict, "awaiting_number": 0})
}

/// Ends with nothing left.
fn assert_all_is_delivered((exit, told): &(i32, Value), delivered: u64) {
    assert_eq!(*exit, 0, "{told}");
    assert_eq!(told["delivered"], delivered, "{told}");
    assert_eq!(told["left"], left(0, 0, 0), "{told}");
    assert_eq!(told["why"], json!([]), "{told}");
}

/// Ends with something left, for one reason that is told in both languages.
fn assert_is_left((exit, told): &(i32, Value), left: &Value, why: &str) {
    assert_eq!(*exit, 3, "{told}");
    assert_eq!(told["left"], *left, "{told}");
    assert_eq!(told["why"], json!([why]), "{told}");
    for language in ["ja", "en"] {
        assert_eq!(told[language].as_array().map(Vec::len), Some(1), "{told}");
    }
}

/// The persons whose doses the server holds, each once.
fn people(held: &[Value]) -> Vec<u64> {
    let mut people: Vec<u64> = held
        .iter()
        .map(|record| {
            assert_eq!(record["status"], "completed");
            let number = &record["patient"]["identifier"]["value"];
            let number = number.as_str().expect("a number");
            number["131016-".len()..].parse().expect("ten digits")
        })
        .collect();
    people.sort_unstable();
    people
}

#[test]
fn everything_that_is_queued_is_delivered() {
    let (data, _server, desk) = enrolled(&doses(5));
    assert_all_is_delivered(&sync(&desk), 5);
    assert_eq!(people(&dump(data.path())), [1, 2, 3, 4, 5]);
    assert_all_is_delivered(&sync(&desk), 0);
}

#[test]
fn with_the_server_away_records_wait_and_are_delivered_when_it_is_back() {
    let (data, mut server, desk) = enrolled(&doses(5));
    server.process.kill();
    let away = sync(&desk);
    assert_is_left(&away, &left(5, 0, 0), "unreachable");
    let _back = Server::start(data.path(), server.address(), &[]);
    assert_all_is_delivered(&sync(&desk), 5);
    assert_eq!(people(&dump(data.path())), [1, 2, 3, 4, 5]);
}

#[test]
fn a_tablet_that_is_not_enrolled_says_so_and_keeps_its_records() {
    let desk = Desk::new();
    desk.import(&doses(2));
    assert_is_left(&sync(&desk), &left(2, 0, 0), "not_enrolled");
}

#[test]
fn two_tablets_that_contradict_each_other_overwrite_nothing() {
    let (data, server, first) = enrolled(&[row(1, 1, "20211120", "FJ7489")]);
    let second = tablet(&server, &[row(1, 1, "20211120", "FK0108")]);
    assert_all_is_delivered(&sync(&first), 1);
    let before = dump(data.path());
    assert_is_left(&sync(&second), &left(0, 0, 1), "for_a_person");
    assert_is_left(&sync(&second), &left(0, 0, 1), "for_a_person");
    assert_eq!(dump(data.path()), before);
    assert_eq!(before[0]["lotNumber"], "FJ7489");
}

#[test]
fn what_waits_for_a_person_goes_out_once_more_when_that_person_says_so() {
    let (data, server, first) = enrolled(&[row(1, 1, "20211120", "FJ7489")]);
    let second = tablet(&server, &[row(1, 1, "20211120", "FK0108")]);
    assert_all_is_delivered(&sync(&first), 1);
    assert_is_left(&sync(&second), &left(0, 0, 1), "for_a_person");
    let before = dump(data.path());
    let again = second.run(&["sync", "--requeue", "--jsonl"]);
    let told = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(told.contains(r#""event":"conflict""#), "{told}");
    assert_is_left(&last(&again), &left(0, 0, 1), "for_a_person");
    assert_eq!(dump(data.path()), before);
}

#[test]
fn a_second_delivery_leaves_it_to_the_first() {
    let (data, mut server, desk) = enrolled(&doses(2));
    server.process.kill();
    let mut first = Process::start(&mut desk.command(&["sync", "--follow", "--jsonl"]));
    assert_eq!(first.event("waiting")["why"], "unreachable");
    assert_is_left(&sync(&desk), &left(2, 0, 0), "another_delivery");
    first.kill();
    let _back = Server::start(data.path(), server.address(), &[]);
    assert_all_is_delivered(&sync(&desk), 2);
}

#[test]
fn nobody_goes_to_another_server_while_records_are_delivered_to_the_one_before() {
    let (data, mut server, desk) = enrolled(&doses(2));
    let other_data = tempfile::tempdir().expect("a folder");
    let other = Server::start(other_data.path(), ANY_PORT, &[]);
    // Another host by its name alone.
    let url = other.url.replace("127.0.0.1", "localhost");
    let other_code = other.code();
    server.process.kill();
    let mut first = Process::start(&mut desk.command(&["sync", "--follow", "--jsonl"]));
    first.event("waiting");
    let refused = enrol(&desk, &url, &other_code);
    assert_eq!(code(&refused), 1, "{}", words(&refused));
    assert!(words(&refused).contains("close the window"), "the remedy");
    first.kill();
    let moved = enrol(&desk, &url, &other_code);
    assert_eq!(code(&moved), 0, "{}", words(&moved));
    assert_all_is_delivered(&sync(&desk), 2);
    assert_eq!(dump(other_data.path()).len(), 2);
    assert_eq!(dump(data.path()).len(), 0);
}

/// `UKETSUKE_NOW` is not for production, so here every clock is the true one.
#[test]
fn training_and_production_do_not_meet_and_no_code_is_lost_by_trying() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::started(&mut sandbox(data.path(), &["--listen", ANY_PORT]));
    let code_of_paper = server.code();
    let enrol = |desk: &Desk, code: &str, kind: &str| {
        let arguments = ["enrol", "--server", &server.url, "--code", code, kind];
        let mut command = desk.command(&arguments);
        run(command.env_remove("UKETSUKE_NOW"), &code_of_paper)
    };
    let training = Desk::new();
    training.import(&doses(1));
    let output = enrol(&training, "-", "--production");
    assert_eq!(code(&output), 5, "{}", words(&output));
    assert!(words(&output).contains("training"), "{}", words(&output));

    let new = Desk::new();
    let output = enrol(&new, "-", "--production");
    assert_eq!(code(&output), 5, "{}", words(&output));
    assert!(words(&output).contains("training"), "{}", words(&output));
    assert!(!words(&output).contains(&code_of_paper));

    let output = enrol(&Desk::new(), &code_of_paper, "--production");
    assert_eq!(code(&output), 2, "{}", words(&output));
    assert!(words(&output).contains("--code -"), "the remedy");
    assert!(!words(&output).contains(&code_of_paper));

    let output = enrol(&training, "-", "--training");
    assert_eq!(code(&output), 0, "{}", words(&output));
}

#[test]
fn a_code_that_another_tablet_used_is_refused_with_the_remedy() {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start(data.path(), ANY_PORT, &[]);
    let used = server.code();
    assert_eq!(code(&enrol(&Desk::new(), &server.url, &used)), 0);
    let output = enrol(&Desk::new(), &server.url, &used);
    assert_eq!(code(&output), 1, "{}", words(&output));
    for remedy in ["新しいコード", "ask for a new one"] {
        assert!(words(&output).contains(remedy), "{}", words(&output));
    }
}

#[test]
fn a_clock_that_is_wrong_is_told_and_nothing_is_sent() {
    let (data, _server, desk) = enrolled(&doses(2));
    let mut command = desk.command(&["sync", "--jsonl"]);
    let output = run(command.env("UKETSUKE_NOW", "2031-01-01T00:00:00+09:00"), "");
    assert_is_left(&last(&output), &left(2, 0, 0), "clock");
    assert!(dump(data.path()).is_empty());
    assert_all_is_delivered(&sync(&desk), 2);
}

#[test]
fn a_server_that_dies_in_the_middle_loses_and_doubles_nothing() {
    const PEOPLE: u64 = 60;
    let data = tempfile::tempdir().expect("a folder");
    let faults = "drop_before=0.08,drop_after_commit=0.08,http_500=0.05,truncate=0.08,delay=1";
    let common = ["--batch-limit", "4", "--fault", faults, "--seed"];
    let mut server = Server::start(data.path(), ANY_PORT, &[&common[..], &["1"]].concat());
    let desk = Desk::new();
    desk.import(&doses(PEOPLE));
    // The faults are on for an enrolment, too; the same code is good until it was through.
    let code_of_paper = server.code();
    let through = (0..20).any(|_| code(&enrol(&desk, &server.url, &code_of_paper)) == 0);
    assert!(through, "enrolled");

    let mut delivery = Process::start(&mut desk.command(&["sync", "--jsonl"]));
    delivery.event("delivered");
    server.process.kill();
    let half = people(&dump(data.path())).len() as u64;
    assert!((1..PEOPLE).contains(&half), "in the middle: {half}");
    let _back = Server::start(
        data.path(),
        server.address(),
        &[&common[..], &["2"]].concat(),
    );
    delivery.wait();
    delivery.event("waiting");
    // Whoever gave up is started again.
    let ended = (0..20).map(|_| sync(&desk)).find(|(exit, _)| *exit == 0);
    let (_, told) = ended.expect("delivered in the end");
    assert_eq!(told["left"], left(0, 0, 0), "{told}");
    let expected: Vec<u64> = (1..=PEOPLE).collect();
    assert_eq!(people(&dump(data.path())), expected);
}

/// What `ps` shows while something runs.
#[cfg(target_os = "linux")]
mod seen {
    use std::collections::BTreeSet;
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{Builder, JoinHandle, sleep};
    use std::time::Duration;

    /// Looks at the processes again and again.
    pub struct Looking {
        over: Arc<AtomicBool>,
        looker: JoinHandle<BTreeSet<String>>,
    }

    impl Looking {
        /// At those whose arguments name one of `folders`: the test's own, and no other test's.
        pub fn at(folders: Vec<String>) -> Self {
            let over = Arc::new(AtomicBool::new(false));
            let told = Arc::clone(&over);
            let looker = Builder::new().name("looker".into()).spawn(move || {
                let mut seen = BTreeSet::new();
                while !told.load(Ordering::SeqCst) {
                    seen.extend(look(&folders));
                    sleep(Duration::from_millis(2));
                }
                seen
            });
            let looker = looker.expect("a thread");
            Self { over, looker }
        }

        /// Every command line that was there.
        pub fn end(self) -> String {
            self.over.store(true, Ordering::SeqCst);
            let seen = self.looker.join().expect("looked");
            seen.into_iter().collect::<Vec<_>>().join("\n")
        }
    }

    fn look(folders: &[String]) -> Vec<String> {
        let processes = fs::read_dir("/proc").expect("processes").flatten();
        processes
            .filter_map(|process| fs::read(process.path().join("cmdline")).ok())
            .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
            .filter(|line| folders.iter().any(|folder| line.contains(folder)))
            .collect()
    }
}

/// Every word that was said in the course of a day, by whom.
#[derive(Default)]
struct Heard(Vec<(&'static str, String)>);

impl Heard {
    /// Runs a command on a tablet's folder, which its arguments name: `ps` shows whose it is.
    fn run(&mut self, who: &'static str, desk: &Desk, arguments: &[&str], typed: &str) -> i32 {
        let output = run(&mut on(desk, arguments), typed);
        self.0.push((who, words(&output)));
        code(&output)
    }

    fn import(&mut self, desk: &Desk, arguments: &[&str], rows: &[String]) {
        let (import, file) = (["import", "--format", "vrs-csv"], desk.csv(rows));
        let arguments = [&import, arguments, &[&file]].concat();
        assert_eq!(self.run("import", desk, &arguments, ""), 0);
    }

    fn process(&mut self, who: &'static str, process: &Process) {
        for said in [&process.out, &process.err] {
            self.0.push((who, said.all().join("\n")));
        }
    }

    /// All that somebody said.
    fn of(&self, who: &str) -> String {
        let said = self.0.iter().filter(|(by, _)| *by == who);
        said.map(|(_, words)| format!("{words}\n")).collect()
    }
}

fn on(desk: &Desk, arguments: &[&str]) -> Command {
    desk.command(&[arguments, &["--data-dir", &desk.text("data")]].concat())
}

/// A dose of a person whose number looks like nothing else.
fn dose(person: u64, day: &str, lot: &str) -> String {
    row(1, FIRST_NUMBER + person, day, lot)
}

const FIRST_NUMBER: u64 = 7_654_321_000;

/// The day at the server, and one that it refuses.
const TODAY: &str = "20211120";
const TOMORROW: &str = "20211121";

/// Secrets of every kind that is about, each with what it is.
fn secrets(server: &Path, desks: [&Desk; 2], codes: &[String]) -> Vec<(&'static str, String)> {
    let mut secrets = Vec::new();
    for person in 0..20 {
        // Ten digits, which the 18 of the voucher end with.
        secrets.push(("a number", (FIRST_NUMBER + person).to_string()));
    }
    for code in codes {
        secrets.push(("a code", code.clone()));
        secrets.push(("a code", code.replace('-', "")));
    }
    for file in desks.iter().flat_map(|d| files_below(&d.path("data/keys"))) {
        let key = fs::read_to_string(file).expect("a key").trim().to_owned();
        assert!(key.len() >= 64, "a key in hexadecimal");
        secrets.push(("a key", key));
    }
    let mut pem_lines = 0;
    for file in files_below(server) {
        let text = String::from_utf8_lossy(&fs::read(file).expect("readable")).into_owned();
        if text.starts_with("-----BEGIN PRIVATE KEY-----") {
            let lines = text.lines().filter(|line| line.len() >= 40);
            let lines: Vec<_> = lines
                .map(|line| ("the server's key", line.to_owned()))
                .collect();
            pem_lines += lines.len();
            secrets.extend(lines);
        }
    }
    assert!(pem_lines >= 2, "the server has a private key");
    let kinds = |kind| secrets.iter().filter(|(is, _)| *is == kind).count();
    assert_eq!(kinds("a key"), 6, "database, watermark and device of each");
    for mark in [
        "Bearer",
        "bearer",
        "access_token",
        "client_assertion",
        "eyJ",
    ] {
        secrets.push(("of a token", mark.to_owned()));
    }
    for mark in ["PRIVATE KEY", "-----BEGIN", "AGE-SECRET-KEY"] {
        secrets.push(("of a key", mark.to_owned()));
    }
    secrets
}

/// A full day of two tablets over TLS, with a record that is refused, records that contradict
/// others, a wrong clock, a used code and a server that goes away. Nobody says a secret, and `ps`
/// shows none.
#[test]
fn nothing_that_is_said_on_the_whole_way_holds_a_number_a_code_a_token_or_a_key() {
    let data = tempfile::tempdir().expect("a folder");
    let (here, there) = (Desk::new(), Desk::new());
    let mut heard = Heard::default();
    #[cfg(target_os = "linux")]
    let looking = {
        let server = data.path().display().to_string();
        seen::Looking::at(vec![server, here.text("data"), there.text("data")])
    };
    let mut server = Server::start(data.path(), ANY_PORT, &["--tls", "self-signed"]);
    let ca = server.process.out.nth(0, |line| line.starts_with("ca "));
    let address = server.url.clone();
    let ca = &ca["ca ".len()..];
    let enrolment = [
        "enrol",
        "--server",
        &address,
        "--ca",
        ca,
        "--code",
        "-",
        "--training",
    ];
    let mut codes = Vec::new();
    for desk in [&there, &here] {
        let code = server.code();
        assert_eq!(heard.run("enrol", desk, &enrolment, &code), 0);
        codes.push(code);
    }
    codes.push(server.code());

    // There, in words: two doses, and one of tomorrow, which the server refuses.
    let rows = [
        dose(1, TODAY, "FJ7489"),
        dose(2, TODAY, "FJ7489"),
        dose(3, TOMORROW, "FJ7489"),
    ];
    heard.import(&there, &[], &rows);
    assert_eq!(heard.run("sync", &there, &["sync"], ""), 3);

    // Here, for programs: two doses, one that contradicts the other tablet, one of tomorrow.
    let rows = [
        dose(4, TODAY, "FJ7489"),
        dose(5, TODAY, "FJ7489"),
        dose(1, TODAY, "FK0108"),
        dose(6, TOMORROW, "FJ7489"),
    ];
    heard.import(&here, &["--jsonl"], &rows);
    let mut follow = Process::start(&mut on(&here, &["sync", "--follow", "--jsonl"]));
    for event in ["delivered", "rejected", "conflict"] {
        follow.event(event);
    }
    heard.run("sync beside", &here, &["sync"], "");

    // There again: one that contradicts this tablet; a clock that is wrong; a code that was used.
    let rows = [dose(4, TODAY, "FK0108"), dose(7, TODAY, "FJ7489")];
    heard.import(&there, &[], &rows);
    let mut late = on(&there, &["sync"]);
    let late = run(late.env("UKETSUKE_NOW", "2031-01-01T00:00:00+09:00"), "");
    heard.0.push(("wrong clock", words(&late)));
    assert_eq!(heard.run("sync again", &there, &["sync"], ""), 3);
    let stranger = Desk::new();
    assert_eq!(heard.run("stranger", &stranger, &enrolment, &codes[0]), 1);
    assert_eq!(
        heard.run("not enrolled", &stranger, &["sync", "--jsonl"], ""),
        0
    );

    // The server goes away, which the follower notices with its next record.
    server.process.kill();
    heard.import(&here, &[], &[dose(8, TODAY, "FJ7489")]);
    follow.event("waiting");
    heard.run("sync beside", &here, &["sync", "--jsonl"], "");
    follow.kill();
    heard.process("follow", &follow);
    for desk in [&here, &there] {
        heard.run("doctor", desk, &["doctor"], "");
        heard.run("doctor", desk, &["doctor", "--jsonl"], "");
    }
    for said in [&server.process.out, &server.process.err] {
        let lines = said.all();
        let lines = lines.iter().filter(|line| !line.starts_with(CODE_LINE));
        let lines: Vec<&str> = lines.map(String::as_str).collect();
        heard.0.push(("server", lines.join("\n")));
    }

    // Everything that there was to say was said.
    for (who, parts) in [
        (
            "enrol",
            &["enrolled at https://", "登録しました"] as &[&str],
        ),
        ("import", &["\"queued\":4", "2"]),
        (
            "sync",
            &["delivered 2, still queued 0, refused 1", "! ", "422"],
        ),
        (
            "follow",
            &[
                "\"delivered\"",
                "\"rejected\"",
                "422",
                "\"conflict\"",
                "409",
                "\"waiting\"",
            ],
        ),
        ("sync beside", &["another_delivery"]),
        (
            "wrong clock",
            &["the tablet's clock and the server's differ"],
        ),
        ("sync again", &["contradicting others 1", "409"]),
        ("stranger", &["ask for a new one"]),
        (
            "doctor",
            &[
                "audit rows",
                "for a person to decide",
                "\"check\":\"queue\"",
            ],
        ),
        ("server", &["listening on https://", "ca "]),
    ] {
        let said = heard.of(who);
        for part in parts {
            assert!(said.contains(part), "{who} did not say {part}: {said}");
        }
    }
    #[cfg(target_os = "linux")]
    {
        let shown = looking.end();
        for part in [" sandbox ", " enrol ", " --code - ", " sync --follow "] {
            assert!(shown.contains(part), "ps did not show {part}: {shown}");
        }
        heard.0.push(("ps", shown));
    }
    // Where they belong they are, so they would have been found elsewhere, too.
    let printed = server.process.out.all().join("\n");
    assert!(codes.iter().all(|code| printed.contains(code)));
    let held = serde_json::to_string(&dump(data.path())).expect("JSON");
    assert!(held.contains(&FIRST_NUMBER.to_string()[..9]), "the data");
    for (kind, secret) in secrets(data.path(), [&here, &there], &codes) {
        for (who, said) in &heard.0 {
            assert!(
                !said.contains(&secret),
                "{who} says {kind}: {secret}\n{said}"
            );
        }
    }
}
