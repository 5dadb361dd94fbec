//! A folder of frames, played as a camera through the presentation.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use super::pictures;
use crate::optics::{Frame, FrameId, decode_still};
use crate::reading::{
    Expectation, Glance, Motion, Outcome, Presentation, Presented, Reader, Thumbnail, judge,
};

/// A folder of frames that cannot be played.
#[derive(Debug, thiserror::Error)]
#[error(
    "{folder}: フォルダを開けません。場所を確かめてください / the folder cannot be opened: check the path"
)]
pub(super) struct FolderError {
    folder: String,
    #[source]
    source: std::io::Error,
}

/// Plays a folder of frames in name order as a camera of `fps` frames a second.
pub(super) fn play(
    folder: &Path,
    fps: f64,
    reader: &Reader,
    expectation: &Expectation,
    mut tell: impl FnMut(Presented) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let frames = pictures::pictures_in(folder).map_err(|source| FolderError {
        folder: folder.display().to_string(),
        source,
    })?;
    let mut presentation = Presentation::new();
    let mut before: Option<Thumbnail> = None;
    for (i, path) in frames.iter().enumerate() {
        let bytes = std::fs::read(path).with_context(|| path.display().to_string())?;
        // A frame that cannot be decoded is a frame the camera dropped.
        let Ok(still) = decode_still(&bytes) else {
            continue;
        };
        let frame = Frame {
            id: FrameId(i as u64),
            at: Duration::from_secs_f64(i as f64 / fps),
            ..still
        };
        let thumbnail = Thumbnail::of(&frame.luma);
        let motion = thumbnail.motion_since(before.as_ref());
        let glance = look(reader, expectation, &frame, motion)?;
        before = Some(thumbnail);
        for outcome in presentation.see(&glance) {
            if let Outcome::Ended(presented) = outcome {
                tell(presented)?;
            }
        }
    }
    match presentation.end() {
        Some(Outcome::Ended(presented)) => tell(presented),
        _ => Ok(()),
    }
}

fn look(
    reader: &Reader,
    expectation: &Expectation,
    frame: &Frame,
    motion: Motion,
) -> anyhow::Result<Glance> {
    let observation = reader.observe(frame, expectation)?;
    Ok(Glance {
        frame: frame.id,
        at: frame.at,
        motion,
        occupied: observation.shows_voucher(),
        number_seen: observation.evidence.number_seen,
        verdict: judge(&observation.evidence, expectation),
    })
}
