//! Why a number was not accepted: stable identifiers, and words for people.

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $ja:literal, $en:literal;)*) => {
        /// Why a number was not accepted. The identifiers are stable: programs
        /// that read `scan --jsonl` depend on them.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Reason {
            $($(#[$doc])* #[doc = concat!("`", $id, "`: ", $en)] #[serde(rename = $id)] $name,)*
        }

        impl Reason {
            /// Every reason, in the order of the table.
            pub const ALL: &'static [Reason] = &[$(Reason::$name),*];

            /// The stable identifier.
            pub fn id(self) -> &'static str {
                match self { $(Reason::$name => $id),* }
            }

            /// What to tell a person, in Japanese, with the remedy.
            pub fn japanese(self) -> &'static str {
                match self { $(Reason::$name => $ja),* }
            }

            /// What to tell a person, in English, with the remedy.
            pub fn english(self) -> &'static str {
                match self { $(Reason::$name => $en),* }
            }
        }
    };
}

reasons! {
    UnreadableFile = "unreadable_file", "画像ファイルを開けません。撮り直すかコピーし直してください", "the picture file cannot be opened: take or copy it again";
    NoVoucher = "no_voucher", "接種券が見えません。接種券を枠の中に置いてください", "no voucher in view: put one inside the frame";
    TooDark = "too_dark", "暗すぎます。明かりをつけてください", "too dark: switch a light on";
    OutOfFocus = "out_of_focus", "ピントが合っていません。台の上に平らに置いてください", "out of focus: lay the voucher flat on the stand";
    Glare = "glare", "光が反射しています。向きを少し変えてください", "glare: turn the voucher a little";
    CutOff = "cut_off", "番号が画面からはみ出しています。全体が入るように置いてください", "part of the number is outside the picture: move the whole label into view";
    TwoVouchers = "two_vouchers", "接種券が2枚見えます。1枚だけ置いてください", "two vouchers in view: leave one only";
    LineLength = "line_length", "番号が18桁ではありません。接種券を確かめてください", "the printed line does not have 18 digits: check the voucher";
    OccludedDigit = "occluded_digit", "数字が隠れています。指やふせんをどけてください", "a digit is covered: take away finger, note or tape";
    AlteredDigit = "altered_digit", "数字に書き足したような跡があります。紙を確かめてください", "a digit looks as if it had been written over: check the paper";
    LineUncertain = "line_uncertain", "番号の一部がはっきり読めません。置き直してください", "part of the printed line is not clear: lay the voucher down again";
    TooFewWitnesses = "too_few_witnesses", "番号の裏付けが足りません。紙の番号と照らし合わせてください", "not enough marks back the number: compare it with the paper";
    BarcodeDisagrees = "barcode_disagrees", "バーコードと印字の番号が違います。紙を確かめてください", "the barcode and the print differ: check the paper";
    QrDisagrees = "qr_disagrees", "QRコードと印字の番号が違います。紙を確かめてください", "the QR and the print differ: check the paper";
    PrintedNumberDisagrees = "printed_number_disagrees", "「券番号」の欄と18桁の番号が違います。紙を確かめてください", "the 券番号 field and the 18-digit number differ: check the paper";
    MunicipalityDisagrees = "municipality_disagrees", "「請求先」の番号と18桁の番号が違います。紙を確かめてください", "the 請求先 field and the 18-digit number differ: check the paper";
    HeadingDisagrees = "heading_disagrees", "見出し（接種券・予診のみ）と番号の券種が違います。紙を確かめてください", "the heading (接種券 or 予診のみ) and the number's ticket kind differ: check the paper";
    DoseDisagrees = "dose_disagrees", "見出しの回数と番号の回数が違います。紙を確かめてください", "the printed dose and the number's dose differ: check the paper";
    ForeignMark = "foreign_mark", "接種券の番号ではないコードが付いています。紙を確かめてください", "a mark on the label does not hold a voucher number: check the paper";
    CheckDigit = "check_digit", "自治体番号の検査数字が合いません。紙を確かめてください", "the municipality's check digit does not fit: check the paper";
    UnknownMunicipality = "unknown_municipality", "この自治体番号は一覧にありません。紙を確かめてください", "no municipality has this code: check the paper";
    UnknownTicketKind = "unknown_ticket_kind", "この券種は登録されていません。紙を確かめてください", "this ticket kind is not known: check the paper";
    UnknownDose = "unknown_dose", "回数が0になっています。紙を確かめてください", "the dose number is 0: check the paper";
    UnexpectedTicketKind = "unexpected_ticket_kind", "会場の設定と券種が違います。設定か接種券を確かめてください", "the ticket kind is not the session's: check the session or the voucher";
    UnexpectedDose = "unexpected_dose", "会場の設定と回数が違います。設定か接種券を確かめてください", "the dose is not the session's: check the session or the voucher";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_reason_has_an_identifier_of_its_own_and_a_remedy_in_two_languages() {
        let ids: HashSet<_> = Reason::ALL.iter().map(|r| r.id()).collect();
        assert_eq!(ids.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert!(reason.japanese().contains("ください"), "{reason:?}");
            assert!(reason.english().contains(": "), "{reason:?}");
        }
    }
}
