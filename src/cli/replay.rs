//! A folder of frames, played as a camera through the presentation.

use std::path::Path;
use std::time::Duration;

use crate::camera::{FrameSource as _, Grab, Replay};
use crate::reading::{Expectation, LiveReader, Outcome, Presented, Reader};

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
    let mut camera = Replay::lock_step(folder, fps)?;
    let mut live = LiveReader::new(reader, *expectation);
    let mut complete = true;
    while let Grab::Frame(frame) = camera.next(Duration::ZERO)? {
        let seen = live.see(&frame)?;
        complete &= seen.is_some();
        let outcomes = seen.map_or_else(Vec::new, |seen| seen.outcomes);
        ended(outcomes, &mut tell)?;
    }
    ended(live.end(), &mut tell)?;
    Ok(complete && camera.counts().dropped == 0)
}

/// Tells of the vouchers that were taken away.
fn ended(
    outcomes: impl IntoIterator<Item = Outcome>,
    tell: &mut impl FnMut(Presented) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for outcome in outcomes {
        if let Outcome::Ended(presented) = outcome {
            tell(presented)?;
        }
    }
    Ok(())
}
