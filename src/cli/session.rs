//! `uketsuke session`: the lead's signed card that sets several tablets alike.

use std::io::{self, Cursor, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use image::{GrayImage, ImageFormat, Luma};
use jiff::SignedDuration;

use super::EXIT_OK;
use super::data_dir::{DataArgs, Place};
use super::enrol::device_key;
use crate::camera::read_picture;
use crate::intake::{OperatorId, Session, SessionCard};
use crate::keys::{DocumentKind, Signed, comparison_code};
use crate::marks::read_card_qr;
use crate::optics::decode_still;
use crate::station::{OpenCard, OpenedCard};
use crate::text::Bilingual;

/// Pixels of a module, and modules of white around a QR (ISO/IEC 18004, 5.3.8).
const MODULE: u32 = 6;
const QUIET: u32 = 4;

/// Arguments of `uketsuke session`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke session key
  uketsuke session card today.toml --hours 12 -o card.png
  uketsuke session read card.png --operator clerk-02 -o today.toml

The lead makes the card from a session file; every tablet reads it. All show the same four
characters: compare them, then confirm. A tablet takes cards of the stations whose thumbprint
(`uketsuke session key`) stands in its settings, cards.signers.")]
pub struct SessionArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the thumbprint of this station's key / この端末の鍵の指紋を表示
    Key,
    /// Sign a card that sets other tablets like this session file / セッションカードを作る
    Card {
        /// The session file / セッションファイル
        session: PathBuf,
        /// For how many hours it holds / 有効時間
        #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u8).range(1..=24))]
        hours: u8,
        /// Write it as a picture with a QR; otherwise its text is printed / QR画像の保存先
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Take a card over into a session file / セッションカードを読み取る
    Read {
        /// A picture or the text of a card; `-` reads the text from standard input / カード
        card: PathBuf,
        /// Who works at this tablet / この端末の担当者
        #[arg(long)]
        operator: OperatorId,
        /// The four characters that the other tablets show: it is confirmed with them / 照合コード
        #[arg(long, value_name = "CODE")]
        confirm: Option<String>,
        /// Where to write the session file / セッションファイルの保存先
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
    },
}

/// Runs the subcommand.
pub fn run(args: &SessionArgs) -> anyhow::Result<u8> {
    let place = args.data.place()?;
    match &args.command {
        Command::Key => println!("{}", device_key(&place)?.public()?.thumbprint()),
        Command::Card {
            session,
            hours,
            output,
        } => make(&place, session, *hours, output.as_deref())?,
        Command::Read {
            card,
            operator,
            confirm,
            output,
        } => take(&place, card, operator, confirm.as_deref(), output)?,
    }
    Ok(EXIT_OK)
}

fn make(place: &Place, session: &Path, hours: u8, output: Option<&Path>) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(session).with_context(|| cannot_open(session))?;
    let session = Session::parse(&text)?;
    let expires = place.now().wall + SignedDuration::from_hours(i64::from(hours));
    let card = SessionCard::of(&session, expires);
    let token = device_key(place)?.sign(DocumentKind::SessionCard, &card)?;
    match output {
        None => println!("{token}"),
        Some(path) => std::fs::write(path, picture(&token)?).with_context(|| cannot_write(path))?,
    }
    eprintln!("照合コード / code: {}", comparison_code(&token));
    Ok(())
}

/// The token as a QR, black on white, PNG.
fn picture(token: &str) -> anyhow::Result<Vec<u8>> {
    let code = qrcode::QrCode::with_error_correction_level(token, qrcode::EcLevel::L)
        .context("セッションの項目が長すぎます。会場名や医師名を短くしてください / the session's names are too long for a QR: shorten venue or doctor")?;
    let width = u32::try_from(code.width())?;
    let dark = |x: u32, y: u32| {
        let place = |at: u32| (at / MODULE).checked_sub(QUIET).filter(|at| *at < width);
        place(x)
            .zip(place(y))
            .is_some_and(|(x, y)| code[(x as usize, y as usize)] == qrcode::Color::Dark)
    };
    let side = (width + 2 * QUIET) * MODULE;
    let picture = GrayImage::from_fn(side, side, |x, y| Luma([if dark(x, y) { 0 } else { 255 }]));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

fn take(
    place: &Place,
    card: &Path,
    operator: &OperatorId,
    confirm: Option<&str>,
    output: &Path,
) -> anyhow::Result<()> {
    let token = token_of(card)?;
    let OpenedCard { card, code } = opened(place, &token)?;
    let now = place.now();
    let mut session = card.session(operator.clone(), now.wall, now.day())?;
    if let Some(told) = confirm {
        if !told.trim().eq_ignore_ascii_case(&code) {
            bail!(
                "照合コードが違います（この端末は {code}）。同じカードを読み直してください / the codes differ (here it is {code}): read the same card on both tablets"
            );
        }
        session.confirmed = true;
    }
    std::fs::write(output, session.to_toml()).with_context(|| cannot_write(output))?;
    println!(
        "照合コード / code: {code}\n{} {} {} {} {}",
        session.date, session.venue, session.doctor, session.product, session.lot
    );
    if confirm.is_none() {
        println!(
            "内容とコードを確かめ、--confirm {code} を付けてもう一度実行してください / check presets and code, then run it again with --confirm {code}"
        );
    }
    Ok(())
}

/// Opens the cards that this station takes.
pub(super) fn opener(place: &Place) -> Box<OpenCard<'_>> {
    Box::new(|token| opened(place, token).map_err(|error| Bilingual::of_text(&error.to_string())))
}

/// The card of a token that this station signed, or one whose thumbprint is in its settings.
fn opened(place: &Place, token: &str) -> anyhow::Result<OpenedCard> {
    let signed: Signed<SessionCard> = Signed::open(DocumentKind::SessionCard, token)?;
    let thumbprint = signed.signer.thumbprint();
    let own = device_key(place)?.public()?.thumbprint();
    if thumbprint != own && !place.config.card_signers.contains(&thumbprint) {
        bail!(
            "このカードの署名者は登録されていません。責任者の端末で「uketsuke session key」を実行し、その指紋を設定の cards.signers に加えてください / the signer of this card is not trusted here: run `uketsuke session key` on the lead's tablet and add its thumbprint to cards.signers in the settings ({thumbprint})"
        );
    }
    Ok(OpenedCard {
        card: signed.claims,
        code: comparison_code(token),
    })
}

/// The card's text, from a picture of it or as it is.
fn token_of(card: &Path) -> anyhow::Result<String> {
    if card == Path::new("-") {
        let mut text = String::new();
        io::stdin().take(64 * 1024).read_to_string(&mut text)?;
        return Ok(text);
    }
    let bytes = read_picture(card).with_context(|| cannot_open(card))?;
    let Ok(frame) = decode_still(&bytes) else {
        return String::from_utf8(bytes).with_context(|| cannot_open(card));
    };
    read_card_qr(&frame.luma).context(
        "カードのQRが読めません。平らに置いて撮り直してください / no QR can be read in this picture: take it again, flat and whole",
    )
}

fn cannot_open(path: &Path) -> String {
    format!(
        "{}: ファイルを開けません。場所を確かめてください / cannot be opened: check the path",
        path.display()
    )
}

fn cannot_write(path: &Path) -> String {
    format!(
        "{}: 書き込めません。場所と空き容量を確かめてください / cannot be written: check the path and the free space",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::DeviceKey;

    #[test]
    fn the_picture_of_a_card_with_the_longest_names_is_read_back() {
        let text = format!(
            "version = 1\nconfirmed = true\nmode = \"after-shot\"\ndate = \"2021-11-20\"\n\
             venue = \"{}\"\ndoctor = \"{}\"\nproduct = \"comirnaty-12\"\nlot = \"{}\"\n\
             ticket_kind = \"vaccination\"\ndose = 2\noperator = \"clerk-01\"\n",
            "会".repeat(30),
            "医".repeat(20),
            "A".repeat(20)
        );
        let session = Session::parse(&text).unwrap();
        let expires = "2021-11-20T12:00:00+09:00".parse().unwrap();
        let card = SessionCard::of(&session, expires);
        let key = DeviceKey::generate().unwrap();
        let token = key.sign(DocumentKind::SessionCard, &card).unwrap();
        let png = picture(&token).unwrap();
        let frame = decode_still(&png).unwrap();
        assert_eq!(read_card_qr(&frame.luma), Some(token));
    }
}
