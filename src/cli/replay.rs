//! A folder of frames, played as a camera through the presentation.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::pictures;
use crate::optics::{Frame, FrameId, decode_still};
use crate::reading::{
    Expectation, Glance, Outcome, Presentation, Presented, Reader, Thumbnail, contained,
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
/// A frame that cannot be read is one that the camera dropped; `false` when there
/// was any.
pub(super) fn play(
    folder: &Path,
    fps: f64,
    reader: &Reader,
    expectation: &Expectation,
    mut tell: impl FnMut(Presented) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    let frames = frames_of(folder).map_err(|source| FolderError {
        folder: folder.display().to_string(),
        source,
    })?;
    let mut complete = true;
    let mut presentation = Presentation::new(*expectation);
    let mut before: Option<Thumbnail> = None;
    for (i, path) in frames.iter().enumerate() {
        let still = pictures::read(path)
            .ok()
            .and_then(|bytes| contained(|| decode_still(&bytes)).and_then(Result::ok));
        let Some(still) = still else {
            complete = false;
            continue;
        };
        let frame = Frame {
            id: FrameId(i as u64),
            at: Duration::from_secs_f64(i as f64 / fps),
            ..still
        };
        let thumbnail = Thumbnail::of(&frame.luma);
        let motion = thumbnail.motion_since(before.as_ref());
        before = Some(thumbnail);
        let earlier = presentation.at_rest();
        let seen = contained(|| reader.observe(&frame, earlier, expectation));
        let Some(seen) = seen else {
            complete = false;
            continue;
        };
        let glance = Glance::of(&frame, motion, seen?);
        for outcome in presentation.see(&glance) {
            if let Outcome::Ended(presented) = outcome {
                tell(presented)?;
            }
        }
    }
    if let Some(Outcome::Ended(presented)) = presentation.end() {
        tell(presented)?;
    }
    Ok(complete)
}

/// The frames of a folder; one without frames is no sequence.
fn frames_of(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let frames = pictures::pictures_in(folder)?;
    if frames.is_empty() {
        return Err(std::io::ErrorKind::NotFound.into());
    }
    Ok(frames)
}
