//! What an answer means: every one has exactly one outcome, and they all stand in this file.
//!
//! | answer to a batch | outcome |
//! |---|---|
//! | 200, a batch-response with as many entries as were sent | each entry on its own, below |
//! | 200, other number of entries | nothing acknowledged, [`Outcome::Again`] |
//! | 200, a web page; 511 | a network's sign-in page, [`Outcome::Again`] |
//! | 200, another media type, or not readable; other 2xx | [`Outcome::Again`] |
//! | 3xx | [`Outcome::Halt`]: nothing is sent to another address |
//! | 401 | [`Outcome::Renew`] the token, then once more |
//! | 403; 404, 405, 410 | [`Outcome::Halt`] |
//! | 408 | [`Outcome::Again`] |
//! | 413; 400, 409, 412, 422 with an OperationOutcome | [`Outcome::Smaller`]; of a batch of one, that record is refused |
//! | 400, 409, 412, 422 without: something in between spoke | [`Outcome::Again`] |
//! | 425 | [`Outcome::Again`] |
//! | other 4xx | [`Outcome::Halt`] |
//! | 429, 503 | [`Outcome::Busy`], for as long as `Retry-After` says |
//! | other 5xx | [`Outcome::Again`] |
//! | no connection, no answer in time, cut off, too long | [`Outcome::Again`] |
//! | a certificate that does not hold, plain http | [`Outcome::Halt`] |
//!
//! | answer to an entry | outcome |
//! |---|---|
//! | 201, and 200 to a PUT, with a location and a version | [`EntryOutcome::Acknowledged`] |
//! | 200 to a POST, the same | [`EntryOutcome::AlreadyThere`]: acknowledged, if what is there is what was sent |
//! | 200, 201 without; other 2xx; 401, 408, 429, 5xx | [`EntryOutcome::Again`] |
//! | 409 | [`EntryOutcome::Contradicted`]: to a person |
//! | 412 to a PUT | [`EntryOutcome::Compare`]: is it what was sent, its reply lost? |
//! | 412 to a POST | [`EntryOutcome::Contradicted`]: the server knows more than one |
//! | 400, 403, 404, 413, 422 and all others | [`EntryOutcome::Refused`]: to a person |

use std::time::Duration;

use super::plan::{Way, resource_of};
use super::told::AND;
use super::transport::{Answer, Failure};
use super::why::Why;
use super::wire::{Bundle, BundleKind, EntryResponse, OperationOutcome, ResponseEntry};
use crate::clock::japan_time;
use crate::store::Receipt;

/// What the answer to a batch means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Each entry has its own outcome, in the order in which they were sent.
    Answered(Vec<EntryOutcome>),
    /// Whether the server has any of it is not known: the same again, later.
    Again(Why),
    /// The server asks for time: at least this long, if it says how long.
    Busy(Option<Duration>),
    /// The server will not take these together: fewer at a time.
    Smaller(Why),
    /// The token does not hold any more.
    Renew,
    /// It will not work until somebody does something.
    Halt(Why),
}

/// What the answer to an entry means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryOutcome {
    /// The server has it.
    Acknowledged(Receipt),
    /// The server had the record already, in whatever state.
    AlreadyThere(Receipt),
    /// The server will not take it; its words.
    Refused(String),
    /// The server has another record in its place; its words.
    Contradicted(String),
    /// The version was another one: to be compared with what is there.
    Compare(String),
    /// Not known: the same again, later.
    Again(Why),
}

/// What an answer to the batch of `ways` means.
pub fn judge(answer: &Result<Answer, Failure>, ways: &[&Way]) -> Outcome {
    match answer {
        Ok(answer) => judge_answer(answer, ways),
        Err(failure) => match failure {
            Failure::Certificate(_) | Failure::Insecure => Outcome::Halt(why_of(failure)),
            _ => Outcome::Again(why_of(failure)),
        },
    }
}

/// Why nothing came back.
pub(super) fn why_of(failure: &Failure) -> Why {
    match failure {
        Failure::Unreachable(_) => Why::Unreachable,
        Failure::TimedOut => Why::TimedOut,
        Failure::CutOff(_) => Why::CutOff,
        Failure::TooLong => Why::TooLong,
        Failure::Certificate(problem) => Why::Certificate(*problem),
        Failure::Insecure => Why::Insecure,
    }
}

/// What it means that a step before the batch did not come about: finding the server, or a token.
pub(super) fn outcome_of(why: Why) -> Outcome {
    match why {
        Why::Busy => Outcome::Busy(None),
        Why::Certificate(_)
        | Why::Redirected
        | Why::Unauthorised
        | Why::Forbidden
        | Why::NoSuchServer
        | Why::Clock
        | Why::Insecure
        | Why::Unacceptable
        | Why::ServerKind
        | Why::NotEnrolled
        | Why::AnotherDelivery
        | Why::ForAPerson
        | Why::Held
        | Why::NoForm => Outcome::Halt(why),
        _ => Outcome::Again(why),
    }
}

fn judge_answer(answer: &Answer, ways: &[&Way]) -> Outcome {
    if let Some(outcome) = judge_status(answer) {
        return outcome;
    }
    match content_problem(answer) {
        Some(why) => Outcome::Again(why),
        None => entries(answer, ways),
    }
}

/// What a status means that is no 200; the same for every request.
pub(super) fn judge_status(answer: &Answer) -> Option<Outcome> {
    Some(match answer.status {
        200 => return None,
        300..=399 => Outcome::Halt(Why::Redirected),
        401 => Outcome::Renew,
        403 => Outcome::Halt(Why::Forbidden),
        404 | 405 | 410 => Outcome::Halt(Why::NoSuchServer),
        408 => Outcome::Again(Why::TimedOut),
        413 => Outcome::Smaller(Why::TooLarge),
        429 | 503 => Outcome::Busy(answer.retry_after),
        400 | 409 | 412 | 422 => match not_the_servers(answer) {
            Some(why) => Outcome::Again(why),
            None => Outcome::Smaller(Why::RefusedWhole),
        },
        425 => Outcome::Again(Why::ServerError),
        400..=499 => Outcome::Halt(Why::Unacceptable),
        511 => Outcome::Again(Why::SignInPage),
        500..=599 => Outcome::Again(Why::ServerError),
        _ => Outcome::Again(Why::Unreadable),
    })
}

/// Why a refusal is not taken for the record API's own: gateways refuse too, and know no record.
fn not_the_servers(answer: &Answer) -> Option<Why> {
    let spoken = serde_json::from_slice::<OperationOutcome>(without_bom(&answer.body));
    let outcome = spoken.is_ok_and(|outcome| outcome.resource_type == "OperationOutcome");
    content_problem(answer).or((!outcome).then_some(Why::Unreadable))
}

/// Whether a body is something else than FHIR's JSON.
pub(super) fn content_problem(answer: &Answer) -> Option<Why> {
    match answer.content_type.as_deref() {
        Some("application/fhir+json" | "application/json") => None,
        Some("text/html" | "application/xhtml+xml") => Some(Why::SignInPage),
        _ => Some(Why::OtherContent),
    }
}

fn entries(answer: &Answer, ways: &[&Way]) -> Outcome {
    let body = without_bom(&answer.body);
    let Ok(bundle) = serde_json::from_slice::<Bundle<ResponseEntry>>(body) else {
        return Outcome::Again(Why::Unreadable);
    };
    if bundle.kind != BundleKind::BatchResponse {
        return Outcome::Again(Why::Unreadable);
    }
    if bundle.entry.len() != ways.len() {
        return Outcome::Again(Why::EntryCount);
    }
    let judged = bundle.entry.iter().zip(ways);
    Outcome::Answered(
        judged
            .map(|(entry, way)| judge_entry(&entry.response, way, answer))
            .collect(),
    )
}

/// Some servers start their JSON with a byte order mark.
pub(super) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn judge_entry(response: &EntryResponse, way: &Way, answer: &Answer) -> EntryOutcome {
    let status = response.status.get(..3).and_then(|s| s.parse::<u16>().ok());
    match (status, way) {
        (Some(status @ (200 | 201)), way) => match (receipt(response, answer), status, way) {
            (Some(receipt), 200, Way::Create) => EntryOutcome::AlreadyThere(receipt),
            (Some(receipt), ..) => EntryOutcome::Acknowledged(receipt),
            (None, ..) => EntryOutcome::Again(Why::NoReceipt),
        },
        (Some(202..=299), _) => EntryOutcome::Again(Why::NoReceipt),
        (Some(429), _) => EntryOutcome::Again(Why::Busy),
        (Some(401 | 408 | 500..=599), _) => EntryOutcome::Again(Why::ServerError),
        (None, _) => EntryOutcome::Again(Why::Unreadable),
        (Some(412), Way::Update { .. }) => EntryOutcome::Compare(words(response)),
        (Some(409 | 412), _) => EntryOutcome::Contradicted(words(response)),
        (Some(_), _) => EntryOutcome::Refused(words(response)),
    }
}

/// The receipt of an entry; its version stands in the location too, and where the server tells no
/// time of its own, that of the whole answer counts.
fn receipt(response: &EntryResponse, answer: &Answer) -> Option<Receipt> {
    let location = response.location.clone()?;
    resource_of(&location)
        .strip_prefix("Immunization/")
        .filter(|id| !id.is_empty())?;
    let version = location
        .split_once("/_history/")
        .map(|(_, version)| version);
    let etag = match (&response.etag, version) {
        (Some(etag), _) => etag.clone(),
        (None, Some(version)) => format!("W/\"{version}\""),
        (None, None) => return None,
    };
    let last_modified = match (&response.last_modified, answer.date) {
        (Some(time), _) => time.clone(),
        (None, Some(date)) => japan_time(date),
        (None, None) => String::new(),
    };
    Some(Receipt {
        location,
        etag,
        last_modified,
    })
}

/// The most characters of a server's words that are kept.
const WORDS: usize = 300;

/// The server's words: short, without control characters, and without anything that could be a
/// voucher's number.
fn words(response: &EntryResponse) -> String {
    let status = response.status.clone();
    let issues = response.outcome.iter().flat_map(|outcome| &outcome.issue);
    let said = issues.flat_map(|issue| issue.diagnostics.iter().chain(&issue.expression));
    let all: Vec<String> = std::iter::once(status).chain(said.cloned()).collect();
    masked(&all.join(AND))
}

/// What is hidden has more than five digits, in either width, whatever stands between them: a
/// municipality's code has six.
fn masked(text: &str) -> String {
    let short = text.chars().filter(|c| !c.is_control()).take(WORDS);
    let (mut masked, mut run) = (String::new(), String::new());
    for c in short.chain(['\n']) {
        if is_digit(c) || matches!(c, '-' | '−' | '‐' | ' ' | '\u{3000}') && !run.is_empty() {
            run.push(c);
            continue;
        }
        masked.push_str(&hidden(&run));
        run.clear();
        if c != '\n' {
            masked.push(c);
        }
    }
    masked
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn hidden(run: &str) -> String {
    if run.chars().filter(|c| is_digit(*c)).count() <= 5 {
        return run.to_owned();
    }
    let end = run.trim_end_matches(|c| !is_digit(c)).len();
    format!("…{}", &run[end..])
}

#[cfg(test)]
mod tests {
    use super::super::why::CertificateProblem;
    use super::super::wire::{BundleResource, FHIR_JSON, OperationOutcome};
    use super::*;

    const CREATE: Way = Way::Create;

    fn update() -> Way {
        Way::Update {
            resource: "Immunization/4711".into(),
            version: "W/\"1\"".into(),
        }
    }

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            content_type: Some(FHIR_JSON.to_owned()),
            body: body.as_bytes().to_vec(),
            ..Answer::default()
        }
    }

    fn batch(responses: Vec<EntryResponse>) -> String {
        let entry = responses
            .into_iter()
            .map(|response| ResponseEntry { response });
        serde_json::to_string(&Bundle {
            resource_type: BundleResource::Bundle,
            meta: None,
            kind: BundleKind::BatchResponse,
            entry: entry.collect(),
        })
        .unwrap()
    }

    fn response(status: &str) -> EntryResponse {
        EntryResponse {
            status: status.into(),
            location: Some("Immunization/5001/_history/2".into()),
            etag: Some("W/\"2\"".into()),
            last_modified: Some("2021-11-20T10:20:00+09:00".into()),
            outcome: None,
        }
    }

    fn one(response: EntryResponse, way: &Way) -> EntryOutcome {
        match judge(&Ok(answer(200, &batch(vec![response]))), &[way]) {
            Outcome::Answered(mut entries) => entries.remove(0),
            other => panic!("{other:?}"),
        }
    }

    fn whole(status: u16) -> Outcome {
        judge(&Ok(answer(status, "{}")), &[&CREATE])
    }

    #[test]
    fn created_and_already_there_come_with_their_receipt() {
        for status in ["201 Created", "200 OK", "200", "201"] {
            let (EntryOutcome::Acknowledged(receipt) | EntryOutcome::AlreadyThere(receipt)) =
                one(response(status), &CREATE)
            else {
                panic!("{status}");
            };
            assert_eq!(receipt.location, "Immunization/5001/_history/2");
            assert_eq!(receipt.etag, "W/\"2\"");
        }
    }

    #[test]
    fn without_a_receipt_nothing_is_acknowledged() {
        let mut bare = response("201 Created");
        bare.location = None;
        let none = EntryOutcome::Again(Why::NoReceipt);
        assert_eq!(one(bare, &CREATE), none);
        let mut no_version = response("201 Created");
        (no_version.etag, no_version.location) = (None, Some("Immunization/5001".into()));
        assert_eq!(one(no_version, &CREATE), none);
        let mut no_id = response("201 Created");
        no_id.location = Some("Immunization/".into());
        assert_eq!(one(no_id, &CREATE), none);
    }

    #[test]
    fn the_version_is_taken_from_the_location_where_no_etag_is_given() {
        let mut bare = response("201 Created");
        bare.etag = None;
        let outcome = one(bare, &CREATE);
        assert!(matches!(outcome, EntryOutcome::Acknowledged(r) if r.etag == "W/\"2\""));
    }

    #[test]
    fn entries_that_are_refused_contradicted_or_to_be_compared_are_told_apart() {
        let refused = |status| matches!(one(response(status), &CREATE), EntryOutcome::Refused(_));
        for status in [
            "400", "403", "404", "405", "410", "413", "422", "302", "100",
        ] {
            assert!(refused(status), "{status}");
        }
        for status in ["401", "408", "429", "500", "503", "202", "204", "", "ok"] {
            let outcome = one(response(status), &CREATE);
            assert!(matches!(outcome, EntryOutcome::Again(_)), "{status}");
        }
        for (status, way) in [("409", &CREATE), ("409", &update()), ("412", &CREATE)] {
            let outcome = one(response(status), way);
            assert!(matches!(outcome, EntryOutcome::Contradicted(_)), "{status}");
        }
        let outcome = one(response("412"), &update());
        assert!(matches!(outcome, EntryOutcome::Compare(_)));
    }

    #[test]
    fn a_sign_in_page_is_not_taken_for_an_answer() {
        let mut page = answer(200, "<html>Welcome to the hotel</html>");
        page.content_type = Some("text/html".into());
        let outcome = judge(&Ok(page), &[&CREATE]);
        assert_eq!(outcome, Outcome::Again(Why::SignInPage));
        assert_eq!(whole(511), Outcome::Again(Why::SignInPage));
    }

    #[test]
    fn another_number_of_entries_acknowledges_none() {
        let body = batch(vec![response("201 Created"); 2]);
        for ways in [vec![&CREATE], vec![&CREATE; 3]] {
            let outcome = judge(&Ok(answer(200, &body)), &ways);
            assert_eq!(outcome, Outcome::Again(Why::EntryCount));
        }
    }

    #[test]
    fn what_cannot_be_read_acknowledges_none() {
        let request = batch(vec![response("201")]).replace("batch-response", "batch");
        let mut shift_jis = batch(vec![response("201")]).into_bytes();
        shift_jis.extend([0x8e, 0x73, 0xff]);
        for body in [
            b"".to_vec(),
            b"{\"resourceType\":\"Bun".to_vec(),
            request.into_bytes(),
            shift_jis,
        ] {
            let answer = Answer {
                body,
                ..answer(200, "")
            };
            assert_eq!(
                judge(&Ok(answer), &[&CREATE]),
                Outcome::Again(Why::Unreadable)
            );
        }
    }

    #[test]
    fn unknown_elements_and_a_byte_order_mark_are_passed_over() {
        let body = batch(vec![response("201")]).replace(
            "{\"response\":{",
            "{\"search\":{},\"response\":{\"extension\":[{}],",
        );
        let body = format!("\u{feff}{body}");
        let outcome = judge(&Ok(answer(200, &body)), &[&CREATE]);
        assert!(matches!(outcome, Outcome::Answered(_)), "{outcome:?}");
    }

    #[test]
    fn another_media_type_is_no_answer() {
        for kind in [
            None,
            Some("text/plain".to_owned()),
            Some("application/xml".to_owned()),
        ] {
            let mut other = answer(200, &batch(vec![response("201")]));
            other.content_type = kind;
            let outcome = judge(&Ok(other), &[&CREATE]);
            assert_eq!(outcome, Outcome::Again(Why::OtherContent));
        }
    }

    #[test]
    fn every_status_of_a_batch_has_its_outcome() {
        for (statuses, outcome) in [
            (
                &[301, 302, 303, 307, 308][..],
                Outcome::Halt(Why::Redirected),
            ),
            (&[401], Outcome::Renew),
            (&[403], Outcome::Halt(Why::Forbidden)),
            (&[404, 405, 410], Outcome::Halt(Why::NoSuchServer)),
            (&[408], Outcome::Again(Why::TimedOut)),
            (&[413], Outcome::Smaller(Why::TooLarge)),
            (&[400, 409, 412, 422], Outcome::Again(Why::Unreadable)),
            (&[402, 406, 415, 426, 451], Outcome::Halt(Why::Unacceptable)),
            (&[425], Outcome::Again(Why::ServerError)),
            (&[429, 503], Outcome::Busy(None)),
            (&[500, 501, 502, 504], Outcome::Again(Why::ServerError)),
            (&[201, 204, 100, 999], Outcome::Again(Why::Unreadable)),
        ] {
            for status in statuses {
                assert_eq!(whole(*status), outcome, "{status}");
            }
        }
    }

    #[test]
    fn only_the_record_apis_own_refusal_of_a_batch_counts_against_its_records() {
        let own = serde_json::to_string(&OperationOutcome::error("invalid", "no", None)).unwrap();
        for status in [400, 409, 412, 422] {
            let outcome = judge(&Ok(answer(status, &own)), &[&CREATE]);
            assert_eq!(outcome, Outcome::Smaller(Why::RefusedWhole), "{status}");
            let mut gateway = answer(status, "<html>blocked</html>");
            gateway.content_type = Some("text/html".into());
            let outcome = judge(&Ok(gateway), &[&CREATE]);
            assert_eq!(outcome, Outcome::Again(Why::SignInPage), "{status}");
        }
    }

    #[test]
    fn a_busy_server_says_how_long() {
        let mut busy = answer(503, "");
        busy.retry_after = Some(Duration::from_secs(30));
        let outcome = judge(&Ok(busy), &[&CREATE]);
        assert_eq!(outcome, Outcome::Busy(Some(Duration::from_secs(30))));
    }

    #[test]
    fn without_an_answer_it_is_sent_again_and_a_false_certificate_halts() {
        for failure in [
            Failure::Unreachable("refused".into()),
            Failure::TimedOut,
            Failure::CutOff("eof".into()),
            Failure::TooLong,
        ] {
            let outcome = judge(&Err(failure), &[&CREATE]);
            assert!(matches!(outcome, Outcome::Again(_)), "{outcome:?}");
        }
        let expired = Failure::Certificate(CertificateProblem::Expired);
        for failure in [expired, Failure::Insecure] {
            let outcome = judge(&Err(failure), &[&CREATE]);
            assert!(matches!(outcome, Outcome::Halt(_)), "{outcome:?}");
        }
    }

    #[test]
    fn a_number_is_hidden_however_it_is_written() {
        for text in [
            "00123-45678",
            "0012 3456 78",
            "００１２３４５６７８",
            "131016-0012345678",
        ] {
            assert_eq!(masked(&format!("no {text} here")), "no … here");
        }
        assert_eq!(masked("422 of 5 doses"), "422 of 5 doses");
    }

    #[test]
    fn a_servers_words_are_kept_without_voucher_numbers() {
        let mut told = response("409 Conflict");
        let words = "another record of 131016-0012345678 exists (211310160012345678)";
        told.outcome = Some(OperationOutcome::error(
            "conflict",
            words,
            Some("Immunization.patient"),
        ));
        let EntryOutcome::Contradicted(words) = one(told, &CREATE) else {
            panic!("a contradiction");
        };
        assert!(
            words.starts_with("409 Conflict; another record of … exists (…)"),
            "{words}"
        );
        assert!(words.contains("Immunization.patient"));
    }
}
