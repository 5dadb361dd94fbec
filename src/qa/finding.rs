//! Does a set pass? What speaks against it. Pure.

use std::fmt;

use serde::Deserialize;

use super::score::{ConditionScore, Score, Share};
use super::sequence::SequenceScore;

/// What is demanded of a set.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// Least share of the readable pictures, and of the vouchers in sequences, that has to be
    /// accepted, 0–1.
    pub min_read: f64,
    /// An earlier score that must not be worsened.
    pub baseline: Option<Baseline>,
}

/// What of an earlier summary is compared. Times are not: they depend on the machine.
#[derive(Debug, Clone, Deserialize)]
pub struct Baseline {
    read: Share,
    refuse: Share,
    conditions: Vec<ConditionScore>,
    sequences: Vec<SequenceScore>,
}

/// Something that a set fails for.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// Wrong numbers were accepted.
    FalseAccepts(usize),
    /// Numbers of sequences were told once too often.
    Repeats(usize),
    /// Too few of the readable pictures were read.
    ReadRate {
        /// What was read.
        read: Share,
        /// The least share.
        least: f64,
    },
    /// Too few of the vouchers in sequences were read at their turn.
    SequenceRate {
        /// What was read.
        read: Share,
        /// The least share.
        least: f64,
    },
    /// Worse than the baseline.
    Worse {
        /// What: a condition, a sequence, or all.
        what: String,
        /// Then.
        before: Share,
        /// Now.
        now: Share,
    },
}

impl Finding {
    /// The finding in Japanese.
    pub fn japanese(&self) -> String {
        match self {
            Self::FalseAccepts(n) => format!("誤った番号を受理しました: {n}件"),
            Self::Repeats(n) => format!("同じ接種券を二度受理しました: {n}件"),
            Self::ReadRate { read, least } => {
                format!(
                    "読取率が基準に届きません: {} < {}",
                    percent(*read),
                    rate(*least)
                )
            }
            Self::SequenceRate { read, least } => format!(
                "連続撮影での読取が基準に届きません: {} < {}",
                counted(*read),
                rate(*least)
            ),
            Self::Worse { what, before, now } => format!(
                "前回より悪くなりました（{what}）: {} → {}",
                counted(*before),
                counted(*now)
            ),
        }
    }

    /// The finding in English.
    pub fn english(&self) -> String {
        match self {
            Self::FalseAccepts(n) => format!("wrong numbers accepted: {n}"),
            Self::Repeats(n) => format!("vouchers told twice: {n}"),
            Self::ReadRate { read, least } => {
                format!(
                    "read rate under the minimum: {} < {}",
                    percent(*read),
                    rate(*least)
                )
            }
            Self::SequenceRate { read, least } => format!(
                "vouchers read in sequences under the minimum: {} < {}",
                counted(*read),
                rate(*least)
            ),
            Self::Worse { what, before, now } => {
                format!(
                    "worse than the baseline ({what}): {} → {}",
                    counted(*before),
                    counted(*now)
                )
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {}", self.japanese(), self.english())
    }
}

fn percent(share: Share) -> String {
    share.rate().map_or_else(|| "–".to_owned(), rate)
}

fn rate(rate: f64) -> String {
    format!("{:.1} %", rate * 100.0)
}

fn counted(share: Share) -> String {
    format!("{}/{}", share.right, share.of)
}

/// Everything that speaks against `score`; nothing when the set passes.
pub fn findings(score: &Score, demands: &Demands) -> Vec<Finding> {
    let mut findings = Vec::new();
    if score.wrong() > 0 {
        findings.push(Finding::FalseAccepts(score.wrong()));
    }
    if score.repeats() > 0 {
        findings.push(Finding::Repeats(score.repeats()));
    }
    if score
        .read
        .rate()
        .is_some_and(|rate| rate < demands.min_read)
    {
        findings.push(Finding::ReadRate {
            read: score.read,
            least: demands.min_read,
        });
    }
    let played = score.sequences.iter().map(in_order);
    let played = played.fold(Share::default(), |all, one| Share {
        right: all.right + one.right,
        of: all.of + one.of,
    });
    if played.rate().is_some_and(|rate| rate < demands.min_read) {
        findings.push(Finding::SequenceRate {
            read: played,
            least: demands.min_read,
        });
    }
    if let Some(baseline) = &demands.baseline {
        findings.extend(baseline.worse(score));
    }
    findings
}

impl Baseline {
    /// What of `score` is worse than here. Conditions and sequences that only one of them has
    /// cannot be compared.
    fn worse(&self, score: &Score) -> Vec<Finding> {
        let totals = [
            ("read", self.read, score.read),
            ("refuse", self.refuse, score.refuse),
        ]
        .map(|(what, before, now)| (what.to_owned(), before, now));
        let conditions = self.conditions.iter().filter_map(|before| {
            let same = |now: &&ConditionScore| {
                now.condition == before.condition && now.to_be_read == before.to_be_read
            };
            let now = score.conditions.iter().find(same)?;
            Some((now.condition.clone(), before.share(), now.share()))
        });
        let sequences = self.sequences.iter().filter_map(|before| {
            let now = score.sequences.iter().find(|now| now.name == before.name)?;
            Some((now.name.clone(), in_order(before), in_order(now)))
        });
        (totals.into_iter().chain(conditions).chain(sequences))
            .filter(|(_, before, now)| now.rate() < before.rate())
            .map(|(what, before, now)| Finding::Worse { what, before, now })
            .collect()
    }
}

fn in_order(score: &SequenceScore) -> Share {
    Share {
        right: score.in_order,
        of: score.expected,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::score::Times;
    use super::*;

    fn condition(name: &str, right: usize, missed: usize) -> ConditionScore {
        ConditionScore {
            condition: name.to_owned(),
            to_be_read: true,
            right,
            missed,
            wrong: 0,
        }
    }

    fn score(conditions: Vec<ConditionScore>) -> Score {
        let right = conditions.iter().map(|c| c.right).sum();
        let of = conditions.iter().map(|c| c.right + c.missed).sum();
        Score {
            read: Share { right, of },
            refuse: Share::default(),
            false_accepts: Vec::new(),
            conditions,
            sequences: Vec::new(),
            confusion: BTreeMap::new(),
            missed_because: BTreeMap::new(),
            time_ms: Times::default(),
        }
    }

    fn baseline(score: &Score) -> Option<Baseline> {
        serde_json::from_value(serde_json::to_value(score).unwrap()).unwrap()
    }

    fn demands(min_read: f64, baseline: Option<Baseline>) -> Demands {
        Demands { min_read, baseline }
    }

    #[test]
    fn a_set_that_is_read_well_enough_passes() {
        let score = score(vec![condition("a", 99, 1)]);
        assert_eq!(findings(&score, &demands(0.99, None)), []);
    }

    #[test]
    fn one_false_accept_fails_whatever_the_rate() {
        let mut score = score(vec![condition("a", 100, 0)]);
        score.false_accepts.push("a.png".to_owned());
        assert_eq!(
            findings(&score, &Demands::default()),
            [Finding::FalseAccepts(1)]
        );
    }

    #[test]
    fn a_set_of_refusals_only_has_no_read_rate_to_fail_for() {
        assert_eq!(findings(&score(Vec::new()), &demands(0.99, None)), []);
    }

    #[test]
    fn too_few_read_fails() {
        let score = score(vec![condition("a", 9, 1)]);
        let found = findings(&score, &demands(0.99, None));
        assert_eq!(
            found[0].to_string(),
            "読取率が基準に届きません: 90.0 % < 99.0 % / read rate under the minimum: 90.0 % < 99.0 %"
        );
    }

    #[test]
    fn a_sequence_of_which_nothing_is_read_fails() {
        let played = Score {
            sequences: vec![SequenceScore {
                name: "S_000".to_owned(),
                expected: 3,
                in_order: 0,
                repeats: 0,
                wrong: 0,
            }],
            ..score(vec![condition("A", 100, 0)])
        };
        let found = findings(&played, &demands(0.85, None));
        assert!(
            matches!(found[..], [Finding::SequenceRate { .. }]),
            "{found:?}"
        );
        assert_eq!(findings(&played, &demands(0.0, None)), []);
    }

    #[test]
    fn one_condition_that_is_worse_fails_even_when_another_one_makes_up_for_it() {
        let before = score(vec![condition("a", 9, 1), condition("b", 9, 1)]);
        let now = score(vec![condition("a", 10, 0), condition("b", 8, 2)]);
        let found = findings(&now, &demands(0.0, baseline(&before)));
        assert!(matches!(&found[..], [Finding::Worse { what, .. }] if what == "b"));
    }

    #[test]
    fn the_same_as_the_baseline_and_a_new_condition_pass() {
        let before = score(vec![condition("a", 9, 1)]);
        let now = score(vec![condition("a", 9, 1), condition("new", 9, 1)]);
        assert_eq!(findings(&now, &demands(0.0, baseline(&before))), []);
    }
}
