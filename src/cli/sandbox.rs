//! `uketsuke sandbox`: a record API to practise on.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::data_dir::ClockError;
use super::signals::Signals;
use super::{EXIT_FAILED, EXIT_OK, EXIT_USAGE};
use crate::clock::{Clock, SetClock, SystemClock};
use crate::sandbox::{
    DatabaseUrl, DatabaseUrlError, FaultError, Faults, RegistryError, Sandbox, SandboxError,
    Settings, is_unspecified,
};
use crate::sync::wire::DEFAULT_BATCH_LIMIT;
use crate::text::Bilingual;

/// More than any password; a file that is longer is another one.
const LONGEST_PASSWORD: u64 = 4096;

/// Arguments of `uketsuke sandbox`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke sandbox --listen 127.0.0.1:8080 --data-dir DIR
  uketsuke sandbox --listen 192.168.1.10:8443 --tls self-signed --allow-remote --data-dir DIR
  uketsuke sandbox --listen 127.0.0.1:0 --data-dir DIR --fault drop_after_commit=0.05,delay=0.2
  uketsuke sandbox --data-dir DIR --dump > records.ndjson

For other computers, name this computer's own address: the certificate and the URL are for it.

It prints where it listens and a code with which one tablet can be enrolled; when that was used,
the next one. Its first page in a browser shows what has come in.

Fault kinds, each with its rate from 0 to 1: drop_before, drop_after_commit, http_500, http_429,
truncate, delay.")]
pub struct SandboxArgs {
    /// Where to listen; port 0 is any free one / 待ち受けるアドレス
    #[arg(long, value_name = "ADDRESS:PORT", required_unless_present = "dump")]
    listen: Option<SocketAddr>,
    /// The sandbox's own folder / 研修用サーバーのフォルダー
    #[arg(long, value_name = "DIR", env = "UKETSUKE_SANDBOX_DIR")]
    data_dir: PathBuf,
    /// A PostgreSQL on this computer (the connection is not encrypted) that several sandboxes
    /// share, postgres://user@localhost/name / このコンピューターにある共有データベース
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// File with the database's password; `-` is standard input / パスワードのファイル
    #[arg(long, value_name = "FILE", requires = "database")]
    database_password: Option<PathBuf>,
    /// TLS with a certificate of its own, or plain http / 暗号化
    #[arg(long, value_enum, default_value = "off")]
    tls: Tls,
    /// Faults on purpose, kind=rate,… / わざと起こす障害
    #[arg(long, value_name = "KIND=RATE,…", default_value = "")]
    fault: String,
    /// Batches a second; above it 429 / 1秒に受け取る一括送信の数
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    capacity: Option<u32>,
    /// Which faults happen when / 障害の乱数の種
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Entries in a batch, at most 500 / 一度に受け取る件数
    #[arg(long, value_name = "N", default_value_t = DEFAULT_BATCH_LIMIT)]
    batch_limit: usize,
    /// Let other computers in; needs TLS / 他のコンピューターからの接続を許す
    #[arg(long)]
    allow_remote: bool,
    /// Print every Immunization as NDJSON and end / 全記録を書き出して終わる
    #[arg(long)]
    dump: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tls {
    /// A certificate of its own; stations are given ca.pem
    SelfSigned,
    /// Plain http, for this computer alone
    Off,
}

/// Why the arguments cannot be followed.
#[derive(Debug, thiserror::Error)]
enum Usage {
    #[error(
        "{0} に研修用サーバーの記録はありません。--data-dir を確かめてください / there is no sandbox in {0}: check --data-dir"
    )]
    NoSandbox(String),
    #[error(
        "他のコンピューターから届くアドレスです。--tls self-signed と --allow-remote を付けるか、127.0.0.1 で待ち受けてください / other computers can reach this address: add --tls self-signed and --allow-remote, or listen on 127.0.0.1"
    )]
    Remote,
    #[error(
        "パスワードを引数に書くと他の人に見えます。URL から除き、--database-password FILE か - で渡してください / a password in an argument can be seen by others: take it out of the URL and give it with --database-password FILE or -"
    )]
    PasswordSeen,
    #[error("{0}")]
    Fault(#[from] FaultError),
    #[error("{0}")]
    Database(#[from] DatabaseUrlError),
    #[error("{0}")]
    Clock(#[from] ClockError),
}

/// Runs the subcommand.
pub fn run(args: &SandboxArgs) -> anyhow::Result<u8> {
    let done = settings(args).and_then(|settings| match args.dump {
        // Asked for what was there, and not for a new one.
        true if settings.database.is_none() && !settings.is_born() => {
            Err(Usage::NoSandbox(settings.data_dir.display().to_string()).into())
        }
        true => dump(&settings),
        false => serve(settings),
    });
    match done {
        Ok(()) => Ok(EXIT_OK),
        Err(error) => match exit_code(&error) {
            Some(code) => {
                eprintln!("uketsuke: {error:#}");
                Ok(code)
            }
            None => Err(error),
        },
    }
}

/// What is wrong usage, and what failed; `None` for what the command line knows of itself.
fn exit_code(error: &anyhow::Error) -> Option<u8> {
    if error.is::<Usage>() {
        return Some(EXIT_USAGE);
    }
    let code = match error.downcast_ref::<SandboxError>()? {
        SandboxError::StationsFolder(_)
        | SandboxError::BatchLimit
        | SandboxError::Unspecified(_)
        | SandboxError::Registry(RegistryError::NoPostgres | RegistryError::RemotePostgres) => {
            EXIT_USAGE
        }
        _ => EXIT_FAILED,
    };
    Some(code)
}

fn settings(args: &SandboxArgs) -> anyhow::Result<Settings> {
    let mut settings = Settings::new(args.data_dir.clone());
    settings.listen = args.listen.unwrap_or(settings.listen);
    if is_unspecified(settings.listen) {
        return Err(SandboxError::Unspecified(settings.listen).into());
    }
    settings.tls = args.tls == Tls::SelfSigned;
    if !(settings.listen.ip().is_loopback() || (settings.tls && args.allow_remote)) {
        return Err(Usage::Remote.into());
    }
    settings.faults = args.fault.parse::<Faults>().map_err(Usage::from)?;
    settings.database = database(args)?;
    settings.capacity = args.capacity;
    settings.seed = args.seed;
    settings.batch_limit = args.batch_limit;
    settings.clock = clock().map_err(Usage::from)?;
    settings.on_code = Some(Arc::new(|code| say("enrolment code", code)));
    Ok(settings)
}

fn database(args: &SandboxArgs) -> anyhow::Result<Option<DatabaseUrl>> {
    let Some(url) = &args.database else {
        return Ok(None);
    };
    let url = DatabaseUrl::new(url).map_err(Usage::from)?;
    if url.has_password() {
        return Err(Usage::PasswordSeen.into());
    }
    let Some(file) = &args.database_password else {
        return Ok(Some(url));
    };
    let password = password(file)?;
    let url = url.with_password(&password).map_err(Usage::from)?;
    Ok(Some(url))
}

/// The first line of a file or of standard input.
fn password(file: &PathBuf) -> anyhow::Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::new());
    let read = if file.as_os_str() == "-" {
        io::stdin().take(LONGEST_PASSWORD).read_to_string(&mut text)
    } else {
        File::open(file).and_then(|file| file.take(LONGEST_PASSWORD).read_to_string(&mut text))
    };
    read.with_context(|| {
        let words = Bilingual::new(
            "パスワードのファイルを読めません。場所と権限を確かめてください",
            "the file of the password cannot be read: check the path and its permissions",
        );
        format!("{}: {words}", file.display())
    })?;
    let line = text.lines().next().unwrap_or_default();
    Ok(Zeroizing::new(line.to_owned()))
}

/// A sandbox is for training always, so its clock may be set.
fn clock() -> Result<Arc<dyn Clock>, ClockError> {
    let Some(now) = std::env::var_os("UKETSUKE_NOW") else {
        return Ok(Arc::new(SystemClock::start()));
    };
    let now: Timestamp = (now.to_string_lossy().parse()).map_err(|_| ClockError::NotATime)?;
    Ok(Arc::new(SetClock::start(now)))
}

fn serve(settings: Settings) -> anyhow::Result<()> {
    let running = Sandbox::start(settings)?;
    // Before anything is said: whoever reads it may ask us to end at once.
    let signals = Signals::hear()?;
    say("listening on", running.url());
    say("enrolment code", &running.next_code()?);
    if let Some(file) = running.ca_file() {
        say("ca", &file.display().to_string());
    }
    signals.wait();
    running.stop();
    Ok(())
}

/// One line, at once: whoever started us waits for it. A server goes on serving when nobody reads
/// its words any more.
fn say(what: &str, value: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{what} {value}").and_then(|()| out.flush());
}

fn dump(settings: &Settings) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    Sandbox::dump(settings, |line| {
        writeln!(out, "{line}").map_err(anyhow::Error::from)
    })?;
    out.flush()?;
    Ok(())
}
