//! Answers: JSON bodies with their media types, and refusals.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::refusal::Refusal;
use super::registry::RegistryError;
use crate::sync::wire::{FHIR_JSON, TokenRefusal};

/// Seconds after which a client may try again.
const SOON: HeaderValue = HeaderValue::from_static("1");

/// A FHIR resource.
pub(super) fn fhir(status: StatusCode, resource: &impl Serialize) -> Response {
    typed(status, FHIR_JSON, resource)
}

/// JSON that is no FHIR resource.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    typed(status, "application/json", value)
}

/// JSON that may not be kept on the way (RFC 6749, section 5.1).
pub(super) fn secret(status: StatusCode, value: &impl Serialize) -> Response {
    let mut response = json(status, value);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn typed(status: StatusCode, kind: &'static str, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let mut response = Response::new(Body::from(bytes));
            *response.status_mut() = status;
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A request that is not answered with what it asks for.
#[derive(Debug)]
pub(super) enum Failure {
    /// Refused for a reason of FHIR's.
    Refused(Refusal),
    /// No token, or one that is not ours or has expired.
    Unauthorized,
    /// The token endpoint's refusal (RFC 6749, section 5.2).
    NoToken(StatusCode, TokenRefusal),
    /// Others were at the same records.
    Busy,
    /// Too many requests.
    TooMany,
    /// Something that is ours to mend.
    Broken,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Contended => Self::Busy,
            _ => Self::Broken,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refused(refusal),
            Self::Unauthorized => unauthorized(),
            Self::NoToken(status, refusal) => secret(status, &refusal),
            Self::Busy => later(
                StatusCode::SERVICE_UNAVAILABLE,
                "transient",
                "他の処理と重なりました。少し待ってからもう一度送ってください",
                "others are writing the same records: try again in a moment",
            ),
            Self::TooMany => later(
                StatusCode::TOO_MANY_REQUESTS,
                "throttled",
                "要求が多すぎます。少し待ってからもう一度送ってください",
                "too many requests: try again in a moment",
            ),
            Self::Broken => refused(Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "exception",
                "サーバーの中で問題が起きました。管理者に知らせてください",
                "something is wrong within the server: tell its administrator",
            )),
        }
    }
}

fn refused(refusal: Refusal) -> Response {
    fhir(refusal.status, &refusal.outcome())
}

fn unauthorized() -> Response {
    let mut response = refused(Refusal::new(
        StatusCode::UNAUTHORIZED,
        "login",
        "有効なトークンがありません。トークンを取り直してください",
        "no valid token: get a new one",
    ));
    let headers = response.headers_mut();
    headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

fn later(status: StatusCode, code: &str, ja: &'static str, en: &'static str) -> Response {
    let mut response = refused(Refusal::new(status, code, ja, en));
    response.headers_mut().insert(RETRY_AFTER, SOON);
    response
}
