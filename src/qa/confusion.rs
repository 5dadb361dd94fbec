//! Which digit was taken for which.

use serde::Serialize;

use crate::reading::Pattern;
use crate::voucher::VoucherNumber;

/// Counts of digits: rows are what is printed, columns what was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Confusion {
    counts: [[u64; 10]; 10],
}

impl Confusion {
    /// Counts every digit that a witness stated about a voucher with the number `truth`.
    pub fn add(&mut self, truth: VoucherNumber, stated: &Pattern) {
        for (&printed, read) in truth.digits().iter().zip(&stated.0) {
            if let Some(read) = read {
                self.counts[usize::from(printed)][usize::from(*read)] += 1;
            }
        }
    }

    /// How often `printed` was read as `read`.
    pub fn count(&self, printed: usize, read: usize) -> u64 {
        self.counts[printed][read]
    }

    /// How many digits were stated.
    pub fn total(&self) -> u64 {
        self.counts.iter().flatten().sum()
    }

    /// The confusions that occurred, `(printed, read, count)`, most frequent first.
    pub fn errors(&self) -> Vec<(usize, usize, u64)> {
        let mut errors: Vec<_> = (0..10)
            .flat_map(|printed| (0..10).map(move |read| (printed, read)))
            .filter(|(printed, read)| printed != read)
            .map(|(printed, read)| (printed, read, self.count(printed, read)))
            .filter(|(_, _, count)| *count > 0)
            .collect();
        errors.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
        errors
    }

    /// How many of the stated digits were wrong.
    pub fn wrong(&self) -> u64 {
        self.errors().iter().map(|(_, _, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_places_count_for_nothing_and_wrong_ones_are_found() {
        let truth: VoucherNumber = "211310160012345678".parse().unwrap();
        let mut confusion = Confusion::default();
        confusion.add(truth, &Pattern::at(8, &[0, 0, 4, 2, 3, 4, 5, 6, 7, 8]));
        confusion.add(truth, &Pattern::at(8, &[0, 0, 4, 2, 8, 4, 5, 6, 7, 8]));
        assert_eq!(confusion.total(), 20);
        assert_eq!(confusion.wrong(), 3);
        assert_eq!(confusion.errors(), [(1, 4, 2), (3, 8, 1)]);
    }
}
