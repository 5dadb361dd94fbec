//! What can be wrong with a row: stable identifiers, and words for people, each with its remedy.

use std::fmt;

use super::encoding::Encoding;
use crate::text::Bilingual;

/// One flaw of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFinding {
    /// The line of the file; the first is 1.
    pub line: u64,
    /// The column, or the path of the element; `None` when it is the row as a whole.
    pub column: Option<&'static str>,
    /// The stable identifier, see [`Flaw::id`].
    pub code: &'static str,
    /// What a person reads, with the remedy.
    pub message: Bilingual,
}

impl RowFinding {
    pub(super) fn new(line: u64, column: Option<&'static str>, flaw: &Flaw) -> Self {
        Self {
            line,
            column,
            code: flaw.id(),
            message: flaw.message(),
        }
    }
}

impl fmt::Display for RowFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.column {
            Some(column) => write!(f, "{}: {column}: {}", self.line, self.message),
            None => write!(f, "{}: {}", self.line, self.message),
        }
    }
}

macro_rules! flaws {
    ($($name:ident $({ $($field:ident: $type:ty),* })? = $id:literal, $ja:literal, $en:literal;)*) => {
        /// What can be wrong with a row. The identifiers are stable: programs may depend on them.
        ///
        /// No flaw carries a cell's content, which may be a voucher number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the table's words are the documentation")]
        pub enum Flaw { $(#[doc = concat!("`", $id, "`: ", $en)] $name $({ $($field: $type),* })?,)* }

        impl Flaw {
            /// The identifiers, in the order of the table.
            pub const IDS: &'static [&'static str] = &[$($id),*];

            /// The stable identifier.
            pub fn id(&self) -> &'static str {
                match self { $(Self::$name { .. } => $id),* }
            }

            /// What to tell a person, with the remedy.
            pub fn message(&self) -> Bilingual {
                match self {
                    $(Self::$name $({ $($field),* })? => {
                        Bilingual::new(format!($ja), format!($en))
                    })*
                }
            }
        }
    };
}

flaws! {
    LongLine { limit: usize } = "long_line", "行が {limit} バイトより長いため読めません。改行が失われていないか確かめてください", "the line is longer than {limit} bytes: check whether line ends were lost";
    BadByte { encoding: Encoding } = "bad_byte", "{encoding} として読めない文字があります。この行を入れ直し、同じ文字コードで保存してください", "a character is not {encoding}: enter the row again and save it in the same encoding";
    UnclosedQuote = "unclosed_quote", "この行の引用符「\"」が閉じていません。引用符を閉じるか取り除いてください", "a quotation mark opens on this line and is not closed: close or remove it";
    StrayQuote = "stray_quote", "閉じた引用符「\"」の後に文字があります。値の中の引用符は二つ重ねてください", "text follows a closing quotation mark: double the marks inside a value";
    EmbeddedNewline = "embedded_newline", "値の中に改行があります。改行を取り除き、1件を1行にしてください", "a value holds a line break: remove it, one record is one line";
    FieldCount { found: usize, expected: usize } = "field_count", "項目が {found} 個あります。見出しのとおり {expected} 個にしてください", "{found} fields: make them the header's {expected}";
    Empty = "empty", "空欄です。値を入れてください", "empty: enter a value";
    TooLong { found: usize, limit: usize } = "too_long", "{found} 文字あります。{limit} 文字以内にしてください", "{found} characters: shorten to {limit}";
    ControlCharacter = "control_character", "目に見えない制御文字があります。取り除いてください", "has a control character, which nobody sees: remove it";
    LostCharacter = "lost_character", "文字化けした「\u{fffd}」があり、元の文字が失われています。正しい文字を入れ直してください", "has \u{fffd} where a character was lost: enter the right one again";
    Formula { sign: char } = "formula", "「{sign}」で始まる値は表計算で式として動きます。先頭の記号を除いてください", "starts with {sign}, which a spreadsheet runs as a formula: remove the sign";
    NotACode = "not_a_code", "使えない文字があります。英数字と「-」「_」「.」で入れてください", "has a sign that no code has: use only letters, digits and - _ .";
    PrivateCharacter = "private_character", "外字があります。ほかの端末では読めないため、標準の字に替えてください", "has a private character (gaiji), which other machines cannot show: use a standard one";
    Scientific = "scientific", "指数の形（1.23E+09 など）になり、桁が失われています。元のデータをこの列を「文字列」にして取り込み、書き出し直してください", "in scientific notation such as 1.23E+09, digits are lost: import the column of the original data as text and export it again";
    LostZeros { expected: usize, found: usize } = "lost_zeros", "{expected} 桁のところ {found} 桁です。表計算で先頭の 0 が消えたなら、元のデータをこの列を「文字列」にして取り込み、書き出し直してください", "{found} digits where {expected} are needed: if a spreadsheet dropped leading zeros, import the column of the original data as text and export it again";
    TooManyDigits { expected: usize, found: usize } = "too_many_digits", "{expected} 桁のところ {found} 桁あります。券面と照らし、余分な桁や項目のずれを直してください", "{found} digits where {expected} are needed: compare with the voucher, look for extra digits or slipped columns";
    NotADigit { position: usize } = "not_a_digit", "{position} 文字目が半角数字ではありません。0〜9 の半角数字で入れてください", "character {position} is not a digit 0-9: enter half-width digits only";
    UnknownDose = "unknown_dose", "回数が 1〜9 ではありません。券面を確かめてください", "the dose number is not 1-9: check the voucher";
    CheckDigit = "check_digit", "自治体コードの検査数字が合いません。券面を確かめてください", "the municipality's check digit does not fit: check the voucher";
    DateForm = "date_form", "日付の形が違います。20211120 のように年月日を 8 桁で入れてください", "not in the form of a date: enter year, month and day as 8 digits, such as 20211120";
    IsoDateForm = "iso_date_form", "日付の形が違います。2021-11-20 のように入れてください", "not in the form of a date: write it like 2021-11-20";
    NoSuchDay = "no_such_day", "暦にない日付です。接種日を確かめてください", "no such day in the calendar: check the date";
    UnknownOutcome = "unknown_outcome", "結果は「接種」か「予診のみ」です。どちらかを入れてください", "the outcome is 接種 or 予診のみ: enter one of them";
    VaccineOnConsultation = "vaccine_on_consultation", "予診のみなのにワクチンが書かれています。結果を直すか、ワクチンの欄を空にしてください", "a consultation without a dose names a vaccine: correct the outcome or clear the vaccine";
    UnknownMaker = "unknown_maker", "この日に使える製品を、このメーカー名から決められません。製品ファイルの表記に合わせてください", "this maker names no product of that day: write it as in the products file";
    ProductByMakerAlone = "product_by_maker_alone", "製品はメーカー名だけから決めました。予診票で確かめてください", "the product was told from the maker's name alone: check the pre-screening form";
    NotImmunization { column: usize } = "not_immunization", "{column} 文字目で FHIR R4 の Immunization として読めません。1行に1件の JSON にしてください", "not a FHIR R4 Immunization at character {column}: one JSON resource a line";
    Missing = "missing", "必要な要素がありません。書き出し元で補ってください", "a required element is missing: add it where the file was made";
    UnknownIdentifier = "unknown_identifier", "識別子が「urn:uuid:…」ではありません。書き出し元を確かめてください", "the identifier is not urn:uuid:…: check where the file was made";
    ForeignSystem = "foreign_system", "接種券の番号体系が設定と違います。設定か書き出し元を確かめてください", "the voucher's naming system is not the configured one: check the configuration or where the file was made";
    VoucherForm = "voucher_form", "接種券の番号が「自治体コード6桁-券番号10桁」ではありません。書き出し元を確かめてください", "the voucher is not municipality code (6), hyphen, 券番号 (10): check where the file was made";
    TimeForm = "time_form", "時刻の形が違います。2021-11-20T10:15:30+09:00 のように入れてください", "not a time: write it like 2021-11-20T10:15:30+09:00";
    UnknownProduct = "unknown_product", "このワクチンは製品ファイルにありません。製品ファイルに加えてから取り込んでください", "this vaccine is not in the products file: add it there, then import again";
    Cancelled = "cancelled", "取り消された記録です。取り込むものはありません", "a cancelled record: there is nothing to import";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::text::Language;

    #[test]
    fn identifiers_are_snake_case_and_each_stands_for_one_flaw() {
        let all: BTreeSet<_> = Flaw::IDS.iter().collect();
        assert_eq!(all.len(), Flaw::IDS.len());
        for id in Flaw::IDS {
            assert!(
                id.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
                "{id}"
            );
        }
    }

    #[test]
    fn a_finding_says_where_and_what_in_both_languages() {
        let flaw = Flaw::TooManyDigits {
            expected: 10,
            found: 19,
        };
        let finding = RowFinding::new(7, Some("券番号"), &flaw);
        assert_eq!(finding.code, "too_many_digits");
        assert!(
            finding
                .to_string()
                .starts_with("7: 券番号: 10 桁のところ 19 桁")
        );
        let english = finding.message.in_language(Language::English);
        assert!(english.starts_with("19 digits where 10"), "{english}");
    }
}
