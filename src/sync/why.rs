//! Why something was not delivered: a stable identifier for programs, a sentence for people.

use crate::text::Bilingual;

/// What is wrong with a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CertificateProblem {
    /// It is of the past or the future, or the tablet's clock is.
    Expired,
    /// It is another server's.
    OtherName,
    /// Nobody whom the station trusts vouches for it.
    UnknownIssuer,
    /// Something else.
    Invalid,
}

/// Why something was not delivered. Nothing is lost by any of these: entries stay queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// No connection came about.
    Unreachable,
    /// The server did not answer in time.
    TimedOut,
    /// The answer broke off.
    CutOff,
    /// The answer is longer than any answer can be.
    TooLong,
    /// The server's certificate does not hold.
    Certificate(CertificateProblem),
    /// A web page came back: a network that wants somebody to sign in.
    SignInPage,
    /// The answer is of another type than the record API's.
    OtherContent,
    /// The answer cannot be read.
    Unreadable,
    /// The answer has another number of entries than the batch.
    EntryCount,
    /// An answer to an entry has no receipt.
    NoReceipt,
    /// The server points to another address.
    Redirected,
    /// The server does not know the station, or not any more.
    Unauthorised,
    /// The server does not allow it.
    Forbidden,
    /// There is no record API at the address.
    NoSuchServer,
    /// The server asks for time.
    Busy,
    /// The server failed.
    ServerError,
    /// The batch is too large.
    TooLarge,
    /// The server refused the batch as a whole.
    RefusedWhole,
    /// The server, or something before it, does not take such requests at all.
    Unacceptable,
    /// The server is for training and the directory is not.
    ServerKind,
    /// The tablet's clock and the server's differ.
    Clock,
    /// Plain http, or a step from https down to it.
    Insecure,
    /// The station is not enrolled.
    NotEnrolled,
    /// Another program delivers for this directory.
    AnotherDelivery,
    /// Records were refused or contradict others: a person decides.
    ForAPerson,
    /// Records wait until a cancellation is through.
    Held,
    /// The record has no form on the wire, such as a product that is not in the tables any more.
    NoForm,
}

impl Why {
    /// All of them, for tables and tests.
    pub const ALL: [Self; 30] = [
        Self::Unreachable,
        Self::TimedOut,
        Self::CutOff,
        Self::TooLong,
        Self::Certificate(CertificateProblem::Expired),
        Self::Certificate(CertificateProblem::OtherName),
        Self::Certificate(CertificateProblem::UnknownIssuer),
        Self::Certificate(CertificateProblem::Invalid),
        Self::SignInPage,
        Self::OtherContent,
        Self::Unreadable,
        Self::EntryCount,
        Self::NoReceipt,
        Self::Redirected,
        Self::Unauthorised,
        Self::Forbidden,
        Self::NoSuchServer,
        Self::Busy,
        Self::ServerError,
        Self::TooLarge,
        Self::RefusedWhole,
        Self::Unacceptable,
        Self::ServerKind,
        Self::Clock,
        Self::Insecure,
        Self::NotEnrolled,
        Self::AnotherDelivery,
        Self::ForAPerson,
        Self::Held,
        Self::NoForm,
    ];

    /// The identifier for programs; never changed.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::TimedOut => "timed_out",
            Self::CutOff => "cut_off",
            Self::TooLong => "answer_too_long",
            Self::Certificate(CertificateProblem::Expired) => "certificate_expired",
            Self::Certificate(CertificateProblem::OtherName) => "certificate_other_name",
            Self::Certificate(CertificateProblem::UnknownIssuer) => "certificate_unknown_issuer",
            Self::Certificate(CertificateProblem::Invalid) => "certificate_invalid",
            Self::SignInPage => "sign_in_page",
            Self::OtherContent => "other_content",
            Self::Unreadable => "unreadable_answer",
            Self::EntryCount => "entry_count",
            Self::NoReceipt => "no_receipt",
            Self::Redirected => "redirected",
            Self::Unauthorised => "unauthorised",
            Self::Forbidden => "forbidden",
            Self::NoSuchServer => "no_such_server",
            Self::Busy => "busy",
            Self::ServerError => "server_error",
            Self::TooLarge => "too_large",
            Self::RefusedWhole => "refused",
            Self::Unacceptable => "unacceptable",
            Self::ServerKind => "server_kind",
            Self::Clock => "clock",
            Self::Insecure => "insecure",
            Self::NotEnrolled => "not_enrolled",
            Self::AnotherDelivery => "another_delivery",
            Self::ForAPerson => "for_a_person",
            Self::Held => "held",
            Self::NoForm => "no_form",
        }
    }

    /// What happened and what to do.
    pub fn words(self) -> Bilingual {
        let (ja, en) = match self {
            Self::Unreachable => (
                "サーバーにつながりません。電波を確かめてください。記録は続けられます",
                "the server cannot be reached: check the network; recording goes on",
            ),
            Self::TimedOut => (
                "サーバーの応答がありません。後で自動的に送り直します",
                "the server did not answer in time: it is sent again later",
            ),
            Self::CutOff => (
                "応答が途中で切れました。後で自動的に送り直します",
                "the answer broke off: it is sent again later",
            ),
            Self::TooLong => (
                "応答が長すぎます。サーバーの担当者に連絡してください",
                "the answer is too long: tell whoever runs the server",
            ),
            Self::Certificate(CertificateProblem::Expired) => (
                "サーバーの証明書の期限が合いません。端末の時計を確かめてください。正しければサーバーの担当者に連絡してください",
                "the server's certificate is not valid at this time: check the clock; if it is right, tell whoever runs the server",
            ),
            Self::Certificate(CertificateProblem::OtherName) => (
                "証明書が別のサーバーのものです。アドレスを確かめてください",
                "the certificate is another server's: check the address",
            ),
            Self::Certificate(CertificateProblem::UnknownIssuer) => (
                "証明書の発行者を確かめられません。会場の Wi-Fi を確かめ、必要なら enrol --ca で認証局を指定してください",
                "nobody trusted vouches for the certificate: check the venue's Wi-Fi, or name the authority with `enrol --ca`",
            ),
            Self::Certificate(CertificateProblem::Invalid) => (
                "サーバーの証明書が正しくありません。サーバーの担当者に連絡してください",
                "the server's certificate is not valid: tell whoever runs the server",
            ),
            Self::SignInPage => (
                "Wi-Fi のログイン画面が返ってきました。ブラウザーでログインしてください",
                "a sign-in page came back: sign in to the Wi-Fi with a browser",
            ),
            Self::OtherContent => (
                "接種記録 API の応答ではありません。サーバーのアドレスを確かめてください",
                "this is no answer of a record API: check the server's address",
            ),
            Self::Unreadable => (
                "応答を読めません。後で自動的に送り直します",
                "the answer cannot be read: it is sent again later",
            ),
            Self::EntryCount => (
                "応答の件数が送った件数と違います。送信済みとせず、後で送り直します",
                "the answer has another number of entries: nothing counts as delivered, it is sent again later",
            ),
            Self::NoReceipt => (
                "受領番号のない応答です。送信済みとせず、後で送り直します",
                "the answer has no receipt: it does not count as delivered and is sent again later",
            ),
            Self::Redirected => (
                "サーバーが別のアドレスを示しました。記録は送っていません。正しいアドレスで登録し直してください",
                "the server points to another address, to which nothing was sent: enrol with the right address",
            ),
            Self::Unauthorised => (
                "サーバーがこの端末を認めません。「uketsuke enrol」で登録し直してください",
                "the server does not accept this station: enrol it again with `uketsuke enrol`",
            ),
            Self::Forbidden => (
                "サーバーに許可されていません。サーバーの担当者に連絡してください",
                "the server does not allow it: tell whoever runs the server",
            ),
            Self::NoSuchServer => (
                "このアドレスに接種記録 API はありません。アドレスを確かめてください",
                "there is no record API at this address: check it",
            ),
            Self::Busy => (
                "サーバーが混み合っています。指定された時間の後に自動的に送ります",
                "the server is busy: it is sent after the time that the server asked for",
            ),
            Self::ServerError => (
                "サーバーの障害です。後で自動的に送り直します",
                "the server failed: it is sent again later",
            ),
            Self::TooLarge => (
                "一度に送る量が多すぎます。分けて送り直します",
                "the batch is too large: it is sent in parts",
            ),
            Self::RefusedWhole => (
                "サーバーがまとめて拒否しました。分けて送り直します",
                "the server refused the batch as a whole: it is sent in parts",
            ),
            Self::Unacceptable => (
                "サーバーか途中の機器が、この要求を受け付けません。サーバーの担当者に連絡してください",
                "the server, or something before it, does not take such requests: tell whoever runs the server",
            ),
            Self::ServerKind => (
                "研修用のサーバーが応答しました。送信済みとしていません。サーバーの担当者に連絡してください",
                "a server for training answered, and nothing counts as delivered: tell whoever runs the server",
            ),
            Self::Clock => (
                "端末とサーバーの時計が合いません。端末の時計を確かめてください。記録は続けられます",
                "the tablet's clock and the server's differ: check the clock; recording goes on",
            ),
            Self::Insecure => (
                "暗号化されない接続です。https のアドレスで登録し直してください",
                "the connection would not be encrypted: enrol with an https address",
            ),
            Self::NotEnrolled => (
                "この端末はまだ登録されていません。「uketsuke enrol」で登録してください",
                "this station is not enrolled: run `uketsuke enrol`",
            ),
            Self::AnotherDelivery => (
                "別の uketsuke が送信しています。そちらに任せてください",
                "another uketsuke is delivering: leave it to that one",
            ),
            Self::ForAPerson => (
                "拒否された記録か、食い違う記録があります。「uketsuke doctor」で確かめ、直ったら「uketsuke sync --requeue」で送ってください",
                "records were refused, or contradict others: look at them with `uketsuke doctor`; once that is settled, `uketsuke sync --requeue` sends them again",
            ),
            Self::Held => (
                "取り消しが済むまで送れない記録があります",
                "records wait until a cancellation is through",
            ),
            Self::NoForm => (
                "送れる形にできない記録があります。製品の表を確かめてください",
                "a record has no form on the wire: check the table of products",
            ),
        };
        Bilingual::new(ja, en)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::text::Language;

    #[test]
    fn every_reason_has_an_identifier_of_its_own_and_a_remedy_in_both_languages() {
        let codes: HashSet<&str> = Why::ALL.iter().map(|why| why.code()).collect();
        assert_eq!(codes.len(), Why::ALL.len());
        for why in Why::ALL {
            let words = why.words();
            for language in [Language::Japanese, Language::English] {
                let text = words.in_language(language);
                assert!(text.chars().count() >= 15, "{why:?}: {text}");
            }
        }
    }
}
