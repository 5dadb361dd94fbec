//! Days at the desk, as people live them.

use super::world::*;
use crate::desk::*;
use crate::intake::*;
use crate::reading::Verdict;
use crate::voucher::DoseNumber;

fn ready() -> World {
    World::open(Mode::AfterShot)
}

fn before_the_shot() -> World {
    World::open(Mode::BeforeShot)
}

fn second() -> DoseNumber {
    DoseNumber::new(2).unwrap()
}

#[test]
fn it_is_said_to_be_recorded_only_when_it_is_in_the_book() {
    let mut world = ready();
    assert_eq!(world.lay(1), []);
    assert_eq!(world.checked(Vec::new()), []);
    assert_eq!(world.view().table.unwrap().ending, None);
    assert_eq!(world.kept(), [Sound::Recorded]);
    let table = world.view().table.unwrap();
    let id = world.sent.as_ref().unwrap().id;
    assert_eq!(table.ending, Some(Ending::Recorded(id)));
    let record = &world.view().records[0].record;
    assert_eq!(
        (record.evidence.0.as_str(), record.date),
        ("line,nw7", TODAY)
    );
    assert_eq!(world.take_away(), []);
    assert_eq!(world.view().table, None);
}

#[test]
fn without_a_session_of_today_nothing_is_taken_in() {
    let mut world = World::new();
    assert_eq!(world.lay(1), [Sound::NotTakenIn, Sound::Refused]);
    let mut yesterdays = session();
    yesterdays.date = TODAY.yesterday().unwrap();
    let refusal = world.refuses(Input::ConfirmSession(yesterdays));
    assert!(matches!(
        refusal,
        Refusal::Session(SessionError::AnotherDay { .. })
    ));
    let unconfirmed = Session {
        confirmed: false,
        ..session()
    };
    let refusal = world.refuses(Input::ConfirmSession(unconfirmed));
    assert_eq!(refusal, Refusal::Session(SessionError::NotConfirmed));
    world.does(Input::ConfirmSession(session()));
    assert_eq!(
        world.stage(),
        Stage::Checking,
        "what waits on the table is taken in"
    );
}

#[test]
fn at_midnight_the_session_is_over_and_the_day_has_to_be_closed_first() {
    let mut world = ready();
    world.record(1);
    world.take_away();
    world.tomorrow();
    assert_eq!(world.stage(), Stage::NoSession);
    assert_eq!(world.lay(2), [Sound::NotTakenIn, Sound::Refused]);
    world.take_away();
    let todays = Session {
        date: world.today,
        ..session()
    };
    let refusal = world.refuses(Input::ConfirmSession(todays.clone()));
    assert_eq!(refusal, Refusal::DayNotClosed(TODAY));
    for point in world.view().open_points {
        let reason = reason();
        world.does(Input::Explain { point, reason });
    }
    world.does(Input::Close);
    world.does(Input::ConfirmSession(todays));
    assert_eq!(world.stage(), Stage::Ready);
    assert!(world.view().records.is_empty());
}

#[test]
fn what_the_rules_would_have_a_person_look_at_after_the_shot_is_recorded_and_listed() {
    let mut world = ready();
    world.lay(1);
    world.checked(stop());
    assert_eq!(world.kept(), [Sound::Recorded]);
    let record = world.view().records[0].record.id;
    assert!(
        world
            .view()
            .open_points
            .contains(&OpenPoint::Review(record))
    );
    world.does(Input::Reviewed(record));
    assert!(
        !world
            .view()
            .open_points
            .contains(&OpenPoint::Review(record))
    );
}

#[test]
fn the_same_dose_again_after_the_shot_makes_no_second_record() {
    let mut world = ready();
    world.lay(1);
    let again = vec![finding(FindingCode::AlreadyRecorded, Severity::Note)];
    assert_eq!(world.checked(again), [Sound::AlreadyRecorded]);
    assert_eq!(world.sent, None);
    assert_eq!(
        world.view().table.unwrap().ending,
        Some(Ending::AlreadyRecorded)
    );
}

#[test]
fn what_cannot_be_read_is_heard_once_of_each_voucher_while_the_desk_is_free() {
    let mut world = ready();
    let doubt = world.doubt(number(1));
    assert_eq!(world.does(doubt), [Sound::CannotRead]);
    let doubt = world.doubt(number(1));
    assert_eq!(world.does(doubt), []);
    world.take_away();
    let doubt = world.doubt(number(2));
    assert_eq!(world.does(doubt), [Sound::CannotRead]);
    let mut held = before_the_shot();
    held.lay(1);
    held.checked(stop());
    held.take_away();
    let doubt = held.doubt(number(2));
    assert_eq!(held.does(doubt), []);
}

#[test]
fn a_finding_holds_the_desk_and_another_voucher_waits_until_it_is_answered() {
    let mut world = before_the_shot();
    world.lay(1);
    assert_eq!(world.checked(stop()), [Sound::Question]);
    assert_eq!(world.take_away(), [Sound::Undecided]);
    assert_eq!(world.lay(2), [Sound::NotTakenIn, Sound::Refused]);
    let view = world.view();
    assert_eq!(view.table.unwrap().number, Some(number(2)));
    assert!(!view.question.unwrap().on_table);
    assert_eq!(view.undecided[0].known.number, Some(number(1)));
    world.does(Input::DoNotRecord(reason()));
    assert!(world.view().undecided.is_empty());
    assert_eq!(
        world.stage(),
        Stage::Checking,
        "the one that waited is taken in"
    );
    world.checked(Vec::new());
    world.kept();
    assert_eq!(world.view().records.len(), 1);
}

#[test]
fn a_voucher_that_comes_back_brings_its_question_back() {
    let mut world = before_the_shot();
    world.lay(1);
    world.checked(stop());
    world.take_away();
    assert_eq!(world.lay(1), [Sound::Question]);
    let view = world.view();
    assert!(view.question.unwrap().on_table);
    assert!(view.undecided.is_empty());
    world.does(Input::RecordAllTheSame(reason()));
    assert_eq!(world.kept(), [Sound::Recorded]);
    assert!(!world.view().records[0].is_open(), "it was answered");
}

#[test]
fn a_voucher_that_waited_and_was_taken_away_is_undecided() {
    let mut world = before_the_shot();
    world.lay(1);
    world.checked(stop());
    world.take_away();
    world.lay(2);
    assert_eq!(world.take_away(), [Sound::Undecided]);
    let view = world.view();
    assert_eq!(view.undecided.len(), 2);
    assert_eq!(view.undecided[1].why, Why::NotTakenIn);
    world.does(Input::DoNotRecord(reason()));
    let target = Target::Undecided(view.undecided[1].id);
    let refusal = world.refuses(Input::EnterByHand(target));
    assert_eq!(
        refusal,
        Refusal::NumberKnown,
        "no typing against what was accepted"
    );
}

#[test]
fn an_unread_voucher_that_is_taken_away_stays_listed_until_a_person_says_which_record_it_is() {
    let mut world = ready();
    let doubt = world.doubt(number(1));
    world.does(doubt);
    assert_eq!(world.take_away(), [Sound::Undecided]);
    world.record(2);
    world.take_away();
    assert_eq!(world.view().undecided.len(), 1);
    // What was misread may have been another one's number.
    let record = world.record(1);
    let undecided = world.view().undecided[0].id;
    world.does(Input::ReadAgainAs { undecided, record });
    assert!(world.view().undecided.is_empty());
}

#[test]
fn an_undecided_voucher_never_gets_the_number_of_one_that_was_explained_before_a_restart() {
    let mut world = ready();
    let doubt = world.doubt(number(1));
    world.does(doubt);
    world.take_away();
    let first = world.view().undecided[0].id;
    let record = world.record(1);
    world.does(Input::ReadAgainAs {
        undecided: first,
        record,
    });
    world.take_away();
    world.restart();
    world.does(Input::ConfirmSession(session()));
    let doubt = world.doubt(number(2));
    world.does(doubt);
    world.take_away();
    assert!(world.view().undecided[0].id > first);
}

#[test]
fn a_consultation_is_chosen_for_one_voucher_alone_whatever_becomes_of_it() {
    let mut world = World::open(Mode::BeforeShot);
    world.does(Input::ConsultationOnly(true));
    world.lay(1);
    world.checked(stop());
    world.does(Input::DoNotRecord(reason()));
    world.take_away();
    assert!(world.view().next.is_none());
}

#[test]
fn one_that_was_not_read_at_all_is_settled_by_a_person_alone() {
    let mut world = ready();
    world.does(Input::Reading(None));
    world.take_away();
    let record = world.record(1);
    let undecided = world.view().undecided[0].id;
    world.does(Input::ReadAgainAs { undecided, record });
    assert!(world.view().undecided.is_empty());
}

#[test]
fn a_number_typed_beside_a_mark_is_recorded_with_a_person_as_its_second_vote() {
    let mut world = ready();
    let doubt = world.doubt(number(1));
    world.does(doubt);
    world.does(Input::EnterByHand(Target::OnTable));
    world.does(Input::Typed(Keyed(number(1).to_string())));
    world.checked(Vec::new());
    world.kept();
    assert_eq!(world.view().records[0].record.evidence.0, "line,hand");
    assert_eq!(world.view().table.unwrap().number, Some(number(1)));
}

#[test]
fn the_second_entry_sees_nothing_of_the_first_nor_of_the_candidate() {
    let mut world = ready();
    let doubt = world.doubt(number(1));
    world.does(doubt);
    world.does(Input::EnterByHand(Target::OnTable));
    let typed = world.does(Input::Typed(Keyed(number(2).to_string())));
    assert_eq!(typed, [Sound::TypeAgain]);
    let view = world.view();
    assert_eq!(view.hand.unwrap().prefill, crate::reading::Pattern::SILENT);
    assert_eq!(
        view.table.unwrap().candidate,
        crate::reading::Pattern::SILENT
    );
    world.does(Input::Typed(Keyed(number(2).to_string())));
    world.checked(Vec::new());
    assert_eq!(world.sent.as_ref().unwrap().record.evidence.0, "hand,hand");
}

#[test]
fn who_takes_the_voucher_in_hand_to_read_it_types_on() {
    let mut world = ready();
    let doubt = world.doubt(number(1));
    world.does(doubt);
    world.does(Input::EnterByHand(Target::OnTable));
    world.take_away();
    assert_eq!(world.view().undecided.len(), 1);
    world.does(Input::Typed(Keyed(number(1).to_string())));
    world.checked(Vec::new());
    world.kept();
    assert!(world.view().undecided.is_empty());
    assert_eq!(world.view().table, None);
}

#[test]
fn a_voucher_that_is_read_while_its_number_is_typed_needs_no_typing() {
    let mut world = ready();
    let doubt = world.doubt(number(1));
    world.does(doubt);
    world.does(Input::EnterByHand(Target::OnTable));
    world.does(Input::Typed(Keyed(number(2).to_string())));
    world.lay(1);
    assert_eq!(world.view().hand, None);
    world.checked(Vec::new());
    assert_eq!(world.sent.as_ref().unwrap().record.evidence.0, "line,nw7");
}

#[test]
fn a_second_number_in_one_presentation_is_never_recorded_by_itself() {
    let mut world = ready();
    world.record(1);
    assert_eq!(world.lay(2), [Sound::Undecided, Sound::Refused]);
    assert_eq!(world.view().table.unwrap().number, Some(number(1)));
    assert_eq!(world.view().undecided[0].why, Why::SecondNumber);
    assert_eq!(world.stage(), Stage::Ready);
}

#[test]
fn what_is_not_in_the_book_is_kept_on_hold_and_goes_there_again_as_it_was() {
    let mut world = ready();
    world.lay(1);
    world.checked(Vec::new());
    let first = world.sent.clone().unwrap();
    assert_eq!(world.not_kept(), [Sound::NotRecorded]);
    assert_eq!(world.view().not_recorded, Some((first.id, full())));
    world.does(Input::Retry(first.id));
    assert_eq!(world.sent, Some(first.clone()));
    world.not_kept();
    assert_eq!(world.take_away(), [Sound::Undecided]);
    world.does(Input::PutAside(reason()));
    let aside = world.view().aside[0].known.unkept.clone();
    assert_eq!(aside.map(|unkept| unkept.entry), Some(first.clone()));
    world.lay(1);
    assert_eq!(
        world.sent,
        Some(first),
        "laid down again, it is the same record"
    );
    assert_eq!(world.kept(), [Sound::Recorded]);
    assert!(world.view().aside.is_empty());
}

#[test]
fn what_is_not_in_the_book_at_midnight_goes_there_before_the_day_is_closed() {
    let mut world = ready();
    world.lay(1);
    world.checked(Vec::new());
    world.not_kept();
    world.does(Input::PutAside(reason()));
    world.take_away();
    world.tomorrow();
    assert_eq!(world.refuses(Input::Close), Refusal::NotInTheBookYet(1));
    let entry = world.sent.as_ref().unwrap().id;
    world.does(Input::Retry(entry));
    assert_eq!(world.not_kept(), [Sound::NotRecorded]);
    world.does(Input::Retry(entry));
    assert_eq!(world.kept(), [Sound::Recorded]);
    let view = world.view();
    assert_eq!((view.aside.len(), view.undecided.len()), (0, 0));
    assert_eq!(view.records[0].record.date, TODAY);
}

#[test]
fn an_answer_of_the_book_that_comes_late_is_believed() {
    let mut world = ready();
    world.lay(1);
    world.checked(Vec::new());
    world.not_kept();
    world.does(Input::PutAside(reason()));
    world.kept();
    let view = world.view();
    assert_eq!((view.records.len(), view.aside.len()), (1, 0));
}

#[test]
fn a_record_is_taken_back_while_its_voucher_lies_there_and_read_again_makes_a_new_one() {
    let mut world = ready();
    let first = world.record(1);
    world.does(Input::Undo);
    assert_eq!(
        world.view().records[0].standing,
        Standing::Standing,
        "not yet in the book"
    );
    assert_eq!(world.kept(), [Sound::Cancelled]);
    assert_eq!(world.view().table.unwrap().ending, Some(Ending::Undone));
    assert_eq!(world.refuses(Input::Undo), Refusal::NothingToUndo);
    world.take_away();
    let second = world.record(1);
    assert_ne!(first, second);
    let standings: Vec<_> = world
        .view()
        .records
        .iter()
        .map(|kept| kept.standing)
        .collect();
    assert_eq!(standings, [Standing::Cancelled, Standing::Standing]);
}

#[test]
fn a_cancelled_record_is_no_longer_counted_and_cannot_be_changed() {
    let mut world = ready();
    let record = world.record(1);
    assert_eq!(world.view().counts[0].recorded, 1);
    let reason = reason();
    world.does(Input::Cancel { record, reason });
    let again = Input::Cancel {
        record,
        reason: super::world::reason(),
    };
    assert_eq!(world.refuses(again.clone()), Refusal::ChangeGoingOn(record));
    let cancelled = world.sent.clone().unwrap();
    assert!(matches!(cancelled.kind, EntryKind::Cancellation(_)));
    world.not_kept();
    world.does(Input::Retry(cancelled.id));
    world.kept();
    assert_eq!(world.view().counts[0].recorded, 0);
    assert_eq!(world.refuses(again), Refusal::Cancelled(record));
}

#[test]
fn a_correction_is_an_entry_of_its_own_and_the_rules_look_at_it() {
    let mut world = ready();
    let record = world.record(1);
    let change = Change {
        vaccine: Some((
            ProductId::new("moderna").unwrap(),
            Lot::new("3004734").unwrap(),
        )),
        date: TODAY.yesterday().ok(),
        ..Change::default()
    };
    let correct = |change| Input::Correct {
        record,
        change,
        reason: reason(),
    };
    assert_eq!(
        world.refuses(correct(Change::default())),
        Refusal::NothingChanged
    );
    let tomorrow = TODAY.tomorrow().unwrap();
    let future = Change {
        date: Some(tomorrow),
        ..Change::default()
    };
    assert_eq!(world.refuses(correct(future)), Refusal::InFuture(tomorrow));
    world.does(correct(change));
    let recalled = vec![finding(FindingCode::RecalledLot, Severity::Stop)];
    world.checked(recalled);
    assert_eq!(world.kept(), [Sound::Corrected]);
    let kept = world.view().records[0].clone();
    assert!(kept.is_open());
    let Outcome::Given(vaccine) = kept.record.outcome else {
        panic!("a dose was given")
    };
    assert_eq!(
        (vaccine.maker.as_str(), vaccine.lot.as_str()),
        ("武田/モデルナ", "3004734")
    );
}

#[test]
fn a_consultation_is_of_the_next_voucher_alone_and_has_no_lot_to_correct() {
    let mut world = ready();
    world.does(Input::ConsultationOnly(true));
    let record = world.record(1);
    world.take_away();
    world.record(2);
    let outcomes: Vec<_> = world.view().records.iter().map(DayRecord::given).collect();
    assert_eq!(outcomes, [None, Some(vials("FJ7489"))]);
    let change = Change {
        vaccine: Some((
            ProductId::new("moderna").unwrap(),
            Lot::new("3004733").unwrap(),
        )),
        ..Change::default()
    };
    let reason = reason();
    let refusal = world.refuses(Input::Correct {
        record,
        change,
        reason,
    });
    assert_eq!(refusal, Refusal::NoLot);
}

#[test]
fn a_change_of_lot_holds_from_the_next_record_on_and_may_be_moved() {
    let mut world = ready();
    for person in 1..=3 {
        world.record(person);
        world.take_away();
    }
    let lot = Lot::new("FK0108").unwrap();
    let product = ProductId::new("comirnaty-12").unwrap();
    world.does(Input::ChangeLot { product, lot });
    world.record(4);
    world.take_away();
    let lots = |world: &World| -> Vec<String> {
        let given = world
            .view()
            .records
            .into_iter()
            .filter_map(|kept| kept.given());
        given.map(|of| of.lot.to_string()).collect()
    };
    assert_eq!(lots(&world), ["FJ7489", "FJ7489", "FJ7489", "FK0108"]);
    world.does(Input::MoveLotChange {
        boundary: 1,
        to: SequenceNumber(3),
        reason: reason(),
    });
    world.checked(Vec::new());
    assert_eq!(world.kept(), [Sound::Corrected]);
    assert_eq!(lots(&world), ["FJ7489", "FJ7489", "FK0108", "FK0108"]);
}

#[test]
fn an_explanation_does_not_cover_what_is_found_of_a_correction() {
    let mut world = ready();
    world.lay(1);
    world.checked(review());
    world.kept();
    world.take_away();
    let record = world.view().records[0].record.id;
    let point = OpenPoint::Review(record);
    let reason_given = reason();
    world.does(Input::Explain {
        point: point.clone(),
        reason: reason_given,
    });
    assert!(!world.view().open_points.contains(&point));
    let vaccine = (
        ProductId::new("comirnaty-12").unwrap(),
        Lot::new("FK0108").unwrap(),
    );
    world.does(Input::Correct {
        record,
        change: Change {
            vaccine: Some(vaccine),
            ..Change::default()
        },
        reason: reason(),
    });
    world.checked(review());
    world.kept();
    assert!(world.view().open_points.contains(&point));
}

#[test]
fn on_relief_the_seat_changes_and_nothing_else() {
    let mut world = before_the_shot();
    world.lay(1);
    world.checked(stop());
    let before = world.view();
    world.does(Input::Relieve(OperatorId::new("clerk-02").unwrap()));
    let mut after = world.view();
    let session = after.session.as_mut().unwrap();
    assert_eq!(session.operator.as_str(), "clerk-02");
    session.operator = OperatorId::new("clerk-01").unwrap();
    assert_eq!(after, before);
}

#[test]
fn a_table_that_is_cleared_shows_nothing_and_forgets_nothing() {
    let mut world = before_the_shot();
    world.lay(1);
    world.checked(stop());
    assert_eq!(world.does(Input::ClearTable), [Sound::Undecided]);
    let view = world.view();
    assert_eq!((view.table, view.question), (None, None));
    assert_eq!(view.undecided[0].known.number, Some(number(1)));
}

#[test]
fn a_slip_is_recorded_at_once_and_its_voucher_corrects_it_later() {
    let mut world = ready();
    world.does(Input::IssueSlip(second()));
    world.checked(Vec::new());
    assert_eq!(world.kept(), [Sound::Recorded]);
    let slip = world.view().slips[0];
    let first = world.view().records[0].record.clone();
    assert_eq!(first.subject, slip.subject());
    world.does(Input::ChooseSlip(Some(slip.number)));
    world.lay(1);
    world.checked(Vec::new());
    let entry = world.sent.clone().unwrap();
    assert!(matches!(entry.kind, EntryKind::Correction(_)));
    assert_eq!(
        (entry.record.id, entry.record.subject),
        (first.id, Subject::Voucher(number(1)))
    );
    assert_eq!(world.view().slips.len(), 1, "not yet in the book");
    world.kept();
    let view = world.view();
    assert_eq!((view.records.len(), view.slips.len()), (1, 0));
    assert!(view.next.is_none());
    assert_eq!(view.table.unwrap().ending, Some(Ending::Completed));
    let refusal = world.refuses(Input::Undo);
    assert_eq!(
        refusal,
        Refusal::NothingToUndo,
        "the dose is older than this voucher"
    );
}

#[test]
fn a_voucher_of_another_dose_than_the_slip_is_left_undecided() {
    let mut world = ready();
    world.does(Input::IssueSlip(DoseNumber::new(1).unwrap()));
    world.checked(Vec::new());
    world.kept();
    world.sent = None;
    let slip = world.view().slips[0].number;
    world.does(Input::ChooseSlip(Some(slip)));
    assert_eq!(world.lay(1), [Sound::Undecided, Sound::Refused]);
    let view = world.view();
    assert_eq!((view.slips.len(), view.undecided.len()), (1, 1));
    assert_eq!(view.undecided[0].why, Why::OtherSlip);
    assert_eq!(world.sent, None);
}

#[test]
fn the_slip_of_a_cancelled_record_is_withdrawn() {
    let mut world = ready();
    world.does(Input::IssueSlip(second()));
    world.checked(Vec::new());
    world.kept();
    let record = world.view().records[0].record.id;
    let reason = reason();
    world.does(Input::Cancel { record, reason });
    world.kept();
    assert!(world.view().slips.is_empty());
}

#[test]
fn what_another_day_left_gets_no_record_of_today() {
    let mut world = before_the_shot();
    world.lay(1);
    world.checked(stop());
    world.does(Input::PutAside(reason()));
    world.take_away();
    world.does(Input::Close);
    world.tomorrow();
    world.does(Input::ConfirmSession(Session {
        date: world.today,
        ..session()
    }));
    let aside = world.view().aside[0].id;
    let refusal = world.refuses(Input::TakeUp(aside));
    assert_eq!(refusal, Refusal::OfAnotherDay(TODAY));
    world.record(1);
    assert_eq!(world.view().aside.len(), 1, "a person settles it");
    let reason = reason();
    world.does(Input::SettleAside { aside, reason });
    assert!(world.view().aside.is_empty());
}

#[test]
fn a_day_is_closed_when_nothing_is_open_that_nobody_explained() {
    let mut world = ready();
    world.record(1);
    assert_eq!(world.refuses(Input::Close), Refusal::TableNotEmpty);
    world.take_away();
    assert_eq!(world.refuses(Input::Close), Refusal::OpenPoints(1));
    let counted = |vials, drawn| Input::Counted {
        of: super::world::vials("FJ7489"),
        vials,
        drawn,
    };
    world.does(counted(1, 6));
    let point = world.view().open_points[0].clone();
    let explained = reason();
    world.does(Input::Explain {
        point: point.clone(),
        reason: explained.clone(),
    });
    assert!(world.view().open_points.is_empty());
    world.does(counted(1, 5));
    assert_eq!(
        world.refuses(Input::Close),
        Refusal::OpenPoints(1),
        "another difference"
    );
    world.does(counted(1, 6));
    world.does(Input::Close);
    assert_eq!(world.lay(2), [Sound::NotTakenIn, Sound::Refused]);
    let record = world.view().records[0].record.id;
    let cancel = Input::Cancel {
        record,
        reason: reason(),
    };
    assert_eq!(world.refuses(cancel.clone()), Refusal::Closed(TODAY));
    world.does(Input::Reopen(reason()));
    assert_eq!(world.stage(), Stage::Checking, "what waited is taken in");
    world.does(cancel);
}

#[test]
fn a_day_with_a_record_that_is_not_in_the_book_is_not_closed() {
    let mut world = ready();
    world.lay(1);
    world.checked(Vec::new());
    world.not_kept();
    world.does(Input::PutAside(reason()));
    world.take_away();
    assert_eq!(world.refuses(Input::Close), Refusal::NotInTheBookYet(1));
}

#[test]
fn nothing_that_is_said_about_a_step_repeats_a_number() {
    let mut world = ready();
    let typed = number(1).to_string();
    let keyed = Input::Typed(Keyed(typed.clone()));
    assert!(!format!("{keyed:?}").contains(&typed));
    let read = world.read(number(1));
    let effects = world.step(read);
    assert!(!format!("{effects:?}{:?}", world.view()).contains(&typed));
    let ended = world.ended(Verdict::Accepted(number(1)));
    assert!(!format!("{ended:?}").contains(&typed));
}
