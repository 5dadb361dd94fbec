//! The server as a station meets it: over a real connection.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;
use ureq::http::{Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use super::samples::{HandClock, cancelled, given, now, post, put, urn, with};
use super::{FaultKind, Faults, Running, Sandbox, SandboxError, Settings};
use crate::keys::DeviceKey;
use crate::sync::wire::{AssertionClaims, FHIR_JSON, JWT_ASSERTION, SCOPE};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A running sandbox whose clock the test moves.
struct Room {
    _folder: TempDir,
    clock: Arc<HandClock>,
    running: Running,
    agent: Agent,
}

/// An answer, read whole.
struct Answer {
    status: u16,
    headers: ureq::http::HeaderMap,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// The status of each entry of a batch response.
    fn statuses(&self) -> Vec<String> {
        let body = self.json();
        assert_eq!(body["type"], "batch-response", "{body}");
        let entries = body["entry"].as_array().unwrap();
        let status = |entry: &Value| entry["response"]["status"].as_str().unwrap().to_owned();
        entries.iter().map(status).collect()
    }
}

fn agent(ca: Option<&str>) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)));
    if let Some(ca) = ca {
        let ca = Certificate::from_pem(ca.as_bytes()).unwrap();
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::from(vec![ca]))
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::ring::default_provider(),
            ))
            .build();
        config = config.tls_config(tls);
    }
    config.build().into()
}

impl Room {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = HandClock::new();
        let mut settings = Settings::new(folder.path().to_owned());
        settings.clock = Arc::clone(&clock) as _;
        change(&mut settings);
        let running = Sandbox::start(settings).unwrap();
        let agent = agent(running.ca_pem());
        Self {
            _folder: folder,
            clock,
            running,
            agent,
        }
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, ureq::Error> {
        let url = format!("{}{path}", self.running.url());
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response: Response<ureq::Body> = if body.is_empty() {
            self.agent.run(request.body(()).unwrap())?
        } else {
            self.agent.run(request.body(body).unwrap())?
        };
        let (parts, mut body) = response.into_parts();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.read_to_string()?,
        })
    }

    fn get(&self, path: &str, token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        self.ask("GET", path, &[("authorization", &bearer)], "").unwrap()
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", FHIR_JSON)];
        self.ask(method, path, &headers, &body.to_string()).unwrap()
    }

    fn batch(&self, token: &str, entries: &[Value]) -> Answer {
        self.send("POST", "/", token, &bundle(entries))
    }

    fn enrol(&self, key: &DeviceKey, code: &str) -> Answer {
        let (x, y) = key.coordinates();
        let jwk = json!({"kty": "EC", "crv": "P-384", "x": x, "y": y, "alg": "ES384"});
        let body = json!({"code": code, "jwk": jwk}).to_string();
        self.ask("POST", "/enrol", &[("content-type", JSON)], &body).unwrap()
    }

    fn station(&self) -> Station {
        let key = DeviceKey::generate().unwrap();
        let enrolled = self.enrol(&key, &self.running.next_code().unwrap());
        assert_eq!(enrolled.status, 201, "{}", enrolled.body);
        let client = enrolled.json()["client_id"].as_str().unwrap().to_owned();
        Station { key, client }
    }

    fn ask_token(&self, assertion: &str) -> Answer {
        self.ask("POST", "/token", &[("content-type", FORM)], &form(assertion)).unwrap()
    }

    fn token(&self, station: &Station, jti: &str) -> String {
        let answer = self.ask_token(&station.assertion(self, |claims| jti.clone_into(&mut claims.jti)));
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }
}

struct Station {
    key: DeviceKey,
    client: String,
}

impl Station {
    fn assertion(&self, room: &Room, change: impl FnOnce(&mut AssertionClaims)) -> String {
        let mut claims = AssertionClaims {
            iss: self.client.clone(),
            sub: self.client.clone(),
            aud: format!("{}/token", room.running.url()),
            exp: now().as_second() + 240,
            jti: "1".to_owned(),
        };
        change(&mut claims);
        self.key.token(&claims).unwrap()
    }
}

fn form(assertion: &str) -> String {
    let encoded = |text: &str| text.replace(':', "%3A").replace('/', "%2F");
    format!(
        "grant_type=client_credentials&client_assertion_type={}&scope={}&client_assertion={assertion}",
        encoded(JWT_ASSERTION),
        encoded(SCOPE)
    )
}

fn bundle(entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": "batch", "entry": entries})
}

#[test]
fn a_station_enrols_gets_a_token_and_delivers_a_batch() {
    let room = Room::new(|_| {});
    let station = room.station();
    let token = room.token(&station, "1");
    let mut flawed = given(3, 3);
    flawed["patient"]["identifier"]["value"] = json!("131017-0000000003");
    let entries = [post(given(1, 1)), post(flawed), json!(7), post(given(4, 4))];
    for base in ["/", "/fhir", "/fhir/"] {
        let answer = room.send("POST", base, &token, &bundle(&entries));
        let created = if base == "/" { "201 Created" } else { "200 OK" };
        let refused = "422 Unprocessable Entity";
        assert_eq!(answer.statuses(), [created, refused, refused, created], "{base}");
        assert_eq!(answer.header("x-batch-limit"), "200");
        assert_eq!(answer.header("content-type"), FHIR_JSON);
        let first = &answer.json()["entry"][0]["response"];
        assert_eq!(first["location"], "Immunization/1/_history/1");
        assert_eq!(first["etag"], "W/\"1\"");
        assert_eq!(first["lastModified"], "2021-11-20T10:00:00+09:00");
    }
    assert_eq!(room.running.dump().unwrap().len(), 2);
    room.running.stop();
}

#[test]
fn every_answer_is_marked_as_training_and_dated_by_the_training_clock() {
    let room = Room::new(|_| {});
    for (method, path, status) in [
        ("GET", "/metadata", 200),
        ("GET", "/fhir/metadata", 200),
        ("GET", "/nowhere", 404),
        ("DELETE", "/metadata", 405),
        ("GET", "/Immunization/1", 401),
        ("POST", "/", 401),
        ("POST", "/token", 415),
    ] {
        let answer = room.ask(method, path, &[], "").unwrap();
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("x-training"), "TRAINING");
        assert_eq!(answer.header("date"), "Sat, 20 Nov 2021 01:00:00 GMT");
        assert_eq!(answer.headers.get_all("date").iter().count(), 1);
        if status != 200 {
            assert_eq!(answer.json()["resourceType"], "OperationOutcome", "{path}");
        }
    }
    let unauthorized = room.ask("GET", "/Immunization/1", &[], "").unwrap();
    assert_eq!(unauthorized.header("www-authenticate"), "Bearer");
}

#[test]
fn a_code_is_used_once_and_again_only_by_the_device_that_used_it() {
    let codes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&codes);
    let room = Room::new(|settings| {
        settings.on_code = Some(Arc::new(move |code| {
            assert_eq!(code.len(), 14);
            counted.fetch_add(1, Ordering::SeqCst);
        }));
    });
    let code = room.running.next_code().unwrap();
    let key = DeviceKey::generate().unwrap();
    let first = room.enrol(&key, &code);
    let again = room.enrol(&key, &code.to_lowercase().replace('-', " "));
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
    let other = DeviceKey::generate().unwrap();
    assert_eq!(room.enrol(&other, &code).status, 403);
    assert_eq!(room.enrol(&other, "AAAA-BBBB-CCCC").status, 403);
    assert_eq!(codes.load(Ordering::SeqCst), 1, "the next code is due once");
}

#[test]
fn an_assertion_has_to_be_right_in_every_claim_and_is_used_once() {
    let room = Room::new(|_| {});
    let station = room.station();
    let stranger = Station {
        key: DeviceKey::generate().unwrap(),
        client: station.client.clone(),
    };
    let url = room.running.url().to_owned();
    let in_seconds = |seconds: i64| now().as_second() + seconds;
    let wrong = [
        station.assertion(&room, |c| c.iss = "st-other".to_owned()),
        station.assertion(&room, |c| c.sub = "st-other".to_owned()),
        station.assertion(&room, |c| c.aud = "https://elsewhere.example/token".to_owned()),
        station.assertion(&room, |c| c.exp = in_seconds(-61)),
        station.assertion(&room, |c| c.exp = in_seconds(361)),
        station.assertion(&room, |c| c.jti = String::new()),
        stranger.assertion(&room, |_| {}),
        "no.jwt.atall".to_owned(),
    ];
    for assertion in &wrong {
        let answer = room.ask_token(assertion);
        assert_eq!(answer.status, 401, "{}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_client");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    for (jti, aud) in [("a", "/token"), ("b", "/fhir/token"), ("c", ""), ("d", "/fhir")] {
        let assertion = station.assertion(&room, |claims| {
            jti.clone_into(&mut claims.jti);
            claims.aud = format!("{url}{aud}");
        });
        let answer = room.ask_token(&assertion);
        assert_eq!(answer.status, 200, "{aud}: {}", answer.body);
        assert!(answer.json()["expires_in"].as_u64().unwrap() <= 300);
        assert_eq!(answer.header("x-batch-limit"), "200");
        assert_eq!(room.ask_token(&assertion).status, 401, "used before");
    }
}

#[test]
fn another_algorithm_is_no_proof() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let room = Room::new(|_| {});
    let station = room.station();
    let assertion = station.assertion(&room, |_| {});
    let (_, rest) = assertion.split_once('.').unwrap();
    let (claims, _) = rest.split_once('.').unwrap();
    for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"ES256"}"#] {
        let header = URL_SAFE_NO_PAD.encode(header);
        for forged in [format!("{header}.{rest}"), format!("{header}.{claims}.")] {
            let answer = room.ask_token(&forged);
            assert_eq!(answer.json()["error"], "invalid_client", "{forged}");
        }
    }
}

#[test]
fn a_token_request_for_something_else_is_told_so() {
    let room = Room::new(|_| {});
    let station = room.station();
    let right = form(&station.assertion(&room, |_| {}));
    for (form, error) in [
        (right.replace("client_credentials", "password"), "unsupported_grant_type"),
        (right.replace("jwt-bearer", "saml2-bearer"), "invalid_request"),
        (right.replace("Immunization.cru", "*.cruds"), "invalid_scope"),
        (format!("{right}&scope=twice"), "invalid_request"),
        ("grant_type=%ff".to_owned(), "invalid_request"),
    ] {
        let answer = room.ask("POST", "/token", &[("content-type", FORM)], &form).unwrap();
        assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some(error)));
    }
}

#[test]
fn a_token_ends_after_five_minutes_and_is_good_at_every_sandbox_of_the_database() {
    let room = Room::new(|_| {});
    let station = room.station();
    let token = room.token(&station, "1");
    let mut settings = Settings::new(room._folder.path().to_owned());
    settings.clock = Arc::clone(&room.clock) as _;
    let beside = Sandbox::start(settings).unwrap();
    let url = format!("{}/Immunization/1", beside.url());
    let bearer = format!("Bearer {token}");
    let answer = room.agent.get(url).header("authorization", bearer).call();
    assert_eq!(answer.unwrap().status(), 404);
    room.clock.pass(Duration::from_secs(299));
    assert_eq!(room.get("/Immunization/1", &token).status, 404);
    room.clock.pass(Duration::from_secs(2));
    assert_eq!(room.get("/Immunization/1", &token).status, 401);
    assert_eq!(room.get("/Immunization/1", "nonsense").status, 401);
}

#[test]
fn a_station_reads_its_own_records_and_nobody_elses() {
    let room = Room::new(|_| {});
    let (a, b) = (room.station(), room.station());
    let (token, other) = (room.token(&a, "1"), room.token(&b, "1"));
    room.batch(&token, &[post(given(1, 1))]);
    room.batch(&token, &[put(1, 1, cancelled(given(1, 1)))]);
    let read = room.get("/fhir/Immunization/1", &token);
    assert_eq!((read.status, read.header("etag")), (200, "W/\"2\""));
    assert_eq!(read.json()["status"], "entered-in-error");
    let first = room.get("/Immunization/1/_history/1", &token).json();
    assert_eq!(first["status"], "completed");
    assert_eq!(first["meta"]["versionId"], "1");
    assert_eq!(room.get("/Immunization/1/_history/3", &token).status, 404);
    assert_eq!(room.get("/Immunization/2", &token).status, 404);
    assert_eq!(room.get("/Immunization/1", &other).status, 403);
    let search = |token: &str, n| {
        let query = format!("/Immunization?identifier=urn:ietf:rfc:3986%7C{}", urn(n));
        room.get(&query, token).json()
    };
    let found = search(&token, 1);
    assert_eq!((&found["type"], &found["total"]), (&json!("searchset"), &json!(1)));
    assert_eq!(found["entry"][0]["resource"]["id"], "1");
    assert_eq!(search(&token, 2)["total"], 0);
    assert_eq!(search(&other, 1)["total"], 0);
    assert_eq!(room.get("/Immunization?patient=1", &token).status, 400);
}

#[test]
fn one_record_alone_goes_the_same_way_as_in_a_batch() {
    let room = Room::new(|_| {});
    let token = room.token(&room.station(), "1");
    let bearer = format!("Bearer {token}");
    let query = format!("identifier=urn:ietf:rfc:3986|{}", urn(1));
    let headers = |name, value| {
        [("authorization", bearer.as_str()), ("content-type", FHIR_JSON), (name, value)]
    };
    let body = given(1, 1).to_string();
    let made = room.ask("POST", "/Immunization", &headers("if-none-exist", &query), &body).unwrap();
    assert_eq!((made.status, made.header("etag")), (201, "W/\"1\""));
    assert!(made.header("location").ends_with("/Immunization/1/_history/1"));
    let again = room.ask("POST", "/Immunization", &headers("if-none-exist", &query), &body).unwrap();
    assert_eq!(again.status, 200);
    let body = with(given(1, 1), "/lotNumber", json!("FK0108")).to_string();
    let tag = headers("if-match", "W/\"1\"");
    let changed = room.ask("PUT", "/fhir/Immunization/1", &tag, &body).unwrap();
    assert_eq!((changed.status, changed.json()["lotNumber"].as_str()), (200, Some("FK0108")));
    assert_eq!(room.ask("PUT", "/Immunization/1", &tag, &body).unwrap().status, 412);
}

#[test]
fn what_is_no_batch_is_refused_as_a_whole() {
    let room = Room::new(|settings| settings.batch_limit = 2);
    let token = room.token(&room.station(), "1");
    let entries: Vec<Value> = (1..=3).map(|n| post(given(n, n))).collect();
    let too_many = room.batch(&token, &entries);
    assert_eq!((too_many.status, too_many.header("x-batch-limit")), (413, "2"));
    let mut transaction = bundle(&entries[..1]);
    transaction["type"] = json!("transaction");
    assert_eq!(room.send("POST", "/", &token, &transaction).status, 400);
    assert_eq!(room.send("POST", "/", &token, &given(1, 1)).status, 400);
    let bearer = format!("Bearer {token}");
    let headers = |kind| [("authorization", bearer.as_str()), ("content-type", kind)];
    let broken = room.ask("POST", "/", &headers(FHIR_JSON), "{\"resourceType\":").unwrap();
    assert_eq!(broken.status, 400);
    let other = room.ask("POST", "/", &headers("text/csv"), "a,b").unwrap();
    assert_eq!(other.status, 415);
    let long = " ".repeat((8 << 20) + 1);
    // The server may hang up before all of it was sent.
    if let Ok(answer) = room.ask("POST", "/", &headers(FHIR_JSON), &long) {
        assert_eq!(answer.status, 413);
    }
    assert!(room.running.dump().unwrap().is_empty());
}

#[test]
fn above_its_capacity_it_asks_to_come_back_later() {
    let room = Room::new(|settings| settings.capacity = Some(2));
    let token = room.token(&room.station(), "1");
    let statuses = [0; 3].map(|_| room.batch(&token, &[]).status);
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(room.batch(&token, &[]).header("retry-after"), "1");
    room.clock.pass(Duration::from_secs(1));
    assert_eq!(room.batch(&token, &[]).status, 200);
}

#[test]
fn before_the_shot_one_word_is_said_and_not_too_often() {
    let room = Room::new(|_| {});
    let token = room.token(&room.station(), "1");
    room.batch(&token, &[post(given(1, 7))]);
    let ask = |dose: u32, product: &str, date: &str| {
        room.clock.pass(Duration::from_millis(100));
        let voucher = "131016-0000000007";
        let body = json!({"voucher": voucher, "dose": dose, "product": product, "date": date});
        room.send("POST", "/$verdict", &token, &body)
    };
    for (dose, product, date, verdict) in [
        (1, "208", "2021-12-20", "already"),
        (2, "208", "2021-12-08", "too-early"),
        (2, "208", "2021-12-09", "ok"),
        (2, "comirnaty-12", "2021-12-09", "ok"),
        (2, "nonsense", "2021-12-09", "unknown"),
        (3, "208", "2022-12-09", "unknown"),
    ] {
        let answer = ask(dose, product, date);
        assert_eq!(answer.json(), json!({"verdict": verdict}), "dose {dose} {product} {date}");
    }
    assert_eq!(ask(0, "208", "2021-12-09").status, 422);
    assert_eq!(ask(1, "208", "soon").status, 422);
    room.clock.pass(Duration::from_secs(1));
    let body = json!({"voucher": "131016-0000000008", "dose": 1, "product": "208", "date": "2021-11-20"});
    let statuses: Vec<u16> =
        (0..11).map(|_| room.send("POST", "/fhir/$verdict", &token, &body).status).collect();
    assert_eq!((statuses[9], statuses[10]), (200, 429));
}

#[test]
fn the_page_is_a_persons_and_masks_numbers() {
    let room = Room::new(|_| {});
    let token = room.token(&room.station(), "1");
    let mut batch = bundle(&[post(given(1, 12_345_678))]);
    batch["meta"] = json!({"tag": [{
        "system": "https://record-api.example/CodeSystem/audit-head", "code": "17:ab01"}]});
    assert_eq!(room.send("POST", "/", &token, &batch).status, 200);
    let page = room.ask("GET", "/", &[("accept", "text/html")], "").unwrap();
    assert_eq!(page.status, 200);
    for words in ["研修用 TRAINING", "******-*******678", "17 : ab01"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("12345678"));
    let fhir = room.ask("GET", "/", &[("accept", FHIR_JSON)], "").unwrap();
    assert_eq!(fhir.status, 404);
}

#[test]
fn the_description_names_every_route_and_every_route_is_there() {
    let room = Room::new(|_| {});
    let description = room.ask("GET", "/openapi.json", &[], "").unwrap().json();
    assert_eq!(description["openapi"], "3.1.0");
    let described = description["paths"].as_object().unwrap();
    let source = include_str!("api.rs");
    let routed: Vec<&str> = source
        .lines()
        .filter_map(|line| line.trim().strip_prefix(".route(\"")?.split('"').next())
        .collect();
    assert_eq!(routed.len(), described.len());
    for path in routed {
        let methods = described[path].as_object().unwrap();
        let methods = methods.keys().filter(|key| *key != "parameters");
        for method in methods {
            let path = path.replace("{id}", "1").replace("{version}", "1");
            let answer = room.ask(&method.to_uppercase(), &path, &[], "").unwrap();
            assert_ne!(answer.status, 405, "{method} {path}");
            let known = answer.status != 404;
            assert!(known, "{method} {path}");
        }
    }
}

#[test]
fn discovery_leads_to_the_token_endpoint() {
    let room = Room::new(|_| {});
    for base in ["", "/fhir"] {
        let path = format!("{base}/.well-known/smart-configuration");
        let smart = room.ask("GET", &path, &[], "").unwrap().json();
        let endpoint = format!("{}/token", room.running.url());
        assert_eq!(smart["token_endpoint"], endpoint);
        assert_eq!(smart["token_endpoint_auth_signing_alg_values_supported"], json!(["ES384"]));
    }
}

/// A room in which `kind` always happens, once a token was had.
fn faulty(kind: FaultKind) -> (Room, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::new(folder.path().to_owned());
    settings.clock = HandClock::new();
    let calm = Sandbox::start(settings).unwrap();
    let calm = Room {
        _folder: tempfile::tempdir().unwrap(),
        clock: HandClock::new(),
        running: calm,
        agent: agent(None),
    };
    let token = calm.token(&calm.station(), "1");
    calm.running.stop();
    let mut settings = Settings::new(folder.path().to_owned());
    let clock = HandClock::new();
    settings.clock = Arc::clone(&clock) as _;
    settings.faults = Faults::none().with(kind, 1.0);
    let running = Sandbox::start(settings).unwrap();
    let room = Room {
        _folder: folder,
        clock,
        running,
        agent: agent(None),
    };
    (room, token)
}

/// What a batch comes to when something always goes wrong, and how many records are kept.
fn in_trouble(kind: FaultKind) -> (Result<u16, ureq::Error>, usize) {
    let (room, token) = faulty(kind);
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", FHIR_JSON)];
    let body = bundle(&[post(given(1, 1))]).to_string();
    let answer = room.ask("POST", "/", &headers, &body);
    let kept = room.running.dump().unwrap().len();
    (answer.map(|answer| answer.status), kept)
}

#[test]
fn every_fault_does_what_it_says() {
    let (answer, kept) = in_trouble(FaultKind::DropBefore);
    assert!(answer.is_err());
    assert_eq!(kept, 0);
    let (answer, kept) = in_trouble(FaultKind::DropAfterCommit);
    assert!(answer.is_err());
    assert_eq!(kept, 1);
    let (answer, kept) = in_trouble(FaultKind::Truncate);
    assert!(answer.is_err());
    assert_eq!(kept, 1);
    for (kind, status, expected) in [
        (FaultKind::Http500, 500, 0),
        (FaultKind::Http429, 429, 0),
        (FaultKind::Delay, 200, 1),
    ] {
        let (answer, kept) = in_trouble(kind);
        assert_eq!((answer.unwrap(), kept), (status, expected), "{kind:?}");
    }
}

#[test]
fn of_a_truncated_answer_half_arrives_under_its_full_length() {
    use std::io::{Read as _, Write as _};
    let (room, token) = faulty(FaultKind::Truncate);
    let address = room.running.url().strip_prefix("http://").unwrap();
    let mut line = std::net::TcpStream::connect(address).unwrap();
    let body = bundle(&[post(given(1, 1))]).to_string();
    write!(
        line,
        "POST / HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
         content-type: {FHIR_JSON}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    let (head, half) = answer.split_once("\r\n\r\n").unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.unwrap().parse().unwrap();
    assert_eq!(half.len(), length / 2);
}

#[test]
fn whoever_waits_for_the_commit_hears_of_it_before_the_answer() {
    let commits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&commits);
    let room = Room::new(|settings| {
        settings.on_commit = Some(Arc::new(move || {
            counted.fetch_add(1, Ordering::SeqCst);
        }));
    });
    let token = room.token(&room.station(), "1");
    room.batch(&token, &[post(given(1, 1))]);
    assert_eq!(commits.load(Ordering::SeqCst), 1);
}

#[test]
fn with_a_certificate_of_its_own_it_is_believed_by_whoever_was_given_it() {
    let room = Room::new(|settings| settings.tls = true);
    assert!(room.running.url().starts_with("https://127.0.0.1:"));
    let token = room.token(&room.station(), "1");
    assert_eq!(room.batch(&token, &[post(given(1, 1))]).status, 200);
    let stranger = agent(None);
    assert!(stranger.get(room.running.url()).call().is_err());
}

#[test]
fn a_dump_beside_the_running_server_has_every_current_version() {
    let room = Room::new(|_| {});
    let token = room.token(&room.station(), "1");
    room.batch(&token, &[post(given(1, 1)), post(given(2, 2))]);
    room.batch(&token, &[put(1, 1, cancelled(given(1, 1)))]);
    let settings = Settings::new(room._folder.path().to_owned());
    let mut lines = Vec::new();
    Sandbox::dump::<SandboxError>(&settings, |line| {
        lines.push(serde_json::from_str::<Value>(line).unwrap());
        Ok(())
    })
    .unwrap();
    let statuses: Vec<_> = lines.iter().map(|line| line["status"].as_str()).collect();
    assert_eq!(statuses, [Some("entered-in-error"), Some("completed")]);
}

#[test]
fn a_stations_folder_and_a_taken_port_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("directory.toml"), "").unwrap();
    let started = Sandbox::start(Settings::new(folder.path().to_owned()));
    assert!(matches!(started, Err(SandboxError::StationsFolder(_))));
    let room = Room::new(|_| {});
    let taken = room.running.url().strip_prefix("http://").unwrap();
    let other = tempfile::tempdir().unwrap();
    let mut settings = Settings::new(other.path().to_owned());
    settings.listen = taken.parse().unwrap();
    assert!(matches!(Sandbox::start(settings), Err(SandboxError::Listen { .. })));
}
