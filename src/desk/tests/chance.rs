//! What happens by chance: people, vouchers, the rules, the book, and programs that end.

use proptest::prelude::*;

use super::model::{Model, label};
use super::world::*;
use crate::desk::case::Step;
use crate::desk::*;
use crate::intake::*;
use crate::reading::{self, Verdict};
use crate::voucher::{DoseNumber, VoucherNumber};

/// Vouchers that come and go: few, so that they meet again.
const PEOPLE: u8 = 8;

impl Model {
    /// Lets the next thing happen; `what` and `which` choose it.
    pub(super) fn step(&mut self, what: u8, which: u8) -> Result<(), TestCaseError> {
        match what {
            244..=245 => return self.restart(which),
            252.. => return self.evening(which),
            _ => {}
        }
        for input in self.inputs(what, which) {
            self.tell(&input)?;
        }
        Ok(())
    }

    fn inputs(&mut self, what: u8, which: u8) -> Vec<Input> {
        let at = usize::from(which);
        match what {
            0..=29 => self.lay(which),
            30..=39 => self.lay_unreadable(which),
            40..=59 => vec![self.take_away(which)],
            60..=99 => self.answer_rules(which),
            100..=139 => self.answer_book(which),
            140..=145 => vec![self.retry(at)],
            146..=149 => vec![self.confirm(which)],
            150..=152 => vec![Input::ChangeLot {
                product: ProductId::new("comirnaty-12").unwrap(),
                lot: Lot::new(["FJ7489", "FK0108"][at % 2]).unwrap(),
            }],
            153 => vec![Input::MoveLotChange {
                boundary: 1,
                to: SequenceNumber(self.world.place.saturating_sub(u64::from(which % 8))),
                reason: reason(),
            }],
            154 => vec![Input::Relieve(OperatorId::new(["a", "b"][at % 2]).unwrap())],
            155..=156 => vec![Input::ClearTable],
            157..=159 => vec![Input::ConsultationOnly(which.is_multiple_of(2))],
            160..=165 => vec![Input::RecordAllTheSame(reason())],
            166..=169 => vec![Input::DoNotRecord(reason())],
            170..=173 => vec![Input::PutAside(reason())],
            174..=183 => vec![self.enter_by_hand(at)],
            184..=200 => vec![typed(which)],
            201..=202 => vec![Input::StopEntering],
            203..=216 => vec![self.of_list(what, at)],
            217..=220 => vec![Input::IssueSlip(DoseNumber::new(which % 3 + 1).unwrap())],
            221..=223 => vec![self.choose_slip(at)],
            224..=226 => vec![Input::Undo],
            227..=236 => vec![self.change(what, at)],
            237..=240 => vec![self.count(which)],
            241..=243 => vec![Input::Reopen(reason())],
            246..=247 => self.explain_some(),
            248..=250 => vec![Input::ChooseAgain(which.is_multiple_of(2))],
            _ => vec![Input::Close],
        }
    }

    fn lay(&mut self, which: u8) -> Vec<Input> {
        // Sometimes another number is read where one lies.
        let changed = self.lying.is_some() && which % 16 > 1;
        let ended = changed.then(|| self.take_away(which));
        let read = self.world.read(number(which % PEOPLE));
        ended.into_iter().chain([read]).collect()
    }

    fn lay_unreadable(&mut self, which: u8) -> Vec<Input> {
        let doubt = self.world.doubt(number(which % PEOPLE));
        match which % 3 {
            0 => {
                self.world.frame += 1;
                vec![Input::Reading(None)]
            }
            _ => vec![Input::Reading(None), doubt],
        }
    }

    fn take_away(&mut self, which: u8) -> Input {
        if self.lying.is_none() {
            self.world.frame += 1;
        }
        let verdict = match (which % 8, self.lying.as_ref().and_then(|all| all.first())) {
            (0, _) => Verdict::Review {
                candidate: reading::Pattern(number(which % PEOPLE).digits().map(Some)),
                reasons: vec![reading::Reason::TooFewWitnesses],
            },
            (_, Some(number)) => Verdict::Accepted(*number),
            (_, None) => Verdict::Refused { reasons: vec![] },
        };
        self.world.ended(verdict)
    }

    fn answer_rules(&mut self, which: u8) -> Vec<Input> {
        let findings = match which % 8 {
            0 => review(),
            1 => vec![finding(
                FindingCode::AlreadyRecorded,
                FindingCode::AlreadyRecorded.severity(self.mode),
            )],
            2 | 3 => stop(),
            _ => Vec::new(),
        };
        let record = self.asked.pop();
        record
            .into_iter()
            .map(|record| Input::Checked {
                record,
                findings: findings.clone(),
            })
            .collect()
    }

    /// Mostly in order, sometimes not; sometimes an answer that was given before.
    fn answer_book(&mut self, which: u8) -> Vec<Input> {
        if which % 32 == 1 {
            let old = self
                .entries
                .keys()
                .nth(usize::from(which) % self.entries.len().max(1));
            let kept = Kept::AsNew(SequenceNumber(self.world.place));
            return old
                .map(|id| Input::Recorded { entry: *id, kept })
                .into_iter()
                .collect();
        }
        if self.sent.is_empty() {
            return Vec::new();
        }
        let entry = self.sent.remove(usize::from(which) % self.sent.len());
        if let Some(place) = self.unheard.get(&entry) {
            let kept = Kept::AsNew(*place);
            return vec![Input::Recorded { entry, kept }];
        }
        let place = self.world.next_place();
        vec![match which % 8 {
            0 | 1 => Input::NotRecorded { entry, why: full() },
            2 if which % 32 == 2 => Input::Recorded {
                entry,
                kept: Kept::SameAs(entry),
            },
            3 => Input::Recorded {
                entry,
                kept: Kept::Contradicting(place),
            },
            _ => Input::Recorded {
                entry,
                kept: Kept::AsNew(place),
            },
        }]
    }

    fn retry(&self, at: usize) -> Input {
        let day = self.world.desk.day.as_ref();
        let pending = day
            .and_then(|day| day.pending.first())
            .map(|change| change.entry.id);
        let case = self.world.desk.case.as_ref().map(|case| case.entry.id);
        let case = case.or_else(|| self.unkept());
        let chosen = if at.is_multiple_of(2) {
            case.or(pending)
        } else {
            pending.or(case)
        };
        Input::Retry(chosen.unwrap_or_else(nobody))
    }

    /// An entry of a list that is not in the book.
    fn unkept(&self) -> Option<RecordId> {
        let lists = &self.world.desk.lists;
        let undecided = lists.undecided().iter().map(|item| &item.known);
        let all = undecided.chain(lists.aside().iter().map(|item| &item.known));
        let mut unkept = all.filter_map(|known| known.unkept.as_ref());
        unkept.next().map(|unkept| unkept.entry.id)
    }

    fn confirm(&self, which: u8) -> Input {
        let mut session = session_in(self.mode);
        session.date = self.world.today;
        match which % 8 {
            0 => session.date = TODAY,
            1 => session.confirmed = false,
            2 => session.dose = DoseNumber::new(3).ok(),
            _ => {}
        }
        Input::ConfirmSession(session)
    }

    fn enter_by_hand(&self, at: usize) -> Input {
        let undecided = self.world.desk.lists.undecided();
        // Those that were left last, or the one on the table.
        match undecided.iter().rev().nth(at % 6) {
            Some(item) if at % 6 < 5 => Input::EnterByHand(Target::Undecided(item.id)),
            _ => Input::EnterByHand(Target::OnTable),
        }
    }

    fn of_list(&self, what: u8, at: usize) -> Input {
        let lists = &self.world.desk.lists;
        let undecided = lists.undecided().iter().rev().nth(at % 6);
        let undecided = undecided.map_or(UndecidedId(0), |item| item.id);
        let aside = lists.aside().iter().rev().nth(at % 6);
        let aside = aside.map_or(AsideId(0), |item| item.id);
        let reason = reason();
        match what % 4 {
            0 => Input::PutUndecidedAside { undecided, reason },
            1 => Input::ReadAgainAs {
                undecided,
                record: self.some_record(at),
            },
            2 => Input::TakeUp(aside),
            _ => Input::SettleAside { aside, reason },
        }
    }

    fn some_record(&self, at: usize) -> RecordId {
        let records = self
            .world
            .desk
            .day
            .as_ref()
            .map_or(&[][..], |day| &day.records);
        let chosen = records
            .len()
            .checked_sub(1 + at % 4)
            .and_then(|index| records.get(index));
        chosen.map_or_else(nobody, |kept| kept.record.id)
    }

    fn choose_slip(&self, at: usize) -> Input {
        let open = self.world.desk.slips.open();
        let slip = open.get(at % (open.len() + 1)).map(|slip| slip.number);
        Input::ChooseSlip(slip)
    }

    fn change(&self, what: u8, at: usize) -> Input {
        let (record, reason) = (self.some_record(at), reason());
        let lot = Lot::new(["FJ7489", "FK0108", "ZZ0001"][at % 3]).unwrap();
        let date = at.is_multiple_of(5).then_some(TODAY);
        match what % 4 {
            0 => Input::Cancel { record, reason },
            1 => Input::Reviewed(record),
            _ => Input::Correct {
                record,
                change: Change {
                    date,
                    vaccine: Some((ProductId::new("comirnaty-12").unwrap(), lot)),
                    ..Change::default()
                },
                reason,
            },
        }
    }

    fn count(&self, which: u8) -> Input {
        let of = vials(["FJ7489", "FK0108", "ZZ0001"][usize::from(which) % 3]);
        let doses = u32::from(which) / 8;
        match which % 4 {
            0 => Input::Discarded {
                of,
                doses,
                from: DrawnFrom::Vial,
                reason: reason(),
            },
            1 => Input::Discarded {
                of,
                doses,
                from: DrawnFrom::Syringe,
                reason: reason(),
            },
            _ => Input::Counted {
                of,
                vials: doses,
                drawn: doses * 6,
            },
        }
    }

    fn explain_some(&self) -> Vec<Input> {
        let points = self.world.desk.open_points().into_iter();
        let explain = |point| Input::Explain {
            point,
            reason: reason(),
        };
        points.map(explain).collect()
    }

    /// The day ends, now and then as it should; midnight comes in any case, sometimes.
    fn evening(&mut self, which: u8) -> Result<(), TestCaseError> {
        let as_it_should = !which.is_multiple_of(4);
        if as_it_should {
            let last = self.take_away(which);
            self.tell(&last)?;
            while let Some(record) = self.asked.pop() {
                let findings = Vec::new();
                self.tell(&Input::Checked { record, findings })?;
            }
            self.all_into_the_book()?;
            self.tell(&Input::ChooseAgain(false))?;
            for input in self.explain_some() {
                self.tell(&input)?;
            }
            self.tell(&Input::Close)?;
        }
        if which % 8 < 2 {
            self.world.tomorrow();
        }
        let morning = self.confirm(7);
        self.tell(&morning)
    }

    /// The program ends in the middle of anything, and starts again.
    fn restart(&mut self, which: u8) -> Result<(), TestCaseError> {
        // Mostly somebody has just chosen something.
        if !which.is_multiple_of(4) {
            self.tell(&Input::ConsultationOnly(true))?;
        }
        // The book may have what was sent last, and nobody heard of it.
        let mut unheard = Vec::new();
        for entry in std::mem::take(&mut self.sent) {
            if which.is_multiple_of(2) {
                let place = self.unheard.get(&entry).copied();
                let place = place.unwrap_or_else(|| self.world.next_place());
                self.unheard.insert(entry, place);
                unheard.push((self.entries[&entry].clone(), place));
            }
        }
        self.asked.clear();
        for number in self.nothing_said_of() {
            self.accepted.remove(&number);
            self.chosen.remove(&number);
        }
        (self.lying, self.typed) = (None, None);
        self.marks.clear();
        self.trail
            .push_back(format!("restart, unheard {unheard:?}"));
        let chosen = !self.world.desk.next.is_none();
        self.world.restart_after(&unheard);
        let asks = self.world.desk.open_choices.is_some();
        label(asks || !chosen, "what was chosen is forgotten")?;
        for (entry, place) in unheard {
            self.note_kept(entry.id, Kept::AsNew(place));
        }
        self.forget_other_days();
        if matches!(which % 4, 1 | 2) {
            let session = self.confirm(7);
            self.tell(&session)?;
        }
        self.holds()
    }

    /// Vouchers that lie on the table and of which nobody said anything: they are read again.
    fn nothing_said_of(&self) -> Vec<VoucherNumber> {
        let desk = &self.world.desk;
        let on_its_way = |case: &&case::Case| {
            case.listed.is_none() && matches!(case.step, Step::Checking | Step::Recording)
        };
        let case = desk.case.as_ref().filter(on_its_way);
        let case = case.and_then(case::Case::number);
        let waiting = desk.table.waiting().map(|read| read.number);
        case.into_iter().chain(waiting).collect()
    }

    /// The book tells the records of its day alone.
    fn forget_other_days(&mut self) {
        let day = self.world.desk.day.as_ref();
        let of_day = |id: &RecordId| day.is_some_and(|day| day.find(*id).is_some());
        self.given.retain(|id, _| of_day(id));
    }

    /// Whatever can be kept is kept.
    fn all_into_the_book(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..4 {
            let retry = self.retry(0);
            self.tell(&retry)?;
            while let Some(entry) = self.sent.pop() {
                let place = self.unheard.get(&entry).copied();
                let kept = Kept::AsNew(place.unwrap_or_else(|| self.world.next_place()));
                self.tell(&Input::Recorded { entry, kept })?;
            }
        }
        Ok(())
    }
}

/// A record that nobody has.
fn nobody() -> RecordId {
    RecordId::from_uuid(uuid::Uuid::max())
}

/// Numbers that are right, that a slip of the finger made, and that no municipality has.
fn typed(which: u8) -> Input {
    let right = number(which % 2).to_string();
    Input::Typed(Keyed(match which % 16 {
        0 | 4 | 8 | 12 => right.replacen("131016", "131017", 1),
        1 => right.replacen("131016", "130001", 1),
        2 => right[1..].to_owned(),
        _ => right,
    }))
}
