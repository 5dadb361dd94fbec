//! Tablets that are enrolled at a sandbox, and a look at both sides.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use uketsuke::clock::{Clock, SystemClock};
use uketsuke::config::DirectoryKind;
use uketsuke::exchange::{Immunization, Profile, to_immunization};
use uketsuke::intake::{Catalogue, Entry, OperatorId};
use uketsuke::keys::{DeviceKey, FileKeyStore, KeyName, KeyStore as _};
use uketsuke::sandbox::Running;
use uketsuke::station::Courier;
use uketsuke::store::{
    DataDirectory, Entered, Probe as StoreProbe, RecordStore as _, SqliteStore, State,
};
use uketsuke::sync::{
    Api, Backoff, Credentials, Delivered, Delivery, DeliveryError, HttpTransport, Outbox, Probe,
    Progress, Route, Waiting, Watch, Why, enrol, same,
};

use crate::book::clerk;

/// A tablet: its folder, its book.
pub struct Tablet {
    pub store: SqliteStore,
    keys: FileKeyStore,
}

impl Tablet {
    /// The tablet whose data are in `folder`, new or not.
    pub fn open(folder: &Path) -> Self {
        let probe = StoreProbe::default();
        let kind = DirectoryKind::Training;
        let directory = DataDirectory::find_or_bear(folder, kind, &probe).expect("born");
        let keys = FileKeyStore::new(folder, directory.station());
        let opening = directory.opening(&keys, &probe).expect("keys");
        let store = directory.open_store(opening, &clerk()).expect("opened");
        Self { store, keys }
    }

    /// A key for the record API, kept.
    pub fn make_key(&mut self) -> DeviceKey {
        let key = DeviceKey::generate().expect("a key");
        self.keys.set(KeyName::Device, key.secret()).expect("kept");
        key
    }

    /// Makes it known to a server.
    pub fn enrol(&mut self, url: &str, code: &str, ca: Option<&str>) {
        let key = self.make_key();
        let ca = ca.map(str::to_owned);
        let route = Route {
            ca: ca.clone(),
            proxy: None,
        };
        let mut transport = HttpTransport::new(&route).expect("a transport");
        let now = SystemClock::start().now();
        let kind = DirectoryKind::Training;
        // A server that drops connections is asked again, with the same code and key.
        let enrolment = (0..100)
            .find_map(|_| enrol(&mut transport, url, code, &key, kind, ca.clone(), &now).ok())
            .expect("enrolled");
        self.store
            .keep_enrolment(&enrolment, true, &clerk())
            .expect("kept");
    }

    /// The server has moved.
    pub fn server_is_at(&mut self, url: &str) {
        let enrolment = self.store.enrolment().expect("readable").expect("enrolled");
        let moved = uketsuke::store::Enrolment {
            server: url.to_owned(),
            ..enrolment
        };
        self.store
            .keep_enrolment(&moved, true, &clerk())
            .expect("kept");
    }

    pub fn record(&mut self, entry: &Entry) -> Entered {
        let recorded = self.store.record(entry, &clerk()).expect("recorded");
        recorded.entered
    }

    /// Delivers until nothing is left that can be sent, however often the server fails.
    pub fn deliver(&mut self) -> Delivered {
        self.try_deliver(&Probe::default(), &mut Stubborn::default())
            .expect("delivered")
    }

    pub fn try_deliver(
        &mut self,
        probe: &Probe,
        watch: &mut dyn Watch,
    ) -> Result<Delivered, DeliveryError> {
        let mut api = self.api();
        let mut delivery = Delivery {
            outbox: Outbox {
                store: &mut self.store,
                profile: &Profile::default(),
                products: &Catalogue::built_in().expect("tables"),
                clock: &SystemClock::start(),
                actor: OperatorId::new("sync").expect("an id"),
                probe: probe.clone(),
            },
            api: &mut api,
            backoff: Backoff::default(),
            unattended: false,
        };
        delivery.run(watch)
    }

    /// The server that it is enrolled at.
    fn api(&mut self) -> Api {
        let enrolment = self.store.enrolment().expect("readable").expect("enrolled");
        let key = self
            .keys
            .get(KeyName::Device)
            .expect("readable")
            .expect("a key");
        let transport = HttpTransport::new(&Route {
            ca: enrolment.ca,
            proxy: None,
        });
        let credentials = Credentials {
            client_id: enrolment.client_id,
            key: DeviceKey::from_secret(key).expect("a key"),
        };
        Api::new(
            Box::new(transport.expect("a transport")),
            enrolment.server,
            DirectoryKind::Training,
            credentials,
        )
    }

    /// Who delivers what is recorded in `folder`, which is this tablet's.
    #[allow(dead_code, reason = "the tests of the station use it")]
    pub fn courier<'a>(mut self, folder: &Path, clock: &'a dyn Clock) -> Courier<'a> {
        let (kind, probe) = (DirectoryKind::Training, StoreProbe::default());
        let directory = DataDirectory::find_or_bear(folder, kind, &probe).expect("born");
        let lock = directory.delivery_lock().expect("a lock");
        Courier {
            api: self.api(),
            store: self.store,
            profile: Profile::default(),
            catalogue: Catalogue::built_in().expect("tables"),
            clock,
            actor: OperatorId::new("sync").expect("an id"),
            lock: lock.expect("nobody delivers"),
        }
    }

    /// Where the entries of a record stand, oldest first.
    pub fn states(&mut self, of: &Entry) -> Vec<State> {
        let history = self.store.history(of.record.id).expect("readable");
        history.iter().map(|stored| stored.state).collect()
    }

    /// Entries that are claimed for a batch and not acknowledged.
    pub fn in_flight(&mut self) -> u64 {
        let counts = self.store.counts(None).expect("readable");
        counts.get(State::Sending)
    }

    pub fn open_entries(&mut self) -> u64 {
        self.store.counts(None).expect("readable").open()
    }
}

/// Waits a moment instead of as long as it should, and gives up after many failures in a row.
#[derive(Default)]
pub struct Stubborn {
    pub whys: Vec<Why>,
    in_a_row: u32,
}

impl Watch for Stubborn {
    fn tell(&mut self, progress: &Progress) {
        if let Progress::Batch { .. } = progress {
            self.in_a_row = 0;
        }
    }

    fn wait(&mut self, waiting: &Waiting) -> ControlFlow<()> {
        self.whys.push(waiting.why);
        self.in_a_row += 1;
        if self.in_a_row > 100 {
            return ControlFlow::Break(());
        }
        std::thread::sleep(Duration::from_millis(2));
        ControlFlow::Continue(())
    }

    fn random(&mut self) -> f64 {
        0.5
    }
}

/// Gives up at the first wait.
#[derive(Default)]
pub struct Impatient {
    pub waits: Vec<Waiting>,
}

impl Watch for Impatient {
    fn tell(&mut self, _: &Progress) {}

    fn wait(&mut self, waiting: &Waiting) -> ControlFlow<()> {
        self.waits.push(*waiting);
        ControlFlow::Break(())
    }

    fn random(&mut self) -> f64 {
        0.5
    }
}

/// What the server holds: every resource by each of its identifiers.
pub struct Held {
    pub resources: Vec<Value>,
}

impl Held {
    pub fn by(server: &Running) -> Self {
        let lines = server.dump().expect("readable");
        Self {
            resources: lines
                .iter()
                .map(|line| serde_json::from_str(line).expect("JSON"))
                .collect(),
        }
    }

    /// The resources that carry the identity of a record.
    pub fn of(&self, entry: &Entry) -> Vec<&Value> {
        let identity = format!("urn:uuid:{}", entry.record.id);
        let carries = |resource: &&Value| {
            let identifiers = resource["identifier"].as_array();
            identifiers.is_some_and(|all| all.iter().any(|i| i["value"] == *identity))
        };
        self.resources.iter().filter(carries).collect()
    }

    /// How many resources of each dose of each person count.
    pub fn active(&self) -> BTreeMap<(String, u64), usize> {
        let mut active = BTreeMap::new();
        for resource in &self.resources {
            if resource["status"] == "completed" {
                let person = resource["patient"]["identifier"]["value"].to_string();
                let dose = &resource["protocolApplied"][0]["doseNumberPositiveInt"];
                let key = (person, dose.as_u64().expect("a dose"));
                *active.entry(key).or_insert(0) += 1;
            }
        }
        active
    }
}

/// Whether a resource says what an entry says.
pub fn says(resource: &Value, entry: &Entry) -> bool {
    let catalogue = Catalogue::built_in().expect("tables");
    let sent = to_immunization(entry, &Profile::default(), &catalogue).expect("a form");
    let found: Immunization = serde_json::from_value(resource.clone()).expect("an Immunization");
    same(&sent, &found)
}
