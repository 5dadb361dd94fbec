//! What people do at a station.

use std::fmt;

use zeroize::Zeroizing;

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
    /// 端末の登録: the station is made known to a server.
    Enrol(Enrolling),
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

/// What is typed to make the station known to a server.
pub struct Enrolling {
    /// The server's address.
    pub server: String,
    /// The code that its administrator gave out; it works once.
    pub code: Zeroizing<String>,
    /// The code of the authenticator of who sits here; `None` where nobody signs in.
    pub authenticator: Option<Zeroizing<String>>,
}

impl fmt::Debug for Enrolling {
    /// Without the codes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_struct("Enrolling");
        told.field("server", &self.server).finish_non_exhaustive()
    }
}

impl From<Input> for Command {
    fn from(input: Input) -> Self {
        Self::Desk(input)
    }
}
