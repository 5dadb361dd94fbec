//! A drawing that panics, in a real window: it is opened again, and what stands behind it has not
//! noticed. `make window` gives it a display; without one there is nothing to try.
//!
//! No test harness: systems want windows in the main thread.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test tells what it saw and may give up"
)]

use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use uketsuke::app::{Board, Facts, Orders, Picture, WindowError, open};
use uketsuke::clock::{Clock, Moment, SystemClock};
use uketsuke::intake::{Catalogue, OperatorId, StationId};

/// Drawings of the window that breaks once.
const BREAKS_AT: u32 = 120;

/// Drawings of the window after it, which then breaks for good.
const GOES_ON: u32 = 120;

/// A clock that is asked twice a drawing, and fails at two moments: once, and later for good.
struct Faulty {
    time: SystemClock,
    asked: AtomicU32,
}

impl Clock for Faulty {
    fn now(&self) -> Moment {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let drawn = asked / 2;
        if drawn == BREAKS_AT || drawn > BREAKS_AT + GOES_ON {
            self.asked.fetch_add(2, Ordering::Relaxed);
            panic!("a drawing panics");
        }
        self.time.now()
    }
}

fn main() {
    if env::var_os("DISPLAY").is_none() && env::var_os("WAYLAND_DISPLAY").is_none() {
        println!("no display: `make window` runs this on one of its own");
        return;
    }
    let clock = Arc::new(Faulty {
        time: SystemClock::start(),
        asked: AtomicU32::new(0),
    });
    let board = Arc::new(Board::default());
    let over = Arc::new(AtomicBool::new(false));
    let station = {
        let (board, over) = (board.clone(), over.clone());
        let thread = thread::Builder::new().name("station".to_owned());
        thread.spawn(move || pictures(&board, &over)).unwrap()
    };
    let (commands, _station) = channel();
    let orders = Orders {
        station: commands,
        practice: None,
    };
    let closed = open(&board, &facts(clock.clone()), &orders);
    over.store(true, Ordering::Relaxed);
    let put = station.join().unwrap();
    let drawn = clock.asked.load(Ordering::Relaxed) / 2;
    assert!(matches!(closed, Err(WindowError::Broken)), "{closed:?}");
    assert!(drawn > BREAKS_AT + GOES_ON, "{drawn} drawings");
    println!("a window that broke was opened again; {drawn} drawings, {put} pictures meanwhile");
    println!("test result: ok. 1 passed; 0 failed");
}

/// What a station does meanwhile: it shows what its camera sees. How many pictures it put up.
fn pictures(board: &Board, over: &AtomicBool) -> u64 {
    let mut frame = 0;
    while !over.load(Ordering::Relaxed) {
        frame += 1;
        board.put_picture(Picture {
            frame,
            size: [16, 16],
            luma: vec![128; 256],
            found: Vec::new(),
            focus: 1.0,
            exposure: 0.5,
            glare: 0.0,
            px_per_mm: None,
        });
        // A camera's rate, no wait for anything.
        thread::sleep(Duration::from_millis(10));
    }
    frame
}

fn facts(clock: Arc<dyn Clock>) -> Arc<Facts> {
    Arc::new(Facts {
        training: true,
        station: StationId::new("tablet-1").unwrap(),
        catalogue: Catalogue::built_in().unwrap(),
        venues: Vec::new(),
        doctors: Vec::new(),
        usual: None,
        operator: OperatorId::new("clerk-01").unwrap(),
        mount: None,
        server: None,
        reports: env::temp_dir(),
        clock,
    })
}
