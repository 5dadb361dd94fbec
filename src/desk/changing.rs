//! Undo, cancel, correct: entries of their own, each in the book before anybody says so.

use super::case::Case;
use super::day::{Change, DayRecord, OpenPoint, Pending, Standing, for_review};
use super::effect::{Act, Effect, Sound};
use super::input::Kept;
use super::refusal::Refusal;
use super::step::{Done, Turn};
use super::table::Ending;
use crate::intake::{
    Candidate, Entry, EntryKind, Finding, Outcome, Reason, RecordId, SequenceNumber, SessionError,
    VaccinationRecord,
};
use crate::text::Bilingual;

/// Why a record is cancelled by an undo.
const UNDONE: &str = "記録した直後に取り消した / undone right after it was recorded";

impl Turn<'_, '_> {
    /// Takes the record of the voucher that still lies here back.
    pub(super) fn undo(&mut self) -> Done {
        let Some(Ending::Recorded(record)) = self.desk.table.ending() else {
            return Err(Refusal::NothingToUndo);
        };
        // The words are well within the limits of a reason.
        let reason = Reason::new(UNDONE).map_err(|_| Refusal::NothingToUndo)?;
        self.cancel(record, reason)
    }

    pub(super) fn cancel(&mut self, record: RecordId, reason: Reason) -> Done {
        let content = self.changeable(record)?.record.clone();
        self.change(EntryKind::Cancellation(reason), content);
        Ok(())
    }

    pub(super) fn correct(&mut self, record: RecordId, change: Change, reason: Reason) -> Done {
        let before = self.changeable(record)?.record.clone();
        let after = self.changed(before.clone(), change)?;
        if after == before {
            return Err(Refusal::NothingChanged);
        }
        self.change(EntryKind::Correction(reason), after);
        Ok(())
    }

    fn changed(
        &self,
        record: VaccinationRecord,
        change: Change,
    ) -> Result<VaccinationRecord, Refusal> {
        let date = change.date.unwrap_or(record.date);
        if date > self.now.today {
            return Err(Refusal::InFuture(date));
        }
        if date != record.date && self.desk.closed.contains(&date) {
            return Err(Refusal::Closed(date));
        }
        let outcome = match (change.vaccine, &record.outcome) {
            (None, outcome) => outcome.clone(),
            (Some(_), Outcome::ConsultationOnly) => return Err(Refusal::NoLot),
            (Some((product, lot)), Outcome::Given(_)) => {
                Outcome::Given(self.vaccine(product, lot)?)
            }
        };
        Ok(VaccinationRecord {
            date,
            outcome,
            venue: change.venue.unwrap_or_else(|| record.venue.clone()),
            doctor: change.doctor.unwrap_or_else(|| record.doctor.clone()),
            ..record
        })
    }

    /// A record of the open day that holds, and that nothing else is changing.
    fn changeable(&self, id: RecordId) -> Result<&DayRecord, Refusal> {
        let day = self.desk.day.as_ref().ok_or(Refusal::UnknownRecord(id))?;
        if day.closed {
            return Err(Refusal::Closed(day.date));
        }
        let kept = day.find(id).ok_or(Refusal::UnknownRecord(id))?;
        if kept.standing == Standing::Cancelled {
            Err(Refusal::Cancelled(id))
        } else if self.is_changing(id) {
            Err(Refusal::ChangeGoingOn(id))
        } else {
            Ok(kept)
        }
    }

    /// Whether an entry of this record is on its way into the book, or waits to go there.
    pub(super) fn is_changing(&self, id: RecordId) -> bool {
        let in_hand = |case: &Case| case.entry.record.id == id;
        let day = self.desk.day.as_ref();
        day.is_some_and(|day| day.pending_of(id).is_some())
            || self.desk.case.as_ref().is_some_and(in_hand)
            || self.desk.lists.is_unkept(id)
    }

    /// A change is on its way into the book.
    fn change(&mut self, kind: EntryKind, record: VaccinationRecord) {
        let id = (self.now.new_id)();
        let entry = Entry { id, kind, record };
        if let Some(day) = &mut self.desk.day {
            day.pending.push(Pending {
                entry,
                findings: None,
                failed: None,
            });
        }
        self.hand_over(id);
    }

    /// Hands a change to the book. The rules look first at what a record becomes: the right lot may
    /// be a recalled one, and the book keeps with it what was found.
    fn hand_over(&mut self, change: RecordId) {
        let day = self.desk.day.as_mut();
        let Some(change) = day.and_then(|day| day.change_mut(change)) else {
            return;
        };
        change.failed = None;
        let session = self.desk.shift.as_ref().map(|shift| &shift.session);
        match (&change.entry.kind, session) {
            (EntryKind::Correction(_), Some(session)) => {
                change.findings = None;
                let effect = Effect::Check {
                    record: change.entry.record.id,
                    candidate: Candidate::from(&change.entry.record),
                    session: session.clone(),
                };
                self.tell(effect);
            }
            _ => {
                change.findings = Some(Vec::new());
                let effect = record_effect(change);
                self.tell(effect);
            }
        }
    }

    /// The rules looked at what `record` becomes. Nothing stops a correction: what is found waits
    /// for a person.
    pub(super) fn change_checked(&mut self, record: RecordId, findings: Vec<Finding>) {
        let pending = self.desk.day.as_mut().map(|day| &mut day.pending);
        let looked_at = |change: &&mut Pending| {
            change.entry.record.id == record && change.findings.is_none() && change.failed.is_none()
        };
        if let Some(change) = pending.and_then(|all| all.iter_mut().find(looked_at)) {
            change.findings = Some(findings);
            let effect = record_effect(change);
            self.tell(effect);
        }
    }

    /// A change is in the book; `false` when it is none of these.
    pub(super) fn change_recorded(&mut self, id: RecordId, kept: Kept) -> bool {
        let Some(day) = &mut self.desk.day else {
            return false;
        };
        let Some(index) = day.pending.iter().position(|change| change.entry.id == id) else {
            return false;
        };
        let change = day.pending.remove(index);
        let Entry { kind, record, .. } = change.entry;
        if let Some(there) = day.find_mut(record.id) {
            there.contradicts |= matches!(kept, Kept::Contradicting(_));
            there.record = record.clone();
            // What was found of what it was is settled by the change.
            there.findings = for_review(&change.findings.unwrap_or_default());
            if let EntryKind::Cancellation(_) = kind {
                there.standing = Standing::Cancelled;
            }
            // Somebody explained what is not there any more.
            day.unexplain(&OpenPoint::Review(record.id));
        }
        match kind {
            EntryKind::Cancellation(_) => self.cancelled(&record),
            EntryKind::New | EntryKind::Correction(_) => self.corrected(&record),
        }
        true
    }

    fn cancelled(&mut self, record: &VaccinationRecord) {
        if let Some(number) = record.subject.voucher() {
            self.desk.table.forget(number);
        }
        self.withdraw_slip_of(record.subject, record.id);
        if self.desk.table.ending() == Some(Ending::Recorded(record.id)) {
            let presentation = self.desk.table.presentation();
            self.desk.table.finish(presentation, Ending::Undone);
        }
        self.sound(Sound::Cancelled);
    }

    fn corrected(&mut self, record: &VaccinationRecord) {
        if let Outcome::Given(vaccine) = &record.outcome {
            self.use_vials(vaccine);
        }
        if let Some(waiting) = self.desk.slip_records.get_mut(&record.id) {
            *waiting = record.clone();
        }
        self.sound(Sound::Corrected);
    }

    /// A change is not in the book; `false` when it is none of these.
    pub(super) fn change_failed(&mut self, id: RecordId, why: &Bilingual) -> bool {
        let day = self.desk.day.as_mut();
        match day.and_then(|day| day.change_mut(id)) {
            Some(change) => {
                change.failed = Some(why.clone());
                true
            }
            None => false,
        }
    }

    /// Hands a change to the book again; `false` when it is none that failed.
    pub(super) fn retry_change(&mut self, id: RecordId) -> bool {
        let day = self.desk.day.as_mut();
        let change = day.and_then(|day| day.change_mut(id));
        let failed = change.is_some_and(|change| change.failed.is_some());
        if failed {
            self.hand_over(id);
        }
        failed
    }

    pub(super) fn reviewed(&mut self, record: RecordId) -> Done {
        self.changeable(record)?;
        let day = self.desk.day.as_mut();
        let kept = day.and_then(|day| day.find_mut(record));
        let kept = kept.ok_or(Refusal::UnknownRecord(record))?;
        if !kept.is_open() {
            return Err(Refusal::NotOpen);
        }
        kept.contradicts = false;
        kept.findings.clear();
        self.tell(Effect::Audit(Act::Reviewed(record)));
        Ok(())
    }

    /// Lets a change of lot have happened at another record; each record that comes into another
    /// segment by that gets a correction of its own.
    pub(super) fn move_lot_change(
        &mut self,
        boundary: usize,
        to: SequenceNumber,
        reason: &Reason,
    ) -> Done {
        let next = self.next_place();
        let shift = self.shift()?;
        let plan = shift
            .segments
            .move_boundary(boundary, to, next, reason.clone())?;
        let day = self
            .desk
            .day
            .as_ref()
            .ok_or(Refusal::Session(SessionError::NotConfirmed))?;
        let affected = day.records.iter().filter_map(|kept| {
            let outcome = plan.correction(kept.sequence, &kept.record.outcome)?;
            (kept.standing == Standing::Standing).then(|| (kept.record.clone(), outcome))
        });
        let affected: Vec<_> = affected.collect();
        let going_on = affected
            .iter()
            .find(|(record, _)| self.is_changing(record.id));
        if let Some((record, _)) = going_on {
            return Err(Refusal::ChangeGoingOn(record.id));
        }
        self.shift()?.segments = plan.segments;
        for (record, outcome) in affected {
            let kind = EntryKind::Correction(reason.clone());
            self.change(kind, VaccinationRecord { outcome, ..record });
        }
        Ok(())
    }
}

impl Pending {
    /// Whether it takes a record back that was made just then, which who records may do.
    pub fn is_undo(&self) -> bool {
        matches!(&self.entry.kind, EntryKind::Cancellation(why) if why.as_str() == UNDONE)
    }
}

fn record_effect(change: &Pending) -> Effect {
    Effect::Record {
        entry: Box::new(change.entry.clone()),
        shown: change.findings.clone().unwrap_or_default(),
        frame: None,
    }
}
