//! A camera device, from the station's side: a child process that is watched, killed and started
//! again, and the newest of its frames.

use std::io::{BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::controls::Settings;
use super::error::CameraError;
use super::luma::{RawFrame, luma};
use super::source::{Counts, FrameSource, Grab, MAX_AGE};
use super::time::{SystemTime, Time as _};
use super::watch::{Loss, Order, Watch};
use super::wire::{Message, Opened, read_message};
use crate::optics::{Frame, FrameId};
use crate::text::Bilingual;

/// The subcommand that is the child.
pub const CHILD: &str = "camera-child";

/// A camera at `/dev/videoN`, behind a child process of the same program.
pub struct Device {
    number: u32,
    settings: Settings,
    time: SystemTime,
    watch: Watch,
    child: Option<Running>,
    mailbox: Arc<Mailbox>,
    opened: Option<Opened>,
    next_id: u64,
    counts: Counts,
}

/// A child process, which ends with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What the reading thread leaves for whoever asks.
#[derive(Default)]
struct Mailbox {
    inner: Mutex<Inbox>,
    news: Condvar,
}

#[derive(Default)]
struct Inbox {
    /// Which child's messages these are: those of a killed one may still come.
    generation: u64,
    frame: Option<(Duration, RawFrame)>,
    overtaken: u64,
    opened: Option<Opened>,
    failed: Option<String>,
    ended: bool,
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts in what a child of that generation sent; `false` when nobody wants it any more.
    fn put(&self, generation: u64, message: Option<Message>) -> bool {
        let mut inbox = self.lock();
        if inbox.generation != generation {
            return false;
        }
        match message {
            Some(Message::Opened(opened)) => inbox.opened = Some(opened),
            Some(Message::Failed(why)) => inbox.failed = Some(why),
            Some(Message::Frame { at, raw }) => {
                if inbox.frame.replace((at, raw)).is_some() {
                    inbox.overtaken += 1;
                }
            }
            None => inbox.ended = true,
        }
        self.news.notify_all();
        true
    }
}

impl Device {
    /// The camera of that number, to be opened at the first [`FrameSource::next`].
    pub fn new(number: u32, settings: Settings) -> Self {
        Self {
            number,
            settings,
            time: SystemTime::start(),
            watch: Watch::new(),
            child: None,
            mailbox: Arc::default(),
            opened: None,
            next_id: 0,
            counts: Counts::default(),
        }
    }

    /// What the camera is and how it was set, once it is open.
    pub fn opened(&self) -> Option<&Opened> {
        self.opened.as_ref()
    }

    /// Sends the lens to a position; after a loss, too. A camera without a lens that moves stays as
    /// it is.
    pub fn set_focus(&mut self, position: i64) {
        self.settings.focus = Some(position);
        let input = self
            .child
            .as_mut()
            .and_then(|Running(child)| child.stdin.as_mut());
        if let Some(input) = input {
            // A child that is gone is started again with the position.
            let _ = writeln!(input, "{position}");
        }
    }

    fn start(&mut self) -> Result<(), CameraError> {
        let program = std::env::current_exe().map_err(CameraError::Launch)?;
        let mut command = Command::new(program);
        command
            .arg(CHILD)
            .arg("--device")
            .arg(self.number.to_string());
        for (name, value) in [
            ("--focus", self.settings.focus),
            ("--exposure", self.settings.exposure),
        ] {
            if let Some(value) = value {
                command.arg(format!("{name}={value}"));
            }
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(CameraError::Launch)?;
        let output = child.stdout.take();
        let generation = {
            let mut inbox = self.mailbox.lock();
            *inbox = Inbox {
                generation: inbox.generation + 1,
                ..Inbox::default()
            };
            inbox.generation
        };
        self.child = Some(Running(child));
        let mailbox = Arc::clone(&self.mailbox);
        let listener = std::thread::Builder::new().name("camera-pipe".to_owned());
        let listen = move || {
            let Some(output) = output else { return };
            let mut input = BufReader::with_capacity(1 << 20, output);
            loop {
                // A child that writes nonsense is as good as one that has ended.
                let message = read_message(&mut input).ok().flatten();
                let over = message.is_none();
                if !mailbox.put(generation, message) || over {
                    return;
                }
            }
        };
        listener.spawn(listen).map_err(CameraError::Launch)?;
        Ok(())
    }

    fn kill(&mut self) {
        self.child = None;
        self.opened = None;
        let mut inbox = self.mailbox.lock();
        *inbox = Inbox {
            // What the killed one still sends is nobody's.
            generation: inbox.generation + 1,
            ..Inbox::default()
        };
    }

    /// Does what the watch orders; what is to be told.
    fn look_after(&mut self) -> Result<Option<Grab>, CameraError> {
        let now = self.time.now();
        match self.watch.due(now) {
            Some(Order::Start) => {
                self.start()?;
                self.watch.started(now);
                Ok(None)
            }
            Some(Order::Kill) => Ok(self.lose(Loss::Stalled)),
            None => Ok(None),
        }
    }

    fn lose(&mut self, loss: Loss) -> Option<Grab> {
        self.kill();
        self.watch.lost(self.time.now(), loss).map(Grab::Lost)
    }

    /// What is in the mailbox.
    fn take(&mut self) -> Option<Grab> {
        let (frame, failed, ended) = {
            let mut inbox = self.mailbox.lock();
            self.counts.dropped += std::mem::take(&mut inbox.overtaken);
            if let Some(opened) = inbox.opened.take() {
                self.opened = Some(opened);
            }
            (inbox.frame.take(), inbox.failed.take(), inbox.ended)
        };
        if let Some(why) = failed {
            return self.lose(Loss::NotOpened(Bilingual::of_text(&why)));
        }
        match frame {
            Some((at, raw)) => self.frame(at, &raw),
            None if ended && self.child.is_some() => self.lose(Loss::Ended),
            None => None,
        }
    }

    fn frame(&mut self, at: Duration, raw: &RawFrame) -> Option<Grab> {
        let back = self.watch.frame(self.time.now());
        let picture = luma(raw).ok();
        let young = self.time.now().saturating_sub(at) <= MAX_AGE;
        let Some(picture) = picture.filter(|_| young && !back) else {
            // The first frame after a loss only tells that the camera is back.
            self.counts.dropped += 1;
            return back.then_some(Grab::Back);
        };
        self.counts.delivered += 1;
        self.next_id += 1;
        Some(Grab::Frame(Frame {
            luma: picture.into(),
            id: FrameId(self.next_id),
            at,
        }))
    }

    fn wait(&self, until: Duration) {
        let inbox = self.mailbox.lock();
        if inbox.frame.is_some() || inbox.failed.is_some() || inbox.opened.is_some() {
            return;
        }
        let pause = until.saturating_sub(self.time.now());
        // Woken early or late, whoever waits looks again.
        let _ = self.mailbox.news.wait_timeout(inbox, pause);
    }
}

impl FrameSource for Device {
    fn next(&mut self, patience: Duration) -> Result<Grab, CameraError> {
        let deadline = self.time.now() + patience;
        loop {
            // What has come first: whoever asks late is no reason to take the camera for stalled.
            if let Some(grab) = self.take() {
                return Ok(grab);
            }
            if let Some(grab) = self.look_after()? {
                return Ok(grab);
            }
            if self.time.now() >= deadline {
                return Ok(Grab::Nothing);
            }
            self.wait(deadline.min(self.watch.next()));
        }
    }

    fn now(&self) -> Duration {
        self.time.now()
    }

    fn counts(&self) -> Counts {
        self.counts
    }
}
