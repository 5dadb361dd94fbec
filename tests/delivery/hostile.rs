//! Answers that are none: over a real connection, from a server that means no good or knows no
//! better. Each has one outcome and one sentence, and nothing is lost by any.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use uketsuke::store::{Enrolment, RecordStore as _, State};
use uketsuke::sync::{CertificateProblem, Probe, Why};

use crate::book::{clerk, entry};
use crate::site::{Impatient, Tablet};

/// What the server says to a batch, byte for byte.
type Says = fn(&mut dyn Write) -> std::io::Result<()>;

/// A server that answers discovery and tokens as it should, and batches as it is told.
struct Hostile {
    url: String,
    batches: Arc<AtomicU32>,
}

impl Hostile {
    fn plain(says: Says) -> Self {
        Self::start(says, None)
    }

    fn start(says: Says, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{}", address.port());
        let batches = Arc::new(AtomicU32::new(0));
        let (seen, base) = (Arc::clone(&batches), url.clone());
        std::thread::Builder::new()
            .name("hostile".into())
            .spawn(move || {
                for stream in listener.incoming() {
                    let stream = stream.expect("a connection");
                    // What breaks off is what is tested.
                    let _ = match &tls {
                        None => serve(stream, says, &base, &seen),
                        Some(tls) => {
                            let tls = ServerConnection::new(Arc::clone(tls)).expect("TLS");
                            serve(StreamOwned::new(tls, stream), says, &base, &seen)
                        }
                    };
                }
            })
            .expect("a thread");
        Self { url, batches }
    }

    /// A tablet with two records and an enrolment here.
    fn tablet(&self, ca: Option<String>) -> (tempfile::TempDir, Tablet) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut tablet = Tablet::open(folder.path());
        tablet.make_key();
        let enrolment = Enrolment {
            server: self.url.clone(),
            client_id: "station-1".to_owned(),
            ca,
        };
        tablet
            .store
            .keep_enrolment(&enrolment, true, &clerk())
            .expect("kept");
        tablet.record(&entry(1));
        tablet.record(&entry(2));
        (folder, tablet)
    }
}

/// One request a connection.
fn serve(
    stream: impl Read + Write,
    says: Says,
    base: &str,
    batches: &AtomicU32,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let (mut request, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        match stream.read_line(&mut line) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // A handshake, where a request was expected.
            Err(_) => {
                let mut out = stream.into_inner();
                out.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")?;
                return out.flush();
            }
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
        request.push_str(&line);
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let mut out = stream.into_inner();
    let path = request.split(' ').nth(1).unwrap_or_default();
    if path.ends_with("/metadata") {
        json(
            &mut out,
            r#"{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1"}"#,
        )
    } else if path.ends_with("/smart-configuration") {
        json(&mut out, &format!(r#"{{"token_endpoint":"{base}/token"}}"#))
    } else if path.ends_with("/token") {
        json(
            &mut out,
            r#"{"access_token":"t","token_type":"bearer","expires_in":300}"#,
        )
    } else {
        batches.fetch_add(1, Ordering::SeqCst);
        says(&mut out)?;
        out.flush()
    }
}

fn json(out: &mut dyn Write, body: &str) -> std::io::Result<()> {
    write!(
        out,
        "HTTP/1.1 200 OK\r\nX-Training: TRAINING\r\nContent-Type: application/fhir+json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    out.flush()
}

/// Two records, a server that says this, and what came of it.
fn meets(says: Says) -> (Option<Why>, u32) {
    let server = Hostile::plain(says);
    let (_folder, mut tablet) = server.tablet(None);
    let done = tablet
        .try_deliver(&Probe::default(), &mut Impatient::default())
        .expect("tried");
    let counts = tablet.store.counts(None).expect("readable");
    assert_eq!(counts.get(State::Queued), 2, "{:?}", done.stopped);
    assert_eq!(done.delivered, 0);
    (done.stopped, server.batches.load(Ordering::SeqCst))
}

#[test]
fn a_hotels_sign_in_page_is_told_as_one() {
    let (why, _) = meets(|out| {
        let page = "<html><h1>Welcome</h1></html>";
        write!(
            out,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n{page}",
            page.len()
        )
    });
    assert_eq!(why, Some(Why::SignInPage));
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let (why, batches) = meets(|out| {
        out.write_all(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n")
    });
    assert_eq!((why, batches), (Some(Why::Redirected), 1));
}

#[test]
fn a_body_of_a_hundred_megabytes_is_not_read_to_its_end() {
    let (why, _) = meets(|out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 104857600\r\n\r\n")?;
        let blanks = vec![b' '; 1 << 20];
        (0..100).try_for_each(|_| out.write_all(&blanks))
    });
    assert_eq!(why, Some(Why::TooLong));
}

#[test]
fn a_body_that_is_cut_off_acknowledges_nothing() {
    let (why, _) = meets(|out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: 5000\r\n\r\n{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":[")
    });
    assert_eq!(why, Some(Why::CutOff));
}

#[test]
fn a_connection_that_closes_without_a_word_is_cut_off() {
    assert_eq!(meets(|_| Ok(())).0, Some(Why::CutOff));
}

#[test]
fn what_is_no_http_is_no_answer() {
    let (why, _) = meets(|out| out.write_all(b"SSH-2.0-OpenSSH_9.2\r\n"));
    assert!(
        matches!(why, Some(Why::CutOff | Why::Unreachable)),
        "{why:?}"
    );
}

#[test]
fn an_encoding_that_is_none_is_unreadable() {
    let (why, _) = meets(|out| {
        out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json; charset=shift_jis\r\nContent-Length: 6\r\n\r\n{\x8e\x73\xff\xfe}")
    });
    assert_eq!(why, Some(Why::Unreadable));
}

/// A certificate for `name` that is good until the end of `until`, and the authority behind it.
fn certificate(name: &str, until: i32) -> (Arc<ServerConfig>, String) {
    let mut authority = rcgen::CertificateParams::new(Vec::<String>::new()).expect("parameters");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let authority_pem = authority.self_signed(&authority_key).expect("signed").pem();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let mut leaf = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    leaf.not_before = rcgen::date_time_ymd(2020, 1, 1);
    leaf.not_after = rcgen::date_time_ymd(until, 12, 31);
    let key = rcgen::KeyPair::generate().expect("a key");
    let signed = leaf.signed_by(&key, &issuer).expect("signed");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let chain = vec![CertificateDer::from(signed.der().to_vec())];
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .expect("a certificate");
    (Arc::new(config), authority_pem)
}

fn meets_certificate(name: &str, until: i32, trusted: bool) -> Option<Why> {
    let (config, ca) = certificate(name, until);
    let server = Hostile::start(|_| Ok(()), Some(config));
    let other = certificate("localhost", 2099).1;
    let (_folder, mut tablet) = server.tablet(Some(if trusted { ca } else { other }));
    let done = tablet
        .try_deliver(&Probe::default(), &mut Impatient::default())
        .expect("tried");
    assert_eq!(tablet.open_entries(), 2);
    assert_eq!(
        server.batches.load(Ordering::SeqCst) > 0,
        done.stopped == Some(Why::CutOff)
    );
    done.stopped
}

#[test]
fn a_certificate_that_does_not_hold_stops_the_delivery_before_anything_is_said() {
    let certificate = |problem| Some(Why::Certificate(problem));
    assert_eq!(
        meets_certificate("localhost", 2021, true),
        certificate(CertificateProblem::Expired)
    );
    assert_eq!(
        meets_certificate("elsewhere.example", 2099, true),
        certificate(CertificateProblem::OtherName)
    );
    assert_eq!(
        meets_certificate("localhost", 2099, false),
        certificate(CertificateProblem::UnknownIssuer)
    );
    // A good one, so that the others prove something: here it is the batch that breaks off.
    assert_eq!(
        meets_certificate("localhost", 2099, true),
        Some(Why::CutOff)
    );
}

#[test]
fn a_server_that_speaks_plain_http_on_a_secure_address_is_told() {
    let server = Hostile::plain(|_| Ok(()));
    let (_folder, mut tablet) = server.tablet(None);
    tablet.server_is_at(&server.url.replace("http:", "https:"));
    let done = tablet
        .try_deliver(&Probe::default(), &mut Impatient::default())
        .expect("tried");
    assert_eq!(done.stopped, Some(Why::Unreachable));
    assert_eq!(tablet.open_entries(), 2);
}
