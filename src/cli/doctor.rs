//! `uketsuke doctor`: look at everything, change nothing unless asked.

use std::io::{self, Write};

use clap::Args;
use serde_json::json;

use super::data_dir::{DataArgs, Place};
use super::records::copy_was_ahead;
use super::{EXIT_FAILED, EXIT_OK};
use crate::config::DirectoryKind;
use crate::store::{
    CopyState, Damage, DataDirectory, RecordStore as _, ScrubFinding, Scrubbed, SqliteStore, State,
    StoreError, salvage,
};
use crate::text::{Bilingual, Language};

/// Arguments of `uketsuke doctor`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  uketsuke doctor --data-dir DIR
  uketsuke doctor --jsonl --data-dir DIR
  uketsuke doctor --salvage --data-dir DIR
  uketsuke doctor --seal F41FE44A64E6 --data-dir DIR

Exit codes: 0 nothing to do at once (warnings may be shown); 1 an alarm, or no data directory.")]
pub struct DoctorArgs {
    /// Print one JSON object a check / 1行に1件のJSONで出力
    #[arg(long)]
    jsonl: bool,
    /// Rescue what can be read of a damaged database into a new one; the damaged files stay
    /// / 壊れたデータベースから読めるものを救い出す
    #[arg(long)]
    salvage: bool,
    /// Tell whether this seal, from the day's paper, is in the book / 紙に控えた封印を確かめる
    #[arg(long, value_name = "SEAL")]
    seal: Option<String>,
    #[command(flatten)]
    data: DataArgs,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Fine,
    Warning,
    Alarm,
}

impl Health {
    fn name(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Warning => "warning",
            Self::Alarm => "alarm",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Fine => "✓",
            Self::Warning => "!",
            Self::Alarm => "✗",
        }
    }
}

/// One thing that was looked at.
struct Check {
    name: &'static str,
    health: Health,
    words: Bilingual,
}

impl Check {
    fn new(name: &'static str, health: Health, words: Bilingual) -> Self {
        Self {
            name,
            health,
            words,
        }
    }

    fn fine(name: &'static str, ja: String, en: String) -> Self {
        Self::new(name, Health::Fine, Bilingual::new(ja, en))
    }
}

/// Runs the subcommand.
pub fn run(args: &DoctorArgs) -> anyhow::Result<u8> {
    let folder = args.data.folder()?;
    // Settings that cannot be read are told first, with or without a directory.
    args.data.config()?;
    let checks = match DataDirectory::find(&folder)? {
        None => vec![Check::new(
            "directory",
            Health::Alarm,
            Bilingual::new(
                format!(
                    "{} にデータフォルダーはまだありません（設定は読めました）。初めてなら import や operator add のときに作られます。違うなら --data-dir を確かめてください",
                    folder.display()
                ),
                format!(
                    "there is no data directory in {} yet (the settings were read): the first import or operator add makes it; if it should be there, check --data-dir",
                    folder.display()
                ),
            ),
        )],
        Some(_) => examine(&mut args.data.existing_place()?, args)?,
    };
    tell(&checks, args.jsonl)?;
    let alarm = checks.iter().any(|check| check.health == Health::Alarm);
    Ok(if alarm { EXIT_FAILED } else { EXIT_OK })
}

fn tell(checks: &[Check], jsonl: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for check in checks {
        if jsonl {
            let object = json!({
                "check": check.name,
                "status": check.health.name(),
                "ja": check.words.in_language(Language::Japanese),
                "en": check.words.in_language(Language::English),
            });
            writeln!(out, "{object}")?;
        } else {
            writeln!(
                out,
                "{} {}\n  {}",
                check.health.sign(),
                check.words.in_language(Language::Japanese),
                check.words.in_language(Language::English)
            )?;
        }
    }
    Ok(())
}

fn examine(place: &mut Place, args: &DoctorArgs) -> anyhow::Result<Vec<Check>> {
    let mut checks = vec![directory(place), key_store(place)];
    checks.extend(
        place
            .keys
            .warnings()
            .into_iter()
            .map(|words| Check::new("key_store", Health::Warning, words)),
    );
    checks.push(recovery_key(place));
    let looked = look(place, args.seal.as_deref());
    match looked {
        Ok(found) => checks.extend(found),
        Err(error) => match error.downcast_ref::<StoreError>() {
            Some(StoreError::Damaged(_)) if args.salvage => checks.extend(rescued(place)?),
            Some(told) => checks.push(Check::new(
                "database",
                Health::Alarm,
                both(&told.to_string()),
            )),
            None => return Err(error),
        },
    }
    Ok(checks)
}

/// Opens the store and looks at everything in it. A broken page is damage, wherever it shows.
fn look(place: &Place, seal: Option<&str>) -> anyhow::Result<Vec<Check>> {
    let mut store = place.quiet_store()?;
    let seen = store.scrub()?;
    let broken = |finding: &ScrubFinding| matches!(finding, ScrubFinding::BrokenPage(_));
    if seen.findings.iter().any(broken) {
        return Err(StoreError::Damaged(Damage::BrokenPage).into());
    }
    let mut checks = book(&mut store, &seen)?;
    if let Some(seal) = seal {
        checks.push(sealed(&mut store, seal)?);
    }
    Ok(checks)
}

/// Whether the book still holds the row that a seal on paper was taken from.
fn sealed(store: &mut SqliteStore, seal: &str) -> anyhow::Result<Check> {
    Ok(match store.sealed_row(seal)? {
        Some(row) => Check::fine(
            "seal",
            format!("封印 {seal} は監査記録 {} 番のものです", row.sequence),
            format!("the seal {seal} is that of audit row {}", row.sequence),
        ),
        None => Check::new(
            "seal",
            Health::Alarm,
            Bilingual::new(
                format!(
                    "封印 {seal} はこの記録簿にありません。書き間違いでなければ、フォルダーが入れ替えられています。責任者に知らせてください"
                ),
                format!(
                    "the seal {seal} is not in this book: unless it was written down wrongly, the folder was exchanged; tell the person in charge"
                ),
            ),
        ),
    })
}

/// An error's own words, which are in both languages already.
fn both(words: &str) -> Bilingual {
    match words.split_once(" / ") {
        Some((ja, en)) => Bilingual::new(ja.to_owned(), en.to_owned()),
        None => Bilingual::new(words.to_owned(), words.to_owned()),
    }
}

fn directory(place: &Place) -> Check {
    let (kind, station) = (place.directory.kind(), place.directory.station());
    let ja = match kind {
        DirectoryKind::Training => "研修用",
        DirectoryKind::Production => "本番用",
    };
    Check::fine(
        "directory",
        format!("{ja}のフォルダー、端末 {station}"),
        format!("a {kind} directory of station {station}"),
    )
}

fn key_store(place: &Place) -> Check {
    Check::new("key_store", Health::Fine, place.keys.describe())
}

fn recovery_key(place: &Place) -> Check {
    match &place.config.recovery {
        Some(_) => Check::fine(
            "recovery_key",
            "復旧鍵が設定されています".to_owned(),
            "a recovery key is configured".to_owned(),
        ),
        None => Check::new(
            "recovery_key",
            Health::Warning,
            Bilingual::new(
                "復旧鍵がありません。鍵を失うと記録も失われます。「uketsuke recover --new-identity」で作り、設定してください",
                "there is no recovery key, so a lost key is lost data: make one with `uketsuke recover --new-identity` and configure it",
            ),
        ),
    }
}

fn book(store: &mut SqliteStore, seen: &Scrubbed) -> anyhow::Result<Vec<Check>> {
    let mut checks = vec![second_copy(store)?, enrolment(store)?, queue(store)?];
    checks.extend(for_a_person(store)?);
    checks.extend(reviews(store)?);
    checks.extend(clock(store)?);
    checks.extend(rows(store, seen)?);
    Ok(checks)
}

fn second_copy(store: &mut SqliteStore) -> anyhow::Result<Check> {
    let (health, words) = match store.copy_state()? {
        CopyState::UpToDate if on_the_same_disk(store) => (
            Health::Warning,
            Bilingual::new(
                "予備がデータと同じ装置にあります。カードなど別の装置にしてください",
                "the second copy is on the same device as the data: use a card or another disk",
            ),
        ),
        CopyState::UpToDate => (
            Health::Fine,
            Bilingual::new("予備は最新です", "the second copy is up to date"),
        ),
        CopyState::NotConfigured => (
            Health::Warning,
            Bilingual::new(
                "予備の保存先がありません。端末が壊れると未送信の記録を失います。[second_copy] を設定してください",
                "there is no second copy: a destroyed tablet loses what was not delivered; configure [second_copy]",
            ),
        ),
        CopyState::Behind { because } => (Health::Warning, both(&because)),
        CopyState::WasAhead => (Health::Alarm, copy_was_ahead()),
    };
    Ok(Check::new("second_copy", health, words))
}

#[cfg(unix)]
fn on_the_same_disk(store: &SqliteStore) -> bool {
    use std::os::unix::fs::MetadataExt;

    let opening = store.opening();
    let device = |path: &std::path::Path| std::fs::metadata(path).map(|m| m.dev()).ok();
    let medium = opening.medium.as_ref();
    medium.is_some_and(|medium| device(&medium.folder) == device(&opening.paths.folder))
}

#[cfg(not(unix))]
fn on_the_same_disk(_: &SqliteStore) -> bool {
    false
}

fn queue(store: &mut SqliteStore) -> anyhow::Result<Check> {
    let counts = store.counts(None)?;
    let n = |state| counts.get(state);
    let waiting = n(State::Queued) + n(State::Sending);
    let people = n(State::Rejected) + n(State::Conflict);
    let health = if people > 0 {
        Health::Warning
    } else {
        Health::Fine
    };
    Ok(Check::new(
        "queue",
        health,
        Bilingual::new(
            format!(
                "送信待ち {waiting} 件、送信済み {} 件、確認が必要 {people} 件、番号待ち {} 件",
                n(State::Acknowledged),
                n(State::AwaitingNumber)
            ),
            format!(
                "{waiting} to be delivered, {} delivered, {people} for a person to decide, {} whose number is to follow",
                n(State::Acknowledged),
                n(State::AwaitingNumber)
            ),
        ),
    ))
}

fn enrolment(store: &mut SqliteStore) -> anyhow::Result<Check> {
    Ok(match store.enrolment()? {
        Some(at) => Check::fine(
            "enrolment",
            format!(
                "{} に端末 {} として登録されています",
                at.server, at.client_id
            ),
            format!("enrolled at {} as {}", at.server, at.client_id),
        ),
        None => Check::fine(
            "enrolment",
            "接種記録 API にはまだ登録されていません（uketsuke enrol）".to_owned(),
            "not enrolled at a record API yet (`uketsuke enrol`)".to_owned(),
        ),
    })
}

/// So many that wait for a person are told one by one.
const FOR_A_PERSON: u32 = 20;

/// What was refused or contradicts something, each with why.
fn for_a_person(store: &mut SqliteStore) -> anyhow::Result<Vec<Check>> {
    let mut checks = Vec::new();
    for (state, ja, en) in [
        (State::Rejected, "拒否", "refused"),
        (State::Conflict, "食い違い", "contradicts another"),
    ] {
        for stored in store.in_state(state, FOR_A_PERSON)? {
            let record = &stored.entry.record;
            let number = record.subject.voucher();
            let masked = number.map_or_else(String::new, |number| number.masked());
            let why = stored.detail.unwrap_or_default();
            let about = format!("{masked} {} ({}): {why}", record.date, record.id);
            checks.push(Check::new(
                state.name(),
                Health::Warning,
                Bilingual::new(format!("{ja} {about}"), format!("{en}: {about}")),
            ));
        }
    }
    Ok(checks)
}

/// So many are counted one by one; more are "at least".
const REVIEWS: u32 = 1_000;

fn reviews(store: &mut SqliteStore) -> anyhow::Result<Option<Check>> {
    let open = store.open_reviews(REVIEWS)?.len();
    Ok((open > 0).then(|| {
        Check::new(
            "review",
            Health::Warning,
            Bilingual::new(
                format!("確認してほしい指摘のある記録が {open} 件あります"),
                format!("{open} records have findings for a person to look at"),
            ),
        )
    }))
}

fn clock(store: &mut SqliteStore) -> anyhow::Result<Option<Check>> {
    let jumps = store.clock_jumps()?.len();
    Ok((jumps > 0).then(|| {
        Check::new(
            "clock",
            Health::Warning,
            Bilingual::new(
                format!("時計が {jumps} 回大きく動きました。接種日を確かめてください"),
                format!("the clock jumped {jumps} times: check the dates of vaccination"),
            ),
        )
    }))
}

fn rows(store: &mut SqliteStore, seen: &Scrubbed) -> anyhow::Result<Vec<Check>> {
    if seen.findings.is_empty() {
        let seal = store.head()?.seal();
        return Ok(vec![Check::fine(
            "audit",
            format!(
                "記録 {} 件と監査記録 {} 件はすべて書いたときのままです（封印 {seal}）",
                seen.entries, seen.audit_rows
            ),
            format!(
                "{} entries and {} audit rows are as they were written (seal {seal})",
                seen.entries, seen.audit_rows
            ),
        )]);
    }
    let findings = seen.findings.iter().map(|finding| {
        let health = if finding.is_alarm() {
            Health::Alarm
        } else {
            Health::Warning
        };
        Check::new("audit", health, both(&finding.to_string()))
    });
    Ok(findings.collect())
}

fn rescued(place: &mut Place) -> anyhow::Result<Vec<Check>> {
    let (opening, witnessed) = (place.opening()?, place.witnessed());
    let salvaged = salvage(&mut place.directory, &opening, &witnessed)?;
    let kept = salvaged.kept.database.display();
    let lost: i64 = salvaged.missing.iter().map(|(a, b)| b - a + 1).sum();
    let health = if lost > 0 {
        Health::Alarm
    } else {
        Health::Warning
    };
    let mut checks = vec![Check::new(
        "salvage",
        health,
        Bilingual::new(
            format!(
                "記録 {} 件を救い出しました。読めなかった行は {lost} 行です。残りは「uketsuke recover --from」で予備から戻してください。壊れたファイルは {kept} のままです",
                salvaged.entries
            ),
            format!(
                "{} entries were rescued, {lost} rows could not be read: bring the rest back with `uketsuke recover --from`; the damaged file stays in {kept}",
                salvaged.entries
            ),
        ),
    )];
    checks.extend(look(place, None)?);
    Ok(checks)
}
