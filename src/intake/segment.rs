//! The segments of a session: which vaccine was given from which record on.
//!
//! A new vial of another lot opens a new segment. Staff often notice some people later, so a
//! boundary can be moved, with a reason; what changes by that is told record by record, so that
//! each one gets a correction of its own.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::fields::Reason;
use super::record::{Outcome, Vaccine};

/// The place of a record in the station's book: what came first is told by it, and not by clocks.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct SequenceNumber(pub u64);

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A stretch of a session with one vaccine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The first record that belongs to it. The last one is before the next segment.
    pub begins_at: SequenceNumber,
    /// What was given.
    pub vaccine: Vaccine,
}

/// Why a segment cannot begin there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SegmentError {
    /// There is no such boundary.
    #[error(
        "{0} 番目の切り替えはありません。一覧から選び直してください / there is no change number {0}: choose one of the list"
    )]
    NoSuchBoundary(usize),
    /// A change before the current segment.
    #[error(
        "今のロットは記録 {begins_at} からです。切り替えはその記録以降に置いてください / \
         the current lot begins at record {begins_at}: put the change there or later"
    )]
    BeforeCurrent {
        /// Where it begins.
        begins_at: SequenceNumber,
    },
    /// A segment would be left without a record.
    #[error(
        "ロットの切り替えは記録 {after} より後、{before} より前に置いてください / \
         the change of lot must come after record {after} and before {before}"
    )]
    OutOfOrder {
        /// Where the segment before it begins.
        after: SequenceNumber,
        /// Where the segment after it begins; of the last one, the record that comes next.
        before: SequenceNumber,
    },
}

/// All segments of a session, in order; there is always one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segments {
    first: Segment,
    later: Vec<Segment>,
}

impl Segments {
    /// A session that begins with `vaccine` at the record `begins_at`.
    pub fn begin(begins_at: SequenceNumber, vaccine: Vaccine) -> Self {
        Self {
            first: Segment { begins_at, vaccine },
            later: Vec::new(),
        }
    }

    /// The segments in order.
    pub fn iter(&self) -> impl Iterator<Item = &Segment> {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// The segment that is going on.
    pub fn current(&self) -> &Segment {
        self.later.last().unwrap_or(&self.first)
    }

    /// From the record `at` on, which is the next one, `vaccine` is given. A change before
    /// anything was recorded with the last one replaces it, and one back to the vaccine before it
    /// leaves no boundary.
    ///
    /// # Errors
    ///
    /// [`SegmentError::BeforeCurrent`] when `at` lies before the current segment.
    pub fn change(&mut self, at: SequenceNumber, vaccine: Vaccine) -> Result<(), SegmentError> {
        let begins_at = self.current().begins_at;
        if at < begins_at {
            return Err(SegmentError::BeforeCurrent { begins_at });
        }
        // Without a record the current segment goes; the first one has none to fall back on.
        if at == begins_at && self.later.pop().is_none() {
            self.first.vaccine = vaccine;
        } else if self.current().vaccine != vaccine {
            self.later.push(Segment {
                begins_at: at,
                vaccine,
            });
        }
        Ok(())
    }

    /// What was given according to the segments at the record `at`; `None` before the session.
    pub fn vaccine_at(&self, at: SequenceNumber) -> Option<&Vaccine> {
        let segment = self.iter().filter(|segment| segment.begins_at <= at).last();
        segment.map(|segment| &segment.vaccine)
    }

    /// Plans to let the change number `boundary` (1 is the first change of lot) happen at the
    /// record `to`; the record that comes next is `next`. Nothing is changed here:
    /// [`BoundaryMove::segments`] is the session afterwards.
    ///
    /// # Errors
    ///
    /// [`SegmentError::NoSuchBoundary`]; [`SegmentError::OutOfOrder`] when a segment would be left
    /// without a record.
    pub fn move_boundary(
        &self,
        boundary: usize,
        to: SequenceNumber,
        next: SequenceNumber,
        reason: Reason,
    ) -> Result<BoundaryMove, SegmentError> {
        let index = boundary
            .checked_sub(1)
            .filter(|&index| index < self.later.len())
            .ok_or(SegmentError::NoSuchBoundary(boundary))?;
        let earlier = index.checked_sub(1).map_or(&self.first, |i| &self.later[i]);
        let moved = &self.later[index];
        let after = earlier.begins_at;
        let following = self.later.get(boundary);
        let before = following.map_or(next, |segment| segment.begins_at);
        if to <= after || to >= before {
            return Err(SegmentError::OutOfOrder { after, before });
        }
        let (records, from, into) = if to < moved.begins_at {
            (to..moved.begins_at, earlier, moved)
        } else {
            (moved.begins_at..to, moved, earlier)
        };
        let mut segments = self.clone();
        segments.later[index].begins_at = to;
        Ok(BoundaryMove {
            records,
            from: from.vaccine.clone(),
            into: into.vaccine.clone(),
            reason,
            segments,
        })
    }
}

/// What moving a boundary means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundaryMove {
    /// The records that come into another segment.
    pub records: Range<SequenceNumber>,
    /// What they were recorded with.
    pub from: Vaccine,
    /// What they were really given.
    pub into: Vaccine,
    /// Why, in the words of who moved it; goes into every correction.
    pub reason: Reason,
    /// The session's segments afterwards.
    pub segments: Segments,
}

impl BoundaryMove {
    /// What the record at `at`, so far with `outcome`, becomes; `None` where it stays as it is: it
    /// lies elsewhere, nothing was given, or a person corrected its vaccine already.
    pub fn correction(&self, at: SequenceNumber, outcome: &Outcome) -> Option<Outcome> {
        let affected = self.records.contains(&at)
            && matches!(outcome, Outcome::Given(vaccine) if *vaccine == self.from);
        affected.then(|| Outcome::Given(self.into.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::{Lot, Maker, ProductId};
    use super::*;

    fn vaccine(lot: &str) -> Vaccine {
        Vaccine {
            product: ProductId::new("comirnaty-12").unwrap(),
            maker: Maker::new("ファイザー").unwrap(),
            lot: Lot::new(lot).unwrap(),
        }
    }

    /// The record that comes next: 40 was the last.
    const NEXT: SequenceNumber = SequenceNumber(41);

    fn reason() -> Reason {
        Reason::new("ロット切り替えの入力が遅れた").unwrap()
    }

    /// Lot A from 10, B from 20, C from 30.
    fn segments() -> Segments {
        let mut segments = Segments::begin(SequenceNumber(10), vaccine("AA0001"));
        segments
            .change(SequenceNumber(20), vaccine("BB0001"))
            .unwrap();
        segments
            .change(SequenceNumber(30), vaccine("CC0001"))
            .unwrap();
        segments
    }

    /// The records of 1–40 that change, by number, and the lot that they then have.
    fn changed(plan: &BoundaryMove) -> Vec<(u64, String)> {
        let before = segments();
        (1..=40)
            .filter_map(|number| {
                let at = SequenceNumber(number);
                let outcome = Outcome::Given(before.vaccine_at(at)?.clone());
                match plan.correction(at, &outcome)? {
                    Outcome::Given(vaccine) => Some((number, vaccine.lot.to_string())),
                    Outcome::ConsultationOnly => None,
                }
            })
            .collect()
    }

    #[test]
    fn each_record_belongs_to_the_segment_that_began_last() {
        let segments = segments();
        for (at, lot) in [
            (9, None),
            (10, Some("AA0001")),
            (19, Some("AA0001")),
            (20, Some("BB0001")),
            (30, Some("CC0001")),
            (99, Some("CC0001")),
        ] {
            let found = segments.vaccine_at(SequenceNumber(at));
            assert_eq!(found.map(|vaccine| vaccine.lot.as_str()), lot, "{at}");
        }
    }

    #[test]
    fn a_boundary_moved_back_gives_the_later_lot_to_those_between() {
        let plan = segments()
            .move_boundary(1, SequenceNumber(17), NEXT, reason())
            .unwrap();
        let lots: Vec<_> = (17..20).map(|n| (n, "BB0001".to_owned())).collect();
        assert_eq!(changed(&plan), lots);
        let after = plan.segments.vaccine_at(SequenceNumber(17)).unwrap();
        assert_eq!(after.lot.as_str(), "BB0001");
    }

    #[test]
    fn a_boundary_moved_on_gives_the_earlier_lot_to_those_between() {
        let plan = segments()
            .move_boundary(2, SequenceNumber(33), NEXT, reason())
            .unwrap();
        let lots: Vec<_> = (30..33).map(|n| (n, "BB0001".to_owned())).collect();
        assert_eq!(changed(&plan), lots);
    }

    #[test]
    fn after_a_move_records_and_segments_agree() {
        for (boundary, to) in [(1, 11), (1, 29), (2, 21), (2, 39), (2, 40), (1, 20)] {
            let plan = segments()
                .move_boundary(boundary, SequenceNumber(to), NEXT, reason())
                .unwrap();
            for at in (10..=40).map(SequenceNumber) {
                let before = Outcome::Given(segments().vaccine_at(at).unwrap().clone());
                let now = plan.correction(at, &before).unwrap_or(before);
                let expected = plan.segments.vaccine_at(at).cloned().map(Outcome::Given);
                assert_eq!(
                    Some(now),
                    expected,
                    "change {boundary} to {to}, record {at}"
                );
            }
        }
    }

    #[test]
    fn consultations_and_records_corrected_by_hand_stay_as_they_are() {
        let plan = segments()
            .move_boundary(1, SequenceNumber(17), NEXT, reason())
            .unwrap();
        let at = SequenceNumber(18);
        assert_eq!(plan.correction(at, &Outcome::ConsultationOnly), None);
        let by_hand = Outcome::Given(vaccine("ZZ0001"));
        assert_eq!(plan.correction(at, &by_hand), None);
    }

    #[test]
    fn no_segment_is_left_without_a_record() {
        let segments = segments();
        for (boundary, to) in [(1, 10), (1, 30), (1, 5), (2, 20), (2, 41), (2, 99)] {
            let plan = segments.move_boundary(boundary, SequenceNumber(to), NEXT, reason());
            assert!(matches!(plan, Err(SegmentError::OutOfOrder { .. })), "{to}");
        }
        for boundary in [0, 3] {
            let plan = segments.move_boundary(boundary, SequenceNumber(15), NEXT, reason());
            assert_eq!(plan, Err(SegmentError::NoSuchBoundary(boundary)));
        }
    }

    #[test]
    fn a_change_before_any_record_replaces_and_one_to_the_same_vaccine_is_none() {
        let mut segments = Segments::begin(SequenceNumber(10), vaccine("AA0001"));
        segments
            .change(SequenceNumber(10), vaccine("BB0001"))
            .unwrap();
        segments
            .change(SequenceNumber(15), vaccine("BB0001"))
            .unwrap();
        assert_eq!(segments.iter().count(), 1);
        assert_eq!(segments.current().vaccine, vaccine("BB0001"));
        let back = segments.change(SequenceNumber(9), vaccine("CC0001"));
        let begins_at = SequenceNumber(10);
        assert_eq!(back, Err(SegmentError::BeforeCurrent { begins_at }));
    }

    #[test]
    fn a_change_taken_back_before_any_record_leaves_no_boundary() {
        let mut segments = segments();
        for (lot, lots) in [
            ("DD0001", vec!["AA0001", "BB0001", "DD0001"]),
            ("BB0001", vec!["AA0001", "BB0001"]),
        ] {
            segments.change(SequenceNumber(30), vaccine(lot)).unwrap();
            let found: Vec<_> = segments.iter().map(|s| s.vaccine.lot.as_str()).collect();
            assert_eq!(found, lots);
        }
        assert_eq!(segments.current().begins_at, SequenceNumber(20));
    }

    #[test]
    fn an_error_names_the_records_between_which_a_boundary_may_lie() {
        for (boundary, to, between) in [(1, 30, ["10", "30"]), (2, 41, ["20", "41"])] {
            let plan = segments().move_boundary(boundary, SequenceNumber(to), NEXT, reason());
            let error = plan.unwrap_err().to_string();
            assert!(
                between.iter().all(|at| error.matches(at).count() == 2),
                "{error}"
            );
        }
        let back = segments().change(SequenceNumber(29), vaccine("DD0001"));
        let error = back.unwrap_err().to_string();
        assert!(error.contains("30") && !error.contains('…'), "{error}");
    }
}
