//! What is printed on a vaccination voucher (接種券), as types.
//!
//! A voucher number has 18 digits, in this order:
//!
//! ```text
//!  2  1  131016  0012345678
//!  │  │  │       └ 券番号, the person's number within the municipality (10, no check digit)
//!  │  │  └──────── municipality code (6, the last one a check digit)
//!  │  └─────────── dose number (1)
//!  └────────────── ticket kind (1)
//! ```
//!
//! A [`VoucherNumber`] promises its *form* only: 18 decimal digits. Whether the municipality's
//! check digit fits ([`MunicipalityCode::is_valid`]), whether such a municipality issues vouchers
//! ([`municipality()`]) and what the ticket kind's digit means ([`TicketKindCodes`]) are separate
//! questions, because a reader asks them of numbers that it does not trust yet.
//!
//! The room is pure and uses no other room.
//!
//! ```
//! use uketsuke::voucher::{VoucherNumber, municipality};
//!
//! let number: VoucherNumber = "211310160012345678".parse()?;
//! assert!(number.municipality().is_valid());
//! assert_eq!(municipality(number.municipality()).map(|m| m.name), Some("千代田区"));
//! assert_eq!(number.masked(), "21131016********78");
//! # Ok::<(), uketsuke::voucher::DigitsError>(())
//! ```

mod digits;
mod municipality;
mod number;
mod ticket;

pub use digits::DigitsError;
pub use municipality::{MUNICIPALITIES, Municipality, MunicipalityCode, check_digit, municipality};
pub use number::{VoucherNumber, as_text};
pub use ticket::{DoseNumber, PersonalNumber, TicketKind, TicketKindCodes};
