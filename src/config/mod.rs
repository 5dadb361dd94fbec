//! The one configuration: defaults, overridden by one TOML file, overridden by the environment.
//!
//! Every key is in `default.toml`, with its default and a comment in both languages; what is not
//! there is no key. [`Config::load`] checks every value, so that whoever has a [`Config`] has
//! nothing left to check, and every refusal names the place that has to be changed.
//!
//! ```
//! use uketsuke::config::Config;
//! use uketsuke::keys::KeyStoreChoice;
//!
//! let environment = [("UKETSUKE_KEYS_STORE".to_owned(), "file".to_owned())];
//! let config = Config::load(None, environment)?;
//! assert_eq!(config.key_store, KeyStoreChoice::File);
//! assert_eq!(config.ticket_kinds.vaccination, 2);
//! # Ok::<(), uketsuke::config::ConfigError>(())
//! ```

mod error;
mod nearest;
mod settings;
mod values;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use directories::ProjectDirs;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use error::{ConfigError, Origin};

use crate::intake::{Doctor, Venue};
use crate::keys::{KeyStoreChoice, RecoveryRecipient, Thumbprint};
use crate::voucher::{MunicipalityCode, TicketKindCodes};
use settings::Settings;

/// The defaults, as a file that people can copy: every key, commented in both languages.
pub const DEFAULTS: &str = include_str!("default.toml");

/// What a data directory is born as, and stays: it decides which servers the directory may talk
/// to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DirectoryKind {
    /// For learning: refuses production servers.
    Training,
    /// For real records: refuses training servers.
    Production,
}

/// Neither `training` nor `production`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("training か production にしてください / choose training or production")]
pub struct UnknownKind;

impl DirectoryKind {
    /// The kind as files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Production => "production",
        }
    }

    /// The kind as people say it in Japanese.
    pub fn in_japanese(self) -> &'static str {
        match self {
            Self::Training => "研修",
            Self::Production => "本番",
        }
    }
}

impl fmt::Display for DirectoryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for DirectoryKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        match text {
            "training" => Ok(Self::Training),
            "production" => Ok(Self::Production),
            _ => Err(UnknownKind),
        }
    }
}

/// Names in the record API that its operator may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordApiNames {
    /// The system of voucher numbers.
    pub naming_system: String,
    /// What the URIs of extensions start with, without a final slash.
    pub structure_definitions: String,
}

/// Every setting, checked. What each means is told in `default.toml` ([`DEFAULTS`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `[directory] kind`: of a directory that is made now.
    pub directory_kind: DirectoryKind,
    /// `[keys] store`.
    pub key_store: KeyStoreChoice,
    /// `[second_copy] folder`; there is a [`Self::recovery`] wherever there is one.
    pub second_copy: Option<PathBuf>,
    /// `[recovery] recipient`.
    pub recovery: Option<RecoveryRecipient>,
    /// `[ticket_kinds]`: two different digits.
    pub ticket_kinds: TicketKindCodes,
    /// `[municipality] code`: one that issues vouchers.
    pub municipality: Option<MunicipalityCode>,
    /// `[venues] names`, in the order of the file; empty when any name may be entered.
    pub venues: Vec<Venue>,
    /// `[venues] doctors`, in the order of the file; any other name may be entered too.
    pub doctors: Vec<Doctor>,
    /// `[accounts] idle_lock_minutes`.
    pub idle_lock: Duration,
    /// `[record_api]`.
    pub record_api: RecordApiNames,
    /// `[cards] signers`: whose session cards are taken.
    pub card_signers: Vec<Thumbprint>,
    /// `[network] proxy`.
    pub proxy: Option<String>,
    /// `[catalogue] folder`.
    pub catalogue: Option<PathBuf>,
}

impl Config {
    /// The defaults ← `file` ← `environment`; of the latter only variables that start with
    /// `UKETSUKE_` count. Take it from [`std::env::vars_os`]: [`std::env::vars`] panics at any
    /// variable that is not Unicode.
    ///
    /// # Errors
    /// What cannot be read, is no key, or is no value of its key, with the place and the remedy.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut settings = Settings::defaults()?;
        if let Some(path) = file {
            settings.overlay_file(path, &text_of(path)?)?;
        }
        settings.overlay_environment(environment)?;
        Self::checked(&settings)
    }

    fn checked(settings: &Settings) -> Result<Self, ConfigError> {
        let config = Self {
            directory_kind: settings.parsed("directory.kind")?,
            key_store: settings.parsed("keys.store")?,
            second_copy: settings.folder("second_copy.folder"),
            recovery: settings.optional("recovery.recipient")?,
            ticket_kinds: values::ticket_kinds(settings)?,
            municipality: values::municipality_code(settings)?,
            venues: settings.list("venues.names")?,
            doctors: settings.list("venues.doctors")?,
            idle_lock: values::idle_lock(settings)?,
            record_api: RecordApiNames {
                naming_system: values::uri(settings, "record_api.naming_system")?,
                structure_definitions: values::uri(settings, "record_api.structure_definitions")?,
            },
            card_signers: settings.list("cards.signers")?,
            proxy: settings.optional("network.proxy")?,
            catalogue: settings.folder("catalogue.folder"),
        };
        if config.second_copy.is_some() && config.recovery.is_none() {
            let why = "写しは復元用の公開鍵で暗号化します。recovery.recipient も設定してください / the copy is encrypted to the recovery key: set recovery.recipient too";
            return Err(settings.refused("second_copy.folder", why));
        }
        Ok(config)
    }
}

fn text_of(path: &Path) -> Result<String, ConfigError> {
    let bytes = fs::read(path).map_err(|source| ConfigError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    String::from_utf8(bytes).map_err(|_| ConfigError::NotUtf8 {
        path: path.to_owned(),
    })
}

/// Where the data lies when nobody says otherwise: the platform's folder for the data of one
/// user on this machine (it does not roam).
///
/// # Errors
/// [`ConfigError::NoHome`] where the user has no home.
pub fn default_data_dir() -> Result<PathBuf, ConfigError> {
    let folders = ProjectDirs::from("jp", "", "uketsuke").ok_or(ConfigError::NoHome)?;
    Ok(folders.data_local_dir().to_owned())
}

#[cfg(test)]
mod tests;
