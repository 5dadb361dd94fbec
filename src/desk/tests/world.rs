//! What surrounds a desk in its tests: a session, vouchers, and identities that count up.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::{Span, Timestamp};
use uuid::Uuid;

use crate::desk::*;
use crate::intake::*;
use crate::reading::{self, FrameId, Pattern, Presented, Verdict, Witness, WitnessKind};
use crate::text::Bilingual;
use crate::voucher::{TicketKindCodes, VoucherNumber};

pub(in crate::desk) const TODAY: Date = date(2021, 11, 20);

pub(in crate::desk) fn session() -> Session {
    session_in(Mode::AfterShot)
}

pub(in crate::desk) fn session_in(mode: Mode) -> Session {
    let file = "version = 1\nconfirmed = true\nmode = \"after-shot\"\ndate = \"2021-11-20\"\n\
         venue = \"市民会館\"\ndoctor = \"山田 太郎\"\nproduct = \"comirnaty-12\"\nlot = \"FJ7489\"\n\
         ticket_kind = \"vaccination\"\noperator = \"clerk-01\"\n";
    let session = Session::parse(file).unwrap();
    Session { mode, ..session }
}

pub(in crate::desk) fn number(person: u8) -> VoucherNumber {
    format!("2213101600123456{person:02}").parse().unwrap()
}

pub(in crate::desk) fn reason() -> Reason {
    Reason::new("本人に確かめた").unwrap()
}

pub(in crate::desk) fn finding(code: FindingCode, severity: Severity) -> Finding {
    Finding {
        code,
        severity,
        message: Bilingual::new("所見", "finding"),
        remedy: Bilingual::new("対処", "remedy"),
    }
}

pub(in crate::desk) fn stop() -> Vec<Finding> {
    vec![finding(FindingCode::IntervalTooShort, Severity::Stop)]
}

pub(in crate::desk) fn review() -> Vec<Finding> {
    vec![finding(FindingCode::OddLot, Severity::Review)]
}

pub(in crate::desk) fn full() -> Bilingual {
    Bilingual::new("空き容量がありません", "the disk is full")
}

pub(in crate::desk) fn vials(lot: &str) -> VialKey {
    VialKey {
        product: ProductId::new("comirnaty-12").unwrap(),
        lot: Lot::new(lot).unwrap(),
    }
}

/// A desk, and what answers it.
pub(in crate::desk) struct World {
    pub desk: Desk,
    pub today: Date,
    /// What time it is.
    pub at: Timestamp,
    /// Identities given out.
    pub ids: u128,
    /// Frames seen; each presentation has one of its own.
    pub frame: u64,
    /// Places given out in the book.
    pub place: u64,
    /// The record that was last asked to be checked.
    pub asked: Option<RecordId>,
    /// The entry that was last asked to be kept.
    pub sent: Option<Entry>,
}

impl World {
    pub fn new() -> Self {
        let station = StationId::new("tablet-1").unwrap();
        let catalogue = Catalogue::built_in().unwrap();
        Self {
            desk: Desk::new(station, catalogue, TicketKindCodes::default()),
            today: TODAY,
            at: Timestamp::UNIX_EPOCH,
            ids: 0,
            frame: 0,
            place: 0,
            asked: None,
            sent: None,
        }
    }

    pub fn open(mode: Mode) -> Self {
        let mut world = Self::new();
        world.does(Input::ConfirmSession(session_in(mode)));
        world
    }

    pub fn stage(&self) -> Stage {
        self.desk.stage(self.today)
    }

    pub fn view(&self) -> Snapshot {
        self.desk.snapshot(self.today)
    }

    pub fn step(&mut self, input: Input) -> Vec<Effect> {
        let ids = &mut self.ids;
        let mut now = Now {
            today: self.today,
            at: self.at,
            new_id: &mut || {
                *ids += 1;
                RecordId::from_uuid(Uuid::from_u128(*ids))
            },
        };
        let effects = self.desk.step(input, &mut now);
        for effect in &effects {
            match effect {
                Effect::Check { record, .. } => self.asked = Some(*record),
                Effect::Record { entry, .. } => self.sent = Some((**entry).clone()),
                _ => {}
            }
        }
        effects
    }

    /// A step that must not be refused; what it sounds like.
    pub fn does(&mut self, input: Input) -> Vec<Sound> {
        let told = format!("{input:?}");
        let effects = self.step(input);
        assert_eq!(refusal(&effects), None, "{told}");
        sounds(&effects)
    }

    /// A step that must be refused; why.
    pub fn refuses(&mut self, input: Input) -> Refusal {
        let told = format!("{input:?}");
        let effects = self.step(input);
        refusal(&effects).unwrap_or_else(|| panic!("was not refused: {told}"))
    }

    pub fn read(&mut self, number: VoucherNumber) -> Input {
        self.frame += 1;
        Input::Accepted(Read {
            number,
            frame: FrameId(self.frame),
            witnesses: vec![WitnessKind::Line, WitnessKind::Nw7],
        })
    }

    /// A doubt about a voucher whose line is all that was read.
    pub fn doubt(&mut self, number: VoucherNumber) -> Input {
        self.frame += 1;
        let digits = Pattern(number.digits().map(Some));
        Input::InDoubt(Doubt {
            frame: FrameId(self.frame),
            candidate: digits,
            reasons: vec![reading::Reason::TooFewWitnesses],
            witnesses: vec![Witness {
                kind: WitnessKind::Line,
                digits,
                confidence: None,
                sure: true,
            }],
        })
    }

    pub fn ended(&self, verdict: Verdict) -> Input {
        Input::Ended(Presented {
            verdict,
            first: FrameId(self.frame),
            decided: None,
            last: FrameId(self.frame),
        })
    }

    pub fn lay(&mut self, person: u8) -> Vec<Sound> {
        let read = self.read(number(person));
        sounds(&self.step(read))
    }

    pub fn take_away(&mut self) -> Vec<Sound> {
        let refused = Verdict::Refused {
            reasons: vec![reading::Reason::NoVoucher],
        };
        let ended = self.ended(refused);
        self.does(ended)
    }

    pub fn checked(&mut self, findings: Vec<Finding>) -> Vec<Sound> {
        let record = self.asked.unwrap();
        self.does(Input::Checked { record, findings })
    }

    pub fn next_place(&mut self) -> SequenceNumber {
        self.place += 1;
        SequenceNumber(self.place)
    }

    pub fn kept(&mut self) -> Vec<Sound> {
        let entry = self.sent.as_ref().unwrap().id;
        let kept = Kept::AsNew(self.next_place());
        self.does(Input::Recorded { entry, kept })
    }

    pub fn not_kept(&mut self) -> Vec<Sound> {
        let entry = self.sent.as_ref().unwrap().id;
        self.does(Input::NotRecorded { entry, why: full() })
    }

    /// A voucher from the table into the book; it still lies there.
    pub fn record(&mut self, person: u8) -> RecordId {
        self.lay(person);
        self.checked(Vec::new());
        assert_eq!(self.kept(), [Sound::Recorded]);
        self.sent.as_ref().unwrap().id
    }

    /// The program ends and starts again, with what it kept and what the book told it.
    pub fn restart(&mut self) {
        self.restart_after(&[]);
    }

    /// The program ends before it hears that these entries are in the book, and starts again.
    pub fn restart_after(&mut self, unheard: &[(Entry, SequenceNumber)]) {
        let kept = serde_json::to_string(&self.desk.notes()).unwrap();
        let day = self.desk.day.as_ref();
        let mut records = day.map_or_else(Vec::new, |day| day.records.clone());
        let mut to_follow = self.desk.slip_records.clone();
        for (entry, place) in unheard {
            into_the_book(&mut records, &mut to_follow, entry, *place);
        }
        records.retain(|kept| day.is_some_and(|day| day.date == kept.record.date));
        let resumed = Resumed {
            notes: serde_json::from_str(&kept).unwrap(),
            records,
            to_follow: to_follow.into_values().collect(),
            last: SequenceNumber(self.place),
        };
        let catalogue = Catalogue::built_in().unwrap();
        let codes = TicketKindCodes::default();
        self.desk = Desk::resume(self.desk.station.clone(), catalogue, codes, resumed);
    }

    pub fn tomorrow(&mut self) {
        self.today = self.today.checked_add(Span::new().days(1)).unwrap();
    }
}

/// What the book says after an entry that nobody heard of.
fn into_the_book(
    records: &mut Vec<DayRecord>,
    to_follow: &mut BTreeMap<RecordId, VaccinationRecord>,
    entry: &Entry,
    sequence: SequenceNumber,
) {
    let (record, cancelled) = (
        &entry.record,
        matches!(entry.kind, EntryKind::Cancellation(_)),
    );
    match record.subject {
        Subject::ToFollow { .. } if !cancelled => to_follow.insert(record.id, record.clone()),
        _ => to_follow.remove(&record.id),
    };
    let standing = if cancelled {
        Standing::Cancelled
    } else {
        Standing::Standing
    };
    match records.iter_mut().find(|kept| kept.record.id == record.id) {
        Some(there) => (there.record, there.standing) = (record.clone(), standing),
        None if entry.kind == EntryKind::New => records.push(DayRecord {
            record: record.clone(),
            sequence,
            standing,
            contradicts: false,
            findings: Vec::new(),
        }),
        None => {}
    }
}

pub(in crate::desk) fn sounds(effects: &[Effect]) -> Vec<Sound> {
    let sound = |effect: &Effect| match effect {
        Effect::Sound(sound) => Some(*sound),
        _ => None,
    };
    effects.iter().filter_map(sound).collect()
}

pub(in crate::desk) fn refusal(effects: &[Effect]) -> Option<Refusal> {
    effects.iter().find_map(|effect| match effect {
        Effect::Refuse(refusal) => Some(refusal.clone()),
        _ => None,
    })
}
