//! Faults on purpose, limits, TLS, and what a sandbox does not start with.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::samples::{HandClock, given, post};
use super::super::{FaultKind, Faults, Sandbox, SandboxError, Settings};
use super::{Room, agent, bundle};
use crate::sync::wire::FHIR_JSON;

/// A room in which `kind` always happens, once a token was had.
fn faulty(kind: FaultKind) -> (Room, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::new(folder.path().to_owned());
    settings.clock = HandClock::new();
    let calm = Sandbox::start(settings).unwrap();
    let calm = Room {
        folder: tempfile::tempdir().unwrap(),
        clock: HandClock::new(),
        running: calm,
        agent: agent(None),
    };
    let token = calm.token(&calm.station(), "1");
    calm.running.stop();
    let mut settings = Settings::new(folder.path().to_owned());
    let clock = HandClock::new();
    settings.clock = Arc::clone(&clock) as _;
    settings.faults = Faults::none().with(kind, 1.0);
    let running = Sandbox::start(settings).unwrap();
    let room = Room {
        folder,
        clock,
        running,
        agent: agent(None),
    };
    (room, token)
}

/// What a batch comes to when something always goes wrong, and how many records are kept.
fn in_trouble(kind: FaultKind) -> (Result<u16, ureq::Error>, usize) {
    let (room, token) = faulty(kind);
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", FHIR_JSON),
    ];
    let body = bundle(&[post(given(1, 1))]).to_string();
    let answer = room.ask("POST", "/", &headers, &body);
    let kept = room.running.dump().unwrap().len();
    (answer.map(|answer| answer.status), kept)
}

#[test]
fn every_fault_does_what_it_says() {
    let (answer, kept) = in_trouble(FaultKind::DropBefore);
    assert!(answer.is_err());
    assert_eq!(kept, 0);
    let (answer, kept) = in_trouble(FaultKind::DropAfterCommit);
    assert!(answer.is_err());
    assert_eq!(kept, 1);
    let (answer, kept) = in_trouble(FaultKind::Truncate);
    assert!(answer.is_err());
    assert_eq!(kept, 1);
    for (kind, status, expected) in [
        (FaultKind::Http500, 500, 0),
        (FaultKind::Http429, 429, 0),
        (FaultKind::Delay, 200, 1),
    ] {
        let (answer, kept) = in_trouble(kind);
        assert_eq!((answer.unwrap(), kept), (status, expected), "{kind:?}");
    }
}

#[test]
fn of_a_truncated_answer_half_arrives_under_its_full_length() {
    use std::io::{Read as _, Write as _};
    let (room, token) = faulty(FaultKind::Truncate);
    let address = room.running.url().strip_prefix("http://").unwrap();
    let mut line = std::net::TcpStream::connect(address).unwrap();
    let body = bundle(&[post(given(1, 1))]).to_string();
    write!(
        line,
        "POST / HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: {FHIR_JSON}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    let (head, half) = answer.split_once("\r\n\r\n").unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.unwrap().parse().unwrap();
    assert_eq!(half.len(), length / 2);
}

#[test]
fn above_its_capacity_it_asks_to_come_back_later() {
    let room = Room::new(|settings| settings.capacity = Some(2));
    let token = room.token(&room.station(), "1");
    let statuses = [0; 3].map(|_| room.batch(&token, &[]).status);
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(room.batch(&token, &[]).header("retry-after"), "1");
    room.clock.pass(Duration::from_secs(1));
    assert_eq!(room.batch(&token, &[]).status, 200);
}

#[test]
fn what_is_no_batch_is_refused_as_a_whole() {
    let room = Room::new(|settings| settings.batch_limit = 2);
    let token = room.token(&room.station(), "1");
    let entries: Vec<Value> = (1..=3).map(|n| post(given(n, n))).collect();
    let too_many = room.batch(&token, &entries);
    assert_eq!(
        (too_many.status, too_many.header("x-batch-limit")),
        (413, "2")
    );
    let mut transaction = bundle(&entries[..1]);
    transaction["type"] = json!("transaction");
    assert_eq!(room.send("POST", "/", &token, &transaction).status, 400);
    assert_eq!(room.send("POST", "/", &token, &given(1, 1)).status, 400);
    let bearer = format!("Bearer {token}");
    let headers = |kind| [("authorization", bearer.as_str()), ("content-type", kind)];
    let broken = room
        .ask("POST", "/", &headers(FHIR_JSON), "{\"resourceType\":")
        .unwrap();
    assert_eq!(broken.status, 400);
    let other = room.ask("POST", "/", &headers("text/csv"), "a,b").unwrap();
    assert_eq!(other.status, 415);
    let long = " ".repeat((8 << 20) + 1);
    // The server may hang up before all of it was sent.
    if let Ok(answer) = room.ask("POST", "/", &headers(FHIR_JSON), &long) {
        assert_eq!(answer.status, 413);
    }
    assert!(room.running.dump().unwrap().is_empty());
}

#[test]
fn a_stations_folder_and_a_taken_port_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("directory.toml"), "").unwrap();
    let started = Sandbox::start(Settings::new(folder.path().to_owned()));
    assert!(matches!(started, Err(SandboxError::StationsFolder(_))));
    let room = Room::new(|_| {});
    let taken = room.running.url().strip_prefix("http://").unwrap();
    let other = tempfile::tempdir().unwrap();
    let mut settings = Settings::new(other.path().to_owned());
    settings.listen = taken.parse().unwrap();
    assert!(matches!(
        Sandbox::start(settings),
        Err(SandboxError::Listen { .. })
    ));
}

#[test]
fn with_a_certificate_of_its_own_it_is_believed_by_whoever_was_given_it() {
    let room = Room::new(|settings| settings.tls = true);
    assert!(room.running.url().starts_with("https://127.0.0.1:"));
    let token = room.token(&room.station(), "1");
    assert_eq!(room.batch(&token, &[post(given(1, 1))]).status, 200);
    let stranger = agent(None);
    assert!(stranger.get(room.running.url()).call().is_err());
}
