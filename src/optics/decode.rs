//! Still pictures: from a file's bytes to an upright frame.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::frame::Frame;

/// The longest side that is opened at all. A header can announce any size; 12,000
/// pixels is beyond every camera and flatbed page at 1,000 dpi.
const MAX_SIDE: u32 = 12_000;

/// Most memory a decoder may ask for, in bytes: a 30-megapixel picture in colour.
/// More would break the promise of 200 MB for the whole program.
const MAX_BYTES: u64 = 96 * 1024 * 1024;

/// Pictures longer than this are halved until they are not: print of a voucher
/// is read at 10–25 px/mm, and a label fills a good part of the picture.
const WORKING_SIDE: u32 = 4_096;

/// Why a file is not a picture that can be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// No known picture format.
    #[error(
        "この画像形式には対応していません。PNG・JPEG・TIFF・WebP で保存し直してください / not a picture in PNG, JPEG, TIFF or WebP: save it as one of these"
    )]
    UnknownFormat,
    /// Larger than is opened.
    #[error(
        "画像が大きすぎます。長辺 12,000 画素・3,000 万画素以下にしてください / the picture is too large: at most 12,000 pixels a side and 30 megapixels"
    )]
    TooLarge,
    /// A JPEG without its end: the decoder would fill the rest with grey.
    #[error(
        "画像が途中で切れています。コピーし直してください / the picture is cut short: copy it again"
    )]
    CutShort,
    /// Damaged.
    #[error(
        "画像が壊れています。撮り直すかコピーし直してください / the picture is damaged: take or copy it again"
    )]
    Damaged(#[source] image::ImageError),
}

/// Decodes a still picture, turns it upright (EXIF) and keeps its luma.
///
/// # Errors
/// [`DecodeError`] when the bytes are no picture, too large, or damaged.
pub fn decode_still(bytes: &[u8]) -> Result<Frame, DecodeError> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| DecodeError::UnknownFormat)?;
    if reader.format().is_none() {
        return Err(DecodeError::UnknownFormat);
    }
    if reader.format() == Some(ImageFormat::Jpeg) && !has_end_of_image(bytes) {
        return Err(DecodeError::CutShort);
    }
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(classify)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE || decoder.total_bytes() > MAX_BYTES {
        return Err(DecodeError::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(classify)?;
    let mut luma = DynamicImage::ImageLuma8(picture.into_luma8());
    luma.apply_orientation(orientation);
    Ok(Frame::still(shrink(luma.into_luma8())))
}

/// Whether an end-of-image marker (FF D9) follows the last start of scan (FF DA).
/// Within a scan every FF is stuffed, so the marker cannot occur by chance
/// (ITU-T T.81, B.1.1.5).
fn has_end_of_image(jpeg: &[u8]) -> bool {
    let last = |marker: u8| jpeg.windows(2).rposition(|pair| pair == [0xff, marker]);
    matches!((last(0xda), last(0xd9)), (Some(scan), Some(end)) if end > scan)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    limits
}

fn classify(error: image::ImageError) -> DecodeError {
    match error {
        image::ImageError::Limits(_) => DecodeError::TooLarge,
        image::ImageError::Unsupported(_) => DecodeError::UnknownFormat,
        other => DecodeError::Damaged(other),
    }
}

fn shrink(mut luma: GrayImage) -> GrayImage {
    while luma.width().max(luma.height()) > WORKING_SIDE {
        luma = image::imageops::thumbnail(&luma, luma.width() / 2, luma.height() / 2);
    }
    luma
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        GrayImage::new(width, height)
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .expect("a PNG in memory");
        bytes
    }

    #[test]
    fn a_truncated_or_empty_file_is_an_error_and_no_picture() {
        let whole = png(64, 64);
        assert!(decode_still(&[]).is_err());
        assert!(decode_still(&whole[..whole.len() / 2]).is_err());
        assert!(decode_still(b"not a picture").is_err());
        assert!(decode_still(&whole).is_ok());
    }

    #[test]
    fn a_header_that_announces_a_giant_is_refused_before_memory_is_taken() {
        let mut bytes = png(64, 64);
        bytes[16..20].copy_from_slice(&50_000u32.to_be_bytes());
        bytes[20..24].copy_from_slice(&50_000u32.to_be_bytes());
        assert!(decode_still(&bytes).is_err());
    }
}
