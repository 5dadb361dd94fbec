//! What is done by commands, and what the station answers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::Tablet;

/// A station to which somebody talks.
struct Talk {
    station: Child,
    input: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl Talk {
    fn with(tablet: &Tablet) -> Self {
        let (camera, session) = (tablet.empty_desk(), tablet.text("session.toml"));
        let mut command = tablet.command(&[
            "station",
            "--headless",
            "--jsonl",
            "--commands",
            "--camera",
            &camera,
            "--session",
            &session,
        ]);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut station = command.stderr(Stdio::piped()).spawn().expect("it runs");
        Self {
            input: station.stdin.take().expect("an input"),
            told: BufReader::new(station.stdout.take().expect("an output")),
            station,
        }
    }

    fn say(&mut self, line: &Value) {
        writeln!(self.input, "{line}").expect("it listens");
    }

    /// The next event of that kind.
    fn hear(&mut self, event: &str) -> Value {
        let mut before = Vec::new();
        loop {
            let mut line = String::new();
            let read = self.told.read_line(&mut line).expect("a line");
            assert!(read > 0, "it ended after {before:?}");
            let told: Value = serde_json::from_str(&line).expect("JSON");
            if told["event"] == event {
                return told;
            }
            before.push(told);
        }
    }
}

#[test]
fn slips_corrections_and_lists_are_done_by_commands() {
    let tablet = Tablet::new();
    let mut talk = Talk::with(&tablet);
    talk.say(&json!({"command": "issue_slip", "dose": 2}));
    let recorded = talk.hear("recorded");
    let record = recorded["record_id"].clone();
    assert_eq!(recorded["number"], Value::Null);
    let lists = talk.hear("lists");
    assert_eq!(
        lists["slips"],
        json!([{"slip": 1, "printed": "S-0001", "record_id": record, "dose": 2}])
    );
    assert_eq!(
        (&lists["undecided"], &lists["aside"]),
        (&json!([]), &json!([]))
    );

    talk.say(&json!({"command": "correct", "record": record, "doctor": "佐藤 花子", "reason": "写し違い"}));
    assert_eq!(talk.hear("corrected")["record_id"], record);
    // Each reaches the desk, which has none of these.
    for command in [
        json!({"command": "choose_slip", "slip": 7}),
        json!({"command": "enter_by_hand", "undecided": 9}),
        json!({"command": "put_undecided_aside", "undecided": 9, "reason": "破れ"}),
        json!({"command": "read_again_as", "undecided": 9, "record": record}),
        json!({"command": "take_up", "aside": 9}),
        json!({"command": "settle_aside", "aside": 9, "reason": "破れ"}),
    ] {
        talk.say(&command);
        let refused = talk.hear("not_done");
        let words = refused["en"].as_str().expect("words");
        assert!(words.contains("list") || words.contains("slip"), "{words}");
    }
    talk.say(&json!({"command": "cancel", "record": record, "reason": "接種していない"}));
    talk.hear("cancelled");
    assert_eq!(talk.hear("lists")["slips"], json!([]));
    let Talk {
        mut station, input, ..
    } = talk;
    drop(input);
    assert!(station.wait().expect("an end").success());
}

#[test]
fn a_station_that_starts_again_tells_first_what_waits() {
    let tablet = Tablet::new();
    let mut talk = Talk::with(&tablet);
    talk.say(&json!({"command": "issue_slip", "dose": 1}));
    talk.hear("lists");
    talk.say(&json!({"command": "choose_slip", "slip": 1}));
    // Answered after it: the choice was heard.
    talk.say(&json!({"command": "undo"}));
    talk.hear("not_done");
    talk.station.kill().expect("killed");
    talk.station.wait().expect("an end");
    let mut talk = Talk::with(&tablet);
    let lists = talk.hear("lists");
    assert_eq!(lists["slips"][0]["slip"], 1);
    assert_eq!(
        lists["open_choices"],
        json!({"consultation_only": false, "slip": 1})
    );
    talk.say(&json!({"command": "choose_again", "same": true}));
    assert_eq!(talk.hear("lists")["open_choices"], Value::Null);
}

#[test]
fn a_station_whose_output_nobody_reads_ends_with_all_that_it_recorded() {
    let tablet = Tablet::new();
    let mut talk = Talk::with(&tablet);
    talk.hear("not_delivering");
    let Talk {
        mut station,
        mut input,
        told,
    } = talk;
    drop(told);
    // Nothing of this is heard, and the first is recorded.
    for dose in [1, 2] {
        let command = json!({"command": "issue_slip", "dose": dose});
        let _ = writeln!(input, "{command}");
    }
    let ended = station.wait().expect("an end");
    drop(input);
    let mut words = String::new();
    let errors = station.stderr.as_mut().expect("words");
    errors.read_to_string(&mut words).expect("text");
    assert_eq!(ended.code(), Some(0), "{words}");
    assert!(words.contains("nobody reads the output"), "{words}");
    let mut talk = Talk::with(&tablet);
    assert_eq!(talk.hear("lists")["slips"][0]["slip"], 1);
}
