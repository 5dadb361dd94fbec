//! What nobody decided yet, and what a person put aside: nothing that lay on the table vanishes.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::choices::Choices;
use super::day::for_review;
use crate::intake::{Entry, Evidence, Finding, FindingCode, Reason, RecordId, SlipNumber};
use crate::reading::{self, FrameId, Pattern, Witness};
use crate::text::Bilingual;
use crate::voucher::{VoucherNumber, as_text};

/// One of the undecided vouchers; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UndecidedId(pub u64);

/// One of the vouchers that were put aside; never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AsideId(pub u64);

/// An entry that is not in the book, with all that is needed to hand it over once more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unkept {
    /// The entry: the same at every try.
    #[serde(flatten)]
    pub entry: Entry,
    /// The slip whose record it completes.
    #[serde(default)]
    pub completes: Option<SlipNumber>,
    /// What the rules found of it.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Whether a person answered that.
    #[serde(default)]
    pub answered: bool,
}

impl Unkept {
    /// What a person has to look at once it is in the book.
    pub(super) fn for_review(&self) -> Vec<Finding> {
        if self.answered {
            Vec::new()
        } else {
            for_review(&self.findings)
        }
    }
}

/// What is known of a voucher that is not on the table any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Asia/Tokyo civil date of the session in which it lay there.
    pub day: Date,
    /// Its number, where one was accepted.
    #[serde(with = "as_text::option")]
    pub number: Option<VoucherNumber>,
    /// Who stands behind that number.
    pub evidence: Option<Evidence>,
    /// Otherwise what is undisputed of it; doubtful digits are blank.
    pub candidate: Pattern,
    /// Who said what of its digits; for as long as the program runs.
    #[serde(skip)]
    pub witnesses: Vec<Witness>,
    /// The frame that shows it; `None` when another voucher has this frame too. Frames are counted
    /// from the start of the program.
    #[serde(skip)]
    pub frame: Option<FrameId>,
    /// The entry that was made for it and that is not in the book.
    pub unkept: Option<Box<Unkept>>,
    /// What was chosen for it, for when it is taken in again.
    #[serde(default)]
    pub choices: Choices,
}

impl Known {
    /// Nothing but the day.
    pub(super) fn of(day: Date) -> Self {
        Self {
            day,
            number: None,
            evidence: None,
            candidate: Pattern::SILENT,
            witnesses: Vec::new(),
            frame: None,
            unkept: None,
            choices: Choices::default(),
        }
    }

    /// Whether `number` is this voucher's for sure: accepted. A candidate may be a neighbour's,
    /// misread, even where every digit of it was seen.
    pub(super) fn is(&self, number: VoucherNumber) -> bool {
        self.number == Some(number)
    }
}

/// Why a voucher is undecided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// It was taken away before its number was accepted.
    NotAccepted(Vec<reading::Reason>),
    /// It was taken away while a finding waited for an answer.
    QuestionOpen(Vec<FindingCode>),
    /// It was taken away before the desk took it in.
    NotTakenIn,
    /// It was taken away, and its record is not in the book.
    NotInTheBook,
    /// Its number was read where another one had been accepted.
    SecondNumber,
    /// It was taken up from what was put aside, and no one has decided yet.
    TakenUp(Reason),
    /// Who worked on it left.
    OperatorLeft,
    /// It does not belong to the slip that was chosen.
    OtherSlip,
}

impl Why {
    /// What to tell a person, with the remedy.
    pub fn words(&self) -> Bilingual {
        let (ja, en) = match self {
            Self::NotAccepted(_) => (
                "番号が確定する前に取り除かれました。置き直すか、番号を手入力してください",
                "taken away before its number was certain: lay it down again or type its number",
            ),
            Self::QuestionOpen(_) => (
                "確認に答える前に取り除かれました。置き直すか、確認に答えてください",
                "taken away before the question was answered: lay it down again or answer the question",
            ),
            Self::NotTakenIn => (
                "受け付ける前に取り除かれました。置き直してください",
                "taken away before it was taken in: lay it down again",
            ),
            Self::NotInTheBook => (
                "記録できないまま取り除かれました。もう一度記録してください",
                "taken away and not recorded: record it again",
            ),
            Self::SecondNumber => (
                "同じ置き方のまま別の番号が読まれました。1枚ずつ置き直してください",
                "another number was read without a voucher being changed: lay them down one by one",
            ),
            Self::TakenUp(_) => (
                "保留から戻しました。置くか、番号を手入力してください",
                "taken up again: lay it down or type its number",
            ),
            Self::OperatorLeft => (
                "担当者が離れたため中断しました。置き直してください",
                "interrupted because the operator left: lay it down again",
            ),
            Self::OtherSlip => (
                "選んだ控えの接種券ではありません。控えを選び直して置き直してください",
                "not the voucher of the slip that was chosen: choose the slip again, then lay it down",
            ),
        };
        Bilingual::new(ja, en)
    }
}

/// A voucher that nobody decided yet; listed until a person settles it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Undecided {
    /// Which.
    pub id: UndecidedId,
    /// What is known of it.
    pub known: Known,
    /// Why it is undecided.
    pub why: Why,
}

/// A voucher that a person put aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Aside {
    /// Which.
    pub id: AsideId,
    /// What is known of it.
    pub known: Known,
    /// Why, in the person's words.
    pub reason: Reason,
}

/// Both lists, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Lists {
    undecided: Vec<Undecided>,
    aside: Vec<Aside>,
    last: u64,
}

impl Lists {
    /// The lists as they were left; `last` is the highest number that was ever given.
    pub(super) fn resume(undecided: Vec<Undecided>, aside: Vec<Aside>, last: u64) -> Self {
        let ids = undecided.iter().map(|item| item.id.0);
        let listed = ids.chain(aside.iter().map(|item| item.id.0)).max();
        Self {
            undecided,
            aside,
            last: listed.unwrap_or(0).max(last),
        }
    }

    /// The highest number that was ever given.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn undecided(&self) -> &[Undecided] {
        &self.undecided
    }

    pub(super) fn aside(&self) -> &[Aside] {
        &self.aside
    }

    pub(super) fn leave(&mut self, known: Known, why: Why) -> &Undecided {
        self.last += 1;
        let id = UndecidedId(self.last);
        self.undecided.push(Undecided { id, known, why });
        &self.undecided[self.undecided.len() - 1]
    }

    /// More is known of one that is listed.
    pub(super) fn renew(&mut self, id: UndecidedId, known: Known, why: Why) {
        if let Some(item) = self.undecided.iter_mut().find(|item| item.id == id) {
            (item.known, item.why) = (known, why);
        }
    }

    pub(super) fn put_aside(&mut self, known: Known, reason: Reason) -> &Aside {
        self.last += 1;
        let id = AsideId(self.last);
        self.aside.push(Aside { id, known, reason });
        &self.aside[self.aside.len() - 1]
    }

    pub(super) fn find(&self, id: UndecidedId) -> Option<&Undecided> {
        self.undecided.iter().find(|item| item.id == id)
    }

    pub(super) fn find_aside(&self, id: AsideId) -> Option<&Aside> {
        self.aside.iter().find(|item| item.id == id)
    }

    pub(super) fn remove(&mut self, id: UndecidedId) -> Option<Undecided> {
        let index = self.undecided.iter().position(|item| item.id == id)?;
        Some(self.undecided.remove(index))
    }

    pub(super) fn remove_aside(&mut self, id: AsideId) -> Option<Aside> {
        let index = self.aside.iter().position(|item| item.id == id)?;
        Some(self.aside.remove(index))
    }

    /// The voucher of `number` was settled on `day`: whatever of that day stands for it leaves
    /// both lists. One that another day left is for a person.
    pub(super) fn settle(&mut self, number: VoucherNumber, day: Date) {
        let stays = |known: &Known| known.day != day || !known.is(number);
        self.undecided.retain(|item| stays(&item.known));
        self.aside.retain(|item| stays(&item.known));
    }

    /// The entry that was made for the voucher of `number` on `day` and is not in the book.
    pub(super) fn unkept(&self, number: VoucherNumber, day: Date) -> Option<RecordId> {
        let mut own = (self.all()).filter(|known| known.day == day && known.is(number));
        own.find_map(|known| known.unkept.as_ref().map(|unkept| unkept.entry.id))
    }

    /// What was chosen for the voucher of `number` when it lay here on `day`.
    pub(super) fn chosen_for(&self, number: VoucherNumber, day: Date) -> Choices {
        let mut own = (self.all()).filter(|known| known.day == day && known.is(number));
        let chosen = own.find(|known| !known.choices.is_none());
        chosen.map_or_else(Choices::default, |known| known.choices)
    }

    /// This was chosen for the voucher of `id`, if it is listed still.
    pub(super) fn choose(&mut self, id: UndecidedId, choices: Choices) {
        if let Some(item) = self.undecided.iter_mut().find(|item| item.id == id) {
            item.known.choices = choices;
        }
    }

    /// What was chosen for that voucher does not hold any more.
    pub(super) fn forget_choices(&mut self, number: VoucherNumber, day: Date) {
        let undecided = self.undecided.iter_mut().map(|item| &mut item.known);
        let aside = self.aside.iter_mut().map(|item| &mut item.known);
        for known in undecided.chain(aside) {
            if known.day == day && known.is(number) {
                known.choices = Choices::default();
            }
        }
    }

    /// Whether this entry is on a list and not in the book.
    pub(super) fn has_unkept(&self, id: RecordId) -> bool {
        self.unkept_entries().any(|unkept| unkept.entry.id == id)
    }

    /// Whether an entry of this record is not in the book.
    pub(super) fn is_unkept(&self, record: RecordId) -> bool {
        self.unkept_entries()
            .any(|unkept| unkept.entry.record.id == record)
    }

    /// Entries on either list that are not in the book.
    pub(super) fn unkept_entries(&self) -> impl Iterator<Item = &Unkept> {
        self.all().filter_map(|known| known.unkept.as_deref())
    }

    /// How many records are not in the book.
    pub(super) fn count_unkept(&self) -> usize {
        self.all().filter(|known| known.unkept.is_some()).count()
    }

    /// What stands for the voucher of this entry, which is not in the book, leaves both lists.
    pub(super) fn take_unkept(&mut self, id: RecordId) -> Option<Known> {
        let is_it =
            |known: &Known| (known.unkept.as_ref()).is_some_and(|unkept| unkept.entry.id == id);
        let found = self.all().find(|known| is_it(known)).cloned()?;
        self.undecided.retain(|item| !is_it(&item.known));
        self.aside.retain(|item| !is_it(&item.known));
        Some(found)
    }

    fn all(&self) -> impl Iterator<Item = &Known> {
        let undecided = self.undecided.iter().map(|item| &item.known);
        undecided.chain(self.aside.iter().map(|item| &item.known))
    }
}
