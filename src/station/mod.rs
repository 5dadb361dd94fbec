//! The station: the desk, the book, the camera and the delivery, running together.
//!
//! ```text
//!  camera ─▶ LiveReader ─▶ Watcher ─▶ Look ─┐                       ┌─▶ Event
//!            (its own thread)               ├─▶ Station ─▶ Desk ────┤
//!  commands of people ──────────────────────┘      ▲  │  (pure)     └─▶ Snapshot
//!                                                  │  ▼
//!  Delivery (its own thread) ◀── wakes ────────────┴─ Book (store)
//! ```
//!
//! [`Station`] is one thread's work: it takes in one thing at a time, carries out what the desk
//! asks for until nothing is left to do, and tells what happened. What is recorded is in the book,
//! durable, before anybody is told. Whatever the desk has to remember over a restart is kept before
//! anything else is done about it.
//!
//! | file | what it does |
//! |---|---|
//! | `watcher` | what a frame told, as the desk wants to hear it |
//! | `cutouts` | pictures of number and marks, for a person who checks a record |
//! | `book` | what the desk asks of the store |
//! | `acts` | what people did, as the audit log writes it |
//! | `core` | the station itself, in one thread |
//! | `event` | what it tells |
//! | `command` | what people do |
//! | `people` | who sits here, and what they may do |
//! | `queue` | what waits to be delivered |
//! | `report` | the day's report |
//! | `viewer` | whoever looks on, such as a screen |
//! | `card` | when to look for a session card, and what is told of one |
//! | `camera` | the thread that looks |
//! | `delivery` | the thread that delivers |
//! | `run` | all threads together |

mod acts;
mod book;
mod camera;
mod card;
mod command;
mod core;
mod cutouts;
mod delivery;
mod event;
mod people;
mod queue;
mod report;
mod run;
mod viewer;
mod watcher;

pub use book::Surroundings;
pub use camera::{CameraReport, Wanted, watch_camera};
pub use card::{OpenCard, OpenedCard};
pub use command::{Command, Enrolling};
pub use core::{Arrival, Look, Station};
pub use delivery::Courier;
pub use event::{Delay, Event};
pub use people::{People, Person};
pub use queue::{Conflict, Other, Queue};
pub use report::{DayReport, Tally};
pub use run::{Beside, Ending, Enrol, Listener, Until, run};
pub use viewer::{Unseen, Viewer};
pub use watcher::Watcher;
