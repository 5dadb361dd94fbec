//! `uketsuke enrol`: make the station's key, and make it known to a record API.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use zeroize::Zeroizing;

use super::data_dir::{DataArgs, Place};
use super::{EXIT_OK, EXIT_USAGE};
use crate::config::DirectoryKind;
use crate::keys::{DeviceKey, KeyName};
use crate::station::Enrolling;
use crate::store::{DeliveryLock, Enrolment, SqliteStore, Witnessed};
use crate::sync::{EnrolError, HttpTransport, Route, discover_at_any_time, enrol, ensure_kind};
use crate::text::Bilingual;

/// Arguments of `uketsuke enrol`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke enrol --server https://api.example/fhir --code - --production --data-dir DIR < code.txt
  uketsuke enrol --server http://127.0.0.1:8080 --code - --training --data-dir DIR

The code is given out by whoever runs the server, and works once. `--code -` reads it from standard
input, as production demands: other users of the machine can see a command line.
Enrolled at another server, a station cannot change what it delivered to the one before; nothing may
be delivering meanwhile. A server on the same host counts as the same one; say --moved if it went to another host.
Exit codes: 5 when directory and server are not both for training or both for production.")]
pub struct EnrolArgs {
    /// Address of the record API / 接種記録 API のアドレス
    #[arg(long, value_name = "URL")]
    server: String,
    /// Enrolment code; `-` reads it from standard input / 登録コード
    #[arg(long, value_name = "CODE")]
    code: String,
    /// It is the server of before at a new address / 同じサーバーの移転先
    #[arg(long)]
    moved: bool,
    /// Certificate authority of the server, PEM / サーバーの認証局の証明書
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// For practising / 研修用
    #[arg(long, conflicts_with = "production")]
    training: bool,
    /// For real records / 本番用
    #[arg(long)]
    production: bool,
    #[command(flatten)]
    data: DataArgs,
}

/// Runs the subcommand.
pub fn run(args: &EnrolArgs) -> anyhow::Result<u8> {
    let kind = match (args.training, args.production) {
        (_, true) => DirectoryKind::Production,
        (true, _) => DirectoryKind::Training,
        (false, false) => {
            eprintln!(
                "uketsuke: 研修用なら --training、本番用なら --production を指定してください / say --training for practising, or --production for real records"
            );
            return Ok(EXIT_USAGE);
        }
    };
    if kind == DirectoryKind::Production && args.code != "-" {
        eprintln!(
            "uketsuke: 本番の登録コードは標準入力から読みます。--code - を指定してください / a code for production is read from standard input: say --code -"
        );
        return Ok(EXIT_USAGE);
    }
    if args.server.contains('@') {
        eprintln!("uketsuke: {WITH_NAME}");
        return Ok(EXIT_USAGE);
    }
    let code = code(&args.code)?;
    let ca = args.ca.as_deref().map(ca).transpose()?;
    let mut transport = HttpTransport::new(&Route {
        ca: ca.clone(),
        proxy: args.data.config()?.proxy,
    })?;
    // Before anything is born: a folder stays what it was born as.
    args.data.ensure_kind(kind)?;
    look_at(&mut transport, &args.server, kind)?;
    let place = args.data.place_of(kind)?;
    let mut store = place.store()?;
    let _moving = right_to_move(&place, &mut store, &args.server)?;
    let key = device_key(&place)?;
    let now = place.now();
    let enrolment = match enrol(&mut transport, &args.server, &code, &key, kind, ca, &now) {
        Ok(enrolment) => enrolment,
        // Told apart by the exit code.
        Err(EnrolError::OtherKind(error)) => return Err(error.into()),
        Err(error) => return Err(error).with_context(|| at(&args.server)),
    };
    keep(&mut store, &enrolment, args.moved, &place.witnessed())?;
    println!(
        "{} に端末 {} として登録しました。「uketsuke sync」で送信できます\n\
         enrolled at {0} as {1}: `uketsuke sync` delivers",
        enrolment.server, enrolment.client_id
    );
    Ok(EXIT_OK)
}

/// The address would be kept with a secret in it.
const WITH_NAME: &str = "アドレスに利用者名やパスワードを入れないでください / leave user names and passwords out of the address";

/// Enrols the station of a window, which runs meanwhile, as the person who is named there asked.
/// A server that needs a certificate authority of its own
/// is enrolled at with the subcommand.
///
/// # Errors
/// Why not, in words for a screen.
pub(super) fn enrol_beside(
    place: &Place,
    asked: &Enrolling,
    witnessed: &Witnessed,
) -> Result<Enrolment, Bilingual> {
    if asked.server.contains('@') {
        return Err(Bilingual::of_text(WITH_NAME));
    }
    let enrolled = || -> anyhow::Result<Enrolment> {
        let mut transport = HttpTransport::new(&Route {
            ca: None,
            proxy: place.config.proxy.clone(),
        })?;
        let (kind, now) = (place.directory.kind(), place.now());
        let key = device_key(place)?;
        let server = asked.server.trim();
        let mut store = place.quiet_store()?;
        let _moving = right_to_move(place, &mut store, server)?;
        let enrolment = enrol(&mut transport, server, &asked.code, &key, kind, None, &now)?;
        keep(&mut store, &enrolment, false, witnessed)?;
        Ok(enrolment)
    };
    enrolled().map_err(|error| Bilingual::of_text(&error.root_cause().to_string()))
}

/// Why nobody goes to another server just now.
const DELIVERING: &str = "今の送信先へ送信しているプログラムがあります。受付の画面と「uketsuke sync」を閉じてから、「uketsuke enrol」で登録してください / records are being delivered to the server of before: close the window and `uketsuke sync`, then use `uketsuke enrol`";

/// The right to deliver, which who goes to another server has to have meanwhile: what the server of
/// before takes later on would count as the new one's. `None` where it is not needed.
fn right_to_move(
    place: &Place,
    store: &mut SqliteStore,
    server: &str,
) -> anyhow::Result<Option<DeliveryLock>> {
    if is_same_host(store.enrolment()?.as_ref(), server) {
        return Ok(None);
    }
    let lock = place.directory.delivery_lock()?;
    Ok(Some(lock.context(DELIVERING)?))
}

/// Keeps it; a server on the host of before is the one of before.
fn keep(
    store: &mut SqliteStore,
    enrolment: &Enrolment,
    moved: bool,
    witnessed: &Witnessed,
) -> anyhow::Result<()> {
    let same_host = is_same_host(store.enrolment()?.as_ref(), &enrolment.server);
    Ok(store.keep_enrolment(enrolment, moved || same_host, witnessed)?)
}

/// Whether an address is on the host of before, or there is none of before.
fn is_same_host(before: Option<&Enrolment>, server: &str) -> bool {
    before.is_none_or(|before| host(&before.server) == host(server))
}

/// Looks whether there is a server of that kind. The clock is looked at when the code is sent, by
/// the directory's own.
fn look_at(
    transport: &mut HttpTransport,
    address: &str,
    kind: DirectoryKind,
) -> anyhow::Result<()> {
    let server = discover_at_any_time(transport, address).with_context(|| at(address))?;
    Ok(ensure_kind(&server, kind)?)
}

fn at(address: &str) -> String {
    format!(
        "{address}: 登録できません。アドレス（http か https か、ポート番号）も確かめてください / not enrolled: check the address too (http or https, the port)"
    )
}

/// The host of an address, without scheme and port.
fn host(address: &str) -> Option<String> {
    let uri: ureq::http::Uri = address.parse().ok()?;
    uri.host().map(str::to_ascii_lowercase)
}

/// The key that was made before, as after an enrolment whose reply was lost, or a new one, which
/// is kept before anybody hears of it.
pub(super) fn device_key(place: &Place) -> anyhow::Result<DeviceKey> {
    if let Some(kept) = place.keys.get(KeyName::Device)? {
        return Ok(DeviceKey::from_secret(kept)?);
    }
    let key = DeviceKey::generate()?;
    place.keys.set(KeyName::Device, key.secret())?;
    Ok(key)
}

fn code(argument: &str) -> anyhow::Result<Zeroizing<String>> {
    if argument != "-" {
        return Ok(Zeroizing::new(argument.to_owned()));
    }
    if io::stdin().is_terminal() {
        return Ok(Zeroizing::new(rpassword::prompt_password(
            "登録コード / enrolment code: ",
        )?));
    }
    let mut line = Zeroizing::new(String::new());
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("登録コードを読めません。標準入力を確かめてください / the enrolment code cannot be read: check standard input")?;
    Ok(Zeroizing::new(line.trim().to_owned()))
}

fn ca(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| {
        format!(
            "{}: 認証局の証明書を開けません。場所と形式（PEM）を確かめてください / the certificate authority cannot be read: check the path, and that it is PEM",
            path.display()
        )
    })
}
