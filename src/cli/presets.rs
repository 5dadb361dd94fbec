//! The two files that `scan` may be given: a session's presets and a mount.

use std::path::Path;

use anyhow::Context;

use crate::intake::Session;
use crate::optics::{Mount, Profile};
use crate::reading::Expectation;

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

/// The calibrated mount; `None` without a profile.
pub(super) fn mount(profile: Option<&Path>) -> anyhow::Result<Option<Mount>> {
    let Some(path) = profile else { return Ok(None) };
    let profile = Profile::parse(&read(path)?).with_context(|| path.display().to_string())?;
    Ok(Some(Mount::new(profile)))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| {
        format!(
            "{}: ファイルを開けません。場所を確かめてください / cannot be opened: check the path",
            path.display()
        )
    })
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
    fn a_mount_is_a_whole_profile_and_no_nonsense() {
        assert_eq!(mount(None).unwrap(), None);
        let profile = Profile::example();
        let file = written(&profile.to_toml());
        assert!(mount(Some(file.path())).unwrap().is_some());
        for text in ["", "version = 1\npx_per_mm = 0\n", "\0"] {
            let error = format!("{:#}", mount(Some(written(text).path())).unwrap_err());
            assert!(error.contains("uketsuke calibrate"), "{error}");
        }
    }
}
