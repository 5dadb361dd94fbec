//! What the desk asks others to do, and what it sounds like.

use jiff::civil::Date;

use super::count::{DrawnFrom, VialKey};
use super::day::OpenPoint;
use super::lists::{Aside, Undecided};
use super::refusal::Refusal;
use crate::intake::{
    Candidate, Entry, Finding, FindingCode, OperatorId, Reason, RecordId, Session, SlipNumber,
};
use crate::reading::FrameId;
use crate::text::Bilingual;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Let all rules look, and answer with [`super::Input::Checked`]. Other records of the person
    /// are looked up, without the one of this identity.
    Check {
        /// The record that it is or will be.
        record: RecordId,
        /// What is about to be recorded.
        candidate: Candidate,
        /// The presets that it is held against.
        session: Session,
    },
    /// Keep this entry for good, and answer with [`super::Input::Recorded`] or
    /// [`super::Input::NotRecorded`]. The same entry may be asked for again.
    Record {
        /// The entry.
        entry: Box<Entry>,
        /// What was found of it, and shown.
        shown: Vec<Finding>,
        /// The frame that shows the voucher, to keep a picture of.
        frame: Option<FrameId>,
    },
    /// Write down what a person did.
    Audit(Act),
    /// Make it heard.
    Sound(Sound),
    /// What was asked was not done; why, and what to do.
    Refuse(Refusal),
}

/// What a person did that makes no entry of its own.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Looked at the findings of a record, and left it as it is.
    Reviewed(RecordId),
    /// Said yes to the presets.
    Confirmed(Session),
    /// Took over.
    Relieved {
        /// Who left.
        left: OperatorId,
        /// Who sits there now.
        took_over: OperatorId,
    },
    /// Let a voucher be recorded although a finding stopped it.
    RecordedAllTheSame {
        /// Which record.
        record: RecordId,
        /// What had stopped it.
        findings: Vec<FindingCode>,
        /// Why.
        reason: Reason,
    },
    /// Did not record a voucher.
    Declined {
        /// The record that it would have been.
        record: RecordId,
        /// What had stopped it.
        findings: Vec<FindingCode>,
        /// Why.
        reason: Reason,
    },
    /// Left a voucher undecided.
    LeftUndecided(Undecided),
    /// Said that an undecided voucher is this record.
    ReadAgain {
        /// The voucher.
        undecided: Undecided,
        /// The record.
        record: RecordId,
    },
    /// Put a voucher aside.
    PutAside(Aside),
    /// Took one up again.
    TookUp(Aside),
    /// Said that one needs nothing more here.
    SettledAside(Aside, Reason),
    /// Gave out a slip.
    IssuedSlip(SlipNumber),
    /// Counted vials and syringes.
    Counted {
        /// Of which vials.
        of: VialKey,
        /// Vials opened.
        vials: u32,
        /// Doses drawn.
        drawn: u32,
    },
    /// Threw doses away.
    Discarded {
        /// Of which vials.
        of: VialKey,
        /// How many.
        doses: u32,
        /// Where they were.
        from: DrawnFrom,
        /// Why.
        reason: Reason,
    },
    /// Explained what stays open.
    Explained(OpenPoint, Reason),
    /// Closed the day.
    Closed(Date),
    /// Opened it again.
    Reopened(Date, Reason),
}

macro_rules! sounds {
    ($($(#[$docs:meta])* $name:ident = $id:literal, $ja:literal, $en:literal;)*) => {
        /// What the station sounds like: an identifier, for whoever has a loudspeaker.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Sound { $($(#[$docs])* $name,)* }

        impl Sound {
            /// Every sound.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable identifier.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The caption, for who does not hear it.
            pub fn caption(self) -> Bilingual {
                match self { $(Self::$name => Bilingual::new($ja, $en),)* }
            }
        }
    };
}

sounds! {
    /// A record is in the book.
    Recorded = "recorded", "記録しました", "recorded";
    /// The same record was there before.
    AlreadyRecorded = "already_recorded", "記録済みです", "recorded already";
    /// A finding stops, and waits for an answer.
    Question = "question", "確認してください", "please answer the question";
    /// The voucher on the table cannot be read.
    CannotRead = "cannot_read", "読み取れません", "it cannot be read";
    /// The camera delivers no more; told by the camera, not by the desk.
    CameraLost = "camera_lost", "カメラの映像がありません", "no picture from the camera";
    /// A voucher was left undecided.
    Undecided = "undecided", "未処理のまま取り除かれました", "taken away undecided";
    /// The voucher on the table is not taken in.
    NotTakenIn = "not_taken_in", "この接種券はまだ受け付けていません", "this voucher is not taken in";
    /// A record is not in the book.
    NotRecorded = "not_recorded", "記録できていません", "not recorded";
    /// A number has to be typed a second time.
    TypeAgain = "type_again", "もう一度入力してください", "type it once more";
    /// Something that was asked was not done.
    Refused = "refused", "実行できませんでした", "not done";
    /// A record was cancelled, and that is in the book.
    Cancelled = "cancelled", "取り消しました", "cancelled";
    /// A record was corrected, and that is in the book.
    Corrected = "corrected", "訂正しました", "corrected";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_sound_has_an_identifier_of_its_own_and_a_caption() {
        let ids: HashSet<_> = Sound::ALL.iter().map(|sound| sound.id()).collect();
        assert_eq!(ids.len(), Sound::ALL.len());
        let captions: HashSet<_> = Sound::ALL.iter().map(|sound| sound.caption()).collect();
        assert_eq!(captions.len(), Sound::ALL.len());
    }
}
