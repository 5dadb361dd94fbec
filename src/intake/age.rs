//! Age on a day, as Japanese law counts it.
//!
//! 年齢計算ニ関スル法律 (1902) counts from the day of birth on, and 民法 143 条 ends a period of
//! years or months on the day *before* the day that corresponds to its first one, or, in a month
//! without such a day, on the last of that month. So an age is reached on the day before the
//! birthday, and someone born on 29 February reaches it on 28 February in every year.

use std::fmt;

use jiff::civil::Date;

use super::calendar::month_after;

/// Whole years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Age(i16);

impl Age {
    /// The years.
    pub fn years(self) -> i16 {
        self.0
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The first day on which someone born on `born` is `years` years and `months` months old.
///
/// ```
/// use jiff::civil::date;
/// use uketsuke::intake::reached_on;
///
/// assert_eq!(reached_on(date(2009, 11, 21), 12, 0), date(2021, 11, 20));
/// ```
pub fn reached_on(born: Date, years: i16, months: i16) -> Date {
    let month = month_after(born, i64::from(years) * 12 + i64::from(months));
    match Date::new(month.year(), month.month(), born.day()) {
        Ok(corresponding) => corresponding.yesterday().unwrap_or(corresponding),
        Err(_) => month.last_of_month(),
    }
}

/// The age on `day`; `None` before the birth.
pub fn age_on(born: Date, day: Date) -> Option<Age> {
    if day < born {
        return None;
    }
    // One more than the difference of the years: who was born on 1 January is older on 31 December.
    let most = day.year() - born.year() + 1;
    (0..=most)
        .rev()
        .find(|&years| reached_on(born, years, 0) <= day)
        .map(Age)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::super::calendar::days_after;
    use super::*;

    #[test]
    fn an_age_is_reached_on_the_day_before_the_birthday() {
        let cases = [
            // born, years, first day of that age
            ((2009, 11, 21), 12, (2021, 11, 20)),
            ((2010, 1, 1), 12, (2021, 12, 31)),
            ((2009, 3, 1), 12, (2021, 2, 28)),
            ((2012, 3, 1), 12, (2024, 2, 29)),
            ((2008, 2, 29), 12, (2020, 2, 28)),
            ((2008, 2, 29), 13, (2021, 2, 28)),
            ((2008, 2, 28), 13, (2021, 2, 27)),
        ];
        for ((y, m, d), years, (ry, rm, rd)) in cases {
            let born = date(y, m, d);
            let reached = date(ry, rm, rd);
            assert_eq!(reached_on(born, years, 0), reached, "born {born}");
            let age = |day| age_on(born, day).map(Age::years);
            assert_eq!(age(reached), Some(years), "born {born}, on {reached}");
            let before = reached.yesterday().unwrap();
            assert_eq!(age(before), Some(years - 1), "born {born}, on {before}");
        }
    }

    #[test]
    fn six_months_end_on_the_last_of_a_month_that_is_too_short() {
        assert_eq!(reached_on(date(2022, 4, 25), 0, 6), date(2022, 10, 24));
        assert_eq!(reached_on(date(2022, 8, 31), 0, 6), date(2023, 2, 28));
        assert_eq!(reached_on(date(2022, 8, 28), 0, 6), date(2023, 2, 27));
    }

    #[test]
    fn nobody_has_an_age_before_birth_and_everybody_on_that_day() {
        let born = date(2021, 11, 20);
        assert_eq!(age_on(born, date(2021, 11, 19)), None);
        assert_eq!(age_on(born, born).map(Age::years), Some(0));
    }

    proptest! {
        #[test]
        fn nobody_gets_younger(born in 0i32..20_000, day in 0i32..40_000) {
            let born = days_after(date(1920, 1, 1), i64::from(born));
            let day = days_after(born, i64::from(day));
            let next = day.tomorrow().unwrap();
            let (now, then) = (age_on(born, day).unwrap(), age_on(born, next).unwrap());
            prop_assert!(then == now || then.years() == now.years() + 1);
        }
    }
}
