//! Everything a screen draws, at one moment.

use super::checks::Machine;
use crate::desk::{Snapshot, Sound};
use crate::intake::Session;
use crate::station::{People, Queue};
use crate::store::CopyState;
use crate::sync::Waiting;
use crate::text::Bilingual;

/// How the camera stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum CameraState {
    /// Nothing was seen yet.
    #[default]
    Starting,
    /// It delivers.
    Looking,
    /// It delivers no more, and is being opened again; why.
    Lost(Bilingual),
    /// It will not come back by itself; why.
    Failed(Bilingual),
}

/// How the delivery stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum DeliveryState {
    /// Nothing was heard of it yet.
    #[default]
    Quiet,
    /// The last batch arrived.
    Delivered,
    /// Nothing can be sent just now; it is tried again.
    Waiting(Waiting),
    /// Nothing is sent until somebody does something.
    Halted(Bilingual),
}

/// One sentence about what just happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Counted from the start of the program, so that the same words twice are two notices.
    pub number: u64,
    /// What to tell.
    pub words: Bilingual,
}

/// What a screen draws.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The desk.
    pub desk: Snapshot,
    /// Who works here, and who sits here.
    pub people: People,
    /// The camera.
    pub camera: CameraState,
    /// What is not as it should be with camera and mount, newest last.
    pub warnings: Vec<Bilingual>,
    /// The delivery.
    pub delivery: DeliveryState,
    /// What waits to be delivered.
    pub queue: Queue,
    /// How the second copy stands.
    pub copy: Option<CopyState>,
    /// What was told last.
    pub notice: Option<Notice>,
    /// The last sound, and which one it was since the start.
    pub sound: Option<(u64, Sound)>,
    /// The session of the card that was seen last, and the characters that staff compare.
    pub card: Option<(Session, String)>,
    /// What the tablet says of itself.
    pub machine: Machine,
    /// The seal of the day that was closed last.
    pub seal: Option<String>,
}
