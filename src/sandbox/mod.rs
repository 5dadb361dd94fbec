//! A record API to practise on and to test against: everything that `RECORD_API` promises on the
//! wire, marked as training in every answer.
//!
//! ```text
//!  server ──▶ api ──▶ auth ─────────────────┐
//!  (faults,   (routes) (codes, tokens)      │
//!   TLS)        ├───▶ batch ──▶ entry, validate ──▶ rules ──▶ tables ──▶ sqlite │ postgres
//!               └───▶ verdict, page          (one entry)   (what becomes  (statements)
//!                                                           of it)
//! ```
//!
//! | file | what lives there |
//! |---|---|
//! | `server`, `tls`, `fault`, `capacity` | connections; a certificate of its own; what goes wrong on purpose; pace |
//! | `api`, `app`, `reply`, `describe`, `page` | routes; what they answer from; answers; what the server says of itself |
//! | `auth` | enrolment and tokens: SMART Backend Services |
//! | `batch`, `entry`, `validate`, `structure`, `form` | a batch, an entry, whether it can be a record |
//! | `rules` | what becomes of an entry: the rules, written once |
//! | `render` | resources as they are given out |
//! | `registry`, `tables`, `clients` | the tables and their statements, the same for both databases |
//! | `sqlite`, `postgres`, `database` | the two databases, and which one |
//!
//! What is acknowledged is on disk: a batch is one transaction, and nothing is sent back before it
//! is committed.
//!
//! ```no_run
//! use uketsuke::sandbox::{Sandbox, Settings};
//!
//! let sandbox = Sandbox::start(Settings::new("training".into()))?;
//! println!("{} {}", sandbox.url(), sandbox.next_code()?);
//! sandbox.stop();
//! # Ok::<(), uketsuke::sandbox::SandboxError>(())
//! ```

mod api;
mod app;
mod auth;
mod batch;
mod capacity;
mod clients;
mod database;
mod date;
mod describe;
mod entry;
mod fault;
mod form;
mod ids;
mod page;
#[cfg(feature = "postgres")]
mod postgres;
mod random;
mod refusal;
mod registry;
mod render;
mod reply;
mod rules;
mod server;
mod sqlite;
mod structure;
mod tables;
mod tls;
mod validate;
mod verdict;

use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use app::{App, VERDICTS_PER_SECOND};
use capacity::{Pace, Paces};
use fault::Dice;
use ids::ResourceId;
use registry::Registry;

use crate::clock::{Clock, SystemClock};
use crate::exchange::Profile;
use crate::intake::{Catalogue, CatalogueError};
use crate::sync::wire::{DEFAULT_BATCH_LIMIT, HIGHEST_BATCH_LIMIT};

pub use app::{CodeHook, Hook};
pub use database::{DatabaseUrl, DatabaseUrlError};
pub use fault::{FaultError, FaultKind, Faults};
pub use registry::RegistryError;
pub use tls::TlsError;

/// A file that only a station's data directory has.
const OF_A_STATION: &str = "directory.toml";

/// Resources that a dump reads at a time.
const DUMP_PAGE: i64 = 500;

/// How long the last connections may take to go when the server stops.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// How a sandbox runs.
#[derive(Clone)]
pub struct Settings {
    /// Where to listen, an address that stations can name; port 0 is any free one.
    pub listen: SocketAddr,
    /// The sandbox's own folder; made if there is none.
    pub data_dir: PathBuf,
    /// A PostgreSQL on this computer that several sandboxes share, instead of a file in the folder.
    pub database: Option<DatabaseUrl>,
    /// TLS with a certificate of its own.
    pub tls: bool,
    /// What goes wrong on purpose.
    pub faults: Faults,
    /// Batches a second; above it 429.
    pub capacity: Option<u32>,
    /// Entries in a batch.
    pub batch_limit: usize,
    /// Which faults happen when.
    pub seed: u64,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// The names that stations use too.
    pub profile: Profile,
    /// Called when a batch is committed and nothing of it has been answered yet.
    pub on_commit: Option<Hook>,
    /// Called with the next enrolment code when one was used.
    pub on_code: Option<CodeHook>,
}

impl Settings {
    /// A sandbox in `data_dir` on any free port of this computer, without TLS and without faults.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data_dir,
            database: None,
            tls: false,
            faults: Faults::none(),
            capacity: None,
            batch_limit: DEFAULT_BATCH_LIMIT,
            seed: 0,
            clock: Arc::new(SystemClock::start()),
            profile: Profile::default(),
            on_commit: None,
            on_code: None,
        }
    }

    /// Whether there is a sandbox in the folder already.
    pub fn is_born(&self) -> bool {
        self.data_dir.join(sqlite::FILE).exists()
    }

    fn registry(&self) -> Result<Arc<dyn Registry>, SandboxError> {
        Ok(database::open(&self.data_dir, self.database.as_ref())?)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .field("tls", &self.tls)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

/// Why there is no sandbox.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The folder is a station's.
    #[error(
        "{0} は受付端末のデータフォルダーです。研修用サーバーには別のフォルダーを指定してください / {0} is a station's data directory: give the sandbox a folder of its own"
    )]
    StationsFolder(PathBuf),
    /// Plain http for other computers.
    #[error(
        "{0} は他のコンピューターにも開かれます。TLS を使うか、127.0.0.1 にしてください / {0} is open to other computers: use TLS, or 127.0.0.1"
    )]
    Exposed(SocketAddr),
    /// Every address is none: no certificate and no URL can name it.
    #[error(
        "{0} は実際のアドレスではありません。このコンピューター自身のアドレス（例 192.168.1.10:8443）を指定してください / {0} is no address that stations can reach: name this computer's own, such as 192.168.1.10:8443"
    )]
    Unspecified(SocketAddr),
    /// Somebody else listens there, or nobody may.
    #[error(
        "{address} で待ち受けられません（{source}）。別のポートを指定するか、使っているプログラムを止めてください / cannot listen on {address} ({source}): choose another port, or stop the program that uses it"
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No threads.
    #[error(
        "サーバーを始められません（{0}）。コンピューターを再起動してください / the server cannot start ({0}): restart the computer"
    )]
    Threads(io::Error),
    /// So many entries no server takes.
    #[error(
        "一度に受け取る件数は 1 から {HIGHEST_BATCH_LIMIT} までにしてください / the batch limit has to be 1 to {HIGHEST_BATCH_LIMIT}"
    )]
    BatchLimit,
    /// The database.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The tables of products.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

/// The record API to practise on.
#[derive(Debug)]
pub struct Sandbox;

impl Sandbox {
    /// Starts one; it serves when this returns.
    ///
    /// # Errors
    /// [`SandboxError`], each with its remedy.
    pub fn start(settings: Settings) -> Result<Running, SandboxError> {
        if !(1..=HIGHEST_BATCH_LIMIT).contains(&settings.batch_limit) {
            return Err(SandboxError::BatchLimit);
        }
        // A development system stood open on the internet once.
        if !settings.tls && !settings.listen.ip().is_loopback() {
            return Err(SandboxError::Exposed(settings.listen));
        }
        if is_unspecified(settings.listen) {
            return Err(SandboxError::Unspecified(settings.listen));
        }
        own_folder(&settings.data_dir)?;
        let registry = settings.registry()?;
        Self::start_on(settings, registry)
    }

    /// Starts one on a registry that is open.
    fn start_on(settings: Settings, registry: Arc<dyn Registry>) -> Result<Running, SandboxError> {
        let runtime = runtime()?;
        let listener = runtime.block_on(TcpListener::bind(settings.listen));
        let listener = listener.map_err(cannot_listen(settings.listen))?;
        let address = listener
            .local_addr()
            .map_err(cannot_listen(settings.listen))?;
        let identity = match settings.tls {
            true => Some(tls::identity(&settings.data_dir, address.ip())?),
            false => None,
        };
        let scheme = if settings.tls { "https" } else { "http" };
        let url = format!("{scheme}://{address}");
        let tls = identity
            .as_ref()
            .map(|identity| TlsAcceptor::from(Arc::clone(&identity.server)));
        let app = Arc::new(app(settings, registry, url)?);
        let site = server::Site {
            router: api::router(Arc::clone(&app)),
            app: Arc::clone(&app),
            tls,
        };
        let (stop, stopped) = watch::channel(false);
        let serving = runtime.spawn(server::serve(listener, site, stopped));
        Ok(Running {
            app,
            stop,
            serving,
            runtime,
            ca: identity.map(|identity| (identity.ca_pem, identity.ca_file)),
        })
    }

    /// Every Immunization that a sandbox with these settings holds, whether it runs or not: current
    /// versions, cancelled ones too, one JSON object a line.
    ///
    /// # Errors
    /// [`SandboxError`], each with its remedy; or what `each` came to.
    pub fn dump<E: From<SandboxError>>(
        settings: &Settings,
        each: impl FnMut(&str) -> Result<(), E>,
    ) -> Result<(), E> {
        own_folder(&settings.data_dir)?;
        let registry = settings.registry()?;
        dump(registry.as_ref(), &settings.profile, each)
    }
}

/// Whether this stands for every address that the computer has (`0.0.0.0`, `::`).
pub fn is_unspecified(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_unspecified()
}

/// A folder that may be the sandbox's, made if there is none.
fn own_folder(folder: &Path) -> Result<(), SandboxError> {
    if folder.join(OF_A_STATION).exists() {
        return Err(SandboxError::StationsFolder(folder.to_owned()));
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|source| {
        let path = folder.to_owned();
        RegistryError::Folder { path, source }.into()
    })
}

fn runtime() -> Result<Runtime, SandboxError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("sandbox")
        .enable_all()
        .build()
        .map_err(SandboxError::Threads)
}

fn cannot_listen(address: SocketAddr) -> impl Fn(io::Error) -> SandboxError {
    move |source| SandboxError::Listen { address, source }
}

fn app(settings: Settings, registry: Arc<dyn Registry>, url: String) -> Result<App, SandboxError> {
    let now = settings.clock.now().monotonic;
    let pace = |per_second| Mutex::new(Pace::new(per_second, now));
    Ok(App {
        registry,
        profile: settings.profile,
        catalogue: Catalogue::built_in()?,
        batch_limit: settings.batch_limit,
        dice: Dice::new(settings.faults, settings.seed),
        url,
        on_commit: settings.on_commit,
        on_code: settings.on_code,
        codes_due: AtomicUsize::new(0),
        batches: settings.capacity.map(pace),
        verdicts: Mutex::new(Paces::new(VERDICTS_PER_SECOND)),
        tokens: Mutex::default(),
        clock: settings.clock,
    })
}

fn dump<E: From<SandboxError>>(
    registry: &dyn Registry,
    profile: &Profile,
    mut each: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = ResourceId(0);
    loop {
        let page = registry.within(|tables| {
            let page = tables.page(after, DUMP_PAGE)?;
            let last = page.last().map(|resource| resource.id);
            let lines: Result<Vec<String>, RegistryError> = page
                .iter()
                .map(|r| render::current(tables, r, profile).map(|value| value.to_string()))
                .collect();
            Ok((lines?, last))
        });
        let (lines, last) = page.map_err(SandboxError::from)?;
        for line in lines {
            each(&line)?;
        }
        match last {
            Some(last) => after = last,
            None => return Ok(()),
        }
    }
}

/// A sandbox that serves.
#[derive(Debug)]
pub struct Running {
    app: Arc<App>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    runtime: Runtime,
    ca: Option<(String, PathBuf)>,
}

impl Running {
    /// Where it is: the root, which is the FHIR base too.
    pub fn url(&self) -> &str {
        &self.app.url
    }

    /// A new code, with which one device can be enrolled.
    ///
    /// # Errors
    /// [`SandboxError::Registry`].
    pub fn next_code(&self) -> Result<String, SandboxError> {
        Ok(self.app.new_code()?)
    }

    /// The certificate that a station has to trust, where it speaks TLS.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca.as_ref().map(|(pem, _)| pem.as_str())
    }

    /// Where that certificate lies.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca.as_ref().map(|(_, file)| file.as_path())
    }

    /// Every Immunization that it holds, each as JSON.
    ///
    /// # Errors
    /// [`SandboxError::Registry`].
    pub fn dump(&self) -> Result<Vec<String>, SandboxError> {
        let mut lines = Vec::new();
        dump(self.app.registry.as_ref(), &self.app.profile, |line| {
            lines.push(line.to_owned());
            Ok::<(), SandboxError>(())
        })?;
        Ok(lines)
    }

    /// Accepts nothing more, lets what is under way end, and stops.
    pub fn stop(self) {
        // Whoever served has ended when nobody listens to this.
        let _ = self.stop.send(true);
        let _ = self.runtime.block_on(self.serving);
        self.runtime.shutdown_timeout(LAST_MOMENT);
    }
}

#[cfg(test)]
mod contract;
#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod samples;
