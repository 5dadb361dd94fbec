//! What people do at a station.

use crate::desk::Input;

/// One thing that a person does.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Something at the desk.
    Desk(Input),
    /// 今すぐ送信: what is queued is delivered now.
    Deliver,
}

impl From<Input> for Command {
    fn from(input: Input) -> Self {
        Self::Desk(input)
    }
}
