//! All threads of a station together: they end when they should, and one that fails is told.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use uketsuke::camera::{CameraError, Counts, FrameSource, Grab};
use uketsuke::clock::SystemClock;
use uketsuke::desk::Input;
use uketsuke::reading::Reader;
use uketsuke::sandbox::{Sandbox, Settings};
use uketsuke::station::{Beside, Courier, Event, Station, Unseen, Until, run};
use uketsuke::sync::Progress;
use uketsuke::text::Bilingual;

use crate::site::Tablet;
use crate::world::{Sight, Table, VirtualClock, number, open, session};

/// A camera without a frame.
struct Dark {
    panics: bool,
}

impl FrameSource for Dark {
    fn next(&mut self, _: Duration) -> Result<Grab, CameraError> {
        assert!(!self.panics, "a driver does");
        Ok(Grab::Nothing)
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn counts(&self) -> Counts {
        Counts::default()
    }
}

/// A station whose commands have ended, beside which somebody may deliver.
fn beside<'a>(source: Dark, clock: &'a VirtualClock, hired: Receiver<Courier<'a>>) -> Beside<'a> {
    Beside {
        source: Box::new(source),
        reader: Reader::new().expect("the models"),
        mount: None,
        cards: Box::new(|_| Err(Bilingual::new("", ""))),
        clock,
        courier: None,
        hired,
        commands: channel().1,
        viewer: &Unseen,
        enrol: None,
    }
}

/// What is told of a station whose commands have ended, or whose camera has.
fn told(panics: bool, until: Until) -> Vec<Event> {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut station = open(&folder.path().join("tablet"), &clock);
    let beside = beside(Dark { panics }, &clock, channel().1);
    heard(&mut station, beside, until)
}

fn heard(station: &mut Station<'_>, beside: Beside<'_>, until: Until) -> Vec<Event> {
    let mut told = Vec::new();
    run(station, beside, until, &mut |event, _| {
        told.push(event.clone());
        ControlFlow::Continue(())
    })
    .expect("threads");
    told
}

#[test]
fn a_station_that_is_enrolled_while_it_runs_delivers_from_then_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let tablet = folder.path().join("tablet");
    let server = Sandbox::start(Settings::new(folder.path().join("server"))).expect("a server");
    let (clock, now) = (VirtualClock::at_the_start(), SystemClock::start());
    let mut station = open(&tablet, &clock);
    station.tell(Input::ConfirmSession(session()));
    Table::default().show_for(3, Sight::Read(number(1)), &mut station, &clock);

    let mut enrolled = Tablet::open(&tablet);
    enrolled.enrol(server.url(), &server.next_code().expect("a code"), None);
    let (hire, hired) = channel();
    hire.send(enrolled.courier(&tablet, &now)).expect("hired");
    let told = heard(
        &mut station,
        beside(Dark { panics: false }, &clock, hired),
        Until::CommandsEnd,
    );
    assert_eq!(told[0], Event::Delivering);
    let delivered = told.iter().filter_map(|event| match event {
        Event::Delivery(Progress::Batch { delivered, .. }) => Some(*delivered),
        _ => None,
    });
    assert_eq!(delivered.collect::<Vec<_>>(), [1], "{told:?}");
}

#[test]
fn a_station_ends_with_its_commands_also_while_no_frame_comes() {
    assert_eq!(told(false, Until::CommandsEnd), []);
}

#[test]
fn a_thread_that_panics_is_told_with_the_remedy_and_ends_a_station_that_waits_for_it() {
    let told = told(true, Until::CameraEnds);
    let [Event::CameraFailed(why)] = &told[..] else {
        panic!("{told:?}");
    };
    assert!(why.to_string().contains("start the program again"));
}
