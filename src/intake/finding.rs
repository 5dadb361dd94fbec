//! What a rule has to say, and what follows from it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::session::Mode;
use crate::text::Bilingual;

/// One thing that a person should know of a dose before or after it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule found it.
    pub code: FindingCode,
    /// What it asks for.
    pub severity: Severity,
    /// What was found.
    pub message: Bilingual,
    /// What to do.
    pub remedy: Bilingual,
}

/// What a finding asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Nothing: it is normal, and named.
    Note,
    /// A person looks at the record.
    Review,
    /// Before the shot: wait until it is cleared up. After it: a person looks at the record.
    Stop,
}

macro_rules! codes {
    ($($(#[$docs:meta])* $code:ident = $text:literal,)*) => {
        /// Which rule found something. The identifiers are stable: they are stored and exported.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum FindingCode {
            $($(#[$docs])* #[doc = concat!("`", $text, "`")] #[serde(rename = $text)] $code,)*
        }

        impl FindingCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The stable identifier.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)*
                }
            }
        }
    };
}

codes! {
    /// Nobody confirmed the session's presets for today.
    SessionNotConfirmed = "session_not_confirmed",
    /// The venue is not on the list.
    UnknownVenue = "unknown_venue",
    /// The product is not in the catalogue.
    UnknownProduct = "unknown_product",
    /// The product was not in use on the day.
    ProductNotInUse = "product_not_in_use",
    /// The lot is not on the list.
    UnknownLot = "unknown_lot",
    /// The lot is on the list of another product.
    LotOfAnotherProduct = "lot_of_another_product",
    /// The lot has a form that the product's lots do not have.
    OddLot = "odd_lot",
    /// The lot was recalled.
    RecalledLot = "recalled_lot",
    /// The lot was past its effective expiry on the day.
    ExpiredLot = "expired_lot",
    /// The voucher is for another dose than the session.
    DoseMismatch = "dose_mismatch",
    /// No product is given so often, or it is dose 0.
    UnknownDose = "unknown_dose",
    /// The ticket is of another kind than the session's or than what happened.
    TicketKindMismatch = "ticket_kind_mismatch",
    /// The ticket kind's digit stands for nothing.
    UnknownTicketKind = "unknown_ticket_kind",
    /// The same dose with the same content is here.
    AlreadyRecorded = "already_recorded",
    /// The same dose with other content is here.
    Conflict = "conflict",
    /// A later dose was given before this one.
    DoseOutOfOrder = "dose_out_of_order",
    /// An earlier dose is here, but not the one just before this.
    PreviousDoseUnknown = "previous_dose_unknown",
    /// No row of the interval table is for this dose after the last one.
    NoIntervalRule = "no_interval_rule",
    /// Too soon after the last dose.
    IntervalTooShort = "interval_too_short",
    /// Later after the last dose than usual.
    IntervalLong = "interval_long",
    /// Too young for the product.
    TooYoung = "too_young",
    /// Older than usual for the product.
    OlderThanUsual = "older_than_usual",
    /// Born after the day of the dose.
    BirthDateInFuture = "birth_date_in_future",
    /// The voucher is another municipality's.
    OtherMunicipality = "other_municipality",
    /// No municipality with this code issues vouchers.
    UnknownMunicipality = "unknown_municipality",
    /// The station's clock jumped.
    ClockSuspect = "clock_suspect",
    /// The date has not come yet.
    DateInFuture = "date_in_future",
    /// The date is not today's.
    DateNotToday = "date_not_today",
}

impl FindingCode {
    /// What a finding of this code asks for.
    ///
    /// The one that depends on the mode is [`FindingCode::AlreadyRecorded`]: before the shot the
    /// dose may be about to be given twice, after it the voucher was put down again.
    pub fn severity(self, mode: Mode) -> Severity {
        match self {
            Self::OtherMunicipality => Severity::Note,
            Self::AlreadyRecorded if mode != Mode::BeforeShot => Severity::Note,
            Self::UnknownVenue
            | Self::ProductNotInUse
            | Self::OddLot
            | Self::UnknownTicketKind
            | Self::PreviousDoseUnknown
            | Self::IntervalLong
            | Self::OlderThanUsual
            | Self::BirthDateInFuture
            | Self::UnknownMunicipality
            | Self::ClockSuspect
            | Self::DateNotToday => Severity::Review,
            Self::SessionNotConfirmed
            | Self::UnknownProduct
            | Self::UnknownLot
            | Self::LotOfAnotherProduct
            | Self::RecalledLot
            | Self::ExpiredLot
            | Self::DoseMismatch
            | Self::UnknownDose
            | Self::TicketKindMismatch
            | Self::AlreadyRecorded
            | Self::Conflict
            | Self::DoseOutOfOrder
            | Self::NoIntervalRule
            | Self::IntervalTooShort
            | Self::TooYoung
            | Self::DateInFuture => Severity::Stop,
        }
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What becomes of a voucher that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Record it. Where a finding says [`FindingCode::AlreadyRecorded`] the record is there, and
    /// saying so is enough.
    Record,
    /// Record it, and put it before a person.
    RecordAndReview,
    /// Before the shot alone: do not record yet, and let a person clear it up.
    Stop,
}

/// What becomes of a voucher with these findings.
///
/// A dose that was given is a fact: after the shot and at the clerk's desk nothing ever stops
/// recording it, whatever is found.
pub fn decide(mode: Mode, findings: &[Finding]) -> Decision {
    let worst = findings.iter().map(|finding| finding.severity).max();
    match worst {
        None | Some(Severity::Note) => Decision::Record,
        Some(Severity::Stop) if mode == Mode::BeforeShot => Decision::Stop,
        Some(Severity::Review | Severity::Stop) => Decision::RecordAndReview,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const MODES: [Mode; 3] = [Mode::BeforeShot, Mode::AfterShot, Mode::Clerk];

    fn finding(code: FindingCode, severity: Severity) -> Finding {
        Finding {
            code,
            severity,
            message: Bilingual::new("所見", "finding"),
            remedy: Bilingual::new("対処", "remedy"),
        }
    }

    fn any_finding() -> impl Strategy<Value = Finding> {
        let code = prop::sample::select(FindingCode::ALL);
        let severity = prop::sample::select(vec![Severity::Note, Severity::Review, Severity::Stop]);
        (code, severity).prop_map(|(code, severity)| finding(code, severity))
    }

    proptest! {
        #[test]
        fn nothing_ever_stops_recording_a_dose_that_was_given(
            findings in prop::collection::vec(any_finding(), 0..30),
            mode in prop::sample::select(vec![Mode::AfterShot, Mode::Clerk]),
        ) {
            let decision = decide(mode, &findings);
            prop_assert_ne!(decision, Decision::Stop);
            let normal = findings.iter().all(|finding| finding.severity == Severity::Note);
            prop_assert_eq!(decision == Decision::Record, normal, "it goes to a person");
        }

        #[test]
        fn before_the_shot_a_finding_may_stop(
            findings in prop::collection::vec(any_finding(), 0..30),
        ) {
            let stops = findings.iter().any(|finding| finding.severity == Severity::Stop);
            let stopped = decide(Mode::BeforeShot, &findings) == Decision::Stop;
            prop_assert_eq!(stopped, stops);
        }
    }

    /// What a finding of each code alone leads to: before the shot, and after it.
    #[test]
    fn what_stops_before_the_shot_is_recorded_and_reviewed_after_it() {
        use FindingCode as Code;
        let named = |code| code == Code::OtherMunicipality;
        let reviewed = [
            Code::UnknownVenue,
            Code::ProductNotInUse,
            Code::OddLot,
            Code::UnknownTicketKind,
            Code::PreviousDoseUnknown,
            Code::IntervalLong,
            Code::OlderThanUsual,
            Code::BirthDateInFuture,
            Code::UnknownMunicipality,
            Code::ClockSuspect,
            Code::DateNotToday,
        ];
        for &code in Code::ALL {
            let decision = |mode| decide(mode, &[finding(code, code.severity(mode))]);
            let before = match code {
                code if named(code) => Decision::Record,
                code if reviewed.contains(&code) => Decision::RecordAndReview,
                _ => Decision::Stop,
            };
            let after = if named(code) || code == Code::AlreadyRecorded {
                Decision::Record
            } else {
                Decision::RecordAndReview
            };
            assert_eq!(decision(Mode::BeforeShot), before, "{code}");
            assert_eq!(decision(Mode::AfterShot), after, "{code}");
            assert_eq!(decision(Mode::Clerk), after, "{code}");
        }
    }

    #[test]
    fn another_municipality_is_normal_in_every_mode() {
        for mode in MODES {
            let severity = FindingCode::OtherMunicipality.severity(mode);
            assert_eq!(severity, Severity::Note);
        }
    }

    #[test]
    fn identifiers_are_distinct_and_in_snake_case() {
        let texts: BTreeSet<&str> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), FindingCode::ALL.len());
        let snake = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(texts.iter().all(|text| text.chars().all(snake)));
    }
}
