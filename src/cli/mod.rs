//! The command line: one file a subcommand. This is where printing is allowed.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line is where words reach people"
)]

mod calibrate;
mod camera;
mod camera_target;
#[cfg(feature = "records")]
mod data_dir;
#[cfg(feature = "records")]
mod day_file;
#[cfg(feature = "records")]
mod doctor;
#[cfg(feature = "records")]
mod enrol;
#[cfg(feature = "records")]
mod export;
#[cfg(feature = "records")]
mod host;
#[cfg(feature = "records")]
mod import;
mod in_order;
#[cfg(feature = "gui")]
mod open;
#[cfg(feature = "records")]
mod operator;
mod picture_folder;
mod pictures;
#[cfg(feature = "records")]
mod pile;
mod presets;
#[cfg(feature = "records")]
mod progress;
mod qa;
#[cfg(feature = "records")]
mod reconcile;
#[cfg(feature = "records")]
mod records;
#[cfg(feature = "records")]
mod recover;
mod replay;
#[cfg(feature = "sandbox")]
mod sandbox;
mod scan;
mod scan_object;
#[cfg(feature = "records")]
mod session;
#[cfg(feature = "records")]
mod signals;
#[cfg(feature = "records")]
mod station;
#[cfg(feature = "records")]
mod station_command;
#[cfg(feature = "records")]
mod station_object;
#[cfg(feature = "records")]
mod sync;
#[cfg(feature = "gui")]
mod training;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[cfg(feature = "records")]
use records::{exit_code, warn_of_copy};

/// Every input was processed, whatever the verdicts.
pub const EXIT_OK: u8 = 0;
/// Some input could not be opened, or a QA set failed.
pub const EXIT_FAILED: u8 = 1;
/// Wrong usage, or a session that is not confirmed.
pub const EXIT_USAGE: u8 = 2;

/// Something is left that was not delivered.
pub const EXIT_LEFT: u8 = 3;
/// The credential store cannot be used.
pub const EXIT_NO_KEY_STORE: u8 = 4;
/// A training directory was taken for production, or the other way round.
pub const EXIT_OTHER_KIND: u8 = 5;

/// 受付 uketsuke: reads vaccination vouchers.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
#[cfg_attr(not(feature = "gui"), command(arg_required_else_help = true))]
pub struct Cli {
    #[cfg(feature = "gui")]
    #[command(flatten)]
    open: open::OpenArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read pictures of vouchers / 接種券の画像を読む
    Scan(scan::ScanArgs),
    /// Run a sample set and score it / 見本の一式で精度を測る
    Qa(qa::QaArgs),
    /// Measure the camera's mount with the printed target / 校正用紙で台とカメラを測る
    Calibrate(calibrate::CalibrateArgs),
    /// Show what a camera delivers / カメラを調べる
    Camera(camera::CameraArgs),
    #[command(hide = true)]
    CameraChild(camera::ChildArgs),
    /// Run the station: read, record, deliver / 受付を動かす
    #[cfg(feature = "records")]
    Station(station::StationArgs),
    /// The signed card that sets several tablets alike / セッションカード
    #[cfg(feature = "records")]
    Session(session::SessionArgs),
    /// Write what this tablet recorded on a day, signed and sealed / 照合用の日次ファイルを書き出す
    #[cfg(feature = "records")]
    DayFile(day_file::DayFileArgs),
    /// Hold the pile of paper against all tablets' day files / 紙の束と全端末の記録を照合する
    #[cfg(feature = "records")]
    Reconcile(reconcile::ReconcileArgs),
    /// Take in a file of records / 記録のファイルを取り込む
    #[cfg(feature = "records")]
    Import(import::ImportArgs),
    /// Write the records out as a file / 記録をファイルに書き出す
    #[cfg(feature = "records")]
    Export(export::ExportArgs),
    /// Look at everything and tell what is wrong / 端末の状態を調べる
    #[cfg(feature = "records")]
    Doctor(doctor::DoctorArgs),
    /// Bring back a destroyed tablet's records, or a lost key / 壊れた端末の記録を復元する
    #[cfg(feature = "records")]
    Recover(recover::RecoverArgs),
    /// Make this station known to a record API / 接種記録 API に端末を登録する
    #[cfg(feature = "records")]
    Enrol(enrol::EnrolArgs),
    /// Deliver what is queued / 送信待ちの記録を送る
    #[cfg(feature = "records")]
    Sync(sync::SyncArgs),
    /// The people who work at the station / 操作する人の登録
    #[cfg(feature = "records")]
    Operator(operator::OperatorArgs),
    /// A record API to practise on / 研修用の記録サーバー
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::SandboxArgs),
}

/// Runs a subcommand.
pub fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        #[cfg(feature = "gui")]
        None => open::run(&cli.open),
        // clap shows the help then.
        #[cfg(not(feature = "gui"))]
        None => Ok(EXIT_USAGE),
        Some(command) => run_command(command),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_closed_pipe(&error) => ExitCode::from(EXIT_OK),
        Err(error) => {
            eprintln!("uketsuke: {}", told_once(&error));
            #[cfg(feature = "records")]
            let code = exit_code(&error);
            #[cfg(not(feature = "records"))]
            let code = EXIT_FAILED;
            ExitCode::from(code)
        }
    }
}

/// The error and its causes, without those that the words before them tell already.
fn told_once(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

fn run_command(command: Command) -> anyhow::Result<u8> {
    match command {
        Command::Scan(args) => scan::run(&args),
        Command::Qa(args) => qa::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Camera(args) => camera::run(&args),
        Command::CameraChild(args) => camera::serve(&args),
        #[cfg(feature = "records")]
        Command::Station(args) => station::run(&args),
        #[cfg(feature = "records")]
        Command::Session(args) => session::run(&args),
        #[cfg(feature = "records")]
        Command::DayFile(args) => day_file::run(&args),
        #[cfg(feature = "records")]
        Command::Reconcile(args) => reconcile::run(&args),
        #[cfg(feature = "records")]
        Command::Import(args) => import::run(&args),
        #[cfg(feature = "records")]
        Command::Export(args) => export::run(&args),
        #[cfg(feature = "records")]
        Command::Doctor(args) => doctor::run(&args),
        #[cfg(feature = "records")]
        Command::Recover(args) => recover::run(&args),
        #[cfg(feature = "records")]
        Command::Enrol(args) => enrol::run(&args),
        #[cfg(feature = "records")]
        Command::Sync(args) => sync::run(&args),
        #[cfg(feature = "records")]
        Command::Operator(args) => operator::run(&args),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => sandbox::run(&args),
    }
}

/// Whoever read our output has seen enough (`| head`): not an error.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Panics tell where, not what: a payload may hold a voucher number.
pub fn hide_panic_payloads() {
    std::panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        eprintln!("uketsuke: 内部エラー / internal error at {place}");
    }));
}
