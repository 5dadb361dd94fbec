//! Calendar steps that intervals and ages share.

use jiff::Span;
use jiff::civil::Date;

/// The first of the month that lies `months` months after the one of `day`; the last day that can
/// be told, where there is none.
pub(super) fn month_after(day: Date, months: i64) -> Date {
    Span::new()
        .try_months(months)
        .and_then(|span| day.first_of_month().checked_add(span))
        .unwrap_or(Date::MAX)
}

/// `days` days after `day`; the last day that can be told, where there is none.
pub(super) fn days_after(day: Date, days: i64) -> Date {
    Span::new()
        .try_days(days)
        .and_then(|span| day.checked_add(span))
        .unwrap_or(Date::MAX)
}
