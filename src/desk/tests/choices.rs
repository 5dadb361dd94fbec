//! What is chosen for one voucher: whose it is, and when a person is asked.

use super::world::*;
use crate::desk::*;
use crate::intake::*;
use crate::voucher::DoseNumber;

fn ready() -> World {
    World::open(Mode::AfterShot)
}

fn second() -> DoseNumber {
    DoseNumber::new(2).unwrap()
}

/// Whether what is in hand is a consultation.
fn takes_in_consultation(world: &World) -> bool {
    let case = world.desk.case.as_ref().unwrap();
    case.entry.record.outcome == Outcome::ConsultationOnly
}

/// A consultation was put aside with its question, and its voucher is laid down again.
fn asked_again() -> World {
    let mut world = World::open(Mode::BeforeShot);
    world.does(Input::ConsultationOnly(true));
    world.lay(1);
    world.checked(stop());
    world.does(Input::PutAside(reason()));
    world.take_away();
    world.lay(1);
    assert_eq!(world.stage(), Stage::ChoiceOpen);
    world
}

/// Types the number of `person`, twice.
fn types(world: &mut World, person: u8) {
    for _ in 0..2 {
        world.step(Input::Typed(Keyed(number(person).to_string())));
    }
}

/// Whether the voucher of `person` is recorded as a consultation, when it is laid down.
fn is_consultation(world: &mut World, person: u8) -> bool {
    world.lay(person);
    let is_consultation = takes_in_consultation(world);
    world.checked(Vec::new());
    world.kept();
    world.take_away();
    is_consultation
}

#[test]
fn a_choice_for_a_voucher_that_was_not_read_is_the_next_ones_only_if_somebody_says_so() {
    for same in [true, false] {
        let mut world = ready();
        world.does(Input::ConsultationOnly(true));
        let doubt = world.doubt(number(1));
        world.does(doubt);
        world.take_away();
        assert_eq!(world.stage(), Stage::ChoiceOpen);
        world.does(Input::ChooseAgain(same));
        assert_eq!(is_consultation(&mut world, 2), same);
    }
}

#[test]
fn a_choice_goes_aside_with_its_voucher_and_comes_back_with_it() {
    let mut world = ready();
    world.does(Input::ConsultationOnly(true));
    let doubt = world.doubt(number(1));
    world.does(doubt);
    world.does(Input::PutAside(reason()));
    world.take_away();
    assert!(!is_consultation(&mut world, 2));
    let aside = world.view().aside[0].id;
    world.does(Input::TakeUp(aside));
    let undecided = world.view().undecided[0].id;
    // What is chosen now is of a voucher that is laid down.
    world.does(Input::ConsultationOnly(true));
    world.does(Input::EnterByHand(Target::Undecided(undecided)));
    types(&mut world, 1);
    assert!(takes_in_consultation(&world));
    assert!(!world.view().next.is_none());
}

#[test]
fn a_choice_that_does_not_hold_any_more_is_taken_back_when_its_voucher_is_laid_down_again() {
    let mut world = asked_again();
    world.take_away();
    assert_eq!(
        world.stage(),
        Stage::Ready,
        "it is asked when it comes back"
    );
    world.lay(1);
    world.does(Input::ChooseAgain(false));
    let case = world.desk.case.clone().unwrap();
    assert!(matches!(case.entry.record.outcome, Outcome::Given(_)));
}

#[test]
fn a_voucher_that_a_hand_hid_after_it_was_recorded_is_not_taken_in_with_the_next_ones_choice() {
    let mut world = ready();
    world.record(1);
    world.does(Input::ConsultationOnly(true));
    world.take_away();
    assert_eq!(world.lay(1), [Sound::AlreadyRecorded]);
    assert_eq!(
        world.view().table.unwrap().ending,
        Some(Ending::AlreadyRecorded)
    );
    assert!(!world.view().next.is_none());
    world.take_away();
    assert!(is_consultation(&mut world, 2));
    // Nor is a consultation taken for a dose.
    assert_eq!(world.lay(2), [Sound::AlreadyRecorded]);
    world.take_away();
    // No hand lies there for so long: this time it may be for the dose.
    world.at += jiff::SignedDuration::from_secs(3);
    world.lay(2);
    assert_eq!(world.stage(), Stage::Checking);
}

#[test]
fn a_voucher_whose_record_was_cancelled_is_taken_in_again_at_once() {
    let mut world = ready();
    let record = world.record(1);
    world.take_away();
    let reason = reason();
    world.does(Input::Cancel { record, reason });
    world.kept();
    world.lay(1);
    assert_eq!(world.stage(), Stage::Checking);
}

#[test]
fn a_choice_is_used_up_by_the_voucher_that_came_also_where_its_number_is_typed() {
    let mut world = ready();
    world.does(Input::ConsultationOnly(true));
    let doubt = world.doubt(number(1));
    world.does(doubt);
    world.does(Input::EnterByHand(Target::OnTable));
    world.take_away();
    types(&mut world, 1);
    assert!(takes_in_consultation(&world));
    world.checked(Vec::new());
    world.kept();
    assert_eq!(world.stage(), Stage::Ready, "nothing is left to ask about");
    assert!(!is_consultation(&mut world, 2));
}

#[test]
fn what_is_not_the_next_ones_stays_with_the_voucher_that_was_not_read() {
    let mut world = ready();
    world.does(Input::ConsultationOnly(true));
    let doubt = world.doubt(number(1));
    world.does(doubt);
    world.does(Input::ClearTable);
    world.restart();
    world.does(Input::ConfirmSession(session()));
    world.does(Input::ChooseAgain(false));
    assert!(!is_consultation(&mut world, 2));
    let undecided = world.view().undecided[0].id;
    world.does(Input::EnterByHand(Target::Undecided(undecided)));
    types(&mut world, 1);
    assert!(takes_in_consultation(&world));
}

#[test]
fn what_was_asked_about_a_voucher_is_not_asked_about_the_next_one() {
    let mut world = asked_again();
    world.does(Input::ClearTable);
    assert_eq!(world.stage(), Stage::Ready);
    world.lay(2);
    assert_eq!(world.stage(), Stage::Checking);
}

#[test]
fn an_entry_that_is_not_in_the_book_goes_there_as_it_was_chosen_without_a_question() {
    let mut world = ready();
    world.does(Input::ConsultationOnly(true));
    world.lay(1);
    world.checked(Vec::new());
    let entry = world.sent.clone().unwrap();
    world.not_kept();
    world.does(Input::PutAside(reason()));
    world.take_away();
    world.lay(1);
    assert_eq!(world.sent, Some(entry));
    world.kept();
    world.take_away();
    assert!(!is_consultation(&mut world, 2));
}

#[test]
fn one_thing_is_chosen_at_a_time() {
    let mut world = ready();
    world.does(Input::IssueSlip(second()));
    world.checked(Vec::new());
    world.kept();
    let slip = world.view().slips[0].number;
    world.does(Input::ConsultationOnly(true));
    world.does(Input::ChooseSlip(Some(slip)));
    assert!(!world.view().next.outcome.is_consultation_only());
    world.does(Input::ConsultationOnly(true));
    assert_eq!(world.view().next.slip, None);
}

/// A dose was given, and its slip is the next voucher's.
fn slip_chosen(mode: Mode) -> World {
    let mut world = World::open(mode);
    world.does(Input::IssueSlip(second()));
    world.checked(Vec::new());
    world.kept();
    let slip = world.view().slips[0].number;
    world.does(Input::ChooseSlip(Some(slip)));
    world
}

#[test]
fn whether_a_slip_that_was_chosen_is_of_the_next_voucher_is_asked_first() {
    for same in [true, false] {
        let mut world = slip_chosen(Mode::AfterShot);
        world.restart();
        world.does(Input::ConfirmSession(session()));
        assert_eq!(world.stage(), Stage::ChoiceOpen);
        world.sent = None;
        assert_eq!(
            world.lay(1),
            [Sound::NotTakenIn, Sound::Refused],
            "it may be another person's"
        );
        world.restart();
        world.does(Input::ConfirmSession(session()));
        world.lay(1);
        world.does(Input::ChooseAgain(same));
        assert_eq!(world.stage(), Stage::Checking, "it lies there");
        world.checked(Vec::new());
        let is_new = world.sent.clone().unwrap().kind == EntryKind::New;
        assert_eq!(is_new, !same);
    }
}

#[test]
fn a_choice_that_is_open_is_of_its_day() {
    let mut world = ready();
    world.does(Input::ConsultationOnly(true));
    world.restart();
    world.tomorrow();
    let date = world.today;
    world.does(Input::ConfirmSession(Session { date, ..session() }));
    assert_eq!(world.stage(), Stage::Ready);
}

#[test]
fn a_voucher_that_was_held_is_taken_in_again_as_was_chosen_for_it() {
    let mut consultation = World::open(Mode::BeforeShot);
    consultation.does(Input::ConsultationOnly(true));
    let interrupted: [fn(&mut World); 3] = [
        |world| {
            world.does(Input::ClearTable);
        },
        |world| {
            world.restart();
            world.does(Input::ConfirmSession(session_in(Mode::BeforeShot)));
        },
        |world| {
            world.does(Input::PutAside(reason()));
            world.take_away();
        },
    ];
    for mut world in [consultation, slip_chosen(Mode::BeforeShot)] {
        world.lay(1);
        let chosen = world.desk.case.clone().unwrap().choices;
        for interrupt in interrupted {
            world.checked(stop());
            interrupt(&mut world);
            assert_eq!(world.stage(), Stage::Ready);
            world.lay(1);
            assert_eq!(
                world.stage(),
                Stage::ChoiceOpen,
                "it may have been a mistake"
            );
            world.does(Input::ChooseAgain(true));
            let case = world.desk.case.clone().unwrap();
            assert_eq!(case.choices, chosen);
            let given = matches!(case.entry.record.outcome, Outcome::Given(_));
            assert_eq!(given, chosen.slip.is_some());
        }
    }
}

#[test]
fn what_was_chosen_for_a_voucher_that_was_being_checked_is_asked_about() {
    let mut world = ready();
    world.does(Input::ConsultationOnly(true));
    world.lay(1);
    assert_eq!(world.stage(), Stage::Checking);
    world.restart();
    world.does(Input::ConfirmSession(session()));
    let open = world.view().open_choices.unwrap();
    assert!(open.choices.outcome.is_consultation_only());
}

#[test]
fn what_was_chosen_and_is_in_the_book_is_not_asked_about() {
    let mut world = ready();
    world.does(Input::ConsultationOnly(true));
    world.lay(1);
    world.checked(Vec::new());
    let entry = world.sent.clone().unwrap();
    let place = world.next_place();
    world.restart_after(&[(entry, place)]);
    world.does(Input::ConfirmSession(session()));
    assert_eq!(world.stage(), Stage::Ready);
}
