//! All threads of a station together.

use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::camera::{CameraReport, Wanted, watch_camera};
use super::card::OpenCard;
use super::core::Station;
use super::delivery::Courier;
use super::event::Event;
use crate::camera::{Counts, FrameSource};
use crate::clock::Clock;
use crate::desk::Input;
use crate::optics::Mount;
use crate::reading::Reader;

/// How often the station looks after itself when nothing happens.
const TICK: Duration = Duration::from_secs(1);

/// Reports that wait for the station: a camera that waits for it is better than one whose
/// reports grow old.
const QUEUE: usize = 4;

/// When a station ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// When nobody can give commands any more.
    CommandsEnd,
    /// When the camera has come to its end, too.
    CameraEnds,
}

/// How a station ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ending {
    /// Frames of the camera.
    pub frames: Counts,
    /// Age of the oldest frame that was read.
    pub oldest: Duration,
    /// Frames that were looked at.
    pub looked: u64,
}

/// What reaches the station's thread.
enum Message {
    Camera(CameraReport),
    Told(Event),
    Command(Input),
    CommandsEnded,
    CourierEnded,
}

/// Whoever hears what happens, with the station as it is then.
pub type Listener<'a> = dyn FnMut(&Event, &Station<'_>) + 'a;

/// What runs beside the station.
pub struct Beside<'a> {
    /// Where frames come from.
    pub source: Box<dyn FrameSource>,
    /// Reads them.
    pub reader: Reader,
    /// How its mount was calibrated.
    pub mount: Option<Mount>,
    /// Opens session cards.
    pub cards: Box<OpenCard<'a>>,
    /// The station's clock.
    pub clock: &'a dyn Clock,
    /// Delivers what is recorded; `None` where the station is not enrolled.
    pub courier: Option<Courier<'a>>,
    /// What people do.
    pub commands: Receiver<Input>,
}

/// Runs a station: the camera and the courier in threads of their own, the station in this one.
/// Ends as `until` says, after the courier's last round.
///
/// # Errors
/// When the system has no thread left.
pub fn run(
    station: &mut Station<'_>,
    beside: Beside<'_>,
    until: Until,
    tell: &mut Listener<'_>,
) -> io::Result<Ending> {
    let wanted = Mutex::new(station.wanted());
    let (sender, messages) = sync_channel(QUEUE);
    let Beside {
        mut source,
        reader,
        mount,
        cards,
        clock,
        courier,
        commands,
    } = beside;
    thread::scope(|scope| {
        let call = courier.map(|courier| {
            let (call, calls) = channel();
            let told = sender.clone();
            scope.spawn(move || {
                // Should nobody listen any more, the records are delivered all the same.
                courier.run(&calls, &mut |event| {
                    let _ = told.send(Message::Told(event));
                });
                let _ = told.send(Message::CourierEnded);
            });
            call
        });
        forward(commands, sender.clone())?;
        let wants = || *wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let looking = scope.spawn(move || {
            watch_camera(
                source.as_mut(),
                &reader,
                mount,
                clock,
                &wants,
                &mut |report| match sender.send(Message::Camera(report)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                },
            );
        });
        let mut core = Core {
            station,
            cards: cards.as_ref(),
            wanted: &wanted,
            call,
            until,
            ending: Ending::default(),
            tell,
        };
        core.listen(&messages);
        // The looking thread ends at its next report.
        drop(messages);
        let _ = looking.join();
        Ok(core.ending)
    })
}

/// Hands on what people do, in a thread that ends with whoever gives the commands.
fn forward(commands: Receiver<Input>, sender: SyncSender<Message>) -> io::Result<()> {
    let thread = thread::Builder::new().name("commands".to_owned());
    thread.spawn(move || {
        for input in commands {
            if sender.send(Message::Command(input)).is_err() {
                return;
            }
        }
        // The station may have ended before.
        let _ = sender.send(Message::CommandsEnded);
    })?;
    Ok(())
}

/// The station's own thread.
struct Core<'a, 'b, 'c> {
    station: &'a mut Station<'b>,
    cards: &'a OpenCard<'a>,
    wanted: &'a Mutex<Wanted>,
    /// Calls the courier; dropped when the station ends.
    call: Option<Sender<()>>,
    until: Until,
    ending: Ending,
    tell: &'a mut Listener<'c>,
}

impl Core<'_, '_, '_> {
    fn listen(&mut self, messages: &Receiver<Message>) {
        loop {
            let message = match messages.recv_timeout(TICK) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => {
                    let events = self.station.tick();
                    self.happened(&events);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            if self.take(message).is_break() {
                return;
            }
        }
    }

    /// Takes in one message; breaks when nothing is left to wait for.
    fn take(&mut self, message: Message) -> ControlFlow<()> {
        let over = match message {
            Message::Camera(report) => self.camera(report),
            Message::Told(event) => {
                self.happened(&[event]);
                false
            }
            Message::Command(input) => {
                let events = self.station.tell(input);
                self.happened(&events);
                false
            }
            Message::CommandsEnded => self.until == Until::CommandsEnd,
            Message::CourierEnded => return ControlFlow::Break(()),
        };
        // The courier goes its last round; without one nothing is left to do.
        if over && self.call.take().is_none() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// Whether the station ends with this.
    fn camera(&mut self, report: CameraReport) -> bool {
        let ends = self.until == Until::CameraEnds;
        let (event, over) = match report {
            CameraReport::Look(look) => {
                let events = self.station.look(look);
                self.happened(&events);
                return false;
            }
            CameraReport::Counts { counts, age } => {
                self.ending.frames = counts;
                self.ending.oldest = self.ending.oldest.max(age);
                self.ending.looked += 1;
                return false;
            }
            CameraReport::Card(text) => {
                let events = self.station.card((self.cards)(&text));
                self.happened(&events);
                return false;
            }
            CameraReport::Moved(moved) => (Event::MountMoved(moved), false),
            CameraReport::OtherMount(how) => (Event::OtherMount(how), false),
            CameraReport::NotSet(how) => (Event::CameraNotSet(how), false),
            CameraReport::Lost(loss) => (Event::CameraLost(loss), false),
            CameraReport::Back => {
                self.station.forget_frames();
                (Event::CameraBack, false)
            }
            CameraReport::Failed(why) => (Event::CameraFailed(why), ends),
            CameraReport::Ended => return ends,
        };
        self.happened(&[event]);
        over
    }

    fn happened(&mut self, events: &[Event]) {
        for event in events {
            if matches!(event, Event::Recorded { .. } | Event::Changed { .. })
                && let Some(call) = &self.call
            {
                // A courier that is gone has said so.
                let _ = call.send(());
            }
            (self.tell)(event, self.station);
        }
        let wanted = self.station.wanted();
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
    }
}
