//! What an ordinary voucher shows of the mount that it lies under.

use super::reader::{DIGIT_MM, Observation, QR_MM};
use crate::marks::MarkKind;
use crate::optics::{Frame, Mount, OrientedBox, ScaleSign, VoucherSigns, paper_luma};

/// Digits of a whole line: shorter runs are print of other sizes.
const LINE_DIGITS: usize = 18;

/// A label's size in millimetres (DOMAIN.md: 63 mm × 33–35 mm).
const LABEL_MM: (f32, f32) = (63.0, 34.0);

/// The outline of a label may be found so much longer or shorter for its height, as a factor:
/// where print is blurred it is found to a tenth, and cards of plastic are 0.86 of it.
const SHAPE: std::ops::RangeInclusive<f32> = 0.88..=1.11;

/// The finder is as sure of a label's outline: of blocks in other blurred print it is less so.
const SURE: f32 = 0.75;

/// A mount that was knocked may show a label so much smaller or larger, as a factor.
const SIZE: std::ops::RangeInclusive<f32> = 0.6..=1.6;

/// Focus and light as a voucher shows them that cannot be read. `None` when what lies there does
/// not look like one: a book, a hand or a card says nothing of the mount, however soft or dark it
/// is, for it may be thick, or black. Only the outline of a label, with a number's print in it,
/// is a voucher's; it is seen where digits have long been blurred.
pub fn unread_signs(frame: &Frame, seen: &Observation, mount: &Mount) -> Option<VoucherSigns> {
    let layout = &seen.layout;
    let label = (layout.labels.first()).filter(|label| label.confidence >= SURE)?;
    let label = label.area;
    let mut prints = layout.digits.iter().chain(&layout.bars).chain(&layout.qrs);
    let is_voucher = is_label(&label, mount.px_per_mm_at(label.centre))
        && prints.any(|print| label.contains(print.area.centre));
    let signs = is_voucher.then(|| mount_signs(frame, seen, mount));
    signs.flatten()
}

/// Whether an outline has a label's shape, and about its size.
fn is_label(outline: &OrientedBox, px_per_mm: f32) -> bool {
    let length = outline.length / px_per_mm / LABEL_MM.0;
    let height = outline.height / px_per_mm / LABEL_MM.1;
    SIZE.contains(&length) && SHAPE.contains(&(length / height))
}

/// Scale, focus and light as a voucher shows them, for [`MountWatch`]; `None` when `frame`, of
/// which `seen` was observed, shows no label.
///
/// [`MountWatch`]: crate::optics::MountWatch
pub fn mount_signs(frame: &Frame, seen: &Observation, mount: &Mount) -> Option<VoucherSigns> {
    let label = seen.layout.labels.first()?.area;
    let qr = (seen.sighting.marks.iter())
        .find(|mark| mark.kind == MarkKind::Qr)
        .map(|mark| {
            let [a, b, c, _] = mark.corners.0;
            (ScaleSign::Qr, (a.distance(b) + b.distance(c)) / 2.0 / QR_MM)
        });
    let line = (seen.sighting.runs.iter())
        .find(|run| run.a.glyphs.len() == LINE_DIGITS)
        .map(|run| (ScaleSign::DigitHeight, run.area.height / DIGIT_MM));
    Some(VoucherSigns {
        at: label.centre,
        px_per_mm: qr.into_iter().chain(line).collect(),
        focus: Some(mount.relative_focus(seen.quality.focus)),
        white: paper_luma(&frame.luma, &label),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::{MountGeometry, Profile, decode_still};
    use crate::reading::{Expectation, Reader, judge};

    #[test]
    fn a_readable_voucher_shows_scale_focus_and_light() {
        let bytes = std::fs::read("samples/set/stills/n_00002.jpg").unwrap();
        let frame = decode_still(&bytes).unwrap();
        let reader = Reader::new().unwrap();
        let seen = reader
            .observe(&frame, &[], &Expectation::default())
            .unwrap();
        let mount = Mount::new(Profile::example());
        let signs = mount_signs(&frame, &seen, &mount).unwrap();
        assert!(
            signs
                .px_per_mm
                .iter()
                .all(|(_, scale)| (8.0..40.0).contains(scale))
        );
        assert!(!signs.px_per_mm.is_empty(), "{signs:?}");
        assert!(
            signs.focus > Some(0.3) && signs.white > Some(0.2),
            "{signs:?}"
        );
        let blank = Frame::still(image::GrayImage::new(640, 360));
        let seen = reader
            .observe(&blank, &[], &Expectation::default())
            .unwrap();
        assert_eq!(mount_signs(&blank, &seen, &mount), None);
    }

    /// A sample as it was rendered with so many px/mm, seen on its mount: out of focus by `blur`
    /// pixels.
    fn unread(reader: &Reader, name: &str, px_per_mm: f64, blur: f32) -> Option<VoucherSigns> {
        let bytes = std::fs::read(format!("samples/set/stills/{name}.jpg")).unwrap();
        let mut picture = image::load_from_memory(&bytes).unwrap().into_luma8();
        if blur > 0.0 {
            picture = image::imageops::blur(&picture, blur);
        }
        let mut profile = Profile::example();
        profile.geometry = MountGeometry {
            size: picture.dimensions(),
            px_per_mm,
            distortion: [0.0, 0.0],
            tilt_right: 0.0,
            tilt_down: 0.0,
            height_mm: 75.0,
        };
        let frame = Frame::still(picture);
        let seen = reader.observe(&frame, &[], &Expectation::default());
        let seen = seen.unwrap();
        let verdict = judge(&seen.evidence, &Expectation::default());
        assert_eq!(verdict.number(), None, "{name} was read");
        unread_signs(&frame, &seen, &Mount::new(profile))
    }

    #[test]
    fn a_voucher_that_is_blurred_too_much_to_be_read_is_soft_and_one_in_doubt_for_another_reason_not()
     {
        let reader = Reader::new().unwrap();
        for (name, px_per_mm) in [("n_00002", 19.99), ("n_00004", 11.64)] {
            let signs = unread(&reader, name, px_per_mm, 6.0).unwrap();
            assert!(signs.focus < Some(0.4), "{signs:?}");
        }
        let disagrees = unread(&reader, "t_00009", 18.0, 0.0).unwrap();
        assert!(disagrees.focus > Some(0.7), "{disagrees:?}");
    }

    #[test]
    fn other_print_says_nothing_of_the_mount_however_blurred_it_is() {
        let reader = Reader::new().unwrap();
        // A vaccine's label, another slip, a page, and a list of numbers, as on a thick book.
        for name in ["t_00002", "t_00003", "t_00004", "t_00005"] {
            assert_eq!(unread(&reader, name, 18.0, 4.0), None, "{name}");
        }
    }
}
