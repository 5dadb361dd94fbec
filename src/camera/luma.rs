//! From a camera's buffer to luma, without a detour through colour. Pure.

use image::GrayImage;

use super::error::CameraError;
use super::format::PixelFormat;
use crate::optics::decode_camera_jpeg;

/// Most pixels of a side.
const MOST: u32 = 8192;

/// A buffer as the camera filled it.
#[derive(Debug, Clone)]
pub struct RawFrame {
    /// Its format.
    pub format: PixelFormat,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes from one row to the next; 0: rows follow each other without a gap. Nothing for JPEG.
    pub stride: u32,
    /// What the driver says was used of the buffer.
    pub bytes: Vec<u8>,
}

/// The luma of a buffer.
///
/// # Errors
/// [`CameraError::Short`] for a buffer with less than the picture, [`CameraError::Damaged`] for one
/// that is no picture.
pub fn luma(raw: &RawFrame) -> Result<GrayImage, CameraError> {
    match raw.format {
        PixelFormat::Mjpeg => decode_camera_jpeg(&raw.bytes).map_err(|_| CameraError::Damaged),
        // Luma is every second byte, the first of each pair.
        PixelFormat::Yuyv => rows(raw, 2),
        PixelFormat::Nv12 | PixelFormat::Grey => rows(raw, 1),
    }
}

/// The first of every `step` bytes of each row.
fn rows(raw: &RawFrame, step: usize) -> Result<GrayImage, CameraError> {
    if !(1..=MOST).contains(&raw.width) || !(1..=MOST).contains(&raw.height) {
        return Err(CameraError::Damaged);
    }
    let (width, height) = (raw.width as usize, raw.height as usize);
    let row = width * step;
    let stride = (raw.stride as usize).max(row);
    let needed = stride * (height - 1) + row;
    if raw.bytes.len() < needed {
        return Err(CameraError::Short {
            is: raw.bytes.len(),
            needed,
        });
    }
    let mut luma = Vec::with_capacity(width * height);
    for bytes in raw.bytes.chunks(stride).take(height) {
        luma.extend(bytes[..row].iter().step_by(step));
    }
    GrayImage::from_raw(raw.width, raw.height, luma).ok_or(CameraError::Damaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn raw(format: PixelFormat, width: u32, height: u32, stride: u32, bytes: Vec<u8>) -> RawFrame {
        RawFrame {
            format,
            width,
            height,
            stride,
            bytes,
        }
    }

    #[test]
    fn luma_is_the_first_of_each_pair_of_a_yuyv_buffer() {
        let bytes = vec![1, 90, 2, 91, 3, 92, 4, 93];
        let picture = luma(&raw(PixelFormat::Yuyv, 2, 2, 0, bytes)).expect("a picture");
        assert_eq!(picture.into_raw(), [1, 2, 3, 4]);
    }

    #[test]
    fn what_fills_rows_up_is_left_out() {
        let bytes = vec![1, 2, 0, 0, 3, 4];
        let picture = luma(&raw(PixelFormat::Grey, 2, 2, 4, bytes)).expect("a picture");
        assert_eq!(picture.into_raw(), [1, 2, 3, 4]);
    }

    #[test]
    fn colour_behind_the_luma_of_an_nv12_buffer_is_not_looked_at() {
        let bytes = vec![1, 2, 3, 4, 128, 128];
        let picture = luma(&raw(PixelFormat::Nv12, 2, 2, 2, bytes)).expect("a picture");
        assert_eq!(picture.into_raw(), [1, 2, 3, 4]);
    }

    /// A ramp as JPEG; the encoder uses the standard's Huffman tables.
    fn jpeg() -> Vec<u8> {
        let picture = GrayImage::from_fn(16, 16, |x, _| image::Luma([x as u8 * 8]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, image::ImageFormat::Jpeg)
            .expect("written");
        bytes.into_inner()
    }

    /// Without its segments that begin with FF `marker`.
    fn without(marker: u8, jpeg: &[u8]) -> Vec<u8> {
        let mut kept = jpeg[..2].to_vec();
        let mut rest = &jpeg[2..];
        while rest[1] != 0xda {
            let length = 2 + usize::from(u16::from_be_bytes([rest[2], rest[3]]));
            let (segment, behind) = rest.split_at(length);
            if segment[1] != marker {
                kept.extend(segment);
            }
            rest = behind;
        }
        [kept.as_slice(), rest].concat()
    }

    #[test]
    fn huffman_tables_that_a_camera_leaves_out_are_the_standards() {
        let whole = jpeg();
        let bare = without(0xe0, &without(0xc4, &whole));
        assert!(bare.len() < whole.len() - 40, "tables were left out");
        let read = |bytes| luma(&raw(PixelFormat::Mjpeg, 16, 16, 0, bytes)).expect("a picture");
        assert_eq!(read(bare), read(whole));
    }

    #[test]
    fn a_jpeg_gives_its_luma_whatever_lies_behind_its_end_and_a_cut_one_none() {
        let mut bytes = jpeg();
        let whole = bytes.len();
        bytes.extend([7; 100]);
        let read = luma(&raw(PixelFormat::Mjpeg, 16, 16, 0, bytes.clone())).expect("a picture");
        assert_eq!(read.dimensions(), (16, 16));
        bytes.truncate(whole / 2);
        let cut = luma(&raw(PixelFormat::Mjpeg, 16, 16, 0, bytes));
        assert!(matches!(cut, Err(CameraError::Damaged)));
    }

    proptest! {
        #[test]
        fn no_buffer_makes_it_panic(
            format in prop_oneof![
                Just(PixelFormat::Mjpeg), Just(PixelFormat::Yuyv),
                Just(PixelFormat::Nv12), Just(PixelFormat::Grey),
            ],
            width in 0u32..40, height in 0u32..40, stride in 0u32..100,
            bytes in prop::collection::vec(any::<u8>(), 0..4000),
        ) {
            let raw = raw(format, width, height, stride, bytes);
            if let Ok(picture) = luma(&raw)
                && format != PixelFormat::Mjpeg
            {
                prop_assert_eq!(picture.dimensions(), (width, height));
            }
        }
    }
}
