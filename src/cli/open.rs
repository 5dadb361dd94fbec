//! `uketsuke`, without a subcommand: opens the station.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use clap::Args;

use super::data_dir::{DataArgs, Place};
use super::enrol::enrol_beside;
use super::host::{Hosted, courier, host, settings_of};
use super::training::{self, Training};
use super::{EXIT_OK, presets};
use crate::app::{self, Board, EnrolmentState, Facts, Follower, Orders, Speaker};
use crate::camera::{CameraName, FrameSource, Practice, SystemTime};
use crate::config::DirectoryKind;
use crate::optics::Mount;
use crate::station::{Command, Courier, Enrolling, Until};
use crate::store::{DataDirectory, Enrolment, Witnessed};
use crate::text::Bilingual;

/// Arguments of `uketsuke` alone.
#[derive(Debug, Args)]
#[command(after_help = "Without a subcommand the station opens in a window:
  uketsuke                            the first time: for training, with sample vouchers
  uketsuke --training                 for training again
  uketsuke --camera v4l:0 --mount mount.toml --data-dir DIR

`uketsuke enrol` makes a station for real records; from then on `uketsuke` opens that.")]
pub struct OpenArgs {
    /// Practise with sample vouchers, recording into a sandbox of its own / 研修用に開く
    #[arg(long)]
    training: bool,
    /// The camera: v4l:0, replay:DIR@10, or practice / カメラ
    #[arg(long, value_name = "CAMERA")]
    camera: Option<CameraName>,
    /// The mount's profile, from `uketsuke calibrate` / 台の校正ファイル
    #[arg(long, value_name = "FILE")]
    mount: Option<PathBuf>,
    #[command(flatten)]
    data: DataArgs,
}

/// Opens the window, and runs the station below it until the window is closed.
pub fn run(args: &OpenArgs) -> anyhow::Result<u8> {
    let folder = args.data.folder()?;
    let practises = args.training || DataDirectory::find(&folder)?.is_none();
    if !practises {
        open(args, args.data.place()?)?;
        return Ok(EXIT_OK);
    }
    let practised = Training::begin(&folder)?;
    open(args, practised.place()?)?;
    practised.end();
    Ok(EXIT_OK)
}

fn open(args: &OpenArgs, place: Place) -> anyhow::Result<()> {
    let mount = presets::mount(args.mount.as_deref())?;
    let is_training = place.directory.kind() == DirectoryKind::Training;
    let facts = Arc::new(Facts {
        training: is_training,
        station: place.directory.station().clone(),
        catalogue: place.catalogue()?,
        venues: place.config.venues.clone(),
        doctors: place.config.doctors.clone(),
        usual: is_training.then(training::usual).transpose()?,
        operator: place.operator.clone(),
        mount: args.mount.as_deref().map(file_name),
        server: (place.quiet_store()?.enrolment()?).map(|enrolment| enrolment.server),
        reports: place.directory.folder().join("reports"),
        clock: place.clock.clone(),
    });
    let (station, commands) = channel();
    let (practice, source) = camera(args, is_training, mount.as_ref())?;
    let orders = Orders { station, practice };
    let board = Arc::new(Board::default());
    let below = Below {
        place,
        source,
        mount,
        commands,
        board: board.clone(),
    };
    let station = thread::Builder::new()
        .name("station".to_owned())
        .spawn(move || below.run())?;
    let shown = app::open(&board, &facts, &orders);
    // The station delivers what it can, and ends.
    drop(orders);
    let _ = station.join();
    Ok(shown?)
}

/// A file, without the folders that nobody wants to read.
fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

type Hand = Sender<crate::camera::Turn>;

/// The camera, and the hand that lays samples under it where it is the practice table.
fn camera(
    args: &OpenArgs,
    is_training: bool,
    mount: Option<&Mount>,
) -> anyhow::Result<(Option<Hand>, Box<dyn FrameSource>)> {
    let name = match &args.camera {
        Some(name) => name.clone(),
        None if is_training => CameraName::Practice,
        None => "v4l:0".parse()?,
    };
    if name != CameraName::Practice {
        return Ok((None, name.open(false, settings_of(mount))?));
    }
    let (hand, turns) = channel();
    let table = Practice::new(turns, false, Box::new(SystemTime::start()))?;
    Ok((Some(hand), Box::new(table)))
}

/// The station below the window.
struct Below {
    place: Place,
    source: Box<dyn FrameSource>,
    mount: Option<Mount>,
    commands: Receiver<Command>,
    board: Arc<Board>,
}

impl Below {
    /// Runs it; why it could not go on is shown where its screen was.
    fn run(self) {
        let follower = Follower::new(
            self.board.clone(),
            self.place.directory.folder().to_owned(),
            Speaker::start(),
        );
        let (asked, to_enrol) = channel();
        let (hire, hired) = channel();
        let (place, board) = (&self.place, self.board.as_ref());
        let ended = thread::scope(|scope| {
            scope.spawn(move || enrol_all(place, board, &to_enrol, &hire));
            let hosted = Hosted {
                source: self.source,
                mount: self.mount,
                signs_in: true,
                session: None,
                commands: self.commands,
                viewer: &follower,
                // The thread that takes it on lives as long as whoever asks.
                enrol: Some(Box::new(move |enrolling, by| {
                    let _ = asked.send((enrolling, by));
                })),
                hired,
                until: Until::CommandsEnd,
            };
            host(place, hosted, &mut |event, _| {
                follower.happened(event);
                ControlFlow::Continue(())
            })
        });
        if let Err(error) = ended {
            self.board
                .put_failed(Bilingual::of_text(&format!("{error:#}")));
        }
    }
}

/// Makes the station known to servers, one after the other, and shows what came of it. Where nobody
/// delivers yet, somebody does from then on.
fn enrol_all<'a>(
    place: &'a Place,
    board: &Board,
    to_enrol: &Receiver<(Enrolling, Witnessed)>,
    hire: &Sender<Courier<'a>>,
) {
    for (enrolling, by) in to_enrol {
        board.put_enrolment(EnrolmentState::Asking);
        board.put_enrolment(match enrol_beside(place, &enrolling, &by) {
            Ok(Enrolment { server, .. }) => match hired(place, hire) {
                true => EnrolmentState::Enrolled(server),
                false => EnrolmentState::EnrolledAnew,
            },
            Err(why) => EnrolmentState::Failed(why),
        });
    }
}

/// Whether somebody delivers from now on; not where somebody does already, as who is enrolled anew.
fn hired<'a>(place: &'a Place, hire: &Sender<Courier<'a>>) -> bool {
    let courier = courier(place).ok().and_then(|(courier, _)| courier);
    courier.is_some_and(|courier| hire.send(courier).is_ok())
}
