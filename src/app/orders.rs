//! What people do on the screen, on its way to the station.

use std::sync::mpsc::Sender;

use crate::camera::Turn;
use crate::desk::Input;
use crate::station::Command;

/// The ways from the screen to the station. Whoever is gone gets nothing: the window is about to
/// close then.
#[derive(Debug, Clone)]
pub struct Orders {
    /// To the station.
    pub station: Sender<Command>,
    /// To the practice table, where there is one.
    pub practice: Option<Sender<Turn>>,
}

impl Orders {
    /// Something at the desk.
    pub fn desk(&self, input: Input) {
        self.command(Command::Desk(input));
    }

    /// Something at the station.
    pub fn command(&self, command: Command) {
        let _ = self.station.send(command);
    }

    /// Something at the practice table.
    pub fn practice(&self, turn: Turn) {
        if let Some(practice) = &self.practice {
            let _ = practice.send(turn);
        }
    }
}
