//! A program that ends at any moment, and starts again with what was kept.

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

#[test]
fn a_desk_goes_on_where_it_was_left() {
    let mut world = ready();
    let record = world.record(1);
    world.take_away();
    let doubt = world.doubt(number(2));
    world.does(doubt);
    world.take_away();
    let of = vials("FJ7489");
    world.does(Input::Counted {
        of,
        vials: 1,
        drawn: 6,
    });
    let view = world.view();
    world.restart();
    assert_eq!(world.stage(), Stage::NoSession);
    world.does(Input::ConfirmSession(session()));
    let now = world.view();
    assert_eq!(
        now.undecided[0].known.candidate,
        view.undecided[0].known.candidate
    );
    assert_eq!((now.records, now.counts), (view.records, view.counts));
    assert_eq!((now.segments, now.session), (view.segments, view.session));
    let reason = reason();
    world.does(Input::Cancel { record, reason });
}

#[test]
fn a_cancellation_that_was_on_its_way_is_handed_over_again_the_same_entry() {
    let mut world = ready();
    let record = world.record(1);
    world.take_away();
    let reason = reason();
    world.does(Input::Cancel { record, reason });
    let entry = world.sent.take().unwrap();
    world.restart();
    assert_eq!(world.desk.interrupted(), [entry.id]);
    assert!(
        world.view().pending[0].failed.is_some(),
        "nobody says that it is in the book"
    );
    assert_eq!(world.refuses(Input::Close), Refusal::NotInTheBookYet(1));
    world.does(Input::Retry(entry.id));
    assert_eq!(world.sent, Some(entry));
    assert_eq!(world.kept(), [Sound::Cancelled]);
    assert_eq!(world.view().records[0].standing, Standing::Cancelled);
}

#[test]
fn every_correction_of_a_lot_change_that_was_moved_is_handed_over_again() {
    let mut world = ready();
    for person in 1..=3 {
        world.record(person);
        world.take_away();
    }
    let (product, lot) = (
        ProductId::new("comirnaty-12").unwrap(),
        Lot::new("FK0108").unwrap(),
    );
    world.does(Input::ChangeLot { product, lot });
    world.does(Input::MoveLotChange {
        boundary: 1,
        to: SequenceNumber(2),
        reason: reason(),
    });
    world.restart();
    let interrupted = world.desk.interrupted();
    assert_eq!(interrupted.len(), 2);
    for entry in interrupted {
        world.does(Input::Retry(entry));
        world.checked(Vec::new());
        assert_eq!(world.kept(), [Sound::Corrected]);
    }
    let view = world.view();
    let lots = view.records.iter().map(|kept| match &kept.record.outcome {
        Outcome::Given(vaccine) => vaccine.lot.as_str().to_owned(),
        Outcome::ConsultationOnly => String::new(),
    });
    assert_eq!(lots.collect::<Vec<_>>(), ["FJ7489", "FK0108", "FK0108"]);
}

#[test]
fn a_slip_that_is_not_in_the_book_goes_there_with_the_number_that_was_given_out() {
    let mut world = ready();
    world.does(Input::IssueSlip(second()));
    world.checked(Vec::new());
    let entry = world.sent.clone().unwrap();
    world.not_kept();
    world.restart();
    assert_eq!(world.stage(), Stage::Failed);
    assert_eq!(world.desk.interrupted(), [entry.id]);
    world.does(Input::Retry(entry.id));
    assert_eq!(world.sent, Some(entry.clone()));
    world.kept();
    let slip = world.view().slips[0];
    assert_eq!(
        (slip.record, slip.subject()),
        (entry.id, entry.record.subject)
    );
    world.does(Input::ConfirmSession(session()));
    world.does(Input::ChooseSlip(Some(slip.number)));
}

#[test]
fn the_question_of_a_slip_is_asked_until_it_is_answered() {
    let mut world = World::open(Mode::BeforeShot);
    world.does(Input::IssueSlip(second()));
    world.checked(stop());
    let question = world.view().question;
    world.restart();
    assert_eq!(world.stage(), Stage::Held);
    assert_eq!(world.view().question, question);
    world.does(Input::DoNotRecord(reason()));
    assert!(world.view().slips.is_empty());
}

#[test]
fn what_is_found_of_a_correction_goes_into_the_book_with_it() {
    let mut world = ready();
    let record = world.record(1);
    world.take_away();
    let change = Change {
        vaccine: Some((
            ProductId::new("comirnaty-12").unwrap(),
            Lot::new("FK0108").unwrap(),
        )),
        ..Change::default()
    };
    world.sent = None;
    let reason = reason();
    world.does(Input::Correct {
        record,
        change,
        reason,
    });
    world.restart();
    for entry in world.desk.interrupted() {
        world.does(Input::Retry(entry));
    }
    assert_eq!(world.sent, None, "the rules look first");
    let findings = review();
    let effects = world.step(Input::Checked { record, findings });
    let shown = effects.iter().find_map(|effect| match effect {
        Effect::Record { shown, .. } => Some(shown.clone()),
        _ => None,
    });
    assert_eq!(shown, Some(review()));
    world.kept();
    assert_eq!(world.view().records[0].findings, review());
}

#[test]
fn an_entry_that_the_book_had_all_along_is_found_out_once_and_answered_once() {
    for answered in [false, true] {
        let mut world = World::open(if answered {
            Mode::BeforeShot
        } else {
            Mode::AfterShot
        });
        world.lay(1);
        let findings = if answered { stop() } else { review() };
        world.checked(findings.clone());
        if answered {
            world.does(Input::RecordAllTheSame(reason()));
        }
        let entry = world.sent.clone().unwrap();
        world.not_kept();
        // The book has it, with all that was found.
        let place = world.next_place();
        world.restart_after(&[(entry.clone(), place)]);
        let day = world.desk.day.as_mut().unwrap();
        day.records[0].findings = findings;
        world.does(Input::Retry(entry.id));
        let kept = Kept::AsNew(place);
        let effects = world.step(Input::Recorded {
            entry: entry.id,
            kept,
        });
        let expected = if answered { Vec::new() } else { review() };
        assert_eq!(world.view().records[0].findings, expected);
        let settled = effects.contains(&Effect::Audit(Act::Reviewed(entry.record.id)));
        assert_eq!(settled, answered);
    }
}

#[test]
fn a_voucher_whose_question_was_open_is_on_the_list() {
    let mut world = World::open(Mode::BeforeShot);
    world.lay(1);
    world.checked(stop());
    world.restart();
    assert_eq!(world.stage(), Stage::NoSession);
    let left = &world.view().undecided[0];
    assert!(matches!(left.why, Why::QuestionOpen(_)));
    assert_eq!(left.known.number, Some(number(1)));
}

#[test]
fn a_voucher_that_was_not_recorded_is_on_the_list_and_laid_down_again_it_is_the_same_record() {
    let mut world = ready();
    world.lay(1);
    world.checked(review());
    let entry = world.sent.clone().unwrap();
    world.not_kept();
    world.restart();
    world.does(Input::ConfirmSession(session()));
    world.lay(1);
    assert_eq!(world.sent, Some(entry));
    world.kept();
    let view = world.view();
    assert_eq!(view.undecided, []);
    assert_eq!(
        view.records[0].findings,
        review(),
        "a person has to look at it all the same"
    );
}

#[test]
fn notes_of_before_an_entry_kept_its_findings_can_be_read() {
    let mut world = ready();
    world.lay(1);
    world.checked(Vec::new());
    world.not_kept();
    let mut notes = serde_json::to_value(world.desk.notes()).unwrap();
    let unkept = &mut notes["undecided"][0]["known"]["unkept"];
    let unkept = unkept.as_object_mut().unwrap();
    for added in ["completes", "findings", "answered"] {
        unkept.remove(added).unwrap();
    }
    let notes: Notes = serde_json::from_value(notes).unwrap();
    assert!(notes.undecided[0].known.unkept.is_some());
}
