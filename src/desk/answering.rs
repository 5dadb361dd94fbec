//! What people answer, type, put aside and take up again.

use super::case::Step;
use super::choices::Choices;
use super::effect::{Act, Effect, Sound};
use super::evidence;
use super::input::{Read, Target};
use super::lists::{Aside, AsideId, Known, Undecided, UndecidedId, Why};
use super::manual::{Manual, Typed};
use super::presenting::Arrived;
use super::refusal::Refusal;
use super::step::{Done, Hand, Stage, Turn};
use super::table::{Ending, PresentationId, Progress, Shows};
use crate::intake::{Entry, Evidence, Reason, RecordId, SlipNumber, Subject};
use crate::reading::FrameId;
use crate::voucher::{DoseNumber, VoucherNumber};

impl Turn<'_, '_> {
    pub(super) fn record_all_the_same(&mut self, reason: Reason) -> Done {
        let case = self.desk.case.as_mut().ok_or(Refusal::NoQuestion)?;
        case.answered = true;
        let act = Act::RecordedAllTheSame {
            record: case.entry.record.id,
            findings: case.codes(),
            reason,
        };
        self.tell(Effect::Audit(act));
        self.record();
        Ok(())
    }

    pub(super) fn do_not_record(&mut self, reason: Reason) -> Done {
        let case = self.desk.case.as_ref().ok_or(Refusal::NoQuestion)?;
        let (subject, record) = (case.entry.record.subject, case.entry.record.id);
        let findings = case.codes();
        self.tell(Effect::Audit(Act::Declined {
            record,
            findings,
            reason,
        }));
        self.withdraw_slip_of(subject, record);
        self.finish(Ending::Declined);
        Ok(())
    }

    /// A slip that waits for its answer has no paper to put aside.
    pub(super) fn put_case_aside(&mut self, reason: Reason) -> Done {
        let case = self.desk.case.as_ref().ok_or(Refusal::NothingThere)?;
        if case.number().is_none() && case.step == Step::Held {
            return Err(Refusal::QuestionOpen);
        }
        let known = case.known();
        self.finish(Ending::Aside);
        self.lay_aside(known, reason);
        Ok(())
    }

    pub(super) fn put_typed_aside(&mut self, reason: Reason) -> Done {
        let hand = self.desk.hand.as_ref().ok_or(Refusal::NotEntering)?;
        match hand.target {
            Target::OnTable => self.put_table_aside(reason),
            Target::Undecided(id) => self.put_undecided_aside(id, reason, Stage::Entering),
        }
    }

    /// The voucher on the table, read or not.
    pub(super) fn put_table_aside(&mut self, reason: Reason) -> Done {
        let known = match self.desk.table.shows() {
            Shows::Number {
                read,
                progress: Progress::Waiting,
            } => self.known_of_read(read.clone()),
            Shows::Unread { doubt, .. } => {
                let known = match doubt.clone() {
                    Some(doubt) => self.known_of_doubt(doubt),
                    None => Known::of(self.day_date()),
                };
                Known {
                    choices: std::mem::take(&mut self.desk.next),
                    ..known
                }
            }
            _ => return Err(Refusal::NothingThere),
        };
        self.desk
            .open_choices
            .take_if(|open| open.voucher.is_some());
        self.desk.hand = None;
        let presentation = self.desk.table.presentation();
        self.desk.table.finish(presentation, Ending::Aside);
        self.lay_aside(known, reason);
        Ok(())
    }

    fn lay_aside(&mut self, known: Known, reason: Reason) {
        let aside = self.desk.lists.put_aside(known, reason).clone();
        self.tell(Effect::Audit(Act::PutAside(aside)));
    }

    /// An entry that is not in the book goes to it again. What is on a list does so when the desk
    /// works on nothing else, with or without a session: a day is closed only when all is there.
    pub(super) fn retry(&mut self, entry: RecordId, stage: Stage) -> Done {
        let failed = self
            .desk
            .case
            .as_ref()
            .is_some_and(|case| case.entry.id == entry && matches!(case.step, Step::Failed(_)));
        if failed {
            self.send();
            return Ok(());
        }
        if self.retry_change(entry) {
            return Ok(());
        }
        if !self.desk.lists.has_unkept(entry) {
            return Err(Refusal::NotListed);
        }
        match stage {
            Stage::NoSession | Stage::Ready => self.resume_listed(entry),
            _ => Err(self.why_not(stage)),
        }
    }

    /// Works again on what a list has, which stays listed if it is a voucher.
    fn resume_listed(&mut self, entry: RecordId) -> Done {
        if self.desk.shift.is_none() {
            return Err(Refusal::SessionNeeded);
        }
        let known = self
            .desk
            .lists
            .take_unkept(entry)
            .ok_or(Refusal::NotListed)?;
        let is_voucher = known.number.is_some();
        let why = Why::NotInTheBook;
        let listed = is_voucher.then(|| self.desk.lists.leave(known.clone(), why).id);
        self.resume(known, None, listed);
        Ok(())
    }

    pub(super) fn enter_by_hand(&mut self, target: Target) -> Done {
        let (known, presentation) = match target {
            Target::OnTable => self.unread_on_table()?,
            Target::Undecided(id) => {
                let item = self.desk.lists.find(id).ok_or(Refusal::NotListed)?;
                (item.known.clone(), None)
            }
        };
        // What the reader accepted is no longer a matter of typing.
        if known.number.is_some() || known.unkept.is_some() {
            return Err(Refusal::NumberKnown);
        }
        self.of_today(&known)?;
        let codes = self.desk.codes;
        let session = &self.shift()?.session;
        let manual = Manual::new(codes, session, known.candidate, &known.witnesses);
        self.desk.hand = Some(Hand {
            target,
            presentation,
            frame: known.frame,
            manual,
        });
        Ok(())
    }

    fn unread_on_table(&self) -> Result<(Known, Option<PresentationId>), Refusal> {
        if !self.desk.table.is_unread() {
            return Err(Refusal::NothingThere);
        }
        let known = match self.desk.table.doubt() {
            Some(doubt) => self.known_of_doubt(doubt.clone()),
            None => Known::of(self.day_date()),
        };
        Ok((known, Some(self.desk.table.presentation())))
    }

    /// What another day left cannot become a record of today.
    fn of_today(&self, known: &Known) -> Done {
        if known.day == self.day_date() {
            Ok(())
        } else {
            Err(Refusal::OfAnotherDay(known.day))
        }
    }

    pub(super) fn typed(&mut self, text: &str) -> Done {
        let hand = self.desk.hand.as_mut().ok_or(Refusal::NotEntering)?;
        match hand.manual.typed(text)? {
            Typed::OnceMore => {
                self.sound(Sound::TypeAgain);
                Ok(())
            }
            Typed::Stands { number, evidence } => self.typed_stands(number, evidence),
        }
    }

    fn typed_stands(&mut self, number: VoucherNumber, evidence: Evidence) -> Done {
        let Some(hand) = self.desk.hand.take() else {
            return Err(Refusal::NotEntering);
        };
        let listed = match hand.target {
            Target::OnTable => None,
            Target::Undecided(id) => Some(id),
        };
        let arrived = Arrived {
            number,
            evidence,
            frame: hand.frame,
            presentation: hand.presentation,
            listed,
        };
        if listed.is_some() {
            return self.take_in(arrived);
        }
        let read = Read {
            number,
            frame: hand.frame.unwrap_or(FrameId(0)),
            witnesses: Vec::new(),
        };
        self.take_from_table(read, arrived);
        Ok(())
    }

    pub(super) fn stop_entering(&mut self) -> Done {
        self.desk.hand = None;
        Ok(())
    }

    /// An undecided voucher that nobody works on.
    fn idle(&self, id: UndecidedId, stage: Stage) -> Result<&Undecided, Refusal> {
        let in_hand = self.desk.case.as_ref().and_then(|case| case.listed);
        if in_hand == Some(id) {
            return Err(self.why_not(stage));
        }
        self.desk.lists.find(id).ok_or(Refusal::NotListed)
    }

    fn stop_entering_of(&mut self, id: UndecidedId) {
        let typed = |hand: &Hand| hand.target == Target::Undecided(id);
        if self.desk.hand.as_ref().is_some_and(typed) {
            self.desk.hand = None;
        }
    }

    pub(super) fn put_undecided_aside(
        &mut self,
        id: UndecidedId,
        reason: Reason,
        stage: Stage,
    ) -> Done {
        let known = self.idle(id, stage)?.known.clone();
        self.stop_entering_of(id);
        self.desk.lists.remove(id);
        self.lay_aside(known, reason);
        Ok(())
    }

    pub(super) fn read_again_as(
        &mut self,
        id: UndecidedId,
        record: RecordId,
        stage: Stage,
    ) -> Done {
        let undecided = self.idle(id, stage)?.clone();
        if undecided.known.unkept.is_some() {
            return Err(Refusal::NotInTheBookYet(1));
        }
        let day = self.desk.day.as_ref();
        let known = day.is_some_and(|day| day.find(record).is_some());
        if !known {
            return Err(Refusal::UnknownRecord(record));
        }
        self.stop_entering_of(id);
        self.desk.lists.remove(id);
        self.tell(Effect::Audit(Act::ReadAgain { undecided, record }));
        Ok(())
    }

    /// A voucher of which the number is known is taken in again, any other is undecided again;
    /// an entry that is not in the book goes to it again.
    pub(super) fn take_up(&mut self, id: AsideId) -> Done {
        let aside = self.aside(id)?;
        if let Some(unkept) = &aside.known.unkept {
            return self.resume_listed(unkept.entry.id);
        }
        self.of_today(&aside.known)?;
        self.desk.lists.remove_aside(id);
        let known = aside.known.clone();
        let why = Why::TakenUp(aside.reason.clone());
        self.tell(Effect::Audit(Act::TookUp(aside)));
        let listed = self.desk.lists.leave(known.clone(), why).id;
        match known.number {
            Some(number) => self.take_in(Arrived {
                number,
                evidence: known.evidence.unwrap_or_else(evidence::none),
                frame: known.frame,
                presentation: None,
                listed: Some(listed),
            }),
            None => Ok(()),
        }
    }

    fn aside(&self, id: AsideId) -> Result<Aside, Refusal> {
        let aside = self.desk.lists.find_aside(id);
        aside.cloned().ok_or(Refusal::NotListed)
    }

    pub(super) fn settle_aside(&mut self, id: AsideId, reason: Reason) -> Done {
        let aside = self.aside(id)?;
        if aside.known.unkept.is_some() {
            return Err(Refusal::NotInTheBookYet(1));
        }
        self.desk.lists.remove_aside(id);
        self.tell(Effect::Audit(Act::SettledAside(aside, reason)));
        Ok(())
    }

    /// 番号は後日: gives a slip out, and records the dose under its number.
    pub(super) fn issue_slip(&mut self, dose: DoseNumber) -> Done {
        let mut record = self.draft(
            Subject::ToFollow {
                slip: SlipNumber(0),
                dose,
            },
            evidence::none(),
            self.desk.next.outcome,
        )?;
        let slip = self.desk.slips.issue(record.id, record.date, dose)?;
        record.subject = slip.subject();
        let choices = Choices {
            outcome: std::mem::take(&mut self.desk.next.outcome),
            slip: None,
        };
        self.tell(Effect::Audit(Act::IssuedSlip(slip.number)));
        self.begin(Entry::new(record), choices, (None, None), None)
    }
}
