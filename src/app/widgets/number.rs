//! A voucher's number, as people compare it: `2 1 · 131016 · 0012-345-678`.

use eframe::egui::{Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::app::theme::{self, MM};
use crate::reading::Pattern;

/// Digits after which a group ends, and what stands there.
const BREAKS: [(usize, &str); 5] = [(1, " "), (2, " · "), (8, " · "), (12, "-"), (15, "-")];

/// Room for the dot between two groups.
const DOT: f32 = 4.0 * MM;

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

/// A number of which some digits are not known; those are blank.
pub(in crate::app) fn grouped_pattern(pattern: &Pattern) -> String {
    let digit = |digit: &Option<u8>| digit.map_or('_', |digit| char::from(b'0' + digit));
    in_groups(pattern.0.iter().map(digit))
}

/// A number in digits that are 8 mm high. The face's middle dot is as wide as a kanji, so small
/// ones are painted instead.
pub(in crate::app) fn number(ui: &mut Ui, grouped: &str) -> Response {
    let font = theme::bold(theme::DIGITS);
    let ink = theme::PAPER.ink;
    let groups = grouped.split(" · ").map(|group| {
        ui.painter()
            .layout_no_wrap(group.to_owned(), font.clone(), ink)
    });
    let groups: Vec<_> = groups.collect();
    let width: f32 = groups.iter().map(|group| group.size().x + DOT).sum();
    let height = groups
        .iter()
        .map(|group| group.size().y)
        .fold(0.0, f32::max);
    let (area, response) = ui.allocate_exact_size(vec2(width - DOT, height), Sense::hover());
    let mut left = area.left();
    for (place, group) in groups.into_iter().enumerate() {
        if place > 0 {
            let middle = pos2(left - DOT / 2.0, area.center().y);
            ui.painter().circle_filled(middle, 0.7 * MM, ink);
        }
        let next = left + group.size().x + DOT;
        ui.painter().galley(pos2(left, area.top()), group, ink);
        left = next;
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, grouped));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voucher::VoucherNumber;

    #[test]
    fn what_is_not_known_of_a_number_is_blank() {
        let mut pattern = Pattern::SILENT;
        pattern.0[0] = Some(2);
        pattern.0[17] = Some(8);
        assert_eq!(grouped_pattern(&pattern), "2 _ · ______ · ____-___-__8");
    }

    #[test]
    fn a_number_that_is_known_whole_is_grouped_as_the_number_itself() {
        let number: VoucherNumber = "211310160012345678".parse().unwrap();
        let pattern = Pattern(number.digits().map(Some));
        assert_eq!(grouped_pattern(&pattern), number.grouped());
    }
}
