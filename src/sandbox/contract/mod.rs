//! The contract of the rules: one suite, on SQLite always, and on the PostgreSQL whose URL
//! `UKETSUKE_TEST_POSTGRES` has, where the program is built with it.

mod again;
mod at_once;
mod flaws;

use std::sync::Arc;

use serde_json::{Value, json};

use super::database;
use super::registry::Registry;
use super::render;
use super::rules::Receipt;
use super::samples::{Desk, cancelled, consulted, given, post, put, urn, with};
use crate::exchange::Profile;

const PATIENT: &str = "Immunization.patient.identifier";

/// Opens a database as often as several sandboxes would.
type Open = Box<dyn Fn() -> Arc<dyn Registry>>;

/// Runs `test` on every database there is, empty each time.
fn on_each(test: impl Fn(&Open)) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let open: Open = Box::new(move || database::open(&path, None).unwrap());
    test(&open);
    #[cfg(feature = "postgres")]
    if let Ok(url) = std::env::var("UKETSUKE_TEST_POSTGRES") {
        let schema = on_postgres::Schema::new(&url);
        let url = schema.url();
        let open: Open = Box::new(move || database::open("".as_ref(), Some(&url)).unwrap());
        test(&open);
    }
}

fn on_one(test: impl Fn(&dyn Registry)) {
    on_each(|open| test(open().as_ref()));
}

#[cfg(feature = "postgres")]
mod on_postgres {
    use super::super::database::DatabaseUrl;
    use uuid::Uuid;

    /// A schema of its own for each test.
    pub(super) struct Schema {
        url: String,
        name: String,
    }

    impl Schema {
        pub(super) fn new(url: &str) -> Self {
            let name = format!("test_{}", Uuid::new_v4().simple());
            let schema = Self {
                url: url.to_owned(),
                name,
            };
            schema.run(&format!("CREATE SCHEMA {}", schema.name));
            schema
        }

        fn run(&self, statement: &str) {
            let mut client = postgres::Client::connect(&self.url, postgres::NoTls).unwrap();
            client.batch_execute(statement).unwrap();
        }

        pub(super) fn url(&self) -> DatabaseUrl {
            let joint = if self.url.contains('?') { '&' } else { '?' };
            let (url, name) = (&self.url, &self.name);
            let url = format!("{url}{joint}options=-c%20search_path%3D{name}");
            DatabaseUrl::new(&url).unwrap()
        }
    }

    impl Drop for Schema {
        fn drop(&mut self) {
            self.run(&format!("DROP SCHEMA {} CASCADE", self.name));
        }
    }
}

fn shown(registry: &dyn Registry, receipt: &Receipt) -> Value {
    let profile = Profile::default();
    let found = registry.within(|tables| {
        let resource = tables.resource(receipt.id)?;
        let show = |r| render::current(tables, &r, &profile);
        resource.map(show).transpose()
    });
    found.unwrap().unwrap()
}

fn identities(resource: &Value) -> Vec<String> {
    let identifiers = resource["identifier"].as_array().unwrap();
    let value = |identifier: &Value| identifier["value"].as_str().unwrap().to_owned();
    identifiers.iter().map(value).collect()
}

fn notes(registry: &dyn Registry) -> i64 {
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method's path is for one lifetime only"
    )]
    registry.within(|tables| tables.notes()).unwrap()
}

#[test]
fn a_new_record_is_created_and_the_same_identity_again_finds_it() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        let receipt = desk.created(&post(given(1, 7)));
        assert_eq!(desk.held(&post(given(1, 7))), receipt);
        let encoded = json!(format!(
            "identifier=urn%3Aietf%3Arfc%3A3986%7C{}",
            urn(1).replace(':', "%3A")
        ));
        let entry = with(post(given(1, 7)), "/request/ifNoneExist", encoded);
        assert_eq!(desk.held(&entry), receipt);
        assert_eq!(
            receipt.location(),
            format!("Immunization/{}/_history/1", receipt.id)
        );
    });
}

#[test]
fn elements_that_are_not_known_here_come_back_out_with_profile_version_and_mark() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        let mut resource = given(1, 7);
        resource["note"] = json!([{"text": "左腕"}]);
        let shown = shown(registry, &desk.created(&post(resource.clone())));
        assert_eq!(shown["note"], resource["note"]);
        assert_eq!(shown["meta"]["profile"], resource["meta"]["profile"]);
        assert_eq!(shown["meta"]["versionId"], "1");
        assert_eq!(shown["meta"]["lastUpdated"], "2021-11-20T10:00:00+09:00");
        assert_eq!(shown["meta"]["tag"][0]["code"], "TRAINING");
    });
}

#[test]
fn the_same_content_under_another_identity_is_held_and_found_under_both() {
    on_one(|registry| {
        let (a, b) = (Desk::new(registry, "st-a"), Desk::new(registry, "st-b"));
        let receipt = a.created(&post(given(1, 7)));
        assert_eq!(b.held(&post(given(2, 7))), receipt);
        assert_eq!(b.held(&post(given(2, 7))), receipt, "the reply was lost");
        let shown = shown(registry, &receipt);
        assert_eq!(identities(&shown), [urn(1), urn(2)]);
        assert_eq!(shown["meta"]["versionId"], "1", "no new version");
        assert_eq!(notes(registry), 0);
    });
}

#[test]
fn lots_in_other_width_and_case_are_the_same_and_venues_spelled_otherwise_are_noted() {
    on_one(|registry| {
        let (a, b) = (Desk::new(registry, "st-a"), Desk::new(registry, "st-b"));
        let receipt = a.created(&post(given(1, 7)));
        let other = with(given(2, 7), "/lotNumber", json!("ｆｊ７４８９"));
        let other = with(other, "/vaccineCode/text", json!("ｺﾐﾅﾃｨ筋注"));
        let other = with(other, "/location/display", json!("市民会館 大ホール"));
        assert_eq!(b.held(&post(other)), receipt);
        assert_eq!(notes(registry), 1);
    });
}

#[test]
fn other_content_under_the_same_key_is_a_conflict_that_shows_nothing() {
    on_one(|registry| {
        let (a, b) = (Desk::new(registry, "st-a"), Desk::new(registry, "st-b"));
        a.created(&post(given(1, 7)));
        for (pointer, value) in [
            ("/lotNumber", json!("FK0108")),
            ("/occurrenceDateTime", json!("2021-11-19")),
            ("/vaccineCode/coding/0/code", json!("207")),
            ("/vaccineCode/text", json!("スパイクバックス筋注")),
        ] {
            let entry = post(with(given(2, 7), pointer, value));
            let refusal = b.refused(&entry);
            assert_eq!(refusal.status.as_u16(), 409, "{pointer}");
            assert_eq!(refusal.issues[0].code, "conflict");
            assert_eq!(refusal.issues[0].expression, [PATIENT]);
            let text = serde_json::to_string(&refusal.outcome()).unwrap();
            assert!(!text.contains("0000000007") && !text.contains("FJ7489"));
        }
        b.created(&post(given(2, 8)));
        let dose = "/protocolApplied/0/doseNumberPositiveInt";
        b.created(&post(with(given(3, 7), dose, json!(2))));
    });
}

#[test]
fn a_consultation_is_keyed_by_its_day_too() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        let monday = desk.created(&post(consulted(1, 7, "2021-11-15")));
        desk.created(&post(consulted(2, 7, "2021-11-16")));
        desk.created(&post(given(3, 7)));
        assert_eq!(desk.held(&post(consulted(4, 7, "2021-11-15"))), monday);
        let other_vaccine = with(
            consulted(5, 7, "2021-11-15"),
            "/vaccineCode/coding/0/code",
            json!("213"),
        );
        assert_eq!(desk.held(&post(other_vaccine)), monday, "none was given");
    });
}

#[test]
fn what_was_entered_in_error_stands_in_nobodys_way() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        let first = desk.created(&post(given(1, 7)));
        let cancelled = desk.held(&put(first.id.0, 1, cancelled(given(1, 7))));
        assert_eq!(cancelled.version.0, 2);
        let again = desk.created(&post(with(given(2, 7), "/lotNumber", json!("FK0108"))));
        assert_ne!(again.id, first.id);
        let back = desk.refusal(&put(first.id.0, 2, given(1, 7)));
        assert_eq!(back, (422, "Immunization.status".to_owned()));
    });
}

#[test]
fn a_correction_needs_the_version_of_its_receipt() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        let first = desk.created(&post(given(1, 7)));
        let corrected = with(given(1, 7), "/lotNumber", json!("FK0108"));
        let entry = put(first.id.0, 1, corrected);
        let second = desk.held(&entry);
        assert_eq!((second.id, second.version.0), (first.id, 2));
        assert_eq!(desk.refusal(&entry).0, 412, "the version has gone on");
        assert_eq!(shown(registry, &second)["lotNumber"], "FK0108");
        let earlier = registry.within(|tables| tables.earlier(first.id, first.version));
        assert!(earlier.unwrap().unwrap().0.contains("FJ7489"));
    });
}

#[test]
fn a_change_of_nothing_of_others_and_under_another_identity_is_refused() {
    on_one(|registry| {
        let (a, b) = (Desk::new(registry, "st-a"), Desk::new(registry, "st-b"));
        let receipt = a.created(&post(given(1, 7)));
        let id = receipt.id.0;
        assert_eq!(a.refusal(&put(id + 100, 1, given(1, 7))).0, 404);
        let no_id = with(
            put(id, 1, given(1, 7)),
            "/request/url",
            json!("Immunization/x"),
        );
        assert_eq!(a.refusal(&no_id).0, 404);
        assert_eq!(b.refusal(&put(id, 1, given(1, 7))).0, 403);
        let other = a.refusal(&put(id, 1, given(2, 7)));
        assert_eq!(other, (422, "Immunization.identifier".to_owned()));
        let no_tag = put(id, 1, given(1, 7));
        let no_tag = with(no_tag, "/request/ifMatch", Value::Null);
        assert_eq!(a.refusal(&no_tag).0, 422);
    });
}

#[test]
fn a_wrong_number_or_dose_is_cancelled_and_entered_anew_never_corrected() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        let receipt = desk.created(&post(given(1, 7)));
        let dose = "/protocolApplied/0/doseNumberPositiveInt";
        for resource in [given(1, 8), with(given(1, 7), dose, json!(2))] {
            let refusal = desk.refusal(&put(receipt.id.0, 1, resource));
            assert_eq!(refusal, (422, PATIENT.to_owned()));
        }
    });
}

#[test]
fn a_correction_that_collides_with_another_record_is_a_conflict() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        desk.created(&post(consulted(1, 7, "2021-11-15")));
        let second = desk.created(&post(consulted(2, 7, "2021-11-16")));
        let moved = put(second.id.0, 1, consulted(2, 7, "2021-11-15"));
        assert_eq!(desk.refusal(&moved).0, 409);
        let free = put(second.id.0, 1, consulted(2, 7, "2021-11-17"));
        assert_eq!(desk.held(&free).version.0, 2);
        desk.created(&post(given(3, 7)));
        let to_given = put(second.id.0, 2, given(2, 7));
        assert_eq!(desk.refusal(&to_given).0, 409);
    });
}

#[test]
fn cancelling_a_shared_record_leaves_what_the_other_station_said() {
    on_one(|registry| {
        let (a, b) = (Desk::new(registry, "st-a"), Desk::new(registry, "st-b"));
        let shared = a.created(&post(given(1, 7)));
        b.held(&post(given(2, 7)));
        let entry = put(shared.id.0, 99, cancelled(given(1, 7)));
        let split = a.held(&entry);
        assert_ne!(split.id, shared.id);
        assert_eq!(a.held(&entry), split, "the reply was lost");
        let own = shown(registry, &split);
        assert_eq!(own["status"], "entered-in-error");
        assert_eq!(identities(&own), [urn(1)]);
        let others = shown(registry, &shared);
        assert_eq!(others["status"], "completed");
        assert_eq!(identities(&others), [urn(2)]);
        assert_eq!(others["meta"]["versionId"], "1");
        // What remains is the other station's alone.
        let corrected = with(given(2, 7), "/lotNumber", json!("FK0108"));
        assert_eq!(a.refusal(&put(shared.id.0, 1, corrected.clone())).0, 403);
        assert_eq!(b.held(&put(shared.id.0, 1, corrected)).version.0, 2);
    });
}

#[test]
fn two_records_of_one_station_are_cancelled_one_by_one() {
    on_one(|registry| {
        let desk = Desk::new(registry, "st-a");
        let shared = desk.created(&post(given(1, 7)));
        desk.held(&post(given(2, 7)));
        let split = desk.held(&put(shared.id.0, 1, cancelled(given(2, 7))));
        assert_ne!(split.id, shared.id);
        let again = desk.held(&put(shared.id.0, 1, cancelled(given(2, 7))));
        assert_eq!(again, split, "the reply was lost");
        let last = desk.held(&put(shared.id.0, 1, cancelled(given(1, 7))));
        assert_eq!((last.id, last.version.0), (shared.id, 2));
    });
}

#[test]
fn a_correction_of_a_shared_record_never_changes_what_the_others_said() {
    on_one(|registry| {
        let (a, b) = (Desk::new(registry, "st-a"), Desk::new(registry, "st-b"));
        let shared = a.created(&post(given(1, 7)));
        b.held(&post(given(2, 7)));
        let id = shared.id.0;
        for (desk, n) in [(&a, 1), (&b, 2)] {
            let corrected = with(given(n, 7), "/lotNumber", json!("FK0108"));
            assert_eq!(desk.refusal(&put(id, 1, corrected)).0, 409);
        }
        let respelled = |n| with(given(n, 7), "/location/display", json!("市民会館 大ホール"));
        assert_eq!(b.held(&put(id, 1, respelled(2))), shared);
        assert_eq!(notes(registry), 1);
        assert_eq!(a.held(&put(id, 1, respelled(1))).version.0, 2);
        assert_eq!(b.refusal(&put(id, 1, respelled(2))).0, 412);
    });
}

#[test]
fn an_audit_chain_that_goes_back_is_noted() {
    use super::clients::{AuditHead, Client};
    use super::ids::ClientId;
    use super::random::Fingerprint;
    on_one(|registry| {
        let client = Client {
            id: ClientId("st-a".to_owned()),
            x: String::new(),
            y: String::new(),
        };
        let code = Fingerprint::of("code");
        let stations = registry
            .within(|tables| {
                tables.add_code(&code)?;
                tables.enrol(&code, &client, super::samples::now())?;
                for sequence in [5, 9, 4, 9] {
                    let head = "ab".to_owned();
                    tables.keep_audit_head(&client.id, &AuditHead { sequence, head })?;
                }
                tables.stations()
            })
            .unwrap();
        assert_eq!(stations[0].went_back, 1);
        assert_eq!(stations[0].audit.as_ref().unwrap().sequence, 9);
    });
}
