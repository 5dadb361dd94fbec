//! How long after one dose the next may be given.

use std::fmt;

use jiff::civil::Date;

use super::validity::Validity;
use crate::intake::calendar::{days_after, month_after};
use crate::intake::fields::ProductId;
use crate::voucher::DoseNumber;

/// The least distance of two doses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// 「N 日以上の間隔」: N whole days between the two.
    DaysBetween(u16),
    /// So many months later.
    Months(u8),
}

impl Spacing {
    /// The first day on which the next dose may be given: N + 1 days later, since the days
    /// *between* are counted; or the same day of a later month, and where that month has no such
    /// day, the first of the next one.
    ///
    /// ```
    /// use jiff::civil::date;
    /// use uketsuke::intake::Spacing;
    ///
    /// let spacing = Spacing::DaysBetween(18);
    /// assert_eq!(spacing.earliest_after(date(2021, 11, 1)), date(2021, 11, 20));
    /// let spacing = Spacing::Months(6);
    /// assert_eq!(spacing.earliest_after(date(2021, 8, 31)), date(2022, 3, 1));
    /// ```
    pub fn earliest_after(self, last: Date) -> Date {
        match self {
            Self::DaysBetween(days) => days_after(last, i64::from(days) + 1),
            Self::Months(months) => {
                let month = month_after(last, i64::from(months));
                Date::new(month.year(), month.month(), last.day())
                    .unwrap_or_else(|_| month_after(month, 1))
            }
        }
    }

    /// Whether it allows, after some dose, an earlier day than `other`: asked of every day of four
    /// years, since months differ in length.
    pub(super) fn allows_less_than(self, other: Self) -> bool {
        let mut last = Date::constant(2021, 1, 1);
        (0..4 * 366).any(|_| {
            last = days_after(last, 1);
            self.earliest_after(last) < other.earliest_after(last)
        })
    }
}

impl fmt::Display for Spacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DaysBetween(days) => write!(f, "{days} 日以上 ({days} days between)"),
            Self::Months(months) => write!(f, "{months} か月 ({months} months)"),
        }
    }
}

/// A row of the interval table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntervalRule {
    /// The product of the last dose.
    pub product: ProductId,
    /// The dose that is to be given.
    pub dose: DoseNumber,
    /// The least distance.
    pub spacing: Spacing,
    /// More days between than are usual: said, never an obstacle.
    pub warn_after_days: Option<u16>,
    /// The days of giving that it judges.
    pub validity: Validity,
}

impl IntervalRule {
    /// The last day of the usual interval after a dose on `last`, where there is one.
    pub fn usual_until(&self, last: Date) -> Option<Date> {
        let days = self.warn_after_days?;
        Some(Spacing::DaysBetween(days).earliest_after(last))
    }

    pub(super) fn is_for(&self, product: &ProductId, dose: DoseNumber) -> bool {
        self.product == *product && self.dose == dose
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_end_on_the_same_day_or_on_the_first_of_the_next_month() {
        for (last, months, earliest) in [
            (date(2021, 8, 31), 6, date(2022, 3, 1)),
            (date(2021, 8, 30), 6, date(2022, 3, 1)),
            (date(2021, 8, 29), 6, date(2022, 3, 1)),
            (date(2021, 8, 28), 6, date(2022, 2, 28)),
            (date(2023, 8, 29), 6, date(2024, 2, 29)),
            (date(2023, 8, 30), 6, date(2024, 3, 1)),
            (date(2021, 5, 31), 8, date(2022, 1, 31)),
            (date(2022, 1, 31), 5, date(2022, 7, 1)),
            (date(2022, 7, 31), 3, date(2022, 10, 31)),
            (date(2022, 11, 30), 3, date(2023, 3, 1)),
            (date(2022, 9, 30), 3, date(2022, 12, 30)),
        ] {
            let found = Spacing::Months(months).earliest_after(last);
            assert_eq!(found, earliest, "{months} months after {last}");
        }
    }

    #[test]
    fn n_days_between_are_n_plus_one_days_later_over_month_ends_and_leap_days() {
        for (last, days, earliest) in [
            (date(2021, 11, 1), 18, date(2021, 11, 20)),
            (date(2021, 6, 20), 18, date(2021, 7, 9)),
            (date(2024, 2, 20), 18, date(2024, 3, 10)),
            (date(2021, 12, 20), 20, date(2022, 1, 10)),
            (date(2021, 9, 1), 27, date(2021, 9, 29)),
            (date(2022, 11, 15), 55, date(2023, 1, 10)),
        ] {
            let found = Spacing::DaysBetween(days).earliest_after(last);
            assert_eq!(found, earliest, "{days} days between after {last}");
        }
    }

    #[test]
    fn days_and_months_are_compared_by_the_days_that_they_allow() {
        use Spacing::{DaysBetween, Months};
        for (own, built_in, less) in [
            (DaysBetween(17), DaysBetween(18), true),
            (DaysBetween(18), DaysBetween(18), false),
            (DaysBetween(19), DaysBetween(18), false),
            (Months(5), Months(6), true),
            // Three months are up to 92 days, so 90 whole days between may be too few.
            (DaysBetween(90), Months(3), true),
            (DaysBetween(91), Months(3), false),
            (Months(1), DaysBetween(27), false),
            (Months(1), DaysBetween(28), true),
        ] {
            assert_eq!(own.allows_less_than(built_in), less, "{own}, {built_in}");
        }
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        for spacing in [Spacing::DaysBetween(u16::MAX), Spacing::Months(u8::MAX)] {
            assert_eq!(spacing.earliest_after(Date::MAX), Date::MAX);
        }
    }
}
