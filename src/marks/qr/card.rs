//! QRs that fill a picture, such as a session card's.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::GrayImage;

/// Longest text that is kept, in characters: a session card with the longest names has 900.
const MAX_TEXT: usize = 2_000;

/// The text of a QR that is large in the picture, upright or not; a voucher's, which is small and
/// worn, is for [`super::read_qr`].
pub fn read_card_qr(luma: &GrayImage) -> Option<String> {
    let (width, height) = (luma.width() as usize, luma.height() as usize);
    let grey = |x: usize, y: usize| luma.as_raw()[y * width + x];
    // A panic inside the decoder counts as not read.
    let texts = catch_unwind(AssertUnwindSafe(|| {
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
        let grids = picture.detect_grids();
        let texts = grids.iter().filter_map(|grid| grid.decode().ok());
        texts.map(|(_, text)| text).collect::<Vec<String>>()
    }));
    let mut texts = texts.ok()?.into_iter();
    texts.find(|text| text.chars().count() <= MAX_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_picture_and_noise_have_none() {
        assert_eq!(read_card_qr(&GrayImage::new(64, 64)), None);
        let noise = GrayImage::from_fn(200, 200, |x, y| image::Luma([(x * 37 + y * 91) as u8]));
        assert_eq!(read_card_qr(&noise), None);
    }
}
