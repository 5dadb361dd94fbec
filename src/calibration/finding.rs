//! What a person should know about a calibration that succeeded.

use std::fmt;

use super::light::Light;
use super::target::RULER_MM;
use crate::optics::Profile;
use crate::text::Bilingual;

/// A label's size in millimetres (DOMAIN.md: 63 mm × 33–35 mm).
const LABEL_MM: (f64, f64) = (63.0, 35.0);

/// From this tilt on the stand should be levelled, in degrees: over a label's 63 mm it makes
/// 3 % of difference in scale, and half the depth of focus.
const TILTED_DEG: f64 = 2.0;

/// From this difference on the light is uneven: the darkest tile against the brightest.
const UNEVEN: f32 = 0.5;

/// Paper darker than this is too dark; brighter, too bright (luma 0–1).
const WHITE: std::ops::RangeInclusive<f64> = 0.35..=0.95;

/// The lightest grey has to be so much darker than white, relative to white: paper that is
/// saturated hides it.
const LEAST_STEP: f32 = 0.04;

/// Something that could be better, with how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// Nobody measured the target's ruler.
    RulerNotMeasured,
    /// The camera leans, by so many degrees.
    Tilted(f64),
    /// Paper is too dark, its luma 0–1.
    Dark(f64),
    /// Paper is saturated.
    Bright,
    /// The darkest place has this share of the light of the brightest.
    Uneven(f32),
    /// A label does not fit into the usable region, whose size this is in millimetres.
    SmallRegion(f64, f64),
}

impl Finding {
    /// The words.
    pub fn words(&self) -> Bilingual {
        match self {
            Self::RulerNotMeasured => Bilingual::new(
                format!(
                    "用紙の定規（{RULER_MM:.0} mm）を測り、--ruler に入れると、縮尺の印刷ずれが分かります"
                ),
                format!(
                    "measure the target's ruler ({RULER_MM:.0} mm) and give its length with --ruler: only that shows a print that is not 1:1"
                ),
            ),
            Self::Tilted(degrees) => Bilingual::new(
                format!("カメラが {degrees:.1}° 傾いています。台を水平にしてください"),
                format!("the camera leans by {degrees:.1}°: level the stand"),
            ),
            Self::Dark(white) => Bilingual::new(
                format!(
                    "暗すぎます（白紙の明るさ {:.0} %）。照明を足してください",
                    100.0 * white
                ),
                format!(
                    "too dark (white paper at {:.0} %): add light",
                    100.0 * white
                ),
            ),
            Self::Bright => Bilingual::new(
                "明るすぎて白が飛んでいます。照明か露出を下げてください",
                "too bright, white is saturated: less light, or a shorter exposure",
            ),
            Self::Uneven(share) => Bilingual::new(
                format!(
                    "明るさにむらがあります（最も暗い所は {:.0} %）。照明の向きを変えてください",
                    100.0 * share
                ),
                format!(
                    "the light is uneven (the darkest place has {:.0} %): turn the lamp",
                    100.0 * share
                ),
            ),
            Self::SmallRegion(width, height) => Bilingual::new(
                format!(
                    "使える範囲が {width:.0}×{height:.0} mm で、ラベル（63×35 mm）より小さいです。照明と台の傾きを直してください"
                ),
                format!(
                    "the usable region is {width:.0} × {height:.0} mm, smaller than a label (63 × 35 mm): mend the light and the stand's tilt"
                ),
            ),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(f)
    }
}

/// What could be better about a mount.
pub(super) fn findings(profile: &Profile, light: &Light) -> Vec<Finding> {
    let tilt = profile.geometry.tilt().to_degrees();
    let darkest = light.map.values().fold(1.0, f32::min);
    let (width, height) = profile.region.size();
    let scale = profile.geometry.px_per_mm;
    let region = (f64::from(width) / scale, f64::from(height) / scale);
    let [white, lightest, ..] = light.tones;
    let saturated = profile.white > *WHITE.end() || white - lightest < LEAST_STEP;
    [
        (profile.made.ruler_mm.is_none()).then_some(Finding::RulerNotMeasured),
        (tilt > TILTED_DEG).then_some(Finding::Tilted(tilt)),
        (profile.white < *WHITE.start()).then_some(Finding::Dark(profile.white)),
        saturated.then_some(Finding::Bright),
        (darkest < UNEVEN).then_some(Finding::Uneven(darkest)),
        (region.0 < LABEL_MM.0 || region.1 < LABEL_MM.1)
            .then_some(Finding::SmallRegion(region.0, region.1)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optics::TileMap;

    fn light() -> Light {
        Light {
            white: 0.75,
            map: TileMap::new([[0.9; TileMap::COLUMNS]; TileMap::ROWS]),
            tones: [1.0, 0.8, 0.6, 0.4, 0.2, 0.1],
        }
    }

    #[test]
    fn a_good_mount_has_no_findings() {
        assert_eq!(findings(&Profile::example(), &light()), []);
    }

    #[test]
    fn each_fault_is_told_with_its_figure() {
        let mut profile = Profile::example();
        profile.made.ruler_mm = None;
        profile.geometry.tilt_down = 0.1;
        profile.white = 0.2;
        profile.region.right = 700.0;
        let mut light = light();
        light.map = light.map.map(|_| 0.3);
        light.tones[1] = 0.99;
        let words: Vec<String> = (findings(&profile, &light).iter())
            .map(ToString::to_string)
            .collect();
        assert_eq!(words.len(), 6, "{words:?}");
        assert!(
            words[1].contains("5.9°") && words[2].contains("20 %") && words[4].contains("30 %")
        );
    }
}
