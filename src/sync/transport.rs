//! One request and its answer, behind a small trait: HTTP in a station, a script in tests.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::why::CertificateProblem;

/// The longest answer that is read, in bytes: 500 entries with long words stay far below.
pub const LONGEST_ANSWER: u64 = 8 << 20;

/// The longest that a server may ask to wait: a slip of its clock must not silence a station for
/// years.
pub const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// What is asked of a server.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The whole address.
    pub url: &'a str,
    /// The bearer token, if there is one already.
    pub bearer: Option<&'a str>,
    /// What is sent; nothing for a GET.
    pub body: Option<Body<'a>>,
}

/// What is sent.
#[derive(Clone, Copy)]
pub struct Body<'a> {
    /// Its media type.
    pub content_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What came back, whatever it says.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type without parameters, in lower case.
    pub content_type: Option<String>,
    /// The server's clock.
    pub date: Option<Timestamp>,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
    /// How many records a batch may have.
    pub batch_limit: Option<u32>,
    /// The version of the resource.
    pub etag: Option<String>,
    /// Whether the server marks itself as one for training.
    pub training: bool,
    /// The body.
    pub body: Vec<u8>,
}

/// Without the body, which may hold a token.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("length", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// No connection.
    #[error("no connection ({0})")]
    Unreachable(String),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke while the answer was awaited or read.
    #[error("the answer broke off ({0})")]
    CutOff(String),
    /// The answer is longer than [`LONGEST_ANSWER`].
    #[error("the answer is too long")]
    TooLong,
    /// The server's certificate does not hold.
    #[error("certificate: {0:?}")]
    Certificate(CertificateProblem),
    /// The address is not allowed: plain http to another machine.
    #[error("plain http")]
    Insecure,
}

/// A way to ask a server.
pub trait Transport {
    /// Asks once. A redirect is an answer and is never followed.
    ///
    /// # Errors
    /// When there is no whole answer; whether the server acted is not known then.
    fn ask(&mut self, ask: &Ask<'_>) -> Result<Answer, Failure>;
}

/// The time of an HTTP date, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim())
        .ok()
        .map(|time| time.timestamp())
}

/// How long a `Retry-After` asks to wait: seconds, or until a date, as seen from the server's own
/// clock (RFC 9110, section 10.2.3); at most [`LONGEST_ASKED`].
pub(super) fn retry_after(text: &str, server_now: Option<Timestamp>) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(Duration::from_secs(u64::from(seconds)).min(LONGEST_ASKED));
    }
    let until = http_date(text)?.duration_since(server_now?);
    Some(
        Duration::try_from(until)
            .unwrap_or_default()
            .min(LONGEST_ASKED),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_in_seconds_or_a_date_on_the_servers_clock() {
        assert_eq!(retry_after("7", None), Some(Duration::from_secs(7)));
        let now = http_date("Sat, 20 Nov 2021 01:15:30 GMT");
        assert_eq!(
            retry_after("Sat, 20 Nov 2021 01:16:00 GMT", now),
            Some(Duration::from_secs(30))
        );
        assert_eq!(
            retry_after("Sat, 20 Nov 2021 01:00:00 GMT", now),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after("soon", now), None);
        for forever in ["4294967295", "Thu, 01 Jan 2099 00:00:00 GMT"] {
            assert_eq!(retry_after(forever, now), Some(LONGEST_ASKED));
        }
    }
}
