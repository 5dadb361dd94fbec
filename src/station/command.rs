//! What people do at a station.

use crate::accounts::Pin;
use crate::desk::Input;
use crate::intake::OperatorId;

/// One thing that a person does.
#[derive(Debug)]
pub enum Command {
    /// Something at the desk.
    Desk(Input),
    /// 今すぐ送信: what is queued is delivered now.
    Deliver,
    /// もう一度送る: the entry of this sequence number, which the server refused or that contradicts
    /// another, is queued again as it is.
    SendAgain(i64),
    /// Somebody gives their PIN: to sit down, to come back, or to take over.
    SignIn {
        /// Who.
        operator: OperatorId,
        /// Their PIN, as it was typed.
        pin: Pin,
    },
    /// Who sits here leaves.
    SignOut,
    /// Somebody touched the screen, which does not lock for a while.
    Touched,
}

impl From<Input> for Command {
    fn from(input: Input) -> Self {
        Self::Desk(input)
    }
}
