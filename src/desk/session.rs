//! The session at this desk: confirmed presets, lots, who sits here, slips.

use super::choices::Choices;
use super::day::Day;
use super::effect::{Act, Effect};
use super::lists::Why;
use super::refusal::Refusal;
use super::step::{Done, Turn};
use super::table::{Progress, Shows};
use crate::intake::{
    Lot, OperatorId, ProductId, Segments, SequenceNumber, Session, SessionError, Vaccine,
};

/// A confirmed session, and what goes on in it.
#[derive(Debug, Clone)]
pub(super) struct Shift {
    pub(super) session: Session,
    pub(super) segments: Segments,
}

impl Shift {
    /// What is given now.
    pub(super) fn vaccine(&self) -> &Vaccine {
        &self.segments.current().vaccine
    }
}

impl Turn<'_, '_> {
    /// Where the next record comes to stand in the book, or later.
    pub(super) fn next_place(&self) -> SequenceNumber {
        SequenceNumber(self.desk.last.0 + 1)
    }

    pub(super) fn confirm(&mut self, session: Session) -> Done {
        session.confirmed_for(self.now.today)?;
        let vaccine = session.vaccine(&self.desk.catalogue)?;
        let next = self.next_place();
        let mut segments = match &self.desk.shift {
            Some(before) if before.session.date == session.date => before.segments.clone(),
            _ => Segments::begin(next, vaccine.clone()),
        };
        segments.change(next, vaccine.clone())?;
        self.open_day_of(&session)?;
        self.use_vials(&vaccine);
        self.desk.hand = None;
        self.tell(Effect::Audit(Act::Confirmed(session.clone())));
        self.desk.shift = Some(Shift { session, segments });
        Ok(())
    }

    /// The day of the session, new unless it goes on.
    fn open_day_of(&mut self, session: &Session) -> Done {
        if self.desk.closed.contains(&session.date) {
            return Err(Refusal::Closed(session.date));
        }
        let all_kept = self.desk.lists.count_unkept() == 0;
        match &self.desk.day {
            Some(day) if day.date == session.date => return Ok(()),
            Some(day) if day.closed || (day.is_blank() && all_kept) => {}
            Some(day) => return Err(Refusal::DayNotClosed(day.date)),
            None => {}
        }
        self.desk.day = Some(Day::new(session.date));
        // Whoever it was chosen for came on another day.
        self.desk.next = Choices::default();
        self.desk.open_choices = None;
        Ok(())
    }

    /// These vials are counted from now on.
    pub(super) fn use_vials(&mut self, vaccine: &Vaccine) {
        let product = self.desk.catalogue.product(&vaccine.product);
        let doses = product.and_then(|product| product.doses_per_vial);
        if let Some(day) = &mut self.desk.day {
            day.use_vials(vaccine.into(), doses.map(std::num::NonZeroU8::get));
        }
    }

    /// Product and lot, with the maker's name of the catalogue.
    pub(super) fn vaccine(&self, product: ProductId, lot: Lot) -> Result<Vaccine, Refusal> {
        match self.desk.catalogue.product(&product) {
            Some(known) => Ok(Vaccine {
                maker: known.maker.clone(),
                product,
                lot,
            }),
            None => Err(SessionError::UnknownProduct(product).into()),
        }
    }

    pub(super) fn change_lot(&mut self, product: ProductId, lot: Lot) -> Done {
        let vaccine = self.vaccine(product, lot)?;
        let at = self.next_place();
        let shift = self.shift()?;
        shift.segments.change(at, vaccine.clone())?;
        shift.session.product = vaccine.product.clone();
        shift.session.lot = vaccine.lot.clone();
        let session = shift.session.clone();
        self.use_vials(&vaccine);
        self.tell(Effect::Audit(Act::Confirmed(session)));
        Ok(())
    }

    pub(super) fn relieve(&mut self, operator: OperatorId) -> Done {
        let shift = self.shift()?;
        let took_over = operator.clone();
        let left = std::mem::replace(&mut shift.session.operator, operator);
        self.tell(Effect::Audit(Act::Relieved { left, took_over }));
        Ok(())
    }

    /// What was typed is forgotten, and what was on the table goes to the list: the next person
    /// sees nothing of it on the table.
    pub(super) fn clear_table(&mut self) -> Done {
        self.desk.hand = None;
        self.desk
            .open_choices
            .take_if(|open| open.voucher.is_some());
        let mut left = None;
        if !self.desk.table.is_empty() {
            match self.desk.table.end(self.now.at) {
                Shows::Unread {
                    doubt: Some(doubt), ..
                } => {
                    let known = self.known_of_doubt(doubt);
                    left = Some(self.leave(known, Why::OperatorLeft));
                }
                Shows::Number {
                    read,
                    progress: Progress::Waiting,
                } => {
                    let known = self.known_of_read(read);
                    self.leave(known, Why::NotTakenIn);
                }
                _ => {}
            }
        }
        self.ask_about_next(left);
        self.leave_case();
        Ok(())
    }

    /// What waits for a person in hand goes to the list, and the desk is free.
    fn leave_case(&mut self) {
        let left = self.desk.case.as_ref().and_then(|case| {
            let is_voucher = case.number().is_some();
            let why = case.undecided().filter(|_| is_voucher)?;
            Some((case.listed, case.known(), why))
        });
        if let Some((listed, known, why)) = left {
            self.desk.case = None;
            match listed {
                // What was listed before may not know yet that its record is not in the book.
                Some(id) => self.desk.lists.renew(id, known, why),
                None => {
                    self.leave(known, why);
                }
            }
        }
    }

    pub(super) fn shift(&mut self) -> Result<&mut Shift, Refusal> {
        self.desk.shift.as_mut().ok_or(Refusal::SessionNeeded)
    }
}
