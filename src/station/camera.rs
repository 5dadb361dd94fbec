//! The thread that looks: from the camera's frames to what they mean to the station.

use std::ops::ControlFlow;
use std::time::Duration;

use super::card::{CardWatch, is_signed};
use super::core::{Arrival, Look, words};
use super::cutouts::cut_out;
use super::viewer::Viewer;
use super::watcher::Watcher;
use crate::camera::{Counts, FrameSource, Grab, Loss, MAX_AGE, Opened};
use crate::clock::Clock;
use crate::desk::Input;
use crate::marks::read_card_qr;
use crate::optics::{Frame, Mount, MountWatch, Moved, VoucherSigns};
use crate::reading::{
    Expectation, LiveReader, Observation, Outcome, Reader, Seen, mount_signs, unread_signs,
};
use crate::text::Bilingual;

/// How long the camera is waited for at once; between two waits the thread can be ended.
const PATIENCE: Duration = Duration::from_millis(200);

/// What the station wants of the next frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// What to expect of a voucher.
    pub expectation: Expectation,
    /// Whether to look for a session card.
    pub card: bool,
}

/// What the looking thread tells.
#[derive(Debug)]
pub enum CameraReport {
    /// What a frame meant.
    Look(Look),
    /// A session card, or what looks like one, lies there: its text.
    Card(String),
    /// The mount is not as it was when it was calibrated.
    Moved(Moved),
    /// The profile is of another camera or of other pictures, and how; it is left aside.
    OtherMount(Bilingual),
    /// The camera does not stand as the mount wants it, and how.
    NotSet(Bilingual),
    /// Frames so far, and how old the last one was when it was taken up.
    Counts {
        /// Handed out and dropped by the camera.
        counts: Counts,
        /// Age of the frame.
        age: Duration,
    },
    /// The camera delivers no more; it is being opened again.
    Lost(Loss),
    /// It delivers again.
    Back,
    /// No frame came for a while; the thread asks whether anybody listens.
    Nothing,
    /// Nothing can be read any more, and why.
    Failed(Bilingual),
    /// The camera has come to its end.
    Ended,
}

/// Reads what `source` delivers until it ends or `tell` says so; what is `wanted` is asked before
/// every frame, every voucher is held against the calibrated `mount`, and `viewer` sees what was
/// seen.
pub fn watch_camera(
    source: &mut dyn FrameSource,
    reader: &Reader,
    mount: Option<Mount>,
    clock: &dyn Clock,
    wanted: &dyn Fn() -> Wanted,
    viewer: &dyn Viewer,
    tell: &mut dyn FnMut(CameraReport) -> ControlFlow<()>,
) {
    let live = LiveReader::new(reader, wanted().expectation);
    let mut looking = Looking {
        live,
        watcher: Watcher::default(),
        cards: CardWatch::default(),
        mount: mount.map(|mount| (mount.clone(), MountWatch::new(mount))),
        fits: true,
        unread: None,
        clock,
        viewer,
    };
    let mut late = 0;
    loop {
        let reports = match source.next(PATIENCE) {
            Ok(Grab::Frame(frame)) => {
                let age = source.now().saturating_sub(frame.at);
                // It was fresh when it was handed out; this thread came too late for it.
                if age > MAX_AGE {
                    late += 1;
                    looking.expect(wanted().expectation)
                } else {
                    let mut reports = looking.at(&frame, age, wanted());
                    let counts = without(source.counts(), late);
                    reports.push(CameraReport::Counts { counts, age });
                    reports
                }
            }
            Ok(Grab::Nothing) => {
                let mut reports = looking.expect(wanted().expectation);
                reports.push(CameraReport::Nothing);
                reports
            }
            Ok(Grab::Lost(loss)) => looking.ended_with(CameraReport::Lost(loss)),
            Ok(Grab::Opened(opened)) => looking.opened(&opened),
            Ok(Grab::Back) => vec![CameraReport::Back],
            Ok(Grab::Ended) => looking.ended_with(CameraReport::Ended),
            Err(error) => looking.ended_with(CameraReport::Failed(words(&error))),
        };
        for report in reports {
            let last = matches!(report, CameraReport::Failed(_) | CameraReport::Ended);
            if tell(report).is_break() || last {
                return;
            }
        }
    }
}

/// Frames that were handed out and not read are dropped like any other.
fn without(counts: Counts, late: u64) -> Counts {
    Counts {
        delivered: counts.delivered - late,
        dropped: counts.dropped + late,
    }
}

/// What the thread knows from frame to frame.
struct Looking<'a> {
    live: LiveReader<'a>,
    watcher: Watcher,
    cards: CardWatch,
    mount: Option<(Mount, MountWatch)>,
    /// Whether what is open now is the mount's camera.
    fits: bool,
    /// What the voucher that lies there shows of the mount at its sharpest, while it is not read.
    unread: Option<VoucherSigns>,
    clock: &'a dyn Clock,
    viewer: &'a dyn Viewer,
}

impl Looking<'_> {
    fn expect(&mut self, expectation: Expectation) -> Vec<CameraReport> {
        let ended = self.live.expect(expectation);
        ended.into_iter().map(|ended| self.end(ended)).collect()
    }

    /// Looks at a frame that was taken `age` ago.
    fn at(&mut self, frame: &Frame, age: Duration, wanted: Wanted) -> Vec<CameraReport> {
        let mut reports = self.expect(wanted.expectation);
        reports.extend(self.card(frame, wanted.card));
        // A card is no voucher, and nobody has to decide what becomes of it.
        if !self.cards.lies() {
            reports.extend(self.read(frame, age));
        }
        reports
    }

    /// Looks for a session card; what lay there before it is over.
    fn card(&mut self, frame: &Frame, wanted: bool) -> Vec<CameraReport> {
        if !self.cards.is_due(frame.at, wanted) {
            return Vec::new();
        }
        let text = read_card_qr(&frame.luma).filter(|text| is_signed(text));
        if !self.cards.sees(text.as_deref()) {
            return Vec::new();
        }
        let ended = self.live.end().map(|ended| self.end(ended));
        let card = text.map(CameraReport::Card);
        ended.into_iter().chain(card).collect()
    }

    /// Reads what lies there.
    fn read(&mut self, frame: &Frame, age: Duration) -> Vec<CameraReport> {
        let taken = self.clock.now().monotonic.saturating_sub(age);
        match self.live.see(frame) {
            Ok(Some(mut seen)) => {
                self.guide_into_region(&mut seen.observation);
                self.viewer.picture(frame, &seen.observation);
                let look = CameraReport::Look(self.look(frame, &seen, taken));
                [look]
                    .into_iter()
                    .chain(self.held_against_mount(frame, &seen))
                    .collect()
            }
            Ok(None) => Vec::new(),
            Err(error) => vec![CameraReport::Failed(words(&error))],
        }
    }

    fn guide_into_region(&self, seen: &mut Observation) {
        if let Some((mount, _)) = &self.mount
            && self.fits
            && mount.fits(seen.size)
        {
            seen.guide_into(&mount.profile().region);
        }
    }

    fn look(&mut self, frame: &Frame, seen: &Seen, taken: Duration) -> Look {
        let presentation = self.live.presentation();
        let guidance = seen.observation.guidance;
        let inputs = self.watcher.inputs(&seen.outcomes, presentation, guidance);
        let arrival = seen.outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Accepted(accepted) => Some(Arrival {
                frame: accepted.frame,
                taken,
                settled: taken.saturating_sub(accepted.took),
            }),
            Outcome::Ended(_) => None,
        });
        let matters = |input: &Input| match input {
            Input::Accepted(read) => read.frame == frame.id,
            Input::InDoubt(doubt) => doubt.frame == frame.id,
            _ => false,
        };
        let crops = (inputs.iter().any(matters))
            .then(|| (frame.id, cut_out(frame, &seen.observation.layout)));
        Look {
            inputs,
            arrival,
            crops,
        }
    }

    /// Each voucher tells once how the mount stands: when it is read, and so lies flat and free, or
    /// when it is taken away unread.
    fn held_against_mount(&mut self, frame: &Frame, seen: &Seen) -> Vec<CameraReport> {
        let Some((mount, watch)) = &mut self.mount else {
            return Vec::new();
        };
        if !self.fits {
            return Vec::new();
        }
        if !mount.fits(seen.observation.size) {
            self.fits = false;
            return vec![CameraReport::OtherMount(other_pictures())];
        }
        let mut moved = Vec::new();
        for outcome in &seen.outcomes {
            let unread = self.unread.take();
            moved.extend(match outcome {
                Outcome::Accepted(_) => mount_signs(frame, &seen.observation, mount)
                    .map_or_else(Vec::new, |signs| watch.see(&signs)),
                Outcome::Ended(_) => unread.map_or_else(Vec::new, |signs| watch.see_unread(&signs)),
            });
        }
        if self.live.presentation().in_doubt().is_some() {
            let now = unread_signs(frame, &seen.observation, mount);
            let sharper = now.filter(|now| {
                let best = self.unread.as_ref();
                best.is_none_or(|best| now.focus > best.focus)
            });
            self.unread = sharper.or(self.unread.take());
        }
        moved.into_iter().map(CameraReport::Moved).collect()
    }

    /// Whether the camera is the mount's, and did as it was told.
    fn opened(&mut self, opened: &Opened) -> Vec<CameraReport> {
        let unset = opened.settings.iter().filter(|setting| !setting.holds());
        let mut reports: Vec<_> = unset
            .map(|setting| CameraReport::NotSet(setting.words()))
            .collect();
        let present = opened.camera_format();
        let other = (self.mount.as_ref())
            .and_then(|(mount, _)| mount.profile().check_camera(&present).err());
        // The mount's own camera may come back.
        self.fits = other.is_none();
        if let Some(other) = other {
            reports.push(CameraReport::OtherMount(words(&other)));
        }
        reports
    }

    fn ended_with(&mut self, last: CameraReport) -> Vec<CameraReport> {
        self.cards = CardWatch::default();
        let ended = self.live.end().map(|ended| self.end(ended));
        ended.into_iter().chain([last]).collect()
    }

    /// What lies there is over without a frame that shows it.
    fn end(&mut self, ended: Outcome) -> CameraReport {
        self.unread = None;
        let inputs = self
            .watcher
            .inputs(&[ended], self.live.presentation(), None);
        CameraReport::Look(Look {
            inputs,
            arrival: None,
            crops: None,
        })
    }
}

/// A profile of pictures of another size than those of a played folder.
fn other_pictures() -> Bilingual {
    Bilingual::new(
        "--mount の校正は別の大きさの画像のものなので使いません。このカメラを「uketsuke calibrate」で校正してください",
        "--mount is of pictures of another size and is left aside: calibrate this camera with `uketsuke calibrate`",
    )
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::camera::{CameraError, FourCc, Offer, PixelFormat, Setting};
    use crate::clock::SystemClock;
    use crate::optics::{FrameId, Profile, Region};
    use crate::reading::Guidance;
    use crate::station::Unseen;

    /// A camera that says this when it is opened, and ends.
    struct OpenedOnce(Option<Opened>);

    impl FrameSource for OpenedOnce {
        fn next(&mut self, _: Duration) -> Result<Grab, CameraError> {
            Ok(self
                .0
                .take()
                .map_or(Grab::Ended, |opened| Grab::Opened(Box::new(opened))))
        }

        fn now(&self) -> Duration {
            Duration::ZERO
        }

        fn counts(&self) -> Counts {
            Counts::default()
        }
    }

    /// The camera that [`Profile::example`] was made with, its focus where it says.
    fn opened(name: &str, focus: i64) -> Opened {
        Opened {
            name: name.to_owned(),
            format: PixelFormat::Mjpeg,
            offer: Offer {
                name: FourCc(*b"MJPG"),
                width: 1_920,
                height: 1_080,
                rate: 30.0,
            },
            focus: Some((0, 250, 5)),
            settings: vec![Setting {
                name: "Focus, Absolute".to_owned(),
                control: 0x009a_090a,
                wanted: 120,
                is: Some(focus),
            }],
            exposure: None,
        }
    }

    /// What is told of the camera, in english.
    fn told(opened: Opened) -> Vec<String> {
        let reader = Reader::new().expect("the models");
        let mount = Some(Mount::new(Profile::example()));
        let mut told = Vec::new();
        watch_camera(
            &mut OpenedOnce(Some(opened)),
            &reader,
            mount,
            &SystemClock::start(),
            &Wanted::default,
            &Unseen,
            &mut |report| {
                if let CameraReport::OtherMount(how) | CameraReport::NotSet(how) = report {
                    told.push(how.to_string());
                }
                ControlFlow::Continue(())
            },
        );
        told
    }

    #[test]
    fn a_camera_that_is_the_mounts_and_stands_as_it_was_told_is_no_news() {
        let name = Profile::example().camera.name;
        assert_eq!(told(opened(&name, 120)), [""; 0]);
    }

    #[test]
    fn another_camera_and_a_lens_that_does_not_move_are_told_with_the_remedy() {
        let name = Profile::example().camera.name;
        let lens = told(opened(&name, 0));
        assert!(lens[0].contains("does not go to 120, it is 0"), "{lens:?}");
        let other = told(opened("Other", 120));
        assert!(other[0].contains("of another camera"), "{other:?}");
    }

    /// Hands out one frame, of time 0, and says that it is `now`.
    struct OneFrame {
        frame: Option<Frame>,
        now: Duration,
    }

    impl FrameSource for OneFrame {
        fn next(&mut self, _: Duration) -> Result<Grab, CameraError> {
            Ok(self.frame.take().map_or(Grab::Ended, Grab::Frame))
        }

        fn now(&self) -> Duration {
            self.now
        }

        fn counts(&self) -> Counts {
            Counts {
                delivered: 1,
                dropped: 0,
            }
        }
    }

    /// Whether a frame that is so old when it is taken up is read.
    fn is_read(age: Duration) -> bool {
        let reader = Reader::new().expect("the models");
        let mut source = OneFrame {
            frame: Some(Frame::still(image::GrayImage::new(640, 360))),
            now: age,
        };
        let mut read = false;
        watch_camera(
            &mut source,
            &reader,
            None,
            &SystemClock::start(),
            &Wanted::default,
            &Unseen,
            &mut |report| {
                read |= matches!(report, CameraReport::Counts { .. });
                ControlFlow::Continue(())
            },
        );
        read
    }

    #[test]
    fn a_frame_that_grew_too_old_on_its_way_is_not_read() {
        assert!(is_read(MAX_AGE));
        assert!(!is_read(MAX_AGE + Duration::from_millis(1)));
    }

    /// Hands out these frames, each when it was taken.
    struct Frames {
        frames: VecDeque<Frame>,
        now: Duration,
    }

    impl FrameSource for Frames {
        fn next(&mut self, _: Duration) -> Result<Grab, CameraError> {
            let frame = self.frames.pop_front();
            self.now = frame.as_ref().map_or(self.now, |frame| frame.at);
            Ok(frame.map_or(Grab::Ended, Grab::Frame))
        }

        fn now(&self) -> Duration {
            self.now
        }

        fn counts(&self) -> Counts {
            Counts {
                delivered: 100,
                dropped: 0,
            }
        }
    }

    /// A sample voucher, of 11.64 px/mm.
    fn sample() -> image::GrayImage {
        let picture = image::open("samples/set/stills/n_00004.jpg");
        picture.expect("a sample").into_luma8()
    }

    /// The mount that the sample lies on, where labels may lie left of `right`.
    fn mount_of_sample(right: f32) -> Mount {
        let mut profile = Profile::example();
        profile.geometry.size = (1_280, 720);
        profile.geometry.px_per_mm = 11.64;
        profile.region = Region {
            left: 0.0,
            top: 0.0,
            right,
            bottom: 720.0,
        };
        Mount::new(profile)
    }

    /// What a watch over these pictures, each at its millisecond, tells.
    fn watched(pictures: &[(u64, &image::GrayImage)], mount: Mount) -> Vec<CameraReport> {
        let reader = Reader::new().expect("the models");
        let frame = |(id, (at, picture)): (usize, &(u64, &image::GrayImage))| Frame {
            id: FrameId(id as u64),
            at: Duration::from_millis(*at),
            ..Frame::still((*picture).clone())
        };
        let mut source = Frames {
            frames: pictures.iter().enumerate().map(frame).collect(),
            now: Duration::ZERO,
        };
        let mut told = Vec::new();
        watch_camera(
            &mut source,
            &reader,
            Some(mount),
            &SystemClock::start(),
            &Wanted::default,
            &Unseen,
            &mut |report| {
                told.push(report);
                ControlFlow::Continue(())
            },
        );
        told
    }

    #[test]
    fn a_mount_on_which_nothing_is_read_any_more_is_told_at_the_third_voucher() {
        let blurred = image::imageops::blur(&sample(), 6.0);
        let empty = image::GrayImage::from_pixel(1_280, 720, image::Luma([120]));
        let voucher = |start: u64| {
            let lies = [0, 100, 700, 1_200].map(|at| (start + at, &blurred));
            let gone = [1_300, 1_700].map(|at| (start + at, &empty));
            lies.into_iter().chain(gone)
        };
        let moved_after = |vouchers: u64| {
            let frames: Vec<_> = (0..vouchers).flat_map(|n| voucher(3_000 * n)).collect();
            let told = watched(&frames, mount_of_sample(1_280.0));
            told.into_iter()
                .filter_map(|report| match report {
                    CameraReport::Moved(moved) => Some(moved),
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(moved_after(2), []);
        assert_eq!(moved_after(3), [Moved::Focus]);
    }

    #[test]
    fn a_voucher_outside_the_usable_region_is_guided_into_it_and_read_all_the_same() {
        let picture = sample();
        let guided = |right: f32| {
            let mut told = (Vec::new(), 0);
            let frames = [0, 100, 200].map(|at| (at, &picture));
            for report in watched(&frames, mount_of_sample(right)) {
                let CameraReport::Look(look) = report else {
                    continue;
                };
                for input in look.inputs {
                    match input {
                        Input::Reading(guidance) => told.0.push(guidance),
                        Input::Accepted(_) => told.1 += 1,
                        _ => {}
                    }
                }
            }
            told
        };
        assert_eq!(guided(1_280.0), (vec![None], 1));
        assert_eq!(guided(900.0), (vec![Some(Guidance::MoveLeft)], 1));
    }
}
