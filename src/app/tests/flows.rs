//! What people do on the reception screen, by the words on the buttons.

use super::paper::{Paper, number, too_soon};
use super::stage::Stage;
use crate::camera::Turn;
use crate::desk::{Stage as DeskStage, Standing};
use crate::text::Language::{English, Japanese};

#[test]
fn a_voucher_is_recorded_without_a_touch_and_its_number_goes_with_the_paper() {
    let mut stage = Stage::open(Japanese);
    stage.settle();
    assert!(stage.shows("接種券を置いてください"));
    stage.happens(|paper| paper.lay(1));
    assert!(stage.shows("記録しました") && stage.shows(&number(1).grouped()));
    stage.happens(Paper::take_away);
    assert!(!stage.shows(&number(1).grouped()));
    assert!(stage.shows("接種券を置いてください"));
}

#[test]
fn what_was_just_recorded_is_taken_back_with_one_touch() {
    let mut stage = Stage::open(Japanese);
    stage.happens(|paper| paper.lay(1));
    stage.press("取り消す");
    let records = stage.paper.snapshot().records;
    assert_eq!(records[0].standing, Standing::Cancelled);
    assert!(stage.shows("取り消しました"));
}

#[test]
fn a_finding_is_answered_with_a_reason() {
    let mut stage = Stage::open(English);
    stage.happens(|paper| {
        paper.tell(crate::desk::Input::ConfirmSession(crate::intake::Session {
            mode: crate::intake::Mode::BeforeShot,
            ..super::paper::session()
        }));
        paper.findings = vec![too_soon()];
        paper.lay(1);
    });
    assert!(stage.shows("12 days since the last dose"));
    stage.press("Record it");
    stage.press("The doctor decided");
    assert_eq!(stage.paper.snapshot().records.len(), 1);
}

#[test]
fn a_record_that_is_not_in_the_book_is_recorded_again_as_the_same() {
    let mut stage = Stage::open(Japanese);
    stage.happens(|paper| {
        paper.full = true;
        paper.lay(1);
    });
    assert_eq!(stage.paper.snapshot().stage, DeskStage::Failed);
    assert!(stage.shows("記録できていません"));
    stage.paper.full = false;
    stage.press("もう一度記録");
    assert_eq!(stage.paper.snapshot().records.len(), 1);
}

#[test]
fn without_a_session_the_screen_leads_to_the_start_of_day() {
    let mut stage = Stage::new(Japanese);
    stage.settle();
    assert!(stage.shows("未開始"));
    assert!(stage.offers("開始へ"));
}

#[test]
fn in_training_samples_come_by_themselves_from_the_first_session_on_or_by_hand() {
    let mut stage = Stage::of(Paper::new(), Japanese, true);
    stage.settle();
    assert!(stage.turns.try_recv().is_err());
    stage.happens(|paper| paper.tell(crate::desk::Input::ConfirmSession(super::paper::session())));
    assert_eq!(stage.turns.try_recv(), Ok(Turn::ByItself(true)));
    assert!(!stage.offers("見本を置く"));
    stage.press("自動");
    stage.press("見本を置く");
    stage.press("見本を取る");
    let turns: Vec<_> = stage.turns.try_iter().collect();
    assert_eq!(turns, [Turn::ByItself(false), Turn::Lay, Turn::TakeAway]);
}
