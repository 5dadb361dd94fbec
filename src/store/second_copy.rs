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
use super::files::{DurableFile, Files, read_all};
use super::probe::{Probe, Step};
use super::row::{COLUMNS, EntryRow};
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
    path: PathBuf,
    seal: Seal,
    open: Option<Tail>,
}

/// The open file and how far it reaches.
struct Tail {
    file: Box<dyn DurableFile>,
    end: u64,
    reaches: i64,
}

impl SecondCopy {
    pub(super) fn new(files: Arc<dyn Files>, medium: Medium, station: &str, key: &Secret) -> Self {
        Self {
            files,
            path: copy_path(&medium.folder, station),
            medium,
            seal: seal(key, station),
            open: None,
        }
    }

    /// Appends everything up to `head` that the medium does not have yet.
    ///
    /// After an error the file is closed; the next call looks anew how far it reaches.
    pub(super) fn bring_up_to(
        &mut self,
        head: Head,
        connection: &Connection,
        probe: &Probe,
    ) -> CopyState {
        match self.try_bring_up_to(head, connection, probe) {
            Ok(()) => CopyState::UpToDate,
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
    ) -> Result<(), CopyError> {
        let mut tail = match self.open.take() {
            Some(tail) => tail,
            None => self.find_tail()?,
        };
        while tail.reaches < head.sequence {
            let (frame, last) = gather(connection, tail.reaches, head.sequence)?;
            let bytes = self.sealed(&frame, tail.reaches + 1, last)?;
            tail.file.write_at(tail.end, &bytes)?;
            probe.reached(Step::SecondCopyWritten);
            tail.file.sync()?;
            probe.reached(Step::SecondCopySynced);
            tail.end += bytes.len() as u64;
            tail.reaches = last;
        }
        self.open = Some(tail);
        Ok(())
    }

    fn find_tail(&self) -> Result<Tail, CopyError> {
        if !self.files.exists(&self.medium.folder)? {
            return Err(CopyError::NoMedium(self.medium.folder.clone()));
        }
        let mut file = self.files.open(&self.path)?;
        let end = file.length()?;
        let reaches = match last_frame(file.as_mut(), end, &self.seal)? {
            Some(last) => last,
            // The end is torn: whatever was whole before it counts, and new frames follow it.
            None => frames(&read_all(file.as_mut())?, &self.seal)
                .map(|found| found.last)
                .max()
                .unwrap_or(0),
        };
        Ok(Tail { file, end, reaches })
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
                return Some(found);
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
    let last = i64::from_be_bytes(bytes[16..24].try_into().ok()?);
    let payload = &bytes[HEADER..sealed];
    Some((Found { last, payload }, whole))
}

/// Up to where the last frame of the file reaches; 0 for an empty file, `None` if the end is torn.
fn last_frame(file: &mut dyn DurableFile, end: u64, seal: &Seal) -> io::Result<Option<i64>> {
    if end == 0 {
        return Ok(Some(0));
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
    Ok(frame_at(&bytes, seal).map(|(found, _)| found.last))
}

fn big_endian_32(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
