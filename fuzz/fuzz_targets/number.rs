//! Numbers: a text is one exactly when it has as many half-width digits as the paper, and what is
//! printed of a number is the number again.
#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use libfuzzer_sys::fuzz_target;
use uketsuke::voucher::{
    DigitsError, MunicipalityCode, PersonalNumber, VoucherNumber, check_digit, municipality,
};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Some(number) = parse::<VoucherNumber>(&text, VoucherNumber::LEN) {
        check_number(&number, &text);
    }
    if let Some(code) = parse::<MunicipalityCode>(&text, MunicipalityCode::LEN) {
        check_code(code);
    }
    if let Some(personal) = parse::<PersonalNumber>(&text, PersonalNumber::LEN) {
        check_masked(&personal, &personal.masked(), &text);
    }
    if let Some(digits) = bytes.first_chunk::<{ VoucherNumber::LEN }>() {
        check_values(*digits);
    }
});

/// Parses `text`, and holds success and error against what the text is.
fn parse<N>(text: &str, length: usize) -> Option<N>
where
    N: FromStr<Err = DigitsError> + Display,
{
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse::<N>() {
        Ok(number) => {
            assert!(digits && text.len() == length, "{text:?} is no number");
            assert_eq!(number.to_string(), text);
            Some(number)
        }
        Err(error) => {
            assert!(!digits || text.len() != length, "{text:?} was refused");
            check_error(error, text, length);
            None
        }
    }
}

/// The error tells the first place that is wrong, and not the number.
fn check_error(error: DigitsError, text: &str, length: usize) {
    let first_stray = text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit());
    let wanted = match first_stray {
        Some((index, found)) => DigitsError::NotADigit {
            position: index + 1,
            found,
        },
        None => DigitsError::Length {
            expected: length,
            found: text.len(),
        },
    };
    assert_eq!(error, wanted);
    if first_stray.is_none() && text.len() > 4 {
        assert!(
            !error.to_string().contains(text),
            "the message repeats the number"
        );
    }
}

fn check_number(number: &VoucherNumber, text: &str) {
    assert_eq!(VoucherNumber::from_digits(*number.digits()), Ok(*number));
    let (kind, dose) = (number.ticket_kind_digit(), number.dose());
    let parts = format!("{kind}{dose}{}{}", number.municipality(), number.personal());
    assert_eq!(parts, text, "the parts are not the whole");
    let grouped: String = number
        .grouped()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    assert_eq!(grouped, text, "the groups are not the whole");
    check_masked(number, &number.masked(), text);
}

/// Logs keep the person's first eight digits to themselves.
fn check_masked(number: &impl Debug, masked: &str, text: &str) {
    assert!(format!("{number:?}").contains(masked));
    let hidden = text.len() - 10..text.len() - 2;
    assert_eq!(masked.len(), text.len());
    assert_eq!(&masked[hidden.clone()], "********");
    assert_eq!(masked[..hidden.start], text[..hidden.start]);
    assert_eq!(masked[hidden.end..], text[hidden.end..]);
}

fn check_code(code: MunicipalityCode) {
    let [a, b, c, d, e, last] = *code.digits();
    let fitting = check_digit(&[a, b, c, d, e]);
    assert!(fitting <= 9);
    assert_eq!(code.is_valid(), fitting == last);
    let listed = municipality(code);
    assert!(listed.is_none_or(|m| m.code == code && code.is_valid()));
}

/// Values are digits from 0 to 9, and the first that is not is told by its place.
fn check_values(digits: [u8; VoucherNumber::LEN]) {
    let first_wrong = digits.iter().position(|&value| value > 9);
    let told = match VoucherNumber::from_digits(digits) {
        Ok(number) => {
            assert_eq!(number.to_string().parse(), Ok(number));
            None
        }
        Err(DigitsError::Value { position, found }) => {
            assert_eq!(digits[position - 1], found);
            Some(position - 1)
        }
        Err(other) => unreachable!("{other:?} of values"),
    };
    assert_eq!(told, first_wrong);
}
