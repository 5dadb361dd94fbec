//! Cut-outs of the number line and the marks, for a person who checks a record by eye.
//!
//! They never show the name, and go when the day is closed and the record acknowledged.

use rusqlite::{Connection, params};

use super::audit::{self, Act, Particulars, Witnessed};
use super::error::StoreError;
use super::probe::Step;
use super::sqlite::SqliteStore;

/// Which part of the voucher a cut-out shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CropPart {
    /// The OCR line.
    Line,
    /// The NW-7 barcode.
    Nw7,
    /// The QR.
    Qr,
    /// The printed 券番号.
    PersonalNumber,
}

impl CropPart {
    fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Nw7 => "nw7",
            Self::Qr => "qr",
            Self::PersonalNumber => "personal_number",
        }
    }
}

/// A cut-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crop {
    /// What it shows.
    pub part: CropPart,
    /// The picture, PNG.
    pub png: Vec<u8>,
}

/// Keeps the first cut-out of each part.
pub(super) fn insert(
    connection: &Connection,
    sequence: i64,
    crops: &[Crop],
) -> rusqlite::Result<()> {
    let mut statement = connection
        .prepare_cached("INSERT OR IGNORE INTO crop (sequence, part, png) VALUES (?1, ?2, ?3)")?;
    for crop in crops {
        statement.execute(params![sequence, crop.part.name(), crop.png])?;
    }
    Ok(())
}

impl SqliteStore {
    /// How many cut-outs are kept.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn crop_count(&mut self) -> Result<u64, StoreError> {
        self.read(|connection| {
            Ok(connection.query_row("SELECT count(*) FROM crop", [], |row| row.get(0))?)
        })
    }

    /// Removes the cut-outs of acknowledged and withdrawn entries of closed days; how many.
    ///
    /// # Errors
    /// [`StoreError::NotRecorded`].
    pub fn purge_crops(&mut self, witnessed: &Witnessed) -> Result<usize, StoreError> {
        let probe = self.opening().probe.clone();
        self.transact(|transaction| {
            let purged = transaction.execute(
                "DELETE FROM crop WHERE sequence IN (SELECT sequence FROM crop \
                 JOIN entry USING (sequence) JOIN delivery USING (sequence) \
                 JOIN closed_day USING (date) \
                 WHERE delivery.state IN ('acknowledged', 'withdrawn'))",
                [],
            )?;
            probe.reached(Step::PurgeDeleted);
            if purged > 0 {
                let detail = format!("{purged} pictures");
                audit::append(
                    transaction,
                    witnessed,
                    &Particulars::of(Act::Purged, &detail),
                )?;
            }
            Ok(purged)
        })
    }
}
