//! The loop against a scripted server.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::super::outbox::Outbox;
use super::super::probe::Probe;
use super::super::samples::{cancellation, correction, now, record};
use super::super::transport::{Answer, Ask, Failure, Transport};
use super::super::wire::FHIR_JSON;
use super::*;
use crate::clock::{Clock, Moment, RunId};
use crate::config::DirectoryKind;
use crate::exchange::Profile;
use crate::intake::{Catalogue, Entry, OperatorId};
use crate::keys::{DeviceKey, MemoryKeyStore};
use crate::store::{
    DataDirectory, Event, Probe as StoreProbe, RecordStore as _, SqliteStore, State, Witnessed,
};
use crate::sync::Credentials;

type Reply = Result<Answer, Failure>;

/// A server that does what `answers` says for every batch, and finds nothing wrong with the rest.
#[derive(Clone)]
struct Script(Arc<Mutex<Server>>);

struct Server {
    /// What becomes of the next batches; afterwards everything is created.
    batches: Vec<fn(&Value) -> Reply>,
    /// The answer to a GET of a resource.
    resource: fn() -> Reply,
    metadata: fn() -> Reply,
    /// Sizes of the batches that came in.
    sizes: Vec<usize>,
    /// Every batch that came in.
    seen: Vec<Value>,
    tokens: u32,
    created: u32,
}

fn fhir(status: u16, body: &Value) -> Answer {
    Answer {
        status,
        content_type: Some(FHIR_JSON.into()),
        date: Some(now()),
        training: true,
        body: body.to_string().into_bytes(),
        ..Answer::default()
    }
}

fn responses(statuses: &[&str]) -> Answer {
    let entry: Vec<Value> = statuses
        .iter()
        .zip(1..)
        .map(|(status, n)| {
            json!({"response": {"status": status,
                "location": format!("Immunization/{n}/_history/1"), "etag": "W/\"1\"",
                "lastModified": "2021-11-20T10:20:00+09:00"}})
        })
        .collect();
    fhir(
        200,
        &json!({"resourceType": "Bundle", "type": "batch-response", "entry": entry}),
    )
}

fn status(status: u16) -> Reply {
    Ok(fhir(
        status,
        &json!({"resourceType": "OperationOutcome", "issue": []}),
    ))
}

fn size(batch: &Value) -> usize {
    batch["entry"].as_array().map_or(0, Vec::len)
}

impl Transport for Script {
    fn ask(&mut self, ask: &Ask<'_>) -> Reply {
        let mut server = self.0.lock().unwrap();
        let server = &mut *server;
        if ask.url.ends_with("/metadata") {
            return (server.metadata)();
        }
        if ask.url.ends_with("/smart-configuration") {
            let token = json!({"token_endpoint": "https://api.example/token"});
            return Ok(fhir(200, &token));
        }
        if ask.url.ends_with("/token") {
            server.tokens += 1;
            let token = format!("t{}", server.tokens);
            return Ok(fhir(
                200,
                &json!({"access_token": token, "token_type": "bearer", "expires_in": 300}),
            ));
        }
        let Some(body) = ask.body else {
            return (server.resource)();
        };
        assert_eq!(ask.bearer, Some(format!("t{}", server.tokens).as_str()));
        let batch: Value = serde_json::from_slice(body.bytes).unwrap();
        server.sizes.push(size(&batch));
        server.seen.push(batch.clone());
        if server.batches.is_empty() {
            server.created += 1;
            return Ok(responses(&vec!["201 Created"; size(&batch)]));
        }
        server.batches.remove(0)(&batch)
    }
}

/// A clock that stands still until it is moved.
struct StandingClock(Mutex<Moment>);

impl Clock for StandingClock {
    fn now(&self) -> Moment {
        *self.0.lock().unwrap()
    }
}

/// Waits without waiting, up to a number of times.
#[derive(Default)]
struct Patient {
    waits: Vec<Waiting>,
    told: Vec<Progress>,
    most: usize,
    /// The waits that a person cuts short, by their place.
    cut: Vec<usize>,
}

impl Watch for Patient {
    fn tell(&mut self, progress: &Progress) {
        self.told.push(progress.clone());
    }

    fn wait(&mut self, waiting: &Waiting) -> ControlFlow<()> {
        self.waits.push(*waiting);
        if self.waits.len() > self.most {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn asked(&mut self) -> Option<Duration> {
        let last = self.waits.last()?.wait;
        self.cut.contains(&self.waits.len()).then_some(last)
    }

    fn random(&mut self) -> f64 {
        0.5
    }
}

/// A station with a book, enrolled at a scripted server.
struct Station {
    _folder: tempfile::TempDir,
    store: SqliteStore,
    api: Api,
    server: Script,
    clock: StandingClock,
    watch: Patient,
    unattended: bool,
}

impl Station {
    fn new(batches: Vec<fn(&Value) -> Reply>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let probe = StoreProbe::default();
        let kind = DirectoryKind::Training;
        let directory = DataDirectory::find_or_bear(folder.path(), kind, &probe).unwrap();
        let keys = MemoryKeyStore::default();
        let opening = directory.opening(&keys, &probe).unwrap();
        let moment = Moment {
            wall: now(),
            monotonic: Duration::from_secs(1),
            run: RunId(1),
        };
        let actor = OperatorId::new("clerk-01").unwrap();
        let witnessed = Witnessed::new(actor, moment);
        let metadata = || {
            Ok(fhir(
                200,
                &json!({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}),
            ))
        };
        let server = Script(Arc::new(Mutex::new(Server {
            batches,
            resource: || status(404),
            metadata,
            sizes: Vec::new(),
            seen: Vec::new(),
            tokens: 0,
            created: 0,
        })));
        let credentials = Credentials {
            client_id: "station-1".into(),
            key: DeviceKey::generate().unwrap(),
        };
        Self {
            store: directory.open_store(opening, &witnessed).unwrap(),
            api: Api::new(
                Box::new(server.clone()),
                "https://api.example/fhir".into(),
                kind,
                credentials,
            ),
            server,
            clock: StandingClock(Mutex::new(moment)),
            watch: Patient {
                most: 40,
                ..Patient::default()
            },
            _folder: folder,
            unattended: false,
        }
    }

    fn with_records(n: i64, batches: Vec<fn(&Value) -> Reply>) -> Self {
        let mut station = Self::new(batches);
        (1..=n).for_each(|n| station.record(&record(n)));
        station
    }

    /// The reply to its first attempt was lost, and then the server refused the whole batch.
    fn whose_record_arrived_and_was_refused_later() -> Self {
        let mut station = Self::with_records(1, vec![]);
        let witnessed = Witnessed::new(OperatorId::new("sync").unwrap(), station.clock.now());
        let steps = [
            (2, Event::Send),
            (2, Event::Unanswered),
            (2, Event::Send),
            (2, Event::Reject("the whole batch".into())),
        ];
        station.store.advance(&steps, &witnessed).unwrap();
        let mut server = station.server.0.lock().unwrap();
        server.batches = vec![|_| Ok(responses(&["200 OK"]))];
        server.resource = || resource_of_record_one();
        drop(server);
        station
    }

    fn record(&mut self, entry: &Entry) {
        let actor = OperatorId::new("clerk-01").unwrap();
        let witnessed = Witnessed::new(actor, self.clock.now());
        self.store.record(entry, &witnessed).unwrap();
    }

    fn deliver(&mut self) -> Result<Delivered, DeliveryError> {
        let mut delivery = Delivery {
            outbox: Outbox {
                store: &mut self.store,
                profile: &Profile::default(),
                products: &Catalogue::built_in().unwrap(),
                clock: &self.clock,
                actor: OperatorId::new("sync").unwrap(),
                probe: Probe::default(),
            },
            api: &mut self.api,
            backoff: Backoff::default(),
            unattended: self.unattended,
        };
        delivery.run(&mut self.watch)
    }

    fn count(&mut self, state: State) -> u64 {
        self.store.counts(None).unwrap().get(state)
    }

    fn whys(&self) -> Vec<Why> {
        self.watch.waits.iter().map(|waiting| waiting.why).collect()
    }

    fn sizes(&self) -> Vec<usize> {
        self.server.0.lock().unwrap().sizes.clone()
    }

    fn states(&mut self, of: &Entry) -> Vec<State> {
        let history = self.store.history(of.record.id).unwrap();
        history.iter().map(|entry| entry.state).collect()
    }
}

#[test]
fn what_is_queued_is_delivered_and_its_receipts_are_kept() {
    let mut station = Station::with_records(5, vec![]);
    let done = station.deliver().unwrap();
    assert_eq!((done.delivered, done.stopped), (5, None));
    assert_eq!(station.count(State::Acknowledged), 5);
    let kept = station.store.history(record(2).id).unwrap();
    let receipt = kept[0].receipt.clone().unwrap();
    assert_eq!(receipt.location, "Immunization/2/_history/1");
}

#[test]
fn behind_a_sign_in_page_nothing_counts_as_delivered_until_the_network_is_open() {
    let page: fn(&Value) -> Reply = |_| {
        Ok(Answer {
            content_type: Some("text/html".into()),
            ..fhir(200, &json!("<html>"))
        })
    };
    let mut station = Station::with_records(3, vec![page, page]);
    station.watch.most = 0;
    let done = station.deliver().unwrap();
    assert_eq!((done.delivered, done.stopped), (0, Some(Why::SignInPage)));
    assert_eq!(station.count(State::Queued), 3);
    station.watch.most = 9;
    assert_eq!(station.deliver().unwrap().delivered, 3);
}

#[test]
fn an_answer_with_another_number_of_entries_acknowledges_none() {
    let short: fn(&Value) -> Reply = |batch| Ok(responses(&vec!["201"; size(batch) - 1]));
    let mut station = Station::with_records(3, vec![short]);
    station.watch.most = 0;
    station.deliver().unwrap();
    assert_eq!(station.count(State::Acknowledged), 0);
    assert_eq!(station.whys(), [Why::EntryCount]);
}

#[test]
fn a_token_that_ends_in_mid_run_is_renewed_and_the_same_batch_goes_out_again() {
    let mut station = Station::with_records(3, vec![|_| status(401)]);
    assert_eq!(station.deliver().unwrap().delivered, 3);
    assert_eq!(station.server.0.lock().unwrap().tokens, 2);
    assert_eq!(station.sizes(), [3, 3]);
    assert!(station.watch.waits.is_empty());
}

#[test]
fn a_token_is_renewed_before_it_ends() {
    let mut station = Station::with_records(1, vec![]);
    station.deliver().unwrap();
    station.clock.0.lock().unwrap().monotonic += Duration::from_secs(280);
    station.record(&record(2));
    station.deliver().unwrap();
    assert_eq!(station.server.0.lock().unwrap().tokens, 2);
}

#[test]
fn a_station_that_is_not_accepted_any_more_halts_and_says_so() {
    let refuse: fn(&Value) -> Reply = |_| status(401);
    let mut station = Station::with_records(1, vec![refuse; 2]);
    station.watch.most = 0;
    let done = station.deliver().unwrap();
    assert_eq!(done.stopped, Some(Why::Unauthorised));
    assert!(station.watch.waits[0].halted);
    assert_eq!(station.count(State::Queued), 1);
}

#[test]
fn a_batch_that_is_too_large_is_halved() {
    let too_large: fn(&Value) -> Reply = |_| status(413);
    let mut station = Station::with_records(8, vec![too_large; 2]);
    assert_eq!(station.deliver().unwrap().delivered, 8);
    // The second two were claimed while the first two were on their way.
    assert_eq!(station.sizes(), [8, 4, 2, 2, 2, 2]);
    assert!(station.watch.waits.is_empty());
}

/// Whether a batch holds the record of person 3.
fn holds_three(batch: &Value) -> bool {
    let entries = batch["entry"].as_array().unwrap();
    let three = record(3).id.to_string();
    let url = |entry: &Value| entry["fullUrl"].as_str().unwrap().to_owned();
    entries.iter().any(|entry| url(entry).ends_with(&three))
}

fn refuses_three(batch: &Value, answer: u16) -> Reply {
    if holds_three(batch) {
        status(answer)
    } else {
        Ok(responses(&vec!["201"; size(batch)]))
    }
}

#[test]
fn one_record_for_which_the_server_refuses_every_batch_keeps_nobody_else_back() {
    let mut station = Station::with_records(9, vec![|b| refuses_three(b, 400); 60]);
    assert_eq!(station.deliver().unwrap().delivered, 8);
    assert_eq!(station.count(State::Rejected), 1);
    assert_eq!(station.states(&record(3)), [State::Rejected]);
}

#[test]
fn one_record_on_which_the_server_breaks_keeps_nobody_else_back_and_stays_queued() {
    let mut station = Station::with_records(9, vec![|b| refuses_three(b, 500); 200]);
    station.deliver().unwrap();
    assert_eq!(station.count(State::Acknowledged), 8);
    assert_eq!(station.states(&record(3)), [State::Queued]);
}

#[test]
fn a_record_that_is_refused_lets_its_neighbours_through() {
    let refuse: fn(&Value) -> Reply = |_| Ok(responses(&["201", "422", "409"]));
    let mut station = Station::with_records(3, vec![refuse]);
    station.deliver().unwrap();
    assert_eq!(station.count(State::Acknowledged), 1);
    assert_eq!(station.states(&record(2)), [State::Rejected]);
    assert_eq!(station.states(&record(3)), [State::Conflict]);
    let told = &station.watch.told;
    let refused =
        |p: &Progress| matches!(p, Progress::Refused { record: r, .. } if *r == record(2).id);
    assert!(told.iter().any(refused));
}

#[test]
fn a_server_that_takes_no_entry_is_not_asked_again_at_once() {
    let none: fn(&Value) -> Reply = |batch| Ok(responses(&vec!["503"; size(batch)]));
    let mut station = Station::with_records(2, vec![none; 3]);
    assert_eq!(station.deliver().unwrap().delivered, 2);
    assert_eq!(station.watch.waits.len(), 3);
}

#[test]
fn a_correction_made_offline_follows_its_record_in_the_same_run() {
    let mut station = Station::with_records(1, vec![]);
    let steps = [(2, Event::Send), (2, Event::Unanswered)];
    let witnessed = Witnessed::new(OperatorId::new("sync").unwrap(), station.clock.now());
    station.store.advance(&steps, &witnessed).unwrap();
    station.record(&correction(&record(1), "FJ0001"));
    assert_eq!(station.deliver().unwrap().delivered, 2);
    let seen = station.server.0.lock().unwrap().seen.clone();
    let request = |n: usize| seen[n]["entry"][0]["request"].clone();
    assert_eq!(request(0)["method"], "POST");
    assert_eq!(request(1)["url"], "Immunization/1");
    assert_eq!(request(1)["ifMatch"], "W/\"1\"");
}

/// A record that is acknowledged, then corrected; the correction meets a 412.
fn corrected_and_met_by_412(resource: fn() -> Reply) -> Station {
    let mut station = Station::with_records(1, vec![]);
    station.deliver().unwrap();
    station.record(&correction(&record(1), "FJ0001"));
    let mut server = station.server.0.lock().unwrap();
    server.batches = vec![|_| Ok(responses(&["412 Precondition Failed"]))];
    server.resource = resource;
    drop(server);
    station.watch.most = 0;
    station.deliver().unwrap();
    station
}

fn resource_with_lot(lot: &str) -> Reply {
    let catalogue = Catalogue::built_in().unwrap();
    let entry = correction(&record(1), lot);
    let resource =
        crate::exchange::to_immunization(&entry, &Profile::default(), &catalogue).unwrap();
    let mut resource = serde_json::to_value(resource).unwrap();
    resource["id"] = json!("1");
    resource["meta"] = json!({"versionId": "2", "lastUpdated": "2021-11-20T10:21:00+09:00"});
    Ok(fhir(200, &resource))
}

#[test]
fn a_412_for_what_was_sent_already_is_a_lost_reply() {
    let mut station = corrected_and_met_by_412(|| resource_with_lot("FJ0001"));
    assert_eq!(station.states(&record(1)), [State::Acknowledged; 2]);
    let history = station.store.history(record(1).id).unwrap();
    let receipt = history[1].receipt.clone().unwrap();
    assert_eq!(receipt.location, "Immunization/1/_history/2");
    assert_eq!(receipt.etag, "W/\"2\"");
}

#[test]
fn a_412_for_something_else_is_a_persons_to_decide() {
    let mut station = corrected_and_met_by_412(|| resource_with_lot("FJ9999"));
    let states = station.states(&record(1));
    assert_eq!(states, [State::Acknowledged, State::Conflict]);
}

#[test]
fn a_412_that_cannot_be_looked_into_is_sent_again() {
    for resource in [
        (|| status(500)) as fn() -> Reply,
        || Err(Failure::TimedOut),
        || Ok(fhir(200, &json!({"resourceType": "Immunization"}))),
    ] {
        let mut station = corrected_and_met_by_412(resource);
        assert_eq!(station.watch.waits.len(), 1);
        let states = station.states(&record(1));
        assert_eq!(states, [State::Acknowledged, State::Queued]);
    }
}

#[test]
fn a_cancelled_record_that_the_server_refused_leaves_nothing_behind() {
    let mut station = Station::with_records(1, vec![|_| Ok(responses(&["409"]))]);
    let steps = [(2, Event::Send), (2, Event::Unanswered)];
    let witnessed = Witnessed::new(OperatorId::new("sync").unwrap(), station.clock.now());
    station.store.advance(&steps, &witnessed).unwrap();
    station.record(&cancellation(&record(1)));
    station.deliver().unwrap();
    // Whether the first attempt had arrived is not known, so the cancellation goes out too.
    let states = station.states(&record(1));
    assert_eq!(states, [State::Withdrawn, State::Acknowledged]);
    assert_eq!(station.store.counts(None).unwrap().open(), 0);
}

#[test]
fn what_a_killed_run_had_sent_is_sent_again() {
    let mut station = Station::with_records(2, vec![]);
    let witnessed = Witnessed::new(OperatorId::new("sync").unwrap(), station.clock.now());
    let steps = [(2, Event::Send), (3, Event::Send)];
    station.store.advance(&steps, &witnessed).unwrap();
    assert_eq!(station.count(State::Sending), 2);
    assert_eq!(station.deliver().unwrap().delivered, 2);
}

#[test]
fn with_a_wrong_clock_delivery_pauses_and_recording_goes_on() {
    let mut station = Station::with_records(1, vec![]);
    station.clock.0.lock().unwrap().wall += jiff::SignedDuration::from_hours(48);
    station.watch.most = 0;
    let done = station.deliver().unwrap();
    assert_eq!(done.stopped, Some(Why::Clock));
    assert!(station.sizes().is_empty());
    station.record(&record(2));
    assert_eq!(station.count(State::Queued), 2);
}

#[test]
fn a_training_directory_sends_nothing_to_a_server_for_production() {
    let mut station = Station::with_records(1, vec![]);
    station.server.0.lock().unwrap().metadata = || {
        Ok(Answer {
            training: false,
            ..fhir(200, &json!({"resourceType": "CapabilityStatement"}))
        })
    };
    let refused = station.deliver();
    assert!(matches!(refused, Err(DeliveryError::OtherKind(_))));
    assert!(station.sizes().is_empty());
    assert_eq!(station.server.0.lock().unwrap().tokens, 0);
}

#[test]
fn an_outage_is_not_forgotten_by_a_restart() {
    let mut station = Station::with_records(1, vec![]);
    station.server.0.lock().unwrap().metadata = || Err(Failure::Unreachable("refused".into()));
    station.watch.most = 7;
    station.deliver().unwrap();
    assert_eq!(station.store.reach().unwrap().unwrap().failures, 8);
    assert_eq!(
        station.store.in_state(State::Queued, 9).unwrap()[0].attempts,
        0
    );
    station.watch.waits.clear();
    station.watch.most = 1;
    station.deliver().unwrap();
    let failures = station.watch.waits.iter().map(|wait| wait.failures);
    let failures: Vec<u32> = failures.collect();
    assert_eq!(
        failures,
        [8, 9],
        "the attempt that somebody asked for counts for nothing"
    );
}

#[test]
fn a_station_that_is_restarted_in_an_outage_waits_unless_somebody_asks_for_it() {
    let mut station = Station::with_records(1, vec![]);
    let reach = Reach {
        failures: 9,
        batch_limit: 200,
    };
    station.store.keep_reach(reach).unwrap();
    station.unattended = true;
    station.watch.most = 0;
    assert_eq!(station.deliver().unwrap().delivered, 0);
    assert_eq!(station.watch.waits[0].wait, Duration::from_secs(128));
    assert_eq!(station.server.0.lock().unwrap().tokens, 0);
    station.unattended = false;
    assert_eq!(station.deliver().unwrap().delivered, 1);
}

#[test]
fn who_asks_in_an_outage_gets_one_attempt_and_the_old_wait_goes_on() {
    let mut station = Station::with_records(1, vec![|_| status(503); 3]);
    let reach = Reach {
        failures: 9,
        batch_limit: 200,
    };
    station.store.keep_reach(reach).unwrap();
    station.unattended = true;
    station.watch = Patient {
        most: 3,
        cut: vec![1, 2, 3],
        ..Patient::default()
    };
    station.deliver().unwrap();
    assert_eq!(station.server.0.lock().unwrap().sizes, [1, 1, 1]);
    let waits = station.watch.waits.iter();
    let waits: Vec<_> = waits
        .map(|one| (one.wait.as_secs(), one.failures))
        .collect();
    assert_eq!(waits, [(128, 9); 4]);
    assert_eq!(station.store.reach().unwrap(), Some(reach));
    station.watch = Patient {
        most: 1,
        cut: vec![1],
        ..Patient::default()
    };
    assert_eq!(station.deliver().unwrap().delivered, 1);
}

#[test]
fn a_gateway_that_refuses_everything_refuses_no_record() {
    let blocked: fn(&Value) -> Reply = |_| {
        Ok(Answer {
            content_type: Some("text/html".into()),
            ..fhir(400, &json!("<html>"))
        })
    };
    let mut station = Station::with_records(3, vec![blocked; 50]);
    station.watch.most = 20;
    station.deliver().unwrap();
    assert_eq!(station.count(State::Queued), 3);
}

#[test]
fn a_correction_of_what_arrived_unnoticed_and_was_refused_later_reaches_the_server() {
    let mut station = Station::whose_record_arrived_and_was_refused_later();
    station.record(&correction(&record(1), "FJ0001"));
    // The record is there, with what it said first; so the correction goes onto its version.
    station.deliver().unwrap();
    let states = station.states(&record(1));
    assert_eq!(states, [State::Withdrawn, State::Acknowledged]);
    let seen = station.server.0.lock().unwrap().seen.clone();
    assert_eq!(seen[0]["entry"][0]["request"]["method"], "POST");
    assert_eq!(seen[1]["entry"][0]["request"]["ifMatch"], "W/\"7\"");
    assert_eq!(seen[1]["entry"][0]["resource"]["lotNumber"], "FJ0001");
}

#[test]
fn a_cancellation_of_what_arrived_unnoticed_and_was_refused_later_reaches_the_server() {
    let mut station = Station::whose_record_arrived_and_was_refused_later();
    station.record(&cancellation(&record(1)));
    station.deliver().unwrap();
    let seen = station.server.0.lock().unwrap().seen.clone();
    assert_eq!(
        seen[1]["entry"][0]["resource"]["status"],
        "entered-in-error"
    );
    assert_eq!(station.store.counts(None).unwrap().open(), 0);
}

/// What the server has of record 1: as it was recorded first, but in a later version.
fn resource_of_record_one() -> Reply {
    let catalogue = Catalogue::built_in().unwrap();
    let resource =
        crate::exchange::to_immunization(&record(1), &Profile::default(), &catalogue).unwrap();
    let mut resource = serde_json::to_value(resource).unwrap();
    resource["meta"] = json!({"versionId": "7"});
    Ok(fhir(200, &resource))
}

#[test]
fn a_version_that_the_server_raised_by_itself_does_not_strand_a_change() {
    let mut station = Station::with_records(1, vec![]);
    station.deliver().unwrap();
    station.record(&cancellation(&record(1)));
    let mut server = station.server.0.lock().unwrap();
    server.batches = vec![|_| Ok(responses(&["412 Precondition Failed"]))];
    server.resource = || resource_of_record_one();
    drop(server);
    station.deliver().unwrap();
    assert_eq!(station.states(&record(1)), [State::Acknowledged; 2]);
    let seen = station.server.0.lock().unwrap().seen.clone();
    assert_eq!(seen[2]["entry"][0]["request"]["ifMatch"], "W/\"7\"");
}

#[test]
fn a_server_for_training_that_answers_in_the_middle_of_production_acknowledges_nothing() {
    let mut station = Station::with_records(1, vec![]);
    station.api = Api::new(
        Box::new(station.server.clone()),
        "https://api.example/fhir".into(),
        DirectoryKind::Production,
        Credentials {
            client_id: "station-1".into(),
            key: DeviceKey::generate().unwrap(),
        },
    );
    station.server.0.lock().unwrap().metadata = || {
        Ok(Answer {
            training: false,
            ..fhir(200, &json!({"resourceType": "CapabilityStatement"}))
        })
    };
    station.watch.most = 0;
    let done = station.deliver().unwrap();
    assert_eq!((done.delivered, done.stopped), (0, Some(Why::ServerKind)));
    assert_eq!(station.count(State::Queued), 1);
}

#[test]
fn a_product_that_left_the_tables_is_refused_here_and_its_neighbours_go_through() {
    let mut station = Station::with_records(2, vec![]);
    let mut odd = record(3);
    if let crate::intake::Outcome::Given(vaccine) = &mut odd.record.outcome {
        vaccine.product = "gone-1".parse().unwrap();
    }
    station.record(&odd);
    assert_eq!(station.deliver().unwrap().delivered, 2);
    assert_eq!(station.states(&odd), [State::Rejected]);
}
