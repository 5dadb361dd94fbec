//! A station to practise at: a folder, a sandbox and an enrolment, made anew each time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;

use super::data_dir::Place;
use super::enrol::device_key;
use crate::clock::{Clock, SetClock};
use crate::config::{Config, DirectoryKind};
use crate::intake::{Doctor, OperatorId, Session, Venue};
use crate::keys::KeyStoreChoice;
use crate::sandbox::{Running, Sandbox, Settings};
use crate::store::{DataDirectory, Probe};
use crate::sync::{HttpTransport, Route, enrol};

/// The morning on which everybody practises: the products and lots of the list were in use then,
/// and nothing that is recorded can be taken for a dose of today.
const MORNING: &str = "2021-11-20T09:00:00+09:00";

/// What a learner's morning usually looks like; confirmed by nobody yet.
const USUAL: &str = r#"version = 1
confirmed = false
mode = "after-shot"
date = "2021-11-20"
venue = "市民会館"
doctor = "山田 太郎"
product = "comirnaty-12"
lot = "FJ7489"
ticket_kind = "vaccination"
operator = "trainee"
"#;

/// The presets that a learner begins with.
pub(super) fn usual() -> anyhow::Result<Session> {
    Ok(Session::parse(USUAL)?)
}

/// Below the data directory.
const FOLDER: &str = "training";

/// The folder, and the sandbox that takes its records.
pub(super) struct Training {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    sandbox: Running,
}

impl Training {
    /// Begins anew: what was practised before goes.
    pub(super) fn begin(data_dir: &Path) -> anyhow::Result<Self> {
        let folder = data_dir.join(FOLDER);
        clear(&folder)?;
        std::fs::create_dir_all(&folder).with_context(|| unwritable(&folder))?;
        let morning: Timestamp = MORNING.parse()?;
        let clock: Arc<dyn Clock> = Arc::new(SetClock::start(morning));
        let sandbox = Sandbox::start(Settings {
            clock: clock.clone(),
            ..Settings::new(folder.join("sandbox"))
        })?;
        Ok(Self {
            folder,
            clock,
            sandbox,
        })
    }

    /// The station, enrolled at the sandbox.
    pub(super) fn place(&self) -> anyhow::Result<Place> {
        let config = Config {
            directory_kind: DirectoryKind::Training,
            // A practice key guards nothing.
            key_store: KeyStoreChoice::File,
            venues: vec![Venue::new("市民会館")?, Venue::new("中央体育館")?],
            doctors: vec![Doctor::new("山田 太郎")?, Doctor::new("佐藤 花子")?],
            ..Config::load(None, [])?
        };
        let folder = self.folder.join("station");
        let kind = DirectoryKind::Training;
        let directory = DataDirectory::find_or_bear(&folder, kind, &Probe::default())?;
        let mut place = Place::with_clock(config, directory, self.clock.clone())?;
        place.operator = OperatorId::new("trainee")?;
        let mut store = place.quiet_store()?;
        let mut transport = HttpTransport::new(&Route {
            ca: None,
            proxy: None,
        })?;
        let code = self.sandbox.next_code()?;
        let key = device_key(&place)?;
        let now = place.now();
        let server = self.sandbox.url();
        let enrolment = enrol(&mut transport, server, &code, &key, kind, None, &now)?;
        store.keep_enrolment(&enrolment, true, &place.witnessed())?;
        Ok(place)
    }

    /// Ends the sandbox.
    pub(super) fn end(self) {
        self.sandbox.stop();
    }
}

/// Removes what was practised before, and nothing else: a folder that is not one of ours stays,
/// and the program says so.
fn clear(folder: &Path) -> anyhow::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let station = DataDirectory::find(&folder.join("station"))?;
    let ours = station.is_some_and(|station| station.kind() == DirectoryKind::Training);
    let empty = std::fs::read_dir(folder)?.next().is_none();
    if !ours && !empty {
        anyhow::bail!(
            "{}: 研修用のフォルダーではないものがあります。移してください / there is something else than a practice station: move it away",
            folder.display()
        );
    }
    std::fs::remove_dir_all(folder).with_context(|| unwritable(folder))
}

fn unwritable(folder: &Path) -> String {
    format!(
        "{}: 書き込めません。フォルダーの権限と空き容量を確かめてください / cannot be written: check the folder's permissions and free space",
        folder.display()
    )
}
