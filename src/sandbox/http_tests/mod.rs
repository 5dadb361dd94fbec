//! The server as a station meets it: over a real connection.

mod coming_in;
mod records;
mod trouble;
mod unclear;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;
use ureq::http::{Request, Response};
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use super::registry::Registry;
use super::samples::{HandClock, now};
use super::{Running, Sandbox, Settings};
use crate::keys::DeviceKey;
use crate::sync::wire::{AssertionClaims, FHIR_JSON, JWT_ASSERTION, SCOPE};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A running sandbox whose clock the test moves.
struct Room {
    folder: TempDir,
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
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        config = config.tls_config(tls);
    }
    config.build().into()
}

impl Room {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        Self::on(|registry| registry, change)
    }

    /// A sandbox on what `wrap` makes of its registry.
    fn on(
        wrap: impl FnOnce(Arc<dyn Registry>) -> Arc<dyn Registry>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = HandClock::new();
        let mut settings = Settings::new(folder.path().to_owned());
        settings.clock = Arc::clone(&clock) as _;
        change(&mut settings);
        let registry = wrap(settings.registry().unwrap());
        let running = Sandbox::start_on(settings, registry).unwrap();
        let agent = agent(running.ca_pem());
        Self {
            folder,
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
        self.ask("GET", path, &[("authorization", &bearer)], "")
            .unwrap()
    }

    fn send(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", FHIR_JSON),
        ];
        self.ask(method, path, &headers, &body.to_string()).unwrap()
    }

    fn batch(&self, token: &str, entries: &[Value]) -> Answer {
        self.send("POST", "/", token, &bundle(entries))
    }

    fn enrol(&self, key: &DeviceKey, code: &str) -> Answer {
        let (x, y) = key.coordinates();
        let jwk = json!({"kty": "EC", "crv": "P-384", "x": x, "y": y, "alg": "ES384"});
        let body = json!({"code": code, "jwk": jwk}).to_string();
        self.ask("POST", "/enrol", &[("content-type", JSON)], &body)
            .unwrap()
    }

    fn station(&self) -> Station {
        let key = DeviceKey::generate().unwrap();
        let enrolled = self.enrol(&key, &self.running.next_code().unwrap());
        assert_eq!(enrolled.status, 201, "{}", enrolled.body);
        let client = enrolled.json()["client_id"].as_str().unwrap().to_owned();
        Station { key, client }
    }

    fn ask_token(&self, assertion: &str) -> Answer {
        self.ask(
            "POST",
            "/token",
            &[("content-type", FORM)],
            &form(assertion),
        )
        .unwrap()
    }

    fn token(&self, station: &Station, jti: &str) -> String {
        let answer =
            self.ask_token(&station.assertion(self, |claims| jti.clone_into(&mut claims.jti)));
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
