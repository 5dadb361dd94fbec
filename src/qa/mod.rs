//! Sample sets: read them, score what came of it, report.
//!
//! ```text
//!  folder ──▶ SampleSet ──▶ (a reader, elsewhere) ──▶ StillResult, SequenceResult
//!                                                         │
//!                                                       Score ──▶ judge ──▶ pass or fail
//!                                                         └─────▶ Summary (JSON), report (HTML)
//! ```
//!
//! Scores, findings and the report are pure functions of the results; threads, clocks and
//! progress bars are the caller's.

mod confusion;
mod crop;
mod finding;
mod report;
mod results;
mod sample_set;
mod score;
mod sequence;
mod summary;

pub use confusion::Confusion;
pub use crop::crop;
pub use finding::{Baseline, Demands, Finding, findings};
pub use report::{Report, render};
pub use results::{SequenceResult, StillResult};
pub use sample_set::{
    Expected, LineProblem, SampleSet, SampleSetError, Sequence, Still, Truth, WrongLine,
    parse_manifest, parse_truth,
};
pub use score::{ConditionScore, Grade, Score, Share, Times};
pub use sequence::SequenceScore;
pub use summary::Summary;
