//! A model of the desk that knows little and forgets nothing, to hold it against.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use jiff::civil::Date;
use proptest::prelude::*;

use super::world::*;
use crate::desk::case::Step;
use crate::desk::*;
use crate::intake::*;
use crate::reading::FrameId;
use crate::voucher::{VoucherNumber, municipality};

/// How many inputs a failure tells.
const TRAIL: usize = 80;

/// What happened, told by what was said to the desk and what it did about it.
pub(super) struct Model {
    pub(super) world: World,
    pub(super) mode: Mode,
    /// Numbers that the present voucher was said to have; `None` when nothing lies there.
    pub(super) lying: Option<Vec<VoucherNumber>>,
    /// What was asked and not answered.
    pub(super) asked: Vec<RecordId>,
    pub(super) sent: Vec<RecordId>,
    /// Entries that were ever asked to be kept.
    pub(super) entries: BTreeMap<RecordId, Entry>,
    /// How many vouchers were put down.
    pub(super) presentations: u64,
    /// In which presentation each record began, and which one was made of it.
    pub(super) began_in: BTreeMap<RecordId, u64>,
    pub(super) made_of: BTreeMap<u64, RecordId>,
    /// Which record each frame's voucher made.
    pub(super) by_frame: BTreeMap<FrameId, RecordId>,
    /// Whose each record is or was to be.
    pub(super) subjects: BTreeMap<RecordId, Option<VoucherNumber>>,
    pub(super) stopped: BTreeSet<RecordId>,
    pub(super) answered: BTreeSet<RecordId>,
    pub(super) confirmed: BTreeSet<Date>,
    /// What was said last, for who has to find out why it failed.
    pub(super) trail: VecDeque<String>,
    pub(super) visited: HashMap<Stage, usize>,
    pub(super) heard: HashSet<Sound>,
    pub(super) closed: BTreeSet<Date>,
    /// Whether each accepted number was settled since it was accepted last.
    pub(super) accepted: BTreeMap<VoucherNumber, bool>,
    /// Entries that were kept when nobody heard of it, and where.
    pub(super) unheard: BTreeMap<RecordId, SequenceNumber>,
    /// Doses of today's records that hold.
    pub(super) given: BTreeMap<RecordId, VialKey>,
    pub(super) counted: BTreeMap<VialKey, (i64, i64, i64, i64)>,
    /// Vouchers that are 予診のみ and not settled.
    pub(super) chosen: BTreeSet<VoucherNumber>,
    /// The last number that was typed in the present entry by hand, and whether a mark backs it.
    pub(super) typed: Option<VoucherNumber>,
    pub(super) marks: Vec<VoucherNumber>,
}

pub(super) fn label(sound: bool, what: &str) -> Result<(), TestCaseError> {
    if sound {
        Ok(())
    } else {
        Err(TestCaseError::fail(what.to_owned()))
    }
}

impl Model {
    pub(super) fn new(mode: Mode) -> Self {
        Self {
            world: World::new(),
            mode,
            lying: None,
            asked: Vec::new(),
            sent: Vec::new(),
            entries: BTreeMap::new(),
            presentations: 0,
            began_in: BTreeMap::new(),
            made_of: BTreeMap::new(),
            by_frame: BTreeMap::new(),
            subjects: BTreeMap::new(),
            stopped: BTreeSet::new(),
            answered: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            trail: VecDeque::new(),
            visited: HashMap::new(),
            heard: HashSet::new(),
            closed: BTreeSet::new(),
            accepted: BTreeMap::new(),
            unheard: BTreeMap::new(),
            given: BTreeMap::new(),
            counted: BTreeMap::new(),
            chosen: BTreeSet::new(),
            typed: None,
            marks: Vec::new(),
        }
    }

    pub(super) fn told(&self) -> String {
        let trail: Vec<&str> = self.trail.iter().map(String::as_str).collect();
        trail.join("\n")
    }

    /// Tells the desk one thing, and looks at what it does.
    pub(super) fn tell(&mut self, input: &Input) -> Result<(), TestCaseError> {
        let question = matches!(self.world.stage(), Stage::Held);
        self.trail
            .push_back(format!("{:?}: {input:?}", self.world.stage()));
        if self.trail.len() > TRAIL {
            self.trail.pop_front();
        }
        self.note_input(input);
        if let (Input::ChooseAgain(false), Some(open)) = (input, self.world.desk.open_choices) {
            open.voucher.map(|number| self.chosen.remove(&number));
        }
        let effects = self.world.step(input.clone());
        let refused = was_refused(input, refusal(&effects).as_ref());
        // The same step may take in the voucher that waits, which may be the same one.
        if let Some(number) = self.settled_by(input, refused, &effects) {
            self.chosen.remove(&number);
        }
        for effect in &effects {
            self.note_effect(effect, input)?;
            let holds = question && self.world.stage() == Stage::Held;
            if let (true, Effect::Record { entry, .. }) = (holds, effect) {
                let is_new = entry.kind == EntryKind::New;
                label(!is_new, "recorded while a finding holds")?;
            }
        }
        self.note_answer(input, refused, &effects);
        self.heard.extend(sounds(&effects));
        *self.visited.entry(self.world.stage()).or_default() += 1;
        self.holds()
    }

    fn note_input(&mut self, input: &Input) {
        match input {
            Input::Reading(_) | Input::InDoubt(_) => {
                self.lies_there();
            }
            Input::Accepted(read) => self.lies_there().push(read.number),
            Input::Ended(presented) => {
                self.lying = None;
                if let Some(number) = presented.verdict.number() {
                    self.accepted.entry(number).or_insert(false);
                }
            }
            Input::ClearTable => self.lying = None,
            Input::Checked { record, findings } => {
                let stops = decide(self.mode, findings) == Decision::Stop;
                if stops && !self.entries.contains_key(record) {
                    self.stopped.insert(*record);
                }
            }
            _ => {}
        }
        if let Input::Accepted(read) = input {
            let table = self.world.desk.on_table().and_then(|view| view.number);
            if table != Some(read.number) {
                self.accepted.insert(read.number, false);
            }
        }
    }

    /// The numbers of the voucher that lies there, or is put down now.
    fn lies_there(&mut self) -> &mut Vec<VoucherNumber> {
        if self.lying.is_none() {
            self.presentations += 1;
        }
        self.lying.get_or_insert_with(Vec::new)
    }

    fn note_effect(&mut self, effect: &Effect, input: &Input) -> Result<(), TestCaseError> {
        match effect {
            Effect::Check {
                record, candidate, ..
            } => {
                self.asked.push(*record);
                self.subjects.insert(*record, candidate.subject.voucher());
                self.stays_as_chosen(*record)?;
                let case = self.world.desk.case.as_ref();
                let seen = case.is_some_and(|c| c.presentation.is_some() && c.entry.id == *record);
                let is_new = |c: &case::Case| c.entry.id == *record && c.completes().is_none();
                let today = candidate.date == self.world.today;
                let confirmed = today && self.confirmed.contains(&candidate.date);
                label(
                    !case.is_some_and(is_new) || confirmed,
                    "taken in without a session that is confirmed for today",
                )?;
                if seen {
                    self.began_in.insert(*record, self.presentations);
                }
                // A voucher that waited meanwhile may be taken in by the same step.
                let case = self.world.desk.case.as_ref();
                let by_hand = case.is_some_and(|c| c.entry.record.evidence.0.ends_with("hand"));
                if let (true, Input::Typed(keyed), Some(number)) =
                    (by_hand, input, candidate.subject.voucher())
                {
                    self.stands_by_hand(&keyed.0, number)?;
                }
            }
            Effect::Record { entry, frame, .. } => self.note_record(entry, *frame)?,
            Effect::Audit(act) => self.note_act(act),
            Effect::Sound(_) | Effect::Refuse(_) => {}
        }
        Ok(())
    }

    /// A consultation stays one until it is settled or a person says otherwise, whatever comes
    /// between.
    fn stays_as_chosen(&mut self, record: RecordId) -> Result<(), TestCaseError> {
        let case = self.world.desk.case.as_ref();
        let Some(case) = case.filter(|case| case.entry.record.id == record) else {
            return Ok(());
        };
        let only = case.choices.outcome.is_consultation_only();
        let Some(number) = case.number().filter(|_| only) else {
            let number = case.number();
            let chosen = number.is_some_and(|number| self.chosen.contains(&number));
            let forgot = chosen && case.entry.kind == EntryKind::New;
            return label(!forgot, "what was chosen for a voucher is forgotten");
        };
        self.chosen.insert(number);
        Ok(())
    }

    /// A number that a person typed, and that the desk takes in.
    fn stands_by_hand(&mut self, keyed: &str, number: VoucherNumber) -> Result<(), TestCaseError> {
        label(keyed == number.to_string(), "another number than was typed")?;
        let code = number.municipality();
        let real = code.is_valid() && municipality(code).is_some();
        label(real, "typed, and fails the check digit")?;
        let twice = self.typed == Some(number);
        label(
            twice || self.marks.contains(&number),
            "typed once, and nothing else stands behind it",
        )?;
        if let Some(lying) = &mut self.lying {
            lying.push(number);
        }
        self.accepted.insert(number, false);
        Ok(())
    }

    fn note_record(&mut self, entry: &Entry, frame: Option<FrameId>) -> Result<(), TestCaseError> {
        let record = &entry.record;
        let is_new = entry.kind == EntryKind::New;
        if is_new && let Some(frame) = frame {
            let first = *self.by_frame.entry(frame).or_insert(record.id);
            label(first == record.id, "two records of one voucher")?;
        }
        if is_new && let Some(presentation) = self.began_in.get(&record.id) {
            let first = *self.made_of.entry(*presentation).or_insert(record.id);
            label(first == record.id, "two records of one presentation")?;
        }
        label(
            !is_new || self.confirmed.contains(&record.date),
            "a record without a confirmed session",
        )?;
        let of_slip = matches!(&entry.kind, EntryKind::Correction(why) if *why != reason());
        label(
            of_slip || !self.closed.contains(&record.date),
            "a closed day took something",
        )?;
        label(
            !self.stopped.contains(&record.id) || self.answered.contains(&record.id) || !is_new,
            "recorded while a finding holds",
        )?;
        if let Some(before) = self.entries.get(&entry.id) {
            label(before == entry, "the same identity with other content")?;
        }
        self.entries.insert(entry.id, entry.clone());
        self.subjects.insert(record.id, record.subject.voucher());
        self.sent.push(entry.id);
        Ok(())
    }

    fn note_act(&mut self, act: &Act) {
        match act {
            Act::Confirmed(session) => {
                let today = session.date == self.world.today && session.confirmed;
                if today && self.confirmed.insert(session.date) {
                    self.given.clear();
                    self.counted.clear();
                    // What was chosen is of the day it was chosen on.
                    self.chosen.clear();
                }
            }
            Act::RecordedAllTheSame { record, .. } => {
                self.answered.insert(*record);
            }
            Act::Declined { record, .. } => self.settle_record(*record),
            Act::ReadAgain { undecided, .. } => self.settle(undecided.known.number),
            Act::SettledAside(aside, _) => self.settle(aside.known.number),
            Act::Counted { of, vials, drawn } => {
                let count = self.counted.entry(of.clone()).or_default();
                (count.0, count.1) = (i64::from(*vials), i64::from(*drawn));
            }
            Act::Discarded {
                of, doses, from, ..
            } => {
                let count = self.counted.entry(of.clone()).or_default();
                match from {
                    DrawnFrom::Vial => count.2 += i64::from(*doses),
                    DrawnFrom::Syringe => count.3 += i64::from(*doses),
                }
            }
            Act::Closed(date) => {
                self.closed.insert(*date);
            }
            Act::Reopened(date, _) => {
                self.closed.remove(date);
            }
            _ => {}
        }
    }

    fn settle(&mut self, number: Option<VoucherNumber>) {
        if let Some(number) = number {
            self.accepted.insert(number, true);
            self.chosen.remove(&number);
        }
    }

    fn settle_record(&mut self, record: RecordId) {
        self.settle(self.subjects.get(&record).copied().flatten());
    }

    /// The voucher that an answer settles.
    fn settled_by(
        &self,
        input: &Input,
        refused: bool,
        effects: &[Effect],
    ) -> Option<VoucherNumber> {
        match input {
            Input::Recorded { entry, .. } if !refused => {
                self.entries.get(entry)?.record.subject.voucher()
            }
            Input::Checked { record, .. } if sounds(effects).contains(&Sound::AlreadyRecorded) => {
                self.subjects.get(record).copied().flatten()
            }
            _ => None,
        }
    }

    fn note_answer(&mut self, input: &Input, refused: bool, effects: &[Effect]) {
        let table = self.world.desk.on_table();
        let ending = table.as_ref().and_then(|table| table.ending);
        if sounds(effects).contains(&Sound::AlreadyRecorded)
            && ending == Some(Ending::AlreadyRecorded)
        {
            // It was recorded and lies there still.
            self.settle(table.and_then(|table| table.number));
        }
        match input {
            Input::Checked { record, .. } if sounds(effects).contains(&Sound::AlreadyRecorded) => {
                self.settle_record(*record);
            }
            Input::Recorded { entry, kept } if !refused => self.note_kept(*entry, *kept),
            // What is not 18 digits is no entry.
            Input::Typed(keyed) if keyed.0.len() == VoucherNumber::LEN => {
                self.typed = if refused { None } else { keyed.0.parse().ok() };
            }
            Input::EnterByHand(target) if !refused => {
                self.typed = None;
                self.note_marks(*target);
            }
            _ => {}
        }
    }

    pub(super) fn note_kept(&mut self, id: RecordId, kept: Kept) {
        let entry = self.entries[&id].clone();
        self.settle_record(entry.record.id);
        if matches!(kept, Kept::SameAs(_)) && entry.kind == EntryKind::New {
            return;
        }
        let today = self.world.desk.day.as_ref().is_some_and(|day| {
            entry.record.date == day.date && day.find(entry.record.id).is_some()
        });
        self.given.remove(&entry.record.id);
        let cancelled = matches!(entry.kind, EntryKind::Cancellation(_));
        if let (true, false, Outcome::Given(vaccine)) = (today, cancelled, &entry.record.outcome) {
            self.given.insert(entry.record.id, vaccine.into());
        }
    }

    /// The marks of the voucher whose number is going to be typed.
    fn note_marks(&mut self, target: Target) {
        let desk = &self.world.desk;
        let witnesses = match target {
            Target::OnTable => desk.table.doubt().map(|doubt| doubt.witnesses.clone()),
            Target::Undecided(id) => desk.lists.find(id).map(|item| item.known.witnesses.clone()),
        };
        let stated = witnesses
            .into_iter()
            .flatten()
            .filter_map(|w| w.digits.complete());
        self.marks = stated
            .filter_map(|digits| VoucherNumber::from_digits(digits).ok())
            .collect();
    }

    /// What holds after every step.
    pub(super) fn holds(&self) -> Result<(), TestCaseError> {
        let desk = &self.world.desk;
        let shown = desk.on_table();
        let number = shown.as_ref().and_then(|view| view.number);
        let own = match (&self.lying, number) {
            (None, _) => shown.is_none(),
            (Some(lying), Some(number)) => lying.contains(&number),
            (Some(_), None) => true,
        };
        label(own, "the table shows a number of another presentation")?;
        for (number, settled) in &self.accepted {
            label(
                *settled || self.is_somewhere(*number),
                "an accepted voucher vanished",
            )?;
        }
        if let Some(case) = desk.case.as_ref().filter(|case| case.step == Step::Held) {
            let there = case.presentation == Some(desk.table.presentation()) && shown.is_some();
            let slip = case.number().is_none();
            label(
                there || slip || case.listed.is_some(),
                "a question without a voucher",
            )?;
        }
        self.counts_add_up()
    }

    fn is_somewhere(&self, number: VoucherNumber) -> bool {
        let desk = &self.world.desk;
        let case = desk.case.as_ref().and_then(case::Case::number);
        let undecided = desk.lists.undecided().iter().map(|item| &item.known);
        let known = undecided.chain(desk.lists.aside().iter().map(|item| &item.known));
        case == Some(number)
            || desk.table.number() == Some(number)
            || known.into_iter().any(|known| known.number == Some(number))
    }

    fn counts_add_up(&self) -> Result<(), TestCaseError> {
        let Some(day) = &self.world.desk.day else {
            return Ok(());
        };
        let counts = day.counts();
        let recorded: usize = counts.iter().map(|count| count.recorded as usize).sum();
        label(recorded == self.given.len(), "records are not counted")?;
        for count in counts {
            let (vials, drawn, in_vial, in_syringe) =
                self.counted.get(&count.of).copied().unwrap_or_default();
            let given = self.given.values().filter(|of| **of == count.of);
            let given: i64 = given.map(|_| 1).sum();
            let left = drawn - given - in_syringe;
            label(count.left_in_syringes() == left, "syringes do not add up")?;
            let in_vials = count
                .doses_per_vial
                .map(|doses| vials * i64::from(doses) - drawn - in_vial);
            label(count.left_in_vials() == in_vials, "vials do not add up")?;
        }
        Ok(())
    }
}

/// Whether `refusal` is of the input itself: an answer of the book may free the desk for a voucher
/// that is then refused.
fn was_refused(input: &Input, refusal: Option<&Refusal>) -> bool {
    match input {
        Input::Recorded { entry, .. } => refusal == Some(&Refusal::UnknownRecord(*entry)),
        _ => refusal.is_some(),
    }
}
