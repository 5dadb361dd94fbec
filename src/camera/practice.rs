//! A table to practise at: sample vouchers that come with the program, laid down and taken away.

use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

use image::GrayImage;

use super::error::CameraError;
use super::source::{Counts, FrameSource, Grab};
use super::time::Time;
use crate::optics::{Frame, FrameId, decode_still};

/// Time from one frame to the next: ten a second, as a slow camera.
const INTERVAL: Duration = Duration::from_millis(100);

/// Frames that a voucher lies there, laid down by itself: time to see what became of it.
const LIES: u32 = 35;

/// Frames that the table stays empty after it.
const EMPTY: u32 = 12;

/// Pictures of the shipped sample set; every number is fictional. The one before the last has two
/// numbers that differ, so that a person decides.
const VOUCHERS: [&[u8]; 8] = [
    include_bytes!("../../samples/set/stills/n_00002.jpg"),
    include_bytes!("../../samples/set/stills/n_00005.jpg"),
    include_bytes!("../../samples/set/stills/n_00001.jpg"),
    include_bytes!("../../samples/set/stills/n_00008.jpg"),
    include_bytes!("../../samples/set/stills/n_00011.jpg"),
    include_bytes!("../../samples/set/stills/n_00004.jpg"),
    include_bytes!("../../samples/set/stills/t_00013.jpg"),
    include_bytes!("../../samples/set/stills/n_00007.jpg"),
];

/// The empty table.
const TABLE: &[u8] = include_bytes!("../../samples/set/sequences/S_133/frame_000.jpg");

/// What is done at the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The next voucher is laid down.
    Lay,
    /// What lies there is taken away.
    TakeAway,
    /// Vouchers come and go by themselves, or no more.
    ByItself(bool),
}

/// The table, as a camera.
pub struct Practice {
    time: Box<dyn Time>,
    turns: Receiver<Turn>,
    by_itself: bool,
    /// The voucher that lies there.
    lies: Option<GrayImage>,
    table: GrayImage,
    /// Which voucher comes next.
    next: usize,
    /// Frames since the table changed.
    since: u32,
    frame: u64,
    due: Duration,
}

impl Practice {
    /// An empty table at which `turns` are done; vouchers come and go by themselves if so wanted.
    ///
    /// # Errors
    /// [`CameraError::Folder`] when the build is damaged.
    pub fn new(
        turns: Receiver<Turn>,
        by_itself: bool,
        time: Box<dyn Time>,
    ) -> Result<Self, CameraError> {
        Ok(Self {
            due: time.now(),
            time,
            turns,
            by_itself,
            lies: None,
            table: picture(TABLE)?,
            next: 0,
            since: 0,
            frame: 0,
        })
    }

    fn turn(&mut self, turn: Turn) -> Result<(), CameraError> {
        match turn {
            Turn::Lay => {
                self.lies = Some(picture(VOUCHERS[self.next])?);
                self.next = (self.next + 1) % VOUCHERS.len();
            }
            Turn::TakeAway => self.lies = None,
            Turn::ByItself(by_itself) => self.by_itself = by_itself,
        }
        self.since = 0;
        Ok(())
    }

    /// What comes by itself now.
    fn own_turn(&self) -> Option<Turn> {
        match &self.lies {
            _ if !self.by_itself => None,
            Some(_) => (self.since >= LIES).then_some(Turn::TakeAway),
            None => (self.since >= EMPTY).then_some(Turn::Lay),
        }
    }
}

impl FrameSource for Practice {
    fn next(&mut self, patience: Duration) -> Result<Grab, CameraError> {
        let wait = self.due.saturating_sub(self.time.now());
        if wait > patience {
            self.time.wait(patience);
            return Ok(Grab::Nothing);
        }
        self.time.wait(wait);
        match self.turns.try_recv() {
            Ok(turn) => self.turn(turn)?,
            // Whoever sat there is gone; vouchers may go on coming by themselves.
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => {
                if let Some(turn) = self.own_turn() {
                    self.turn(turn)?;
                }
            }
        }
        self.since += 1;
        let now = self.time.now();
        self.due = now + INTERVAL;
        let luma = self.lies.as_ref().unwrap_or(&self.table).clone();
        let frame = Frame {
            luma: luma.into(),
            id: FrameId(self.frame),
            at: now,
        };
        self.frame += 1;
        Ok(Grab::Frame(frame))
    }

    fn now(&self) -> Duration {
        self.time.now()
    }

    fn counts(&self) -> Counts {
        Counts {
            delivered: self.frame,
            dropped: 0,
        }
    }
}

fn picture(jpeg: &[u8]) -> Result<GrayImage, CameraError> {
    let damaged = |_| CameraError::Folder {
        folder: "practice".into(),
        source: std::io::ErrorKind::InvalidData.into(),
    };
    let still = decode_still(jpeg).map_err(damaged)?;
    Ok((*still.luma).clone())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Time that passes only when somebody waits.
    #[derive(Default)]
    struct Patient(std::sync::Mutex<Duration>);

    impl Time for Patient {
        fn now(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn wait(&self, pause: Duration) {
            *self.0.lock().unwrap() += pause;
        }
    }

    fn table(by_itself: bool) -> (Practice, Sender<Turn>) {
        let (turns, receiver) = channel();
        let table = Practice::new(receiver, by_itself, Box::<Patient>::default()).unwrap();
        (table, turns)
    }

    /// The next frame's luma.
    fn see(table: &mut Practice) -> GrayImage {
        loop {
            if let Grab::Frame(frame) = table.next(Duration::from_millis(40)).unwrap() {
                return (*frame.luma).clone();
            }
        }
    }

    #[test]
    fn a_voucher_lies_there_from_when_it_is_laid_down_until_it_is_taken_away() {
        let (mut table, turns) = table(false);
        let empty = see(&mut table);
        turns.send(Turn::Lay).unwrap();
        let voucher = see(&mut table);
        assert_ne!(voucher, empty);
        assert_eq!(see(&mut table), voucher);
        turns.send(Turn::TakeAway).unwrap();
        assert_eq!(see(&mut table), empty);
    }

    #[test]
    fn by_themselves_all_vouchers_come_and_go_one_after_the_other() {
        let (mut table, _turns) = table(true);
        let empty = see(&mut table);
        let mut seen = 0;
        let mut before = empty.clone();
        for _ in 0..VOUCHERS.len() * (LIES + EMPTY) as usize {
            let now = see(&mut table);
            if now != before && now != empty {
                seen += 1;
                assert_eq!(before, empty, "one voucher lies on another");
            }
            before = now;
        }
        assert_eq!(seen, VOUCHERS.len());
    }
}
