//! Session cards: what one sets is told, and a person begins it.

use uketsuke::desk::{Input, Stage};
use uketsuke::intake::{OperatorId, Session, SessionCard};
use uketsuke::station::{Event, OpenedCard, Station};
use uketsuke::text::Bilingual;

use crate::world::{VirtualClock, open, session};

/// The lead's card, which holds until noon; the clock begins at half past ten.
fn card(session: &Session) -> OpenedCard {
    let noon = "2021-11-20T12:00:00+09:00".parse().expect("a time");
    OpenedCard {
        card: SessionCard::of(session, noon),
        code: "7K3M".to_owned(),
    }
}

fn refusal(station: &mut Station<'_>, card: Result<OpenedCard, Bilingual>) -> String {
    match station.card(card).as_slice() {
        [Event::CardRefused(why)] => why.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_card_sets_is_told_with_its_code_and_begins_when_a_person_confirms_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut station = open(folder.path(), &clock);
    assert!(station.wanted().card, "no session is confirmed");
    let events = station.card(Ok(card(&session())));
    let expected = Session {
        confirmed: false,
        operator: OperatorId::new("os-test").expect("an id"),
        ..session()
    };
    let told = Event::CardSeen {
        session: expected.clone(),
        code: "7K3M".to_owned(),
    };
    assert_eq!(events, [told]);
    assert_eq!(station.snapshot().stage, Stage::NoSession);

    station.tell(Input::ConfirmSession(Session {
        confirmed: true,
        ..expected
    }));
    assert_eq!(station.snapshot().stage, Stage::Ready);
    assert!(!station.wanted().card);
    assert_eq!(station.card(Ok(card(&session()))), []);
}

#[test]
fn a_card_that_does_not_hold_now_or_does_not_open_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = VirtualClock::at_the_start();
    let mut station = open(folder.path(), &clock);
    let tomorrow = Session {
        date: session().date.tomorrow().expect("a day"),
        ..session()
    };
    let why = refusal(&mut station, Ok(card(&tomorrow)));
    assert!(why.contains("ask for today's card"), "{why}");
    let forged = Bilingual::new("署名が合いません", "the signature does not fit");
    assert_eq!(
        refusal(&mut station, Err(forged.clone())),
        forged.to_string()
    );
    clock.forward(std::time::Duration::from_hours(2));
    let why = refusal(&mut station, Ok(card(&session())));
    assert!(why.contains("ask the lead for a new one"), "{why}");
    assert_eq!(station.snapshot().stage, Stage::NoSession);
}
