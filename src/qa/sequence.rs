//! Scoring a sequence: were the vouchers told once each, in the order they were put down?

use serde::{Deserialize, Serialize};

use super::results::SequenceResult;
use super::sample_set::{Sequence, Truth};

/// How the accepted numbers of a sequence compare with what was put down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SequenceScore {
    /// The sequence.
    pub name: String,
    /// Vouchers put down, a second time of the same one not counted.
    pub expected: usize,
    /// Of those, accepted at their turn.
    pub in_order: usize,
    /// Numbers accepted once more than their voucher was put down.
    pub repeats: usize,
    /// Numbers that were not due: another voucher's, or nobody's.
    pub wrong: usize,
}

impl SequenceScore {
    /// Compares the numbers of `result` with the truth of `sequence`.
    pub fn of(sequence: &Sequence, result: &SequenceResult) -> Self {
        let mut score = Self {
            name: sequence.name.clone(),
            expected: sequence.truth.iter().filter(|truth| !truth.again).count(),
            in_order: 0,
            repeats: 0,
            wrong: 0,
        };
        let mut open: &[Truth] = &sequence.truth;
        let mut last = None;
        for number in &result.accepted {
            // The same number twice in a row is the same voucher, unless the next one has it too.
            let again = last == Some(*number);
            match open.iter().position(|truth| truth.number == *number) {
                Some(at) if at == 0 || !again => {
                    score.in_order += usize::from(!open[at].again);
                    open = &open[at + 1..];
                }
                _ if again => score.repeats += 1,
                _ => score.wrong += 1,
            }
            last = Some(*number);
        }
        score
    }

    /// Vouchers that were not accepted at their turn.
    pub fn missed(&self) -> usize {
        self.expected - self.in_order
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::voucher::VoucherNumber;

    fn number(digit: char) -> VoucherNumber {
        format!("21131016000000000{digit}").parse().unwrap()
    }

    /// `truth`: one digit a voucher, `'` after it for the same one again; `told`: one digit a number.
    fn score(truth: &str, told: &str) -> (usize, usize, usize, usize) {
        let again = |i: usize| truth[i + 1..].starts_with('\'');
        let sequence = Sequence {
            name: "desk".to_owned(),
            folder: PathBuf::new(),
            truth: (truth.char_indices())
                .filter(|(_, c)| c.is_ascii_digit())
                .map(|(i, c)| (number(c), again(i)))
                .map(|(number, again)| Truth { number, again })
                .collect(),
        };
        let result = SequenceResult {
            accepted: told.chars().map(number).collect(),
            undecided: Vec::new(),
        };
        let score = SequenceScore::of(&sequence, &result);
        (score.expected, score.in_order, score.repeats, score.wrong)
    }

    #[test]
    fn every_voucher_at_its_turn_is_right() {
        assert_eq!(score("123", "123"), (3, 3, 0, 0));
    }

    #[test]
    fn a_missed_voucher_does_not_spoil_the_next_one() {
        assert_eq!(score("123", "13"), (3, 2, 0, 0));
        assert_eq!(score("123", ""), (3, 0, 0, 0));
    }

    #[test]
    fn telling_a_voucher_again_is_a_repeat_unless_it_was_put_down_again() {
        assert_eq!(score("123", "1123"), (3, 3, 1, 0));
        assert_eq!(score("11'2", "112"), (2, 2, 0, 0));
        assert_eq!(score("11'2", "12"), (2, 2, 0, 0));
        assert_eq!(score("11'2", "1112"), (2, 2, 1, 0));
    }

    #[test]
    fn a_number_of_nobody_or_of_an_earlier_voucher_is_wrong() {
        assert_eq!(score("123", "1923"), (3, 3, 0, 1));
        assert_eq!(score("123", "1213"), (3, 3, 0, 1));
    }

    #[test]
    fn the_same_person_may_come_back_later() {
        assert_eq!(score("121", "121"), (3, 3, 0, 0));
        assert_eq!(score("121", "1121"), (3, 3, 1, 0));
    }
}
