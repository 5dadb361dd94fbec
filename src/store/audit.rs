//! The audit log: append-only, numbered by the station, each row chained to the one before it.
//!
//! The chain tells that a row was changed; the [watermark](super::watermark), whose key is not in
//! the database, tells that the end was cut off or the whole chain forged.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};

use super::digest::{Digest, Fields};
use super::error::StoreError;
use crate::clock::{self, Moment, RunId};
use crate::intake::{Finding, OperatorId, Severity};

/// What was done. The names are in the database and in exports for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// The directory was born.
    Born,
    /// A record was entered.
    Recorded,
    /// A record was corrected.
    Corrected,
    /// A record was cancelled.
    Cancelled,
    /// A person settled what a finding asked.
    Reviewed,
    /// Entries went into a batch.
    Sent,
    /// A batch stayed unanswered.
    Unanswered,
    /// The server took entries.
    Acknowledged,
    /// The server refused entries.
    Rejected,
    /// Entries contradict others.
    Contradicted,
    /// A person sent entries on their way again.
    Requeued,
    /// Entries that no server has were taken out of the queue.
    Withdrawn,
    /// The station enrolled at a record API.
    Enrolled,
    /// Somebody signed in.
    SignedIn,
    /// A PIN or code was wrong.
    SignInFailed,
    /// Somebody signed out, or was signed out.
    SignedOut,
    /// An operator's account was added or changed.
    AccountChanged,
    /// A session was confirmed.
    SessionConfirmed,
    /// A file was imported.
    Imported,
    /// Records left the station as a file.
    Exported,
    /// A day was closed.
    DayClosed,
    /// A day that was closed was opened again.
    DayReopened,
    /// Another operator took over.
    Relieved,
    /// A record was made although a finding stopped it.
    RecordedAllTheSame,
    /// A voucher was not recorded, for a reason.
    Declined,
    /// A voucher was left undecided.
    LeftUndecided,
    /// An undecided voucher was read again as a record.
    ReadAgain,
    /// A voucher was put aside.
    PutAside,
    /// A voucher that was put aside was taken up again.
    TookUp,
    /// A voucher that was put aside needs nothing more.
    SettledAside,
    /// A slip was given out.
    IssuedSlip,
    /// Vials and syringes were counted.
    Counted,
    /// Doses were thrown away.
    Discarded,
    /// What stays open at the close was explained.
    Explained,
    /// Pictures were purged.
    Purged,
    /// Rows were rescued from a damaged database; which are missing.
    Salvaged,
    /// Records came back from a second copy.
    Recovered,
}

impl Act {
    const ALL: [Self; 37] = [
        Self::Born,
        Self::Recorded,
        Self::Corrected,
        Self::Cancelled,
        Self::Reviewed,
        Self::Sent,
        Self::Unanswered,
        Self::Acknowledged,
        Self::Rejected,
        Self::Contradicted,
        Self::Requeued,
        Self::Withdrawn,
        Self::Enrolled,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::AccountChanged,
        Self::SessionConfirmed,
        Self::Imported,
        Self::Exported,
        Self::DayClosed,
        Self::DayReopened,
        Self::Relieved,
        Self::RecordedAllTheSame,
        Self::Declined,
        Self::LeftUndecided,
        Self::ReadAgain,
        Self::PutAside,
        Self::TookUp,
        Self::SettledAside,
        Self::IssuedSlip,
        Self::Counted,
        Self::Discarded,
        Self::Explained,
        Self::Purged,
        Self::Salvaged,
        Self::Recovered,
    ];

    /// The act's name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Born => "born",
            Self::Recorded => "recorded",
            Self::Corrected => "corrected",
            Self::Cancelled => "cancelled",
            Self::Reviewed => "reviewed",
            Self::Sent => "sent",
            Self::Unanswered => "unanswered",
            Self::Acknowledged => "acknowledged",
            Self::Rejected => "rejected",
            Self::Contradicted => "contradicted",
            Self::Requeued => "requeued",
            Self::Withdrawn => "withdrawn",
            Self::Enrolled => "enrolled",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::AccountChanged => "account_changed",
            Self::SessionConfirmed => "session_confirmed",
            Self::Imported => "imported",
            Self::Exported => "exported",
            Self::DayClosed => "day_closed",
            Self::DayReopened => "day_reopened",
            Self::Relieved => "relieved",
            Self::RecordedAllTheSame => "recorded_all_the_same",
            Self::Declined => "declined",
            Self::LeftUndecided => "left_undecided",
            Self::ReadAgain => "read_again",
            Self::PutAside => "put_aside",
            Self::TookUp => "took_up",
            Self::SettledAside => "settled_aside",
            Self::IssuedSlip => "issued_slip",
            Self::Counted => "counted",
            Self::Discarded => "discarded",
            Self::Explained => "explained",
            Self::Purged => "purged",
            Self::Salvaged => "salvaged",
            Self::Recovered => "recovered",
        }
    }

    /// The act of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.name() == name)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Who did something, at which moment, looking at what.
#[derive(Debug, Clone)]
pub struct Witnessed {
    /// Who: an operator, or a part of the program (`import`, `sync`).
    pub actor: OperatorId,
    /// When, by both clocks.
    pub moment: Moment,
    /// What was shown.
    pub shown: Vec<Shown>,
}

/// A finding that was shown with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its stable identifier; never a voucher's number.
    pub finding: String,
    /// Whether a person has to look at it later.
    pub for_review: bool,
}

impl From<&Finding> for Shown {
    /// Notes are shown; the rest waits for a person.
    fn from(finding: &Finding) -> Self {
        Self {
            finding: finding.code.as_str().to_owned(),
            for_review: finding.severity > Severity::Note,
        }
    }
}

impl Witnessed {
    /// Somebody did something with nothing on the screen to remark.
    pub fn new(actor: OperatorId, moment: Moment) -> Self {
        Self {
            actor,
            moment,
            shown: Vec::new(),
        }
    }

    fn shown_names(&self) -> Vec<&str> {
        self.shown
            .iter()
            .map(|shown| shown.finding.as_str())
            .collect()
    }
}

/// One row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// The station's sequence number.
    pub sequence: i64,
    /// Wall clock, microseconds since 1970.
    pub wall: i64,
    /// Monotonic clock, microseconds since the start of the run.
    pub monotonic: i64,
    /// The run of the program.
    pub run: i64,
    /// By how many seconds the wall clock had jumped since the row before; `None` if it had not.
    pub clock_jump: Option<i64>,
    /// Who.
    pub actor: String,
    /// What, an [`Act`]'s name.
    pub act: String,
    /// The entry that it was done to.
    pub subject: Option<i64>,
    /// What was shown.
    pub shown: String,
    /// Particulars, never a voucher's number.
    pub detail: String,
    /// Digest of what was written elsewhere in the same transaction.
    pub digest: Option<Digest>,
    /// Digest of this row and all before it.
    pub chain: Digest,
}

/// What an audit row is about.
pub(super) struct Particulars<'a> {
    pub act: Act,
    pub subject: Option<i64>,
    pub detail: &'a str,
    pub digest: Option<Digest>,
}

impl<'a> Particulars<'a> {
    pub(super) fn of(act: Act, detail: &'a str) -> Self {
        Self {
            act,
            subject: None,
            detail,
            digest: None,
        }
    }
}

/// Where the chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last sequence number; 0 before the first row.
    pub sequence: i64,
    /// The last row's chain value; zeros before the first row.
    pub chain: Digest,
}

impl Head {
    /// Before the first row.
    pub const START: Self = Self {
        sequence: 0,
        chain: [0; 32],
    };

    /// The first twelve hexadecimal digits of the chain: short enough to be written onto the
    /// day's paper, where no tablet can change it.
    pub fn seal(&self) -> String {
        self.chain[..6].iter().map(|b| format!("{b:02X}")).collect()
    }
}

impl AuditRow {
    /// Where the chain stands with this row.
    pub fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            chain: self.chain,
        }
    }

    /// The row's chain value, from the value before it.
    pub(super) fn chained_to(&self, previous: &Digest) -> Digest {
        Fields::of("uketsuke audit 1")
            .bytes(previous)
            .number(self.sequence)
            .number(self.wall)
            .number(self.monotonic)
            .number(self.run)
            .optional(self.clock_jump, Fields::number)
            .text(&self.actor)
            .text(&self.act)
            .optional(self.subject, Fields::number)
            .text(&self.shown)
            .text(&self.detail)
            .optional(self.digest.as_ref(), |f, digest| f.bytes(digest))
            .finish()
    }

    /// Both clocks at the row, to compare the next one with.
    fn moment(&self) -> Option<Moment> {
        Some(Moment {
            wall: Timestamp::from_microsecond(self.wall).ok()?,
            monotonic: Duration::from_micros(u64::try_from(self.monotonic).ok()?),
            run: RunId(self.run),
        })
    }

    /// Reads a row of `SELECT * FROM audit`, by position for the sake of a million of them.
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            sequence: row.get(0)?,
            wall: row.get(1)?,
            monotonic: row.get(2)?,
            run: row.get(3)?,
            clock_jump: row.get(4)?,
            actor: row.get(5)?,
            act: row.get(6)?,
            subject: row.get(7)?,
            shown: row.get(8)?,
            detail: row.get(9)?,
            digest: row.get(10)?,
            chain: row.get(11)?,
        })
    }

    pub(super) fn insert(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut statement = connection.prepare_cached(
            "INSERT INTO audit (sequence, wall, monotonic, run, clock_jump, actor, act, subject, \
             shown, detail, digest, chain) VALUES (:sequence, :wall, :monotonic, :run, \
             :clock_jump, :actor, :act, :subject, :shown, :detail, :digest, :chain)",
        )?;
        statement.execute(named_params! {
            ":sequence": self.sequence,
            ":wall": self.wall,
            ":monotonic": self.monotonic,
            ":run": self.run,
            ":clock_jump": self.clock_jump,
            ":actor": self.actor,
            ":act": self.act,
            ":subject": self.subject,
            ":shown": self.shown,
            ":detail": self.detail,
            ":digest": self.digest,
            ":chain": self.chain,
        })?;
        Ok(())
    }
}

/// The last row of the log.
pub(super) fn last(connection: &Connection) -> rusqlite::Result<Option<AuditRow>> {
    connection
        .prepare_cached("SELECT * FROM audit ORDER BY sequence DESC LIMIT 1")?
        .query_row([], AuditRow::read)
        .optional()
}

/// Where the chain stands.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    Ok(last(connection)?.map_or(Head::START, |row| row.head()))
}

/// Appends a row and returns it.
pub(super) fn append(
    connection: &Connection,
    witnessed: &Witnessed,
    what: &Particulars<'_>,
) -> Result<AuditRow, StoreError> {
    let before = last(connection)?;
    let row = next(before.as_ref(), witnessed, what);
    row.insert(connection)?;
    Ok(row)
}

/// The row that follows `before`. Pure.
pub(super) fn next(
    before: Option<&AuditRow>,
    witnessed: &Witnessed,
    what: &Particulars<'_>,
) -> AuditRow {
    let moment = &witnessed.moment;
    let jump = before
        .and_then(AuditRow::moment)
        .and_then(|before| clock::jump(&before, moment));
    let mut row = AuditRow {
        sequence: before.map_or(0, |row| row.sequence) + 1,
        wall: moment.wall.as_microsecond(),
        monotonic: i64::try_from(moment.monotonic.as_micros()).unwrap_or(i64::MAX),
        run: moment.run.0,
        clock_jump: jump.map(|jump| jump.as_secs()),
        actor: witnessed.actor.to_string(),
        act: what.act.name().to_owned(),
        subject: what.subject,
        shown: witnessed.shown_names().join(","),
        detail: what.detail.to_owned(),
        digest: what.digest,
        chain: [0; 32],
    };
    row.chain = row.chained_to(before.map_or(&Head::START.chain, |row| &row.chain));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn witnessed(wall: &str) -> Witnessed {
        Witnessed::new(
            OperatorId::new("clerk-01").unwrap(),
            Moment {
                wall: wall.parse().unwrap(),
                monotonic: Duration::from_secs(60),
                run: RunId(7),
            },
        )
    }

    #[test]
    fn names_and_acts_are_two_forms_of_one_list() {
        for act in Act::ALL {
            assert_eq!(Act::from_name(act.name()), Some(act));
        }
    }

    #[test]
    fn a_row_is_chained_to_the_one_before_it() {
        let what = Particulars::of(Act::SignedIn, "");
        let first = next(None, &witnessed("2021-11-20T01:00:00Z"), &what);
        let second = next(Some(&first), &witnessed("2021-11-20T01:00:00Z"), &what);
        assert_eq!(second.sequence, 2);
        assert_eq!(second.chain, second.chained_to(&first.chain));
        let mut forged = first.clone();
        forged.actor = "clerk-02".into();
        assert_ne!(forged.chained_to(&[0; 32]), first.chain);
    }

    #[test]
    fn a_jump_of_ten_years_keeps_the_order_and_is_flagged() {
        let what = Particulars::of(Act::SignedIn, "");
        let first = next(None, &witnessed("2021-11-20T01:00:00Z"), &what);
        for wall in ["2011-11-20T01:00:00Z", "2031-11-20T01:00:00Z"] {
            let second = next(Some(&first), &witnessed(wall), &what);
            assert_eq!(second.sequence, 2, "{wall}");
            assert!(
                second
                    .clock_jump
                    .is_some_and(|s| s.abs() > 3600 * 24 * 3650)
            );
        }
    }
}
