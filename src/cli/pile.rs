//! The pile of paper under a camera, read sheet by sheet until it ends.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::host::settings_of;
use super::presets;
use super::signals::Signals;
use crate::camera::{CameraName, Grab, Opened};
use crate::optics::Mount;
use crate::reading::{Expectation, LiveReader, Outcome, Reader};
use crate::voucher::VoucherNumber;

/// How long the camera is waited for at once, and so how long an end is waited for.
const PATIENCE: Duration = Duration::from_millis(200);

/// Under which camera the pile is laid down.
#[derive(Debug, Args)]
pub(super) struct PileArgs {
    /// The camera: v4l:0, or a folder played as one, replay:DIR@10 / カメラ
    #[arg(long, value_name = "CAMERA")]
    camera: CameraName,
    /// The mount's profile, from `uketsuke calibrate` / 台の校正ファイル
    #[arg(long, value_name = "FILE")]
    mount: Option<PathBuf>,
}

/// One sheet of the pile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sheet {
    Read(VoucherNumber),
    NotRead,
}

/// Reads the pile: a folder to its end, a camera's until a person says so.
pub(super) fn read(
    args: &PileArgs,
    mut each: impl FnMut(Sheet) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mount = presets::mount(args.mount.as_deref())?;
    let is_folder = matches!(args.camera, CameraName::Replay { .. });
    let mut source = args.camera.open(is_folder, settings_of(mount.as_ref()))?;
    let reader = Reader::new()?;
    let mut live = LiveReader::new(&reader, Expectation::default());
    let end = asked_to_end(!is_folder)?;
    loop {
        let asked = end.load(Ordering::Relaxed);
        let (outcomes, over) = match source.next(PATIENCE)? {
            _ if asked => (live.end().into_iter().collect(), true),
            Grab::Frame(frame) => {
                let seen = live.see(&frame)?;
                (seen.map_or_else(Vec::new, |seen| seen.outcomes), false)
            }
            Grab::Ended => (live.end().into_iter().collect(), true),
            Grab::Lost(loss) => {
                eprintln!("uketsuke: {}", loss.words());
                (live.end().into_iter().collect(), false)
            }
            Grab::Opened(opened) => {
                tell_how(&opened, mount.as_ref());
                (Vec::new(), false)
            }
            Grab::Nothing | Grab::Back => (Vec::new(), false),
        };
        for sheet in outcomes.iter().filter_map(sheet) {
            each(sheet)?;
        }
        if over {
            return Ok(());
        }
    }
}

fn sheet(outcome: &Outcome) -> Option<Sheet> {
    match outcome {
        Outcome::Accepted(accepted) => Some(Sheet::Read(accepted.number)),
        Outcome::Ended(presented) => {
            (presented.verdict.number().is_none()).then_some(Sheet::NotRead)
        }
    }
}

/// Becomes true when the system asks the program to end; `by_input` also when nobody can say
/// anything on standard input any more.
fn asked_to_end(by_input: bool) -> io::Result<Arc<AtomicBool>> {
    let asked = Arc::new(AtomicBool::new(false));
    let (signals, by_signal) = (Signals::hear()?, asked.clone());
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            signals.wait();
            by_signal.store(true, Ordering::Relaxed);
        })?;
    if by_input {
        let by_input = asked.clone();
        thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || {
                // What cannot be read has ended as well.
                let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
                by_input.store(true, Ordering::Relaxed);
            })?;
    }
    Ok(asked)
}

/// Tells what of the camera is not as the mount wants it.
fn tell_how(opened: &Opened, mount: Option<&Mount>) {
    for setting in opened.settings.iter().filter(|setting| !setting.holds()) {
        eprintln!("uketsuke: {}", setting.words());
    }
    let present = opened.camera_format();
    if let Some(Err(other)) = mount.map(|mount| mount.profile().check_camera(&present)) {
        eprintln!("uketsuke: {other}");
    }
}
