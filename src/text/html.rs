//! Reports for people: one HTML file that holds everything it shows, in Japanese and English.
//!
//! Small pieces of HTML. Everything that comes from a file or a picture goes through [`escape`].

use std::fmt::Write as _;

/// How reports look.
const STYLE: &str = include_str!("report.css");

/// A whole page. `title` is escaped here; `body` is markup.
pub fn page(title: &str, body: &str) -> String {
    // The policy lets nothing in from outside and nothing run, should escaping ever fail.
    format!(
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; \
         style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escape(title)
    )
}

/// `text` for use between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The same words in both languages.
pub fn both(japanese: &str, english: &str) -> String {
    format!(
        "<span lang=\"ja\">{}</span> <span lang=\"en\">{}</span>",
        escape(japanese),
        escape(english)
    )
}

/// A section with its heading.
pub fn section(japanese: &str, english: &str, body: &str) -> String {
    format!(
        "<section><h2>{}</h2>\n{body}</section>\n",
        both(japanese, english)
    )
}

/// A JPEG as an address that holds it.
pub fn jpeg_address(jpeg: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", base64(jpeg))
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0u32, |group, i| {
            group << 8 | u32::from(chunk.get(i).copied().unwrap_or(0))
        });
        for place in 0..4 {
            if place <= chunk.len() {
                let index = group >> (18 - 6 * place) & 63;
                text.push(char::from(ALPHABET[index as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

/// One part of a stacked bar.
#[derive(Debug)]
pub struct Part {
    /// Style class, which gives the colour.
    pub class: &'static str,
    /// What the part counts, for a tooltip.
    pub title: &'static str,
    /// How many.
    pub count: usize,
}

/// A horizontal bar of `parts`, whose whole length stands for `of`.
pub fn bar(parts: &[Part], of: usize) -> String {
    let mut html = String::from("<div class=\"bar\">");
    for part in parts.iter().filter(|part| part.count > 0) {
        let width = 100.0 * part.count as f64 / of.max(1) as f64;
        let _ = write!(
            html,
            "<i class=\"{}\" style=\"width:{width:.3}%\" title=\"{}: {}\"></i>",
            part.class, part.title, part.count
        );
    }
    html.push_str("</div>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_read_becomes_markup() {
        assert_eq!(
            escape("<script>\"x\" & 'y'</script>"),
            "&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;"
        );
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        let pairs = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (bytes, text) in pairs {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
