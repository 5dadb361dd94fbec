//! What people do at a station.

use std::fmt;

use zeroize::Zeroizing;

use crate::desk::Input;
use crate::intake::OperatorId;

/// A PIN as it is being typed, wiped when dropped and in no [`fmt::Debug`].
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TypedPin(pub Zeroizing<String>);

impl fmt::Debug for TypedPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedPin")
    }
}

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
    /// Somebody signs in, and takes over where another one sits.
    SignIn {
        /// Who.
        operator: OperatorId,
        /// Their PIN.
        pin: TypedPin,
    },
}

impl From<Input> for Command {
    fn from(input: Input) -> Self {
        Self::Desk(input)
    }
}
