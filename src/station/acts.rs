//! What people did, as the audit log writes it: never a voucher's number.

use std::fmt::Write as _;

use crate::desk::{Act, Aside, DrawnFrom, OpenPoint, Undecided, VialKey};
use crate::intake::{FindingCode, Mode, Session};
use crate::store::{self, Deed};

/// What the store writes down of it.
pub(super) fn of(act: &Act) -> Deed {
    use store::Act as A;
    let (act, detail) = match act {
        Act::Confirmed(session) => (A::SessionConfirmed, presets(session)),
        Act::Relieved { left, took_over } => (A::Relieved, format!("{left} → {took_over}")),
        Act::RecordedAllTheSame {
            record,
            findings,
            reason,
        } => (
            A::RecordedAllTheSame,
            format!("{record} [{}]: {reason}", codes(findings)),
        ),
        Act::Declined {
            record,
            findings,
            reason,
        } => (
            A::Declined,
            format!("{record} [{}]: {reason}", codes(findings)),
        ),
        Act::LeftUndecided(undecided) => (A::LeftUndecided, listed(undecided)),
        Act::ReadAgain { undecided, record } => {
            (A::ReadAgain, format!("{} → {record}", listed(undecided)))
        }
        Act::PutAside(aside) => (A::PutAside, laid(aside)),
        Act::TookUp(aside) => (A::TookUp, laid(aside)),
        Act::SettledAside(aside, reason) => (A::SettledAside, format!("{}: {reason}", laid(aside))),
        Act::IssuedSlip(slip) => (A::IssuedSlip, slip.to_string()),
        Act::Counted { of, vials, drawn } => (
            A::Counted,
            format!("{} vials {vials} drawn {drawn}", lot(of)),
        ),
        Act::Discarded {
            of,
            doses,
            from,
            reason,
        } => (
            A::Discarded,
            format!("{} {doses} {}: {reason}", lot(of), place(*from)),
        ),
        Act::Explained(point, reason) => (A::Explained, format!("{}: {reason}", open(point))),
        Act::Reviewed(record) => return Deed::Reviewed(*record),
        Act::Closed(date) => return Deed::Closed(*date),
        Act::Reopened(date, reason) => return Deed::Reopened(*date, reason.to_string()),
    };
    Deed::Did(act, detail)
}

fn presets(session: &Session) -> String {
    let mode = match session.mode {
        Mode::BeforeShot => "before-shot",
        Mode::AfterShot => "after-shot",
        Mode::Clerk => "clerk",
    };
    let mut text = format!(
        "{} {mode} {} {} {}",
        session.date, session.venue, session.product, session.lot
    );
    if let Some(dose) = session.dose {
        // Writing to a string cannot fail.
        let _ = write!(text, " dose {}", dose.value());
    }
    text
}

fn codes(findings: &[FindingCode]) -> String {
    let codes: Vec<&str> = findings.iter().map(|code| code.as_str()).collect();
    codes.join(",")
}

fn listed(undecided: &Undecided) -> String {
    format!("u{} of {}", undecided.id.0, undecided.known.day)
}

fn laid(aside: &Aside) -> String {
    format!("a{} of {}: {}", aside.id.0, aside.known.day, aside.reason)
}

fn lot(of: &VialKey) -> String {
    format!("{} {}", of.product, of.lot)
}

fn place(from: DrawnFrom) -> &'static str {
    match from {
        DrawnFrom::Vial => "in the vial",
        DrawnFrom::Syringe => "in the syringe",
    }
}

fn open(point: &OpenPoint) -> String {
    match point {
        OpenPoint::Difference {
            of,
            in_vials,
            in_syringes,
        } => format!(
            "{} vials {:+} syringes {in_syringes:+}",
            lot(of),
            in_vials.unwrap_or(0)
        ),
        OpenPoint::Undecided(id) => format!("u{}", id.0),
        OpenPoint::Review(record) => format!("record {record}"),
    }
}
