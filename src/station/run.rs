//! All threads of a station together.

use std::io;
use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::camera::{CameraReport, Wanted, watch_camera};
use super::card::OpenCard;
use super::command::{Command, Enrolling};
use super::core::Station;
use super::delivery::{Call, Courier, wait_for_courier};
use super::event::Event;
use super::people::Tried;
use super::viewer::Viewer;
use crate::accounts::Pin;
use crate::camera::{Counts, FrameSource};
use crate::clock::Clock;
use crate::intake::OperatorId;
use crate::optics::{Mount, contained};
use crate::reading::Reader;
use crate::store::Witnessed;
use crate::text::Bilingual;

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
    CourierFailed,
}

/// Whoever hears what happens, with the station as it is then; the station ends when it breaks.
pub type Listener<'a> = dyn FnMut(&Event, &Station<'_>) -> ControlFlow<()> + 'a;

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
    /// Who delivers once it is, where nobody does yet.
    pub hired: Receiver<Courier<'a>>,
    /// What people do.
    pub commands: Receiver<Command>,
    /// Who looks on.
    pub viewer: &'a dyn Viewer,
    /// Makes the station known to a server, in a thread of its own; `None` where that is done
    /// elsewhere.
    pub enrol: Option<Box<Enrol<'a>>>,
}

/// Takes on an enrolment that the person who is named may ask for.
pub type Enrol<'a> = dyn Fn(Enrolling, Witnessed) + 'a;

/// Runs a station: the camera and the courier in threads of their own, the station in this one.
/// Ends as `until` says, or when nobody hears `tell` any more, after the courier's last round.
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
        hired,
        commands,
        viewer,
        enrol,
    } = beside;
    thread::scope(|scope| {
        let (call, calls) = channel();
        let told = sender.clone();
        scope.spawn(move || {
            let delivered = contained(|| {
                // Should nobody listen any more, the records are delivered all the same.
                let mut tell = |event| {
                    let _ = told.send(Message::Told(event));
                };
                let courier = courier.or_else(|| wait_for_courier(&hired, &calls, &mut tell));
                if let Some(courier) = courier {
                    courier.run(&calls, &mut tell);
                }
            });
            let _ = told.send(match delivered {
                Some(()) => Message::CourierEnded,
                None => Message::CourierFailed,
            });
        });
        forward(commands, sender.clone())?;
        let back = sender.clone();
        let wants = || *wanted.lock().unwrap_or_else(PoisonError::into_inner);
        let looking = scope.spawn(move || {
            let mut report = |report| match sender.send(Message::Camera(report)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            };
            let looked = contained(|| {
                watch_camera(
                    source.as_mut(),
                    &reader,
                    mount,
                    clock,
                    &wants,
                    viewer,
                    &mut report,
                );
            });
            if looked.is_none() {
                // Whether anybody listens still makes no difference any more.
                let _ = report(CameraReport::Failed(stopped_looking()));
            }
        });
        let mut core = Core {
            station,
            cards: cards.as_ref(),
            wanted: &wanted,
            call: Some(call),
            back,
            until,
            ending: Ending::default(),
            tell,
            unheard: false,
            viewer,
            enrol,
        };
        core.viewer.station(core.station);
        core.listen(&messages);
        // The looking thread ends at its next report; one comes also while no frame does.
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
    cards: &'a OpenCard<'a>,
    wanted: &'a Mutex<Wanted>,
    /// Calls the courier; dropped when the station ends.
    call: Option<Sender<Call>>,
    /// Where a PIN that was checked comes back.
    back: SyncSender<Message>,
    until: Until,
    ending: Ending,
    tell: &'a mut Listener<'c>,
    /// Whether whoever heard what happens is gone.
    unheard: bool,
    viewer: &'a dyn Viewer,
    enrol: Option<Box<Enrol<'a>>>,
}

impl Core<'_, '_, '_> {
    fn listen(&mut self, messages: &Receiver<Message>) {
        let mut next_tick = Instant::now() + TICK;
        loop {
            let wait = next_tick.saturating_duration_since(Instant::now());
            let ended = match messages.recv_timeout(wait) {
                Ok(message) => self.take(message).is_break(),
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
            if ended {
                return;
            }
            // By the clock and not by silence: while frames come, it is never silent.
            if Instant::now() >= next_tick {
                let events = self.station.tick();
                self.happened(&events);
                if self.unheard && self.over().is_break() {
                    return;
                }
                next_tick = Instant::now() + TICK;
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
            Message::CourierFailed => {
                // Nobody is left to go a last round.
                self.call = None;
                self.happened(&[Event::NotWritten(stopped_delivering())]);
                false
            }
        };
        match over || self.unheard {
            true => self.over(),
            false => ControlFlow::Continue(()),
        }
    }

    /// The courier goes its last round; when it has failed nothing is left to do.
    fn over(&mut self) -> ControlFlow<()> {
        match self.call.take() {
            Some(_) => ControlFlow::Continue(()),
            None => ControlFlow::Break(()),
        }
    }

    /// Does what a person may do.
    fn command(&mut self, command: Command) -> Vec<Event> {
        match command {
            Command::Desk(input) => {
                let input = self.station.as_seated(input);
                self.station.tell(input)
            }
            Command::Deliver => {
                self.call(Call::Asked);
                Vec::new()
            }
            Command::SendAgain(sequence) => {
                let events = self.station.send_again(sequence);
                self.call(Call::Recorded);
                events
            }
            Command::Enrol(enrolling) => {
                if let Some(enrol) = &self.enrol {
                    enrol(enrolling, self.station.witnessed());
                }
                Vec::new()
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
            CameraReport::Nothing => return false,
            CameraReport::Failed(why) => (Event::CameraFailed(why), ends),
            CameraReport::Ended => return ends,
        };
        self.happened(&[event]);
        over
    }

    fn happened(&mut self, events: &[Event]) {
        for event in events {
            if matches!(event, Event::Recorded { .. } | Event::Changed { .. }) {
                self.call(Call::Recorded);
            }
            self.unheard |= (self.tell)(event, self.station).is_break();
        }
        let wanted = self.station.wanted();
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
        self.viewer.station(self.station);
    }

    /// Calls the courier; one that is gone has said so.
    fn call(&self, why: Call) {
        if let Some(call) = &self.call {
            let _ = call.send(why);
        }
    }
}

fn stopped_looking() -> Bilingual {
    Bilingual::new(
        "内部エラーで読み取りが止まりました。記録は保存されています。プログラムを起動し直してください",
        "reading has stopped by an internal error; what was recorded is kept: start the program again",
    )
}

fn stopped_delivering() -> Bilingual {
    Bilingual::new(
        "内部エラーで送信が止まりました。記録は続けられます。手が空いたらプログラムを起動し直してください",
        "delivery has stopped by an internal error; recording goes on: start the program again when there is time",
    )
}
