//! What happened at the station, as a screen draws it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::board::{Board, Picture};
use super::checks::Machine;
use super::machine;
use super::sound::Speaker;
use super::view::{CameraState, DeliveryState, Notice, View};
use crate::desk::Sound;
use crate::intake::Session;
use crate::optics::Frame;
use crate::reading::Observation;
use crate::station::{Event, Queue, Station, Viewer};
use crate::sync::Progress;
use crate::text::Bilingual;

/// How long what the tablet says of itself holds.
const MACHINE: Duration = Duration::from_secs(10);

/// The most warnings of camera and mount that are kept.
const WARNINGS: usize = 8;

/// Follows a station and keeps a [`Board`] up to date.
pub struct Follower {
    board: Arc<Board>,
    /// Where the records are.
    folder: PathBuf,
    machine: Mutex<Option<(Instant, Machine)>>,
    speaker: Speaker,
    /// What was told so far; the desk and the queue are taken fresh.
    told: Mutex<Told>,
}

/// What only events tell.
#[derive(Debug, Clone, Default)]
struct Told {
    camera: CameraState,
    warnings: Vec<Bilingual>,
    delivery: DeliveryState,
    copy: Option<crate::store::CopyState>,
    notice: Option<Notice>,
    /// Notices since the start.
    notices: u64,
    sound: Option<(u64, Sound)>,
    seal: Option<String>,
    card: Option<(Session, String)>,
    /// The outbox as it was last looked up.
    queue: Queue,
    /// Whether it may have changed since.
    queue_is_old: bool,
}

impl Follower {
    /// Follows the station of this folder onto a board, and lets it be heard.
    pub fn new(board: Arc<Board>, folder: PathBuf, speaker: Speaker) -> Self {
        let told = Told {
            queue_is_old: true,
            ..Told::default()
        };
        Self {
            board,
            folder,
            speaker,
            machine: Mutex::new(None),
            told: Mutex::new(told),
        }
    }

    /// Takes in what happened.
    pub fn happened(&self, event: &Event) {
        if let Some(sound) = heard(event) {
            self.speaker.play(sound);
        }
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(event);
    }

    /// What the tablet says of itself, looked up now and then.
    fn machine(&self) -> Machine {
        let mut kept = self.machine.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((looked, machine)) if looked.elapsed() < MACHINE => *machine,
            _ => {
                let now = machine::look(&self.folder);
                *kept = Some((Instant::now(), now));
                now
            }
        }
    }

    /// The camera delivers.
    fn sees(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.camera == CameraState::Starting {
            told.camera = CameraState::Looking;
        }
    }
}

/// What an event sounds like.
fn heard(event: &Event) -> Option<Sound> {
    match event {
        Event::Sound(sound) => Some(*sound),
        Event::CameraLost(_) | Event::CameraFailed(_) => Some(Sound::CameraLost),
        _ => None,
    }
}

impl Viewer for Follower {
    fn picture(&self, frame: &Frame, observation: &Observation) {
        self.sees();
        self.board.put_picture(Picture::of(frame, observation));
    }

    fn station(&self, station: &mut Station<'_>) {
        let (desk, people) = (station.snapshot(), station.people());
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.queue_is_old {
            match station.queue() {
                Ok(queue) => (told.queue, told.queue_is_old) = (queue, false),
                Err(error) => told.notify(Bilingual::of_text(&error.to_string())),
            }
        }
        let told = told.clone();
        self.board.put_view(View {
            desk,
            people,
            camera: told.camera,
            warnings: told.warnings,
            delivery: told.delivery,
            queue: told.queue,
            copy: told.copy,
            notice: told.notice,
            sound: told.sound,
            machine: self.machine(),
            seal: told.seal,
            card: told.card,
        });
    }
}

impl Told {
    fn take(&mut self, event: &Event) {
        match event {
            Event::Recorded { .. } | Event::Changed { .. } | Event::Queue => {
                self.queue_is_old = true;
            }
            Event::NotRecorded { why, .. } | Event::NotWritten(why) => self.notify(why.clone()),
            Event::NotAllowed(why) | Event::SignInFailed(why) => self.notify(why.clone()),
            // What was said to who left is nobody else's.
            Event::SignedIn(_) | Event::SignedOut(_) | Event::Locked(_) => self.notice = None,
            Event::Refused(refusal) => self.notify(Bilingual::of_text(&refusal.to_string())),
            Event::Sound(sound) => {
                self.sound = Some((self.sound.map_or(0, |(n, _)| n + 1), *sound));
            }
            Event::CameraLost(loss) => self.camera = CameraState::Lost(loss.words()),
            Event::CameraBack => self.camera = CameraState::Looking,
            Event::CameraFailed(why) => self.camera = CameraState::Failed(why.clone()),
            Event::MountMoved(moved) => {
                self.warn(Bilingual::new(moved.japanese(), moved.english()));
            }
            Event::OtherMount(how) | Event::CameraNotSet(how) => self.warn(how.clone()),
            Event::Copy(copy) => self.copy = Some(copy.clone()),
            Event::Delivery(progress) => self.delivery(progress),
            Event::NotDelivering(why) => self.delivery = DeliveryState::Halted(why.words()),
            Event::Delivering => self.delivery = DeliveryState::Delivered,
            Event::CardSeen { session, code } => {
                self.card = Some((session.clone(), code.clone()));
            }
            Event::CardRefused(why) => self.notify(why.clone()),
            Event::Closed { seal, .. } => self.seal = Some(seal.clone()),
            // What was just recorded says so itself.
            Event::ForReview { .. }
            | Event::AlreadyRecorded { .. }
            | Event::Question { .. }
            | Event::NotAccepted(_)
            | Event::LeftUndecided(_)
            | Event::Listed => {}
        }
    }

    fn delivery(&mut self, progress: &Progress) {
        self.queue_is_old = true;
        self.delivery = match progress {
            Progress::Waiting(waiting) if waiting.halted => {
                DeliveryState::Halted(waiting.why.words())
            }
            Progress::Waiting(waiting) => DeliveryState::Waiting(*waiting),
            Progress::Batch { .. } | Progress::Refused { .. } | Progress::Conflict { .. } => {
                DeliveryState::Delivered
            }
        };
    }

    fn notify(&mut self, words: Bilingual) {
        self.notices += 1;
        let number = self.notices;
        self.notice = Some(Notice { number, words });
    }

    fn warn(&mut self, words: Bilingual) {
        self.warnings.retain(|known| *known != words);
        self.warnings.push(words);
        if self.warnings.len() > WARNINGS {
            self.warnings.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::station::Event;
    use crate::sync::Why;

    #[test]
    fn the_same_words_twice_are_two_notices() {
        let mut told = Told::default();
        let why = Bilingual::new("空きがありません", "no room");
        told.take(&Event::NotWritten(why.clone()));
        let first = told.notice.clone();
        told.take(&Event::NotWritten(why));
        assert_ne!(told.notice, first);
    }

    #[test]
    fn a_camera_that_is_lost_is_heard_and_one_that_comes_back_is_not() {
        let lost = Event::CameraLost(crate::camera::Loss::Stalled);
        assert_eq!(heard(&lost), Some(Sound::CameraLost));
        let failed = Event::CameraFailed(Bilingual::new("故障", "broken"));
        assert_eq!(heard(&failed), Some(Sound::CameraLost));
        assert_eq!(heard(&Event::CameraBack), None);
        assert_eq!(
            heard(&Event::Sound(Sound::Undecided)),
            Some(Sound::Undecided)
        );
    }

    #[test]
    fn a_warning_is_kept_once_and_the_oldest_goes_first() {
        let mut told = Told::default();
        for n in (0..20).chain([19, 19]) {
            let how = Bilingual::new(format!("{n}"), format!("{n}"));
            told.take(&Event::CameraNotSet(how));
        }
        let kept: Vec<_> = told.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(kept.len(), WARNINGS);
        assert_eq!(kept.last().map(String::as_str), Some("19 / 19"));
        assert_eq!(kept.iter().filter(|kept| *kept == "19 / 19").count(), 1);
    }

    #[test]
    fn a_station_that_is_not_enrolled_says_what_to_do() {
        let mut told = Told::default();
        told.take(&Event::NotDelivering(Why::NotEnrolled));
        assert_eq!(
            told.delivery,
            DeliveryState::Halted(Why::NotEnrolled.words())
        );
    }
}
