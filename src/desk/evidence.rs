//! Who stands behind a number, as records carry it.

use crate::intake::Evidence;
use crate::reading::WitnessKind;

/// The word for a person in [`Evidence`].
const HAND: &str = "hand";

/// The words that the record API's extension `reading-evidence` has for witnesses; see
/// [`Evidence`].
fn word(kind: WitnessKind) -> &'static str {
    match kind {
        WitnessKind::Line => "line",
        WitnessKind::Qr => "qr",
        WitnessKind::Nw7 => "nw7",
        WitnessKind::PrintedNumber => "field-number",
        WitnessKind::PrintedMunicipality => "field-municipality",
        WitnessKind::Heading => "heading",
        WitnessKind::PrintedDose => "field-dose",
    }
}

/// These witnesses, each named once, and a person who typed the number so many times.
pub(super) fn evidence(witnesses: &[WitnessKind], by_hand: usize) -> Evidence {
    let mut kinds = witnesses.to_vec();
    kinds.sort();
    kinds.dedup();
    let words = kinds.into_iter().map(word);
    let hands = std::iter::repeat_n(HAND, by_hand);
    Evidence(words.chain(hands).collect::<Vec<_>>().join(","))
}

/// Nobody read a number: the voucher is to follow.
pub(super) fn none() -> Evidence {
    Evidence(HAND.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn witnesses_come_in_their_order_and_a_person_last() {
        let kinds = [WitnessKind::Nw7, WitnessKind::Line, WitnessKind::Nw7];
        assert_eq!(evidence(&kinds, 0).0, "line,nw7");
        assert_eq!(evidence(&[WitnessKind::Line], 1).0, "line,hand");
        assert_eq!(evidence(&[], 2).0, "hand,hand");
    }
}
