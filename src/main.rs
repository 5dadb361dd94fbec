//! The command line of uketsuke: parse, run, exit.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use uketsuke::cli::{Cli, run};

fn main() -> ExitCode {
    uketsuke::cli::hide_panic_payloads();
    run(Cli::parse())
}
