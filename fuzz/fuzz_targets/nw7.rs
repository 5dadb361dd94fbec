//! NW-7: whatever a region shows, what is read of it is a symbol, and lies in the region.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use uketsuke::marks::{Mark, MarkKind, read_nw7};
use uketsuke::optics::{OrientedBox, Quad};
use uketsuke_fuzz::Region;

/// Characters of a symbol, start and stop letter included.
const LENGTHS: std::ops::RangeInclusive<usize> = 5..=40;

/// The region is searched with this much beyond its ends, for quiet zones.
const SEARCHED: f32 = 1.16;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(Region { plane, area }) = Region::from_bytes(bytes) else {
        return Corpus::Reject;
    };
    if let Some(mark) = read_nw7(&plane, &area) {
        check(&mark, &area);
        let again = read_nw7(&plane, &area);
        assert_eq!(again.as_ref(), Some(&mark), "read twice, and not the same");
        if let Some(turned) = read_nw7(&plane, &area.turned()) {
            assert_eq!(turned.text, mark.text, "another text from the other end");
            let (one, other) = (&mark.corners, &turned.corners);
            assert!(lie_alike(one, other), "{one:?} and {other:?}");
        }
    }
    Corpus::Keep
});

/// Whether both read in the same direction and are the same side up. They need not be in the same
/// place: rows that are shifted against each other show one symbol in two.
fn lie_alike(one: &Quad, other: &Quad) -> bool {
    let side = |quad: &Quad, corner: usize| {
        let [from, to] = [quad.0[0], quad.0[corner]];
        (to.x - from.x, to.y - from.y)
    };
    [1, 3].into_iter().all(|corner| {
        let ((x, y), (u, v)) = (side(one, corner), side(other, corner));
        x * u + y * v > 0.0
    })
}

fn check(mark: &Mark, area: &OrientedBox) {
    assert_eq!(mark.kind, MarkKind::Nw7);
    assert!(LENGTHS.contains(&mark.text.len()), "{:?}", mark.text);
    assert!(is_symbol(&mark.text), "{:?}", mark.text);
    for corner in mark.corners.0 {
        let (u, v) = area.local(corner);
        let (most_u, most_v) = (area.length * SEARCHED / 2.0, area.height / 2.0);
        let (past_u, past_v) = (u.abs() - most_u, v.abs() - most_v);
        assert!(
            past_u <= 1.0 && past_v <= 1.0,
            "{corner:?} is outside {area:?}"
        );
    }
}

/// A letter from A to D at each end and nowhere else (JIS X 0506).
fn is_symbol(text: &str) -> bool {
    let guard = |c: char| matches!(c, 'A'..='D');
    let inner = |c: char| c.is_ascii_digit() || "-$:/.+".contains(c);
    text.strip_prefix(guard)
        .and_then(|rest| rest.strip_suffix(guard))
        .is_some_and(|within| within.chars().all(inner))
}
