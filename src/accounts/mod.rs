//! Who works at the station, and what they may do.
//!
//! An [`Operator`] signs in with a PIN ([`Operator::try_pin`]) and gets a [`SignedIn`], which
//! opens the station's one [`Seat`]. What the role allows is looked up act by act
//! ([`authorise`]), for somebody who is signed in; an administrator's acts need a code from an
//! authenticator too.
//!
//! The room decides; it keeps nothing. Whoever calls [`Operator::try_pin`] or [`authorise`]
//! **saves the operator before telling the outcome**: the count of wrong tries is in there, and
//! a try that is told before it is counted could be had for nothing by pulling the plug.
//!
//! No credential is ever shown again: a PIN is kept as a hash, and the secret of an authenticator
//! leaves this room once, as a [`Provisioning`].

mod lockout;
mod operator;
mod pin;
mod role;
mod seat;
mod totp;
mod weakness;

pub use lockout::Tries;
pub use operator::{Authorised, Operator, OperatorName, Refusal, SignInError, SignedIn, authorise};
pub use pin::{ChosenPin, Cost, Pin, PinError, PinHash, PinHashError};
pub use role::{Act, Role, UnknownRole};
pub use seat::{Effect, Seat, SeatEvent, Transition};
pub use totp::{Provisioning, Totp, TotpError};
pub use weakness::Weakness;
