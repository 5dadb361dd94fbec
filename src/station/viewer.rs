//! Whoever looks on while a station runs, such as a screen: what the camera sees, and how the
//! station stands.

use super::core::Station;
use crate::optics::Frame;
use crate::reading::Observation;

/// Looks on from the station's threads. Neither may wait: the station waits with it.
pub trait Viewer: Sync {
    /// The camera saw this frame, and this in it; in the looking thread.
    fn picture(&self, frame: &Frame, observation: &Observation);

    /// The station took something in, or a second has passed; in the station's thread.
    fn station(&self, station: &mut Station<'_>);
}

/// Nobody looks on.
#[derive(Debug, Clone, Copy)]
pub struct Unseen;

impl Viewer for Unseen {
    fn picture(&self, _: &Frame, _: &Observation) {}

    fn station(&self, _: &mut Station<'_>) {}
}
