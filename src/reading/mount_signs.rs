//! What an ordinary voucher shows of the mount that it lies under.

use super::reader::{DIGIT_MM, Observation, QR_MM};
use crate::marks::MarkKind;
use crate::optics::{Frame, Mount, ScaleSign, VoucherSigns, paper_luma};

/// Digits of a whole line: shorter runs are print of other sizes.
const LINE_DIGITS: usize = 18;

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
    use crate::optics::{Profile, decode_still};
    use crate::reading::{Expectation, Reader};

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
}
