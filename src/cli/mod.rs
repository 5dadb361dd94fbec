//! The command line: one file a subcommand. This is where printing is allowed.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line is where words reach people"
)]

mod data_dir;
mod doctor;
mod enrol;
mod export;
mod import;
mod operator;
mod pictures;
mod presets;
mod qa;
mod recover;
mod replay;
#[cfg(feature = "sandbox")]
mod sandbox;
mod scan;
mod scan_object;
mod sync;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::ConfigError;
use crate::keys::KeyError;
use crate::store::{CopyState, DirectoryError};
use crate::text::Bilingual;

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
#[command(version, about, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read pictures of vouchers / 接種券の画像を読む
    Scan(scan::ScanArgs),
    /// Run a sample set and score it / 見本の一式で精度を測る
    Qa(qa::QaArgs),
    /// Take in a file of records / 記録のファイルを取り込む
    Import(import::ImportArgs),
    /// Write the records out as a file / 記録をファイルに書き出す
    Export(export::ExportArgs),
    /// Look at everything and tell what is wrong / 端末の状態を調べる
    Doctor(doctor::DoctorArgs),
    /// Bring back a destroyed tablet's records, or a lost key / 壊れた端末の記録を復元する
    Recover(recover::RecoverArgs),
    /// Make this station known to a record API / 接種記録 API に端末を登録する
    Enrol(enrol::EnrolArgs),
    /// Deliver what is queued / 送信待ちの記録を送る
    Sync(sync::SyncArgs),
    /// The people who work at the station / 操作する人の登録
    Operator(operator::OperatorArgs),
    /// A record API to practise on / 研修用の記録サーバー
    #[cfg(feature = "sandbox")]
    Sandbox(sandbox::SandboxArgs),
}

/// Runs a subcommand.
pub fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Qa(args) => qa::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Recover(args) => recover::run(&args),
        Command::Enrol(args) => enrol::run(&args),
        Command::Sync(args) => sync::run(&args),
        Command::Operator(args) => operator::run(&args),
        #[cfg(feature = "sandbox")]
        Command::Sandbox(args) => sandbox::run(&args),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_closed_pipe(&error) => ExitCode::from(EXIT_OK),
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            ExitCode::from(exit_code(&error))
        }
    }
}

/// The exit code that an error has.
fn exit_code(error: &anyhow::Error) -> u8 {
    let mut causes = error.chain();
    let code = causes.find_map(|cause| {
        let key = cause.downcast_ref::<KeyError>();
        let directory = cause.downcast_ref::<DirectoryError>();
        match (key, directory) {
            (Some(_), _) => Some(EXIT_NO_KEY_STORE),
            (_, Some(DirectoryError::OtherKind { .. } | DirectoryError::OtherServer { .. })) => {
                Some(EXIT_OTHER_KIND)
            }
            _ if cause.is::<ConfigError>() || cause.is::<data_dir::ClockError>() => {
                Some(EXIT_USAGE)
            }
            _ => None,
        }
    });
    code.unwrap_or(EXIT_FAILED)
}

/// Everything is recorded; somebody should see to the second medium.
fn warn_of_copy(copy: &CopyState) {
    match copy {
        CopyState::Behind { because } => eprintln!("uketsuke: {because}"),
        CopyState::WasAhead => eprintln!("uketsuke: {}", copy_was_ahead()),
        CopyState::NotConfigured | CopyState::UpToDate => {}
    }
}

fn copy_was_ahead() -> Bilingual {
    Bilingual::new(
        "予備にこの端末より新しい記録がありました。データが古いものに戻されています。「uketsuke recover --from」で復元してください",
        "the second copy had newer records than this tablet, whose data were put back to an older state: restore them with `uketsuke recover --from`",
    )
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
