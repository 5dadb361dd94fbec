//! Delivery to the record API: at least once on the wire, exactly once in effect.
//!
//! ```text
//!           ┌──────────── plan (pure): what, how, in which order ◀─────────────┐
//!           ▼                                                                  │
//!  outbox ─▶ claim ─▶ bundle ─▶ transport ─▶ outcome (one table) ─▶ acknowledge ┤
//!           COMMIT             HTTP over TLS                       COMMIT       │
//!           └──────────── retry (pure): when again, how many at once ◀─────────┘
//! ```
//!
//! | file | what it decides or does |
//! |---|---|
//! | `plan` | which entries can go out now, as what; what waits for what |
//! | `bundle` | the batch as it is sent; whether what the server has is what was sent |
//! | `outcome` | what every possible answer means |
//! | `retry` | full jitter, `Retry-After`, circuit, batch size |
//! | `told` | what a server told of one entry, taken apart again |
//! | `why` | why something was not delivered, in words |
//! | `api`, `enrol` | discovery, tokens (SMART Backend Services), enrolment |
//! | `transport`, `http` | one request and its answer |
//! | `outbox` | the station's side: what is claimed, what became of it |
//! | `delivery` | the loop that ties them |
//! | `doubt` | answers that are looked into |
//!
//! Nothing is ever overwritten or deleted without the server's receipt, and no clock is relied
//! on: attempts are counted, waits run on the monotonic clock.

mod api;
mod bundle;
mod delivery;
mod doubt;
mod enrol;
mod http;
mod outbox;
mod outcome;
mod plan;
mod probe;
mod retry;
#[cfg(test)]
mod samples;
mod told;
mod transport;
mod why;
pub mod wire;

pub use api::{Api, CLOCK_TOLERANCE, Credentials, Server, Trouble, discover, discover_at_any_time};
pub use bundle::{batch, request_entry, same};
pub use delivery::{Delivered, Delivery, DeliveryError, Progress, Waiting, Watch};
pub use enrol::{EnrolError, enrol, ensure_kind};
pub use http::{HttpTransport, Route, RouteError};
pub use outbox::Outbox;
pub use outcome::{EntryOutcome, Outcome, judge};
pub use plan::{Parcel, Plan, Step, Way, plan};
pub use probe::{Probe, SyncStep};
pub use retry::{Backoff, Next, Pace, retry, retry_asked};
pub use told::{Element, There, Told};
pub use transport::{Answer, Ask, Body, Failure, LONGEST_ANSWER, Transport};
pub use why::{CertificateProblem, Why};
