//! The record API as a station sees it: where it is, who may come in, what is asked there.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::enrol::ensure_kind;
use super::http::is_secure;
use super::outcome::{Outcome, content_problem, judge_status, outcome_of, why_of, without_bom};
use super::transport::{Answer, Ask, Body, Failure, Transport};
use super::why::Why;
use super::wire::{
    AssertionClaims, CapabilityStatement, FHIR_JSON, JWT_ASSERTION, SCOPE, SmartConfiguration,
    TRAINING, TokenAnswer,
};
use crate::clock::Moment;
use crate::config::DirectoryKind;
use crate::keys::{DeviceKey, KeyError};
use crate::store::DirectoryError;

/// How far the tablet's clock and the server's may differ: what a signed assertion allows
/// (RECORD_API: `exp` at most five minutes ahead).
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// For how long an assertion is good; all that is allowed, so that a slow clock is no hindrance.
const ASSERTION: SignedDuration = SignedDuration::from_mins(5);

/// A token is renewed this long before it ends: longer than a batch takes.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);

/// No token is believed to last longer (RECORD_API: `expires_in` at most five minutes).
const LONGEST_TOKEN: Duration = Duration::from_mins(5);

/// Why a server did not give what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", .why.words())]
pub struct Trouble {
    /// Why.
    pub why: Why,
    /// How long the server asks to wait.
    pub wait: Option<Duration>,
}

impl From<Why> for Trouble {
    fn from(why: Why) -> Self {
        Self { why, wait: None }
    }
}

impl Trouble {
    /// What it means for the batch that was to be sent.
    pub(super) fn outcome(self) -> Outcome {
        match self.why {
            Why::Busy => Outcome::Busy(self.wait),
            why => outcome_of(why),
        }
    }
}

/// Where a record API is and what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The FHIR base, without a final slash.
    pub base: String,
    /// Where tokens are issued.
    pub token_endpoint: String,
    /// Whether it is for training or for production.
    pub kind: DirectoryKind,
}

/// Looks at a server before anything is told to it.
///
/// `address` is the FHIR base, or a root below which it lies as `/fhir`.
///
/// # Errors
/// What is wrong with the address, the network or the clock.
pub fn discover(
    transport: &mut dyn Transport,
    address: &str,
    now: Timestamp,
) -> Result<Server, Trouble> {
    let (server, answer) = find(transport, address)?;
    ensure_clocks_agree(&answer, now)?;
    Ok(server)
}

/// The same, whatever the clocks say.
///
/// # Errors
/// As [`discover`].
pub fn discover_at_any_time(
    transport: &mut dyn Transport,
    address: &str,
) -> Result<Server, Trouble> {
    find(transport, address).map(|(server, _)| server)
}

fn find(transport: &mut dyn Transport, address: &str) -> Result<(Server, Answer), Trouble> {
    let address = address.trim_end_matches('/');
    if !is_secure(address) {
        return Err(Why::Insecure.into());
    }
    let below = format!("{address}/fhir");
    let (base, answer) = match get(transport, &format!("{address}/metadata"), None) {
        Err(trouble) if is_no_api(trouble.why) && !address.ends_with("/fhir") => {
            let answer = get(transport, &format!("{below}/metadata"), None)?;
            (below.as_str(), answer)
        }
        found => (address, found?),
    };
    let says: CapabilityStatement = parse(&answer)?;
    if says.resource_type != "CapabilityStatement" {
        return Err(Why::OtherContent.into());
    }
    let described = says.implementation.map(|i| i.description);
    let training = answer.training || described.is_some_and(|words| words.contains(TRAINING));
    let smart = get(
        transport,
        &format!("{base}/.well-known/smart-configuration"),
        None,
    )?;
    let smart: SmartConfiguration = parse(&smart)?;
    // No step down from https.
    if !is_secure(&smart.token_endpoint)
        || base.starts_with("https://") && !smart.token_endpoint.starts_with("https://")
    {
        return Err(Why::Insecure.into());
    }
    let server = Server {
        base: base.to_owned(),
        token_endpoint: smart.token_endpoint,
        kind: if training {
            DirectoryKind::Training
        } else {
            DirectoryKind::Production
        },
    };
    Ok((server, answer))
}

/// Whether something else than a record API answered, which may lie below the address.
fn is_no_api(why: Why) -> bool {
    matches!(
        why,
        Why::NoSuchServer | Why::SignInPage | Why::OtherContent | Why::Unreadable
    )
}

/// Fetches a page and its content.
fn get(transport: &mut dyn Transport, url: &str, bearer: Option<&str>) -> Result<Answer, Trouble> {
    let ask = Ask {
        url,
        bearer,
        body: None,
    };
    let answer = transport.ask(&ask).map_err(|failure| why_of(&failure))?;
    good(answer)
}

/// The answer if it is a good one, or else why not.
pub(super) fn good(answer: Answer) -> Result<Answer, Trouble> {
    let why = match judge_status(&answer) {
        None => content_problem(&answer),
        Some(Outcome::Answered(_)) => None,
        Some(Outcome::Again(why) | Outcome::Smaller(why) | Outcome::Halt(why)) => Some(why),
        Some(Outcome::Busy(_)) => Some(Why::Busy),
        Some(Outcome::Renew) => Some(Why::Unauthorised),
    };
    match why {
        Some(why) => Err(Trouble {
            why,
            wait: answer.retry_after,
        }),
        None => Ok(answer),
    }
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, Why> {
    serde_json::from_slice(without_bom(&answer.body)).map_err(|_| Why::Unreadable)
}

fn ensure_clocks_agree(answer: &Answer, now: Timestamp) -> Result<(), Why> {
    let apart = answer.date.map(|date| now.duration_since(date).abs());
    match apart {
        Some(apart) if apart > CLOCK_TOLERANCE => Err(Why::Clock),
        _ => Ok(()),
    }
}

/// Who the station is at a server.
pub struct Credentials {
    /// From its enrolment.
    pub client_id: String,
    /// Its own key.
    pub key: DeviceKey,
}

/// Why nothing can be sent yet.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotReady {
    /// Told by or about the server.
    #[error(transparent)]
    Server(Trouble),
    /// The server is for the other kind of directory.
    #[error(transparent)]
    OtherKind(DirectoryError),
    /// The station's own key cannot be used.
    #[error(transparent)]
    Key(KeyError),
}

impl<T: Into<Trouble>> From<T> for NotReady {
    fn from(trouble: T) -> Self {
        Self::Server(trouble.into())
    }
}

/// A server at which the station is enrolled.
pub struct Api {
    transport: Box<dyn Transport + Send>,
    address: String,
    kind: DirectoryKind,
    credentials: Credentials,
    server: Option<Server>,
    token: Option<Token>,
}

struct Token {
    value: Zeroizing<String>,
    /// On the monotonic clock of this run.
    good_until: Duration,
}

impl Api {
    /// The server at `address`; nothing is asked of it yet. `kind` is what the directory is for.
    pub fn new(
        transport: Box<dyn Transport + Send>,
        address: String,
        kind: DirectoryKind,
        credentials: Credentials,
    ) -> Self {
        Self {
            transport,
            address,
            kind,
            credentials,
            server: None,
            token: None,
        }
    }

    /// Makes the next request get a new token.
    pub(super) fn forget_token(&mut self) {
        self.token = None;
    }

    /// Makes the next request look for the server anew: it may have moved its parts.
    pub(super) fn forget_server(&mut self) {
        (self.server, self.token) = (None, None);
    }

    /// What the directory is for.
    pub(super) fn kind(&self) -> DirectoryKind {
        self.kind
    }

    /// Makes sure of the server, and of a token that outlives the next batch.
    pub(super) fn ensure_ready(&mut self, now: &Moment) -> Result<(), NotReady> {
        // Kept although no token may follow: an outage must not triple what is asked.
        let server = match &self.server {
            Some(server) => server.clone(),
            None => discover(self.transport.as_mut(), &self.address, now.wall)?,
        };
        ensure_kind(&server, self.kind).map_err(NotReady::OtherKind)?;
        self.server = Some(server.clone());
        let good = |token: &Token| now.monotonic + TOKEN_MARGIN < token.good_until;
        if !self.token.as_ref().is_some_and(good) {
            self.token = Some(self.new_token(&server, now)?);
        }
        Ok(())
    }

    fn new_token(&mut self, server: &Server, now: &Moment) -> Result<Token, NotReady> {
        let assertion = self.assertion(server, now.wall).map_err(NotReady::Key)?;
        let form = Zeroizing::new(
            form_urlencoded::Serializer::new(String::new())
                .append_pair("grant_type", "client_credentials")
                .append_pair("scope", SCOPE)
                .append_pair("client_assertion_type", JWT_ASSERTION)
                .append_pair("client_assertion", &assertion)
                .finish(),
        );
        let ask = Ask {
            url: &server.token_endpoint,
            bearer: None,
            body: Some(Body {
                content_type: "application/x-www-form-urlencoded",
                bytes: form.as_bytes(),
            }),
        };
        let answer = self
            .transport
            .ask(&ask)
            .map_err(|failure| why_of(&failure))?;
        // The clocks first: they are a reason for which an assertion is refused.
        ensure_clocks_agree(&answer, now.wall)?;
        let answer = match answer.status {
            400 | 401 => return Err(Why::Unauthorised.into()),
            _ => good(answer)?,
        };
        let token: TokenAnswer = parse(&answer)?;
        Ok(Token {
            value: Zeroizing::new(token.access_token),
            good_until: now.monotonic + Duration::from_secs(token.expires_in).min(LONGEST_TOKEN),
        })
    }

    /// RFC 7523, section 3, as SMART Backend Services asks for it.
    fn assertion(&self, server: &Server, now: Timestamp) -> Result<Zeroizing<String>, KeyError> {
        let claims = AssertionClaims {
            iss: self.credentials.client_id.clone(),
            sub: self.credentials.client_id.clone(),
            aud: server.token_endpoint.clone(),
            exp: now.saturating_add(ASSERTION).unwrap_or(now).as_second(),
            jti: Uuid::new_v4().to_string(),
        };
        self.credentials.key.token(&claims).map(Zeroizing::new)
    }

    fn base(&self) -> &str {
        self.server
            .as_ref()
            .map_or(&self.address, |server| &server.base)
    }

    fn bearer(&self) -> Option<&str> {
        self.token.as_ref().map(|token| token.value.as_str())
    }

    /// Sends a batch.
    pub(super) fn send(&mut self, batch: &[u8]) -> Result<Answer, Failure> {
        let (url, token) = (self.base().to_owned(), self.bearer().map(str::to_owned));
        let token = token.map(Zeroizing::new);
        let ask = Ask {
            url: &url,
            bearer: token.as_ref().map(|token| token.as_str()),
            body: Some(Body {
                content_type: FHIR_JSON,
                bytes: batch,
            }),
        };
        self.transport.ask(&ask)
    }

    /// Fetches a resource, such as `Immunization/4711`.
    pub(super) fn resource(&mut self, resource: &str) -> Result<Answer, Trouble> {
        let url = format!("{}/{resource}", self.base());
        let token = self.bearer().map(str::to_owned).map(Zeroizing::new);
        let bearer = token.as_ref().map(|token| token.as_str());
        get(self.transport.as_mut(), &url, bearer)
    }
}
