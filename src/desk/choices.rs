//! What a person chose for one voucher before it was laid down. It is used up by the voucher that
//! comes next. Where something came between, so that nobody knows whose it is, a person is asked
//! before a voucher is taken in: after a restart or a change of operator, when a voucher was taken
//! away unread, and when one for which something was chosen is laid down again.

use serde::{Deserialize, Serialize};

use super::case::Step;
use super::day::Standing;
use super::effect::Sound;
use super::presenting::Arrived;
use super::refusal::Refusal;
use super::step::{Desk, Done, Turn};
use crate::intake::{NextOutcome, RecordId, SlipBook, SlipError, SlipNumber};
use crate::voucher::VoucherNumber;

/// What was chosen for one voucher alone: one of the two, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choices {
    /// Whether it is 予診のみ.
    #[serde(rename = "consultation_only")]
    pub outcome: NextOutcome,
    /// The slip that it belongs to.
    pub slip: Option<SlipNumber>,
}

impl Choices {
    /// That it belongs to this slip.
    pub(super) fn of_slip(slip: Option<SlipNumber>) -> Self {
        Self {
            slip,
            ..Self::default()
        }
    }

    /// Whether nothing was chosen.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Without a slip that has its voucher by now.
    fn that_hold(self, slips: &SlipBook) -> Self {
        let is_open = |slip: &SlipNumber| is_open(slips, *slip);
        Self {
            slip: self.slip.filter(is_open),
            ..self
        }
    }
}

fn is_open(slips: &SlipBook, slip: SlipNumber) -> bool {
    slips.open().iter().any(|open| open.number == slip)
}

/// Choices of which a person says whether they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenChoices {
    /// What was chosen.
    pub choices: Choices,
    /// The voucher on the table for which that was; `None`: for one that was expected.
    pub voucher: Option<VoucherNumber>,
}

/// Choices that no list knows, as they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeptChoices {
    /// What was chosen.
    pub choices: Choices,
    /// The record that was being made of it: in the book, it was used.
    pub used_by: Option<RecordId>,
}

impl Desk {
    /// What was chosen for a voucher of which no list knows.
    pub(super) fn choices_to_keep(&self) -> KeptChoices {
        let in_hand = self.case.as_ref().filter(|case| {
            let unsaid = matches!(case.step, Step::Checking | Step::Recording);
            let is_kept = case.step == Step::Recording && case.number().is_none();
            unsaid && !is_kept && case.listed.is_none() && !case.choices.is_none()
        });
        let open = self.open_choices.filter(|open| open.voucher.is_none());
        match (in_hand, open) {
            (Some(case), _) => KeptChoices {
                choices: case.choices,
                used_by: Some(case.entry.record.id),
            },
            (None, open) => KeptChoices {
                choices: open.map_or(self.next, |open| open.choices),
                used_by: None,
            },
        }
    }

    /// Asks about what was kept, unless the book tells that it was used.
    pub(super) fn resume_choices(&mut self, kept: KeptChoices) {
        let day = self.day.as_ref();
        let used = (kept.used_by).is_some_and(|id| day.is_some_and(|day| day.find(id).is_some()));
        let is_slip = kept.choices.slip.is_some();
        let choices = kept.choices.that_hold(&self.slips);
        if !choices.is_none() && (is_slip || !used) {
            self.open_choices = Some(OpenChoices {
                choices,
                voucher: None,
            });
        }
    }

    /// Whether a record of today that holds has this number.
    fn has_record_of(&self, number: VoucherNumber) -> bool {
        let records = self.day.iter().flat_map(|day| &day.records);
        let mut standing = records.filter(|kept| kept.standing == Standing::Standing);
        standing.any(|kept| kept.record.subject.voucher() == Some(number))
    }

    /// Whether the voucher that was just recorded lies there still: a hand hid it.
    pub(super) fn is_still_there(&self, number: VoucherNumber) -> bool {
        self.table.before() == Some(number) && self.has_record_of(number)
    }
}

impl Turn<'_, '_> {
    /// What was chosen for the voucher that is taken in. What was chosen now is of one that is laid
    /// down, and not of one that was recorded before and is seen again.
    pub(super) fn choices_of(&mut self, arrived: &Arrived) -> Choices {
        let of_list = match arrived.listed.and_then(|id| self.desk.lists.find(id)) {
            Some(listed) => listed.known.choices,
            None => self.desk.lists.chosen_for(arrived.number, self.day_date()),
        };
        let of_list = of_list.that_hold(&self.desk.slips);
        if arrived.listed.is_some() || self.desk.has_record_of(arrived.number) {
            return of_list;
        }
        match std::mem::take(&mut self.desk.next) {
            next if next.is_none() => of_list,
            next => next,
        }
    }

    /// Asks whether what was chosen is of the voucher that comes next.
    pub(super) fn ask_about_next(&mut self) {
        let choices = std::mem::take(&mut self.desk.next);
        if !choices.is_none() {
            let voucher = None;
            self.desk.open_choices = Some(OpenChoices { choices, voucher });
        }
    }

    /// Asks whether what was chosen for this voucher, when it lay here before, still holds; `false`
    /// when there is nothing to ask.
    pub(super) fn ask_about(&mut self, number: VoucherNumber) -> bool {
        let choices = self.desk.lists.chosen_for(number, self.day_date());
        let choices = choices.that_hold(&self.desk.slips);
        if choices.is_none() || !self.desk.next.is_none() {
            return false;
        }
        self.desk.open_choices = Some(OpenChoices {
            choices,
            voucher: Some(number),
        });
        self.sound(Sound::Question);
        true
    }

    pub(super) fn consultation_only(&mut self, chosen: bool) -> Done {
        self.desk.next.outcome.choose(chosen);
        if chosen {
            self.desk.next.slip = None;
        }
        Ok(())
    }

    pub(super) fn choose_slip(&mut self, slip: Option<SlipNumber>) -> Done {
        if let Some(number) = slip {
            if !is_open(&self.desk.slips, number) {
                return Err(SlipError::NotOpen(number).into());
            }
            self.desk.next.outcome.choose(false);
        }
        self.desk.next.slip = slip;
        Ok(())
    }

    /// Whether what was chosen before still holds.
    pub(super) fn choose_again(&mut self, same: bool) -> Done {
        let open = self.desk.open_choices.ok_or(Refusal::NoChoiceOpen)?;
        self.desk.open_choices = None;
        let day = self.day_date();
        match (same, open.voucher) {
            (true, _) => self.desk.next = open.choices.that_hold(&self.desk.slips),
            (false, Some(number)) => self.desk.lists.forget_choices(number, day),
            (false, None) => {}
        }
        Ok(())
    }
}
