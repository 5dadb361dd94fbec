//! Which of a camera's formats is used. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::CameraError;

/// Least frames a second at which a station is pleasant: two frames of a voucher within the time
/// that a hand needs to let go of it.
const LEAST_RATE: f32 = 10.0;

/// More frames than are read bring nothing.
pub(super) const MOST_RATE: f32 = 30.0;

/// Smallest width at which the digits of a label that fills the picture are 25 pixels high.
const LEAST_WIDTH: u32 = 1280;

/// The width that the reader is made for.
const BEST_WIDTH: u32 = 1920;

/// How V4L2 names a format: four characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FourCc(pub [u8; 4]);

impl fmt::Display for FourCc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(String::from_utf8_lossy(&self.0).trim_end())
    }
}

/// A format whose luma is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PixelFormat {
    /// JPEG after JPEG.
    Mjpeg,
    /// Luma and colour by turns, 2 bytes a pixel.
    Yuyv,
    /// A plane of luma, then one of colour at half the size.
    Nv12,
    /// Luma alone, 1 byte a pixel.
    Grey,
}

impl PixelFormat {
    /// The formats that V4L2 calls so (`videodev2.h`); `None` for one that is not read here.
    pub fn of(name: FourCc) -> Option<Self> {
        match &name.0 {
            b"MJPG" | b"JPEG" => Some(Self::Mjpeg),
            b"YUYV" => Some(Self::Yuyv),
            b"NV12" => Some(Self::Nv12),
            b"GREY" => Some(Self::Grey),
            _ => None,
        }
    }

    /// Cheapest first: what needs no decoding costs the least.
    fn cost(self) -> u8 {
        match self {
            Self::Grey => 0,
            Self::Nv12 => 1,
            Self::Yuyv => 2,
            Self::Mjpeg => 3,
        }
    }
}

/// One format, size and rate that a camera has.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Its format.
    pub name: FourCc,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Most frames a second.
    pub rate: f32,
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            width,
            height,
            rate,
        } = self;
        write!(f, "{name} {width}×{height} {rate:.0}/s")
    }
}

/// Sizes that are asked for where a camera has every size between two bounds, the best first.
const USUAL: [(u32, u32); 4] = [(1920, 1080), (1280, 720), (1600, 1200), (640, 480)];

/// Widths or heights that a camera has: from `least` to `most` by steps.
#[derive(Debug, Clone, Copy)]
pub struct Steps {
    /// The smallest.
    pub least: u32,
    /// The largest.
    pub most: u32,
    /// From one to the next; 0 counts as 1.
    pub step: u32,
}

impl Steps {
    fn has(self, side: u32) -> bool {
        let within = (self.least..=self.most).contains(&side);
        within && self.up_to(side) == side
    }

    /// The largest that is not above `side`, or the smallest there is.
    fn up_to(self, side: u32) -> u32 {
        let above = side.min(self.most).saturating_sub(self.least);
        self.least + above - above % self.step.max(1)
    }
}

/// The usual ones among all sizes between two bounds, which can be millions; one close to the best
/// where there is none.
pub fn usual_sizes(width: Steps, height: Steps) -> Vec<(u32, u32)> {
    let has = |&(w, h): &(u32, u32)| width.has(w) && height.has(h);
    let usual: Vec<_> = USUAL.into_iter().filter(has).collect();
    match usual.is_empty() {
        true => vec![(width.up_to(USUAL[0].0), height.up_to(USUAL[0].1))],
        false => usual,
    }
}

/// The best of what a camera offers: fast enough first, then the width nearest to the one that the
/// reader is made for, then the rate, then what costs the least.
///
/// # Errors
/// [`CameraError::Formats`] when none is read here.
pub fn choose(offers: &[Offer]) -> Result<(PixelFormat, Offer), CameraError> {
    let known = offers
        .iter()
        .filter_map(|offer| Some((PixelFormat::of(offer.name)?, *offer)));
    let usable = known.filter(|(_, offer)| offer.width > 0 && offer.height > 0);
    usable
        .max_by(|a, b| {
            rank(a)
                .partial_cmp(&rank(b))
                .unwrap_or(std::cmp::Ordering::Equal)
        })
        .ok_or_else(|| CameraError::Formats(offers.to_vec()))
}

/// What makes an offer better, the weightiest first.
fn rank((format, offer): &(PixelFormat, Offer)) -> (bool, bool, i64, f32, i64) {
    let fast = offer.rate >= LEAST_RATE;
    let wide = offer.width >= LEAST_WIDTH;
    let away = i64::from(offer.width.abs_diff(BEST_WIDTH));
    (
        fast,
        wide,
        -away,
        offer.rate.min(MOST_RATE),
        -i64::from(format.cost()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(name: &[u8; 4], width: u32, rate: f32) -> Offer {
        Offer {
            name: FourCc(*name),
            width,
            height: width * 9 / 16,
            rate,
        }
    }

    fn chosen(offers: &[Offer]) -> String {
        choose(offers).expect("one").1.to_string()
    }

    #[test]
    fn compressed_full_size_at_full_rate_is_better_than_raw_at_a_crawl() {
        let offers = [
            offer(b"YUYV", 1920, 5.0),
            offer(b"MJPG", 1920, 30.0),
            offer(b"YUYV", 1280, 10.0),
        ];
        assert_eq!(chosen(&offers), "MJPG 1920×1080 30/s");
    }

    #[test]
    fn of_two_alike_the_one_that_needs_no_decoding_is_taken() {
        let offers = [
            offer(b"MJPG", 1920, 30.0),
            offer(b"NV12", 1920, 30.0),
            offer(b"YUYV", 1920, 60.0),
        ];
        assert_eq!(chosen(&offers), "NV12 1920×1080 30/s");
    }

    #[test]
    fn of_all_sizes_between_two_bounds_only_usual_ones_are_asked_for() {
        let any = Steps {
            least: 2,
            most: 8192,
            step: 1,
        };
        assert_eq!(usual_sizes(any, any), USUAL);
        let by_16 = Steps { step: 16, ..any };
        assert_eq!(usual_sizes(by_16, by_16), [(1906, 1074)]);
        let small = Steps {
            least: 0,
            most: 1280,
            step: 0,
        };
        assert_eq!(usual_sizes(small, small), [(1280, 720), (640, 480)]);
    }

    #[test]
    fn a_slow_camera_is_better_than_none() {
        assert_eq!(chosen(&[offer(b"GREY", 640, 2.0)]), "GREY 640×360 2/s");
    }

    #[test]
    fn a_camera_with_only_odd_formats_is_told_what_it_has() {
        let offers = [offer(b"H264", 1920, 30.0), offer(b"UYVY", 640, 30.0)];
        let error = choose(&offers).expect_err("an error").to_string();
        assert!(
            error.contains("H264 1920×1080") && error.contains("YUYV"),
            "{error}"
        );
        assert!(choose(&[]).is_err());
    }
}
