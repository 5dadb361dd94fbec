//! Who may come in: enrolment by a code that is used once, and tokens by SMART Backend Services
//! (<https://hl7.org/fhir/smart-app-launch/backend-services.html>): a JWT signed with the device's
//! key (RFC 7523) for a bearer token of five minutes (RFC 6749, RFC 6750).

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::Algorithm;
use jsonwebtoken::dangerous::insecure_decode;
use ring::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};

use super::app::App;
use super::clients::{Client, Code};
use super::form::fields;
use super::ids::ClientId;
use super::random::{self, Fingerprint};
use super::refusal::Refusal;
use super::registry::RegistryError;
use super::reply::Failure;
use super::tables::Tables;
use crate::sync::wire::{
    AssertionClaims, EnrolAnswer, EnrolRequest, JWT_ASSERTION, Jwk, SCOPE, TokenAnswer,
    TokenRefusal,
};

/// Bytes of one coordinate of a point on P-384 (RFC 7518, section 6.2.1.2).
const COORDINATE: usize = 48;

/// How long a token is good for; SMART Backend Services asks for no more than five minutes.
const TOKEN_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// How far ahead an assertion may expire; the same standard.
const ASSERTION_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// How far the clocks of client and server may be apart.
const LEEWAY: SignedDuration = SignedDuration::from_secs(60);

/// Longest `jti` that is remembered.
const LONGEST_JTI: usize = 256;

/// A device and whether it was not known before.
pub(super) struct Enrolled {
    pub(super) answer: EnrolAnswer,
    pub(super) is_new: bool,
}

/// Enrols the device with this key. The same device is the same client, with the same code (a
/// reply that was lost must not strand a tablet) and with a new one (its earlier records stay
/// its own).
pub(super) fn enrol(app: &App, request: &EnrolRequest) -> Result<Enrolled, Failure> {
    check_key(&request.jwk)?;
    let code = Fingerprint::of(&typed(&request.code));
    // Drawn once: a transaction that is done anew knows its own by it.
    let new = Client {
        id: ClientId::random().map_err(RegistryError::from)?,
        x: request.jwk.x.clone(),
        y: request.jwk.y.clone(),
    };
    let (now, mut used) = (app.wall(), false);
    let enrolled = app.registry.within(|tables| match tables.code(&code)? {
        Code::Unknown => Ok(None),
        Code::UsedBy(id) => {
            let client = tables.client(&id)?;
            let same = client.filter(|c| c.x == new.x && c.y == new.y);
            Ok(same.map(|client| client.id))
        }
        Code::Fresh => {
            used = true;
            tables.enrol(&code, &new, now).map(Some)
        }
    })?;
    let client = enrolled.ok_or_else(wrong_code)?;
    if used {
        app.code_is_due();
    }
    Ok(Enrolled {
        is_new: client == new.id,
        answer: EnrolAnswer {
            client_id: client.0,
        },
    })
}

/// A code as a person types it: case, blanks and hyphens do not matter.
fn typed(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

fn wrong_code() -> Failure {
    Failure::Refused(Refusal::of(
        StatusCode::FORBIDDEN,
        "forbidden",
        "code",
        "登録コードが違うか、使用済みです。新しいコードで登録してください",
        "the enrolment code is wrong or used up: enrol with a new one",
    ))
}

fn check_key(jwk: &Jwk) -> Result<(), Failure> {
    let algorithm = jwk.alg.as_deref().unwrap_or("ES384");
    let named = jwk.kty == "EC" && jwk.crv == "P-384" && algorithm == "ES384";
    if named && point(&jwk.x, &jwk.y).is_some() {
        return Ok(());
    }
    Err(Failure::Refused(Refusal::of(
        StatusCode::UNPROCESSABLE_ENTITY,
        "value",
        "jwk",
        "公開鍵は EC の P-384（ES384）にしてください",
        "the public key has to be EC on P-384 (ES384)",
    )))
}

/// The uncompressed point (SEC 1, section 2.3.3).
fn point(x: &str, y: &str) -> Option<Vec<u8>> {
    let mut point = vec![4];
    for coordinate in [x, y] {
        let bytes = URL_SAFE_NO_PAD.decode(coordinate).ok()?;
        if bytes.len() != COORDINATE {
            return None;
        }
        point.extend(bytes);
    }
    Some(point)
}

/// A token for whoever proves to be a client; `endpoints` are the names of the token endpoint.
pub(super) fn grant(app: &App, form: &str, endpoints: &[String]) -> Result<TokenAnswer, Failure> {
    let form = Form::read(form)?;
    let wall = app.wall();
    let token = random::token().map_err(RegistryError::from)?;
    let (fingerprint, expires) = (Fingerprint::of(&token), wall + TOKEN_LIFE);
    let granted = app.registry.within(|tables| {
        // Nobody else has this token: an earlier try of this request was committed after all, and
        // the assertion was used by that.
        if let Some((client, _)) = tables.token(&fingerprint)? {
            return Ok(Ok(client));
        }
        let proven = match proven(tables, &form.assertion, endpoints, wall)? {
            Ok(client) => client,
            Err(why) => return Ok(Err(why)),
        };
        tables.add_token(&fingerprint, &proven, expires, wall)?;
        Ok(Ok(proven))
    })?;
    let client = granted.map_err(invalid_client)?;
    app.remember(fingerprint, (client, expires));
    Ok(TokenAnswer {
        access_token: token,
        token_type: "bearer".to_owned(),
        expires_in: TOKEN_LIFE.as_secs().unsigned_abs(),
        scope: Some(SCOPE.to_owned()),
    })
}

/// The form of a token request, of which everything but the assertion is always the same.
struct Form {
    assertion: String,
}

impl Form {
    fn read(form: &str) -> Result<Self, Failure> {
        let fields = fields(form).ok_or_else(|| invalid("invalid_request", "the form"))?;
        let one = |name: &str| {
            let mut found = fields.iter().filter(|(key, _)| key == name);
            let value = found.next().map(|(_, value)| value.as_str());
            match found.next() {
                None => Ok(value.unwrap_or_default()),
                Some(_) => Err(invalid("invalid_request", "a parameter given twice")),
            }
        };
        if one("grant_type")? != "client_credentials" {
            return Err(invalid("unsupported_grant_type", "grant_type"));
        }
        if one("client_assertion_type")? != JWT_ASSERTION {
            return Err(invalid("invalid_request", "client_assertion_type"));
        }
        if one("scope")? != SCOPE {
            return Err(invalid("invalid_scope", "scope"));
        }
        let assertion = one("client_assertion")?;
        if assertion.is_empty() {
            return Err(invalid("invalid_request", "client_assertion"));
        }
        Ok(Self {
            assertion: assertion.to_owned(),
        })
    }
}

/// Who an assertion proves to be; otherwise what is wrong with it.
fn proven(
    tables: &mut Tables<'_>,
    assertion: &str,
    endpoints: &[String],
    now: Timestamp,
) -> Result<Result<ClientId, &'static str>, RegistryError> {
    // Read first, believed later: the client that it names has the key that proves it.
    let Ok(token) = insecure_decode::<AssertionClaims>(assertion) else {
        return Ok(Err("client_assertion"));
    };
    if token.header.alg != Algorithm::ES384 {
        return Ok(Err("alg"));
    }
    let claims = token.claims;
    let client = ClientId(claims.sub.clone());
    let Some(known) = tables.client(&client)? else {
        return Ok(Err("sub"));
    };
    if !is_signed(assertion, &known) {
        return Ok(Err("signature"));
    }
    if let Some(flaw) = flaw(&claims, endpoints, now) {
        return Ok(Err(flaw));
    }
    let until = claims.exp.saturating_add(LEEWAY.as_secs());
    if tables.use_assertion(&client, &claims.jti, until, now)? {
        Ok(Ok(client))
    } else {
        Ok(Err("jti"))
    }
}

fn is_signed(assertion: &str, client: &Client) -> bool {
    let verified = || {
        let (signed, signature) = assertion.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point(&client.x, &client.y)?);
        key.verify(signed.as_bytes(), &signature).ok()
    };
    verified().is_some()
}

/// The claim that is not as RFC 7523, section 3, and SMART Backend Services want it.
fn flaw(claims: &AssertionClaims, endpoints: &[String], now: Timestamp) -> Option<&'static str> {
    let now = now.as_second();
    let ahead = claims.exp.saturating_sub(now);
    let furthest = (ASSERTION_LIFE + LEEWAY).as_secs();
    if claims.iss != claims.sub {
        Some("iss")
    } else if !endpoints.contains(&claims.aud) {
        Some("aud")
    } else if ahead <= -LEEWAY.as_secs() || ahead > furthest {
        Some("exp")
    } else if claims.jti.is_empty() || claims.jti.len() > LONGEST_JTI {
        Some("jti")
    } else {
        None
    }
}

fn invalid_client(flaw: &'static str) -> Failure {
    refusal(StatusCode::UNAUTHORIZED, "invalid_client", flaw)
}

fn invalid(error: &'static str, what: &'static str) -> Failure {
    refusal(StatusCode::BAD_REQUEST, error, what)
}

/// RFC 6749 has `error_description` in ASCII alone.
fn refusal(status: StatusCode, error: &'static str, what: &'static str) -> Failure {
    let description = format!("{what} is missing or not as it has to be: see openapi.json");
    Failure::NoToken(
        status,
        TokenRefusal {
            error: error.to_owned(),
            error_description: Some(description),
        },
    )
}
