//! The voucher, or slip, that the desk works on: there is one at a time.

use super::choices::Choices;
use super::lists::{Known, UndecidedId, Unkept, Why};
use super::table::PresentationId;
use crate::intake::{Decision, Entry, Finding, FindingCode, Session, SlipNumber, decide};
use crate::reading::FrameId;
use crate::text::Bilingual;
use crate::voucher::VoucherNumber;

/// How far the desk is with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The rules look at it.
    Checking,
    /// A finding waits for its answer.
    Held,
    /// It is on its way into the book.
    Recording,
    /// It is not in the book.
    Failed(Bilingual),
}

/// What the desk works on.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// What goes into the book: the same at every try.
    pub(super) entry: Entry,
    /// What was chosen for its voucher.
    pub(super) choices: Choices,
    /// The session that it was taken in with.
    pub(super) session: Session,
    /// Where its voucher was last seen; `None` when it came from a list or is a slip.
    pub(super) presentation: Option<PresentationId>,
    /// The frame that shows it.
    pub(super) frame: Option<FrameId>,
    /// Where it stands in the list of what is undecided, while its voucher is not on the table.
    pub(super) listed: Option<UndecidedId>,
    /// What the rules found.
    pub(super) findings: Vec<Finding>,
    /// A person answered them: they are not open any more.
    pub(super) answered: bool,
    /// How far the desk is.
    pub(super) step: Step,
}

impl Case {
    /// The voucher's number; `None` of a slip.
    pub(super) fn number(&self) -> Option<VoucherNumber> {
        self.entry.record.subject.voucher()
    }

    /// The slip whose record the entry completes.
    pub(super) fn completes(&self) -> Option<SlipNumber> {
        self.choices.slip
    }

    /// What stopped it.
    pub(super) fn codes(&self) -> Vec<FindingCode> {
        self.findings.iter().map(|finding| finding.code).collect()
    }

    /// Why it would be undecided, were its voucher taken away now; `None` while the desk goes on
    /// without it.
    pub(super) fn undecided(&self) -> Option<Why> {
        match self.step {
            Step::Held => Some(Why::QuestionOpen(self.codes())),
            Step::Failed(_) => Some(Why::NotInTheBook),
            Step::Checking | Step::Recording => None,
        }
    }

    /// The entry, while it is on its way into the book.
    pub(super) fn unkept(&self) -> Option<Unkept> {
        let on_its_way = matches!(self.step, Step::Recording | Step::Failed(_));
        on_its_way.then(|| self.as_unkept())
    }

    /// The entry, with what the rules found of it.
    pub(super) fn as_unkept(&self) -> Unkept {
        Unkept {
            entry: self.entry.clone(),
            completes: self.completes(),
            findings: self.findings.clone(),
            answered: self.answered,
        }
    }

    /// A slip that was in hand when the program ended: its question is open, or it is not in the
    /// book for the reason `why`.
    pub(super) fn resumed(slip: Unkept, session: Session, why: Bilingual) -> Self {
        let stops = decide(session.mode, &slip.findings) == Decision::Stop && !slip.answered;
        Self {
            session: Session {
                date: slip.entry.record.date,
                ..session
            },
            entry: slip.entry,
            choices: Choices::of_slip(slip.completes),
            presentation: None,
            frame: None,
            listed: None,
            findings: slip.findings,
            answered: slip.answered,
            step: if stops { Step::Held } else { Step::Failed(why) },
        }
    }

    /// What the lists say of it.
    pub(super) fn known(&self) -> Known {
        Known {
            number: self.number(),
            evidence: Some(self.entry.record.evidence.clone()),
            frame: self.frame,
            unkept: self.unkept().map(Box::new),
            choices: self.choices,
            ..Known::of(self.session.date)
        }
    }
}
