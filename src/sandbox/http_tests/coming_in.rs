//! Enrolment, discovery and tokens.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use super::super::samples::{cancelled, given, now, post, put};
use super::super::{Sandbox, Settings};
use super::{FORM, Room, Station, form};
use crate::keys::DeviceKey;

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
fn a_device_that_enrols_again_with_a_new_code_is_who_it_was_and_keeps_its_records() {
    let room = Room::new(|_| {});
    let station = room.station();
    let token = room.token(&station, "1");
    room.batch(&token, &[post(given(1, 1))]);
    let code = room.running.next_code().unwrap();
    let again = room.enrol(&station.key, &code);
    assert_eq!(again.status, 200, "{}", again.body);
    assert_eq!(again.json()["client_id"], station.client.as_str());
    assert_eq!(room.enrol(&station.key, &code).json(), again.json());
    let other = DeviceKey::generate().unwrap();
    assert_eq!(room.enrol(&other, &code).status, 403, "the code is used up");
    let token = room.token(&station, "2");
    let cancelled = room.batch(&token, &[put(1, 1, cancelled(given(1, 1)))]);
    assert_eq!(cancelled.statuses(), ["200 OK"]);
}

#[test]
fn an_assertion_for_another_server_is_none_for_this_one_whatever_host_is_named() {
    let room = Room::new(|_| {});
    let station = room.station();
    let elsewhere = "elsewhere.example";
    let host = ("host", elsewhere);
    for path in ["/token", "/fhir/token"] {
        let aud = format!("http://{elsewhere}{path}");
        let assertion = station.assertion(&room, |claims| claims.aud = aud);
        let headers = [("content-type", FORM), host];
        let answer = room.ask("POST", path, &headers, &form(&assertion)).unwrap();
        assert_eq!(answer.status, 401, "{}", answer.body);
    }
    for path in ["/metadata", "/.well-known/smart-configuration"] {
        let told = room.ask("GET", path, &[host], "").unwrap().body;
        assert!(told.contains(room.running.url()), "{told}");
        assert!(!told.contains(elsewhere), "{told}");
    }
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
        station.assertion(&room, |c| {
            c.aud = "https://elsewhere.example/token".to_owned();
        }),
        station.assertion(&room, |c| c.aud.clone_from(&url)),
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
    for (jti, aud) in [("a", "/token"), ("b", "/fhir/token")] {
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
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"ES256"}"#,
    ] {
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
        (
            right.replace("client_credentials", "password"),
            "unsupported_grant_type",
        ),
        (
            right.replace("jwt-bearer", "saml2-bearer"),
            "invalid_request",
        ),
        (
            right.replace("Immunization.cru", "*.cruds"),
            "invalid_scope",
        ),
        (format!("{right}&scope=twice"), "invalid_request"),
        ("grant_type=%ff".to_owned(), "invalid_request"),
    ] {
        let answer = room
            .ask("POST", "/token", &[("content-type", FORM)], &form)
            .unwrap();
        assert_eq!(
            (answer.status, answer.json()["error"].as_str()),
            (400, Some(error))
        );
    }
}

#[test]
fn a_token_ends_after_five_minutes_and_is_good_at_every_sandbox_of_the_database() {
    let room = Room::new(|_| {});
    let station = room.station();
    let token = room.token(&station, "1");
    let mut settings = Settings::new(room.folder.path().to_owned());
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
fn discovery_leads_to_the_token_endpoint() {
    let room = Room::new(|_| {});
    for base in ["", "/fhir"] {
        let path = format!("{base}/.well-known/smart-configuration");
        let smart = room.ask("GET", &path, &[], "").unwrap().json();
        let endpoint = format!("{}/token", room.running.url());
        assert_eq!(smart["token_endpoint"], endpoint);
        assert_eq!(
            smart["token_endpoint_auth_signing_alg_values_supported"],
            json!(["ES384"])
        );
    }
}
