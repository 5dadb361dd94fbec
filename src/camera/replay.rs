//! A folder of pictures, played as a camera.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::CameraError;
use super::pictures::{pictures_in, read_picture};
use super::source::{Counts, FrameSource, Grab, MAX_AGE};
use super::time::{SystemTime, Time};
use crate::optics::{Frame, FrameId, contained, decode_still};

/// Plays the pictures of a folder in name order, each `1/fps` seconds after the one before. The
/// number of a frame is its picture's place in that order.
pub struct Replay {
    pictures: Vec<PathBuf>,
    /// Seconds from one frame to the next.
    interval: f64,
    /// The first picture that was neither handed out nor dropped.
    next: usize,
    counts: Counts,
    pace: Pace,
}

/// When a frame is due.
enum Pace {
    /// When it is asked for: nobody waits, and nothing is overtaken.
    LockStep,
    /// At its time on a clock, which runs from the first frame that is asked for.
    Real {
        time: Box<dyn Time>,
        started: Option<Duration>,
    },
}

impl Replay {
    /// Plays `folder` as a live camera would: newest wins.
    ///
    /// # Errors
    /// [`CameraError::Folder`] when it cannot be opened or has no pictures.
    pub fn live(folder: &Path, fps: f64) -> Result<Self, CameraError> {
        Self::paced_by(folder, fps, Box::new(SystemTime::start()))
    }

    /// Every frame that can be read, at its nominal time and without waiting for it.
    ///
    /// # Errors
    /// [`CameraError::Folder`] when it cannot be opened or has no pictures.
    pub fn lock_step(folder: &Path, fps: f64) -> Result<Self, CameraError> {
        Self::new(folder, fps, Pace::LockStep)
    }

    /// As [`Replay::live`], on a clock of the caller's.
    ///
    /// # Errors
    /// [`CameraError::Folder`] when it cannot be opened or has no pictures.
    pub fn paced_by(folder: &Path, fps: f64, time: Box<dyn Time>) -> Result<Self, CameraError> {
        let started = None;
        Self::new(folder, fps, Pace::Real { time, started })
    }

    fn new(folder: &Path, fps: f64, pace: Pace) -> Result<Self, CameraError> {
        let error = |source| CameraError::Folder {
            folder: folder.to_owned(),
            source,
        };
        let pictures = pictures_in(folder).map_err(error)?;
        if pictures.is_empty() {
            return Err(error(std::io::ErrorKind::NotFound.into()));
        }
        Ok(Self {
            pictures,
            interval: 1.0 / fps,
            next: 0,
            counts: Counts::default(),
            pace,
        })
    }

    /// When picture `index` is taken, since the first.
    fn due(&self, index: usize) -> Duration {
        Duration::from_secs_f64(index as f64 * self.interval)
    }

    /// Reads the next picture, which counts as dropped when that fails.
    fn take(&mut self) -> Option<Frame> {
        let index = self.next;
        self.next += 1;
        let still = read_picture(&self.pictures[index])
            .ok()
            .and_then(|bytes| contained(|| decode_still(&bytes)).and_then(Result::ok));
        match still {
            Some(still) => Some(Frame {
                id: FrameId(index as u64),
                at: self.due(index),
                ..still
            }),
            None => {
                self.counts.dropped += 1;
                None
            }
        }
    }

    fn deliver(&mut self, frame: Frame) -> Grab {
        self.counts.delivered += 1;
        Grab::Frame(frame)
    }

    /// Leaves out what was overtaken by `now` or is too old.
    fn skip(&mut self, now: Duration) {
        while self.next < self.pictures.len() {
            let overtaken = self.next + 1 < self.pictures.len() && self.due(self.next + 1) <= now;
            let old = now.saturating_sub(self.due(self.next)) > MAX_AGE;
            if !overtaken && !old {
                return;
            }
            self.next += 1;
            self.counts.dropped += 1;
        }
    }

    /// The newest frame in real time.
    fn newest(&mut self, patience: Duration) -> Grab {
        let deadline = self.now() + patience;
        loop {
            self.skip(self.now());
            if self.next >= self.pictures.len() {
                return Grab::Ended;
            }
            let due = self.due(self.next);
            if due > deadline {
                self.wait_until(deadline);
                return Grab::Nothing;
            }
            self.wait_until(due);
            let Some(frame) = self.take() else { continue };
            // Reading a picture takes its time too.
            if self.now().saturating_sub(frame.at) <= MAX_AGE {
                return self.deliver(frame);
            }
            self.counts.dropped += 1;
        }
    }

    fn wait_until(&self, moment: Duration) {
        if let Pace::Real { time, .. } = &self.pace {
            let pause = moment.saturating_sub(self.now());
            if !pause.is_zero() {
                time.wait(pause);
            }
        }
    }
}

impl FrameSource for Replay {
    fn next(&mut self, patience: Duration) -> Result<Grab, CameraError> {
        if let Pace::Real { time, started } = &mut self.pace {
            started.get_or_insert_with(|| time.now());
            return Ok(self.newest(patience));
        }
        while self.next < self.pictures.len() {
            if let Some(frame) = self.take() {
                return Ok(self.deliver(frame));
            }
        }
        Ok(Grab::Ended)
    }

    fn now(&self) -> Duration {
        match &self.pace {
            Pace::LockStep => self.due(self.next.saturating_sub(1)),
            Pace::Real { time, started } => {
                started.map_or(Duration::ZERO, |started| time.now().saturating_sub(started))
            }
        }
    }

    fn counts(&self) -> Counts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::super::time::virtual_time::VirtualTime;
    use super::*;

    /// A folder with `count` pictures; those in `broken` cannot be read.
    pub(crate) fn folder(count: usize, broken: &[usize]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for i in 0..count {
            let path = folder.path().join(format!("{i:03}.png"));
            if broken.contains(&i) {
                std::fs::write(path, b"no picture").expect("a file");
            } else {
                image::GrayImage::new(8, 8).save(path).expect("a picture");
            }
        }
        folder
    }

    fn live(folder: &tempfile::TempDir, fps: f64) -> (Replay, VirtualTime) {
        let time = VirtualTime::default();
        let replay = Replay::paced_by(folder.path(), fps, Box::new(time.clone()));
        (replay.expect("a folder of pictures"), time)
    }

    /// The numbers of all frames until the end, by a reader that takes `busy` for each.
    fn numbers(replay: &mut Replay, time: &VirtualTime, busy: Duration) -> Vec<u64> {
        let mut numbers = Vec::new();
        loop {
            match replay.next(Duration::from_secs(1)).expect("a replay") {
                Grab::Frame(frame) => {
                    assert!(replay.now() - frame.at <= MAX_AGE);
                    numbers.push(frame.id.0);
                    time.wait(busy);
                }
                Grab::Ended => return numbers,
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn in_lock_step_every_frame_comes_at_its_nominal_time_and_unreadable_ones_are_counted() {
        let folder = folder(4, &[1]);
        let mut replay = Replay::lock_step(folder.path(), 10.0).expect("a folder of pictures");
        let mut frames = Vec::new();
        while let Grab::Frame(frame) = replay.next(Duration::ZERO).expect("a replay") {
            frames.push((frame.id.0, frame.at.as_millis()));
        }
        assert_eq!(frames, [(0, 0), (2, 200), (3, 300)]);
        let counts = replay.counts();
        assert_eq!((counts.delivered, counts.dropped), (3, 1));
    }

    #[test]
    fn a_reader_that_keeps_up_gets_every_frame() {
        let folder = folder(5, &[]);
        let (mut replay, time) = live(&folder, 10.0);
        let seen = numbers(&mut replay, &time, Duration::from_millis(60));
        assert_eq!(seen, [0, 1, 2, 3, 4]);
        assert_eq!(replay.counts().dropped, 0);
    }

    #[test]
    fn a_slow_reader_gets_the_newest_and_what_it_lost_is_counted() {
        let folder = folder(10, &[]);
        let (mut replay, time) = live(&folder, 10.0);
        let seen = numbers(&mut replay, &time, Duration::from_millis(250));
        assert_eq!(seen, [0, 2, 5, 7, 9]);
        assert_eq!(replay.counts().delivered + replay.counts().dropped, 10);
    }

    #[test]
    fn after_a_long_pause_an_old_frame_is_not_handed_out() {
        let folder = folder(2, &[]);
        let (mut replay, time) = live(&folder, 0.5);
        assert!(matches!(replay.next(Duration::ZERO), Ok(Grab::Frame(_))));
        time.wait(Duration::from_millis(2400));
        assert!(matches!(replay.next(Duration::ZERO), Ok(Grab::Ended)));
        assert_eq!(replay.counts().dropped, 1);
    }

    #[test]
    fn patience_ends_before_a_frame_that_is_due_later() {
        let folder = folder(2, &[]);
        let (mut replay, time) = live(&folder, 1.0);
        assert!(matches!(replay.next(Duration::ZERO), Ok(Grab::Frame(_))));
        let patience = Duration::from_millis(300);
        assert!(matches!(replay.next(patience), Ok(Grab::Nothing)));
        assert_eq!(time.now(), patience);
    }

    #[test]
    fn a_folder_without_pictures_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = Replay::lock_step(folder.path(), 10.0)
            .err()
            .expect("an error");
        assert!(error.to_string().contains("check the path"));
    }
}
