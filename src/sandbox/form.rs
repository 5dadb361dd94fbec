//! Percent-encoded text: queries, forms and what `ifNoneExist` says.

use uuid::Uuid;

/// The system of identifiers that are URIs.
pub(super) const URI: &str = "urn:ietf:rfc:3986";

const URN: &str = "urn:uuid:";

/// Length of a UUID with its hyphens (RFC 9562, section 4).
const UUID: usize = 36;

/// `text` with its percent-encoded octets decoded (RFC 3986, section 2.1); `None` when it is not
/// UTF-8 or an octet is cut off.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// The fields of a query or a form, in their order; `None` when one cannot be decoded.
///
/// In a form a plus sign is a blank (<https://url.spec.whatwg.org/#urlencoded-parsing>).
pub(super) fn fields(text: &str) -> Option<Vec<(String, String)>> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let field = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((
            decoded(&name.replace('+', " "))?,
            decoded(&value.replace('+', " "))?,
        ))
    };
    pairs.map(field).collect()
}

/// The record's identity that a search for `identifier=urn:ietf:rfc:3986|urn:uuid:…` asks for;
/// `None` for any other search.
pub(super) fn searched_identity(query: &str) -> Option<Uuid> {
    let query = query.strip_prefix('?').unwrap_or(query);
    let fields = fields(query)?;
    let [(name, value)] = fields.as_slice() else {
        return None;
    };
    let (system, value) = value.split_once('|')?;
    let ours = name == "identifier" && system == URI;
    if ours { urn(value) } else { None }
}

/// The UUID of a `urn:uuid:…` (RFC 9562, section 4).
pub(super) fn urn(text: &str) -> Option<Uuid> {
    let uuid = text.strip_prefix(URN)?;
    // The parser knows more forms, which nobody would find again as a text.
    if uuid.len() == UUID {
        Uuid::parse_str(uuid).ok()
    } else {
        None
    }
}

/// A UUID as `urn:uuid:…`.
pub(super) fn as_urn(uuid: Uuid) -> String {
    format!("{URN}{uuid}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019a9c2e-7b1c-7d3e-8f00-000000000001";

    #[test]
    fn a_search_for_an_identity_is_understood_plain_and_percent_encoded() {
        let id = Uuid::parse_str(ID).unwrap();
        for query in [
            format!("identifier=urn:ietf:rfc:3986|urn:uuid:{ID}"),
            format!("?identifier=urn:ietf:rfc:3986|urn:uuid:{ID}"),
            format!("identifier=urn%3Aietf%3arfc%3A3986%7Curn%3Auuid%3A{ID}"),
            format!(
                "identifier=urn:ietf:rfc:3986|urn:uuid:{}",
                ID.to_uppercase()
            ),
        ] {
            assert_eq!(searched_identity(&query), Some(id), "{query}");
        }
    }

    #[test]
    fn any_other_search_is_none() {
        for query in [
            String::new(),
            "identifier".to_owned(),
            format!("identifier=urn:uuid:{ID}"),
            format!("identifier=other|urn:uuid:{ID}"),
            format!("identifier=urn:ietf:rfc:3986|{ID}"),
            format!("patient=urn:ietf:rfc:3986|urn:uuid:{ID}"),
            format!("identifier=urn:ietf:rfc:3986|urn:uuid:{ID}&status=completed"),
            "identifier=urn:ietf:rfc:3986|urn:uuid:{019a9c2e}".to_owned(),
            "identifier=%f".to_owned(),
            "identifier=%ff".to_owned(),
        ] {
            assert_eq!(searched_identity(&query), None, "{query}");
        }
    }

    #[test]
    fn the_fields_of_a_form_are_decoded() {
        let fields = fields("grant_type=a%2Bb+c&empty=&alone").unwrap();
        let expected = [("grant_type", "a+b c"), ("empty", ""), ("alone", "")];
        let expected = expected.map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(fields, expected);
    }
}
