//! What people do at a station.

use crate::desk::Input;

/// One thing that a person does.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Something at the desk.
    Desk(Input),
    /// 今すぐ送信: what is queued is delivered now.
    Deliver,
    /// もう一度送る: the entry of this sequence number, which the server refused or that contradicts
    /// another, is queued again as it is.
    SendAgain(i64),
}

impl From<Input> for Command {
    fn from(input: Input) -> Self {
        Self::Desk(input)
    }
}
