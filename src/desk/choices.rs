//! What a person chose for one voucher before it was laid down. It is used up by the voucher that
//! comes next. Where something came between, so that nobody knows whose it is, a person is asked
//! before a voucher is taken in: after a restart or a change of operator, when a voucher was taken
//! away unread, and when one for which something was chosen is laid down again.

use serde::{Deserialize, Serialize};

use super::case::Step;
use super::effect::Sound;
use super::lists::UndecidedId;
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
    /// The one that came then and was not read: it is its own if it is not the next one's.
    pub came: Option<UndecidedId>,
}

/// Choices that no list knows, as they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeptChoices {
    /// What was chosen.
    pub choices: Choices,
    /// The record that was being made of it: in the book, it was used.
    pub used_by: Option<RecordId>,
    /// The voucher that came then and was not read.
    pub came: Option<UndecidedId>,
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
                came: None,
            },
            (None, open) => KeptChoices {
                choices: open.map_or(self.next, |open| open.choices),
                used_by: None,
                came: open.and_then(|open| open.came),
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
                came: kept.came,
            });
        }
    }
}

impl Turn<'_, '_> {
    /// What was chosen for the voucher that is taken in. What is chosen for the next one is of one that
    /// is laid down, and not of one that a list has.
    pub(super) fn choices_of(&mut self, arrived: &Arrived) -> Choices {
        let listed = arrived.listed.and_then(|id| self.desk.lists.find(id));
        let of_item = listed.map(|listed| listed.known.choices);
        // Nobody said yet whose it is, and this is the one that came.
        let came = |open: &mut OpenChoices| open.came.is_some() && open.came == arrived.listed;
        let of_open = self
            .desk
            .open_choices
            .take_if(came)
            .map(|open| open.choices);
        let of_number = self.desk.lists.chosen_for(arrived.number, self.day_date());
        let known = [of_open, of_item].into_iter().flatten();
        let of_list = known.chain([of_number]).find(|chosen| !chosen.is_none());
        let of_list = of_list.unwrap_or_default().that_hold(&self.desk.slips);
        if arrived.listed.is_some() {
            return of_list;
        }
        match std::mem::take(&mut self.desk.next) {
            next if next.is_none() => of_list,
            next => next,
        }
    }

    /// Asks whether what was chosen is of the voucher that comes next, or was of the one that `came`.
    pub(super) fn ask_about_next(&mut self, came: Option<UndecidedId>) {
        let choices = std::mem::take(&mut self.desk.next);
        if !choices.is_none() {
            self.desk.open_choices = Some(OpenChoices {
                choices,
                voucher: None,
                came,
            });
        }
    }

    /// Asks whether what was chosen for this voucher, when it lay here before, still holds; `false`
    /// when there is nothing to ask.
    pub(super) fn ask_about(&mut self, number: VoucherNumber) -> bool {
        let day = self.day_date();
        let choices = self.desk.lists.chosen_for(number, day);
        let choices = choices.that_hold(&self.desk.slips);
        // An entry that is not in the book goes there as it is.
        let is_made = self.desk.lists.unkept(number, day).is_some();
        if is_made || choices.is_none() || !self.desk.next.is_none() {
            return false;
        }
        self.desk.open_choices = Some(OpenChoices {
            choices,
            voucher: Some(number),
            came: None,
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
        match (same, open.voucher, open.came) {
            (true, _, _) => self.desk.next = open.choices.that_hold(&self.desk.slips),
            (false, Some(number), _) => self.desk.lists.forget_choices(number, day),
            (false, None, Some(came)) => self.desk.lists.choose(came, open.choices),
            (false, None, None) => {}
        }
        Ok(())
    }
}
