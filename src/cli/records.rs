//! What the subcommands that work on records have in common: exit codes of their
//! errors, and the state of the second medium.

use super::data_dir;
use super::{EXIT_FAILED, EXIT_NO_KEY_STORE, EXIT_OTHER_KIND, EXIT_USAGE};
use crate::config::ConfigError;
use crate::keys::KeyError;
use crate::store::{CopyState, DirectoryError};
use crate::text::Bilingual;

/// The exit code that an error has.
pub(super) fn exit_code(error: &anyhow::Error) -> u8 {
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
pub(super) fn warn_of_copy(copy: &CopyState) {
    match copy {
        CopyState::Behind { because } => eprintln!("uketsuke: {because}"),
        CopyState::WasAhead => eprintln!("uketsuke: {}", copy_was_ahead()),
        CopyState::NotConfigured | CopyState::UpToDate => {}
    }
}

pub(super) fn copy_was_ahead() -> Bilingual {
    Bilingual::new(
        "予備にこの端末より新しい記録がありました。データが古いものに戻されています。「uketsuke recover --from」で復元してください",
        "the second copy had newer records than this tablet, whose data were put back to an older state: restore them with `uketsuke recover --from`",
    )
}
