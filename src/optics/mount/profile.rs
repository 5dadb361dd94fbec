//! The mount profile: one TOML file that says how a mount was measured.
//!
//! Version 1. Every key is there and commented, unknown ones are refused, and whoever has a
//! [`Profile`] has sensible values: [`Profile::parse`] checks them all.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::super::focus::{FocusPosition, FocusRange};
use super::geometry::MountGeometry;
use super::tiles::{COLUMNS, ROWS, TileMap};

/// Version of the format.
const VERSION: u32 = 1;

/// Scales that a camera over a table can have, in pixels per millimetre. Below 5 no voucher can
/// be read, above 60 none fits a picture of 12 megapixels.
const SCALES: std::ops::RangeInclusive<f64> = 5.0..=60.0;

/// Most distortion at the picture's corners: wide lenses of phones have 0.15.
const MOST_DISTORTION: f64 = 0.3;

/// Most tilt in either direction, in degrees; a mount that leans more is put up wrongly.
const MOST_TILT_DEG: f64 = 15.0;

/// Heights of the lens over the table, in millimetres: the stand has 75.
const HEIGHTS: std::ops::RangeInclusive<f64> = 30.0..=500.0;

/// Sides of pictures that are known, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 160..=12_000;

/// What a camera calls itself and what it delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameraFormat {
    /// The camera's name, as the system tells it.
    pub name: String,
    /// Format of its pictures, e.g. `MJPG`; empty where it is not known.
    pub format: String,
    /// Width and height of its pictures in pixels.
    pub size: (u32, u32),
}

/// Where the lens has to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FocusSetting {
    /// The sharpest position.
    pub position: FocusPosition,
    /// Which positions there are.
    pub range: FocusRange,
}

/// What a camera is exposed with when it does not choose by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureSetting {
    /// How long, in the camera's own units.
    pub time: i64,
    /// How much is amplified, in the camera's own units; `None` for a camera that has no such
    /// control, or does not hold it.
    pub gain: Option<i64>,
}

/// An upright rectangle of the picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Region {
    /// Width and height in pixels.
    pub fn size(&self) -> (f32, f32) {
        (self.right - self.left, self.bottom - self.top)
    }
}

/// When and how well a profile was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The day, in Asia/Tokyo.
    pub date: Date,
    /// Version of the program.
    pub program: String,
    /// How far the target's corners were from where the fit puts them, root mean square, in
    /// pixels.
    pub residual_px: f64,
    /// Length of the target's 150 mm ruler as a person measured it; `None` when nobody did.
    pub ruler_mm: Option<f64>,
}

/// What was measured of a mount.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Which camera it was.
    pub camera: CameraFormat,
    /// Where its lens has to stand; `None` for a lens that cannot be moved.
    pub focus: Option<FocusSetting>,
    /// Focus of the target at its best, 0–1, as [`measure_quality`](crate::optics::measure_quality)
    /// measures it: what this mount can do.
    pub sharpness: f64,
    /// Scale, lens and tilt.
    pub geometry: MountGeometry,
    /// Where a label may lie: where focus and light suffice. One that lies elsewhere and is not
    /// read is guided into it; it is no veto.
    pub region: Region,
    /// The camera's exposure when it was measured; `None` when it is automatic or not known.
    pub exposure: Option<ExposureSetting>,
    /// Luma of white paper where it is brightest, 0–1.
    pub white: f64,
    /// Luma of white paper in each tile relative to where it is brightest, 0–1.
    pub light: TileMap,
    /// When and how well it was measured.
    pub made: Made,
}

/// Why a profile cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// Nothing in it.
    #[error(
        "校正ファイルが空です。uketsuke calibrate で作り直してください / the mount profile is empty: make it again with uketsuke calibrate"
    )]
    Empty,
    /// Not TOML, a key missing, unknown or of another type.
    #[error(
        "校正ファイルが壊れています。uketsuke calibrate で作り直してください / the mount profile is damaged: make it again with uketsuke calibrate ({0})"
    )]
    Damaged(String),
    /// Another version.
    #[error(
        "校正ファイルの版 {0} には対応していません（対応: {VERSION}）。uketsuke calibrate で作り直してください / version {0} of the mount profile is not understood, only {VERSION}: make it again with uketsuke calibrate"
    )]
    Version(i64),
    /// A value that no mount has.
    #[error(
        "校正ファイルの {key} の値がおかしいです（{wanted}のはず）。uketsuke calibrate で作り直してください / {key} in the mount profile makes no sense, it has to be {wanted}: make it again with uketsuke calibrate"
    )]
    Value {
        /// Which key.
        key: &'static str,
        /// What it has to be, as a range.
        wanted: String,
    },
    /// Made with another camera.
    #[error(
        "この校正は別のカメラ「{profile}」のものです（今は「{present}」）。そのカメラを使うか、校正し直してください / this profile is of another camera, {profile}, and this is {present}: use that one, or calibrate this one"
    )]
    OtherCamera {
        /// The profile's camera.
        profile: String,
        /// The camera that is there.
        present: String,
    },
    /// Made with pictures of another size or format.
    #[error(
        "この校正は {profile} の画像用です（今は {present}）。カメラの設定を戻すか、校正し直してください / this profile is for pictures of {profile}, and these are {present}: set the camera back, or calibrate it again"
    )]
    OtherFormat {
        /// The profile's size and format.
        profile: String,
        /// Those that are there.
        present: String,
    },
}

impl Profile {
    /// Reads and checks a profile.
    ///
    /// # Errors
    /// [`ProfileError`] when it is no profile, of another version, or makes no sense.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        if text.trim().is_empty() {
            return Err(ProfileError::Empty);
        }
        let damaged = |error: toml::de::Error| ProfileError::Damaged(error.message().to_owned());
        let VersionOnly { version } = toml::from_str(text).map_err(damaged)?;
        if version != i64::from(VERSION) {
            return Err(ProfileError::Version(version));
        }
        let file: ProfileFile = toml::from_str(text).map_err(damaged)?;
        file.checked()
    }

    /// Whether this profile is of the camera that is there.
    ///
    /// # Errors
    /// [`ProfileError::OtherCamera`] and [`ProfileError::OtherFormat`].
    pub fn check_camera(&self, present: &CameraFormat) -> Result<(), ProfileError> {
        if self.camera.name != present.name {
            return Err(ProfileError::OtherCamera {
                profile: self.camera.name.clone(),
                present: present.name.clone(),
            });
        }
        if self.camera != *present {
            let words = |camera: &CameraFormat| {
                let (width, height) = camera.size;
                format!("{width}×{height} {}", camera.format)
                    .trim_end()
                    .to_owned()
            };
            return Err(ProfileError::OtherFormat {
                profile: words(&self.camera),
                present: words(present),
            });
        }
        Ok(())
    }

    /// The profile as a file with a comment for every key.
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let (camera, geometry) = (&self.camera, &self.geometry);
        let mut toml = format!(
            "# uketsuke: 台の校正 / mount profile\n\
             # uketsuke calibrate が作りました。手で直さず、台やカメラを動かしたら作り直してください。\n\
             # Made by `uketsuke calibrate`: do not edit; make it again when stand or camera were moved.\n\
             version = {VERSION}\n\n\
             [camera]                 # 測ったカメラ / the camera that was measured\n\
             name = {}\n\
             format = {}\n\
             width = {}              # px\n\
             height = {}             # px\n\n",
            quoted(&camera.name),
            quoted(&camera.format),
            camera.size.0,
            camera.size.1,
        );
        toml += &self.focus_toml();
        let [k1, k2] = geometry.distortion;
        let _ = write!(
            toml,
            "[lens]\n\
             px_per_mm = {:.4}      # 画面中央 / in the picture's middle\n\
             # r → r·(1 + k1·r² + k2·r⁴)、画面の隅で r = 1 / r = 1 at the picture's corners\n\
             distortion = [{k1:.6}, {k2:.6}]\n\n\
             [tilt]\n\
             right_deg = {:.3}        # 右が遠いと正 / above 0: farther away to the right\n\
             down_deg = {:.3}         # 下が遠いと正 / above 0: farther away downwards\n\
             height_mm = {:.1}        # レンズから机まで（仮定） / lens to table, as assumed\n\n\
             [region]                 # ラベルを置ける範囲 px / where a label may lie, px\n\
             left = {:.0}\ntop = {:.0}\nright = {:.0}\nbottom = {:.0}\n\n",
            geometry.px_per_mm,
            geometry.tilt_right.to_degrees(),
            geometry.tilt_down.to_degrees(),
            geometry.height_mm,
            self.region.left,
            self.region.top,
            self.region.right,
            self.region.bottom,
        );
        toml += &self.light_toml();
        let _ = write!(
            toml,
            "[made]\n\
             date = \"{}\"\n\
             program = {}\n\
             residual_px = {:.4}     # 目印の残差 / root mean square at the target's corners\n",
            self.made.date,
            quoted(&self.made.program),
            self.made.residual_px,
        );
        if let Some(ruler) = self.made.ruler_mm {
            let _ = writeln!(
                toml,
                "ruler_mm = {ruler:.2}        # 用紙の 150 mm 定規の実測 / the target's 150 mm ruler, as measured"
            );
        }
        toml
    }

    fn focus_toml(&self) -> String {
        let mut toml = String::from("[focus]\n");
        if let Some(FocusSetting { position, range }) = self.focus {
            let _ = write!(
                toml,
                "position = {}            # カメラの単位 / in the camera's own units\n\
                 min = {}\nmax = {}\nstep = {}\n",
                position.0,
                range.min().0,
                range.max().0,
                range.step(),
            );
        }
        let _ = write!(
            toml,
            "sharpness = {:.4}       # この台で最良のピント 0–1 / the best this mount can do, 0–1\n\n",
            self.sharpness
        );
        toml
    }

    fn light_toml(&self) -> String {
        let mut toml = String::from("[light]\n");
        if let Some(ExposureSetting { time, gain }) = self.exposure {
            let _ = writeln!(
                toml,
                "exposure = {time}           # カメラの単位 / in the camera's own units"
            );
            if let Some(gain) = gain {
                let _ = writeln!(
                    toml,
                    "gain = {gain}               # カメラの単位 / in the camera's own units"
                );
            }
        }
        let _ = write!(
            toml,
            "white = {:.4}           # 最も明るい所の白紙 0–1 / white paper where it is brightest, 0–1\n\
             # 白紙の明るさの分布（最大 1）、左上から / white paper in each tile, 1 = brightest, from the top left\n\
             map = [\n",
            self.white
        );
        for row in self.light.rows() {
            let values: Vec<String> = row.iter().map(|value| format!("{value:.4}")).collect();
            let _ = writeln!(toml, "  [{}],", values.join(", "));
        }
        toml.push_str("]\n\n");
        toml
    }
}

#[derive(Deserialize)]
struct VersionOnly {
    version: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    #[serde(rename = "version")]
    _version: i64,
    camera: CameraPart,
    focus: FocusPart,
    lens: LensPart,
    tilt: TiltPart,
    region: RegionPart,
    light: LightPart,
    made: MadePart,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CameraPart {
    name: String,
    format: String,
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FocusPart {
    position: Option<i32>,
    min: Option<i32>,
    max: Option<i32>,
    step: Option<i32>,
    sharpness: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LensPart {
    px_per_mm: f64,
    distortion: [f64; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TiltPart {
    right_deg: f64,
    down_deg: f64,
    height_mm: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionPart {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LightPart {
    exposure: Option<i64>,
    gain: Option<i64>,
    white: f64,
    map: [[f32; COLUMNS]; ROWS],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MadePart {
    date: Date,
    program: String,
    residual_px: f64,
    ruler_mm: Option<f64>,
}

/// Refuses what does not hold; infinite and undefined numbers hold nowhere.
fn demand(holds: bool, key: &'static str, wanted: impl Into<String>) -> Result<(), ProfileError> {
    let wanted = wanted.into();
    holds
        .then_some(())
        .ok_or(ProfileError::Value { key, wanted })
}

impl ProfileFile {
    fn checked(self) -> Result<Profile, ProfileError> {
        let size = (self.camera.width, self.camera.height);
        demand(
            SIDES.contains(&size.0) && SIDES.contains(&size.1),
            "camera.width, camera.height",
            format!("{}–{} px", SIDES.start(), SIDES.end()),
        )?;
        let focus = self.focus.setting()?;
        let sharpness = self.focus.sharpness;
        demand(
            sharpness > 0.0 && sharpness <= 1.0,
            "focus.sharpness",
            "0–1",
        )?;
        demand(
            self.made.residual_px >= 0.0 && self.made.residual_px < 10.0,
            "made.residual_px",
            "0–10",
        )?;
        let light = self.light.map;
        demand(
            light
                .iter()
                .flatten()
                .all(|value| (0.0..=1.0).contains(value)),
            "light.map",
            "0–1",
        )?;
        demand(
            (0.0..=1.0).contains(&self.light.white),
            "light.white",
            "0–1",
        )?;
        Ok(Profile {
            geometry: geometry(size, &self.lens, &self.tilt)?,
            region: self.region.checked(size)?,
            camera: CameraFormat {
                name: self.camera.name,
                format: self.camera.format,
                size,
            },
            focus,
            sharpness,
            exposure: self.light.exposure()?,
            white: self.light.white,
            light: TileMap::new(light),
            made: Made {
                date: self.made.date,
                program: self.made.program,
                residual_px: self.made.residual_px,
                ruler_mm: self.made.ruler_mm,
            },
        })
    }
}

fn geometry(
    size: (u32, u32),
    lens: &LensPart,
    tilt: &TiltPart,
) -> Result<MountGeometry, ProfileError> {
    demand(
        SCALES.contains(&lens.px_per_mm),
        "lens.px_per_mm",
        format!("{}–{}", SCALES.start(), SCALES.end()),
    )?;
    demand(
        lens.distortion.iter().all(|k| k.abs() <= MOST_DISTORTION),
        "lens.distortion",
        format!("±{MOST_DISTORTION}"),
    )?;
    demand(
        tilt.right_deg.abs() <= MOST_TILT_DEG && tilt.down_deg.abs() <= MOST_TILT_DEG,
        "tilt.right_deg, tilt.down_deg",
        format!("±{MOST_TILT_DEG}°"),
    )?;
    demand(
        HEIGHTS.contains(&tilt.height_mm),
        "tilt.height_mm",
        format!("{}–{} mm", HEIGHTS.start(), HEIGHTS.end()),
    )?;
    Ok(MountGeometry {
        size,
        px_per_mm: lens.px_per_mm,
        distortion: lens.distortion,
        tilt_right: tilt.right_deg.to_radians(),
        tilt_down: tilt.down_deg.to_radians(),
        height_mm: tilt.height_mm,
    })
}

impl FocusPart {
    fn setting(&self) -> Result<Option<FocusSetting>, ProfileError> {
        const KEYS: &str = "focus.position, min, max, step";
        let wanted = "min ≤ position ≤ max";
        let (position, min, max, step) = match (self.position, self.min, self.max, self.step) {
            (None, None, None, None) => return Ok(None),
            (Some(position), Some(min), Some(max), Some(step)) => (position, min, max, step),
            _ => return demand(false, KEYS, wanted).map(|()| None),
        };
        let range = FocusRange::new(min, max, step).ok();
        let range = range.filter(|range| (range.min().0..=range.max().0).contains(&position));
        demand(range.is_some(), KEYS, wanted)?;
        Ok(range.map(|range| FocusSetting {
            position: FocusPosition(position),
            range,
        }))
    }
}

impl LightPart {
    fn exposure(&self) -> Result<Option<ExposureSetting>, ProfileError> {
        demand(
            self.exposure.is_some() || self.gain.is_none(),
            "light.gain",
            "light.exposure + light.gain",
        )?;
        Ok(self.exposure.map(|time| ExposureSetting {
            time,
            gain: self.gain,
        }))
    }
}

impl RegionPart {
    fn checked(&self, (width, height): (u32, u32)) -> Result<Region, ProfileError> {
        let inside = |low: f32, high: f32, end: u32| low >= 0.0 && low < high && high <= end as f32;
        demand(
            inside(self.left, self.right, width) && inside(self.top, self.bottom, height),
            "region",
            format!("0–{width}, 0–{height} px"),
        )?;
        Ok(Region {
            left: self.left,
            top: self.top,
            right: self.right,
            bottom: self.bottom,
        })
    }
}

#[cfg(test)]
impl Profile {
    /// A mount as it may be.
    pub(crate) fn example() -> Self {
        Self {
            camera: CameraFormat {
                name: "USB \"Camera\" 受付".to_owned(),
                format: "MJPG".to_owned(),
                size: (1_920, 1_080),
            },
            focus: Some(FocusSetting {
                position: FocusPosition(120),
                range: FocusRange::new(0, 250, 5).unwrap(),
            }),
            sharpness: 0.8125,
            geometry: MountGeometry {
                size: (1_920, 1_080),
                px_per_mm: 19.8125,
                distortion: [-0.0625, 0.0],
                tilt_right: 1.5_f64.to_radians(),
                tilt_down: -0.5_f64.to_radians(),
                height_mm: 75.0,
            },
            region: Region {
                left: 160.0,
                top: 154.0,
                right: 1_760.0,
                bottom: 926.0,
            },
            exposure: Some(ExposureSetting {
                time: 156,
                gain: Some(4),
            }),
            white: 0.75,
            light: TileMap::new([[0.9375; COLUMNS]; ROWS]),
            made: Made {
                date: jiff::civil::date(2021, 11, 20),
                program: "0.1.0".to_owned(),
                residual_px: 0.0625,
                ruler_mm: Some(150.0),
            },
        }
    }
}

#[cfg(test)]
#[path = "profile_tests.rs"]
mod tests;
