//! What every request is answered from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Bytes;
use jiff::Timestamp;

use super::capacity::{Pace, Paces};
use super::fault::Dice;
use super::ids::ClientId;
use super::random::{self, Fingerprint};
use super::refusal::Refusal;
use super::registry::{Registry, RegistryError};
use super::reply::Failure;
use crate::clock::{Clock, Moment};
use crate::exchange::Profile;
use crate::intake::Catalogue;

/// Tokens that are remembered without asking the database.
const REMEMBERED_TOKENS: usize = 1_000;

/// Verdicts that a client may ask for in a second: as many as vouchers can be laid down by every
/// lane of a venue, and too few to try out numbers.
pub(super) const VERDICTS_PER_SECOND: u32 = 10;

/// What is called when something happened.
pub type Hook = Arc<dyn Fn() + Send + Sync>;

/// What is done with a new enrolment code.
pub type CodeHook = Arc<dyn Fn(&str) + Send + Sync>;

/// The state of the server.
pub(super) struct App {
    pub(super) registry: Arc<dyn Registry>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) profile: Profile,
    pub(super) catalogue: Catalogue,
    pub(super) batch_limit: usize,
    pub(super) dice: Dice,
    /// Where the server is, without a slash at the end. What a client believes of that (`Host`)
    /// is never asked: an assertion for another server would be one for this one.
    pub(super) url: String,
    pub(super) on_commit: Option<Hook>,
    pub(super) on_code: Option<CodeHook>,
    /// Codes that were used and have no successor yet.
    pub(super) codes_due: AtomicUsize,
    pub(super) batches: Option<Mutex<Pace>>,
    pub(super) verdicts: Mutex<Paces<ClientId>>,
    pub(super) tokens: Mutex<HashMap<Fingerprint, (ClientId, Timestamp)>>,
}

/// A lock whose holder panicked guards nothing that could be half done.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    pub(super) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The time to the second, as it is kept and sent.
    pub(super) fn wall(&self) -> Timestamp {
        let wall = self.now().wall;
        Timestamp::from_second(wall.as_second()).unwrap_or(wall)
    }

    /// A code with which one device can be enrolled.
    pub(super) fn new_code(&self) -> Result<String, RegistryError> {
        let letters = random::typeable(12)?;
        let groups = [&letters[..4], &letters[4..8], &letters[8..]];
        let fingerprint = Fingerprint::of(&letters);
        self.registry
            .within(|tables| tables.add_code(&fingerprint))?;
        Ok(groups.join("-"))
    }

    /// A code was used: another one is due.
    pub(super) fn code_is_due(&self) {
        self.codes_due.fetch_add(1, Ordering::SeqCst);
    }

    /// Tells the codes that are due. One that cannot be made stays due until somebody enrols, or
    /// tries to, again.
    pub(super) fn tell_due_codes(&self) {
        let Some(tell) = &self.on_code else { return };
        let one_less = |due: usize| due.checked_sub(1);
        let take = || {
            let due = &self.codes_due;
            due.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
        };
        while take().is_ok() {
            match self.new_code() {
                Ok(code) => tell(&code),
                Err(_) => return self.code_is_due(),
            }
        }
    }

    /// Does `work`, which waits for a disk, where it keeps no other request waiting.
    pub(super) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let app = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&app)).await;
        done.unwrap_or(Err(Failure::Broken))
    }

    /// Whose token the request carries.
    pub(super) async fn authorised(
        self: &Arc<Self>,
        headers: &HeaderMap,
    ) -> Result<ClientId, Failure> {
        let token = bearer(headers).ok_or(Failure::Unauthorized)?;
        let fingerprint = Fingerprint::of(token);
        let known = locked(&self.tokens).get(&fingerprint).cloned();
        let (client, expires) = match known {
            Some(known) => known,
            None => self.look_up(fingerprint).await?,
        };
        if expires <= self.now().wall {
            locked(&self.tokens).remove(&fingerprint);
            return Err(Failure::Unauthorized);
        }
        Ok(client)
    }

    async fn look_up(
        self: &Arc<Self>,
        token: Fingerprint,
    ) -> Result<(ClientId, Timestamp), Failure> {
        let found = self.blocking(move |app| {
            let found = app.registry.within(|tables| tables.token(&token))?;
            found.ok_or(Failure::Unauthorized)
        });
        let found = found.await?;
        self.remember(token, found.clone());
        Ok(found)
    }

    /// Remembers a token without asking the database.
    pub(super) fn remember(&self, token: Fingerprint, whose: (ClientId, Timestamp)) {
        let mut tokens = locked(&self.tokens);
        if tokens.len() >= REMEMBERED_TOKENS {
            let now = self.now().wall;
            tokens.retain(|_, (_, expires)| *expires > now);
        }
        if tokens.len() < REMEMBERED_TOKENS {
            tokens.insert(token, whose);
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The whole body, of at most `limit` bytes.
pub(super) async fn whole(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Failure> {
    let told = headers.get(CONTENT_LENGTH);
    let told = told.and_then(|length| length.to_str().ok()?.parse().ok());
    if told.is_some_and(|length: usize| length > limit) {
        return Err(too_large());
    }
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Failure::Refused(Refusal::new(
            StatusCode::BAD_REQUEST,
            "incomplete",
            "要求が途中で切れました。もう一度送ってください",
            "the request was cut off: send it again",
        ))),
    }
}

fn too_large() -> Failure {
    Failure::Refused(Refusal::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-long",
        "要求が大きすぎます。分けて送ってください",
        "the request is too large: send it in parts",
    ))
}

/// Whether the body is said to be of one of these media types.
pub(super) fn expect_type(headers: &HeaderMap, kinds: &[&str]) -> Result<(), Failure> {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
    let fits = |kind: &str| kinds.iter().any(|known| kind.eq_ignore_ascii_case(known));
    if kind.is_some_and(fits) {
        return Ok(());
    }
    Err(Failure::Refused(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "not-supported",
        "Content-Type が違います。仕様どおりの形式で送ってください",
        "another Content-Type is expected: send what the API describes",
    )))
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}
