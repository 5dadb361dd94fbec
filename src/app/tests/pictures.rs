//! Every screen in both languages, as it looks; `make snapshots` renews the pictures.

use super::paper::{Paper, session, too_soon};
use super::stage::Stage;
use crate::app::Screen;
use crate::app::view::{CameraState, DeliveryState};
use crate::desk::Input;
use crate::intake::{Mode, Session};
use crate::sync::Why;
use crate::text::Language;

const LANGUAGES: [Language; 2] = [Language::Japanese, Language::English];

/// A morning with some records, one voucher undecided and one aside.
fn morning(paper: &mut Paper) {
    (1..4).for_each(|person| paper.record(person));
    paper.lay_doubtful(8);
    paper.take_away();
}

#[test]
fn the_reception_looks_as_it_did() {
    for language in LANGUAGES {
        let mut stage = Stage::open(language);
        stage.sees_sample();
        stage.happens(morning);
        stage.looks_like("reception-empty");
        stage.happens(|paper| paper.lay(4));
        stage.looks_like("reception-recorded");
        stage.happens(Paper::take_away);
        stage.happens(|paper| paper.lay_doubtful(5));
        stage.looks_like("reception-unread");
        stage.happens(Paper::take_away);
        stage.happens(|paper| paper.tell(Input::ConsultationOnly(true)));
        stage.looks_like("reception-consultation");
        stage.happens(Paper::restart);
        stage.looks_like("reception-chosen-before");
        stage.happens(|paper| paper.tell(Input::ChooseAgain(true)));
        stage.happens(|paper| paper.lay(6));
        stage.happens(Paper::take_away);
        stage.happens(|paper| paper.lay(6));
        stage.looks_like("reception-only-consulted");
        stage.happens(Paper::take_away);
        stage.happens(|paper| {
            paper.findings = vec![too_soon()];
            paper.lay(7);
        });
        stage.looks_like("reception-for-review");
    }
}

#[test]
fn a_question_and_a_record_that_is_not_in_the_book_look_as_they_did() {
    for language in LANGUAGES {
        let mut stage = Stage::open(language);
        stage.sees_sample();
        stage.happens(|paper| {
            paper.tell(Input::ConfirmSession(Session {
                mode: Mode::BeforeShot,
                ..session()
            }));
            paper.findings = vec![too_soon()];
            paper.lay(1);
        });
        stage.looks_like("reception-question");
        let anyway = match language {
            Language::Japanese => "記録する",
            Language::English => "Record it",
        };
        stage.press(anyway);
        stage.looks_like("reception-reason");

        let mut stage = Stage::open(language);
        stage.happens(|paper| {
            paper.full = true;
            paper.lay(1);
        });
        stage.looks_like("reception-failed");
    }
}

#[test]
fn a_lost_camera_a_stopped_delivery_and_a_refusal_look_as_they_did() {
    for language in LANGUAGES {
        let mut paper = Paper::new();
        paper.tell(Input::ConfirmSession(session()));
        paper.camera = CameraState::Lost(crate::camera::Loss::Stalled.words());
        paper.delivery = DeliveryState::Halted(Why::NotEnrolled.words());
        let mut stage = Stage::of(paper, language, true);
        stage.happens(|paper| paper.tell(Input::Undo));
        stage.looks_like("reception-trouble");
        stage.press(if language == Language::Japanese {
            "自動"
        } else {
            "Auto"
        });
        stage.looks_like("training-by-hand");
    }
}

#[test]
fn the_start_of_day_looks_as_it_did() {
    for language in LANGUAGES {
        let mut stage = Stage::of(Paper::new(), language, true);
        stage.go_to(Screen::Start);
        stage.looks_like("start");
        let (usual, date, lot) = match language {
            Language::Japanese => (
                "練習用の設定を使う",
                "日付　選んでください",
                "ロット　選んでください",
            ),
            Language::English => (
                "Use the practice set-up",
                "Date　to choose",
                "Lot　to choose",
            ),
        };
        stage.press(usual);
        stage.press(date);
        stage.looks_like("start-date");
        stage.press(lot);
        stage.looks_like("start-lot");
    }
}

#[test]
fn the_other_screens_look_as_they_did() {
    let screens = [
        (Screen::Review, "review"),
        (Screen::Records, "records"),
        (Screen::Delivery, "delivery"),
        (Screen::Count, "count"),
        (Screen::Lot, "lot"),
    ];
    for language in LANGUAGES {
        let mut stage = Stage::open(language);
        stage.sees_sample();
        stage.happens(morning);
        for (screen, name) in screens {
            stage.go_to(screen);
            stage.looks_like(name);
        }
    }
}

#[test]
fn what_opens_from_them_looks_as_it_did() {
    for language in LANGUAGES {
        let ja = language == Language::Japanese;
        let mut stage = Stage::open(language);
        stage.happens(morning);
        stage.press(if ja { "メニュー" } else { "Menu" });
        stage.looks_like("menu");
        stage.go_to(Screen::Count);
        stage.press(if ja {
            "開けたバイアル（本）　0"
        } else {
            "Vials opened　0"
        });
        stage.looks_like("count-typing");
        stage.press(if ja { "日報" } else { "Report" });
        stage.looks_like("report");
        stage.press(if ja { "締め" } else { "Close" });
        stage.looks_like("close");
        stage.go_to(Screen::Reception);
        stage.happens(|paper| paper.lay_doubtful(5));
        stage.press(if ja {
            "番号を入力"
        } else {
            "Type the number"
        });
        stage.looks_like("entry");
        stage.go_to(Screen::Records);
        let row = stage
            .buttons()
            .into_iter()
            .find(|name| name.starts_with("10:15"));
        stage.press(&row.unwrap());
        stage.looks_like("record");
    }
}
