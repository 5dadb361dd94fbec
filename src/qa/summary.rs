//! The JSON summary of a run: the score, and whether it passes.

use serde::Serialize;

use super::finding::Finding;
use super::score::Score;

/// What `summary.json` holds. It can be the baseline of a later run.
#[derive(Debug, Clone, Serialize)]
pub struct Summary<'a> {
    /// Version of this layout.
    pub version: u32,
    /// The set's folder as it was named.
    pub set: String,
    /// Whether nothing speaks against the set.
    pub passed: bool,
    /// What speaks against it, in English.
    pub findings: Vec<String>,
    /// Readable pictures accepted, 0–1.
    pub read_rate: Option<f64>,
    /// How many pictures were read at the same time; times grow with it.
    pub jobs: usize,
    /// The score.
    #[serde(flatten)]
    pub score: &'a Score,
}

impl<'a> Summary<'a> {
    /// The summary of a run.
    pub fn new(set: String, jobs: usize, score: &'a Score, findings: &[Finding]) -> Self {
        Self {
            version: 1,
            set,
            passed: findings.is_empty(),
            findings: findings.iter().map(Finding::english).collect(),
            read_rate: score.read.rate(),
            jobs,
            score,
        }
    }
}
