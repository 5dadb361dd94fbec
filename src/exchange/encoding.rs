//! UTF-8 and Shift_JIS: told apart when a file is opened, and written without loss.
//!
//! Shift_JIS is what Japanese spreadsheets call it: Windows code page 31J, the `Shift_JIS` of
//! <https://encoding.spec.whatwg.org/>.

use std::borrow::Cow;
use std::fmt;
use std::io;

use encoding_rs::SHIFT_JIS;
use thiserror::Error;

/// The bytes that say "UTF-8" at the start of a file.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// How far other kinds of file tell what they are, even where a line ends before.
const SIGNATURE_BYTES: usize = 32;

/// How characters are bytes in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with a byte order mark, by which spreadsheets know it.
    Utf8Bom,
    /// Shift_JIS (Windows-31J).
    ShiftJis,
}

/// Why nothing of a file was imported.
#[derive(Debug, Error)]
pub enum FileError {
    /// The first bytes cannot be read.
    #[error(
        "ファイルを読めません（{0}）。ファイルと媒体を確かめてください / the file cannot be read ({0}): check the file and its medium"
    )]
    Unreadable(#[from] io::Error),
    /// UTF-16, which some programs call "Unicode text".
    #[error(
        "文字コードが UTF-16 です。「CSV UTF-8」の形式で保存し直してください / the file is UTF-16: save it as \"CSV UTF-8\""
    )]
    Utf16,
    /// UTF-16 where a `fhir-ndjson` file is wanted.
    #[error(
        "文字コードが UTF-16 です。UTF-8 で保存し直してください / the file is UTF-16: save it as UTF-8"
    )]
    ResourcesInUtf16,
    /// A spreadsheet where a `fhir-ndjson` file is wanted.
    #[error(
        "表計算のファイルです。1行に1件の Immunization の JSON（fhir-ndjson）を選んでください / the file is a spreadsheet: choose one with a JSON Immunization a line (fhir-ndjson)"
    )]
    ResourcesInWorkbook,
    /// A spreadsheet's own format.
    #[error(
        "表計算のファイルです。開いて「CSV UTF-8」の形式で保存し直してください / the file is a spreadsheet's own: open it and save it as \"CSV UTF-8\""
    )]
    Workbook,
    /// No text at all.
    #[error(
        "文字のファイルではありません。ファイルを選び直してください / the file is not text: choose another"
    )]
    Binary,
    /// Neither UTF-8 nor Shift_JIS.
    #[error(
        "文字コードが UTF-8 でも Shift_JIS でもありません。「CSV UTF-8」の形式で保存し直してください / the file is neither UTF-8 nor Shift_JIS: save it as \"CSV UTF-8\""
    )]
    UnknownEncoding,
    /// Nothing in it.
    #[error(
        "ファイルが空です。書き出し元を確かめてください / the file is empty: check where it was made"
    )]
    Empty,
    /// Not one of the columns is named on the first line.
    #[error(
        "1行目に見出しがありません。1行目を「{wanted}」にしてください / the first line is no header: make it {wanted}"
    )]
    NoHeader {
        /// The header as it should be.
        wanted: String,
    },
    /// Lines end as on old Macs, so that the whole file is one line.
    #[error(
        "改行が古い形式（CR）です。「CSV UTF-8」の形式で保存し直してください / lines end in CR alone: save the file as \"CSV UTF-8\""
    )]
    LineEnds,
    /// The first line is another header. Cells that are no column's name are shown as `？`.
    #[error(
        "見出しが違います。「{found}」を「{wanted}」に直してください / the header is wrong: change {found} to {wanted}"
    )]
    WrongHeader {
        /// The header as it is.
        found: String,
        /// The header as it should be.
        wanted: String,
    },
}

impl Encoding {
    /// What the first bytes of a file are in. They should reach beyond the first line.
    ///
    /// The first line that is not plain ASCII decides: in both forms of table that is the header,
    /// and Japanese column names in Shift_JIS are never valid UTF-8.
    pub(super) fn detect(head: &[u8]) -> Result<Self, FileError> {
        if head.is_empty() {
            return Err(FileError::Empty);
        }
        if head.starts_with(BOM) {
            return Ok(Self::Utf8Bom);
        }
        refuse_other_files(head)?;
        let line = head.split(|&b| b == b'\n').find(|line| !line.is_ascii());
        match line.unwrap_or_default() {
            line if is_utf8_so_far(line) => Ok(Self::Utf8),
            line if Self::ShiftJis.decode(line.to_vec()).is_some() => Ok(Self::ShiftJis),
            _ => Err(FileError::UnknownEncoding),
        }
    }

    /// What the first bytes of a `fhir-ndjson` file are in, which is UTF-8 and nothing else
    /// (RFC 8259, section 8.1). A line that is not costs that line alone.
    pub(super) fn of_resources(head: &[u8]) -> Result<Self, FileError> {
        match head {
            [] => Err(FileError::Empty),
            _ if head.starts_with(BOM) => Ok(Self::Utf8Bom),
            _ if is_workbook(head) => Err(FileError::ResourcesInWorkbook),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(FileError::ResourcesInUtf16),
            // Two characters of ASCII begin any JSON: RFC 4627, section 3, tells by their zeros.
            [a, b, c, d, ..]
                if matches!(
                    [a, b, c, d].map(|byte| *byte == 0),
                    [true, false, true, false] | [false, true, false, true]
                ) =>
            {
                Err(FileError::ResourcesInUtf16)
            }
            _ => Ok(Self::Utf8),
        }
    }

    /// The text that `bytes` are; `None` when one of them is not valid.
    pub(super) fn decode(self, bytes: Vec<u8>) -> Option<String> {
        match self {
            Self::Utf8 | Self::Utf8Bom => String::from_utf8(bytes).ok(),
            Self::ShiftJis => SHIFT_JIS
                .decode_without_bom_handling_and_without_replacement(&bytes)
                .map(Cow::into_owned),
        }
    }

    /// The bytes of `text`, or the first character that would not come back as it is.
    ///
    /// Shift_JIS has no `〜` (U+301C) and would turn `¥` (U+00A5) into a backslash: both are
    /// named here rather than changed.
    pub(super) fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, char> {
        match self {
            Self::Utf8 | Self::Utf8Bom => Ok(Cow::Borrowed(text.as_bytes())),
            Self::ShiftJis => in_shift_jis(text).ok_or_else(|| {
                let mut buffer = [0; 4];
                text.chars()
                    .find(|c| in_shift_jis(c.encode_utf8(&mut buffer)).is_none())
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
            }),
        }
    }
}

/// The bytes of `text`, if they are those of `text` alone.
fn in_shift_jis(text: &str) -> Option<Cow<'_, [u8]>> {
    let (bytes, _, lossy) = SHIFT_JIS.encode(text);
    let back = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(&bytes);
    (!lossy && back.as_deref() == Some(text)).then_some(bytes)
}

/// Valid UTF-8, or cut off in the middle of a character.
fn is_utf8_so_far(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    }
}

/// Office Open XML is a zip archive, its predecessor an OLE compound file.
fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0")
}

/// Refuses what is no text of one byte or more a character.
fn refuse_other_files(head: &[u8]) -> Result<(), FileError> {
    if is_workbook(head) {
        return Err(FileError::Workbook);
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(FileError::Utf16);
    }
    // Commas and digits in UTF-16 have a zero in every other byte, always on the same side. A
    // zero beyond the first line is the flaw of one row.
    let line = head.iter().position(|&b| b == b'\n').unwrap_or(head.len());
    let start = &head[..line.max(SIGNATURE_BYTES).min(head.len())];
    let zeros = |side| start.iter().skip(side).step_by(2).any(|&b| b == 0);
    match (zeros(0), zeros(1)) {
        (false, false) => Ok(()),
        (true, true) => Err(FileError::Binary),
        _ => Err(FileError::Utf16),
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Utf8 | Self::Utf8Bom => "UTF-8",
            Self::ShiftJis => "Shift_JIS",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: &str = "券種,回数\r\n2,1\r\n";

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        let bytes = |unit: u16| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn the_header_tells_utf8_and_shift_jis_apart() {
        let bom = [BOM, HEADER.as_bytes()].concat();
        let jis = SHIFT_JIS.encode(HEADER).0;
        assert_eq!(Encoding::detect(HEADER.as_bytes()).unwrap(), Encoding::Utf8);
        assert_eq!(Encoding::detect(&bom).unwrap(), Encoding::Utf8Bom);
        assert_eq!(Encoding::detect(&jis).unwrap(), Encoding::ShiftJis);
    }

    #[test]
    fn utf16_is_refused_with_and_without_its_mark() {
        let marked = format!("\u{feff}{HEADER}");
        for text in [HEADER, &marked] {
            for big in [false, true] {
                let error = Encoding::detect(&utf16(text, big)).unwrap_err();
                assert!(matches!(error, FileError::Utf16), "{error}");
                assert!(error.to_string().contains("CSV UTF-8"), "{error}");
            }
        }
    }

    #[test]
    fn workbooks_pictures_and_empty_files_are_refused_each_by_its_name() {
        let refused = |head: &[u8]| Encoding::detect(head).unwrap_err();
        assert!(matches!(refused(b"PK\x03\x04xl"), FileError::Workbook));
        assert!(matches!(
            refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
            FileError::Binary
        ));
        assert!(matches!(
            refused(b"\xff\xd8\xff\xe1Exif"),
            FileError::UnknownEncoding
        ));
        assert!(matches!(refused(b""), FileError::Empty));
    }

    #[test]
    fn of_resources_only_utf16_workbooks_and_empty_files_are_refused_and_not_as_csv() {
        let marked = "\u{feff}{}";
        for (head, word) in [
            (utf16("{\n}", false), "UTF-16"),
            (utf16("{\n}", true), "UTF-16"),
            (utf16(marked, false), "UTF-16"),
            (utf16(marked, true), "UTF-16"),
            (b"PK\x03\x04xl".to_vec(), "fhir-ndjson"),
            (Vec::new(), "空"),
        ] {
            let error = Encoding::of_resources(&head).unwrap_err().to_string();
            assert!(error.contains(word) && !error.contains("CSV"), "{error}");
        }
        for head in [
            &b"\xff\xff{}"[..],
            b"\x8e\x52{}",
            b"\0\0",
            b"{\0}\n{}",
            b"{",
        ] {
            assert_eq!(Encoding::of_resources(head).unwrap(), Encoding::Utf8);
        }
        assert_eq!(Encoding::of_resources(BOM).unwrap(), Encoding::Utf8Bom);
    }

    #[test]
    fn a_zero_byte_beyond_the_first_line_does_not_make_a_file_binary() {
        let file = format!("券種,回数,自治体コード,券番号\n{}\0\n", "1".repeat(40));
        assert_eq!(Encoding::detect(file.as_bytes()).unwrap(), Encoding::Utf8);
    }

    #[test]
    fn a_character_cut_off_at_the_end_of_the_first_bytes_is_still_utf8() {
        assert_eq!(
            Encoding::detect(&"券種".as_bytes()[..5]).unwrap(),
            Encoding::Utf8
        );
    }

    #[test]
    fn what_shift_jis_lacks_is_named_and_never_replaced() {
        for (text, lacking) in [
            ("𠮷野", '𠮷'),
            ("10〜12時", '〜'),
            ("¥100", '¥'),
            ("café", 'é'),
        ] {
            assert_eq!(
                Encoding::ShiftJis.encode(text).unwrap_err(),
                lacking,
                "{text}"
            );
        }
        assert_eq!(
            &*Encoding::ShiftJis.encode("髙﨑①").unwrap(),
            b"\xfb\xfc\xfa\xb1\x87\x40"
        );
    }

    #[test]
    fn half_a_character_is_not_valid() {
        assert_eq!(Encoding::ShiftJis.decode(b"\x8e\x52\x8e".to_vec()), None);
        assert_eq!(Encoding::Utf8.decode(b"\xe5\xb1".to_vec()), None);
    }

    proptest! {
        #[test]
        fn what_can_be_written_is_read_back_as_it_was(text in "\\PC{0,40}") {
            for encoding in [Encoding::Utf8, Encoding::ShiftJis] {
                if let Ok(bytes) = encoding.encode(&text) {
                    let back = encoding.decode(bytes.into_owned());
                    prop_assert_eq!(back.as_deref(), Some(&*text));
                }
            }
        }
    }
}
