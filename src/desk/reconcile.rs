//! 照合: the pile of paper, laid down sheet by sheet again, against the day of all tablets.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::intake::{RecordId, StationId};
use crate::text::Bilingual;
use crate::voucher::{DoseNumber, VoucherNumber, as_text};

/// One record of a tablet's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayEntry {
    /// The voucher's number; `None` while it is to follow.
    #[serde(with = "as_text::option")]
    pub number: Option<VoucherNumber>,
    /// Which dose.
    pub dose: DoseNumber,
    /// The record.
    pub record: RecordId,
    /// Whether it was cancelled.
    pub cancelled: bool,
}

/// The day of one tablet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayFile {
    /// Which tablet.
    pub station: StationId,
    /// Which day, in Asia/Tokyo.
    pub date: Date,
    /// When the file was made, by the tablet's wall clock.
    pub made_at: Timestamp,
    /// Whether the day was closed then; otherwise more records may have followed.
    pub closed: bool,
    /// Its records of the day.
    pub entries: Vec<DayEntry>,
}

/// A record that holds, and where it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnRecord {
    /// On which tablet.
    pub station: StationId,
    /// The record.
    pub record: RecordId,
    /// The voucher's number; `None` while it is to follow.
    pub number: Option<VoucherNumber>,
    /// Which dose.
    pub dose: DoseNumber,
}

/// What is known of a sheet of paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// 記録済: the records that hold; more than one is a double.
    Recorded(Vec<OnRecord>),
    /// 未記録.
    NotRecorded {
        /// Whether there was a record that was cancelled.
        cancelled: bool,
    },
    /// The sheet lay there before.
    Again,
}

impl Found {
    /// What to tell a person.
    pub fn words(&self) -> Bilingual {
        let (ja, en) = match self {
            Self::Recorded(records) if records.len() > 1 => (
                "二重に記録されています。よけてください",
                "recorded more than once: lay it apart",
            ),
            Self::Recorded(_) => ("記録済", "recorded"),
            Self::NotRecorded { cancelled: true } => (
                "未記録（取り消し済み）。よけてください",
                "not recorded (cancelled): lay it apart",
            ),
            Self::NotRecorded { cancelled: false } => {
                ("未記録。よけてください", "not recorded: lay it apart")
            }
            Self::Again => ("照合済み", "was here before"),
        };
        Bilingual::new(ja, en)
    }
}

/// What does not fit, at the end of the pile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Sheets without a record that holds, in the order of the pile.
    pub paper_without_record: Vec<VoucherNumber>,
    /// Records without a sheet, slips among them.
    pub record_without_paper: Vec<OnRecord>,
    /// Records of the same dose of the same person, each group once.
    pub doubles: Vec<Vec<OnRecord>>,
    /// Tablets whose day was not closed when their file was made, each once: records may be
    /// missing.
    pub open_days: Vec<StationId>,
}

impl Report {
    /// Whether everything fits.
    pub fn is_clean(&self) -> bool {
        *self == Self::default()
    }
}

/// The pile against the tablets.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// Records that hold, each once, in the order of the files.
    holding: Vec<OnRecord>,
    cancelled: BTreeSet<VoucherNumber>,
    open_days: BTreeSet<StationId>,
    seen: BTreeSet<VoucherNumber>,
    pile: Vec<VoucherNumber>,
}

impl Reconciliation {
    /// The days of all tablets. A record that two files have, as when a tablet's records came back
    /// on another, is one record; it is cancelled if either says so.
    pub fn new(files: &[DayFile]) -> Self {
        let all = || files.iter().flat_map(|file| &file.entries);
        let cancelled = all().filter(|entry| entry.cancelled);
        let cancelled: BTreeSet<RecordId> = cancelled.map(|entry| entry.record).collect();
        let mut known = cancelled.clone();
        let mut holding = Vec::new();
        for file in files {
            for entry in &file.entries {
                if known.insert(entry.record) {
                    holding.push(OnRecord {
                        station: file.station.clone(),
                        record: entry.record,
                        number: entry.number,
                        dose: entry.dose,
                    });
                }
            }
        }
        let open = files.iter().filter(|file| !file.closed);
        let of_cancelled = all().filter(|entry| cancelled.contains(&entry.record));
        Self {
            holding,
            cancelled: of_cancelled.filter_map(|entry| entry.number).collect(),
            open_days: open.map(|file| file.station.clone()).collect(),
            seen: BTreeSet::new(),
            pile: Vec::new(),
        }
    }

    /// The number of the next sheet of the pile was read.
    pub fn read(&mut self, number: VoucherNumber) -> Found {
        if !self.seen.insert(number) {
            return Found::Again;
        }
        self.pile.push(number);
        let of_it = self.holding.iter().filter(|on| on.number == Some(number));
        let records: Vec<OnRecord> = of_it.cloned().collect();
        if records.is_empty() {
            let cancelled = self.cancelled.contains(&number);
            Found::NotRecorded { cancelled }
        } else {
            Found::Recorded(records)
        }
    }

    /// How many sheets were read.
    pub fn sheets(&self) -> usize {
        self.pile.len()
    }

    /// What does not fit, once the whole pile was read.
    pub fn report(&self) -> Report {
        let recorded: BTreeSet<_> = self.holding.iter().filter_map(|on| on.number).collect();
        let has_paper =
            |on: &&OnRecord| on.number.is_some_and(|number| self.seen.contains(&number));
        Report {
            paper_without_record: (self.pile.iter().copied())
                .filter(|number| !recorded.contains(number))
                .collect(),
            record_without_paper: (self.holding.iter())
                .filter(|on| !has_paper(on))
                .cloned()
                .collect(),
            doubles: self.doubles(),
            open_days: self.open_days.iter().cloned().collect(),
        }
    }

    /// Records of the same dose of the same person: municipality, 券番号 and dose number.
    fn doubles(&self) -> Vec<Vec<OnRecord>> {
        let mut groups: BTreeMap<_, Vec<OnRecord>> = BTreeMap::new();
        for on in &self.holding {
            if let Some(number) = on.number {
                let key = (number.municipality(), number.personal(), number.dose());
                groups.entry(key).or_default().push(on.clone());
            }
        }
        groups
            .into_values()
            .filter(|group| group.len() > 1)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn number(person: u8) -> VoucherNumber {
        format!("2213101600123456{person:02}").parse().unwrap()
    }

    fn record(id: u128) -> RecordId {
        RecordId::from_uuid(Uuid::from_u128(id))
    }

    fn entry(id: u128, person: u8, cancelled: bool) -> DayEntry {
        DayEntry {
            number: Some(number(person)),
            dose: number(person).dose(),
            record: record(id),
            cancelled,
        }
    }

    fn file(station: &str, entries: &[DayEntry]) -> DayFile {
        DayFile {
            date: jiff::civil::date(2021, 11, 20),
            station: StationId::new(station).unwrap(),
            made_at: "2021-11-20T17:00:00+09:00".parse().unwrap(),
            closed: true,
            entries: entries.to_vec(),
        }
    }

    fn records(all: &[OnRecord]) -> Vec<RecordId> {
        all.iter().map(|on| on.record).collect()
    }

    #[test]
    fn a_sheet_is_recorded_on_whichever_tablet_or_not_at_all() {
        let mut pile = Reconciliation::new(&[
            file("a", &[entry(1, 1, false)]),
            file("b", &[entry(2, 2, false), entry(3, 3, true)]),
        ]);
        let Found::Recorded(on) = pile.read(number(2)) else {
            panic!("not found")
        };
        assert_eq!((on.len(), on[0].station.as_str()), (1, "b"));
        assert_eq!(pile.read(number(3)), Found::NotRecorded { cancelled: true });
        assert_eq!(
            pile.read(number(4)),
            Found::NotRecorded { cancelled: false }
        );
        assert_eq!(pile.read(number(2)), Found::Again);
        let report = pile.report();
        assert_eq!(report.paper_without_record, [number(3), number(4)]);
        assert_eq!(records(&report.record_without_paper), [record(1)]);
        assert_eq!(pile.sheets(), 3);
    }

    #[test]
    fn the_same_dose_on_two_tablets_is_a_double_whichever_kind_of_ticket_it_was() {
        let own = entry(1, 1, false);
        let other_kind = DayEntry {
            number: Some("121310160012345601".parse().unwrap()),
            record: record(2),
            ..own
        };
        let pile = Reconciliation::new(&[file("a", &[own]), file("b", &[other_kind])]);
        let doubles = pile.report().doubles;
        assert_eq!(
            doubles
                .iter()
                .map(|group| records(group))
                .collect::<Vec<_>>(),
            [[record(1), record(2)]]
        );
    }

    #[test]
    fn a_record_that_two_files_have_is_one_and_cancelled_if_either_says_so() {
        let files = |cancelled| {
            [
                file("a", &[entry(1, 1, false)]),
                file("b", &[entry(1, 1, cancelled)]),
            ]
        };
        let report = Reconciliation::new(&files(false)).report();
        assert!(report.doubles.is_empty());
        assert_eq!(records(&report.record_without_paper), [record(1)]);
        let mut pile = Reconciliation::new(&files(true));
        assert_eq!(pile.read(number(1)), Found::NotRecorded { cancelled: true });
    }

    #[test]
    fn a_slip_is_a_record_without_paper() {
        let mut slip = entry(1, 1, false);
        slip.number = None;
        let report = Reconciliation::new(&[file("a", &[slip])]).report();
        assert_eq!(records(&report.record_without_paper), [record(1)]);
        assert!(!report.is_clean());
    }

    #[test]
    fn a_day_that_was_not_closed_never_fits_however_well_the_pile_does() {
        let whole = file("a", &[]);
        let open = DayFile {
            closed: false,
            ..file("b", &[entry(1, 1, false)])
        };
        let mut pile = Reconciliation::new(&[whole, open.clone(), open.clone()]);
        pile.read(number(1));
        let report = pile.report();
        assert_eq!(report.open_days, [open.station]);
        assert!(report.record_without_paper.is_empty() && !report.is_clean());
    }

    proptest! {
        #[test]
        fn every_sheet_and_every_record_is_matched_or_listed(
            entries in prop::collection::vec((0u8..12, any::<bool>(), 0u8..3), 0..30),
            pile in prop::collection::vec(0u8..12, 0..30),
        ) {
            let files: Vec<DayFile> = (0u8..3).map(|tablet| {
                let own = entries.iter().enumerate().filter(|(_, (_, _, on))| *on == tablet);
                let own: Vec<_> = own.map(|(id, (p, c, _))| entry(id as u128, *p, *c)).collect();
                file(&format!("t{tablet}"), &own)
            }).collect();
            let mut reconciliation = Reconciliation::new(&files);
            let mut matched = BTreeSet::new();
            let mut unmatched = Vec::new();
            for person in &pile {
                match reconciliation.read(number(*person)) {
                    Found::Recorded(on) => matched.extend(records(&on)),
                    Found::NotRecorded { .. } => unmatched.push(number(*person)),
                    Found::Again => {}
                }
            }
            let report = reconciliation.report();
            prop_assert_eq!(&report.paper_without_record, &unmatched);
            let holding = entries.iter().filter(|(_, cancelled, _)| !cancelled).count();
            prop_assert_eq!(matched.len() + report.record_without_paper.len(), holding);
        }
    }
}
