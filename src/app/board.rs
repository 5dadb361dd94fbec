//! Where the station leaves what a window draws: the newest only, and nobody waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use eframe::egui;

use super::view::View;
use crate::layout::Kind;
use crate::optics::{Frame, Point};
use crate::reading::Observation;
use crate::text::Bilingual;

/// The widest picture that is drawn, in pixels.
const WIDEST: u32 = 960;

/// One thing that was found in a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundArea {
    /// What.
    pub kind: Kind,
    /// Its corners; 0–1 of the picture's width and height.
    pub corners: [[f32; 2]; 4],
}

/// What the camera sees, small enough to be drawn often.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its frame.
    pub frame: u64,
    /// Width and height in pixels.
    pub size: [usize; 2],
    /// Luma, 8 bit, row-major.
    pub luma: Vec<u8>,
    /// What was found in it.
    pub found: Vec<FoundArea>,
    /// How sharp it is, 0–1.
    pub focus: f32,
    /// Its mean luma, 0–1.
    pub exposure: f32,
    /// Share of the label that is saturated, 0–1.
    pub glare: f32,
    /// Pixels per millimetre of paper, where something of known size was seen.
    pub px_per_mm: Option<f32>,
}

impl Picture {
    /// The picture of a frame and of what was seen in it.
    pub fn of(frame: &Frame, observation: &Observation) -> Self {
        let step = frame.width().div_ceil(WIDEST) as f32;
        let (small, _) = frame.luma.level_for(step);
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let place = |point: Point| [point.x / width, point.y / height];
        let layout = &observation.layout;
        let regions = [&layout.digits, &layout.bars, &layout.qrs];
        let found = regions.into_iter().flatten().map(|region| FoundArea {
            kind: region.kind,
            corners: region.area.corners().0.map(place),
        });
        Self {
            frame: frame.id.0,
            size: [small.width() as usize, small.height() as usize],
            luma: small.as_raw().clone(),
            found: found.collect(),
            focus: observation.quality.focus,
            exposure: observation.quality.exposure,
            glare: observation.quality.glare,
            px_per_mm: observation.quality.px_per_mm,
        }
    }
}

/// How the enrolment that was asked for in the window stands.
#[derive(Debug, Clone, PartialEq)]
pub enum EnrolmentState {
    /// The server is being asked.
    Asking,
    /// The station is enrolled there, and delivers.
    Enrolled(String),
    /// It is enrolled anew, while it delivers as it was enrolled before.
    EnrolledAnew,
    /// It is not, and why, with the remedy.
    Failed(Bilingual),
}

/// The newest view and picture, and the window that draws them.
#[derive(Default)]
pub struct Board {
    view: Mutex<Option<Arc<View>>>,
    picture: Mutex<Option<Arc<Picture>>>,
    failed: Mutex<Option<Bilingual>>,
    enrolment: Mutex<Option<EnrolmentState>>,
    window: Mutex<Option<egui::Context>>,
}

impl Board {
    /// Puts up what is to be drawn from now on. The same again is not drawn again.
    pub fn put_view(&self, view: View) {
        let mut shown = held(&self.view);
        if shown.as_deref() == Some(&view) {
            return;
        }
        *shown = Some(Arc::new(view));
        drop(shown);
        self.wake();
    }

    /// Puts up why there is no station to draw any more, with the remedy.
    pub fn put_failed(&self, why: Bilingual) {
        *held(&self.failed) = Some(why);
        self.wake();
    }

    /// Why there is no station to draw.
    pub fn failed(&self) -> Option<Bilingual> {
        held(&self.failed).clone()
    }

    /// Puts up how the enrolment stands.
    pub fn put_enrolment(&self, state: EnrolmentState) {
        *held(&self.enrolment) = Some(state);
        self.wake();
    }

    /// How the enrolment stands that was asked for last; `None` where none was.
    pub fn enrolment(&self) -> Option<EnrolmentState> {
        held(&self.enrolment).clone()
    }

    /// Puts up what the camera sees.
    pub fn put_picture(&self, picture: Picture) {
        *held(&self.picture) = Some(Arc::new(picture));
        self.wake();
    }

    /// What is to be drawn; `None` before the station has started.
    pub fn view(&self) -> Option<Arc<View>> {
        held(&self.view).clone()
    }

    /// What the camera sees.
    pub fn picture(&self) -> Option<Arc<Picture>> {
        held(&self.picture).clone()
    }

    /// From now on this window draws when something is new.
    pub fn drawn_by(&self, window: egui::Context) {
        *held(&self.window) = Some(window);
    }

    fn wake(&self) {
        if let Some(window) = &*held(&self.window) {
            window.request_repaint();
        }
    }
}

/// What a thread that panicked left is whole: each is replaced at once.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
