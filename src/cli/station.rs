//! `uketsuke station`: the station without a screen.

use std::io::{self, BufRead as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use anyhow::Context as _;
use clap::Args;

use super::data_dir::DataArgs;
use super::host::{Hosted, host, settings_of};
use super::{EXIT_OK, EXIT_USAGE, presets, station_command, station_object};
use crate::camera::CameraName;
use crate::intake::Session;
use crate::station::{Command, Event, Station, Unseen, Until};

/// Arguments of `uketsuke station`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke station --headless --camera v4l:0 --session today.toml
  uketsuke station --headless --camera replay:DIR@10 --until-end --jsonl --session today.toml --data-dir DIR

The session file has to be confirmed, and for today. Without it the station records nothing; a
session card under the camera is then told with its code and its session, for a person to confirm.
With --commands one JSON object a line on standard input is done as a person would do it; what came
of it, and the identifiers that commands name, are told with --jsonl:
  {\"command\":\"confirm_session\",\"session\":\"<text of a session file>\"}
  {\"command\":\"relieve\",\"operator\":\"clerk-02\"}   {\"command\":\"consultation_only\",\"chosen\":true}
  {\"command\":\"change_lot\",\"product\":\"comirnaty-12\",\"lot\":\"FK0108\"}
  {\"command\":\"cancel\",\"record\":\"<uuid>\",\"reason\":\"…\"}   {\"command\":\"undo\"}   {\"command\":\"close\"}
  {\"command\":\"correct\",\"record\":\"<uuid>\",\"vaccine\":{\"product\":\"…\",\"lot\":\"…\"},\"reason\":\"…\"}
    (or \"date\", \"venue\", \"doctor\")   {\"command\":\"reviewed\",\"record\":\"<uuid>\"}
What was found is answered, or the voucher put aside:
  {\"command\":\"record_all_the_same\",\"reason\":\"…\"}   {\"command\":\"do_not_record\",\"reason\":\"…\"}
  {\"command\":\"put_aside\",\"reason\":\"…\"}
What a close that is not done tells as open is counted, or explained as it was told:
  {\"command\":\"counted\",\"product\":\"comirnaty-12\",\"lot\":\"FJ7489\",\"vials\":4,\"drawn\":24}
  {\"command\":\"discarded\",\"product\":\"…\",\"lot\":\"…\",\"doses\":1,\"from\":\"vial\",\"reason\":\"…\"}   (or \"syringe\")
  {\"command\":\"explain\",\"point\":<one of open>,\"reason\":\"…\"}   {\"command\":\"reopen\",\"reason\":\"…\"}
The event lists names what is undecided, aside, and waits for its voucher:
  {\"command\":\"enter_by_hand\",\"undecided\":3}   then, twice   {\"command\":\"typed\",\"digits\":\"…\"}
    (without \"undecided\": the voucher on the table; {\"command\":\"stop_entering\"})
  {\"command\":\"put_undecided_aside\",\"undecided\":3,\"reason\":\"…\"}
  {\"command\":\"read_again_as\",\"undecided\":3,\"record\":\"<uuid>\"}
  {\"command\":\"take_up\",\"aside\":4}   {\"command\":\"settle_aside\",\"aside\":4,\"reason\":\"…\"}
  {\"command\":\"issue_slip\",\"dose\":2}   {\"command\":\"choose_slip\",\"slip\":1}
  {\"command\":\"retry\",\"entry\":\"<uuid>\"}
It also tells what was chosen for a voucher before something came between (open_choices):
  {\"command\":\"choose_again\",\"same\":true}   (or false: it does not hold) lets vouchers in
It ends when its commands do, with --until-end when its camera does, and when nobody reads its output
any more; otherwise with Ctrl-C.
Exit codes: 0 it ended as it should; 1 it could not start or go on; 2 wrong usage, or a session
that is not confirmed for today.")]
pub struct StationArgs {
    /// Run without a window / 画面なしで動かす
    #[arg(long, required = true)]
    headless: bool,
    /// The camera: v4l:0, or a folder played as one, replay:DIR@10 / カメラ
    #[arg(long, value_name = "CAMERA")]
    camera: CameraName,
    /// The mount's profile, from `uketsuke calibrate` / 台の校正ファイル
    #[arg(long, value_name = "FILE")]
    mount: Option<PathBuf>,
    /// Today's presets, confirmed / 今日のセッションファイル
    #[arg(long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// End with the last frame; a folder is then read whole, no frame left out / 最後のコマで終わる
    #[arg(long)]
    until_end: bool,
    /// Print one JSON object an event / 1件の出来事ごとにJSONで出力
    #[arg(long)]
    jsonl: bool,
    /// Do what standard input says, one JSON object a line / 標準入力の指示に従う（--jsonl と使う）
    #[arg(long, requires = "jsonl")]
    commands: bool,
    #[command(flatten)]
    data: DataArgs,
}

/// Runs the subcommand.
pub fn run(args: &StationArgs) -> anyhow::Result<u8> {
    let session = args.session.as_deref().map(session_in).transpose()?;
    let mount = presets::mount(args.mount.as_deref())?;
    let source = args
        .camera
        .open(args.until_end, settings_of(mount.as_ref()))?;
    let place = args.data.place()?;
    let (commands, _open) = commands(args.commands)?;
    let hosted = Hosted {
        source,
        mount,
        signs_in: false,
        session,
        commands,
        viewer: &Unseen,
        enrol: None,
        hired: channel().1,
        until: match args.until_end {
            true => Until::CameraEnds,
            false => Until::CommandsEnd,
        },
    };
    let mut teller = Teller {
        jsonl: args.jsonl,
        failed: None,
    };
    let mut failed = false;
    let ended = host(&place, hosted, &mut |event, station| {
        failed |= matches!(event, Event::CameraFailed(_));
        teller.tell(event, station);
        match teller.is_unheard() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    let Some((ending, left)) = ended else {
        return Ok(EXIT_USAGE);
    };
    teller.finish(&station_object::finished(&ending, &left))?;
    Ok(if failed { super::EXIT_FAILED } else { EXIT_OK })
}

fn session_in(path: &Path) -> anyhow::Result<Session> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!(
            "{}: ファイルを開けません。場所を確かめてください / cannot be opened: check the path",
            path.display()
        )
    })?;
    Session::parse(&text).with_context(|| path.display().to_string())
}

/// What people do, and the end that keeps a station running to which nobody says anything.
fn commands(read: bool) -> io::Result<(Receiver<Command>, Option<Sender<Command>>)> {
    let (sender, receiver) = channel();
    if !read {
        return Ok((receiver, Some(sender)));
    }
    let reader = std::thread::Builder::new().name("commands".to_owned());
    reader.spawn(move || {
        for line in io::stdin().lock().split(b'\n') {
            let Ok(line) = line else { return };
            // In another encoding it is no command, and the station goes on.
            match station_command::parse(&String::from_utf8_lossy(&line)) {
                Ok(input) => {
                    if sender.send(input.into()).is_err() {
                        return;
                    }
                }
                Err(error) => eprintln!("uketsuke: {error}"),
            }
        }
    })?;
    Ok((receiver, None))
}

/// Tells what happens, in words or as objects.
struct Teller {
    jsonl: bool,
    failed: Option<io::Error>,
}

impl Teller {
    fn tell(&mut self, event: &Event, station: &Station<'_>) {
        let line = match self.jsonl {
            true => station_object::object(event, station).map(|object| object.to_string()),
            false => station_object::words(event),
        };
        if let Some(line) = line {
            self.line(&line);
        }
    }

    fn line(&mut self, line: &str) {
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{line}").and_then(|()| out.flush());
        self.failed = self.failed.take().or(written.err());
    }

    /// Whether whoever read what was told is gone.
    fn is_unheard(&self) -> bool {
        let failed = self.failed.as_ref();
        failed.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The last word.
    fn finish(mut self, object: &serde_json::Value) -> anyhow::Result<()> {
        let line = match self.jsonl {
            true => object.to_string(),
            false => station_object::finished_words(object),
        };
        self.line(&line);
        if self.is_unheard() {
            eprintln!(
                "uketsuke: 出力を読む相手がいなくなったので終わりました。記録は保存されています。続けるにはもう一度起動してください / ended, as nobody reads the output any more; what was recorded is kept: start it again to go on"
            );
            return Ok(());
        }
        match self.failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}
