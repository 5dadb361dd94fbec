//! All threads of a station together: they end when they should, and one that fails is told.

use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::time::Duration;

use uketsuke::camera::{CameraError, Counts, FrameSource, Grab};
use uketsuke::reading::Reader;
use uketsuke::station::{Beside, Event, Unseen, Until, run};
use uketsuke::text::Bilingual;

use crate::world::{VirtualClock, open};

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

/// What is told of a station whose commands have ended, or whose camera has.
fn told(panics: bool, until: Until) -> Vec<Event> {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut station = open(&folder.path().join("tablet"), &clock);
    let (commands, received) = channel();
    drop(commands);
    let beside = Beside {
        source: Box::new(Dark { panics }),
        reader: Reader::new().expect("the models"),
        mount: None,
        cards: Box::new(|_| Err(Bilingual::new("", ""))),
        clock: &clock,
        courier: None,
        commands: received,
        viewer: &Unseen,
        enrol: None,
    };
    let mut told = Vec::new();
    run(&mut station, beside, until, &mut |event, _| {
        told.push(event.clone());
        ControlFlow::Continue(())
    })
    .expect("threads");
    told
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
