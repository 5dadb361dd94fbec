//! The watermark: how far the book had come when *recorded* was last said.
//!
//! SQLite drops what follows a damaged frame of its write-ahead log without a word, as it must
//! after a power cut; and whoever puts yesterday's file in place of today's leaves a sound
//! database. Both show only against a note that is kept apart. The file has two slots that are
//! written in turn, so that a torn write spoils only the slot whose number was not promised yet.
//! A slot is sealed with HMAC-SHA-256 under a key that is not in the database.
//!
//! ```text
//! offset    0: slot 0   magic 8 │ sequence 8 │ chain 32 │ seal 32     (big-endian)
//! offset 4096: slot 1   the same; apart, so that no sector holds both
//! ```

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::audit::Head;
use super::files::{DurableFile, Files};
use super::probe::{Probe, Step};
use crate::keys::Secret;

const MAGIC: &[u8; 8] = b"UKTSWM01";
const SLOT: usize = 80;
const APART: u64 = 4096;

/// The watermark's file and key.
pub(super) struct Watermark {
    files: Arc<dyn Files>,
    path: PathBuf,
    seal: Seal,
    file: Option<Box<dyn DurableFile>>,
    /// Whether the newest slot may be in the system's cache alone: after a failed sync, and of
    /// whatever another process left.
    doubtful: bool,
}

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing was promised yet.
    None,
    /// Everything up to here was promised.
    At(Head),
    /// Something was written, and neither slot can be trusted.
    Unreadable,
}

impl Watermark {
    pub(super) fn new(files: Arc<dyn Files>, path: &Path, key: &Secret, purpose: &str) -> Self {
        Self {
            files,
            path: path.to_owned(),
            seal: Seal::new(key, purpose),
            file: None,
            doubtful: true,
        }
    }

    /// What was promised.
    pub(super) fn read(&mut self) -> io::Result<Mark> {
        if !self.files.exists(&self.path)? {
            return Ok(Mark::None);
        }
        let slots = self.slots()?;
        let empty = slots.iter().all(|slot| slot.iter().all(|byte| *byte == 0));
        let newest = slots.iter().filter_map(|slot| self.seal.open(slot));
        Ok(match newest.max_by_key(|head| head.sequence) {
            Some(head) => Mark::At(head),
            None if empty => Mark::None,
            None => Mark::Unreadable,
        })
    }

    /// Promises everything up to `head`. Never goes back: of two processes the later one wins.
    ///
    /// After an error the file is closed, and the next call writes the slot anew: a failed sync
    /// must not be asked again of the same handle.
    pub(super) fn advance(&mut self, head: Head, probe: &Probe) -> io::Result<()> {
        let done = self.try_advance(head, probe);
        self.doubtful = done.is_err();
        if self.doubtful {
            self.file = None;
        }
        done
    }

    fn try_advance(&mut self, head: Head, probe: &Probe) -> io::Result<()> {
        let opened = self.slots()?.map(|slot| self.seal.open(&slot));
        let newest = opened.iter().flatten().max_by_key(|head| head.sequence);
        let first_is_newest = opened[0].is_some() && opened[0].as_ref() == newest;
        let (offset, head) = match newest {
            Some(newest) if newest.sequence >= head.sequence => {
                if !self.doubtful {
                    return Ok(());
                }
                (if first_is_newest { 0 } else { APART }, *newest)
            }
            _ => (if first_is_newest { APART } else { 0 }, head),
        };
        let sealed = self.seal.close(&head);
        let file = self.file()?;
        file.write_at(offset, &sealed)?;
        probe.reached(Step::WatermarkWritten);
        file.sync()?;
        probe.reached(Step::WatermarkSynced);
        Ok(())
    }

    fn slots(&mut self) -> io::Result<[[u8; SLOT]; 2]> {
        let file = self.file()?;
        let mut slots = [[0; SLOT]; 2];
        file.read_at(0, &mut slots[0])?;
        file.read_at(APART, &mut slots[1])?;
        Ok(slots)
    }

    fn file(&mut self) -> io::Result<&mut Box<dyn DurableFile>> {
        let file = match self.file.take() {
            Some(file) => file,
            None => self.files.open(&self.path)?,
        };
        Ok(self.file.insert(file))
    }
}

/// HMAC-SHA-256 over a purpose and some bytes.
pub(super) struct Seal {
    keyed: Hmac<Sha256>,
}

impl Seal {
    pub(super) fn new(key: &Secret, purpose: &str) -> Self {
        // HMAC fills a key up to its block with zeros; ours is shorter than one.
        let mut block = [0; 64];
        for (place, byte) in block.iter_mut().zip(key.bytes()) {
            *place = *byte;
        }
        let mut keyed = Hmac::<Sha256>::new(&block.into());
        keyed.update(&(purpose.len() as u64).to_be_bytes());
        keyed.update(purpose.as_bytes());
        Self { keyed }
    }

    /// The 32 bytes that seal `bytes`.
    pub(super) fn of(&self, bytes: &[u8]) -> [u8; 32] {
        let mut keyed = self.keyed.clone();
        keyed.update(bytes);
        keyed.finalize().into_bytes().into()
    }

    /// Whether `seal` is that of `bytes`.
    pub(super) fn fits(&self, bytes: &[u8], seal: &[u8]) -> bool {
        let mut keyed = self.keyed.clone();
        keyed.update(bytes);
        keyed.verify_slice(seal).is_ok()
    }

    fn close(&self, head: &Head) -> [u8; SLOT] {
        let mut slot = [0; SLOT];
        slot[..8].copy_from_slice(MAGIC);
        slot[8..16].copy_from_slice(&head.sequence.to_be_bytes());
        slot[16..48].copy_from_slice(&head.chain);
        let seal = self.of(&slot[..48]);
        slot[48..].copy_from_slice(&seal);
        slot
    }

    fn open(&self, slot: &[u8; SLOT]) -> Option<Head> {
        let whole = slot.starts_with(MAGIC) && self.fits(&slot[..48], &slot[48..]);
        whole.then(|| {
            let mut head = Head::START;
            let mut sequence = [0; 8];
            sequence.copy_from_slice(&slot[8..16]);
            head.sequence = i64::from_be_bytes(sequence);
            head.chain.copy_from_slice(&slot[16..48]);
            head
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::files::LocalFiles;
    use super::*;

    fn watermark(folder: &Path, key: u8) -> Watermark {
        let key = Secret::from_bytes(vec![key; 32]);
        Watermark::new(
            Arc::new(LocalFiles),
            &folder.join("watermark"),
            &key,
            "test",
        )
    }

    fn head(sequence: i64) -> Head {
        Head {
            sequence,
            chain: [u8::try_from(sequence).unwrap(); 32],
        }
    }

    #[test]
    fn it_tells_the_last_promise_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let mut mark = watermark(folder.path(), 1);
        assert_eq!(mark.read().unwrap(), Mark::None);
        for sequence in 1..=5 {
            mark.advance(head(sequence), &Probe::default()).unwrap();
            assert_eq!(
                watermark(folder.path(), 1).read().unwrap(),
                Mark::At(head(sequence))
            );
        }
    }

    #[test]
    fn it_never_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut mark = watermark(folder.path(), 1);
        mark.advance(head(9), &Probe::default()).unwrap();
        mark.advance(head(4), &Probe::default()).unwrap();
        assert_eq!(mark.read().unwrap(), Mark::At(head(9)));
    }

    #[test]
    fn a_torn_slot_leaves_the_promise_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watermark");
        let mut mark = watermark(folder.path(), 1);
        for sequence in 1..=2 {
            mark.advance(head(sequence), &Probe::default()).unwrap();
        }
        let mut bytes = std::fs::read(&path).unwrap();
        let second = usize::try_from(APART).unwrap();
        bytes[second + 20] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(mark.read().unwrap(), Mark::At(head(1)));
        bytes[20] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(mark.read().unwrap(), Mark::Unreadable);
    }

    #[test]
    fn another_key_reads_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut mark = watermark(folder.path(), 1);
        mark.advance(head(3), &Probe::default()).unwrap();
        assert_eq!(
            watermark(folder.path(), 2).read().unwrap(),
            Mark::Unreadable
        );
    }
}
