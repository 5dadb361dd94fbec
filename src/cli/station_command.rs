//! What a program may tell a station on standard input, as a person would on the screen.

use jiff::civil::Date;
use serde::Deserialize;

use crate::desk::{
    AsideId, Change, DrawnFrom, Input, Keyed, OpenPoint, Target, UndecidedId, VialKey,
};
use crate::intake::{
    Doctor, Lot, OperatorId, ProductId, Reason, RecordId, Session, SlipNumber, Venue,
};
use crate::voucher::DoseNumber;

/// One command a line.
#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    /// Begins a session: the text of a session file.
    ConfirmSession {
        session: String,
    },
    ChangeLot {
        product: ProductId,
        lot: Lot,
    },
    Relieve {
        operator: OperatorId,
    },
    ConsultationOnly {
        chosen: bool,
    },
    /// Whether what was chosen before a restart is of the next voucher.
    ChooseAgain {
        same: bool,
    },
    RecordAllTheSame {
        reason: Reason,
    },
    DoNotRecord {
        reason: Reason,
    },
    PutAside {
        reason: Reason,
    },
    Retry {
        entry: RecordId,
    },
    /// Of the voucher on the table, unless one of the list is named.
    EnterByHand {
        undecided: Option<UndecidedId>,
    },
    Typed {
        digits: String,
    },
    StopEntering,
    PutUndecidedAside {
        undecided: UndecidedId,
        reason: Reason,
    },
    ReadAgainAs {
        undecided: UndecidedId,
        record: RecordId,
    },
    TakeUp {
        aside: AsideId,
    },
    SettleAside {
        aside: AsideId,
        reason: Reason,
    },
    IssueSlip {
        dose: DoseNumber,
    },
    /// The next voucher belongs to none, unless a slip is named.
    ChooseSlip {
        slip: Option<SlipNumber>,
    },
    Undo,
    Cancel {
        record: RecordId,
        reason: Reason,
    },
    /// What is not said stays as it is.
    Correct {
        record: RecordId,
        date: Option<Date>,
        vaccine: Option<VialKey>,
        venue: Option<Venue>,
        doctor: Option<Doctor>,
        reason: Reason,
    },
    Reviewed {
        record: RecordId,
    },
    Counted {
        product: ProductId,
        lot: Lot,
        vials: u32,
        drawn: u32,
    },
    Discarded {
        product: ProductId,
        lot: Lot,
        doses: u32,
        from: DrawnFrom,
        reason: Reason,
    },
    Explain {
        point: OpenPoint,
        reason: Reason,
    },
    Close,
    Reopen {
        reason: Reason,
    },
}

/// Why a line is not done.
#[derive(Debug, thiserror::Error)]
#[error(
    "この行は指示として読めません。「uketsuke station --help」の例を見てください / not a command: see the examples of `uketsuke station --help` ({0})"
)]
pub(super) struct NotACommand(String);

/// The input that a line stands for.
pub(super) fn parse(line: &str) -> Result<Input, NotACommand> {
    // What was typed may be a number: only the place is told.
    let command: Command = serde_json::from_str(line).map_err(|error| {
        NotACommand(format!("{:?}, column {}", error.classify(), error.column()))
    })?;
    Ok(match command {
        Command::ConfirmSession { session } => {
            let session =
                Session::parse(&session).map_err(|error| NotACommand(error.to_string()))?;
            Input::ConfirmSession(session)
        }
        Command::ChangeLot { product, lot } => Input::ChangeLot { product, lot },
        Command::Relieve { operator } => Input::Relieve(operator),
        Command::ConsultationOnly { chosen } => Input::ConsultationOnly(chosen),
        Command::ChooseAgain { same } => Input::ChooseAgain(same),
        Command::RecordAllTheSame { reason } => Input::RecordAllTheSame(reason),
        Command::DoNotRecord { reason } => Input::DoNotRecord(reason),
        Command::PutAside { reason } => Input::PutAside(reason),
        Command::Retry { entry } => Input::Retry(entry),
        Command::EnterByHand { undecided } => {
            Input::EnterByHand(undecided.map_or(Target::OnTable, Target::Undecided))
        }
        Command::Typed { digits } => Input::Typed(Keyed(digits)),
        Command::StopEntering => Input::StopEntering,
        Command::PutUndecidedAside { undecided, reason } => {
            Input::PutUndecidedAside { undecided, reason }
        }
        Command::ReadAgainAs { undecided, record } => Input::ReadAgainAs { undecided, record },
        Command::TakeUp { aside } => Input::TakeUp(aside),
        Command::SettleAside { aside, reason } => Input::SettleAside { aside, reason },
        Command::IssueSlip { dose } => Input::IssueSlip(dose),
        Command::ChooseSlip { slip } => Input::ChooseSlip(slip),
        Command::Undo => Input::Undo,
        Command::Cancel { record, reason } => Input::Cancel { record, reason },
        Command::Correct {
            record,
            date,
            vaccine,
            venue,
            doctor,
            reason,
        } => Input::Correct {
            record,
            change: Change {
                date,
                vaccine: vaccine.map(|VialKey { product, lot }| (product, lot)),
                venue,
                doctor,
            },
            reason,
        },
        Command::Reviewed { record } => Input::Reviewed(record),
        Command::Counted {
            product,
            lot,
            vials,
            drawn,
        } => Input::Counted {
            of: VialKey { product, lot },
            vials,
            drawn,
        },
        Command::Discarded {
            product,
            lot,
            doses,
            from,
            reason,
        } => Input::Discarded {
            of: VialKey { product, lot },
            doses,
            from,
            reason,
        },
        Command::Explain { point, reason } => Input::Explain { point, reason },
        Command::Close => Input::Close,
        Command::Reopen { reason } => Input::Reopen(reason),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_done_as_a_person_would_do_it() {
        let lot = parse(r#"{"command":"change_lot","product":"comirnaty-12","lot":"FK0108"}"#);
        assert!(matches!(lot, Ok(Input::ChangeLot { .. })));
        let thrown = parse(
            r#"{"command":"discarded","product":"moderna","lot":"3004733","doses":2,"from":"syringe","reason":"落とした"}"#,
        );
        assert!(matches!(thrown, Ok(Input::Discarded { doses: 2, .. })));
        assert!(matches!(parse(r#"{"command":"close"}"#), Ok(Input::Close)));
    }

    const RECORD: &str = "018f0000-0000-7000-8000-000000000001";

    #[test]
    fn what_is_listed_is_done_by_its_identifier() {
        let listed = |line: &str| parse(&line.replace("ID", RECORD)).unwrap();
        let record: RecordId = RECORD.parse().unwrap();
        let (undecided, aside) = (UndecidedId(3), AsideId(4));
        let reason = Reason::new("破れ").unwrap();
        for (line, input) in [
            (
                r#"{"command":"enter_by_hand","undecided":3}"#,
                Input::EnterByHand(Target::Undecided(undecided)),
            ),
            (
                r#"{"command":"enter_by_hand"}"#,
                Input::EnterByHand(Target::OnTable),
            ),
            (
                r#"{"command":"put_undecided_aside","undecided":3,"reason":"破れ"}"#,
                Input::PutUndecidedAside {
                    undecided,
                    reason: reason.clone(),
                },
            ),
            (
                r#"{"command":"read_again_as","undecided":3,"record":"ID"}"#,
                Input::ReadAgainAs { undecided, record },
            ),
            (r#"{"command":"take_up","aside":4}"#, Input::TakeUp(aside)),
            (
                r#"{"command":"settle_aside","aside":4,"reason":"破れ"}"#,
                Input::SettleAside { aside, reason },
            ),
            (
                r#"{"command":"reviewed","record":"ID"}"#,
                Input::Reviewed(record),
            ),
            (r#"{"command":"retry","entry":"ID"}"#, Input::Retry(record)),
            (
                r#"{"command":"issue_slip","dose":2}"#,
                Input::IssueSlip(DoseNumber::new(2).unwrap()),
            ),
            (
                r#"{"command":"choose_slip","slip":1}"#,
                Input::ChooseSlip(Some(SlipNumber(1))),
            ),
            (r#"{"command":"choose_slip"}"#, Input::ChooseSlip(None)),
            (
                r#"{"command":"choose_again","same":true}"#,
                Input::ChooseAgain(true),
            ),
        ] {
            assert_eq!(listed(line), input, "{line}");
        }
    }

    #[test]
    fn a_correction_says_what_is_right_and_a_lot_comes_with_its_product() {
        let line = |what: &str| {
            format!(r#"{{"command":"correct","record":"{RECORD}",{what},"reason":"写し違い"}}"#)
        };
        let vaccine = line(r#""vaccine":{"product":"moderna","lot":"3004733"}"#);
        let Ok(Input::Correct { change, .. }) = parse(&vaccine) else {
            panic!("no correction")
        };
        let lot = change.vaccine.map(|(_, lot)| lot.to_string());
        assert_eq!((lot.as_deref(), change.date), (Some("3004733"), None));
        let Ok(Input::Correct { change, .. }) = parse(&line(r#""date":"2021-11-19""#)) else {
            panic!("no correction")
        };
        assert_eq!(change.date, Some(jiff::civil::date(2021, 11, 19)));
        assert!(parse(&line(r#""lot":"3004733""#)).is_err());
    }

    #[test]
    fn what_is_no_command_is_told_without_repeating_it() {
        for line in [
            "",
            "close",
            r#"{"command":"open_sesame"}"#,
            r#"{"command":"typed","digit":"221310160012345678"}"#,
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(
                error.contains("--help") && !error.contains("2213"),
                "{error}"
            );
        }
    }
}
