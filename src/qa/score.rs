//! The score of a set. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::confusion::Confusion;
use super::results::{SequenceResult, StillResult};
use super::sample_set::{Expected, SampleSet};
use super::sequence::SequenceScore;
use crate::reading::{Verdict, WitnessKind};

/// How a picture's verdict compares with what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// The expected number was accepted.
    Right,
    /// Nothing was to be accepted, and nothing was.
    Held,
    /// A readable number was left to a person.
    Missed,
    /// A false accept: another number than the expected one, or one where none was due.
    Wrong,
}

impl Grade {
    /// The grade of `verdict`.
    pub fn of(expected: Expected, verdict: &Verdict) -> Self {
        match (expected, verdict.number()) {
            (Expected::Read(number), Some(accepted)) if accepted == number => Self::Right,
            (_, Some(_)) => Self::Wrong,
            (Expected::Read(_), None) => Self::Missed,
            (Expected::Refuse, None) => Self::Held,
        }
    }
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Share {
    /// How many are as they should be.
    pub right: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    /// 0–1; `None` of nothing.
    pub fn rate(self) -> Option<f64> {
        (self.of > 0).then(|| self.right as f64 / self.of as f64)
    }
}

/// The pictures of one condition that are expected to be read, or of those that are not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionScore {
    /// The condition's name in the manifest.
    pub condition: String,
    /// Whether numbers are to be accepted.
    pub to_be_read: bool,
    /// Pictures that came out as expected.
    pub right: usize,
    /// Readable numbers that were left to a person.
    pub missed: usize,
    /// False accepts.
    pub wrong: usize,
}

impl ConditionScore {
    fn new((to_be_refused, condition): (bool, &str)) -> Self {
        Self {
            condition: condition.to_owned(),
            to_be_read: !to_be_refused,
            right: 0,
            missed: 0,
            wrong: 0,
        }
    }

    fn add(&mut self, grade: Grade) {
        match grade {
            Grade::Right | Grade::Held => self.right += 1,
            Grade::Missed => self.missed += 1,
            Grade::Wrong => self.wrong += 1,
        }
    }

    /// How many of the condition's pictures came out as expected.
    pub fn share(&self) -> Share {
        Share {
            right: self.right,
            of: self.right + self.missed + self.wrong,
        }
    }
}

/// Time for each picture, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Times {
    /// Half of the pictures took at most this long.
    pub median: f64,
    /// 95 % of the pictures took at most this long.
    pub p95: f64,
    /// The slowest one.
    pub longest: f64,
}

impl Times {
    /// Nearest-rank percentiles of `elapsed`, in any order.
    fn of(mut elapsed: Vec<f64>) -> Self {
        elapsed.sort_by(f64::total_cmp);
        let rank = |share: f64| {
            let index = (share * elapsed.len() as f64).ceil() as usize;
            elapsed.get(index.saturating_sub(1)).copied().unwrap_or(0.0)
        };
        Self {
            median: rank(0.5),
            p95: rank(0.95),
            longest: rank(1.0),
        }
    }
}

/// The score of a set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Readable pictures whose number was accepted.
    pub read: Share,
    /// Pictures not to be accepted that were not.
    pub refuse: Share,
    /// Files of which a wrong number was accepted.
    pub false_accepts: Vec<String>,
    /// By condition: first those to be read, each in order of the names.
    pub conditions: Vec<ConditionScore>,
    /// By sequence.
    pub sequences: Vec<SequenceScore>,
    /// For each kind of witness, which digit it took for which.
    pub confusion: BTreeMap<WitnessKind, Confusion>,
    /// Why readable numbers were not accepted, by reason.
    pub missed_because: BTreeMap<&'static str, usize>,
    /// Time for each picture.
    pub time_ms: Times,
}

impl Score {
    /// Scores the results of a set; `stills` and `sequences` are in the set's order.
    pub fn of(set: &SampleSet, stills: &[StillResult], sequences: &[SequenceResult]) -> Self {
        let mut score = Self {
            read: Share::default(),
            refuse: Share::default(),
            false_accepts: Vec::new(),
            conditions: Vec::new(),
            sequences: (set.sequences.iter().zip(sequences))
                .map(|(sequence, result)| SequenceScore::of(sequence, result))
                .collect(),
            confusion: BTreeMap::new(),
            missed_because: BTreeMap::new(),
            time_ms: Times::of(stills.iter().map(|result| result.elapsed_ms).collect()),
        };
        let mut conditions = BTreeMap::<(bool, &str), ConditionScore>::new();
        for (still, result) in set.stills.iter().zip(stills) {
            let grade = Grade::of(still.expected, &result.verdict);
            let key = (still.expected == Expected::Refuse, still.condition.as_str());
            let condition = conditions
                .entry(key)
                .or_insert_with(|| ConditionScore::new(key));
            condition.add(grade);
            score.add(still.expected, grade, result);
            if grade == Grade::Wrong {
                score.false_accepts.push(still.file.clone());
            }
        }
        score.conditions = conditions.into_values().collect();
        score
    }

    fn add(&mut self, expected: Expected, grade: Grade, result: &StillResult) {
        let Expected::Read(number) = expected else {
            self.refuse.of += 1;
            self.refuse.right += usize::from(grade == Grade::Held);
            return;
        };
        self.read.of += 1;
        self.read.right += usize::from(grade == Grade::Right);
        for witness in &result.witnesses {
            let confusion = self.confusion.entry(witness.kind).or_default();
            confusion.add(number, &witness.digits);
        }
        if grade == Grade::Missed {
            for reason in result.verdict.reasons() {
                *self.missed_because.entry(reason.id()).or_default() += 1;
            }
        }
    }

    /// Numbers accepted that were not due, in pictures and sequences.
    pub fn wrong(&self) -> usize {
        self.false_accepts.len() + self.sequences.iter().map(|s| s.wrong).sum::<usize>()
    }

    /// Numbers of sequences told once too often.
    pub fn repeats(&self) -> usize {
        self.sequences.iter().map(|s| s.repeats).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::sample_set::Still;
    use super::*;
    use crate::reading::{Pattern, Reason, Witness};
    use crate::voucher::VoucherNumber;

    fn number(text: &str) -> VoucherNumber {
        text.parse().unwrap()
    }

    fn result(verdict: Verdict) -> StillResult {
        StillResult {
            verdict,
            witnesses: vec![Witness {
                kind: WitnessKind::Nw7,
                digits: Pattern::at(8, &[0, 0, 1, 2, 3, 4, 5, 6, 7, 9]),
                confidence: None,
                sure: true,
            }],
            quality: None,
            elapsed_ms: 10.0,
            picture: None,
        }
    }

    fn accepted(text: &str) -> StillResult {
        result(Verdict::Accepted(number(text)))
    }

    fn review() -> StillResult {
        result(Verdict::Review {
            candidate: Pattern::SILENT,
            reasons: vec![Reason::TooFewWitnesses],
        })
    }

    fn refused() -> StillResult {
        result(Verdict::Refused {
            reasons: vec![Reason::NoVoucher],
        })
    }

    const NUMBER: &str = "211310160012345678";
    const OTHER: &str = "211310160012345679";

    fn score(samples: &[(Option<&str>, &str, StillResult)]) -> Score {
        let stills = (samples.iter().enumerate())
            .map(|(i, (expected, condition, _))| Still {
                file: format!("{i}.png"),
                expected: expected.map_or(Expected::Refuse, |n| Expected::Read(number(n))),
                condition: (*condition).to_owned(),
            })
            .collect();
        let set = SampleSet {
            folder: PathBuf::new(),
            stills,
            sequences: Vec::new(),
        };
        let results: Vec<_> = samples
            .iter()
            .map(|(_, _, result)| result.clone())
            .collect();
        Score::of(&set, &results, &[])
    }

    #[test]
    fn another_number_than_expected_is_a_false_accept_and_so_is_one_where_none_is_due() {
        let score = score(&[
            (Some(NUMBER), "plain", accepted(NUMBER)),
            (Some(NUMBER), "plain", accepted(OTHER)),
            (None, "blank", accepted(NUMBER)),
        ]);
        assert_eq!(score.false_accepts, ["1.png", "2.png"]);
        assert_eq!(score.read, Share { right: 1, of: 2 });
        assert_eq!(score.refuse, Share { right: 0, of: 1 });
    }

    #[test]
    fn review_and_refused_both_satisfy_refuse_and_neither_satisfies_read() {
        let score = score(&[
            (None, "blank", review()),
            (None, "blank", refused()),
            (Some(NUMBER), "plain", review()),
            (Some(NUMBER), "plain", refused()),
        ]);
        assert_eq!(score.refuse, Share { right: 2, of: 2 });
        assert_eq!(score.read, Share { right: 0, of: 2 });
        assert_eq!(score.wrong(), 0);
        assert_eq!(score.missed_because["no_voucher"], 1);
    }

    #[test]
    fn conditions_are_counted_apart_those_to_be_read_first() {
        let score = score(&[
            (None, "a", refused()),
            (Some(NUMBER), "b", accepted(NUMBER)),
            (Some(NUMBER), "a", review()),
            (Some(NUMBER), "b", accepted(NUMBER)),
        ]);
        let names: Vec<_> = score
            .conditions
            .iter()
            .map(|c| c.condition.as_str())
            .collect();
        assert_eq!(names, ["a", "b", "a"]);
        assert_eq!(score.conditions[1].share(), Share { right: 2, of: 2 });
    }

    #[test]
    fn witnesses_are_compared_with_the_truth_where_there_is_one() {
        let score = score(&[(Some(NUMBER), "a", review()), (None, "blank", review())]);
        let confusion = &score.confusion[&WitnessKind::Nw7];
        assert_eq!((confusion.total(), confusion.count(8, 9)), (10, 1));
    }

    #[test]
    fn percentiles_are_those_of_a_picture_that_was_measured() {
        let times = Times::of((1..=100).rev().map(f64::from).collect());
        assert_eq!(
            (times.median, times.p95, times.longest),
            (50.0, 95.0, 100.0)
        );
        assert_eq!(Times::of(Vec::new()), Times::default());
    }
}
