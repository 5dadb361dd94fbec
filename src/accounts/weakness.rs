//! What makes a PIN easy to guess. Pure, over digit values.

use thiserror::Error;

/// Why a PIN would be among the first that somebody tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Weakness {
    /// It is or holds a date, written in the given way.
    #[error("日付（{0}）になっています / it is a date ({0})")]
    Date(&'static str),
    /// 123456, 654321, 112233.
    #[error("順番に並んでいます / it is a run of digits")]
    Run,
    /// 111111, 121212, 123123.
    #[error("同じ並びの繰り返しです / it repeats itself")]
    Repeats,
    /// Fewer than four different digits, such as 112211.
    #[error("数字が4種類未満です / it has fewer than four different digits")]
    FewDigits,
    /// The digits of the operator's own id.
    #[error("職員番号の数字が入っています / it has the digits of the operator's id")]
    OperatorId,
}

/// Digits of an id that are too few to give a PIN away.
const SHORT_ID: usize = 3;

/// The first weakness of `pin`, whose owner's id has the digits `id`.
pub(super) fn weakness(pin: &[u8], id: &[u8]) -> Option<Weakness> {
    if repeats(pin) {
        Some(Weakness::Repeats)
    } else if is_run(pin) {
        Some(Weakness::Run)
    } else if different(pin) < 4 {
        Some(Weakness::FewDigits)
    } else if id.len() > SHORT_ID && (holds(pin, id) || holds(id, pin)) {
        Some(Weakness::OperatorId)
    } else {
        date(pin).map(Weakness::Date)
    }
}

/// Every step is one up, or every step is one down (9 and 0 are neighbours); digits may be
/// doubled.
fn is_run(pin: &[u8]) -> bool {
    let steps = || pin.windows(2).filter(|pair| pair[0] != pair[1]);
    let all_steps = |step| steps().all(|pair| (pair[0] + step) % 10 == pair[1]);
    all_steps(1) || all_steps(9)
}

/// A first part of at most half the length (rounded up), over and over.
fn repeats(pin: &[u8]) -> bool {
    (1..=pin.len().div_ceil(2)).any(|part| pin.iter().zip(&pin[part..]).all(|(a, b)| a == b))
}

fn different(pin: &[u8]) -> usize {
    (0..10).filter(|digit| pin.contains(digit)).count()
}

fn holds(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

/// The way in which a PIN is a date, its parts in any order.
///
/// Eight digits that are a date are found anywhere. Six digits are, in any year, a date in one of
/// six cases by chance, so they count only where at most two other digits stand beside them:
/// with more, the date is no longer most of the secret.
fn date(pin: &[u8]) -> Option<&'static str> {
    let long = pin.windows(8).find_map(long_date);
    let short = || pin.windows(6).find_map(short_date);
    long.or_else(|| if pin.len() <= 8 { short() } else { None })
}

/// Eight digits with a year of our time.
fn long_date(digits: &[u8]) -> Option<&'static str> {
    let part = |from: usize, to: usize| number(&digits[from..to]);
    let (first, last) = (part(0, 2), part(6, 8));
    let form = |year: u32, one: u32, two: u32, forms: [&'static str; 2]| {
        let recent = (1900..2100).contains(&year);
        recent.then(|| day_form(one, two, forms)).flatten()
    };
    form(part(0, 4), part(4, 6), last, ["YYYYMMDD", "YYYYDDMM"])
        .or_else(|| form(part(4, 8), first, part(2, 4), ["MMDDYYYY", "DDMMYYYY"]))
        .or_else(|| form(part(2, 6), first, last, ["MMYYYYDD", "DDYYYYMM"]))
}

/// Two digits of a year are any year, of whichever era.
fn short_date(digits: &[u8]) -> Option<&'static str> {
    let part = |from: usize| number(&digits[from..from + 2]);
    let (first, second, third) = (part(0), part(2), part(4));
    day_form(second, third, ["YYMMDD", "YYDDMM"])
        .or_else(|| day_form(first, second, ["MMDDYY", "DDMMYY"]))
        .or_else(|| day_form(first, third, ["MMYYDD", "DDYYMM"]))
}

/// The first of `forms` where `one` is the month and `two` the day, the second where it is the
/// other way round.
fn day_form(one: u32, two: u32, forms: [&'static str; 2]) -> Option<&'static str> {
    if is_day(one, two) {
        Some(forms[0])
    } else if is_day(two, one) {
        Some(forms[1])
    } else {
        None
    }
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |n, digit| n * 10 + u32::from(*digit))
}

/// Whether some year has such a day.
fn is_day(month: u32, day: u32) -> bool {
    let last = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pin: &str, id: &str) -> Option<Weakness> {
        let digits = |text: &str| text.bytes().map(|b| b - b'0').collect::<Vec<_>>();
        weakness(&digits(pin), &digits(id))
    }

    #[test]
    fn runs_are_seen_up_and_down_doubled_and_across_zero() {
        for pin in [
            "123456",
            "654321",
            "112233",
            "890123",
            "210987",
            "1122334455",
        ] {
            assert_eq!(of(pin, ""), Some(Weakness::Run), "{pin}");
        }
        assert_eq!(of("135792", ""), None);
    }

    #[test]
    fn repetitions_are_seen_whatever_their_length() {
        for pin in [
            "111111",
            "121212",
            "482482",
            "4829482",
            "58205820",
            "58371583715",
        ] {
            assert_eq!(of(pin, ""), Some(Weakness::Repeats), "{pin}");
        }
        assert_eq!(of("482582", ""), None);
    }

    #[test]
    fn three_different_digits_are_too_few() {
        assert_eq!(of("595795", ""), Some(Weakness::FewDigits));
        assert_eq!(of("595798", ""), None);
    }

    #[test]
    fn dates_are_refused_in_every_order() {
        for (pin, form) in [
            ("650512", "YYMMDD"),
            ("051265", "MMDDYY"),
            ("310565", "DDMMYY"),
            ("653105", "YYDDMM"),
            ("056531", "MMYYDD"),
            ("316505", "DDYYMM"),
            ("960229", "YYMMDD"),
            ("19650512", "YYYYMMDD"),
            ("05121965", "MMDDYYYY"),
            ("31051965", "DDMMYYYY"),
            ("19653105", "YYYYDDMM"),
            ("05196531", "MMYYYYDD"),
            ("31196505", "DDYYYYMM"),
            ("3400512", "YYMMDD"),
            ("65051273", "YYMMDD"),
            ("731965051284", "YYYYMMDD"),
        ] {
            assert_eq!(of(pin, ""), Some(Weakness::Date(form)), "{pin}");
        }
    }

    #[test]
    fn what_no_calendar_has_is_no_date() {
        for pin in ["659352", "960230", "960431", "19651332", "936505128"] {
            assert_eq!(of(pin, ""), None, "{pin}");
        }
    }

    #[test]
    fn the_digits_of_the_own_id_are_no_secret() {
        assert_eq!(of("420417", "20417"), Some(Weakness::OperatorId));
        assert_eq!(of("729416", "57294168"), Some(Weakness::OperatorId));
        assert_eq!(of("729401", "01"), None);
    }

    #[test]
    fn most_pins_stay_free() {
        let digits = |n: u32| {
            (0..6)
                .map(|i| (n / 10u32.pow(i) % 10) as u8)
                .collect::<Vec<_>>()
        };
        let free = (0..1_000_000)
            .filter(|n| weakness(&digits(*n), &[]).is_none())
            .count();
        assert!(free > 790_000, "{free}");
    }
}
