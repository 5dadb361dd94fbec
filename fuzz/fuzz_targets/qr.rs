//! QR: whatever a region shows, the decoder's panics stay inside, and what it hands out is bounded.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use uketsuke::marks::{Mark, MarkKind, read_qr};
use uketsuke::optics::OrientedBox;
use uketsuke_fuzz::{Region, forgive_panics_of_others};

/// Longest text that is handed out, in characters.
const MOST_TEXT: usize = 512;

/// The view that is searched is a square around the region, somewhat larger than its longer side;
/// its corners are this many sides from the centre, and a symbol on its edge no further than that.
const REACH: f32 = 1.35;

fuzz_target!(init: forgive_panics_of_others(), |bytes: &[u8]| -> Corpus {
    let Some(Region { plane, area }) = Region::from_bytes(bytes) else {
        return Corpus::Reject;
    };
    if let Some(mark) = read_qr(&plane, &area) {
        check(&mark, &area);
        assert_eq!(read_qr(&plane, &area), Some(mark), "read twice, and not the same");
    }
    Corpus::Keep
});

fn check(mark: &Mark, area: &OrientedBox) {
    assert_eq!(mark.kind, MarkKind::Qr);
    assert!(mark.text.chars().count() <= MOST_TEXT);
    let reach = REACH * area.length.max(area.height);
    for corner in mark.corners.0 {
        let distance = corner.distance(area.centre);
        assert!(
            distance <= reach,
            "{corner:?} is {distance} px from the centre of {area:?}"
        );
    }
}
