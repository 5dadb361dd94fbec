//! A voucher's number, as people compare it: `2 1 · 131016 · 0012-345-678`.

use eframe::egui::{Label, Response, RichText, Ui};

use crate::app::theme;
use crate::reading::Pattern;
use crate::voucher::VoucherNumber;

/// Digits after which a group ends, and what stands there.
const BREAKS: [(usize, &str); 5] = [(1, " "), (2, " · "), (8, " · "), (12, "-"), (15, "-")];

/// The digits in groups.
fn in_groups(digits: impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    for (place, digit) in digits.enumerate() {
        if let Some((_, gap)) = BREAKS.iter().find(|(end, _)| *end == place) {
            text.push_str(gap);
        }
        text.push(digit);
    }
    text
}

/// A number in groups.
pub(in crate::app) fn grouped(number: &VoucherNumber) -> String {
    in_groups(number.to_string().chars())
}

/// A number of which some digits are not known; those are blank.
pub(in crate::app) fn grouped_pattern(pattern: &Pattern) -> String {
    let digit = |digit: &Option<u8>| digit.map_or('_', |digit| char::from(b'0' + digit));
    in_groups(pattern.0.iter().map(digit))
}

/// A number in digits that are 8 mm high.
pub(in crate::app) fn number(ui: &mut Ui, grouped: &str) -> Response {
    let text = RichText::new(grouped).font(theme::bold(theme::DIGITS));
    ui.add(Label::new(text).extend())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_grouped_as_it_is_printed() {
        let number: VoucherNumber = "211310160012345678".parse().unwrap();
        assert_eq!(grouped(&number), "2 1 · 131016 · 0012-345-678");
    }

    #[test]
    fn what_is_not_known_of_a_number_is_blank() {
        let mut pattern = Pattern::SILENT;
        pattern.0[0] = Some(2);
        pattern.0[17] = Some(8);
        assert_eq!(grouped_pattern(&pattern), "2 _ · ______ · ____-___-__8");
    }
}
