//! The other screens, by the words on the buttons.

use super::paper::{Paper, number, session};
use super::stage::Stage;
use crate::app::Screen;
use crate::desk::{Input, Stage as DeskStage, Standing};
use crate::intake::Outcome;
use crate::text::Language::{English, Japanese};

#[test]
fn the_day_begins_when_every_preset_was_given_and_the_date_was_touched() {
    let mut stage = Stage::new(Japanese);
    stage.go_to(Screen::Start);
    stage.press("日付　選んでください");
    assert!(!stage.offers("この内容で開始"));
    stage.press("2021-11-20");
    stage.press("市民会館");
    stage.press("山田 太郎");
    stage.press("コミナティ筋注");
    stage.press("FJ7489　期限 2022-03-31");
    stage.press("接種の後に読む");
    stage.press("この内容で開始");
    assert_eq!(stage.paper.snapshot().session, Some(session()));
}

#[test]
fn another_lot_is_given_after_it_was_compared_and_confirmed() {
    let mut stage = Stage::open(English);
    stage.press("Change lot");
    stage.press("FK0108　until 2022-05-31");
    let lot = |stage: &Stage| stage.paper.snapshot().session.unwrap().lot.to_string();
    assert_eq!(lot(&stage), "FJ7489");
    stage.press("Change to this lot");
    assert_eq!(lot(&stage), "FK0108");
}

#[test]
fn a_lot_that_is_not_on_the_list_is_typed_on_the_screen() {
    let mut stage = Stage::open(Japanese);
    stage.press("ロット変更");
    stage.press("一覧にないロット");
    for letter in ["A", "B", "1", "2"] {
        stage.press(letter);
    }
    stage.press("このロットにする");
    stage.press("このロットに変更");
    assert_eq!(stage.paper.snapshot().session.unwrap().lot.as_str(), "AB12");
}

#[test]
fn any_of_todays_records_is_cancelled_with_a_reason() {
    let mut stage = Stage::open(Japanese);
    stage.happens(|paper| (1..4).for_each(|person| paper.record(person)));
    stage.press("今日の記録");
    let personal = number(2).personal().grouped();
    stage.press(&format!("10:15　{personal}　2回目　FJ7489　有効"));
    assert!(stage.shows(&number(2).grouped()));
    stage.press("取り消す");
    stage.press("操作の間違い");
    let cancelled = |record: &crate::desk::DayRecord| record.standing == Standing::Cancelled;
    let records = stage.paper.snapshot().records;
    assert_eq!(
        records.iter().map(cancelled).collect::<Vec<_>>(),
        [false, true, false]
    );
}

/// Types digits on the keypad.
fn keys(stage: &mut Stage, digits: &str) {
    for digit in digits.chars() {
        stage.press(&digit.to_string());
    }
}

#[test]
fn a_number_that_nothing_backs_is_typed_twice_the_second_time_unseen() {
    let mut stage = Stage::open(Japanese);
    stage.happens(|paper| paper.lay_doubtful(5));
    stage.press("番号を入力");
    assert!(stage.shows("1回目の入力"));
    // Of number(5) the blanks are the 12th and the 15th digit.
    let digits = number(5).to_string();
    keys(&mut stage, &digits[11..12]);
    keys(&mut stage, &digits[14..15]);
    stage.press("確定");
    if stage.paper.snapshot().records.is_empty() {
        assert!(stage.shows("2回目の入力"));
        keys(&mut stage, &digits);
        stage.press("確定");
    }
    assert_eq!(stage.paper.snapshot().records.len(), 1);
    assert!(stage.shows("記録しました"));
}

#[test]
fn no_single_touch_and_no_key_accepts_a_candidate() {
    let undecided = || {
        let mut stage = Stage::open(Japanese);
        stage.happens(|paper| {
            paper.lay_complete_doubt(6);
            paper.take_away();
            paper.lay_complete_doubt(7);
        });
        stage
    };
    for screen in [Screen::Reception, Screen::Review, Screen::Entry] {
        let mut first = undecided();
        first.go_to(screen);
        let buttons = first.buttons();
        assert!(!buttons.is_empty());
        for button in buttons {
            let mut stage = undecided();
            stage.go_to(screen);
            stage.press_first(&button);
            let recorded = stage.paper.snapshot().records.len();
            assert_eq!(recorded, 0, "{screen:?}: {button} recorded a candidate");
        }
        for key in ["Enter", "Space", "Tab", "Y", "1"] {
            let mut stage = undecided();
            stage.go_to(screen);
            stage.key(key);
            assert!(
                stage.paper.snapshot().records.is_empty(),
                "{screen:?}: {key}"
            );
        }
    }
}

#[test]
fn an_undecided_voucher_is_put_aside_taken_up_and_settled() {
    let mut stage = Stage::open(Japanese);
    stage.happens(|paper| {
        paper.lay_doubtful(5);
        paper.take_away();
    });
    stage.press("未処理 1");
    let row = stage
        .buttons()
        .into_iter()
        .find(|name| name.contains("取り除かれました"));
    stage.press(&row.unwrap());
    stage.press("保留");
    stage.press("責任者に確認する");
    assert_eq!(stage.paper.snapshot().aside.len(), 1);
    stage.press("保留 1");
    let row = stage
        .buttons()
        .into_iter()
        .find(|name| name.contains("責任者に確認する"));
    stage.press(&row.unwrap());
    stage.press("片付ける");
    stage.press("本人に返した");
    assert!(stage.paper.snapshot().aside.is_empty());
}

#[test]
fn the_day_is_closed_once_the_sums_agree_and_it_was_asked_twice() {
    let mut stage = Stage::open(Japanese);
    stage.happens(|paper| (1..6).for_each(|person| paper.record(person)));
    stage.go_to(Screen::Count);
    stage.press("開けたバイアル（本）　0");
    keys(&mut stage, "1");
    stage.press("この数にする");
    stage.press("充填した注射器（本）　0");
    keys(&mut stage, "6");
    stage.press("この数にする");
    stage.press("廃棄・注射器（本）　0");
    keys(&mut stage, "1");
    stage.press("この数にする");
    stage.press("落とした・破損");
    assert!(stage.shows("数が合っています"));
    stage.press("締め");
    stage.press("今日を締める");
    assert_eq!(stage.paper.snapshot().stage, DeskStage::Ready);
    stage.press("はい、締めます");
    assert_eq!(stage.paper.snapshot().stage, DeskStage::Closed);
}

#[test]
fn what_is_open_at_the_close_leads_to_where_it_is_settled() {
    let mut stage = Stage::open(Japanese);
    stage.happens(|paper| paper.record(1));
    stage.go_to(Screen::Count);
    stage.press("締め");
    let point = stage
        .buttons()
        .into_iter()
        .find(|name| name.starts_with("FJ7489"));
    stage.press(&point.unwrap());
    stage.press("数え直して確認した");
    assert!(stage.shows("残っているものはありません"));
}

#[test]
fn who_has_no_voucher_gets_a_slip_and_the_next_voucher_can_be_theirs() {
    let mut stage = Stage::open(Japanese);
    stage.go_to(Screen::Review);
    stage.press("番号は後日 0");
    stage.press("券がない人の控えを出す");
    stage.press("2");
    assert_eq!(stage.paper.snapshot().slips.len(), 1);
    let slip = stage
        .buttons()
        .into_iter()
        .find(|name| name.ends_with("2回目"));
    stage.press(&slip.unwrap());
    assert!(stage.paper.snapshot().next.slip.is_some());
}

#[test]
fn the_menu_leads_everywhere_and_the_other_language_is_one_touch_away() {
    let mut stage = Stage::open(Japanese);
    stage.press("メニュー");
    for screen in [
        "受付",
        "開始",
        "確認",
        "手入力",
        "送信",
        "照合・集計",
        "設定",
    ] {
        assert!(stage.offers(screen), "{screen}");
    }
    stage.press("English");
    assert!(stage.shows("Lay a voucher down"));
}

#[test]
fn the_next_voucher_is_a_consultation_only_if_somebody_says_so() {
    let mut stage = Stage::open(Japanese);
    stage.press("次は予診のみ");
    let only = |stage: &Stage| stage.paper.snapshot().next.outcome.is_consultation_only();
    assert!(only(&stage));
    stage.happens(|paper| paper.record(1));
    assert!(!only(&stage));
}

#[test]
fn whether_what_was_chosen_before_a_restart_is_of_the_next_voucher_is_one_touch() {
    for (answer, only) in [("使う", true), ("使わない", false)] {
        let mut stage = Stage::open(Japanese);
        stage.press("次は予診のみ");
        assert!(stage.shows("次の券: 予診のみ"));
        stage.happens(Paper::restart);
        stage.happens(|paper| paper.lay(1));
        assert!(stage.paper.snapshot().records.is_empty());
        stage.press(answer);
        let records = stage.paper.snapshot().records;
        let is_consultation = records[0].record.outcome == Outcome::ConsultationOnly;
        assert_eq!(is_consultation, only);
    }
}

#[test]
fn a_consultation_that_is_laid_down_again_says_what_to_do_if_the_dose_was_given() {
    let mut stage = Stage::open(Japanese);
    stage.press("次は予診のみ");
    stage.happens(|paper| paper.lay(1));
    assert!(stage.shows("予診のみ"));
    stage.happens(Paper::take_away);
    stage.happens(|paper| paper.lay(1));
    assert!(stage.shows("取り消してから置き直してください"));
}

#[test]
fn a_day_that_was_closed_is_opened_again_with_a_reason() {
    let mut stage = Stage::open(Japanese);
    stage.happens(|paper| paper.tell(Input::Close));
    stage.go_to(Screen::Start);
    stage.press("締めを取り消す");
    stage.press("記録が残っていた");
    assert_ne!(stage.paper.snapshot().stage, DeskStage::Closed);
}

#[test]
fn the_leads_card_fills_everything_but_the_date_which_is_touched() {
    let mut stage = Stage::new(Japanese);
    stage.happens(|paper| paper.card = Some((session(), "K7QM".to_owned())));
    stage.go_to(Screen::Start);
    stage.press("カードの設定を使う　K7QM");
    assert!(!stage.offers("この内容で開始"));
    stage.press("日付　選んでください");
    stage.press("2021-11-20");
    stage.press("この内容で開始");
    assert_eq!(stage.paper.snapshot().session, Some(session()));
}
