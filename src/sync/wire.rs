//! What goes over the wire to a record API and comes back, by the exact names of FHIR R4, SMART
//! Backend Services and RFC 7523. Elements that are not used here are passed over.

use serde::{Deserialize, Serialize};

use crate::exchange::{CodedValue, Immunization};

/// The media type of FHIR resources as JSON (<https://hl7.org/fhir/R4/http.html#mime-type>).
pub const FHIR_JSON: &str = "application/fhir+json";

/// The header in which a server tells how many records a batch may have.
pub const BATCH_LIMIT_HEADER: &str = "x-batch-limit";

/// The header with which every answer of a server for training is marked, and its value.
pub const TRAINING_HEADER: &str = "x-training";
/// See [`TRAINING_HEADER`].
pub const TRAINING: &str = "TRAINING";

/// Records in a batch where the server does not say how many it takes.
pub const DEFAULT_BATCH_LIMIT: usize = 200;

/// Records in a batch that no server may exceed.
pub const HIGHEST_BATCH_LIMIT: usize = 500;

/// What a station may do: create, read and update its own Immunizations.
pub const SCOPE: &str = "system/Immunization.cru";

/// The type of a client assertion that is a JWT (RFC 7523, section 2.2).
pub const JWT_ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A Bundle (<https://hl7.org/fhir/R4/bundle.html>) whose entries are of one kind: `RequestEntry`
/// on the way there, `ResponseEntry` on the way back, or `RawValue` where every entry is read on
/// its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle<E> {
    /// Always `Bundle`.
    pub resource_type: BundleResource,
    /// Where the station's audit chain stands, as a tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<BundleMeta>,
    /// What kind of bundle.
    #[serde(rename = "type")]
    pub kind: BundleKind,
    /// In the order of the request.
    #[serde(default = "Vec::new")]
    pub entry: Vec<E>,
}

/// The resource that is spoken of here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BundleResource {
    /// A Bundle.
    Bundle,
}

/// The kinds of bundle that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BundleKind {
    /// Requests, each on its own.
    Batch,
    /// Their answers.
    BatchResponse,
    /// What a search found.
    Searchset,
}

/// What is said of a bundle itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleMeta {
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tag: Vec<CodedValue>,
}

/// One request of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestEntry {
    /// `urn:uuid:` and the record's identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_url: Option<String>,
    /// The record.
    pub resource: Immunization,
    /// What to do with it.
    pub request: Request,
}

/// What to do with a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// POST or PUT.
    pub method: Method,
    /// `Immunization`, or `Immunization/{id}`.
    pub url: String,
    /// Of a POST: create it only if nothing with this identifier is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_none_exist: Option<String>,
    /// Of a PUT: the version that is changed, as an ETag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_match: Option<String>,
}

/// The methods of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Create.
    Post,
    /// Update.
    Put,
}

/// One answer of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseEntry {
    /// What became of the request.
    pub response: EntryResponse,
}

/// What became of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntryResponse {
    /// The HTTP status, with or without its words: `201 Created`.
    pub status: String,
    /// Where the resource is, with its version: `Immunization/5001/_history/1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Its version: `W/"1"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// When the server took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OperationOutcome>,
}

/// Why something was refused (<https://hl7.org/fhir/R4/operationoutcome.html>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationOutcome {
    /// Always `OperationOutcome`.
    pub resource_type: String,
    /// What was found.
    #[serde(default)]
    pub issue: Vec<Issue>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Issue {
    /// `error`, `warning` …
    pub severity: String,
    /// FHIR's code of it, such as `conflict`.
    pub code: String,
    /// In words; never with a voucher's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<String>,
    /// Which elements.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expression: Vec<String>,
}

impl OperationOutcome {
    /// One error.
    pub fn error(code: &str, diagnostics: &str, expression: Option<&str>) -> Self {
        Self {
            resource_type: "OperationOutcome".to_owned(),
            issue: vec![Issue {
                severity: "error".to_owned(),
                code: code.to_owned(),
                diagnostics: Some(diagnostics.to_owned()),
                expression: expression.map(str::to_owned).into_iter().collect(),
            }],
        }
    }
}

/// What a server says of itself (`GET {base}/metadata`), as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapabilityStatement {
    /// `CapabilityStatement`.
    pub resource_type: String,
    /// `4.0.1` and the like.
    #[serde(default)]
    pub fhir_version: String,
    /// The installation.
    #[serde(default)]
    pub implementation: Option<Implementation>,
}

/// Which installation a server is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Implementation {
    /// In words; says TRAINING where it is for training.
    #[serde(default)]
    pub description: String,
}

/// `GET {base}/.well-known/smart-configuration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmartConfiguration {
    /// Where tokens are issued.
    pub token_endpoint: String,
}

/// A public key on P-384 (RFC 7517, RFC 7518 section 6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// `EC`.
    pub kty: String,
    /// `P-384`.
    pub crv: String,
    /// The coordinate, base64url without padding.
    pub x: String,
    /// The coordinate, base64url without padding.
    pub y: String,
    /// `ES384`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
}

/// `POST {root}/enrol`.
#[derive(Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The code, used once.
    pub code: String,
    /// The device's public key.
    pub jwk: Jwk,
}

/// The answer to [`EnrolRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolAnswer {
    /// Who the device is from now on.
    pub client_id: String,
}

/// What a client assertion claims (RFC 7523, section 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertionClaims {
    /// The client.
    pub iss: String,
    /// The client again.
    pub sub: String,
    /// The token endpoint.
    pub aud: String,
    /// Until when, in seconds since 1970; at most five minutes ahead.
    pub exp: i64,
    /// Used once.
    pub jti: String,
}

/// The answer of a token endpoint (RFC 6749, section 5.1).
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenAnswer {
    /// The bearer token.
    pub access_token: String,
    /// `bearer`.
    pub token_type: String,
    /// For how many seconds.
    pub expires_in: u64,
    /// What it allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// Why a token endpoint refused (RFC 6749, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRefusal {
    /// `invalid_client` and the like.
    pub error: String,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}

/// `POST {base}/$verdict`: may this dose be given?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictRequest {
    /// Municipality code, hyphen, 券番号.
    pub voucher: String,
    /// Which dose.
    pub dose: u32,
    /// CVX code, or the product's id.
    pub product: String,
    /// The day, `YYYY-MM-DD`.
    pub date: String,
}

/// The answer to [`VerdictRequest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing known speaks against it.
    Ok,
    /// This dose is recorded.
    Already,
    /// The dose before it was too short ago.
    TooEarly,
    /// Nothing can be said; never shown green.
    Unknown,
}

/// [`Verdict`] as it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictAnswer {
    /// The verdict.
    pub verdict: Verdict,
}
