//! The second copy: every entry once more, encrypted to the municipality's recovery key, on
//! another medium.
//!
//! The medium holds two files, and is worth nothing to a thief:
//!
//! ```text
//! uketsuke-<station>.keys.age   the directory's keys, for the holder of the recovery identity
//! uketsuke-<station>.copy       frames, only ever appended:
//!     magic 8 │ first 8 │ last 8 │ length 4 │ payload (an age file) │ seal 32 │ length 4 │ magic 8
//! ```
//!
//! A frame covers the sequence numbers after the frame before it up to `last`. It is sealed with
//! HMAC-SHA-256 under the directory's key, because anybody can encrypt to a public recipient. The
//! tail tells where the copy stands without reading the rest.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::audit::Head;
use super::error::StoreError;
use super::files::{DurableFile, Files};
use super::probe::{Probe, Step};
use super::row::{COLUMNS, EntryRow};
use super::sqlite::Opening;
use super::state::Receipt;
use super::watermark::Seal;
use crate::keys::{RecoveryRecipient, Secret};

const MAGIC: &[u8; 8] = b"UKTSSC01";
const HEADER: usize = 28;
const TRAILER: usize = 12;
const SEAL: usize = 32;

/// Entries in one frame: a frame of a bulk import stays below a megabyte.
const FRAME_ENTRIES: usize = 1_000;

/// Where the second copy goes.
#[derive(Debug, Clone)]
pub struct Medium {
    /// The folder on the other medium. It must exist: a folder made in place of a card that was
    /// pulled out would be on the tablet's own disk.
    pub folder: PathBuf,
    /// Who can read it.
    pub recipient: RecoveryRecipient,
}

/// What became of the second copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyState {
    /// No medium is configured.
    NotConfigured,
    /// Everything recorded is on the medium.
    UpToDate,
    /// The medium could not be written; what is missing follows when it is back.
    Behind {
        /// What the system said.
        because: String,
    },
    /// The medium had more than the book: the whole folder was put back to an older state, and
    /// what is missing can be recovered from the medium. Everything in the book was copied anew.
    WasAhead,
}

/// What a frame holds.
#[derive(Serialize, Deserialize)]
pub(super) struct Frame {
    pub entries: Vec<EntryRow>,
    pub answers: Vec<Answer>,
}

/// An entry that the server has.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    pub entry_id: Uuid,
    /// The number of the audit row under which the receipt came in.
    pub changed_in: i64,
    pub receipt: Receipt,
}

/// The writing side.
pub(super) struct SecondCopy {
    files: Arc<dyn Files>,
    medium: Medium,
    station: String,
    seal: Seal,
    /// The keys, sealed to the recipient: what makes the frames worth anything.
    sealed_keys: io::Result<Vec<u8>>,
    open: Option<Box<dyn DurableFile>>,
    /// What is surely on the medium; kept when the file is closed after a failure, since what a
    /// failed sync left behind can be read and is not there.
    synced: Option<Reach>,
}

/// How far the file goes.
#[derive(Debug, Clone, Copy, Default)]
struct Reach {
    /// Its length in bytes.
    end: u64,
    /// The last sequence number in it.
    sequence: i64,
}

impl SecondCopy {
    pub(super) fn new(opening: &Opening, medium: Medium) -> Self {
        let station = opening.station.to_string();
        Self {
            files: Arc::clone(&opening.files),
            seal: seal(&opening.seal_key, &station),
            sealed_keys: opening.sealed_keys(&medium.recipient),
            station,
            medium,
            open: None,
            synced: None,
        }
    }

    /// Appends everything up to `head` that the medium does not have yet.
    ///
    /// After an error the file is closed; the next call writes from what is surely there.
    pub(super) fn bring_up_to(
        &mut self,
        head: Head,
        connection: &Connection,
        probe: &Probe,
    ) -> CopyState {
        match self.try_bring_up_to(head, connection, probe) {
            Ok(was_ahead) if was_ahead => CopyState::WasAhead,
            Ok(_) => CopyState::UpToDate,
            Err(error) => {
                self.open = None;
                CopyState::Behind {
                    because: error.to_string(),
                }
            }
        }
    }

    fn try_bring_up_to(
        &mut self,
        head: Head,
        connection: &Connection,
        probe: &Probe,
    ) -> Result<bool, CopyError> {
        let (mut file, mut reach) = self.file()?;
        let was_ahead = reach.sequence > head.sequence;
        if was_ahead {
            reach.sequence = 0;
        }
        while reach.sequence < head.sequence {
            let (frame, last) = gather(connection, reach.sequence, head.sequence)?;
            let bytes = self.sealed(&frame, reach.sequence + 1, last)?;
            file.write_at(reach.end, &bytes)?;
            probe.reached(Step::SecondCopyWritten);
            file.sync()?;
            probe.reached(Step::SecondCopySynced);
            reach = Reach {
                end: reach.end + bytes.len() as u64,
                sequence: last,
            };
            self.synced = Some(reach);
        }
        self.open = Some(file);
        Ok(was_ahead)
    }

    /// The open file and how far it surely goes. Another process may have appended to it.
    fn file(&mut self) -> Result<(Box<dyn DurableFile>, Reach), CopyError> {
        if let (Some(mut file), Some(reach)) = (self.open.take(), self.synced)
            && file.length()? == reach.end
        {
            return Ok((file, reach));
        }
        if !self.files.exists(&self.medium.folder)? {
            return Err(CopyError::NoMedium(self.medium.folder.clone()));
        }
        let path = copy_path(&self.medium.folder, &self.station);
        let mut file = self.files.open(&path)?;
        let end = file.length()?;
        if end == 0 {
            self.keep_keys()?;
        }
        let known = self.known_in(file.as_mut(), end)?;
        let reach = self.settled(file.as_mut(), known.unwrap_or_default(), end)?;
        self.synced = Some(reach);
        Ok((file, reach))
    }

    /// What this program synced, if it was to this file: another card may have been put in.
    fn known_in(&self, file: &mut dyn DurableFile, end: u64) -> io::Result<Option<Reach>> {
        let Some(reach) = self.synced.filter(|reach| reach.end <= end) else {
            return Ok(None);
        };
        let there = last_frame(file, reach.end, &self.seal)?;
        Ok(there
            .is_some_and(|(_, sequence)| sequence == reach.sequence)
            .then_some(reach))
    }

    /// Without its keys a copy is worth nothing: they are on the medium before the first frame.
    fn keep_keys(&self) -> Result<(), CopyError> {
        let path = keys_path(&self.medium.folder, &self.station);
        if self.files.exists(&path)? {
            return Ok(());
        }
        let keys = self.sealed_keys.as_ref();
        let keys = keys.map_err(|error| io::Error::other(error.to_string()))?;
        Ok(self.files.replace(&path, keys)?)
    }

    /// How far a file goes of which not all is surely on the medium, after a failure or a run
    /// that was stopped: what is doubtful is written once more and synced.
    fn settled(
        &self,
        file: &mut dyn DurableFile,
        sure: Reach,
        end: u64,
    ) -> Result<Reach, CopyError> {
        let start = match last_frame(file, end, &self.seal)? {
            Some((start, _)) if sure.end == 0 => start,
            _ => sure.end,
        };
        let mut bytes = vec![0; usize::try_from(end - start).map_err(io::Error::other)?];
        file.read_at(start, &mut bytes)?;
        if !bytes.is_empty() {
            file.write_at(start, &bytes)?;
            file.sync()?;
        }
        // Where the end is torn, whatever was whole before it counts, and new frames follow it.
        let last = frames(&bytes, &self.seal).map(|found| found.last).max();
        Ok(Reach {
            end,
            sequence: last.unwrap_or(0).max(sure.sequence),
        })
    }

    fn sealed(&self, frame: &Frame, first: i64, last: i64) -> Result<Vec<u8>, CopyError> {
        let plain = serde_json::to_vec(frame).map_err(io::Error::other)?;
        let payload = (self.medium.recipient.seal(&plain)).map_err(io::Error::other)?;
        let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity(HEADER + payload.len() + SEAL + TRAILER);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&first.to_be_bytes());
        bytes.extend_from_slice(&last.to_be_bytes());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&payload);
        let seal = self.seal.of(&bytes);
        bytes.extend_from_slice(&seal);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(MAGIC);
        Ok(bytes)
    }
}

/// Why the medium could not be brought up to date.
#[derive(Debug, thiserror::Error)]
enum CopyError {
    #[error(
        "{0}: 予備の保存先がありません。カードを入れてください / the second medium is missing: insert it"
    )]
    NoMedium(PathBuf),
    #[error(
        "予備の保存先に書けません。カードを確かめてください / the second medium cannot be written: check it ({0})"
    )]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for CopyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The file of the frames.
pub(super) fn copy_path(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("uketsuke-{station}.copy"))
}

/// The file of the keys.
pub(super) fn keys_path(folder: &Path, station: &str) -> PathBuf {
    folder.join(format!("uketsuke-{station}.keys.age"))
}

/// The seal of a station's frames.
pub(super) fn seal(key: &Secret, station: &str) -> Seal {
    Seal::new(key, &format!("second copy of {station}"))
}

/// What happened after `reached`, up to `head` or a full frame.
fn gather(
    connection: &Connection,
    reached: i64,
    head: i64,
) -> Result<(Frame, i64), rusqlite::Error> {
    let entries: Vec<EntryRow> = connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM entry WHERE sequence > ?1 AND sequence <= ?2 \
             ORDER BY sequence LIMIT ?3"
        ))?
        .query_map(params![reached, head, FRAME_ENTRIES], EntryRow::read)?
        .collect::<Result<_, _>>()?;
    let full = entries.len() == FRAME_ENTRIES;
    let last = match entries.last() {
        Some(entry) if full => entry.sequence,
        _ => head,
    };
    let answers = connection
        .prepare_cached(
            "SELECT entry_id, location, etag, last_modified, changed_in FROM delivery \
             JOIN entry USING (sequence) \
             WHERE state = 'acknowledged' AND changed_in > ?1 AND changed_in <= ?2",
        )?
        .query_map(params![reached, last], |row| {
            Ok(Answer {
                entry_id: row.get(0)?,
                changed_in: row.get(4)?,
                receipt: Receipt {
                    location: row.get(1)?,
                    etag: row.get(2)?,
                    last_modified: row.get(3)?,
                },
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok((Frame { entries, answers }, last))
}

/// A whole frame, its payload still encrypted.
pub(super) struct Found<'a> {
    /// Where it ends in the file.
    pub end: usize,
    pub first: i64,
    pub last: i64,
    pub payload: &'a [u8],
}

/// All whole frames in `bytes`, in order. Damaged stretches are skipped.
pub(super) fn frames<'a>(bytes: &'a [u8], seal: &'a Seal) -> impl Iterator<Item = Found<'a>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at + HEADER <= bytes.len() {
            let rest = &bytes[at..];
            if let Some((found, length)) = frame_at(rest, seal) {
                at += length;
                return Some(Found { end: at, ..found });
            }
            at += 1;
        }
        None
    })
}

/// The frame at the start of `bytes`, and its length.
fn frame_at<'a>(bytes: &'a [u8], seal: &Seal) -> Option<(Found<'a>, usize)> {
    if !bytes.starts_with(MAGIC) {
        return None;
    }
    let payload = usize::try_from(big_endian_32(bytes.get(24..HEADER)?)?).ok()?;
    let sealed = HEADER.checked_add(payload)?;
    let whole = sealed.checked_add(SEAL + TRAILER)?;
    let bytes = bytes.get(..whole)?;
    if !seal.fits(&bytes[..sealed], &bytes[sealed..sealed + SEAL]) {
        return None;
    }
    let found = Found {
        end: whole,
        first: i64::from_be_bytes(bytes[8..16].try_into().ok()?),
        last: i64::from_be_bytes(bytes[16..24].try_into().ok()?),
        payload: &bytes[HEADER..sealed],
    };
    Some((found, whole))
}

/// Where the last frame of the file starts and up to which number it reaches; zeros for an empty
/// file, `None` if the end is torn.
fn last_frame(file: &mut dyn DurableFile, end: u64, seal: &Seal) -> io::Result<Option<(u64, i64)>> {
    if end == 0 {
        return Ok(Some((0, 0)));
    }
    let Some(trailer_at) = end.checked_sub(TRAILER as u64) else {
        return Ok(None);
    };
    let mut trailer = [0; TRAILER];
    file.read_at(trailer_at, &mut trailer)?;
    let length = big_endian_32(&trailer[..4]).unwrap_or(0);
    let whole = u64::from(length) + (HEADER + SEAL + TRAILER) as u64;
    let (true, Some(start)) = (trailer.ends_with(MAGIC), end.checked_sub(whole)) else {
        return Ok(None);
    };
    let mut bytes = vec![0; usize::try_from(whole).map_err(io::Error::other)?];
    file.read_at(start, &mut bytes)?;
    Ok(frame_at(&bytes, seal).map(|(found, _)| (start, found.last)))
}

fn big_endian_32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
