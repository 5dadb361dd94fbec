//! What a program may tell a station on standard input, as a person would on the screen.

use serde::Deserialize;

use crate::desk::{DrawnFrom, Input, Keyed, OpenPoint, Target, VialKey};
use crate::intake::{Lot, OperatorId, ProductId, Reason, RecordId, Session};

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
    EnterByHand,
    Typed {
        digits: String,
    },
    StopEntering,
    Undo,
    Cancel {
        record: RecordId,
        reason: Reason,
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
        Command::RecordAllTheSame { reason } => Input::RecordAllTheSame(reason),
        Command::DoNotRecord { reason } => Input::DoNotRecord(reason),
        Command::PutAside { reason } => Input::PutAside(reason),
        Command::Retry { entry } => Input::Retry(entry),
        Command::EnterByHand => Input::EnterByHand(Target::OnTable),
        Command::Typed { digits } => Input::Typed(Keyed(digits)),
        Command::StopEntering => Input::StopEntering,
        Command::Undo => Input::Undo,
        Command::Cancel { record, reason } => Input::Cancel { record, reason },
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
