//! What was for practising and could be taken for the real thing, or be reached by anybody.

use std::fs;

use serde_json::Value;
use uketsuke::sandbox::{Running, Sandbox, Settings};
use uketsuke::sync::{Ask, Body, Failure, HttpTransport, Route, Transport as _};

use crate::book::entry;
use crate::desk::{Desk, code, row, run, uketsuke, words};
use crate::site::Tablet;

fn serve(desk: &Desk) -> Running {
    Sandbox::start(Settings::new(desk.path("server"))).expect("a server")
}

fn transport() -> HttpTransport {
    HttpTransport::new(&Route::default()).expect("a transport")
}

/// In the field: a system under development, with its data, could be reached from the internet.
///
/// Here: the sandbox listens on this computer alone. To be reached from others it has to be told so
/// *and* to encrypt; one of the two is wrong usage, and nothing is opened or made.
#[test]
fn the_sandbox_is_not_opened_to_other_computers_by_accident() {
    let desk = Desk::new();
    let folder = desk.text("server");
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        for extra in [&[][..], &["--allow-remote"], &["--tls", "self-signed"]] {
            let common = ["sandbox", "--listen", address, "--data-dir", &folder];
            let output = run(&mut uketsuke(&[&common, extra].concat()), "");
            assert_eq!(code(&output), 2, "{address} {extra:?}: {}", words(&output));
            assert!(!words(&output).contains("listening on"));
            assert!(!desk.path("server").exists());
        }
    }
    let server = serve(&desk);
    assert!(
        server.url().starts_with("http://127.0.0.1:"),
        "{}",
        server.url()
    );
}

/// The same, seen by who meets one: in the field nothing told a test system from the real one.
///
/// Here: every answer is marked, also a refusal; so are the page that a person sees, and every
/// record that is given out.
#[test]
fn a_sandbox_says_training_in_everything_it_gives_out() {
    let desk = Desk::new();
    let server = serve(&desk);
    let mut tablet = Tablet::open(&desk.path("tablet"));
    tablet.enrol(server.url(), &server.next_code().expect("a code"), None);
    tablet.record(&entry(1));
    tablet.deliver();
    let mut transport = transport();
    let mut ask = |path: &str, bytes: Option<&[u8]>| {
        let url = format!("{}{path}", server.url());
        let body = bytes.map(|bytes| Body {
            content_type: "application/json",
            bytes,
        });
        let ask = Ask {
            url: &url,
            bearer: None,
            body,
        };
        transport.ask(&ask).expect("an answer")
    };
    for path in [
        "/metadata",
        "/Immunization/1",
        "/openapi.json",
        "/nothing",
        "/fhir/metadata",
    ] {
        let answer = ask(path, None);
        assert!(answer.training, "{path}: {}", answer.status);
    }
    for path in ["/enrol", "/token", "/", "/$verdict"] {
        let answer = ask(path, Some(b"{}"));
        assert!(answer.training && answer.status >= 400, "{path}");
    }
    // As a browser asks.
    let page = first_page(server.url());
    assert!(page.contains("研修用 TRAINING"), "{page}");
    for line in server.dump().expect("readable") {
        let resource: Value = serde_json::from_str(&line).expect("JSON");
        let tags = resource["meta"]["tag"].as_array().expect("tags");
        assert!(tags.iter().any(|tag| tag["code"] == "TRAINING"), "{line}");
    }
}

/// The first page, with a browser's `accept`.
fn first_page(url: &str) -> String {
    use std::io::{Read as _, Write as _};
    let address = url.strip_prefix("http://").expect("http");
    let mut stream = std::net::TcpStream::connect(address).expect("a connection");
    let request = format!(
        "GET / HTTP/1.1\r\nhost: {address}\r\naccept: text/html\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("sent");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("a page");
    page
}

/// In the field: where a test system can be reached, real records are sent to it, or its records
/// taken for real.
///
/// Here: a folder is born as one kind and never serves the other (exit code 5), a real folder is not
/// enrolled at a sandbox, nor a sandbox run on a station's folder, and the book stays as it was.
#[test]
fn training_and_production_never_meet() {
    let desk = Desk::new();
    let server = serve(&desk);
    let enrol = |kind: &str, url: &str, desk: &Desk| {
        let arguments = ["enrol", "--server", url, "--code", "-", kind];
        let mut command = desk.command(&arguments);
        let typed = format!("{}\n", server.next_code().expect("a code"));
        run(command.env_remove("UKETSUKE_NOW"), &typed)
    };
    // A training folder is not for real records.
    desk.import(&[row(1, 1, "20211120", "FJ7489")]);
    let output = enrol("--production", server.url(), &desk);
    assert_eq!(code(&output), 5, "{}", words(&output));
    assert!(desk.export().contains("0000000001"));
    // A production folder does not go to a sandbox.
    let real = Desk::new();
    let output = enrol("--production", server.url(), &real);
    assert_eq!(code(&output), 5, "{}", words(&output));
    assert!(!real.path("data").exists(), "nothing is born by trying");
    // Once born for production it is not for training either.
    let file = real.csv(&[row(1, 1, "20211120", "FJ7489")]);
    let mut import = real.command(&["import", "--format", "vrs-csv", &file]);
    import.env("UKETSUKE_DIRECTORY_KIND", "production");
    let output = run(import.env_remove("UKETSUKE_NOW"), "");
    assert_eq!(code(&output), 0, "{}", words(&output));
    let kind = fs::read_to_string(real.path("data/directory.toml")).expect("born");
    assert!(kind.contains("production"), "{kind}");
    let output = enrol("--training", server.url(), &real);
    assert_eq!(code(&output), 5, "{}", words(&output));
    assert!(server.dump().expect("readable").is_empty());
    let folder = desk.text("data");
    let arguments = ["sandbox", "--listen", "127.0.0.1:0", "--data-dir", &folder];
    let output = run(&mut uketsuke(&arguments), "");
    assert_eq!(code(&output), 2, "{}", words(&output));
}

/// The same on the line: in the field everything an exposed system said could be listened to.
///
/// Here: a station sends nothing in plain text to another machine, not even the question who is
/// there; so neither a code nor a record can get on such a line.
#[test]
fn nothing_leaves_the_station_in_plain_text() {
    for url in [
        "http://192.0.2.1/fhir",
        "http://api.example/fhir",
        "http://127.0.0.1.example/",
    ] {
        let ask = Ask {
            url,
            bearer: Some("token"),
            body: None,
        };
        assert_eq!(transport().ask(&ask), Err(Failure::Insecure), "{url}");
        let desk = Desk::new();
        let arguments = ["enrol", "--server", url, "--code", "-", "--training"];
        let output = run(&mut desk.command(&arguments), "K7QX-CODE\n");
        assert_eq!(code(&output), 1, "{}", words(&output));
        assert!(!words(&output).contains("K7QX"));
    }
}
