//! What a person chose for one voucher before it was laid down. It stays with that voucher until it
//! is settled, whatever comes between; where the program ended before the voucher was known, the
//! person is asked.

use serde::{Deserialize, Serialize};

use super::case::Step;
use super::refusal::Refusal;
use super::step::{Desk, Done, Turn};
use crate::intake::{NextOutcome, SlipError, SlipNumber};
use crate::voucher::VoucherNumber;

/// What was chosen for one voucher alone.
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
}

impl Desk {
    /// What was chosen for a voucher of which no list knows.
    pub(super) fn choices_to_keep(&self) -> Choices {
        if let Some(open) = self.open_choices {
            return open;
        }
        let in_hand = self.case.as_ref().filter(|case| match case.step {
            Step::Checking => true,
            Step::Recording => case.number().is_some() && case.listed.is_none(),
            Step::Held | Step::Failed(_) => false,
        });
        let chosen = in_hand.map(|case| case.choices);
        chosen
            .filter(|choices| !choices.is_none())
            .unwrap_or(self.next)
    }
}

impl Turn<'_, '_> {
    /// What was chosen for this voucher: now, or when it lay here before.
    pub(super) fn chosen_for(&mut self, number: VoucherNumber) -> Choices {
        let before = self.desk.lists.chosen_for(number, self.day_date());
        let next = &mut self.desk.next;
        match next.slip.take().or(before.slip) {
            // A slip says itself what was done.
            Some(slip) => Choices::of_slip(Some(slip)),
            None => Choices {
                outcome: std::mem::take(&mut next.outcome).or(before.outcome),
                slip: None,
            },
        }
    }

    pub(super) fn consultation_only(&mut self, chosen: bool) -> Done {
        self.desk.next.outcome.choose(chosen);
        Ok(())
    }

    pub(super) fn choose_slip(&mut self, slip: Option<SlipNumber>) -> Done {
        if let Some(number) = slip
            && !(self.desk.slips.open().iter()).any(|open| open.number == number)
        {
            return Err(SlipError::NotOpen(number).into());
        }
        self.desk.next.slip = slip;
        Ok(())
    }

    /// Whether what was chosen before the program ended is of the voucher that comes next.
    pub(super) fn choose_again(&mut self, same: bool) -> Done {
        let open = self.desk.open_choices.take();
        let open = open.ok_or(Refusal::NoChoiceOpen)?;
        if same {
            self.desk.next = open;
        }
        Ok(())
    }
}
