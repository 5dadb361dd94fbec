//! Counting, and the close of the day.

use super::count::{CountError, Discard, DrawnFrom, VialKey};
use super::day::{Day, Explanation, OpenPoint};
use super::effect::{Act, Effect};
use super::refusal::Refusal;
use super::step::{Done, Turn};
use crate::intake::Reason;

impl Turn<'_, '_> {
    pub(super) fn counted(&mut self, of: VialKey, vials: u32, drawn: u32) -> Done {
        let count = self
            .open_day()?
            .count_mut(&of)
            .ok_or(CountError::UnknownLot)?;
        count.set(vials, drawn)?;
        self.tell(Effect::Audit(Act::Counted { of, vials, drawn }));
        Ok(())
    }

    pub(super) fn discarded(
        &mut self,
        of: VialKey,
        doses: u32,
        from: DrawnFrom,
        reason: Reason,
    ) -> Done {
        let count = self
            .open_day()?
            .count_mut(&of)
            .ok_or(CountError::UnknownLot)?;
        count.discard(Discard {
            doses,
            from,
            reason: reason.clone(),
        })?;
        self.tell(Effect::Audit(Act::Discarded {
            of,
            doses,
            from,
            reason,
        }));
        Ok(())
    }

    pub(super) fn explain(&mut self, point: OpenPoint, reason: Reason) -> Done {
        self.open_day()?;
        if !self.desk.open_points().contains(&point) {
            return Err(Refusal::NotOpen);
        }
        self.open_day()?.explanations.push(Explanation {
            point: point.clone(),
            reason: reason.clone(),
        });
        self.tell(Effect::Audit(Act::Explained(point, reason)));
        Ok(())
    }

    /// Closes the day when nothing is open that nobody explained, and all is in the book.
    pub(super) fn close(&mut self) -> Done {
        let pending = self.open_day()?.pending.len();
        if !self.desk.table.is_empty() {
            return Err(Refusal::TableNotEmpty);
        }
        let unkept = pending + self.desk.lists.count_unkept();
        if unkept > 0 {
            return Err(Refusal::NotInTheBookYet(unkept));
        }
        let open = self.desk.open_points().len();
        if open > 0 {
            return Err(Refusal::OpenPoints(open));
        }
        let day = self.open_day()?;
        day.closed = true;
        let date = day.date;
        self.desk.closed.insert(date);
        self.tell(Effect::Audit(Act::Closed(date)));
        Ok(())
    }

    pub(super) fn reopen(&mut self, reason: Reason) -> Done {
        let closed = self.desk.day.as_mut().filter(|day| day.closed);
        let day = closed.ok_or(Refusal::NotClosed)?;
        day.closed = false;
        let date = day.date;
        self.desk.closed.remove(&date);
        self.tell(Effect::Audit(Act::Reopened(date, reason)));
        Ok(())
    }

    /// The day, if it is not closed.
    fn open_day(&mut self) -> Result<&mut Day, Refusal> {
        match &mut self.desk.day {
            None => Err(Refusal::NothingToClose),
            Some(day) if day.closed => Err(Refusal::Closed(day.date)),
            Some(day) => Ok(day),
        }
    }
}
