//! All threads of a station together.

use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::camera::{CameraReport, watch_camera};
use super::command::Command;
use super::core::Station;
use super::delivery::Courier;
use super::event::Event;
use super::people::Tried;
use super::viewer::Viewer;
use crate::accounts::Pin;
use crate::camera::{Counts, FrameSource};
use crate::clock::Clock;
use crate::intake::OperatorId;
use crate::optics::Mount;
use crate::reading::{Expectation, Reader};

/// How often the station looks after itself, however much happens.
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
    Command(Command),
    Tried(Tried),
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
    /// The station's clock.
    pub clock: &'a dyn Clock,
    /// Delivers what is recorded; `None` where the station is not enrolled.
    pub courier: Option<Courier<'a>>,
    /// What people do.
    pub commands: Receiver<Command>,
    /// Who looks on.
    pub viewer: &'a dyn Viewer,
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
    let expectation = Mutex::new(station.expectation());
    let (sender, messages) = sync_channel(QUEUE);
    let Beside {
        mut source,
        reader,
        mount,
        clock,
        courier,
        commands,
        viewer,
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
        let back = sender.clone();
        let expected = || *expectation.lock().unwrap_or_else(PoisonError::into_inner);
        let looking = scope.spawn(move || {
            watch_camera(
                source.as_mut(),
                &reader,
                mount,
                clock,
                &expected,
                viewer,
                &mut |report| match sender.send(Message::Camera(report)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                },
            );
        });
        let mut core = Core {
            station,
            expectation: &expectation,
            call,
            back,
            until,
            ending: Ending::default(),
            tell,
            viewer,
        };
        core.viewer.station(core.station);
        core.listen(&messages);
        // The looking thread ends at its next report.
        drop(messages);
        let _ = looking.join();
        Ok(core.ending)
    })
}

/// Hands on what people do, in a thread that ends with whoever gives the commands.
fn forward(commands: Receiver<Command>, sender: SyncSender<Message>) -> io::Result<()> {
    let thread = thread::Builder::new().name("commands".to_owned());
    thread.spawn(move || {
        for command in commands {
            if sender.send(Message::Command(command)).is_err() {
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
    expectation: &'a Mutex<Expectation>,
    /// Calls the courier; dropped when the station ends.
    call: Option<Sender<()>>,
    /// Where a PIN that was checked comes back.
    back: SyncSender<Message>,
    until: Until,
    ending: Ending,
    tell: &'a mut Listener<'c>,
    viewer: &'a dyn Viewer,
}

impl Core<'_, '_, '_> {
    fn listen(&mut self, messages: &Receiver<Message>) {
        let mut tick = Instant::now() + TICK;
        loop {
            let left = tick.saturating_duration_since(Instant::now());
            match messages.recv_timeout(left) {
                Ok(message) => {
                    if self.take(message).is_break() {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // A camera that always has something to say leaves no silence to tick in.
            if Instant::now() >= tick {
                let events = self.station.tick();
                self.happened(&events);
                tick = Instant::now() + TICK;
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
            Message::Command(command) => {
                // Every touch counts, whatever comes of it.
                let mut events = self.station.touched();
                events.extend(match self.station.allow(&command) {
                    Ok(()) => self.command(command),
                    Err(why) => vec![Event::NotAllowed(why)],
                });
                self.happened(&events);
                false
            }
            Message::Tried(tried) => {
                let events = self.station.tried(tried);
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

    /// Does what a person may do.
    fn command(&mut self, command: Command) -> Vec<Event> {
        match command {
            Command::Desk(input) => {
                let input = self.station.as_seated(input);
                self.station.tell(input)
            }
            Command::Deliver => {
                self.call();
                Vec::new()
            }
            Command::SendAgain(sequence) => {
                let events = self.station.send_again(sequence);
                self.call();
                events
            }
            Command::SignIn { operator, pin } => self.sign_in(&operator, pin),
            Command::SignOut => self.station.sign_out(),
            Command::Touched => Vec::new(),
        }
    }

    /// Has a PIN checked in a thread of its own: no frame waits for that.
    fn sign_in(&mut self, operator: &OperatorId, pin: Pin) -> Vec<Event> {
        let attempt = match self.station.attempt(operator, pin) {
            Ok(attempt) => attempt,
            Err(why) => return vec![Event::SignInFailed(why)],
        };
        let back = self.back.clone();
        let thread = thread::Builder::new().name("sign-in".to_owned());
        let started = thread.spawn(move || {
            // The station may have ended meanwhile.
            let _ = back.send(Message::Tried(attempt.check()));
        });
        match started {
            Ok(_) => Vec::new(),
            Err(_) => vec![self.station.not_tried()],
        }
    }

    /// Whether the station ends with this.
    fn camera(&mut self, report: CameraReport) -> bool {
        let ends = self.until == Until::CameraEnds;
        let (event, over) = match report {
            // What tells the desk nothing changes nothing.
            CameraReport::Look(look) if look.inputs.is_empty() => return false,
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
            if matches!(event, Event::Recorded { .. } | Event::Changed { .. }) {
                self.call();
            }
            (self.tell)(event, self.station);
        }
        let expectation = self.station.expectation();
        *self
            .expectation
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = expectation;
        self.viewer.station(self.station);
    }

    /// Calls the courier; one that is gone has said so.
    fn call(&self) {
        if let Some(call) = &self.call {
            let _ = call.send(());
        }
    }
}
