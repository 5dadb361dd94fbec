//! How a delivery comes on, as objects for programs.

use serde_json::{Value, json};

use crate::sync::Progress;
use crate::text::Language;

/// One object a step.
pub(super) fn object(progress: &Progress) -> Value {
    match progress {
        Progress::Batch { delivered, again } => {
            json!({"event": "delivered", "records": delivered, "again": again})
        }
        Progress::Refused {
            record,
            about,
            words,
        } => json!({
            "event": "rejected", "record_id": record.to_string(), "about": about, "detail": words,
        }),
        Progress::Conflict {
            record,
            about,
            words,
        } => json!({
            "event": "conflict", "record_id": record.to_string(), "about": about, "detail": words,
        }),
        Progress::Waiting(waiting) => {
            let words = waiting.why.words();
            json!({
                "event": "waiting", "why": waiting.why.code(),
                "seconds": waiting.wait.as_secs_f64(), "failures": waiting.failures,
                "ja": words.in_language(Language::Japanese),
                "en": words.in_language(Language::English),
            })
        }
    }
}
