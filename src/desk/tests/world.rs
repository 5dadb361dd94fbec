//! What surrounds a desk in its tests: a session, vouchers, and identities that count up.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use uuid::Uuid;

use crate::desk::*;
use crate::intake::*;
use crate::reading::{FrameId, Pattern, Presented, Verdict, Witness, WitnessKind};
use crate::text::Bilingual;
use crate::voucher::{TicketKindCodes, VoucherNumber};

pub(in crate::desk) const TODAY: Date = date(2021, 11, 20);

pub(in crate::desk) fn session() -> Session {
    session_in("after-shot")
}

pub(in crate::desk) fn session_in(mode: &str) -> Session {
    Session::parse(&format!(
        "version = 1\nconfirmed = true\nmode = \"{mode}\"\ndate = \"2021-11-20\"\nvenue = \"市民会館\"\n\
         doctor = \"山田 太郎\"\nproduct = \"comirnaty-12\"\nlot = \"FJ7489\"\n\
         ticket_kind = \"vaccination\"\noperator = \"clerk-01\"\n"
    ))
    .unwrap()
}
