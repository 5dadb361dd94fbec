//! The objects that `scan --jsonl` prints, field by field as agreed.

use serde::Serialize;

use crate::marks::{Mark, MarkKind};
use crate::ocr::DigitRun;
use crate::optics::{Quad, Quality};
use crate::reading::{Guidance, Observation, Presented, Reason, StillReading, Verdict, Witness};

/// One still picture.
#[derive(Serialize)]
pub struct StillObject<'a> {
    file: &'a str,
    status: &'static str,
    number: Option<String>,
    candidate: Option<String>,
    reasons: &'a [Reason],
    witnesses: &'a [Witness],
    quality: QualityObject,
    elapsed_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    marks: Option<Vec<MarkObject<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<LineObject>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guidance: Option<GuidanceObject>,
}

/// One voucher of a sequence.
#[derive(Serialize)]
pub struct SequenceObject<'a> {
    sequence: String,
    status: &'static str,
    number: Option<String>,
    candidate: Option<String>,
    reasons: &'a [Reason],
    first_frame: u64,
    decided_frame: Option<u64>,
    last_frame: u64,
}

#[derive(Serialize)]
struct QualityObject {
    focus: f64,
    glare: f64,
    exposure: f64,
    px_per_mm: Option<f64>,
}

#[derive(Serialize)]
struct MarkObject<'a> {
    kind: &'static str,
    text: &'a str,
    corners: [[f64; 2]; 4],
}

/// What would help to get the voucher read.
#[derive(Serialize)]
struct GuidanceObject {
    id: &'static str,
    /// Where, in frame pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<[f64; 2]>,
}

impl From<Guidance> for GuidanceObject {
    fn from(guidance: Guidance) -> Self {
        Self {
            id: guidance.id(),
            at: match guidance {
                Guidance::Glare(at) => Some([rounded(at.x.into(), 0), rounded(at.y.into(), 0)]),
                _ => None,
            },
        }
    }
}

#[derive(Serialize)]
struct LineObject {
    text: String,
    confidence: f64,
    corners: [[f64; 2]; 4],
}

impl<'a> StillObject<'a> {
    /// The object of a picture, `None` where it could not be opened; with `marks`,
    /// everything found in it.
    pub fn new(
        file: &'a str,
        reading: Option<&'a StillReading>,
        elapsed_ms: f64,
        marks: bool,
    ) -> Self {
        let verdict = reading.map(|reading| &reading.verdict);
        let seen = reading.and_then(|reading| reading.observation.as_ref().ok());
        Self {
            file,
            status: verdict.map_or("refused", Verdict::status),
            number: verdict.and_then(Verdict::number).map(|n| n.to_string()),
            candidate: verdict.and_then(candidate),
            reasons: verdict.map_or(&[Reason::UnreadableFile], Verdict::reasons),
            witnesses: seen.map_or(&[], |o| &o.evidence.witnesses),
            quality: seen.map_or_else(QualityObject::unknown, |o| (&o.quality).into()),
            elapsed_ms: rounded(elapsed_ms, 1),
            marks: marks.then(|| seen.map_or_else(Vec::new, mark_objects)),
            lines: marks.then(|| seen.map_or_else(Vec::new, line_objects)),
            guidance: (reading.filter(|_| marks))
                .and_then(StillReading::guidance)
                .map(GuidanceObject::from),
        }
    }
}

impl<'a> SequenceObject<'a> {
    /// The object of a voucher that was put down.
    pub fn new(sequence: String, presented: &'a Presented) -> Self {
        Self {
            sequence,
            status: presented.verdict.status(),
            number: presented.verdict.number().map(|n| n.to_string()),
            candidate: candidate(&presented.verdict),
            reasons: presented.verdict.reasons(),
            first_frame: presented.first.0,
            decided_frame: presented.decided.map(|frame| frame.0),
            last_frame: presented.last.0,
        }
    }
}

fn candidate(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Review { candidate, .. } => Some(candidate.to_string()),
        _ => None,
    }
}

impl QualityObject {
    /// Of a picture that could not be opened.
    fn unknown() -> Self {
        Self {
            focus: 0.0,
            glare: 0.0,
            exposure: 0.0,
            px_per_mm: None,
        }
    }
}

impl From<&Quality> for QualityObject {
    fn from(quality: &Quality) -> Self {
        Self {
            focus: rounded(quality.focus.into(), 3),
            glare: rounded(quality.glare.into(), 3),
            exposure: rounded(quality.exposure.into(), 3),
            px_per_mm: quality.px_per_mm.map(|v| rounded(v.into(), 2)),
        }
    }
}

fn mark_objects(seen: &Observation) -> Vec<MarkObject<'_>> {
    let object = |mark: &'_ Mark| -> [[f64; 2]; 4] { corners(&mark.corners) };
    (seen.sighting.marks.iter())
        .map(|mark| MarkObject {
            kind: match mark.kind {
                MarkKind::Nw7 => "nw7",
                MarkKind::Qr => "qr",
            },
            text: &mark.text,
            corners: object(mark),
        })
        .collect()
}

fn line_objects(seen: &Observation) -> Vec<LineObject> {
    (seen.sighting.runs.iter())
        .map(|run: &DigitRun| LineObject {
            text: run.text(),
            confidence: rounded(run.confidence().into(), 5),
            corners: corners(&run.area.corners()),
        })
        .collect()
}

fn corners(quad: &Quad) -> [[f64; 2]; 4] {
    quad.0
        .map(|p| [rounded(p.x.into(), 1), rounded(p.y.into(), 1)])
}

fn rounded(value: f64, places: i32) -> f64 {
    let scale = 10f64.powi(places);
    (value * scale).round() / scale
}
