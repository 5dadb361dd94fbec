//! The store on disk.

use std::io;
use std::sync::Arc;

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::audit::{self, Act, AuditRow, Head, Particulars, Witnessed};
use super::connection::{self, Synchronous};
use super::crops::{self, Crop};
use super::directory::{DataDirectory, DirectoryError, DirectoryPaths, KeptKeys, unreadable_at};
use super::error::{Cause, Damage, StoreError};
use super::files::{Files, LocalFiles, read_all};
use super::outbox::{self, Entered, Stored};
use super::outgoing::{self, Outgoing};
use super::probe::{Probe, Step};
use super::review;
use super::second_copy::{CopyState, Medium, SecondCopy};
use super::state::{Event, State};
use super::watermark::{Mark, Watermark};
use super::{Counts, RecordStore, Recorded, migrations};
use crate::config::DirectoryKind;
use crate::intake::{ConflictKey, Entry, EntryKind, RecordId, StationId};
use crate::keys::{RecoveryRecipient, Secret};
use crate::voucher::VoucherNumber;

/// Everything that is needed to open a store.
#[derive(Clone)]
pub struct Opening {
    /// Where its files are.
    pub paths: DirectoryPaths,
    /// What the directory was born as.
    pub kind: DirectoryKind,
    /// Whose directory it is.
    pub station: StationId,
    /// The database's key, 48 bytes: key and salt.
    pub database_key: Arc<Secret>,
    /// The key of the watermark's and the second copy's seals, 32 bytes.
    pub seal_key: Arc<Secret>,
    /// Where the second copy goes.
    pub medium: Option<Medium>,
    /// The file system of the files beside the database.
    pub files: Arc<dyn Files>,
    /// SQLite's own file system, if not the default; a test's simulated disk.
    pub vfs: Option<String>,
    /// How COMMIT treats the disk.
    pub synchronous: Synchronous,
    /// Told of every step.
    pub probe: Probe,
}

impl Opening {
    /// A store on the tablet's own disk.
    pub fn local(
        paths: DirectoryPaths,
        kind: DirectoryKind,
        station: StationId,
        database_key: Secret,
        seal_key: Secret,
    ) -> Self {
        Self {
            paths,
            kind,
            station,
            database_key: Arc::new(database_key),
            seal_key: Arc::new(seal_key),
            medium: None,
            files: Arc::new(LocalFiles),
            vfs: None,
            synchronous: Synchronous::Full,
            probe: Probe::default(),
        }
    }

    pub(super) fn connect(&self, create: bool) -> Result<Connection, StoreError> {
        connection::open(
            &self.paths.database,
            self.vfs.as_deref(),
            &self.database_key,
            self.synchronous,
            create,
        )
    }

    /// The watermark is bound to the directory: neither another station's nor a training
    /// directory's fits.
    pub(super) fn watermark(&self) -> Watermark {
        let purpose = format!("watermark of {} {}", self.kind, self.station);
        let files = Arc::clone(&self.files);
        Watermark::new(files, &self.paths.watermark, &self.seal_key, &purpose)
    }

    /// The directory's keys, sealed to the recovery key: the bytes of an age file.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn sealed_keys(&self, recipient: &RecoveryRecipient) -> io::Result<Vec<u8>> {
        let plain = serde_json::to_vec(&KeptKeys::of(self))?;
        recipient.seal(&plain).map_err(io::Error::other)
    }

    /// Refuses a book that a salvage has replaced while this program ran. What `directory.toml`
    /// says counts, and not which files there are: a salvage may have been stopped halfway. Where
    /// it cannot be read, recording goes on.
    fn ensure_in_use(&self) -> Result<(), StoreError> {
        match DataDirectory::find(&self.paths.folder) {
            Ok(Some(directory)) if directory.paths().database != self.paths.database => {
                Err(DirectoryError::Superseded.into())
            }
            _ => Ok(()),
        }
    }

    /// Held by whoever writes, opens or rescues, across processes.
    pub(super) fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        let lock = &self.paths.lock;
        self.files.lock(lock).map_err(unreadable_at(lock))
    }
}

/// The book on disk: SQLCipher, watermark, second copy.
pub struct SqliteStore {
    opening: Opening,
    connection: Option<Connection>,
    watermark: Watermark,
    copy: Option<SecondCopy>,
    /// Whether the second medium once had more than this book; told until the program ends.
    was_behind_its_copy: bool,
}

impl SqliteStore {
    /// Makes the database of a new directory, or finishes one whose making was interrupted.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`]: run it again.
    pub fn create(opening: Opening, witnessed: &Witnessed) -> Result<Self, StoreError> {
        // Made by us and not by SQLite, which would let everybody on the machine read it.
        let database = &opening.paths.database;
        {
            let _held = opening.lock()?;
            (opening.files.open(database)).map_err(unreadable_at(database))?;
            settle_log(&opening)?;
            let mut connection = opening.connect(true)?;
            migrations::migrate(&mut connection, migrations::NEWEST, &opening.probe)?;
        }
        let mut store = Self::unchecked(opening);
        let (kind, station) = (store.opening.kind, store.opening.station.clone());
        store.write(|transaction| {
            let born = "INSERT INTO directory (only, kind, station) VALUES (1, ?1, ?2) \
                        ON CONFLICT DO NOTHING";
            let first = transaction.execute(born, params![kind.as_str(), station.as_str()])? == 1;
            if first {
                let what = Particulars::of(Act::Born, kind.as_str());
                audit::append(transaction, witnessed, &what)?;
            }
            Ok(())
        })?;
        Ok(store)
    }

    /// Opens a store and holds it against its watermark.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when less is there than was recorded, or something else;
    /// [`StoreError::NewerSchema`] without touching the file.
    pub fn open(opening: Opening) -> Result<Self, StoreError> {
        let mut store = Self::unchecked(opening);
        store.connection()?;
        Ok(store)
    }

    fn unchecked(opening: Opening) -> Self {
        let copy = opening
            .medium
            .clone()
            .map(|medium| SecondCopy::new(&opening, medium));
        Self {
            watermark: opening.watermark(),
            connection: None,
            copy,
            was_behind_its_copy: false,
            opening,
        }
    }

    /// The open connection; a new one, checked, after a failure.
    fn connection(&mut self) -> Result<&mut Connection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.checked_connection()?,
        };
        Ok(self.connection.insert(connection))
    }

    fn checked_connection(&mut self) -> Result<Connection, StoreError> {
        let _held = self.opening.lock()?;
        self.opening.ensure_in_use()?;
        settle_log(&self.opening)?;
        let mut connection = self.opening.connect(false)?;
        let head = (|| {
            migrations::ensure_known(&connection)?;
            self.ensure_kind(&connection)?;
            let (head, mark) = (audit::head(&connection)?, self.read_mark()?);
            compare(&connection, head, mark)?;
            migrations::migrate(&mut connection, migrations::NEWEST, &self.opening.probe)?;
            Ok(head)
        })()
        .map_err(connection::damage_told)?;
        // What was committed and not promised yet is there for good now.
        let watermark = &self.opening.paths.watermark;
        if head != Head::START {
            let advanced = self.watermark.advance(head, &Probe::default());
            advanced.map_err(unreadable_at(watermark))?;
        }
        Ok(connection)
    }

    fn ensure_kind(&self, connection: &Connection) -> Result<(), StoreError> {
        let found: Option<(String, String)> = connection
            .query_row("SELECT kind, station FROM directory", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let expected = (
            self.opening.kind.as_str().to_owned(),
            self.opening.station.to_string(),
        );
        if found.is_some_and(|found| found != expected) {
            return Err(DirectoryError::NotThisDatabase.into());
        }
        Ok(())
    }

    fn read_mark(&mut self) -> Result<Mark, StoreError> {
        let path = &self.opening.paths.watermark;
        self.watermark.read().map_err(unreadable_at(path))
    }

    /// Runs `work` in a transaction and keeps what it did for good; once more after a failure.
    fn write<T>(
        &mut self,
        work: impl Fn(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, CopyState), StoreError> {
        match self.write_once(&work) {
            Err(StoreError::NotRecorded(_)) => self.write_once(&work),
            done => done,
        }
    }

    /// Runs `work` in a transaction; after a failure the connection is closed.
    pub(super) fn write_once<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, CopyState), StoreError> {
        let done = self.attempt(work).map_err(|error| match error {
            StoreError::Database(error) => match connection::damage_of(error) {
                StoreError::Database(error) => StoreError::NotRecorded(Cause::Database(error)),
                damaged => damaged,
            },
            StoreError::File { source, .. } => StoreError::NotRecorded(Cause::Watermark(source)),
            other => other,
        });
        if matches!(
            done,
            Err(StoreError::NotRecorded(_) | StoreError::Damaged(_))
        ) {
            self.connection = None;
        }
        done
    }

    fn attempt<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, CopyState), StoreError> {
        let probe = self.opening.probe.clone();
        self.connection()?;
        let _held = self.opening.lock()?;
        self.opening.ensure_in_use()?;
        let transaction = self
            .open_connection()?
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        let head = audit::head(&transaction)?;
        transaction.commit()?;
        probe.reached(Step::Committed);
        (self.watermark.advance(head, &probe))
            .map_err(|error| StoreError::NotRecorded(Cause::Watermark(error)))?;
        let copy = self.bring_up_copy(head);
        Ok((value, copy))
    }

    /// The connection, which is open already.
    fn open_connection(&mut self) -> Result<&mut Connection, StoreError> {
        self.connection
            .as_mut()
            .ok_or(StoreError::Damaged(Damage::NotADatabase))
    }

    fn bring_up_copy(&mut self, head: Head) -> CopyState {
        let state = match (&mut self.copy, &self.connection) {
            (Some(copy), Some(connection)) => {
                copy.bring_up_to(head, connection, &self.opening.probe)
            }
            _ => CopyState::NotConfigured,
        };
        self.was_behind_its_copy |= state == CopyState::WasAhead;
        match state {
            CopyState::UpToDate if self.was_behind_its_copy => CopyState::WasAhead,
            state => state,
        }
    }

    /// Keeps an entry with the cut-outs that it was read from.
    ///
    /// # Errors
    /// As [`RecordStore::record`].
    pub fn record_with_crops(
        &mut self,
        entry: &Entry,
        crops: &[Crop],
        witnessed: &Witnessed,
    ) -> Result<Recorded, StoreError> {
        let probe = self.opening.probe.clone();
        probe.reached(Step::IntakeReceived);
        let (entered, copy) = self.write(|transaction| {
            let entered = outbox::enter(transaction, entry, witnessed, &probe)?;
            if let Entered::AsNew(sequence, _) = entered {
                crops::insert(transaction, sequence, crops)?;
                if entry.kind != EntryKind::New {
                    review::supersede(transaction, entry.record.id, sequence)?;
                }
            }
            Ok(entered)
        })?;
        Ok(Recorded { entered, copy })
    }

    /// Writes down what somebody did. `detail` never holds a voucher's number.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`].
    pub fn witness(
        &mut self,
        act: Act,
        detail: &str,
        witnessed: &Witnessed,
    ) -> Result<AuditRow, StoreError> {
        let what = Particulars::of(act, detail);
        self.write(|transaction| audit::append(transaction, witnessed, &what))
            .map(|(row, _)| row)
    }

    /// Runs `work` as one durable transaction, for the other files of this room.
    pub(super) fn transact<T>(
        &mut self,
        work: impl Fn(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.write(work).map(|(value, _)| value)
    }

    /// Reads from the open connection.
    pub(super) fn read<T>(
        &mut self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let read = query(self.connection()?).map_err(connection::damage_told);
        if matches!(read, Err(StoreError::Damaged(_))) {
            // SQLCipher refuses everything more on a connection that met a broken page.
            self.connection = None;
        }
        read
    }

    /// The row of the audit log that a [seal](Head::seal) was taken from; `None` if the book has no
    /// such row, so that it is not the book that the seal was taken from.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn sealed_row(&mut self, seal: &str) -> Result<Option<AuditRow>, StoreError> {
        self.read(|connection| {
            let found = connection
                .prepare("SELECT * FROM audit WHERE hex(substr(chain, 1, 6)) = upper(trim(?1))")?
                .query_row(params![seal], AuditRow::read)
                .optional()?;
            Ok(found)
        })
    }

    /// Where the audit chain stands.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn head(&mut self) -> Result<Head, StoreError> {
        self.read(|connection| Ok(audit::head(connection)?))
    }

    /// Calls `each` with every current record, oldest first, without holding them in memory.
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`], and what `each` returns.
    pub fn for_each_current<E: From<StoreError>>(
        &mut self,
        order: Order,
        mut each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let connection = self.connection().map_err(E::from)?;
        let sql = format!(
            "SELECT {} FROM current_record ORDER BY {}",
            super::row::COLUMNS,
            match order {
                Order::AsRecorded => "sequence",
                Order::ByPerson => "person, dose, sequence",
            }
        );
        let mut statement = connection.prepare(&sql).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let row = super::row::EntryRow::read(row).map_err(StoreError::from)?;
            each(row.entry()?)?;
        }
        Ok(())
    }

    /// Moves the log into the database, for a quiet moment: a long log makes the next start
    /// slower.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.connection()?;
        let _held = self.opening.lock()?;
        self.read(|connection| {
            Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
        })
    }

    /// The rows of the audit log before which the wall clock had jumped, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn clock_jumps(&mut self) -> Result<Vec<AuditRow>, StoreError> {
        self.read(|connection| {
            let jumps = connection
                .prepare(CLOCK_JUMPS)?
                .query_map([], AuditRow::read)?
                .collect::<Result<_, _>>()?;
            Ok(jumps)
        })
    }

    /// What the store was opened with.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// Tells how the second copy stands, bringing it up to date where it can.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn copy_state(&mut self) -> Result<CopyState, StoreError> {
        self.connection()?;
        let _held = self.opening.lock()?;
        let head = self.head()?;
        Ok(self.bring_up_copy(head))
    }
}

pub(super) const CLOCK_JUMPS: &str =
    "SELECT * FROM audit WHERE clock_jump IS NOT NULL ORDER BY sequence";

/// The order in which records are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By sequence number.
    AsRecorded,
    /// By municipality and 券番号, then dose.
    ByPerson,
}

/// Writes the log once more and syncs it, before anything is built upon it.
///
/// A commit whose sync failed, here or in a process that is gone, can be read, since it is in the
/// system's cache, and is not on disk; later commits would stand on it. Linux marks such pages
/// clean, so only writing them again brings them to the disk.
fn settle_log(opening: &Opening) -> Result<(), StoreError> {
    let (path, files) = (&opening.paths.log, &opening.files);
    let settle = || {
        if !files.exists(path)? {
            return Ok(());
        }
        let mut file = files.open(path)?;
        let bytes = read_all(file.as_mut())?;
        if bytes.is_empty() {
            return Ok(());
        }
        file.write_at(0, &bytes)?;
        file.sync()
    };
    settle().map_err(unreadable_at(path))
}

/// Holds a database against what was promised.
fn compare(connection: &Connection, head: Head, mark: Mark) -> Result<(), StoreError> {
    let damaged = |damage| Err(StoreError::Damaged(damage));
    match mark {
        // The first row may have been committed and not yet promised.
        Mark::None if head.sequence <= 1 => Ok(()),
        Mark::None => damaged(Damage::NoWatermark),
        Mark::Unreadable => damaged(Damage::WatermarkUnreadable),
        Mark::At(promised) if promised.sequence > head.sequence => damaged(Damage::Behind {
            promised: promised.sequence,
            found: head.sequence,
        }),
        Mark::At(promised) => {
            let chain: Option<[u8; 32]> = connection
                .query_row(
                    "SELECT chain FROM audit WHERE sequence = ?1",
                    params![promised.sequence],
                    |row| row.get(0),
                )
                .optional()?;
            if chain == Some(promised.chain) {
                Ok(())
            } else {
                damaged(Damage::OtherHistory(promised.sequence))
            }
        }
    }
}

impl RecordStore for SqliteStore {
    fn record(&mut self, entry: &Entry, witnessed: &Witnessed) -> Result<Recorded, StoreError> {
        self.record_with_crops(entry, &[], witnessed)
    }

    fn advance(
        &mut self,
        steps: &[(i64, Event)],
        witnessed: &Witnessed,
    ) -> Result<Vec<State>, StoreError> {
        self.transact(|transaction| outbox::advance(transaction, steps, witnessed))
    }

    fn history(&mut self, id: RecordId) -> Result<Vec<Stored>, StoreError> {
        self.read(|connection| outbox::history(connection, id))
    }

    fn with_key(&mut self, key: &ConflictKey) -> Result<Vec<Stored>, StoreError> {
        self.read(|connection| outbox::with_key(connection, key))
    }

    fn of_person(&mut self, number: VoucherNumber) -> Result<Vec<Stored>, StoreError> {
        self.read(|connection| outbox::of_person(connection, number))
    }

    fn in_state(&mut self, state: State, limit: u32) -> Result<Vec<Stored>, StoreError> {
        self.read(|connection| outbox::in_state(connection, state, limit))
    }

    fn outgoing(&mut self, after: i64, limit: u32) -> Result<Vec<Outgoing>, StoreError> {
        self.read(|connection| outgoing::outgoing(connection, after, limit))
    }

    fn open_slips(&mut self) -> Result<Vec<Stored>, StoreError> {
        self.read(outbox::open_slips)
    }

    fn counts(&mut self, date: Option<Date>) -> Result<Counts, StoreError> {
        self.read(|connection| outbox::counts(connection, date))
    }
}
