//! What can go wrong, and what to do then.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::state::{Event, State};
use crate::intake::RecordId;
use crate::keys::KeyError;

/// Why the store did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Neither the record nor anything else of the request is promised to be kept.
    #[error(
        "記録されていません。空き容量を確かめて、もう一度記録してください / \
         not recorded: check the free space, then record it again ({0})"
    )]
    NotRecorded(Cause),
    /// The database cannot be read as it should.
    #[error(
        "データベースを読めません。「uketsuke doctor」で調べてください / \
         the database cannot be read: run `uketsuke doctor` ({0})"
    )]
    Database(#[from] rusqlite::Error),
    /// A file beside the database cannot be read or written.
    #[error(
        "{path}: ファイルを読み書きできません。装置の接続、空き容量、持ち主と書き込みの許可を確かめてください / \
         cannot be read or written: check the medium, its free space, and who may write there ({source})"
    )]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database has less than its watermark promises, or something else than it.
    #[error(
        "データベースが壊れているか、古いものと入れ替わっています。ファイルはそのまま残してあります。\
         「uketsuke doctor --salvage」を実行してください / \
         the database is damaged or an older one was put in its place; nothing was deleted: \
         run `uketsuke doctor --salvage` ({0})"
    )]
    Damaged(Damage),
    /// Written by a newer program.
    #[error(
        "このデータは新しい版（形式 {found}）のものです。uketsuke を更新してください（この版は形式 {known} まで） / \
         the data were written by a newer uketsuke (schema {found}, this one knows {known}): update the program"
    )]
    NewerSchema {
        /// Version of the database.
        found: u32,
        /// Newest version that this program knows.
        known: u32,
    },
    /// A column of a row holds what the program never writes.
    #[error(
        "{sequence} 番の行の「{column}」が読めません。「uketsuke doctor」で調べてください / \
         column {column} of row {sequence} cannot be read: run `uketsuke doctor`"
    )]
    Unreadable {
        /// The row's sequence number.
        sequence: i64,
        /// The column.
        column: &'static str,
    },
    /// The id belongs to another entry.
    #[error(
        "記録 {0} は別の内容ですでに登録されています。新しい記録として入力してください / \
         record {0} exists with other content: enter it as a new record"
    )]
    IdReused(RecordId),
    /// No such record.
    #[error(
        "記録 {0} はありません。一覧から選び直してください / there is no record {0}: choose it from the list"
    )]
    Unknown(RecordId),
    /// The record was cancelled.
    #[error(
        "記録 {0} は取り消されています。新しい記録として入力してください / record {0} was cancelled: enter a new record"
    )]
    Cancelled(RecordId),
    /// A correction would change whose record it is.
    #[error(
        "券番号と回数は訂正できません。取り消してから、新しい記録として入力してください / \
         number and dose cannot be corrected: cancel the record and enter a new one"
    )]
    NotCorrectable,
    /// The way of an entry has no such step.
    #[error(
        "{sequence} 番は「{state}」なので、この操作はできません。一覧を開き直してください / \
         entry {sequence} is {state}, which does not allow this: open the list again ({event:?})"
    )]
    NoSuchStep {
        /// The entry.
        sequence: i64,
        /// Where it stands.
        state: State,
        /// What was asked.
        event: Event,
    },
    /// The key store failed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The directory is not what it was taken for.
    #[error(transparent)]
    Directory(#[from] super::directory::DirectoryError),
}

/// What kept a record from being promised.
#[derive(Debug, Error)]
pub enum Cause {
    /// The database refused.
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
    /// The watermark could not be written.
    #[error("watermark: {0}")]
    Watermark(#[from] io::Error),
}

/// How a database contradicts its watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Damage {
    /// Recorded rows are missing at the end.
    #[error("rows up to {promised} were recorded, rows up to {found} are there")]
    Behind {
        /// The watermark's sequence number.
        promised: i64,
        /// The last one in the database.
        found: i64,
    },
    /// The row of the watermark is another one.
    #[error("row {0} is not the one that was recorded")]
    OtherHistory(i64),
    /// There are rows and no watermark.
    #[error("the watermark is missing")]
    NoWatermark,
    /// Neither half of the watermark is whole, or its key is another one.
    #[error("the watermark is damaged or was written with another key")]
    WatermarkUnreadable,
    /// The database's file is not a database under this key.
    #[error("the file is no database under this key")]
    NotADatabase,
    /// A page inside is broken.
    #[error("a page of the database is broken")]
    BrokenPage,
}
