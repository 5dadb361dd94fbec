//! What the server will not take and what contradicts another record, by the words on the buttons.

use super::paper::{Paper, TODAY, now, number, session};
use super::stage::Stage;
use crate::app::Screen;
use crate::app::view::DeliveryState;
use crate::desk::Input;
use crate::intake::*;
use crate::station::{Command, Conflict, Other};
use crate::store::{State, Stored};
use crate::sync::{There, Told, Waiting, Why};
use crate::text::Language::{English, Japanese};

const REFUSED: &str = "422 Unprocessable Entity; このロットは登録されていません。バイアルのラベルを\
    確かめてください / this lot is not registered: look at the vial's label; Immunization.lotNumber";

const TAKEN: &str = "409 Conflict; 同じ自治体・券番号・回数の別の記録があります / another record \
    exists for this voucher and dose; Immunization.patient.identifier";

/// An entry of this person in a state, with what was told of it.
fn stored(person: u8, lot: &str, state: State, detail: &str) -> Stored {
    let id = RecordId::from_uuid(uuid::Uuid::from_u128(u128::from(person)));
    let record = VaccinationRecord {
        id,
        subject: Subject::Voucher(number(person)),
        date: TODAY,
        venue: Venue::new("市民会館").unwrap(),
        doctor: Doctor::new("山田 太郎").unwrap(),
        outcome: Outcome::Given(Vaccine {
            product: ProductId::new("comirnaty-12").unwrap(),
            maker: Maker::new("ファイザー").unwrap(),
            lot: Lot::new(lot).unwrap(),
        }),
        station: StationId::new("tablet-1").unwrap(),
        operator: OperatorId::new("clerk-01").unwrap(),
        recorded_at: now(),
        evidence: Evidence("line,nw7".to_owned()),
    };
    Stored {
        sequence: i64::from(person),
        entry: Entry::new(record),
        state,
        attempts: 1,
        receipt: None,
        detail: Some(detail.to_owned()),
    }
}

fn conflict(person: u8, other: Other) -> Conflict {
    Conflict {
        entry: stored(person, "FJ7489", State::Conflict, TAKEN),
        other,
    }
}

/// A station of which some records did not get through.
fn troubled() -> Paper {
    let mut paper = Paper::new();
    paper.tell(Input::ConfirmSession(session()));
    paper.queue.rejected = vec![stored(21, "FJ7489", State::Rejected, REFUSED)];
    let other = stored(22, "FK0108", State::Acknowledged, "");
    let there = There {
        date: Some("2021-11-18".to_owned()),
        vaccine: Some("コミナティ筋注".to_owned()),
        lot: Some("FJ7489".to_owned()),
        venue: Some("中央体育館第二アリーナ仮設接種会場（東口からお入りください）".to_owned()),
    };
    let changed = Told {
        there: Some(there),
        ..Told::default()
    };
    paper.queue.conflicts = vec![
        conflict(22, Other::Here(Box::new(other))),
        conflict(23, Other::There(Told::of(TAKEN))),
        conflict(24, Other::There(changed)),
        conflict(25, Other::Gone),
    ];
    paper
}

/// Opens the list with these words on its tab, and this person's entry of it.
fn look_at(stage: &mut Stage, list: &str, person: u8) {
    stage.go_to(Screen::Reception);
    stage.go_to(Screen::Delivery);
    let named = |stage: &Stage, part: &str| {
        let mut buttons = stage.buttons().into_iter();
        buttons.find(|name| name.contains(part)).unwrap()
    };
    let tab = named(stage, list);
    stage.press(&tab);
    let row = named(stage, &number(person).personal().grouped());
    stage.press(&row);
}

#[test]
fn two_records_of_one_dose_stand_side_by_side_and_what_differs_is_marked() {
    let mut stage = Stage::of(troubled(), Japanese, false);
    look_at(&mut stage, "食い違い", 22);
    assert!(stage.shows(&number(22).grouped()));
    assert!(stage.shows("日付　2021-11-20　2021-11-20　同じ"));
    assert!(stage.shows("ロット　FJ7489　FK0108　違います"));
    assert!(stage.shows("会場　市民会館　市民会館　同じ"));
    stage.press("今日の記録");
    assert!(stage.shows("今日の記録"));
}

#[test]
fn what_the_registry_does_not_show_is_said_to_be_unknown() {
    let mut stage = Stage::of(troubled(), English, false);
    look_at(&mut stage, "Conflicts", 23);
    assert!(stage.shows("Lot　FJ7489　(not shown)　Not known"));
    look_at(&mut stage, "Conflicts", 24);
    assert!(stage.shows("Date　2021-11-20　2021-11-18　Differs"));
    assert!(stage.shows("Lot　FJ7489　FJ7489　Same"));
    look_at(&mut stage, "Conflicts", 25);
    assert!(stage.shows("The other record was cancelled"));
    stage.press("Send again");
    let again = |command: &Command| matches!(command, Command::SendAgain(25));
    assert!(stage.paper.commands.iter().any(again));
}

#[test]
fn what_the_server_objects_to_is_marked_and_its_words_are_told_in_one_language() {
    let mut stage = Stage::of(troubled(), English, false);
    look_at(&mut stage, "Sent back", 21);
    assert!(stage.shows("Lot　FJ7489　　To mend"));
    assert!(stage.shows("this lot is not registered") && !stage.shows("422"));
    assert!(!stage.shows("Date　2021-11-20　　To mend"));
    stage.press("Back");
    assert!(stage.offers("Send now"));
    stage.press("Send now");
    let now = |command: &Command| matches!(command, Command::Deliver);
    assert!(stage.paper.commands.iter().any(now));
}

#[test]
fn records_that_did_not_get_through_look_as_they_did() {
    for language in [Japanese, English] {
        let t = |ja: &'static str, en: &'static str| match language {
            Japanese => ja,
            English => en,
        };
        let mut paper = troubled();
        paper.delivery = DeliveryState::Waiting(Waiting {
            why: Why::Unreachable,
            wait: std::time::Duration::from_secs(90),
            failures: 7,
            halted: false,
        });
        let mut stage = Stage::of(paper, language, true);
        let conflicts = t("食い違い", "Conflicts");
        for (person, name) in [(22, "here"), (23, "unseen"), (24, "registry"), (25, "gone")] {
            look_at(&mut stage, conflicts, person);
            stage.looks_like(&format!("delivery-conflict-{name}"));
        }
        look_at(&mut stage, t("差し戻し", "Sent back"), 21);
        stage.looks_like("delivery-rejected");
        stage.press(t("戻る", "Back"));
        stage.looks_like("delivery-waiting");
    }
}
