//! The rules: what a person should know of a dose, with what to do about it.
//!
//! A rule never changes anything, and never guesses: a lot that is not on the list is said to be
//! so, and no lot like it is named (3004733 was legitimate, 3004734 recalled).

mod interval;
mod person;
mod session;
mod vaccine;

use jiff::civil::Date;

use super::catalogue::Catalogue;
use super::fields::Venue;
use super::finding::{Finding, FindingCode};
use super::record::{Outcome, Subject, VaccinationRecord, Vaccine};
use super::session::{Mode, Session};
use crate::text::Bilingual;
use crate::voucher::{DoseNumber, MunicipalityCode, TicketKindCodes};

/// What is about to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Whose it is.
    pub subject: Subject,
    /// Asia/Tokyo civil date of the dose or the consultation.
    pub date: Date,
    /// Where.
    pub venue: Venue,
    /// What happened, or before the shot: what is about to happen.
    pub outcome: Outcome,
}

impl From<&VaccinationRecord> for Candidate {
    fn from(record: &VaccinationRecord) -> Self {
        Self {
            subject: record.subject,
            date: record.date,
            venue: record.venue.clone(),
            outcome: record.outcome.clone(),
        }
    }
}

/// A record of the same person that is already here, and not cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previous {
    /// Its day.
    pub date: Date,
    /// Which dose.
    pub dose: DoseNumber,
    /// What happened.
    pub outcome: Outcome,
}

impl Previous {
    /// The vaccine, if one was given.
    fn vaccine(&self) -> Option<&Vaccine> {
        match &self.outcome {
            Outcome::Given(vaccine) => Some(vaccine),
            Outcome::ConsultationOnly => None,
        }
    }
}

/// What the station knows when a voucher is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Today in Asia/Tokyo, by the station's clock.
    pub today: Date,
    /// Whether that clock jumped.
    pub clock_suspect: bool,
    /// The municipality that runs the venue; `None` where that is not configured.
    pub home: Option<MunicipalityCode>,
    /// The venues of the list; empty where there is none.
    pub venues: Vec<Venue>,
    /// Which digit stands for which ticket kind.
    pub ticket_kinds: TicketKindCodes,
    /// The person's date of birth, where it is known.
    pub born: Option<Date>,
    /// Other records of the same person that were not cancelled.
    pub previous: Vec<Previous>,
}

impl Known {
    /// Nothing but the day.
    pub fn on(today: Date) -> Self {
        Self {
            today,
            clock_suspect: false,
            home: None,
            venues: Vec::new(),
            ticket_kinds: TicketKindCodes::default(),
            born: None,
            previous: Vec::new(),
        }
    }
}

/// What all rules say of `candidate` in `session`; see [`super::decide`] for what follows.
pub fn check(
    candidate: &Candidate,
    session: &Session,
    catalogue: &Catalogue,
    known: &Known,
) -> Vec<Finding> {
    Check::run(candidate, Some(session), session.mode, catalogue, known)
}

/// What the rules say of a record that belongs to no session, such as a line of a file that is
/// imported at the clerk's desk.
pub fn check_imported(candidate: &Candidate, catalogue: &Catalogue, known: &Known) -> Vec<Finding> {
    Check::run(candidate, None, Mode::Clerk, catalogue, known)
}

/// One run of all rules.
struct Check<'a> {
    candidate: &'a Candidate,
    session: Option<&'a Session>,
    mode: Mode,
    catalogue: &'a Catalogue,
    known: &'a Known,
    findings: Vec<Finding>,
}

impl<'a> Check<'a> {
    fn run(
        candidate: &'a Candidate,
        session: Option<&'a Session>,
        mode: Mode,
        catalogue: &'a Catalogue,
        known: &'a Known,
    ) -> Vec<Finding> {
        let mut check = Self {
            candidate,
            session,
            mode,
            catalogue,
            known,
            findings: Vec::new(),
        };
        check.session_rules();
        check.vaccine_rules();
        check.person_rules();
        check.findings
    }

    fn find(&mut self, code: FindingCode, message: Bilingual, remedy: Bilingual) {
        self.findings.push(Finding {
            code,
            severity: code.severity(self.mode),
            message,
            remedy,
        });
    }

    /// What was given, if anything was.
    fn given(&self) -> Option<&'a Vaccine> {
        match &self.candidate.outcome {
            Outcome::Given(vaccine) => Some(vaccine),
            Outcome::ConsultationOnly => None,
        }
    }
}

#[cfg(test)]
mod tests;
