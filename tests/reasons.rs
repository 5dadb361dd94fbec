//! `docs/REASONS.md` says what the source says. `make reasons` writes it anew.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

use std::fmt::Write as _;
use std::path::Path;

use uketsuke::reading::Reason;
use uketsuke::sync::Why;
use uketsuke::text::Language;

fn document() -> String {
    let mut text = String::from(
        "# Why a number was not accepted / 受理されなかった理由\n\n\
         The identifiers in `reasons` of `uketsuke scan --jsonl` are stable: programs may depend on\n\
         them. This table is written from `src/reading/reason.rs` by `make reasons`.\n\n\
         | identifier | 日本語 | English |\n|---|---|---|\n",
    );
    for reason in Reason::ALL {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            reason.id(),
            reason.japanese(),
            reason.english()
        );
    }
    text.push_str(
        "\n# Why something was not delivered / 送信できなかった理由\n\n\
         The identifiers in `why` of `uketsuke sync --jsonl`, written from `src/sync/why.rs`. Nothing is lost\n\
         by any of these: records stay queued.\n\n\
         | identifier | 日本語 | English |\n|---|---|---|\n",
    );
    for why in Why::ALL {
        let words = why.words();
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            why.code(),
            words.in_language(Language::Japanese),
            words.in_language(Language::English)
        );
    }
    text
}

#[test]
fn the_document_of_reasons_is_that_of_the_source() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/REASONS.md");
    let document = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &document).expect("docs/REASONS.md is written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(written, document, "run `make reasons`");
}
