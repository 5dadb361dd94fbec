//! The command line: one file a subcommand. This is where printing is allowed.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command line is where words reach people"
)]

mod pictures;
mod presets;
mod qa;
mod replay;
mod scan;
mod scan_object;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Every input was processed, whatever the verdicts.
pub const EXIT_OK: u8 = 0;
/// Some input could not be opened, or a QA set failed.
pub const EXIT_FAILED: u8 = 1;
/// Wrong usage, or a session that is not confirmed.
pub const EXIT_USAGE: u8 = 2;

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
}

/// Runs a subcommand.
pub fn run(cli: Cli) -> ExitCode {
    let result = match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Qa(args) => qa::run(&args),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) if is_closed_pipe(&error) => ExitCode::from(EXIT_OK),
        Err(error) => {
            eprintln!("uketsuke: {error:#}");
            ExitCode::from(EXIT_FAILED)
        }
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
