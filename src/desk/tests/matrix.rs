//! Every input in every stage, in one table.

use super::world::*;
use crate::desk::*;
use crate::intake::*;
use crate::reading::Guidance;
use crate::voucher::DoseNumber;

/// Columns, each the stage that a desk is in: no session, a choice open, ready, ready with the
/// voucher that was just recorded, entering, checking, held, recording, failed, closed. The voucher
/// of a desk that checks, holds, records or failed was taken away.
///
/// Cells, the stage that the desk comes to, by the letter of its column (`R` for both that are
/// ready); `-`: refused, and nothing changed.
const TABLE: &str = "
                       N O R D E C H W F X
reading                N O R R E C H W F X
in doubt               N O R R E C H W F X
accepted, another      - - C - C C - W - -
accepted, in hand      - - C R C C H W W -
ended                  N O R R E C H W F X
checked, nothing       N O R R E W H W F X
checked, stops         N O R R E H H W F X
recorded               - - - - - - - R R -
not recorded           - - - - - - - F - -
retry                  - - - - - - - - W -
confirm session        R - R R - - - - - -
change lot             - - R R - - - - - -
move lot change        - - R R - - - - - -
relieve                - O R R E C H W F X
clear table            N O R R R C R W R X
consultation only      - - R R E - - - - -
choose again           - R - - - - - - - -
record all the same    - - - - - - W - - -
do not record          - - - - - - R - - -
put aside              - - - - R - R - R -
enter by hand          - - E E - - - - - -
typed                  - - - - C - - - - -
stop entering          - - - - R - - - - -
put undecided aside    - O R R E C H W F X
read again as          - O R R E C H W F X
take up                - - C C - - - - - -
settle aside           - O R R E C H W F X
issue slip             - - C C - - - - - -
choose slip            - - R R E - - - - -
undo                   - - - R - - - - - -
cancel                 - O R R E C H W F -
correct                - O R R E C H W F -
reviewed               - O R R E C H W F -
counted                - O R R E C H W F -
discarded              - O R R E C H W F -
explain                - O R R E C H W F -
close                  - - X - - - - - - -
reopen                 - - - - - - - - - R
";

/// The voucher that a desk has in hand.
const IN_HAND: u8 = 40;

/// A desk in the stage of `column`, after a day with a bit of everything.
fn desk_in(column: char) -> World {
    if column == 'N' {
        return World::new();
    }
    let mut world = World::open(Mode::BeforeShot);
    a_bit_of_everything(&mut world);
    match column {
        'O' => {
            world.does(Input::ConsultationOnly(true));
            world.restart();
            world.does(Input::ConfirmSession(session()));
        }
        'D' => {
            world.record(IN_HAND);
        }
        'E' => {
            let doubt = world.doubt(number(IN_HAND));
            world.does(doubt);
            world.does(Input::EnterByHand(Target::OnTable));
        }
        'C' | 'H' | 'W' | 'F' => {
            world.lay(IN_HAND);
            if column != 'C' {
                world.checked(if column == 'H' { stop() } else { Vec::new() });
            }
            if column == 'F' {
                world.not_kept();
            }
            world.take_away();
        }
        'X' => {
            explain_all(&mut world);
            world.does(Input::Close);
        }
        _ => {}
    }
    world
}

/// Two lots, a record to review, a slip, and one voucher each that is undecided and aside.
fn a_bit_of_everything(world: &mut World) {
    world.lay(1);
    world.checked(review());
    world.kept();
    world.take_away();
    world.does(Input::ChangeLot {
        product: ProductId::new("comirnaty-12").unwrap(),
        lot: Lot::new("FK0108").unwrap(),
    });
    world.record(2);
    world.take_away();
    world.does(Input::IssueSlip(DoseNumber::new(2).unwrap()));
    world.checked(Vec::new());
    world.kept();
    let doubt = world.doubt(number(3));
    world.does(doubt);
    world.take_away();
    world.lay(4);
    world.checked(stop());
    world.does(Input::PutAside(reason()));
    world.take_away();
}

fn explain_all(world: &mut World) {
    for point in world.view().open_points {
        let reason = reason();
        world.does(Input::Explain { point, reason });
    }
}

/// The input of a row, for the desk that it comes to.
fn input(row: &str, world: &mut World) -> Input {
    let view = world.view();
    let unknown = RecordId::from_uuid(uuid::Uuid::from_u128(999));
    let first = view.records.first().map_or(unknown, |kept| kept.record.id);
    let in_hand = world
        .desk
        .case
        .as_ref()
        .map_or(unknown, |case| case.entry.id);
    let undecided = view
        .undecided
        .first()
        .map_or(UndecidedId(999), |item| item.id);
    let aside = view.aside.first().map_or(AsideId(999), |item| item.id);
    match row {
        "reading" => Input::Reading(Some(Guidance::Nearer)),
        "in doubt" => world.doubt(number(50)),
        "accepted, another" => world.read(number(50)),
        "accepted, in hand" => world.read(number(IN_HAND)),
        "ended" => world.ended(crate::reading::Verdict::Refused { reasons: vec![] }),
        "checked, nothing" | "checked, stops" => Input::Checked {
            record: in_hand,
            findings: if row.ends_with("stops") {
                stop()
            } else {
                Vec::new()
            },
        },
        "recorded" => Input::Recorded {
            entry: in_hand,
            kept: Kept::AsNew(world.next_place()),
        },
        "not recorded" => Input::NotRecorded {
            entry: in_hand,
            why: full(),
        },
        "retry" => Input::Retry(in_hand),
        "confirm session" => Input::ConfirmSession(session()),
        "change lot" => Input::ChangeLot {
            product: ProductId::new("moderna").unwrap(),
            lot: Lot::new("3004733").unwrap(),
        },
        "move lot change" => Input::MoveLotChange {
            boundary: 1,
            to: SequenceNumber(2),
            reason: reason(),
        },
        "relieve" => Input::Relieve(OperatorId::new("clerk-02").unwrap()),
        "clear table" => Input::ClearTable,
        "consultation only" => Input::ConsultationOnly(true),
        "choose again" => Input::ChooseAgain(true),
        "record all the same" => Input::RecordAllTheSame(reason()),
        "do not record" => Input::DoNotRecord(reason()),
        "put aside" => Input::PutAside(reason()),
        "enter by hand" => Input::EnterByHand(Target::Undecided(undecided)),
        "typed" => Input::Typed(Keyed(number(IN_HAND).to_string())),
        "stop entering" => Input::StopEntering,
        "put undecided aside" => Input::PutUndecidedAside {
            undecided,
            reason: reason(),
        },
        "read again as" => Input::ReadAgainAs {
            undecided,
            record: first,
        },
        "take up" => Input::TakeUp(aside),
        "settle aside" => Input::SettleAside {
            aside,
            reason: reason(),
        },
        "issue slip" => Input::IssueSlip(DoseNumber::new(2).unwrap()),
        "choose slip" => Input::ChooseSlip(Some(SlipNumber(1))),
        "undo" => Input::Undo,
        "cancel" => Input::Cancel {
            record: first,
            reason: reason(),
        },
        "correct" => Input::Correct {
            record: first,
            change: Change {
                doctor: Some(Doctor::new("鈴木 花子").unwrap()),
                ..Change::default()
            },
            reason: reason(),
        },
        "reviewed" => Input::Reviewed(first),
        "counted" => Input::Counted {
            of: vials("FJ7489"),
            vials: 1,
            drawn: 6,
        },
        "discarded" => Input::Discarded {
            of: vials("FJ7489"),
            doses: 1,
            from: DrawnFrom::Syringe,
            reason: reason(),
        },
        "explain" => Input::Explain {
            point: view
                .open_points
                .first()
                .map_or(OpenPoint::Review(unknown), Clone::clone),
            reason: reason(),
        },
        "close" => {
            if !matches!(world.stage(), Stage::NoSession | Stage::Closed) {
                explain_all(world);
            }
            Input::Close
        }
        "reopen" => Input::Reopen(reason()),
        other => panic!("no such row: {other}"),
    }
}

fn letter(stage: Stage) -> char {
    match stage {
        Stage::NoSession => 'N',
        Stage::ChoiceOpen => 'O',
        Stage::Ready => 'R',
        Stage::Entering => 'E',
        Stage::Checking => 'C',
        Stage::Held => 'H',
        Stage::Recording => 'W',
        Stage::Failed => 'F',
        Stage::Closed => 'X',
    }
}

/// What becomes of a desk in the stage of `column` by the input of `row`.
fn cell(row: &str, column: char) -> char {
    let mut world = desk_in(column);
    let begins = if column == 'D' { 'R' } else { column };
    assert_eq!(letter(world.stage()), begins);
    let input = input(row, &mut world);
    let mut before = world.view();
    let is_number = matches!(input, Input::Accepted(_));
    let effects = world.step(input);
    if refusal(&effects).is_none() {
        return letter(world.stage());
    }
    if is_number {
        // It lies there, waits or is listed, and is no more than that.
        let after = world.view();
        (before.table, before.undecided) = (after.table, after.undecided);
        before.open_points = after.open_points;
    }
    assert_eq!(world.view(), before, "{row}, {column}");
    '-'
}

#[test]
fn every_input_does_in_every_stage_what_the_table_says() {
    let mut lines = TABLE.trim_matches('\n').lines();
    let heading = lines.next().unwrap();
    let columns: Vec<char> = heading.chars().filter(|c| !c.is_whitespace()).collect();
    let mut found = format!("\n{heading}\n");
    for line in lines {
        let row = line[..23].trim_end();
        let cells: Vec<String> = (columns.iter())
            .map(|column| cell(row, *column).to_string())
            .collect();
        found += &format!("{row:<23}{}\n", cells.join(" "));
    }
    assert!(found == TABLE, "found:{found}expected:{TABLE}");
}

#[test]
fn the_columns_of_the_table_are_all_stages() {
    let mut columns: Vec<char> = Stage::ALL.into_iter().map(letter).collect();
    columns.push('D');
    let heading = TABLE.trim_matches('\n').lines().next().unwrap();
    let mut shown: Vec<char> = heading.chars().filter(|c| !c.is_whitespace()).collect();
    columns.sort_unstable();
    shown.sort_unstable();
    assert_eq!(shown, columns);
}
