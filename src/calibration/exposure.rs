//! Fixes a camera's exposure where it has settled by itself: what is measured of the light then
//! holds at work, too.

use std::time::Duration;

use super::camera::LookError;
use crate::optics::ExposureSetting;

/// Pictures are as bright as each other within this factor while nothing changes: lamps flicker
/// by less.
const STILL: f32 = 1.03;

/// What stays as bright for so long has settled; automatic exposure takes a step in a fifth of it.
const RESTS: Duration = Duration::from_secs(1);

/// Longest that is waited for it: lamps that flicker more never stand still.
const LONGEST: Duration = Duration::from_secs(8);

/// By hand a picture may be brighter or darker than it was by itself by this factor: some cameras
/// have few exposures to choose from.
const ALIKE: f32 = 1.25;

/// How often an exposure is put right.
const TRIES: usize = 5;

/// Most that an exposure is changed at once.
const MOST_CHANGE: f32 = 4.0;

/// A camera that exposes by itself or as it is told.
pub trait ExposedCamera {
    /// Lets it choose by itself; what it says it is exposed with then, `None` when it cannot be
    /// set.
    ///
    /// # Errors
    /// When the camera does not answer.
    fn automatic(&mut self) -> Result<Option<ExposureSetting>, LookError>;

    /// Exposes it so; what it says it is exposed with then, `None` when it goes on to choose by
    /// itself.
    ///
    /// # Errors
    /// When the camera does not answer.
    fn fix(&mut self, wanted: ExposureSetting) -> Result<Option<ExposureSetting>, LookError>;

    /// When its next picture was taken, on its own clock, and how bright it is (0–1).
    ///
    /// # Errors
    /// When there is none.
    fn brightness(&mut self) -> Result<(Duration, f32), LookError>;
}

/// Lets the exposure settle by itself and fixes it there, as the camera tells it. One that tells
/// something else than what it does is put right by its pictures. `None` when the camera has no
/// such control or does not hold it: then it goes on to choose by itself.
///
/// # Errors
/// When the camera does not answer or shows nothing.
pub fn fix_exposure(camera: &mut dyn ExposedCamera) -> Result<Option<ExposureSetting>, LookError> {
    if camera.automatic()?.is_none() {
        return Ok(None);
    }
    let wanted = settled(camera)?;
    // Asked again now that it has settled.
    let Some(mut setting) = camera.automatic()? else {
        return Ok(None);
    };
    for _ in 0..TRIES {
        let Some(is) = camera.fix(setting)? else {
            break;
        };
        let now = settled(camera)?;
        if ratio(now, wanted) <= ALIKE {
            return Ok(Some(is));
        }
        setting = ExposureSetting {
            time: corrected(is.time, wanted / now.max(f32::EPSILON)),
            ..is
        };
    }
    camera.automatic()?;
    Ok(None)
}

/// How bright the picture is once it stands still.
fn settled(camera: &mut dyn ExposedCamera) -> Result<f32, LookError> {
    let (start, mut level) = camera.brightness()?;
    let mut since = start;
    loop {
        let (at, now) = camera.brightness()?;
        if ratio(now, level) > STILL {
            (since, level) = (at, now);
        }
        if at.saturating_sub(since) >= RESTS || at.saturating_sub(start) >= LONGEST {
            return Ok(now);
        }
    }
}

/// By which factor two pictures differ, 1 or more.
fn ratio(a: f32, b: f32) -> f32 {
    /// Darker than this is all black.
    const BLACK: f32 = 0.004;
    let (a, b) = (a.max(BLACK), b.max(BLACK));
    a.max(b) / a.min(b)
}

/// An exposure time whose picture is brighter by about `factor`.
fn corrected(time: i64, factor: f32) -> i64 {
    /// Between cameras that show twice the light as twice as bright and those that show it as
    /// 1.4 times as bright, as most do: it comes nearer with either.
    const TONES: f32 = 1.5;
    let factor = factor.powf(TONES).clamp(1.0 / MOST_CHANGE, MOST_CHANGE);
    ((time as f32 * factor).round() as i64).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A camera that exposes for the light, with 30 pictures a second.
    struct Fake {
        /// By itself it comes to this after a second and a half.
        right: i64,
        manual: Option<i64>,
        /// What it says, of what it is exposed with.
        says: fn(i64) -> Option<i64>,
        /// Whether it can be fixed.
        obeys: bool,
        /// Whether its pictures are black by hand.
        black: bool,
        pictures: u32,
    }

    impl Fake {
        fn new(says: fn(i64) -> Option<i64>) -> Self {
            Self {
                right: 200,
                manual: None,
                says,
                obeys: true,
                black: false,
                pictures: 0,
            }
        }

        fn time(&self) -> i64 {
            let settled = self.right * i64::from(self.pictures.min(45)) / 45;
            self.manual.unwrap_or(settled.max(1))
        }

        fn told(&self) -> Option<ExposureSetting> {
            let time = (self.says)(self.time())?;
            Some(ExposureSetting { time, gain: None })
        }
    }

    impl ExposedCamera for Fake {
        fn automatic(&mut self) -> Result<Option<ExposureSetting>, LookError> {
            self.manual = None;
            Ok(self.told())
        }

        fn fix(&mut self, wanted: ExposureSetting) -> Result<Option<ExposureSetting>, LookError> {
            if !self.obeys {
                return Ok(None);
            }
            self.manual = Some(wanted.time);
            Ok(Some(wanted))
        }

        fn brightness(&mut self) -> Result<(Duration, f32), LookError> {
            self.pictures += 1;
            let dead = self.black && self.manual.is_some();
            let light = if dead {
                0.0
            } else {
                self.time() as f32 / 400.0
            };
            Ok((
                Duration::from_millis(33) * self.pictures,
                light.min(1.0).powf(0.45),
            ))
        }
    }

    fn fixed(camera: &mut Fake) -> Option<i64> {
        fix_exposure(camera).unwrap().map(|setting| setting.time)
    }

    #[test]
    fn exposure_is_fixed_where_it_has_settled_and_not_before() {
        let mut camera = Fake::new(Some);
        assert_eq!(fixed(&mut camera), Some(200));
        assert_eq!(camera.manual, Some(200));
    }

    #[test]
    fn a_camera_that_tells_another_exposure_than_it_has_is_put_right_by_its_pictures() {
        let always: [fn(i64) -> Option<i64>; 2] = [|_| Some(25), |_| Some(1_000)];
        for says in always {
            let time = fixed(&mut Fake::new(says)).unwrap();
            // Within 1.25 of the brightness is within 1.65 of the light.
            assert!((122..=330).contains(&time), "{time}");
        }
    }

    #[test]
    fn a_camera_without_the_control_or_that_does_not_hold_it_goes_on_by_itself() {
        assert_eq!(fixed(&mut Fake::new(|_| None)), None);
        let mut camera = Fake::new(Some);
        camera.obeys = false;
        assert_eq!((fixed(&mut camera), camera.manual), (None, None));
    }

    #[test]
    fn a_picture_that_stays_black_whatever_is_set_leaves_exposure_to_the_camera() {
        let mut camera = Fake::new(Some);
        camera.black = true;
        assert_eq!((fixed(&mut camera), camera.manual), (None, None));
    }
}
