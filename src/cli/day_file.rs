//! `uketsuke day-file`: what a tablet recorded on a day, signed and sealed, for 照合 elsewhere.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use jiff::civil::Date;

use super::EXIT_OK;
use super::data_dir::{DataArgs, Place};
use super::enrol::device_key;
use crate::desk::{DayEntry, DayFile};
use crate::keys::{DocumentKind, Passphrase, Signed, Thumbprint};

/// Arguments of `uketsuke day-file`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke day-file --passphrase-file today.txt -o tablet-1.day
  uketsuke day-file --date 2021-11-20 --passphrase-file today.txt -o tablet-1.day --data-dir DIR

The file says what this tablet recorded that day, signed with its key and sealed with a passphrase
that the venue's tablets share (8 characters or more, in a file), when it was made, and whether the
day was closed by then: close it first. `uketsuke reconcile` opens it.")]
pub struct DayFileArgs {
    /// The day; today unless said / 日付
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// A file with the passphrase / 合言葉のファイル
    #[arg(long, value_name = "FILE")]
    passphrase_file: PathBuf,
    /// Where to write it / 保存先
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

/// Runs the subcommand.
pub fn run(args: &DayFileArgs) -> anyhow::Result<u8> {
    let place = args.data.existing_place()?;
    let passphrase = passphrase(&args.passphrase_file)?;
    let date = args.date.unwrap_or_else(|| place.now().day());
    let file = day_of(&place, date)?;
    let token = device_key(&place)?.sign(DocumentKind::DayFile, &file)?;
    let sealed = passphrase.seal(token.as_bytes())?;
    std::fs::write(&args.output, sealed).with_context(|| at(&args.output))?;
    println!(
        "{date}: {} 件を書き出しました / {} records written",
        file.entries.len(),
        file.entries.len()
    );
    if !file.closed {
        eprintln!(
            "uketsuke: {date} はまだ締められていません。このあとの記録はこのファイルに入りません。締めてから、もう一度書き出してください / {date} is not closed, and later records will not be in this file: close the day, then write the file again"
        );
    }
    Ok(EXIT_OK)
}

fn day_of(place: &Place, date: Date) -> anyhow::Result<DayFile> {
    let mut store = place.store()?;
    // Before the records are: of a day that is closed, none are missing then.
    let closed = store.is_closed(date)?;
    let entries = store.of_day(date)?.into_iter().map(|kept| DayEntry {
        number: kept.record.subject.voucher(),
        dose: kept.record.subject.dose(),
        record: kept.record.id,
        cancelled: kept.cancelled,
    });
    Ok(DayFile {
        station: place.directory.station().clone(),
        date,
        made_at: place.now().wall,
        closed,
        entries: entries.collect(),
    })
}

/// The passphrase in a file.
pub(super) fn passphrase(path: &Path) -> anyhow::Result<Passphrase> {
    let text = std::fs::read_to_string(path).with_context(|| unopened(path))?;
    Ok(Passphrase::new(&text)?)
}

/// A day file that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opened<'a> {
    /// Where it lies.
    pub path: &'a Path,
    /// Whose key signed it.
    pub signer: Thumbprint,
    /// What it says.
    pub file: DayFile,
}

/// Opens a day file whose signer is known here.
pub(super) fn open<'a>(
    place: &Place,
    passphrase: &Passphrase,
    path: &'a Path,
) -> anyhow::Result<Opened<'a>> {
    let sealed = std::fs::read(path).with_context(|| unopened(path))?;
    let token = passphrase.open(&sealed).with_context(|| at(path))?;
    let token = std::str::from_utf8(&token).with_context(|| at(path))?;
    let signed: Signed<DayFile> =
        Signed::open(DocumentKind::DayFile, token).with_context(|| at(path))?;
    let signer = signed.signer.thumbprint();
    let own = device_key(place)?.public()?.thumbprint();
    if signer != own && !place.config.card_signers.contains(&signer) {
        bail!(
            "{}: この端末の署名は登録されていません。その端末で「uketsuke session key」を実行し、指紋を設定の cards.signers に加えてください / its tablet is not known here: run `uketsuke session key` there and add the thumbprint to cards.signers ({signer})",
            path.display()
        );
    }
    Ok(Opened {
        path,
        signer,
        file: signed.claims,
    })
}

/// Of several files of one tablet and day only the newest, the later named of two that are equally
/// new; and those that are left out. Files that different keys signed are of different tablets,
/// whatever they call themselves.
pub(super) fn newest(all: Vec<Opened<'_>>) -> (Vec<Opened<'_>>, Vec<Opened<'_>>) {
    let (mut taken, mut left_out) = (Vec::<Opened<'_>>::new(), Vec::new());
    for next in all {
        let same = |other: &&mut Opened<'_>| {
            let of = |opened: &Opened<'_>| (opened.file.station.clone(), opened.file.date);
            other.signer == next.signer && of(other) == of(&next)
        };
        match taken.iter_mut().find(same) {
            None => taken.push(next),
            Some(other) if other.file.made_at <= next.file.made_at => {
                left_out.push(std::mem::replace(other, next));
            }
            Some(_) => left_out.push(next),
        }
    }
    (taken, left_out)
}

fn unopened(path: &Path) -> String {
    format!(
        "{}: ファイルを開けません。場所を確かめてください / cannot be opened: check the path",
        path.display()
    )
}

fn at(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::StationId;
    use crate::keys::DeviceKey;

    fn thumbprint() -> Thumbprint {
        DeviceKey::generate()
            .unwrap()
            .public()
            .unwrap()
            .thumbprint()
    }

    fn opened<'a>(path: &'a str, signer: &Thumbprint, hour: u8) -> Opened<'a> {
        Opened {
            path: Path::new(path),
            signer: signer.clone(),
            file: DayFile {
                station: StationId::new("st-1").unwrap(),
                date: jiff::civil::date(2021, 11, 20),
                made_at: format!("2021-11-20T{hour}:00:00+09:00").parse().unwrap(),
                closed: true,
                entries: Vec::new(),
            },
        }
    }

    fn paths<'a>(all: &[Opened<'a>]) -> Vec<&'a Path> {
        all.iter().map(|opened| opened.path).collect()
    }

    #[test]
    fn of_one_tablets_files_the_newest_is_taken_whatever_their_order() {
        let key = thumbprint();
        let all = [("a", 12), ("b", 17), ("c", 15), ("d", 17)];
        let all = all.map(|(path, hour)| opened(path, &key, hour));
        let (taken, left_out) = newest(all.to_vec());
        assert_eq!(paths(&taken), [Path::new("d")]);
        assert_eq!(paths(&left_out), ["a", "c", "b"].map(Path::new));
    }

    #[test]
    fn no_tablets_file_is_left_out_for_another_tablets() {
        let all = ["a", "b"].map(|path| opened(path, &thumbprint(), 17));
        let (taken, left_out) = newest(all.to_vec());
        assert_eq!((taken.len(), left_out), (2, Vec::new()));
    }
}
