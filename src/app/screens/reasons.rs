//! Reasons that are usually given, as large answers; each is written down in the language of the
//! person who chose it.

use eframe::egui::Ui;

use super::Cx;
use crate::app::widgets::{Chosen, Question, choose};
use crate::app::words::{self, Words};
use crate::intake::Reason;

/// What a reason is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A finding stops, and it is recorded all the same.
    RecordAnyway,
    /// A finding stops, and it is not recorded.
    DoNotRecord,
    /// A voucher is put aside.
    PutAside,
    /// A record is cancelled.
    Cancel,
    /// A record gets another lot.
    Correct,
    /// What was put aside needs nothing more.
    Settle,
    /// Doses are thrown away.
    Discard,
    /// Something may stay open at the close of the day.
    Explain,
    /// A day that was closed is opened again.
    Reopen,
}

impl Asked {
    #[cfg(test)]
    const ALL: [Self; 9] = [
        Self::RecordAnyway,
        Self::DoNotRecord,
        Self::PutAside,
        Self::Cancel,
        Self::Correct,
        Self::Settle,
        Self::Discard,
        Self::Explain,
        Self::Reopen,
    ];

    /// What it is called on a button.
    pub(super) fn title(self) -> Words {
        match self {
            Self::RecordAnyway => words::RECORD_ANYWAY,
            Self::DoNotRecord => words::DO_NOT_RECORD,
            Self::PutAside => words::PUT_ASIDE,
            Self::Cancel => words::UNDO,
            Self::Correct => words::CORRECT_LOT,
            Self::Settle => words::SETTLE,
            Self::Discard => words::DISCARD,
            Self::Explain => words::EXPLAIN,
            Self::Reopen => words::REOPEN,
        }
    }

    fn reasons(self) -> &'static [Words] {
        match self {
            Self::RecordAnyway => &[
                words::REASON_CONFIRMED,
                words::REASON_DOCTOR,
                words::REASON_PAPER,
            ],
            Self::DoNotRecord => &[
                words::REASON_NOT_GIVEN,
                words::REASON_OTHER_VENUE,
                words::REASON_WRONG_VOUCHER,
            ],
            Self::PutAside => &[words::REASON_ASK_LEAD, words::REASON_LATER],
            Self::Cancel => &[
                words::REASON_MISTAKE,
                words::REASON_NOT_GIVEN,
                words::REASON_WRONG_VOUCHER,
            ],
            Self::Correct => &[words::REASON_WRONG_LOT, words::REASON_PAPER],
            Self::Settle => &[
                words::REASON_RETURNED,
                words::REASON_OTHER_VENUE,
                words::REASON_WRONG_VOUCHER,
            ],
            Self::Discard => &[
                words::REASON_LEFT_OVER,
                words::REASON_DROPPED,
                words::REASON_OUT_OF_TIME,
                words::REASON_DEFECT,
            ],
            Self::Explain => &[
                words::REASON_COUNTED_TWICE,
                words::REASON_EXTRA_DOSE,
                words::REASON_ASK_LEAD,
                words::REASON_NEXT_DAY,
            ],
            Self::Reopen => &[words::REASON_MORE_TO_RECORD, words::REASON_MISTAKE],
        }
    }
}

/// Asks for a reason.
pub(super) fn ask(ui: &mut Ui, cx: &Cx<'_>, asked: Asked) -> Chosen<Reason> {
    let title = format!("{}: {}", cx.t(asked.title()), cx.t(words::WHY));
    let answers = asked.reasons().iter().filter_map(|words| {
        let words = cx.t(*words);
        // A reason that the book would not take is not offered; the tests know none.
        Some((words.to_owned(), Reason::new(words).ok()?))
    });
    choose(
        ui,
        Question {
            title: &title,
            answers: answers.collect(),
            never_mind: cx.t(words::CANCEL),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn every_reason_is_one_that_the_book_takes() {
        for asked in Asked::ALL {
            for reason in asked.reasons() {
                for language in [Language::Japanese, Language::English] {
                    assert!(Reason::new(reason.of(language)).is_ok(), "{reason:?}");
                }
            }
        }
    }
}
