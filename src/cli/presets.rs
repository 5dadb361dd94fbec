//! The two files that `scan` may be given: a session's presets and a mount.

use std::path::Path;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::intake::Session;
use crate::reading::Expectation;

/// Version of the mount's format that is understood.
const VERSION: u32 = 1;

/// A mount profile, as far as reading needs it.
#[derive(Debug, Deserialize)]
struct MountFile {
    version: u32,
    px_per_mm: f32,
}

/// What the session expects of the next voucher; nothing without a session.
pub(super) fn expectation(session: Option<&Path>) -> anyhow::Result<Expectation> {
    let Some(path) = session else {
        return Ok(Expectation::default());
    };
    let session = Session::parse(&read(path)?).with_context(|| path.display().to_string())?;
    Ok(Expectation {
        ticket_kind: Some(session.ticket_kind),
        dose: session.dose,
        ..Expectation::default()
    })
}

/// Pixels per millimetre of the mount; `None` without a profile.
pub(super) fn px_per_mm(mount: Option<&Path>) -> anyhow::Result<Option<f32>> {
    let Some(path) = mount else { return Ok(None) };
    let file: MountFile = load(path)?;
    ensure_version(path, file.version)?;
    ensure!(
        file.px_per_mm.is_finite() && (1.0..200.0).contains(&file.px_per_mm),
        "{}: px_per_mm は 1 以上 200 未満にしてください / px_per_mm must be from 1 to below 200",
        path.display()
    );
    Ok(Some(file.px_per_mm))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| {
        format!(
            "{}: ファイルを開けません。場所を確かめてください / cannot be opened: check the path",
            path.display()
        )
    })
}

fn load<T: for<'de> Deserialize<'de>>(path: &Path) -> anyhow::Result<T> {
    toml::from_str(&read(path)?).with_context(|| {
        format!(
            "{}: 内容が正しくありません。下の行を直してください / not valid: mend the line below",
            path.display()
        )
    })
}

fn ensure_version(path: &Path, version: u32) -> anyhow::Result<()> {
    ensure!(
        version == VERSION,
        "{}: バージョン {version} には対応していません（対応: {VERSION}） / version {version} is not understood, only {VERSION}",
        path.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voucher::{DoseNumber, TicketKind};

    const SESSION: &str = r#"
version = 1
confirmed = true
mode = "after-shot"
date = "2021-11-20"
venue = "市民会館"
doctor = "山田 太郎"
product = "comirnaty-12"
lot = "FJ7489"
ticket_kind = "vaccination"
dose = 2
operator = "clerk-01"
"#;

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn a_session_tells_which_ticket_and_dose_to_expect() {
        let file = written(SESSION);
        let expected = expectation(Some(file.path())).unwrap();
        assert_eq!(expected.ticket_kind, Some(TicketKind::Vaccination));
        assert_eq!(expected.dose.map(DoseNumber::value), Some(2));
    }

    #[test]
    fn a_session_with_a_wrong_field_or_version_is_told_with_its_line() {
        for (from, to) in [
            ("dose = 2", "doze = 2"),
            ("version = 1", "version = 9"),
            ("dose = 2", "dose = 12"),
        ] {
            let file = written(&SESSION.replace(from, to));
            assert!(expectation(Some(file.path())).is_err(), "{to}");
        }
    }

    #[test]
    fn a_mount_gives_its_scale_and_no_nonsense() {
        assert_eq!(px_per_mm(None).unwrap(), None);
        let mount = written("version = 1\npx_per_mm = 19.8\n");
        assert_eq!(px_per_mm(Some(mount.path())).unwrap(), Some(19.8));
        assert!(px_per_mm(Some(written("version = 1\npx_per_mm = 0\n").path())).is_err());
    }
}
