//! The physical lines of a file, decoded one by one, with a limit to their length.
//!
//! A line ends where the byte 0x0A stands: no character of UTF-8 or Shift_JIS holds that byte, so
//! a broken character spoils its own line and no other.

use std::io::{self, BufRead, BufReader, Chain, Cursor, ErrorKind, Read};

use super::encoding::{BOM, Encoding, FileError};
use super::finding::Flaw;

/// How many bytes are looked at to know a file's encoding.
const HEAD_BYTES: u64 = 8 << 10;

/// One physical line.
#[derive(Debug)]
pub(super) struct Line {
    /// Which; the first is 1.
    pub(super) number: u64,
    /// Its text without the line end, or why there is none.
    pub(super) text: Result<String, Flaw>,
}

/// The lines of a file.
pub(super) struct Lines<R> {
    input: BufReader<Chain<Cursor<Vec<u8>>, R>>,
    encoding: Encoding,
    limit: usize,
    number: u64,
}

impl<R: Read> Lines<R> {
    /// A file in the encoding that `detect` makes out, lines of up to `limit` bytes.
    pub(super) fn open(
        mut input: R,
        limit: usize,
        detect: fn(&[u8]) -> Result<Encoding, FileError>,
    ) -> Result<Self, FileError> {
        let mut head = Vec::new();
        input.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
        let encoding = detect(&head)?;
        if encoding == Encoding::Utf8Bom {
            head.drain(..BOM.len());
        }
        Ok(Self {
            input: BufReader::new(Cursor::new(head).chain(input)),
            encoding,
            limit,
            number: 0,
        })
    }

    /// What the file is in.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The next line; `None` at the end of the file.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Line>> {
        let Some(bytes) = self.next_bytes()? else {
            return Ok(None);
        };
        self.number += 1;
        let text = if bytes.len() > self.limit {
            Err(Flaw::LongLine { limit: self.limit })
        } else {
            let encoding = self.encoding;
            encoding.decode(bytes).ok_or(Flaw::BadByte { encoding })
        };
        Ok(Some(Line {
            number: self.number,
            text,
        }))
    }

    /// The bytes of the next line, of a line beyond the limit one more than the limit.
    fn next_bytes(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let mut seen = false;
        loop {
            let chunk = match self.input.fill_buf() {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            if chunk.is_empty() {
                break;
            }
            seen = true;
            let end = chunk.iter().position(|&b| b == b'\n');
            let taken = end.unwrap_or(chunk.len());
            // Room for a carriage return and for one byte too many, by which a long line is known.
            let room = (self.limit + 2).saturating_sub(line.len());
            line.extend_from_slice(&chunk[..taken.min(room)]);
            self.input.consume(end.map_or(taken, |end| end + 1));
            if end.is_some() {
                break;
            }
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(seen.then_some(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8], limit: usize) -> Vec<Result<String, &'static str>> {
        let mut lines = Lines::open(bytes, limit, Encoding::detect).unwrap();
        std::iter::from_fn(|| lines.next_line().unwrap())
            .map(|line| line.text.map_err(|flaw| flaw.id()))
            .collect()
    }

    fn text(text: &str) -> Result<String, &'static str> {
        Ok(text.to_owned())
    }

    #[test]
    fn lines_end_with_or_without_a_carriage_return_and_the_last_one_may_have_no_end() {
        let bytes = "\u{feff}券\r\n\n種".as_bytes();
        assert_eq!(texts(bytes, 9), [text("券"), text(""), text("種")]);
        assert_eq!(texts("券\n".as_bytes(), 9), [text("券")]);
    }

    #[test]
    fn a_bad_byte_spoils_its_own_line_and_no_other() {
        let bytes = b"\xe5\x88\xb8\nab\xffc\nd\n";
        assert_eq!(texts(bytes, 9), [text("券"), Err("bad_byte"), text("d")]);
        let bytes = b"\x8c\x94\nab\x81\nd\n";
        assert_eq!(texts(bytes, 9), [text("券"), Err("bad_byte"), text("d")]);
    }

    #[test]
    fn a_line_of_the_limit_is_read_and_one_byte_more_is_too_long() {
        let lines = [
            "a",
            &"b".repeat(9),
            &"c".repeat(10),
            &"d".repeat(99_999),
            "e",
        ]
        .join("\r\n");
        let nine = "b".repeat(9);
        let expected = [
            text("a"),
            text(&nine),
            Err("long_line"),
            Err("long_line"),
            text("e"),
        ];
        assert_eq!(texts(lines.as_bytes(), 9), expected);
    }

    #[test]
    fn the_bytes_that_were_looked_at_come_before_the_rest() {
        let file: String = (0..3000).map(|i| format!("{i}\n")).collect();
        let expected: Vec<_> = (0..3000).map(|i| text(&i.to_string())).collect();
        assert_eq!(texts(file.as_bytes(), 9), expected);
    }
}
