//! From the table into the book: taking a voucher in, and what happens when it is taken away.

use jiff::civil::Date;

use super::case::{Case, Step};
use super::choices::Choices;
use super::effect::{Act, Effect, Sound};
use super::evidence::evidence;
use super::input::{Doubt, Read, Target};
use super::lists::{Known, UndecidedId, Why};
use super::refusal::Refusal;
use super::step::{Done, Stage, Turn};
use super::table::{Arrival, Ending, PresentationId, Progress, Shows};
use crate::intake::{
    Candidate, Entry, EntryKind, Evidence, NextOutcome, Reason, SlipError, SlipNumber, Subject,
    VaccinationRecord,
};
use crate::reading::{FrameId, Guidance, Pattern, Presented, Verdict};
use crate::voucher::VoucherNumber;

/// Why the record of a slip is corrected when its voucher is read.
const SLIP_READ: &str = "控えの接種券を読み取った / the voucher of the slip was read";

/// A number that is known, and from where.
pub(super) struct Arrived {
    pub(super) number: VoucherNumber,
    pub(super) evidence: Evidence,
    pub(super) frame: Option<FrameId>,
    pub(super) presentation: Option<PresentationId>,
    pub(super) listed: Option<UndecidedId>,
}

impl Turn<'_, '_> {
    pub(super) fn reading(&mut self, guidance: Option<Guidance>) -> Done {
        self.desk.table.reading(guidance);
        Ok(())
    }

    /// Heard once of each voucher, and only where the desk is free to look at it.
    pub(super) fn in_doubt(&mut self, doubt: Doubt, stage: Stage) -> Done {
        if self.desk.table.in_doubt(doubt) && stage == Stage::Ready {
            self.sound(Sound::CannotRead);
        }
        Ok(())
    }

    /// A number was accepted: it is taken in now, or as soon as the desk is free.
    pub(super) fn accepted(&mut self, read: Read) -> Done {
        self.put_down(read);
        Ok(())
    }

    /// Puts the number on the table; `false` when it was there already, or cannot belong there.
    fn put_down(&mut self, read: Read) -> bool {
        match self.desk.table.accept(read.clone()) {
            Arrival::First => true,
            Arrival::Again => false,
            Arrival::Other => {
                let known = Known {
                    frame: None,
                    ..self.known_of_read(read)
                };
                self.leave(known, Why::SecondNumber);
                self.refuse(Refusal::SecondNumber);
                false
            }
        }
    }

    /// The voucher whose number is being typed was read after all; any other one waits.
    pub(super) fn accepted_while_typing(&mut self, read: Read) -> Done {
        let typed = self.desk.hand.as_ref().map(|hand| hand.target);
        if typed == Some(Target::OnTable) {
            self.desk.hand = None;
            return self.accepted(read);
        }
        self.not_taken_in(read, Stage::Entering)
    }

    pub(super) fn not_taken_in(&mut self, read: Read, stage: Stage) -> Done {
        if self.put_down(read) {
            self.sound(Sound::NotTakenIn);
            let why = self.why_not(stage);
            self.refuse(why);
        }
        Ok(())
    }

    /// The voucher that holds the desk may come back; any other one is not taken in.
    pub(super) fn accepted_while_held(&mut self, read: Read, stage: Stage) -> Done {
        let held = self.desk.case.as_ref().and_then(Case::number);
        if held != Some(read.number) {
            return self.not_taken_in(read, stage);
        }
        if !self.put_down(read.clone()) {
            return Ok(());
        }
        self.desk.table.take(read);
        let presentation = self.desk.table.presentation();
        let Some(case) = &mut self.desk.case else {
            return Ok(());
        };
        case.presentation = Some(presentation);
        let listed = case.listed.take();
        listed.and_then(|id| self.desk.lists.remove(id));
        match stage {
            Stage::Failed => self.send(),
            _ => self.sound(Sound::Question),
        }
        Ok(())
    }

    /// A voucher was taken away, or another one took its place.
    pub(super) fn ended(&mut self, presented: &Presented) -> Done {
        match self.desk.table.end(self.now.at) {
            Shows::Number { read, progress } => self.number_taken_away(read, progress),
            Shows::Unread { doubt, .. } => self.unread_taken_away(doubt, presented),
            Shows::LaidAside | Shows::Nothing => {}
        }
        Ok(())
    }

    pub(super) fn number_taken_away(&mut self, read: Read, progress: Progress) {
        match progress {
            Progress::Waiting => {
                // What was asked about it is asked again when it comes back.
                let number = Some(read.number);
                (self.desk.open_choices).take_if(|open| open.voucher == number);
                let known = self.known_of_read(read);
                self.leave(known, Why::NotTakenIn);
            }
            Progress::InHand => self.list_case_if_gone(),
            Progress::Done(_) => {}
        }
    }

    fn unread_taken_away(&mut self, doubt: Option<Doubt>, presented: &Presented) {
        let frame = doubt.as_ref().map_or(presented.first, |doubt| doubt.frame);
        let seen = doubt.as_ref().map(|doubt| doubt.candidate);
        let candidate = match &presented.verdict {
            Verdict::Review { candidate, .. } => *candidate,
            _ => seen.unwrap_or(Pattern::SILENT),
        };
        let number = presented.verdict.number();
        let known = Known {
            number,
            evidence: number.map(|_| evidence(&[], 0)),
            candidate,
            witnesses: doubt.map_or_else(Vec::new, |doubt| doubt.witnesses),
            frame: Some(frame),
            ..Known::of(self.day_date())
        };
        let reasons = presented.verdict.reasons().to_vec();
        let id = self.leave(
            known,
            match number {
                Some(_) => Why::NotTakenIn,
                None => Why::NotAccepted(reasons),
            },
        );
        // It may be laid down again, and read; or another person's comes.
        self.ask_about_next(Some(id));
        // Whoever types its number may have it in hand.
        if let Some(hand) = &mut self.desk.hand
            && hand.target == Target::OnTable
        {
            hand.target = Target::Undecided(id);
            hand.presentation = None;
        }
    }

    /// Leaves a voucher undecided, and makes that heard.
    pub(super) fn leave(&mut self, known: Known, why: Why) -> UndecidedId {
        let left = self.desk.lists.leave(known, why).clone();
        let id = left.id;
        self.sound(Sound::Undecided);
        self.tell(Effect::Audit(Act::LeftUndecided(left)));
        id
    }

    /// A voucher that waits for a person and does not lie on the table is listed.
    pub(super) fn list_case_if_gone(&mut self) {
        let present = !self.desk.table.is_empty();
        let there = present.then(|| self.desk.table.presentation());
        let Some(case) = &self.desk.case else { return };
        let is_there = case.presentation.is_some() && case.presentation == there;
        if is_there || case.listed.is_some() || case.number().is_none() {
            return;
        }
        if let Some(why) = case.undecided() {
            let known = case.known();
            let id = self.leave(known, why);
            if let Some(case) = &mut self.desk.case {
                case.listed = Some(id);
            }
        }
    }

    /// Takes the voucher that waits on the table in, if the desk is free.
    pub(super) fn take_waiting(&mut self) {
        if self.stage() != Stage::Ready {
            return;
        }
        let Some(read) = self.desk.table.waiting().cloned() else {
            return;
        };
        let presentation = self.desk.table.presentation();
        if self.desk.table.was_hidden(read.number, self.now.at) {
            self.desk.table.take(read);
            self.desk
                .table
                .finish(presentation, Ending::AlreadyRecorded);
            self.sound(Sound::AlreadyRecorded);
            return;
        }
        if self.ask_about(read.number) {
            return;
        }
        let arrived = Arrived {
            number: read.number,
            evidence: evidence(&read.witnesses, 0),
            frame: Some(read.frame),
            presentation: Some(presentation),
            listed: None,
        };
        self.take_from_table(read, arrived);
    }

    /// Takes the voucher on the table in; one that does not belong to the slip that was chosen is
    /// left undecided, and nothing is recorded of it by the way.
    pub(super) fn take_from_table(&mut self, read: Read, arrived: Arrived) {
        let presentation = self.desk.table.presentation();
        self.desk.table.take(read.clone());
        if let Err(refusal) = self.take_in(arrived) {
            let known = self.known_of_read(read);
            self.leave(known, Why::OtherSlip);
            self.desk.table.finish(presentation, Ending::Undecided);
            self.refuse(refusal);
        }
    }

    /// Begins to work on a voucher whose number is known.
    pub(super) fn take_in(&mut self, arrived: Arrived) -> Done {
        let unkept = self.desk.lists.unkept(arrived.number, self.day_date());
        if let Some(known) = unkept.and_then(|id| self.desk.lists.take_unkept(id)) {
            // Its entry is as it was: whatever was chosen now is of another one, or is too late.
            if arrived.listed.is_none() {
                self.ask_about_next(None);
            }
            self.resume(known, arrived.presentation, arrived.listed);
            return Ok(());
        }
        let choices = self.choices_of(&arrived);
        let entry = match choices.slip {
            Some(slip) => self.completed(slip, &arrived)?,
            None => {
                let subject = Subject::Voucher(arrived.number);
                Entry::new(self.draft(subject, arrived.evidence, choices.outcome)?)
            }
        };
        self.begin(
            entry,
            choices,
            (arrived.presentation, arrived.frame),
            arrived.listed,
        )
    }

    /// Works on `entry`, and lets the rules look.
    pub(super) fn begin(
        &mut self,
        entry: Entry,
        choices: Choices,
        (presentation, frame): (Option<PresentationId>, Option<FrameId>),
        listed: Option<UndecidedId>,
    ) -> Done {
        let session = self.shift()?.session.clone();
        self.tell(Effect::Check {
            record: entry.record.id,
            candidate: Candidate::from(&entry.record),
            session: session.clone(),
        });
        self.desk.case = Some(Case {
            entry,
            choices,
            session,
            presentation,
            frame,
            listed,
            findings: Vec::new(),
            answered: false,
            step: Step::Checking,
        });
        Ok(())
    }

    /// An entry that is not in the book is handed to it again, the same one.
    pub(super) fn resume(
        &mut self,
        known: Known,
        presentation: Option<PresentationId>,
        listed: Option<UndecidedId>,
    ) {
        let session = self.desk.shift.as_ref().map(|shift| shift.session.clone());
        if let (Some(unkept), Some(session)) = (known.unkept, session) {
            self.desk.case = Some(Case {
                entry: unkept.entry,
                choices: Choices {
                    slip: unkept.completes,
                    ..known.choices
                },
                session,
                presentation,
                frame: known.frame,
                listed,
                findings: unkept.findings,
                answered: unkept.answered,
                step: Step::Recording,
            });
            self.send();
        }
    }

    /// A new record of `subject`, as the session has it and as was chosen.
    pub(super) fn draft(
        &mut self,
        subject: Subject,
        evidence: Evidence,
        outcome: NextOutcome,
    ) -> Result<VaccinationRecord, Refusal> {
        let id = (self.now.new_id)();
        let (station, recorded_at) = (self.desk.station.clone(), self.now.at);
        let shift = self.shift()?;
        let session = &shift.session;
        Ok(VaccinationRecord {
            id,
            subject,
            date: session.date,
            venue: session.venue.clone(),
            doctor: session.doctor.clone(),
            outcome: outcome.outcome(session, shift.vaccine()),
            station,
            operator: session.operator.clone(),
            recorded_at,
            evidence,
        })
    }

    /// The record of `slip`, with its voucher's number.
    fn completed(&mut self, slip: SlipNumber, arrived: &Arrived) -> Result<Entry, Refusal> {
        let open = self
            .desk
            .slips
            .open()
            .iter()
            .find(|open| open.number == slip);
        let open = *open.ok_or(SlipError::NotOpen(slip))?;
        let (given, voucher) = (open.dose, arrived.number.dose());
        if given != voucher {
            return Err(SlipError::OtherDose {
                slip,
                given,
                voucher,
            }
            .into());
        }
        if self.is_changing(open.record) {
            return Err(Refusal::ChangeGoingOn(open.record));
        }
        let before = self.desk.slip_records.get(&open.record);
        let before = before.ok_or(Refusal::UnknownRecord(open.record))?.clone();
        // The words are well within the limits of a reason.
        let reason = Reason::new(SLIP_READ).map_err(|_| Refusal::UnknownRecord(open.record))?;
        Ok(Entry {
            id: (self.now.new_id)(),
            kind: EntryKind::Correction(reason),
            record: VaccinationRecord {
                subject: Subject::Voucher(arrived.number),
                evidence: arrived.evidence.clone(),
                ..before
            },
        })
    }

    /// The day that vouchers on the table are of.
    pub(super) fn day_date(&self) -> Date {
        let shift = self.desk.shift.as_ref();
        shift.map_or(self.now.today, |shift| shift.session.date)
    }

    pub(super) fn known_of_read(&self, read: Read) -> Known {
        let Read {
            number,
            frame,
            witnesses,
        } = read;
        Known {
            number: Some(number),
            evidence: Some(evidence(&witnesses, 0)),
            frame: Some(frame),
            ..Known::of(self.day_date())
        }
    }

    pub(super) fn known_of_doubt(&self, doubt: Doubt) -> Known {
        Known {
            candidate: doubt.candidate,
            witnesses: doubt.witnesses,
            frame: Some(doubt.frame),
            ..Known::of(self.day_date())
        }
    }
}
