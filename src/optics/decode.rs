//! Still pictures: from a file's bytes to an upright frame.

use std::borrow::Cow;
use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::frame::Frame;

/// The longest side that is opened at all. A header can announce any size; 12,000
/// pixels is beyond every camera and flatbed page at 1,000 dpi.
const MAX_SIDE: u32 = 12_000;

/// Most memory a decoder may ask for, in bytes: a 30-megapixel picture in colour. With it a
/// program that reads one picture at a time stays under 200 MB; a progressive JPEG of this size
/// takes as much again, for the coefficients of the whole picture.
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
    /// A decoder gave up in a way that it should not.
    #[error(
        "この画像は読み取れません。撮り直してください / this picture cannot be read: take it again"
    )]
    Panicked,
    /// Damaged.
    #[error(
        "画像が壊れています。撮り直すかコピーし直してください / the picture is damaged: take or copy it again ({0})"
    )]
    Damaged(String),
}

/// Decodes a still picture, turns it upright (EXIF) and keeps its luma.
///
/// # Errors
/// [`DecodeError`] when the bytes are no picture, too large, or damaged.
pub fn decode_still(bytes: &[u8]) -> Result<Frame, DecodeError> {
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| DecodeError::UnknownFormat)?;
    let upright = match reader.format() {
        None => return Err(DecodeError::UnknownFormat),
        Some(ImageFormat::Jpeg) if !has_end_of_image(bytes) => return Err(DecodeError::CutShort),
        Some(ImageFormat::Jpeg) => match decode_jpeg_luma(bytes, false)? {
            Some(luma) => luma,
            None => decode_any(reader)?,
        },
        Some(_) => decode_any(reader)?,
    };
    Ok(Frame::still(shrink(upright)))
}

/// Decodes one picture of a camera's MJPEG stream, its luma alone. A buffer may go on behind the
/// picture's end, and the standard's Huffman tables may be left out.
///
/// Stricter than [`decode_still`]: behind a picture that is cut short a camera's buffer holds the
/// rest of an older one, and a frame that shows parts of two moments is none.
///
/// # Errors
/// [`DecodeError`] when the bytes are no whole picture with luma.
pub fn decode_camera_jpeg(bytes: &[u8]) -> Result<GrayImage, DecodeError> {
    let end = end_of_image(bytes).ok_or(DecodeError::CutShort)?;
    let picture = with_huffman_tables(&bytes[..end]);
    decode_jpeg_luma(&picture, true)?.ok_or(DecodeError::UnknownFormat)
}

/// An APP0 segment as in AVI files. The decoder takes it as the word that Huffman tables which are
/// left out are the standard's (ITU-T T.81, K.3).
const MOTION_JPEG: [u8; 9] = [0xff, 0xe0, 0, 7, b'A', b'V', b'I', b'1', 0];

/// A camera may leave the tables out and not say so in the way that the decoder knows.
fn with_huffman_tables(jpeg: &[u8]) -> Cow<'_, [u8]> {
    let (start, rest) = jpeg.split_at(START_OF_IMAGE.len());
    if start_of(jpeg, HUFFMAN_TABLES).is_some() {
        return Cow::Borrowed(jpeg);
    }
    Cow::Owned([start, &MOTION_JPEG, rest].concat())
}

/// Any format, through colour.
fn decode_any(mut reader: ImageReader<Cursor<&[u8]>>) -> Result<GrayImage, DecodeError> {
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(classify)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE || decoder.total_bytes() > MAX_BYTES {
        return Err(DecodeError::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(classify)?;
    Ok(upright(picture.into_luma8(), orientation))
}

/// The luma plane of a JPEG as it is stored: colour planes are neither transformed
/// nor converted, which halves the time. `None` for colour models without luma
/// (CMYK, RGB). `strict` refuses what could be guessed at.
fn decode_jpeg_luma(bytes: &[u8], strict: bool) -> Result<Option<GrayImage>, DecodeError> {
    let options = DecoderOptions::default()
        .set_max_width(MAX_SIDE as usize)
        .set_max_height(MAX_SIDE as usize)
        .set_strict_mode(strict)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(classify_jpeg)?;
    if !matches!(
        decoder.input_colorspace(),
        Some(ColorSpace::YCbCr | ColorSpace::Luma)
    ) {
        return Ok(None);
    }
    let Some((width, height)) = decoder.dimensions() else {
        return Ok(None);
    };
    if (width * height) as u64 * 3 > MAX_BYTES {
        return Err(DecodeError::TooLarge);
    }
    let orientation = (decoder.exif())
        .and_then(|exif| Orientation::from_exif_chunk(exif))
        .unwrap_or(Orientation::NoTransforms);
    let pixels = decoder.decode().map_err(classify_jpeg)?;
    let luma = GrayImage::from_raw(width as u32, height as u32, pixels);
    Ok(luma.map(|luma| upright(luma, orientation)))
}

fn upright(luma: GrayImage, orientation: Orientation) -> GrayImage {
    let mut picture = DynamicImage::ImageLuma8(luma);
    picture.apply_orientation(orientation);
    picture.into_luma8()
}

/// Whether an end-of-image marker (FF D9) follows the picture's own start of scan.
/// Within a scan every FF is stuffed, so the marker cannot occur by chance
/// (ITU-T T.81, B.1.1.5); what a camera appends behind it does not matter.
fn has_end_of_image(jpeg: &[u8]) -> bool {
    end_of_image(jpeg).is_some()
}

/// How many bytes of `jpeg` its picture takes, the end-of-image marker included.
fn end_of_image(jpeg: &[u8]) -> Option<usize> {
    let scan = start_of(jpeg, SCAN)?;
    let marker = scan.windows(2).position(|pair| pair == [0xff, 0xd9])?;
    Some(jpeg.len() - scan.len() + marker + 2)
}

/// How a JPEG begins.
const START_OF_IMAGE: [u8; 2] = [0xff, 0xd8];
/// The second byte of the marker before a scan.
const SCAN: u8 = 0xda;
/// The second byte of the marker before Huffman tables.
const HUFFMAN_TABLES: u8 = 0xc4;

/// The bytes behind the first marker of that kind before the scan or at its start: segments are
/// stepped over by their lengths, since a preview inside one has markers too.
fn start_of(jpeg: &[u8], kind: u8) -> Option<&[u8]> {
    let mut rest = jpeg.strip_prefix(&START_OF_IMAGE)?;
    loop {
        match rest {
            [0xff, marker, behind @ ..] if *marker == kind => return Some(behind),
            [0xff, SCAN, ..] => return None,
            [0xff, 0xff, ..] => rest = &rest[1..],
            [0xff, _, high, low, ..] => {
                rest = rest.get(2 + usize::from(u16::from_be_bytes([*high, *low]))..)?;
            }
            _ => return None,
        }
    }
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
        other => DecodeError::Damaged(other.to_string()),
    }
}

fn classify_jpeg(error: DecodeErrors) -> DecodeError {
    match error {
        DecodeErrors::LargeDimensions(_) => DecodeError::TooLarge,
        other => DecodeError::Damaged(other.to_string()),
    }
}

fn shrink(mut luma: GrayImage) -> GrayImage {
    while luma.width().max(luma.height()) > WORKING_SIDE {
        let half = |side: u32| (side / 2).max(1);
        luma = image::imageops::thumbnail(&luma, half(luma.width()), half(luma.height()));
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
