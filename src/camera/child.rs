//! The child process that holds the device: opens it, sets it, and writes what it delivers.
//!
//! `nokhwa` hides how much of a buffer was used, when it was taken, and the absolute focus; the
//! `v4l` crate below it tells all three, so that is what is used.

use std::io::{self, BufRead as _, Write as _};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use v4l::buffer::{Flags, Metadata, Type};
use v4l::control::{Control, Description, Value};
use v4l::frameinterval::FrameIntervalEnum;
use v4l::framesize::FrameSizeEnum;
use v4l::io::traits::CaptureStream as _;
use v4l::prelude::MmapStream;
use v4l::video::Capture as _;
use v4l::video::capture::Parameters;
use v4l::{Device, Format, FourCC};

use super::controls::{Adjustment, Driver, FOCUS_ABSOLUTE, Settings, exposure_of};
use super::error::CameraError;
use super::format::{FourCc, MOST_RATE, Offer, PixelFormat, Steps, choose, usual_sizes};
use super::luma::RawFrame;
use super::node::Node;
use super::time::{SystemTime, Time as _};
use super::wire::{Message, Opened, write_message};

/// Buffers that the driver fills by turns: with fewer it drops frames, with more they grow old.
const BUFFERS: u32 = 3;

/// Opens a device and writes what it delivers to standard output until nobody reads any more.
/// The process ends with its standard input.
///
/// # Errors
/// When the output is closed; whatever the camera does is told as [`Message::Failed`].
pub fn serve(node: &Node, settings: Settings) -> io::Result<()> {
    let (send, orders) = channel();
    let listener = std::thread::Builder::new().name("orders".to_owned());
    listener.spawn(move || obey_until_the_station_ends(&send))?;
    let mut out = io::BufWriter::with_capacity(1 << 20, io::stdout().lock());
    match stream(node, settings, &orders, &mut out) {
        Ok(()) => Ok(()),
        Err(Ending::Closed(error)) => Err(error),
        Err(Ending::Camera(error)) => {
            write_message(&mut out, &Message::Failed(error.to_string()))?;
            out.flush()
        }
    }
}

/// Hands on what is adjusted, a line each, and ends the process when the station is
/// gone: a device must not stay in use.
#[expect(
    clippy::disallowed_methods,
    reason = "the driver may hang in the other thread, and nothing here needs a destructor"
)]
fn obey_until_the_station_ends(orders: &Sender<Adjustment>) {
    for line in io::stdin().lock().lines().map_while(Result::ok) {
        if let Some(adjustment) = Adjustment::of_line(&line) {
            // The other thread is ending.
            let _ = orders.send(adjustment);
        }
    }
    std::process::exit(0);
}

/// Why the child ends.
enum Ending {
    Camera(CameraError),
    Closed(io::Error),
}

impl From<CameraError> for Ending {
    fn from(error: CameraError) -> Self {
        Self::Camera(error)
    }
}

fn stream(
    node: &Node,
    mut settings: Settings,
    orders: &Receiver<Adjustment>,
    out: &mut impl io::Write,
) -> Result<(), Ending> {
    let device = Device::with_path(node.path()).map_err(of_driver)?;
    let (format, offer) = choose(&offers(&device))?;
    let stride = set_format(&device, &offer)?;
    let controls = Controls::of(&device);
    let mut opened = Opened {
        name: device.query_caps().map_err(of_driver)?.card,
        format,
        offer,
        focus: controls.focus_range(),
        settings: settings.set(&controls),
        exposure: exposure_of(&controls),
    };
    let mut stream =
        MmapStream::with_buffers(&device, Type::VideoCapture, BUFFERS).map_err(of_driver)?;
    write_message(out, &Message::Opened(opened.clone())).map_err(Ending::Closed)?;
    let time = SystemTime::start();
    loop {
        for adjustment in orders.try_iter() {
            settings.adjust(adjustment);
            match adjustment {
                // Whether it went there is seen in the picture.
                Adjustment::Focus(position) => controls.set(FOCUS_ABSOLUTE, position),
                Adjustment::Exposure(_) => {
                    opened.settings = settings.set(&controls);
                    opened.exposure = exposure_of(&controls);
                    let message = Message::Opened(opened.clone());
                    write_message(out, &message).map_err(Ending::Closed)?;
                }
            }
        }
        let (buffer, meta) = stream.next().map_err(of_driver)?;
        let message = Message::Frame {
            at: taken(meta, time.now()),
            raw: RawFrame {
                format,
                width: offer.width,
                height: offer.height,
                stride,
                bytes: filled(buffer, meta).to_vec(),
            },
        };
        write_message(out, &message).map_err(Ending::Closed)?;
    }
}

/// What the driver filled of a buffer: behind it lies an older picture, and in one that it marks as
/// damaged, too.
fn filled<'a>(buffer: &'a [u8], meta: &Metadata) -> &'a [u8] {
    let used = match meta.flags.contains(Flags::ERROR) {
        true => 0,
        false => (meta.bytesused as usize).min(buffer.len()),
    };
    &buffer[..used]
}

/// When the driver says that a frame was taken, where its stamp is of the clock that all share:
/// then also when it is long ago, as of buffers from before a tablet froze. Otherwise now.
fn taken(meta: &Metadata, now: Duration) -> Duration {
    let seconds = u64::try_from(meta.timestamp.sec).unwrap_or(0);
    let micros = u64::try_from(meta.timestamp.usec).unwrap_or(0);
    let at = Duration::from_secs(seconds) + Duration::from_micros(micros);
    let shared = meta.flags & Flags::TIMESTAMP_MASK == Flags::TIMESTAMP_MONOTONIC;
    if shared && at <= now { at } else { now }
}

/// What the driver said.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what map_err hands over"
)]
fn of_driver(error: io::Error) -> CameraError {
    CameraError::Open(error.to_string())
}

/// Every format, size and highest rate that the camera has.
fn offers(device: &Device) -> Vec<Offer> {
    let mut offers = Vec::new();
    for format in device.enum_formats().unwrap_or_default() {
        for size in device.enum_framesizes(format.fourcc).unwrap_or_default() {
            for (width, height) in sizes(&size.size) {
                offers.push(Offer {
                    name: FourCc(format.fourcc.repr),
                    width,
                    height,
                    rate: rate(device, format.fourcc, width, height),
                });
            }
        }
    }
    offers
}

/// One size, or the usual ones of very many.
fn sizes(size: &FrameSizeEnum) -> Vec<(u32, u32)> {
    match size {
        FrameSizeEnum::Discrete(size) => vec![(size.width, size.height)],
        FrameSizeEnum::Stepwise(sizes) => usual_sizes(
            Steps {
                least: sizes.min_width,
                most: sizes.max_width,
                step: sizes.step_width,
            },
            Steps {
                least: sizes.min_height,
                most: sizes.max_height,
                step: sizes.step_height,
            },
        ),
    }
}

/// The most frames a second of a format and size; 0 when the driver does not tell.
fn rate(device: &Device, name: FourCC, width: u32, height: u32) -> f32 {
    let intervals = device.enum_frameintervals(name, width, height);
    let shortest = |interval: &FrameIntervalEnum| match interval {
        FrameIntervalEnum::Discrete(fraction) => (fraction.numerator, fraction.denominator),
        FrameIntervalEnum::Stepwise(steps) => (steps.min.numerator, steps.min.denominator),
    };
    let rates = intervals.unwrap_or_default().into_iter().map(|interval| {
        let (numerator, denominator) = shortest(&interval.interval);
        denominator as f32 / numerator.max(1) as f32
    });
    rates.fold(0.0, f32::max)
}

/// Sets format and rate; the bytes from row to row.
fn set_format(device: &Device, offer: &Offer) -> Result<u32, CameraError> {
    let wanted = Format::new(offer.width, offer.height, FourCC::new(&offer.name.0));
    let is = device.set_format(&wanted).map_err(of_driver)?;
    let same = (is.width, is.height, is.fourcc.repr) == (offer.width, offer.height, offer.name.0);
    if !same {
        return Err(CameraError::Open(
            format!("{offer} → {is}").replace('\n', " "),
        ));
    }
    if offer.rate >= 1.0 {
        // Where the rate cannot be set, the camera's own is as good.
        let rate = offer.rate.min(MOST_RATE) as u32;
        let _ = device.set_params(&Parameters::with_fps(rate));
    }
    Ok(match PixelFormat::of(offer.name) {
        Some(PixelFormat::Mjpeg) | None => 0,
        Some(_) => is.stride,
    })
}

/// The controls that a device has.
struct Controls<'a> {
    device: &'a Device,
    known: Vec<Description>,
}

impl<'a> Controls<'a> {
    fn of(device: &'a Device) -> Self {
        Self {
            device,
            known: device.query_controls().unwrap_or_default(),
        }
    }

    fn find(&self, control: u32) -> Option<&Description> {
        self.known.iter().find(|known| known.id == control)
    }

    /// Lowest and highest position of the lens, and the step between two.
    fn focus_range(&self) -> Option<(i64, i64, i64)> {
        let focus = self.find(FOCUS_ABSOLUTE)?;
        let step = i64::try_from(focus.step).ok()?;
        Some((focus.minimum, focus.maximum, step))
    }
}

impl Driver for Controls<'_> {
    fn name(&self, control: u32) -> Option<String> {
        self.find(control).map(|known| known.name.clone())
    }

    fn set(&self, control: u32, value: i64) {
        let Some(known) = self.find(control) else {
            return;
        };
        let value = match known.typ {
            v4l::control::Type::Boolean => Value::Boolean(value != 0),
            _ => Value::Integer(value.clamp(known.minimum, known.maximum)),
        };
        let _ = self.device.set_control(Control { id: control, value });
    }

    fn value(&self, control: u32) -> Option<i64> {
        self.find(control)?;
        match self.device.control(control).ok()?.value {
            Value::Integer(value) => Some(value),
            Value::Boolean(value) => Some(i64::from(value)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a frame was taken whose stamp is of 10 s, at 11.5 s.
    fn taken_with(clock: Flags) -> Duration {
        let meta = Metadata {
            timestamp: v4l::Timestamp::new(10, 0),
            flags: clock,
            ..Metadata::default()
        };
        taken(&meta, Duration::from_millis(11_500))
    }

    #[test]
    fn a_stamp_of_the_shared_clock_holds_however_old_and_any_other_is_now() {
        assert_eq!(
            taken_with(Flags::TIMESTAMP_MONOTONIC),
            Duration::from_secs(10)
        );
        let now = Duration::from_millis(11_500);
        assert_eq!(taken_with(Flags::TIMESTAMP_COPY), now);
        assert_eq!(taken_with(Flags::TIMESTAMP_UNKNOWN), now);
    }
}
