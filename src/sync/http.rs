//! The real transport: HTTP/1.1 over TLS.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use rustls::CertificateError;
use ureq::Agent;
use ureq::http::{HeaderMap, Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::transport::{Answer, Ask, Failure, LONGEST_ANSWER, Transport, http_date, retry_after};
use super::why::CertificateProblem;
use super::wire::{BATCH_LIMIT_HEADER, FHIR_JSON, TRAINING, TRAINING_HEADER};

/// Until a connection has to stand, name look-up included.
const CONNECT: Duration = Duration::from_secs(10);

/// Until the whole answer has to be there: 500 records on a line of 64 kbit/s take this long.
const WHOLE: Duration = Duration::from_secs(90);

/// How a server is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// Certificate authorities to trust instead of the usual ones, PEM.
    pub ca: Option<String>,
    /// The proxy's address; `None` takes the one that the environment names, if any.
    pub proxy: Option<String>,
}

/// Why no transport can be made.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    /// No certificate in it.
    #[error(
        "認証局のファイルに証明書がありません。PEM 形式のファイルを指定してください / the file of the certificate authority holds no certificate: name a PEM file"
    )]
    NoCertificate,
    /// Not an address of a proxy.
    #[error(
        "プロキシのアドレスが正しくありません（例 http://proxy.example:8080） / this is no address of a proxy, such as http://proxy.example:8080"
    )]
    Proxy,
}

/// HTTP with connections that are kept open between requests.
pub struct HttpTransport {
    /// For other machines.
    agent: Agent,
    /// For this machine: never over a proxy.
    loopback: Agent,
}

impl HttpTransport {
    /// A transport over `route`.
    ///
    /// # Errors
    /// [`RouteError`].
    pub fn new(route: &Route) -> Result<Self, RouteError> {
        let roots = match &route.ca {
            None => RootCerts::WebPki,
            Some(pem) => RootCerts::new_with_certs(&certificates(pem)?),
        };
        let builder = || {
            let tls = TlsConfig::builder().root_certs(roots.clone()).build();
            Agent::config_builder()
                .tls_config(tls)
                .http_status_as_error(false)
                .max_redirects(0)
                .max_redirects_will_error(false)
                .timeout_connect(Some(CONNECT))
                .timeout_global(Some(WHOLE))
                .user_agent(concat!("uketsuke/", env!("CARGO_PKG_VERSION")))
        };
        let named = match &route.proxy {
            Some(address) => builder().proxy(Some(
                ureq::Proxy::new(address).map_err(|_| RouteError::Proxy)?,
            )),
            None => builder(),
        };
        Ok(Self {
            agent: named.build().new_agent(),
            loopback: builder().proxy(None).build().new_agent(),
        })
    }
}

fn certificates(pem: &str) -> Result<Vec<Certificate<'static>>, RouteError> {
    let found: Vec<Certificate<'static>> = parse_pem(pem.as_bytes())
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(RouteError::NoCertificate);
    }
    Ok(found)
}

/// Whether an address is on this machine.
pub(super) fn is_loopback(url: &str) -> bool {
    let Some(uri) = url.parse::<Uri>().ok() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Whether requests to an address are encrypted, or stay on this machine.
pub(super) fn is_secure(url: &str) -> bool {
    url.starts_with("https://") || (url.starts_with("http://") && is_loopback(url))
}

impl Transport for HttpTransport {
    fn ask(&mut self, ask: &Ask<'_>) -> Result<Answer, Failure> {
        if !is_secure(ask.url) {
            return Err(Failure::Insecure);
        }
        let agent = if is_loopback(ask.url) {
            &self.loopback
        } else {
            &self.agent
        };
        let bearer = ask.bearer.map(|token| format!("Bearer {token}"));
        let response = match ask.body {
            None => {
                let mut request = agent.get(ask.url).header("accept", FHIR_JSON);
                if let Some(bearer) = &bearer {
                    request = request.header("authorization", bearer);
                }
                request.call()
            }
            Some(body) => {
                let mut request = agent
                    .post(ask.url)
                    .header("accept", FHIR_JSON)
                    .header("content-type", body.content_type);
                if let Some(bearer) = &bearer {
                    request = request.header("authorization", bearer);
                }
                request.send(body.bytes)
            }
        };
        read(response.map_err(|error| failure(&error))?)
    }
}

fn read(response: Response<ureq::Body>) -> Result<Answer, Failure> {
    let (parts, body) = response.into_parts();
    let header = |name: &str| text(&parts.headers, name);
    let content_type = header("content-type");
    let kind = content_type.as_deref().and_then(|t| t.split(';').next());
    let date = header("date").as_deref().and_then(http_date);
    let mut body = body;
    let bytes = body.with_config().limit(LONGEST_ANSWER).read_to_vec();
    Ok(Answer {
        status: parts.status.as_u16(),
        content_type: kind.map(|kind| kind.trim().to_ascii_lowercase()),
        date,
        retry_after: header("retry-after").and_then(|text| retry_after(&text, date)),
        batch_limit: header(BATCH_LIMIT_HEADER).and_then(|text| text.trim().parse().ok()),
        etag: header("etag"),
        training: header(TRAINING_HEADER).is_some_and(|value| value == TRAINING),
        body: bytes.map_err(|error| match failure(&error) {
            // There was a connection: its answer had begun.
            Failure::Unreachable(why) => Failure::CutOff(why),
            other => other,
        })?,
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn failure(error: &ureq::Error) -> Failure {
    if let Some(problem) = certificate_problem(error) {
        return Failure::Certificate(problem);
    }
    match error {
        ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
            Failure::Unreachable(error.to_string())
        }
        ureq::Error::Timeout(_) => Failure::TimedOut,
        ureq::Error::BodyExceedsLimit(_) => Failure::TooLong,
        ureq::Error::Protocol(_) => Failure::CutOff(error.to_string()),
        ureq::Error::Io(io) => match io.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::TimedOut,
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Failure::CutOff(io.to_string()),
            _ => Failure::Unreachable(io.to_string()),
        },
        other => Failure::Unreachable(other.to_string()),
    }
}

/// What rustls found wrong with a certificate, wherever the error carries it.
fn certificate_problem(error: &ureq::Error) -> Option<CertificateProblem> {
    let found = match error {
        ureq::Error::Rustls(found) => Some(found),
        ureq::Error::Io(io) => io.get_ref().and_then(|inner| inner.downcast_ref()),
        other => other.source().and_then(|source| source.downcast_ref()),
    };
    let Some(rustls::Error::InvalidCertificate(problem)) = found else {
        return None;
    };
    Some(match problem {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => CertificateProblem::Expired,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::OtherName
        }
        // The second, where somebody calls themselves as the right issuer is called.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            CertificateProblem::UnknownIssuer
        }
        _ => CertificateProblem::Invalid,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for url in [
            "http://127.0.0.1:80/",
            "http://[::1]:8080",
            "http://localhost:1/x",
        ] {
            assert!(is_secure(url), "{url}");
        }
        for url in [
            "http://192.168.1.5/",
            "http://api.example/fhir",
            "http://127.0.0.1.example/",
            "http://localhost.example/",
            "http://user@api.example/",
            "ftp://127.0.0.1/",
            "127.0.0.1",
        ] {
            assert!(!is_secure(url), "{url}");
        }
        assert!(is_secure("https://api.example/fhir"));
    }

    #[test]
    fn nothing_is_sent_in_plain_text_to_another_machine() {
        let mut transport = HttpTransport::new(&Route::default()).unwrap();
        let ask = Ask {
            url: "http://api.example/fhir",
            bearer: Some("secret"),
            body: None,
        };
        assert_eq!(transport.ask(&ask), Err(Failure::Insecure));
    }

    #[test]
    fn a_server_that_is_not_there_is_told_as_unreachable() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", free.local_addr().unwrap());
        drop(free);
        let mut transport = HttpTransport::new(&Route::default()).unwrap();
        let ask = Ask {
            url: &url,
            bearer: None,
            body: None,
        };
        let answer = transport.ask(&ask);
        assert!(matches!(answer, Err(Failure::Unreachable(_))), "{answer:?}");
    }

    #[test]
    fn a_ca_file_without_a_certificate_is_refused() {
        let route = Route {
            ca: Some("hello".into()),
            proxy: None,
        };
        let refused = HttpTransport::new(&route).err();
        assert!(matches!(refused, Some(RouteError::NoCertificate)));
    }
}
