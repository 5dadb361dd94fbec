//! Dates as HTTP writes them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `Sat, 20 Nov 2021 01:15:30 GMT` (RFC 9110, section 5.6.7: IMF-fixdate).
pub(super) fn http_date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%a, %d %b %Y %H:%M:%S GMT")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_http_date_is_that_of_greenwich_with_two_digit_days() {
        let at: Timestamp = "2021-11-05T10:15:30+09:00".parse().unwrap();
        assert_eq!(http_date(at), "Fri, 05 Nov 2021 01:15:30 GMT");
    }
}
