//! 番号は後日: doses whose voucher was not at hand, and the slips that stand in for it.

use jiff::civil::Date;
use thiserror::Error;

use super::ids::{RecordId, SlipNumber};
use super::record::Subject;
use crate::voucher::{DoseNumber, VoucherNumber};

/// A slip that is out: the record it belongs to waits for its voucher's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slip {
    /// The number on it.
    pub number: SlipNumber,
    /// The record that waits.
    pub record: RecordId,
    /// The day of the dose.
    pub date: Date,
    /// Which dose it was.
    pub dose: DoseNumber,
}

impl Slip {
    /// Whose record it is until the number is read.
    pub fn subject(&self) -> Subject {
        Subject::ToFollow {
            slip: self.number,
            dose: self.dose,
        }
    }
}

/// Why a slip cannot be opened or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SlipError {
    /// No slip of that number is open.
    #[error(
        "控え {0} は未処理の一覧にありません。番号を確かめてください / slip {0} is not open: check its number"
    )]
    NotOpen(SlipNumber),
    /// The voucher is for another dose than the one that was given.
    #[error(
        "控え {slip} は {given} 回目ですが、接種券は {voucher} 回目です。正しい接種券か確かめ、回数が違っていた場合は取り消して記録し直してください / \
         slip {slip} is for dose {given}, the voucher for dose {voucher}: check the voucher; if the dose was wrong, cancel the record and make a new one"
    )]
    OtherDose {
        /// The slip.
        slip: SlipNumber,
        /// The dose that was recorded.
        given: DoseNumber,
        /// The voucher's dose.
        voucher: DoseNumber,
    },
    /// The last number was used.
    #[error(
        "控えの番号を使い切りました。管理者に連絡してください / no slip number is left: tell an administrator"
    )]
    NoNumberLeft,
}

/// The slips of a station. Numbers are never used twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SlipBook {
    last: u32,
    open: Vec<Slip>,
}

impl SlipBook {
    /// The book as it was left: the highest number ever given out (`None` before the first), and
    /// the slips that are still open.
    pub fn restore(last: Option<SlipNumber>, open: Vec<Slip>) -> Self {
        let listed = open.iter().map(|slip| slip.number).max();
        Self {
            last: last.max(listed).map_or(0, |number| number.0),
            open,
        }
    }

    /// The highest number ever given out; `None` before the first.
    pub fn last(&self) -> Option<SlipNumber> {
        (self.last > 0).then_some(SlipNumber(self.last))
    }

    /// The slips that wait for their voucher's number, oldest first.
    pub fn open(&self) -> &[Slip] {
        &self.open
    }

    /// Gives out the next slip, for the record `record` of a dose given on `date`.
    pub fn issue(
        &mut self,
        record: RecordId,
        date: Date,
        dose: DoseNumber,
    ) -> Result<Slip, SlipError> {
        let number = self.last.checked_add(1).ok_or(SlipError::NoNumberLeft)?;
        let slip = Slip {
            number: SlipNumber(number),
            record,
            date,
            dose,
        };
        self.last = number;
        self.open.push(slip);
        Ok(slip)
    }

    /// The number of `slip`'s voucher was read: the slip leaves the list, and its record is to be
    /// corrected to the voucher. After an error it stays listed.
    pub fn close(&mut self, slip: SlipNumber, voucher: VoucherNumber) -> Result<Slip, SlipError> {
        let index = self.place_of(slip)?;
        let given = self.open[index].dose;
        if given != voucher.dose() {
            return Err(SlipError::OtherDose {
                slip,
                given,
                voucher: voucher.dose(),
            });
        }
        Ok(self.open.remove(index))
    }

    /// The record of `slip` was cancelled: the slip leaves the list, since no voucher is to follow
    /// for it any more.
    pub fn withdraw(&mut self, slip: SlipNumber) -> Result<Slip, SlipError> {
        let index = self.place_of(slip)?;
        Ok(self.open.remove(index))
    }

    fn place_of(&self, slip: SlipNumber) -> Result<usize, SlipError> {
        (self.open.iter())
            .position(|open| open.number == slip)
            .ok_or(SlipError::NotOpen(slip))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;

    const VOUCHER: &str = "211310160012345678";

    fn first_dose() -> DoseNumber {
        DoseNumber::new(1).unwrap()
    }

    fn issue(book: &mut SlipBook) -> Slip {
        let record = RecordId::new(Timestamp::UNIX_EPOCH);
        book.issue(record, date(2021, 11, 20), first_dose())
            .unwrap()
    }

    #[test]
    fn a_slip_stays_listed_until_its_number_is_read() {
        let mut book = SlipBook::default();
        let (first, second) = (issue(&mut book), issue(&mut book));
        assert_eq!(book.open(), [first, second]);
        let closed = book.close(first.number, VOUCHER.parse().unwrap());
        assert_eq!(closed, Ok(first));
        assert_eq!(book.open(), [second]);
        let again = book.close(first.number, VOUCHER.parse().unwrap());
        assert_eq!(again, Err(SlipError::NotOpen(first.number)));
    }

    #[test]
    fn the_slip_of_a_cancelled_record_leaves_the_list_and_its_number_is_not_used_again() {
        let mut book = SlipBook::default();
        let (first, second) = (issue(&mut book), issue(&mut book));
        assert_eq!(book.withdraw(second.number), Ok(second));
        assert_eq!(book.open(), [first]);
        let again = book.withdraw(second.number);
        assert_eq!(again, Err(SlipError::NotOpen(second.number)));
        assert_eq!(issue(&mut book).number, SlipNumber(3));
    }

    #[test]
    fn numbers_run_on_and_are_never_used_twice() {
        let mut book = SlipBook::default();
        let first = issue(&mut book);
        book.close(first.number, VOUCHER.parse().unwrap()).unwrap();
        assert_eq!(issue(&mut book).number, SlipNumber(2));
        let mut restored = SlipBook::restore(Some(SlipNumber(7)), vec![first]);
        assert_eq!(issue(&mut restored).number, SlipNumber(8));
        let mut behind = SlipBook::restore(None, vec![first]);
        assert_eq!(issue(&mut behind).number, SlipNumber(2));
        let mut full = SlipBook::restore(Some(SlipNumber(u32::MAX)), Vec::new());
        let none_left = full.issue(first.record, first.date, first.dose);
        assert_eq!(none_left, Err(SlipError::NoNumberLeft));
    }

    #[test]
    fn a_voucher_for_another_dose_leaves_the_slip_open() {
        let mut book = SlipBook::default();
        let slip = issue(&mut book);
        let second_dose = VOUCHER.replacen("21", "22", 1).parse().unwrap();
        let closed = book.close(slip.number, second_dose);
        assert!(matches!(closed, Err(SlipError::OtherDose { .. })));
        assert_eq!(book.open(), [slip]);
    }

    #[test]
    fn the_record_of_a_slip_is_of_no_voucher_yet() {
        let slip = issue(&mut SlipBook::default());
        assert_eq!(slip.subject().voucher(), None);
        assert_eq!(slip.subject().dose(), first_dose());
        assert_eq!(slip.number.to_string(), "S-0001");
    }
}
