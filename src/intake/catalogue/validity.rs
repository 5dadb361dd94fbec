//! The days on which a row of a data file holds.

use jiff::civil::Date;

/// From a day on, and perhaps until another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// The first day.
    pub from: Date,
    /// The last day; `None` while it is open.
    pub until: Option<Date>,
}

impl Validity {
    /// Whether it holds on `day`.
    pub fn covers(&self, day: Date) -> bool {
        self.from <= day && day <= self.last()
    }

    /// Whether both hold on some day.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from <= other.last() && other.from <= self.last()
    }

    fn last(&self) -> Date {
        self.until.unwrap_or(Date::MAX)
    }
}

/// The first of `rows` that claims, for the same key, a day that another row claims too.
pub(super) fn first_overlap<'a, T, K: PartialEq>(
    rows: &'a [T],
    key: impl Fn(&'a T) -> (K, Validity),
) -> Option<&'a T> {
    rows.iter().enumerate().find_map(|(index, row)| {
        let (own, validity) = key(row);
        let claims_too = |other: &'a T| {
            let (other, days) = key(other);
            other == own && days.overlaps(&validity)
        };
        rows[..index].iter().any(claims_too).then_some(row)
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn both_ends_are_included() {
        let validity = Validity {
            from: date(2021, 12, 1),
            until: Some(date(2021, 12, 16)),
        };
        for (day, covered) in [(1, true), (16, true), (17, false)] {
            assert_eq!(validity.covers(date(2021, 12, day)), covered, "{day}");
        }
        assert!(!validity.covers(date(2021, 11, 30)));
    }

    #[test]
    fn periods_that_share_one_day_overlap_and_neighbours_do_not() {
        let until = |day| Validity {
            from: date(2021, 12, 1),
            until: Some(date(2021, 12, day)),
        };
        let open = Validity {
            from: date(2021, 12, 17),
            until: None,
        };
        assert!(!until(16).overlaps(&open) && !open.overlaps(&until(16)));
        assert!(until(17).overlaps(&open) && open.overlaps(&until(17)));
    }
}
