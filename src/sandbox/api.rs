//! The routes, each with a thin handler. The FHIR base is the root and, for servers that stand
//! behind others, `/fhir` as well.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{ACCEPT, ETAG, IF_MATCH, LAST_MODIFIED, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::app::{App, expect_type, locked, whole};
use super::auth;
use super::batch;
use super::date::http_date;
use super::describe;
use super::entry::{self, Judge, RawRequest};
use super::form::{as_urn, searched_identity};
use super::ids::{ClientId, ResourceId, Version};
use super::page;
use super::refusal::Refusal;
use super::render::{self, Rendered};
use super::reply::{self, Failure};
use super::rules::{Receipt, Settled, not_yours};
use super::verdict;
use crate::clock;
use crate::sync::wire::{EnrolRequest, FHIR_JSON, VerdictAnswer, VerdictRequest};

/// The longest batch: 500 records of some 2 KiB, and as much again and more.
const BATCH_BYTES: usize = 8 << 20;

/// The longest body of anything else.
const SMALL_BYTES: usize = 256 << 10;

/// The description of every route.
const OPENAPI: &str = include_str!("openapi.json");

const FHIR: &[&str] = &[FHIR_JSON, "application/json"];
const JSON: &[&str] = &["application/json", FHIR_JSON];
const FORM: &[&str] = &["application/x-www-form-urlencoded"];

type Shared = State<Arc<App>>;
type Answer = Result<Response, Failure>;

/// Every route.
pub(super) fn router(app: Arc<App>) -> Router {
    let base = Router::new()
        .route("/", get(start_page).post(take_batch))
        .route("/metadata", get(metadata))
        .route("/.well-known/smart-configuration", get(smart))
        .route("/enrol", post(enrol))
        .route("/token", post(token))
        .route("/Immunization", get(search).post(create))
        .route("/Immunization/{id}", get(read).put(change))
        .route("/Immunization/{id}/_history/{version}", get(read_version))
        .route("/$verdict", post(verdict))
        .route("/openapi.json", get(openapi));
    Router::new()
        .merge(base.clone())
        .nest("/fhir", base)
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .with_state(app)
}

async fn no_such_route() -> Failure {
    Failure::Refused(no_route())
}

fn no_route() -> Refusal {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "not-found",
        "そのような URL はありません。/openapi.json を確かめてください",
        "there is no such URL: see /openapi.json",
    )
}

async fn no_such_method() -> Failure {
    Failure::Refused(Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "not-supported",
        "この URL ではできない操作です。/openapi.json を確かめてください",
        "this URL does not take that method: see /openapi.json",
    ))
}

async fn openapi() -> Response {
    let kind = [("content-type", "application/json")];
    (kind, OPENAPI).into_response()
}

async fn metadata(State(app): Shared) -> Response {
    let statement = describe::capabilities(&app.url, app.wall());
    reply::fhir(StatusCode::OK, &statement)
}

async fn smart(State(app): Shared) -> Response {
    reply::json(StatusCode::OK, &describe::smart(&app.url))
}

async fn start_page(State(app): Shared, headers: HeaderMap) -> Answer {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_page = accept.is_none_or(|a| a.contains("text/html") || a.contains("*/*"));
    if !wants_page {
        return Err(no_route().into());
    }
    let page = app.blocking(|app| Ok(page::page(app)?)).await?;
    let policy = [("content-security-policy", page::POLICY)];
    Ok((policy, Html(page)).into_response())
}

async fn enrol(State(app): Shared, headers: HeaderMap, body: Body) -> Answer {
    expect_type(&headers, JSON)?;
    let request: EnrolRequest = parsed(&whole(&headers, body, SMALL_BYTES).await?)?;
    let enrolled = app.blocking(move |app| {
        let enrolled = auth::enrol(app, &request);
        // Whoever was enrolled is, whether there is a next code or not.
        app.tell_due_codes();
        enrolled
    });
    let enrolled = enrolled.await?;
    let status = match enrolled.is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok(reply::secret(status, &enrolled.answer))
}

async fn token(State(app): Shared, headers: HeaderMap, body: Body) -> Answer {
    expect_type(&headers, FORM)?;
    let form = whole(&headers, body, SMALL_BYTES).await?;
    let form = String::from_utf8_lossy(&form).into_owned();
    let answer = app.blocking(move |app| auth::grant(app, &form, &describe::audiences(&app.url)));
    Ok(reply::secret(StatusCode::OK, &answer.await?))
}

async fn take_batch(State(app): Shared, headers: HeaderMap, body: Body) -> Answer {
    let client = app.authorised(&headers).await?;
    expect_type(&headers, FHIR)?;
    within_capacity(&app)?;
    let body = whole(&headers, body, BATCH_BYTES).await?;
    let answer = app.blocking(move |app| batch::answer(app, &client, &body));
    Ok(reply::fhir(StatusCode::OK, &answer.await?))
}

fn within_capacity(app: &App) -> Result<(), Failure> {
    let now = app.now().monotonic;
    match &app.batches {
        Some(pace) if !locked(pace).take(now) => Err(Failure::TooMany),
        _ => Ok(()),
    }
}

async fn create(State(app): Shared, headers: HeaderMap, body: Body) -> Answer {
    let request = RawRequest {
        method: "POST".to_owned(),
        url: "Immunization".to_owned(),
        if_none_exist: header(&headers, &HeaderName::from_static("if-none-exist")),
        if_match: None,
    };
    alone(app, headers, body, request).await
}

async fn change(
    State(app): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let request = RawRequest {
        method: "PUT".to_owned(),
        url: format!("Immunization/{id}"),
        if_none_exist: None,
        if_match: header(&headers, &IF_MATCH),
    };
    alone(app, headers, body, request).await
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

/// One record outside a batch goes the same way as within one.
async fn alone(app: Arc<App>, headers: HeaderMap, body: Body, request: RawRequest) -> Answer {
    let client = app.authorised(&headers).await?;
    expect_type(&headers, FHIR)?;
    within_capacity(&app)?;
    let body = whole(&headers, body, SMALL_BYTES).await?;
    let answer = app.blocking(move |app| {
        let resource: Box<RawValue> = parsed(&body)?;
        let today = clock::day(app.now().wall);
        let judge = Judge {
            profile: &app.profile,
            today,
        };
        let asked = [entry::asked(&request, Some(&resource), &judge)];
        let settled = batch::settled(app, &client, &asked, None)?.pop();
        match settled.ok_or(Failure::Broken)? {
            Settled::Created(receipt) => held(app, StatusCode::CREATED, &receipt),
            Settled::Held(receipt) => held(app, StatusCode::OK, &receipt),
            Settled::Refused(refusal) => Err(refusal.into()),
        }
    });
    answer.await
}

/// The resource with its receipt as headers (<https://hl7.org/fhir/R4/http.html#create>).
fn held(app: &App, status: StatusCode, receipt: &Receipt) -> Answer {
    let value = app.registry.within(|tables| {
        let resource = tables.resource(receipt.id)?;
        let show = |r| render::current(tables, &r, &app.profile);
        resource.map(show).transpose()
    })?;
    let mut response = reply::fhir(status, &value.ok_or(Failure::Broken)?);
    let location = format!("{}/{}", app.url, receipt.location());
    stamp(&mut response, receipt);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

fn stamp(response: &mut Response, receipt: &Receipt) {
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&receipt.version.etag()) {
        headers.insert(ETAG, etag);
    }
    if let Ok(modified) = HeaderValue::from_str(&http_date(receipt.modified)) {
        headers.insert(LAST_MODIFIED, modified);
    }
}

async fn read(State(app): Shared, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    read_one(app, headers, id, None).await
}

async fn read_version(
    State(app): Shared,
    Path((id, version)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    read_one(app, headers, id, Some(version)).await
}

async fn read_one(
    app: Arc<App>,
    headers: HeaderMap,
    id: String,
    version: Option<String>,
) -> Answer {
    let client = app.authorised(&headers).await?;
    let id = ResourceId::parse(&id).ok_or_else(entry::unknown_resource)?;
    let version = match version.map(|version| Version::parse(&version)) {
        Some(None) => return Err(entry::unknown_resource().into()),
        known => known.flatten(),
    };
    let answer = app.blocking(move |app| {
        let (value, receipt) = shown(app, &client, id, version)?;
        let mut response = reply::fhir(StatusCode::OK, &value);
        stamp(&mut response, &receipt);
        Ok(response)
    });
    answer.await
}

/// A version of a resource, or the current one, for a client that has a claim on it.
fn shown(
    app: &App,
    client: &ClientId,
    id: ResourceId,
    version: Option<Version>,
) -> Result<(Value, Receipt), Failure> {
    let found = app.registry.within(|tables| {
        let Some(current) = tables.resource(id)? else {
            return Ok(Err(entry::unknown_resource()));
        };
        let claims = tables.claims(id)?;
        if !claims.iter().any(|claim| claim.client == *client) {
            return Ok(Err(not_yours()));
        }
        let version = version.unwrap_or(current.version);
        let (body, modified) = if version == current.version {
            (current.body, current.modified)
        } else {
            match tables.earlier(id, version)? {
                Some(earlier) => earlier,
                None => return Ok(Err(entry::unknown_resource())),
            }
        };
        let receipt = Receipt {
            id,
            version,
            modified,
        };
        let rendered = Rendered {
            id,
            version,
            modified,
            body: &body,
            claims: &claims,
        };
        Ok(Ok((rendered.value(&app.profile)?, receipt)))
    })?;
    Ok(found?)
}

async fn search(State(app): Shared, RawQuery(query): RawQuery, headers: HeaderMap) -> Answer {
    let client = app.authorised(&headers).await?;
    let identity = query.as_deref().and_then(searched_identity);
    let identity = identity.ok_or_else(|| {
        Refusal::new(
            StatusCode::BAD_REQUEST,
            "not-supported",
            "検索は identifier=urn:ietf:rfc:3986|urn:uuid:… だけです",
            "the only search is identifier=urn:ietf:rfc:3986|urn:uuid:…",
        )
    })?;
    let answer = app.blocking(move |app| {
        let found = app.registry.within(|tables| {
            let claim = tables.claim(identity)?.filter(|c| c.client == client);
            let Some(claim) = claim else { return Ok(None) };
            let resource = tables.resource(claim.resource)?;
            let show = |r| render::current(tables, &r, &app.profile);
            resource.map(show).transpose()
        })?;
        let urn = as_urn(identity);
        Ok(reply::fhir(
            StatusCode::OK,
            &searchset(found, &urn, &app.url),
        ))
    });
    answer.await
}

fn searchset(found: Option<Value>, urn: &str, root: &str) -> Value {
    let url = format!("{root}/Immunization?identifier=urn:ietf:rfc:3986%7C{urn}");
    let mut bundle = json!({
        "resourceType": "Bundle",
        "type": "searchset",
        "total": usize::from(found.is_some()),
        "link": [{"relation": "self", "url": url}],
    });
    if let Some(resource) = found {
        let id = resource["id"].as_str().unwrap_or_default();
        let url = format!("{root}/Immunization/{id}");
        let entry = json!({"fullUrl": url, "resource": resource, "search": {"mode": "match"}});
        bundle["entry"] = json!([entry]);
    }
    bundle
}

async fn verdict(State(app): Shared, headers: HeaderMap, body: Body) -> Answer {
    let client = app.authorised(&headers).await?;
    expect_type(&headers, JSON)?;
    let now = app.now().monotonic;
    if !locked(&app.verdicts).take(client, now) {
        return Err(Failure::TooMany);
    }
    let request: VerdictRequest = parsed(&whole(&headers, body, SMALL_BYTES).await?)?;
    let verdict = app.blocking(move |app| verdict::verdict(app, &request));
    let answer = VerdictAnswer {
        verdict: verdict.await?,
    };
    Ok(reply::secret(StatusCode::OK, &answer))
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|_| not_json())
}

fn not_json() -> Failure {
    Failure::Refused(Refusal::new(
        StatusCode::BAD_REQUEST,
        "structure",
        "本文を読めません。/openapi.json の形で送ってください",
        "the body cannot be read: send it as /openapi.json describes",
    ))
}
