//! What every subcommand with a data directory does first: configuration, keys, clock, store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;

use crate::clock::{Clock, Moment, SetClock, SystemClock};
use crate::config::{Config, DirectoryKind, default_data_dir};
use crate::exchange::Profile;
use crate::intake::{Catalogue, DataFiles, OperatorId};
use crate::keys::{self, KeyStore};
use crate::store::{DataDirectory, DirectoryError, Medium, Opening, Probe, SqliteStore, Witnessed};

/// The arguments that all of them share.
#[derive(Debug, Args)]
pub(super) struct DataArgs {
    /// Settings file, TOML / 設定ファイル
    #[arg(long, value_name = "FILE", env = "UKETSUKE_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// Data directory; the platform's unless said / データフォルダー
    #[arg(long, value_name = "DIR", env = "UKETSUKE_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,
}

/// A data directory with everything that belongs to it, its store not opened yet.
pub(super) struct Place {
    pub config: Config,
    pub directory: DataDirectory,
    pub keys: Box<dyn KeyStore>,
    /// Whoever runs the program, by the name that the system has for them.
    pub operator: OperatorId,
    pub clock: Arc<dyn Clock>,
}

impl DataArgs {
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        // Names and values that are not Unicode cannot be ours.
        let environment = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Ok(Config::load(self.config.as_deref(), environment)?)
    }

    pub(super) fn folder(&self) -> anyhow::Result<PathBuf> {
        match &self.data_dir {
            Some(folder) => Ok(folder.clone()),
            None => Ok(default_data_dir()?),
        }
    }

    /// The directory; one is born if there is none.
    pub(super) fn place(&self) -> anyhow::Result<Place> {
        let (config, folder) = (self.config()?, self.folder()?);
        // Refused before anything is born.
        clock(config.directory_kind)?;
        let directory =
            DataDirectory::find_or_bear(&folder, config.directory_kind, &Probe::default())?;
        Place::of(config, directory)
    }

    /// Refuses a directory that was born as the other kind; fine where there is none.
    pub(super) fn ensure_kind(&self, kind: DirectoryKind) -> anyhow::Result<()> {
        match DataDirectory::find(&self.folder()?)? {
            Some(directory) => Ok(directory.ensure_kind(kind)?),
            None => Ok(()),
        }
    }

    /// The directory, which is of that kind or is born so.
    pub(super) fn place_of(&self, kind: DirectoryKind) -> anyhow::Result<Place> {
        let (config, folder) = (self.config()?, self.folder()?);
        clock(kind)?;
        let directory = DataDirectory::find_or_bear(&folder, kind, &Probe::default())?;
        directory.ensure_kind(kind)?;
        Place::of(config, directory)
    }

    /// The directory, which has to be there.
    pub(super) fn existing_place(&self) -> anyhow::Result<Place> {
        let (config, folder) = (self.config()?, self.folder()?);
        let directory = DataDirectory::find(&folder)?.ok_or(DirectoryError::NotBorn(folder))?;
        Place::of(config, directory)
    }
}

impl Place {
    fn of(config: Config, directory: DataDirectory) -> anyhow::Result<Self> {
        let clock = clock(directory.kind())?;
        Self::with_clock(config, directory, clock)
    }

    /// The place, by a clock that is set already.
    pub(super) fn with_clock(
        config: Config,
        directory: DataDirectory,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let keys = keys::open(config.key_store, directory.folder(), directory.station())?;
        Ok(Self {
            operator: user()?,
            clock,
            config,
            directory,
            keys,
        })
    }

    pub(super) fn opening(&self) -> anyhow::Result<Opening> {
        let medium = self.medium();
        let opening = Opening {
            medium: medium.clone(),
            ..self
                .directory
                .opening(self.keys.as_ref(), &Probe::default())?
        };
        if let Some(recipient) = &self.config.recovery {
            self.directory
                .keep_recovery_keys(&opening, recipient, medium.as_ref())?;
        }
        Ok(opening)
    }

    pub(super) fn medium(&self) -> Option<Medium> {
        Some(Medium {
            folder: self.config.second_copy.clone()?,
            recipient: self.config.recovery.clone()?,
        })
    }

    /// The store; how its second copy stands goes to standard error.
    pub(super) fn store(&self) -> anyhow::Result<SqliteStore> {
        let mut store = self.quiet_store()?;
        super::warn_of_copy(&store.copy_state()?);
        Ok(store)
    }

    /// The store, for commands that tell about the second copy themselves.
    pub(super) fn quiet_store(&self) -> anyhow::Result<SqliteStore> {
        Ok(self
            .directory
            .open_store(self.opening()?, &self.witnessed())?)
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(super) fn witnessed(&self) -> Witnessed {
        Witnessed::new(self.operator.clone(), self.now())
    }

    pub(super) fn profile(&self) -> Profile {
        let names = &self.config.record_api;
        Profile {
            voucher_system: names.naming_system.clone(),
            structure_definitions: names.structure_definitions.clone(),
        }
    }

    /// The built-in tables with the municipality's own over them.
    pub(super) fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let Some(folder) = &self.config.catalogue else {
            return Ok(Catalogue::built_in()?);
        };
        let own = ["products", "lots", "intervals", "ages"]
            .map(|name| table(&folder.join(format!("{name}.toml"))));
        let [products, lots, intervals, ages] = own;
        let (products, lots, intervals, ages) = (products?, lots?, intervals?, ages?);
        Ok(Catalogue::load(&DataFiles {
            products: products.as_deref(),
            lots: lots.as_deref(),
            intervals: intervals.as_deref(),
            ages: ages.as_deref(),
        })?)
    }
}

fn user() -> anyhow::Result<OperatorId> {
    let named = std::env::var("USER").or_else(|_| std::env::var("USERNAME"));
    let user: String = named
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(20)
        .collect();
    let user = if user.is_empty() { "user" } else { &user };
    Ok(OperatorId::new(&format!("os-{user}"))?)
}

/// A table of the municipality's own; `None` where it has none.
fn table(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| {
            format!(
                "{}: 読めません。ファイルを確かめてください / cannot be read: check the file",
                path.display()
            )
        }),
    }
}

/// Why `UKETSUKE_NOW` is refused.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClockError {
    /// The directory is for real records.
    #[error(
        "UKETSUKE_NOW は研修用のフォルダーでだけ使えます。取り消してください / UKETSUKE_NOW is for training directories only: unset it"
    )]
    Production,
    /// It is no time.
    #[error(
        "UKETSUKE_NOW が日時ではありません（例 2021-11-20T10:00:00+09:00） / UKETSUKE_NOW is not a time such as 2021-11-20T10:00:00+09:00"
    )]
    NotATime,
}

/// The system's clock, or in training the one that `UKETSUKE_NOW` sets.
fn clock(kind: DirectoryKind) -> anyhow::Result<Arc<dyn Clock>> {
    let Some(now) = std::env::var_os("UKETSUKE_NOW") else {
        return Ok(Arc::new(SystemClock::start()));
    };
    if kind != DirectoryKind::Training {
        return Err(ClockError::Production.into());
    }
    let now: Timestamp = (now.to_string_lossy().parse()).map_err(|_| ClockError::NotATime)?;
    Ok(Arc::new(SetClock::start(now)))
}
