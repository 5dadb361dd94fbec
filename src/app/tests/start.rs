//! The start of day and the change of lot, by the words on the buttons, and how they look.

use super::paper::{Paper, session};
use super::stage::Stage;
use crate::app::Screen;
use crate::app::view::{CameraState, DeliveryState};
use crate::desk::{Input, Stage as DeskStage};
use crate::intake::OperatorId;
use crate::sync::Why;
use crate::text::Language::{self, English, Japanese};

/// The first screen of somebody who learns.
fn learner(language: Language) -> Stage {
    let mut stage = Stage::of(Paper::new(), language, true);
    stage.go_to(Screen::Start);
    stage
}

/// Types on the keys of the screen.
fn typed(stage: &mut Stage, signs: &str) {
    for sign in signs.chars() {
        stage.press(&sign.to_string());
    }
}

#[test]
fn a_learner_touches_the_date_and_the_lot_and_begins() {
    let mut stage = learner(Japanese);
    stage.press("練習用の設定を使う");
    stage.press("2021-11-20");
    stage.press("FJ7489　期限 2022-03-31");
    stage.press("この内容で開始");
    assert_eq!(stage.paper.snapshot().session, Some(session()));
}

#[test]
fn whoever_sits_here_is_written_down() {
    let mut paper = Paper::new();
    let person = OperatorId::new("clerk-07").unwrap();
    paper.people.seated = Some(person.clone());
    let mut stage = Stage::of(paper, Japanese, true);
    stage.settle();
    stage.go_to(Screen::Start);
    stage.press("練習用の設定を使う");
    stage.press("2021-11-20");
    stage.press("FJ7489　期限 2022-03-31");
    stage.press("この内容で開始");
    assert_eq!(stage.paper.snapshot().session.unwrap().operator, person);
}

#[test]
fn outside_of_training_nothing_is_filled_in_for_anybody() {
    let mut stage = Stage::new(Japanese);
    stage.go_to(Screen::Start);
    assert!(!stage.offers("練習用の設定を使う"));
    for title in ["日付", "会場", "医師", "ワクチン", "ロット", "読み取り"] {
        assert!(stage.offers(&format!("{title}　選んでください")), "{title}");
    }
}

#[test]
fn whoever_does_not_know_what_to_do_is_led_from_one_preset_to_the_next() {
    let mut stage = Stage::new(English);
    stage.go_to(Screen::Start);
    stage.press("Next　Date");
    assert!(stage.shows("Saturday"));
    stage.press("2021-11-20");
    assert!(stage.offers("中央体育館"));
}

#[test]
fn presets_that_are_confirmed_are_shown_and_changing_them_asks_for_date_and_lot_anew() {
    let mut stage = Stage::open(English);
    stage.go_to(Screen::Start);
    assert!(stage.shows("FJ7489") && stage.shows("Read after the shot"));
    assert!(!stage.offers("Begin with these"));
    stage.press("Change it");
    stage.press("Date　to choose");
    stage.press("2021-11-20");
    stage.press("FK0108　until 2022-05-31");
    stage.press("Begin with these");
    let lot = stage.paper.snapshot().session.unwrap().lot;
    assert_eq!(lot.as_str(), "FK0108");
}

#[test]
fn presets_that_are_half_given_wait_while_another_screen_is_looked_at() {
    let mut stage = Stage::new(Japanese);
    stage.go_to(Screen::Start);
    stage.press("日付　選んでください");
    stage.press("2021-11-20");
    stage.press("市民会館");
    stage.go_to(Screen::SetUp);
    stage.go_to(Screen::Start);
    assert!(stage.offers("日付　2021-11-20") && stage.offers("会場　市民会館"));
    assert!(stage.offers("医師　選んでください"));
}

#[test]
fn what_all_vouchers_are_is_part_of_the_presets() {
    let mut stage = learner(Japanese);
    stage.press("練習用の設定を使う");
    stage.press("2021-11-20");
    stage.press("FJ7489　期限 2022-03-31");
    stage.press("読み取り　接種の後に読む");
    stage.press("予診のみの券");
    stage.press("2");
    stage.press("書類を後で入力する");
    assert!(stage.offers("読み取り　書類を後で入力する・予診のみの券・2回目"));
}

#[test]
fn a_recalled_lot_that_is_typed_is_said_to_be_so_before_the_day_begins() {
    let mut stage = learner(Japanese);
    stage.press("練習用の設定を使う");
    stage.press("2021-11-20");
    stage.press("ワクチン　コミナティ筋注");
    stage.press("スパイクバックス筋注");
    stage.press("一覧にないロット");
    typed(&mut stage, "3004734");
    stage.press("このロットにする");
    assert!(stage.shows("回収されたロットです"));
}

#[test]
fn the_lot_in_use_is_no_new_lot() {
    let mut stage = Stage::open(Japanese);
    stage.go_to(Screen::Lot);
    stage.press("FJ7489　期限 2022-03-31");
    assert!(stage.shows("いまと同じロットです"));
    assert!(!stage.offers("このロットに変更"));
}

#[test]
fn who_began_to_type_a_lot_gets_back_to_the_list() {
    let mut stage = Stage::open(Japanese);
    stage.go_to(Screen::Lot);
    stage.press("一覧にないロット");
    assert!(!stage.offers("FK0108　期限 2022-05-31"));
    stage.press("一覧に戻る");
    assert!(stage.offers("FK0108　期限 2022-05-31"));
}

#[test]
fn each_step_of_the_start_looks_as_it_did() {
    for language in [Japanese, English] {
        let ja = language == Japanese;
        let mut stage = learner(language);
        stage.press(if ja {
            "練習用の設定を使う"
        } else {
            "Use the practice set-up"
        });
        for (row, name) in [
            (
                if ja {
                    "会場　市民会館"
                } else {
                    "Venue　市民会館"
                },
                "start-venue",
            ),
            (
                if ja {
                    "医師　山田 太郎"
                } else {
                    "Doctor　山田 太郎"
                },
                "start-doctor",
            ),
            (
                if ja {
                    "ワクチン　コミナティ筋注"
                } else {
                    "Vaccine　コミナティ筋注"
                },
                "start-vaccine",
            ),
            (
                if ja {
                    "読み取り　接種の後に読む"
                } else {
                    "Reading　Read after the shot"
                },
                "start-mode",
            ),
        ] {
            stage.press(row);
            stage.looks_like(name);
        }
        stage.press(if ja {
            "ロット　選んでください"
        } else {
            "Lot　to choose"
        });
        stage.press(if ja {
            "一覧にないロット"
        } else {
            "A lot that is not listed"
        });
        typed(&mut stage, "FK0108");
        stage.looks_like("start-typing");
        stage.press(if ja {
            "このロットにする"
        } else {
            "Use this lot"
        });
        stage.press("2021-11-20");
        stage.looks_like("start-ready");
    }
}

#[test]
fn a_day_that_goes_on_one_in_trouble_and_one_that_is_closed_look_as_they_did() {
    for language in [Japanese, English] {
        let mut stage = Stage::open(language);
        stage.go_to(Screen::Start);
        stage.looks_like("start-begun");
        stage.happens(|paper| {
            paper.camera = CameraState::Lost(crate::camera::Loss::Stalled.words());
            paper.delivery = DeliveryState::Halted(Why::NotEnrolled.words());
        });
        stage.looks_like("start-trouble");
        stage.happens(|paper| {
            paper.seal = Some("3F9A-72C0".to_owned());
            paper.tell(Input::Close);
        });
        assert_eq!(stage.paper.snapshot().stage, DeskStage::Closed);
        stage.looks_like("start-closed");
    }
}

#[test]
fn the_old_and_the_new_lot_look_as_they_did() {
    for language in [Japanese, English] {
        let ja = language == Japanese;
        let mut stage = Stage::open(language);
        stage.go_to(Screen::Lot);
        stage.press(if ja {
            "FK0108　期限 2022-05-31"
        } else {
            "FK0108　until 2022-05-31"
        });
        stage.looks_like("lot-compare");
        stage.press(if ja {
            "一覧にないロット"
        } else {
            "A lot that is not listed"
        });
        typed(&mut stage, "FK0109");
        stage.looks_like("lot-typing");
        stage.press(if ja {
            "このロットにする"
        } else {
            "Use this lot"
        });
        stage.looks_like("lot-unlisted");
    }
}
