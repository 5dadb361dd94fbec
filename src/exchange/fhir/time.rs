//! The forms of `dateTime` that are read: `2021-11-20` and `2021-11-20T10:15:30+09:00`
//! (<https://hl7.org/fhir/R4/datatypes.html#dateTime>). The parsers of dates and times know many
//! more, which others may read as another day.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock;

/// A date, `9` standing for any digit.
const DATE: &str = "9999-99-99";

/// A point in time without its offset and without fractions of seconds.
const TIME: &str = "9999-99-99T99:99:99";

/// An offset other than `Z`, its sign left out.
const OFFSET: &str = "99:99";

/// Whether `text` has the form of a date; there may be no such day.
pub(super) fn is_date(text: &str) -> bool {
    has_form(text, DATE)
}

/// The point in time that `text` is; `None` when it has another form, no offset, or is none.
pub(super) fn point_in_time(text: &str) -> Option<Timestamp> {
    let (time, rest) = text.split_at_checked(TIME.len())?;
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            (offset.len() < fraction.len()).then_some(offset)?
        }
        None => rest,
    };
    let has_offset = match offset.strip_prefix(['+', '-']) {
        Some(offset) => has_form(offset, OFFSET),
        None => offset == "Z",
    };
    if has_form(time, TIME) && has_offset {
        text.parse().ok()
    } else {
        None
    }
}

/// The day that is written, or the day in Asia/Tokyo of a point in time.
pub fn day_of(text: &str) -> Option<Date> {
    if is_date(text) {
        return text.parse().ok();
    }
    point_in_time(text).map(clock::day)
}

fn has_form(text: &str, form: &str) -> bool {
    let fits = |(found, wanted): (u8, u8)| match wanted {
        b'9' => found.is_ascii_digit(),
        _ => found == wanted,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_time_has_seconds_and_an_offset() {
        for (text, utc) in [
            ("2021-11-20T10:15:30+09:00", "2021-11-20T01:15:30Z"),
            ("2021-11-20T01:15:30Z", "2021-11-20T01:15:30Z"),
            ("2021-11-19T20:15:30.250-05:00", "2021-11-20T01:15:30.25Z"),
        ] {
            let time = point_in_time(text).unwrap();
            assert_eq!(time.to_string(), utc, "{text}");
        }
    }

    #[test]
    fn what_other_standards_allow_and_fhir_does_not_is_none() {
        for text in [
            "20211120",
            "20211120T101530Z",
            "2021-11-20t10:15:30+09:00",
            "2021-11-20T10:15:30z",
            "2021-11-20 10:15:30+09:00",
            " 2021-11-20T10:15:30Z",
            "2021-11-20T10:15:30Z ",
            "2021-11-20T10:15:30",
            "2021-11-20T10:15+09:00",
            "2021-11-20T10:15:30+09",
            "2021-11-20T10:15:30.+09:00",
            "2021-11-20T10:15:30+09:00[Asia/Tokyo]",
            "2021-11-20T25:15:30Z",
            "2021-11-31T10:15:30Z",
            "2021-11-20",
            "令和三年十一月二十日",
            "",
        ] {
            assert_eq!(point_in_time(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_is_ten_characters_and_no_more() {
        assert!(is_date("2021-11-20"));
        for text in [
            "20211120",
            "2021-11",
            "2021-11-20 ",
            "2021-1-20",
            "2021/11/20",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
