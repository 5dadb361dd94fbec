//! Making a station known to a server, once.

use super::api::{Server, Trouble, discover, good, parse};
use super::outcome::why_of;
use super::transport::{Ask, Body, Transport};
use super::why::Why;
use super::wire::{EnrolAnswer, EnrolRequest, Jwk};
use crate::clock::Moment;
use crate::config::DirectoryKind;
use crate::keys::DeviceKey;
use crate::store::{DirectoryError, Enrolment};

/// Why a station is not enrolled. Trying again with the same code and the same key is safe: where
/// only the reply was lost the server says who the station is once more.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// The server is of the other kind.
    #[error(transparent)]
    OtherKind(#[from] DirectoryError),
    /// The server does not take the code.
    #[error(
        "登録コードが使えません。使用済みか打ち間違いです。新しいコードを受け取ってください / \
         the enrolment code is not accepted: it was used already or mistyped; ask for a new one"
    )]
    Code,
    /// It did not come to that.
    #[error(transparent)]
    Server(Trouble),
}

/// Enrols the station whose key is `key` at the server at `address`.
///
/// # Errors
/// [`EnrolError`]; nothing is told to a server of the other kind.
pub fn enrol(
    transport: &mut dyn Transport,
    address: &str,
    code: &str,
    key: &DeviceKey,
    kind: DirectoryKind,
    ca: Option<String>,
    now: &Moment,
) -> Result<Enrolment, EnrolError> {
    let server = discover(transport, address, now.wall).map_err(EnrolError::Server)?;
    ensure_kind(&server, kind)?;
    let root = server.base.strip_suffix("/fhir").unwrap_or(&server.base);
    let (x, y) = key.coordinates();
    let request = EnrolRequest {
        code: code.trim().to_owned(),
        jwk: Jwk {
            kty: "EC".to_owned(),
            crv: "P-384".to_owned(),
            x,
            y,
            alg: Some("ES384".to_owned()),
        },
    };
    let body = serde_json::to_vec(&request).map_err(|_| EnrolError::Server(Why::NoForm.into()))?;
    let ask = Ask {
        url: &format!("{root}/enrol"),
        bearer: None,
        body: Some(Body {
            content_type: "application/json",
            bytes: &body,
        }),
    };
    let told = |failure| EnrolError::Server(why_of(&failure).into());
    let mut answer = transport.ask(&ask).map_err(told)?;
    if matches!(answer.status, 400 | 401 | 403 | 409 | 410 | 422) {
        return Err(EnrolError::Code);
    }
    // Created or known already: both are well.
    if answer.status == 201 {
        answer.status = 200;
    }
    let answer = good(answer).map_err(EnrolError::Server)?;
    let unreadable = |why: Why| EnrolError::Server(why.into());
    let known: EnrolAnswer = parse(&answer).map_err(unreadable)?;
    Ok(Enrolment {
        server: server.base,
        client_id: known.client_id,
        ca,
    })
}

/// A training directory talks to servers for training only, and the other way round.
///
/// # Errors
/// [`DirectoryError::OtherServer`].
pub fn ensure_kind(server: &Server, kind: DirectoryKind) -> Result<(), DirectoryError> {
    if server.kind == kind {
        return Ok(());
    }
    Err(DirectoryError::OtherServer {
        born: kind,
        server: server.kind,
    })
}
