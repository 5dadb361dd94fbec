//! The desk made heard: a short melody for each of its sounds, played by whatever player of the
//! system there is. Who hears none loses nothing: all of it is on the screen too.

mod tone;

use std::env;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use self::tone::{insistence, tone, wav};
use crate::desk::Sound;

/// The players that are tried, in this order: of PipeWire, of PulseAudio, of ALSA.
const PLAYERS: [&str; 3] = ["pw-play", "paplay", "aplay"];

/// How often a player is looked after, and how many times before it is given up.
const LOOK: Duration = Duration::from_millis(20);
const LOOKS: u32 = 150;

/// Plays the desk's sounds, in a thread of its own. Dropped, it falls silent at once.
pub struct Speaker {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Speaker {
    /// Plays with the first player on `PATH` that works; silent where there is none.
    pub fn start() -> Self {
        Self::with(players_on(&env::var_os("PATH").unwrap_or_default()))
    }

    /// Plays nothing.
    pub fn silent() -> Self {
        Self {
            queue: Arc::default(),
            thread: None,
        }
    }

    /// Plays this sound as soon as the one before it is over, and does not wait for it. Of several
    /// that wait, only the most insistent is played, of equals the latest: what happened to a
    /// voucher is followed at once by why nothing came of it, and the first is what has to be heard.
    pub fn play(&self, sound: Sound) {
        self.queue.put(sound);
    }

    fn with(players: Vec<PathBuf>) -> Self {
        if players.is_empty() {
            return Self::silent();
        }
        let queue = Arc::<Queue>::default();
        let theirs = Arc::clone(&queue);
        let thread = thread::Builder::new()
            .name("sound".to_owned())
            .spawn(move || play_all(&players, &theirs));
        Self {
            queue,
            thread: thread.ok(),
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked plays nothing more either.
            let _ = thread.join();
        }
    }
}

/// Room for one sound between who asks for it and who plays it.
#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    sound: Option<Sound>,
    closed: bool,
}

impl Queue {
    fn put(&self, sound: Sound) {
        let mut waiting = self.waiting();
        let louder = |before: &Sound| insistence(*before) > insistence(sound);
        waiting.sound = waiting.sound.filter(louder).or(Some(sound));
        self.changed.notify_one();
    }

    fn close(&self) {
        self.waiting().closed = true;
        self.changed.notify_one();
    }

    /// The next sound, waited for; `None` when there will be none.
    fn next(&self) -> Option<Sound> {
        let nothing = |waiting: &mut Waiting| waiting.sound.is_none() && !waiting.closed;
        let mut waiting = self
            .changed
            .wait_while(self.waiting(), nothing)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.sound.take().filter(|_| !waiting.closed)
    }

    /// Whether it is closed, or is within this time.
    fn closed_within(&self, time: Duration) -> bool {
        let (waiting, _) = self
            .changed
            .wait_timeout_while(self.waiting(), time, |waiting| !waiting.closed)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.closed
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The players in the folders of `path`, the preferred one first.
fn players_on(path: &OsStr) -> Vec<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(path).collect();
    let found = |name| {
        let places = folders.iter().map(|folder| folder.join(name));
        places.into_iter().find(|place| place.is_file())
    };
    PLAYERS.into_iter().filter_map(found).collect()
}

/// Plays what comes, until the queue is closed.
fn play_all(players: &[PathBuf], queue: &Queue) {
    // Without room for some sounds there is none for records either, and that is told elsewhere.
    let Ok(melodies) = Melodies::write() else {
        return;
    };
    while let Some(sound) = queue.next() {
        let file = melodies.file(sound);
        // A player may be installed whose service does not run: the next one is asked.
        players.iter().any(|player| settled(player, &file, queue));
    }
}

/// Plays this file; whether that was heard or given up, so that no other player is to try.
fn settled(player: &Path, file: &Path, queue: &Queue) -> bool {
    let started = Command::new(player)
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = started else {
        return false;
    };
    for _ in 0..LOOKS {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if !queue.closed_within(LOOK) => {}
            _ => break,
        }
    }
    // It hangs, or nobody listens any more. If it is gone by itself, both calls say so: no matter.
    let _ = child.kill();
    let _ = child.wait();
    true
}

/// Every sound as a file, in a folder that only this user can read and that goes with it.
struct Melodies {
    folder: PathBuf,
}

impl Melodies {
    fn write() -> io::Result<Self> {
        let melodies = Self {
            folder: new_folder(&env::temp_dir())?,
        };
        for &sound in Sound::ALL {
            fs::write(melodies.file(sound), wav(&tone(sound)))?;
        }
        Ok(melodies)
    }

    fn file(&self, sound: Sound) -> PathBuf {
        self.folder.join(sound.id()).with_extension("wav")
    }
}

impl Drop for Melodies {
    fn drop(&mut self) {
        // What stays is some melodies in a folder for what is temporary.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A folder that was not there before: what others may have put there is never written into.
fn new_folder(within: &Path) -> io::Result<PathBuf> {
    let process = process::id();
    for number in 0..100 {
        let folder = within.join(format!("uketsuke-sound-{process}-{number}"));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map(|()| folder),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// A folder that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            Self(new_folder(&env::temp_dir()).unwrap())
        }

        fn with_player(&self, name: &str, program: &str) -> PathBuf {
            let player = self.0.join(name);
            symlink(program, &player).unwrap();
            player
        }

        fn file(&self) -> PathBuf {
            let file = self.0.join("tone.wav");
            fs::write(&file, wav(&tone(Sound::Recorded))).unwrap();
            file
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn melodies_are_for_this_user_only_and_go_with_the_speaker() {
        let melodies = Melodies::write().unwrap();
        let folder = melodies.folder.clone();
        let mode = fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        assert!(
            Sound::ALL
                .iter()
                .all(|sound| melodies.file(*sound).exists())
        );
        drop(melodies);
        assert!(!folder.exists());
    }

    #[test]
    fn a_folder_that_is_there_already_is_not_taken() {
        let (one, other) = (Folder::new(), Folder::new());
        assert_ne!(one.0, other.0);
    }

    #[test]
    fn the_preferred_player_is_tried_first() {
        let folder = Folder::new();
        let aplay = folder.with_player("aplay", "/bin/true");
        let pw_play = folder.with_player("pw-play", "/bin/true");
        assert_eq!(players_on(folder.0.as_os_str()), [pw_play, aplay]);
    }

    #[test]
    fn a_missing_player_is_silent() {
        let folder = Folder::new();
        let speaker = Speaker::with(players_on(folder.0.as_os_str()));
        assert!(speaker.thread.is_none());
        Sound::ALL.iter().for_each(|sound| speaker.play(*sound));
        assert!(!settled(
            &folder.0.join("aplay"),
            &folder.file(),
            &Queue::default()
        ));
    }

    #[test]
    fn a_player_that_fails_leaves_it_to_the_next() {
        let folder = Folder::new();
        let (file, queue) = (folder.file(), Queue::default());
        assert!(!settled(Path::new("/bin/false"), &file, &queue));
        assert!(settled(Path::new("/bin/rm"), &file, &queue));
        assert!(!file.exists(), "the player got the file");
    }

    #[test]
    fn a_player_that_hangs_is_ended_with_the_speaker() {
        let folder = Folder::new();
        let pipe = folder.0.join("nobody-writes-into-it");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let queue = Queue::default();
        queue.close();
        assert!(settled(Path::new("/bin/cat"), &pipe, &queue));
    }

    #[test]
    fn the_most_insistent_of_the_waiting_sounds_is_played_and_of_equals_the_latest() {
        let queue = Queue::default();
        let played_of = |sounds: [Sound; 3]| {
            sounds.into_iter().for_each(|sound| queue.put(sound));
            queue.next()
        };
        let asked = [Sound::Recorded, Sound::NotTakenIn, Sound::Refused];
        assert_eq!(played_of(asked), Some(Sound::NotTakenIn));
        let done = [Sound::Recorded, Sound::Cancelled, Sound::Recorded];
        assert_eq!(played_of(done), Some(Sound::Recorded));
    }

    #[test]
    fn what_still_waits_at_the_end_is_not_played() {
        let queue = Queue::default();
        queue.put(Sound::NotRecorded);
        queue.close();
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn a_dropped_speaker_ends_its_thread() {
        let speaker = Speaker::with(vec![PathBuf::from("/bin/true")]);
        let queue = Arc::clone(&speaker.queue);
        speaker.play(Sound::Recorded);
        drop(speaker);
        assert_eq!(Arc::strong_count(&queue), 1);
    }
}
