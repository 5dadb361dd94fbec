//! From the rules into the book, and what the book answers.

use super::case::{Case, Step};
use super::day::{DayRecord, Standing, for_review};
use super::effect::{Act, Effect, Sound};
use super::input::Kept;
use super::lists::Unkept;
use super::refusal::Refusal;
use super::step::{Done, Turn};
use super::table::Ending;
use crate::intake::{
    Decision, Entry, EntryKind, Finding, FindingCode, Outcome, RecordId, Severity, Subject, decide,
};
use crate::text::Bilingual;

impl Turn<'_, '_> {
    /// What the rules found decides how it goes on.
    pub(super) fn checked(&mut self, record: RecordId, findings: Vec<Finding>) -> Done {
        match &mut self.desk.case {
            Some(case) if case.step == Step::Checking && case.entry.record.id == record => {
                case.findings = findings;
                self.decide();
            }
            _ => self.change_checked(record, findings),
        }
        Ok(())
    }

    fn decide(&mut self) {
        let Some(case) = &mut self.desk.case else {
            return;
        };
        let is_there = |finding: &Finding| {
            finding.code == FindingCode::AlreadyRecorded && finding.severity == Severity::Note
        };
        if decide(case.session.mode, &case.findings) == Decision::Stop {
            case.step = Step::Held;
            self.sound(Sound::Question);
            self.list_case_if_gone();
        } else if case.completes().is_none() && case.findings.iter().any(is_there) {
            self.sound(Sound::AlreadyRecorded);
            self.finish(Ending::AlreadyRecorded);
        } else {
            self.record();
        }
    }

    /// Hands the record over for the first time.
    pub(super) fn record(&mut self) {
        let at = self.now.at;
        if let Some(case) = &mut self.desk.case {
            if case.entry.kind == EntryKind::New {
                case.entry.record.recorded_at = at;
            }
            self.send();
        }
    }

    /// Hands the entry in hand to the book.
    pub(super) fn send(&mut self) {
        let Some(case) = &mut self.desk.case else {
            return;
        };
        case.step = Step::Recording;
        let effect = Effect::Record {
            entry: Box::new(case.entry.clone()),
            shown: case.findings.clone(),
            frame: case.frame,
        };
        self.tell(effect);
    }

    /// An entry is in the book: only now may anybody say so.
    pub(super) fn recorded(&mut self, entry: RecordId, kept: Kept) -> Done {
        if let Kept::AsNew(place) | Kept::Contradicting(place) = kept {
            self.desk.last = self.desk.last.max(place);
        }
        let in_hand = |case: &Case| {
            case.entry.id == entry && matches!(case.step, Step::Recording | Step::Failed(_))
        };
        if self.desk.case.as_ref().is_some_and(in_hand) {
            self.case_recorded(kept);
            return Ok(());
        }
        if self.change_recorded(entry, kept) {
            return Ok(());
        }
        // The book may have kept what it could not promise to keep.
        let late = self.desk.lists.take_unkept(entry);
        let late = late.and_then(|known| known.unkept);
        let late = late.ok_or(Refusal::UnknownRecord(entry))?;
        self.add_to_day(&late, kept);
        Ok(())
    }

    fn case_recorded(&mut self, kept: Kept) {
        let Some(case) = self.desk.case.clone() else {
            return;
        };
        if self.add_to_day(&case.as_unkept(), kept) {
            self.sound(Sound::Recorded);
            self.finish(match case.completes() {
                None => Ending::Recorded(case.entry.record.id),
                Some(_) => Ending::Completed,
            });
        } else {
            let record = &case.entry.record;
            self.withdraw_slip_of(record.subject, record.id);
            self.sound(Sound::AlreadyRecorded);
            self.finish(Ending::AlreadyRecorded);
        }
    }

    /// The day gets to know what is in the book; `false` when another record says the same.
    fn add_to_day(&mut self, written: &Unkept, kept: Kept) -> bool {
        let (sequence, contradicts) = match kept {
            Kept::AsNew(place) => (place, false),
            Kept::Contradicting(place) => (place, true),
            Kept::SameAs(_) => return false,
        };
        let entry = &written.entry;
        let findings = written.for_review();
        if written.answered && !for_review(&written.findings).is_empty() {
            // The book has them from before the answer.
            self.tell(Effect::Audit(Act::Reviewed(entry.record.id)));
        }
        self.note_slip(entry);
        if let Outcome::Given(vaccine) = &entry.record.outcome {
            self.use_vials(vaccine);
        }
        let Some(day) = &mut self.desk.day else {
            return true;
        };
        if let Some(there) = day.find_mut(entry.record.id) {
            there.record = entry.record.clone();
            there.contradicts |= contradicts;
            // All that is found of what it now is; the day may have it from the book already.
            there.findings = findings;
        } else if entry.kind == EntryKind::New {
            day.records.push(DayRecord {
                record: entry.record.clone(),
                sequence,
                standing: Standing::Standing,
                contradicts,
                findings,
            });
        }
        true
    }

    /// A slip's record waits for its voucher; when that was read, the slip leaves the list.
    fn note_slip(&mut self, entry: &Entry) {
        let record = &entry.record;
        let Some(number) = record.subject.voucher() else {
            self.desk.slip_records.insert(record.id, record.clone());
            return;
        };
        if self.desk.slip_records.remove(&record.id).is_some() {
            let mut open = self.desk.slips.open().iter();
            let slip = open
                .find(|open| open.record == record.id)
                .map(|open| open.number);
            if let Some(slip) = slip {
                // The dose was compared when the voucher was taken in.
                let _ = self.desk.slips.close(slip, number);
            }
        }
    }

    /// The desk is done with what it worked on.
    pub(super) fn finish(&mut self, ending: Ending) {
        let Some(case) = self.desk.case.take() else {
            return;
        };
        case.listed.and_then(|id| self.desk.lists.remove(id));
        if let Some(number) = case.number() {
            self.desk.lists.settle(number, case.session.date);
        }
        if let Some(presentation) = case.presentation {
            self.desk.table.finish(presentation, ending);
        }
    }

    /// An entry is not in the book: it is said loudly, and kept on hold.
    pub(super) fn not_recorded(&mut self, entry: RecordId, why: Bilingual) -> Done {
        let is_it = |case: &Case| case.entry.id == entry && case.step == Step::Recording;
        let in_hand = self.desk.case.as_mut().filter(|case| is_it(case));
        if let Some(case) = in_hand {
            case.step = Step::Failed(why);
        } else if !self.change_failed(entry, &why) {
            return Err(Refusal::UnknownRecord(entry));
        }
        self.sound(Sound::NotRecorded);
        self.list_case_if_gone();
        Ok(())
    }

    /// Keeps a slip's number from being used, since its record is not to be.
    pub(super) fn withdraw_slip_of(&mut self, subject: Subject, id: RecordId) {
        if let Subject::ToFollow { slip, .. } = subject {
            // One that is not open has nothing to leave.
            let _ = self.desk.slips.withdraw(slip);
            self.desk.slip_records.remove(&id);
        }
    }
}
