//! A camera device, from the station's side: a child process that is watched, killed and started
//! again, and the newest of its frames.

use std::io::{self, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::controls::{Adjustment, Settings};
use super::error::CameraError;
use super::luma::{RawFrame, luma};
use super::node::Node;
use super::source::{Counts, FrameSource, Grab, MAX_AGE};
use super::time::{SystemTime, Time};
use super::watch::{Loss, Order, Watch};
use super::wire::{Message, Opened, read_message};
use crate::optics::{Frame, FrameId, contained};
use crate::text::Bilingual;

/// The subcommand that is the child.
pub const CHILD: &str = "camera-child";

/// The command that is the child process, for a lens and an exposure as set.
type Program = Box<dyn Fn(Settings) -> io::Result<Command> + Send>;

/// A camera device, behind a child process of the same program.
pub struct Device {
    program: Program,
    settings: Settings,
    time: Box<dyn Time>,
    watch: Watch,
    child: Option<Running>,
    mailbox: Arc<Mailbox>,
    next_id: u64,
    counts: Counts,
}

/// A child process, which ends with this.
struct Running(Option<Child>);

impl Running {
    fn input(&mut self) -> Option<&mut ChildStdin> {
        self.0.as_mut()?.stdin.as_mut()
    }
}

impl Drop for Running {
    /// A process that hangs in a driver dies when the driver lets go of it, which may be never.
    /// Whoever told it to end must not hang, too: so another thread waits.
    fn drop(&mut self) {
        let Some(mut child) = self.0.take() else {
            return;
        };
        // One that has ended already is as good.
        let _ = child.kill();
        let waiter = std::thread::Builder::new().name("camera-end".to_owned());
        // Without a thread for it, a name stays in the system's list of processes.
        let _ = waiter.spawn(move || child.wait());
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

impl Inbox {
    fn has_news(&self) -> bool {
        self.frame.is_some() || self.opened.is_some() || self.failed.is_some() || self.ended
    }
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

/// The command that is the child for a camera.
fn camera_child(node: &Node, settings: Settings) -> io::Result<Command> {
    let mut command = Command::new(this_program()?);
    command.arg(CHILD).arg("--device").arg(node.path());
    let focus = settings.focus.map(|focus| format!("--focus={focus}"));
    let exposure = (settings.exposure).map(|exposure| format!("--exposure={exposure}"));
    command.args(focus).args(exposure);
    Ok(command)
}

/// The program that runs here, also where an update has put another in its place since.
fn this_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok("/proc/self/exe".into());
    }
    std::env::current_exe()
}

impl Device {
    /// The camera there, to be opened at the first [`FrameSource::next`].
    pub fn new(node: Node, settings: Settings) -> Self {
        let program = Box::new(move |settings| camera_child(&node, settings));
        Self::behind(program, settings, Box::new(SystemTime::start()))
    }

    /// The camera that the processes of `program` hold.
    fn behind(program: Program, settings: Settings, time: Box<dyn Time>) -> Self {
        Self {
            program,
            settings,
            time,
            watch: Watch::new(),
            child: None,
            mailbox: Arc::default(),
            next_id: 0,
            counts: Counts::default(),
        }
    }

    /// Sets the camera so; after a loss, too. One that does not have the control stays as it is.
    /// How it is exposed then is told as [`Grab::Opened`].
    pub fn adjust(&mut self, adjustment: Adjustment) {
        self.settings.adjust(adjustment);
        if let Some(input) = self.child.as_mut().and_then(Running::input) {
            // A child that is gone is started again with it.
            let _ = writeln!(input, "{adjustment}");
        }
    }

    fn start(&mut self) -> Result<(), CameraError> {
        let mut command = (self.program)(self.settings).map_err(CameraError::Launch)?;
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
        self.child = Some(Running(Some(child)));
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
        let mut inbox = self.mailbox.lock();
        *inbox = Inbox {
            // What the killed one still sends is nobody's.
            generation: inbox.generation + 1,
            ..Inbox::default()
        };
    }

    /// Does what the watch orders; what is to be told.
    fn look_after(&mut self) -> Option<Grab> {
        let now = self.time.now();
        match self.watch.due(now)? {
            Order::Start => match self.start() {
                Ok(()) => {
                    self.watch.started(now);
                    None
                }
                Err(error) => self.lose(not_opened(&error.to_string())),
            },
            Order::Kill => self.lose(self.watch.reason(now)),
        }
    }

    fn lose(&mut self, loss: Loss) -> Option<Grab> {
        self.kill();
        self.watch.lost(self.time.now(), loss).map(Grab::Lost)
    }

    /// What is in the mailbox: how the camera was opened, then its newest frame, then its end.
    fn take(&mut self) -> Option<Grab> {
        let mut inbox = self.mailbox.lock();
        self.counts.dropped += std::mem::take(&mut inbox.overtaken);
        if let Some(opened) = inbox.opened.take() {
            return Some(Grab::Opened(Box::new(opened)));
        }
        let (frame, failed) = (inbox.frame.take(), inbox.failed.take());
        let ended = inbox.ended;
        drop(inbox);
        if let Some(why) = failed {
            return self.lose(not_opened(&why));
        }
        match frame {
            Some((at, raw)) => self.frame(at, &raw),
            None if ended && self.child.is_some() => self.lose(Loss::Ended),
            None => None,
        }
    }

    fn frame(&mut self, at: Duration, raw: &RawFrame) -> Option<Grab> {
        let picture = contained(|| luma(raw)).and_then(Result::ok);
        let now = self.time.now();
        let looked_at = match picture {
            Some(picture) if now.saturating_sub(at) <= MAX_AGE => Ok(picture),
            Some(_) => Err(Loss::Late),
            None => Err(Loss::Unreadable),
        };
        match looked_at {
            Err(why) => {
                self.counts.dropped += 1;
                self.watch.spoilt(now, why);
                None
            }
            // The first frame after a loss only tells that the camera is back.
            Ok(_) if self.watch.frame(now) => {
                self.counts.dropped += 1;
                Some(Grab::Back)
            }
            Ok(picture) => {
                self.counts.delivered += 1;
                self.next_id += 1;
                Some(Grab::Frame(Frame {
                    luma: picture.into(),
                    id: FrameId(self.next_id),
                    at,
                }))
            }
        }
    }

    fn wait(&self, until: Duration) {
        let inbox = self.mailbox.lock();
        if inbox.has_news() {
            return;
        }
        let pause = until.saturating_sub(self.time.now());
        // Woken early or late, whoever waits looks again.
        let _ = self.mailbox.news.wait_timeout(inbox, pause);
    }
}

/// A camera that cannot be used, told as `日本語 / english`.
fn not_opened(why: &str) -> Loss {
    Loss::NotOpened(Bilingual::of_text(why))
}

impl FrameSource for Device {
    fn next(&mut self, patience: Duration) -> Result<Grab, CameraError> {
        let deadline = self.time.now() + patience;
        loop {
            // What has come first: whoever asks late is no reason to take the camera for stalled.
            if let Some(grab) = self.take() {
                return Ok(grab);
            }
            if let Some(grab) = self.look_after() {
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::super::controls::Exposure;
    use super::super::format::{FourCc, Offer, PixelFormat};
    use super::super::time::virtual_time::VirtualTime;
    use super::super::wire::write_message;
    use super::*;
    use crate::optics::ExposureSetting;

    /// Longer than any of these processes takes on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(100);

    /// When the station's clock stands still in these tests.
    const NOW: Duration = Duration::from_secs(1_000);

    fn opened() -> Message {
        Message::Opened(Opened {
            name: "test".to_owned(),
            format: PixelFormat::Grey,
            offer: Offer {
                name: FourCc(*b"GREY"),
                width: 2,
                height: 1,
                rate: 30.0,
            },
            focus: None,
            settings: Vec::new(),
            exposure: None,
        })
    }

    fn frame(at: Duration, bytes: &[u8]) -> Message {
        Message::Frame {
            at,
            raw: RawFrame {
                format: PixelFormat::Grey,
                width: 2,
                height: 1,
                stride: 2,
                bytes: bytes.to_vec(),
            },
        }
    }

    /// A camera whose processes all write these bytes and end.
    fn that_writes(bytes: &[u8]) -> (Device, VirtualTime, tempfile::NamedTempFile) {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), bytes).expect("written");
        let path = file.path().to_owned();
        let program = Box::new(move |_| {
            let mut command = Command::new("cat");
            command.arg(&path);
            Ok(command)
        });
        let time = VirtualTime::default();
        time.wait(NOW);
        let device = Device::behind(program, Settings::default(), Box::new(time.clone()));
        (device, time, file)
    }

    fn that_says(messages: &[Message]) -> (Device, VirtualTime, tempfile::NamedTempFile) {
        let mut bytes = Vec::new();
        for message in messages {
            write_message(&mut bytes, message).expect("written");
        }
        that_writes(&bytes)
    }

    fn next(device: &mut Device) -> Grab {
        device.next(PATIENCE).expect("a device never gives up")
    }

    #[test]
    fn a_process_that_ends_is_told_at_once_and_the_next_one_is_the_camera_that_is_back() {
        // Of the future, so that it is young at the second time, too.
        let at = NOW + Duration::from_secs(10);
        let (mut device, time, _file) = that_says(&[opened(), frame(at, &[7, 8])]);
        assert!(matches!(next(&mut device), Grab::Opened(opened) if opened.name == "test"));
        let Grab::Frame(first) = next(&mut device) else {
            panic!("no frame")
        };
        assert_eq!((first.luma.as_raw()[1], first.at), (8, at));
        assert!(matches!(next(&mut device), Grab::Lost(Loss::Ended)));
        assert!(matches!(device.next(Duration::ZERO), Ok(Grab::Nothing)));
        time.wait(Duration::from_millis(500));
        assert!(matches!(next(&mut device), Grab::Opened(_)));
        assert!(matches!(next(&mut device), Grab::Back));
        assert!(matches!(next(&mut device), Grab::Lost(Loss::Ended)));
    }

    #[test]
    fn of_two_frames_the_newest_is_handed_out_and_the_other_counted() {
        let messages = [opened(), frame(NOW, &[1, 1]), frame(NOW, &[2, 2])];
        let (mut device, _, _file) = that_says(&messages);
        let mut seen = Vec::new();
        loop {
            match next(&mut device) {
                Grab::Frame(frame) => seen.push(frame.luma.as_raw()[0]),
                Grab::Lost(_) => break,
                _ => {}
            }
        }
        assert_eq!(seen.last(), Some(&2));
        assert_eq!(device.counts().delivered + device.counts().dropped, 2);
    }

    #[test]
    fn old_and_damaged_frames_are_never_handed_out() {
        let old = NOW - MAX_AGE - Duration::from_millis(1);
        for spoilt in [frame(old, &[1, 1]), frame(NOW, &[1])] {
            let (mut device, _, _file) = that_says(&[opened(), spoilt]);
            assert!(matches!(next(&mut device), Grab::Opened(_)));
            assert!(matches!(next(&mut device), Grab::Lost(Loss::Ended)));
            let counts = device.counts();
            assert_eq!((counts.delivered, counts.dropped), (0, 1));
        }
    }

    #[test]
    fn what_the_process_says_of_a_camera_that_cannot_be_used_is_told() {
        let (mut device, _, _file) = that_says(&[Message::Failed("使用中 / busy".to_owned())]);
        let lost = next(&mut device);
        assert!(matches!(&lost, Grab::Lost(loss) if loss.words().to_string().contains("busy")));
    }

    #[test]
    fn a_process_that_writes_nonsense_or_cannot_be_started_is_a_lost_camera() {
        let (mut device, _, _file) = that_writes(b"Segmentation fault");
        assert!(matches!(next(&mut device), Grab::Lost(Loss::Ended)));
        let none = Box::new(|_| Ok(Command::new("/nowhere/program")));
        let time = Box::new(VirtualTime::default());
        let mut device = Device::behind(none, Settings::default(), time);
        assert!(matches!(next(&mut device), Grab::Lost(Loss::NotOpened(_))));
    }

    #[test]
    fn what_was_adjusted_is_said_to_the_process_and_to_the_one_after_it() {
        let said = tempfile::NamedTempFile::new().expect("a file");
        let path = said.path().to_owned();
        let program = Box::new(move |settings: Settings| {
            let mut command = Command::new("sh");
            let exposure = settings.exposure.map(|exposure| exposure.to_string());
            let exposure = exposure.unwrap_or_default();
            // Says what it was started with, and the first line that it is told.
            let script = "echo \"started $1\" >> \"$0\"; read line; echo \"$line\" >> \"$0\"";
            command.arg("-c").arg(script).arg(&path).arg(exposure);
            Ok(command)
        });
        let time = VirtualTime::default();
        let mut device = Device::behind(program, Settings::default(), Box::new(time.clone()));
        assert!(matches!(device.next(Duration::ZERO), Ok(Grab::Nothing)));
        let exposure = Exposure::Fixed(ExposureSetting {
            time: 156,
            gain: Some(4),
        });
        device.adjust(Adjustment::Exposure(exposure));
        assert!(matches!(next(&mut device), Grab::Lost(Loss::Ended)));
        time.wait(Duration::from_millis(500));
        assert!(matches!(device.next(Duration::ZERO), Ok(Grab::Nothing)));
        device.adjust(Adjustment::Focus(7));
        let text = || std::fs::read_to_string(said.path()).expect("text");
        let patient = std::time::Instant::now();
        while !text().ends_with("focus 7\n") && patient.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(text(), "started \nexposure 156:4\nstarted 156:4\nfocus 7\n");
    }

    #[test]
    fn a_process_that_stays_silent_is_killed() {
        let silent = Box::new(|_| {
            let mut command = Command::new("sleep");
            command.arg("1000");
            Ok(command)
        });
        let time = VirtualTime::default();
        let mut device = Device::behind(silent, Settings::default(), Box::new(time.clone()));
        assert!(matches!(device.next(Duration::ZERO), Ok(Grab::Nothing)));
        assert!(device.child.is_some());
        time.wait(Duration::from_secs(3));
        assert!(matches!(next(&mut device), Grab::Lost(Loss::Stalled)));
        assert!(device.child.is_none());
    }
}
