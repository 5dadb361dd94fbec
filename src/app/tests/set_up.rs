//! Set-up, signing in and relief, by the words on the buttons.

use super::paper::Paper;
use super::stage::Stage;
use crate::accounts::Role;
use crate::app::view::CameraState;
use crate::app::{EnrolmentState, Screen};
use crate::desk::Input;
use crate::intake::OperatorId;
use crate::station::{Command, People, Person};
use crate::text::Bilingual;
use crate::text::Language::{self, English, Japanese};

const LANGUAGES: [Language; 2] = [Japanese, English];

fn id(text: &str) -> OperatorId {
    OperatorId::new(text).unwrap()
}

/// Some people, of whom this one sits there.
fn people(seated: Option<&str>) -> People {
    let all = [
        ("admin-01", "佐藤 恵", Role::Administrator),
        ("clerk-01", "鈴木", Role::Clerk),
        ("clerk-02", "高橋 真理子", Role::Clerk),
        ("staff-01", "田中", Role::Staff),
        ("staff-02", "伊集院 清太郎", Role::Staff),
    ];
    let person = |(who, name, role): (&str, &str, Role)| Person {
        id: id(who),
        name: name.parse().unwrap(),
        role,
    };
    People {
        list: all.map(person).to_vec(),
        seated: seated.map(id),
        ..People::default()
    }
}

/// A screen before which nobody sits yet.
fn vacant(language: Language) -> Stage {
    let mut paper = Paper::new();
    paper.tell(Input::ConfirmSession(super::paper::session()));
    paper.people = people(None);
    let mut stage = Stage::of(paper, language, false);
    stage.settle();
    stage
}

fn type_pin(stage: &mut Stage, pin: &str) {
    for digit in pin.chars() {
        stage.press(&digit.to_string());
    }
}

/// Who asked to sign in, in their order.
fn asked(stage: &Stage) -> Vec<&str> {
    let commands = stage.paper.commands.iter();
    commands
        .filter_map(|command| match command {
            Command::SignIn { operator, .. } => Some(operator.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn nothing_is_to_be_seen_before_somebody_signed_in() {
    let mut stage = vacant(Japanese);
    stage.happens(|paper| paper.record(1));
    assert!(stage.shows("担当者を選んでください"));
    assert!(!stage.offers("メニュー") && !stage.shows("0012-345-601"));
    stage.key("Escape");
    assert!(!stage.offers("設定"));
    stage.press("English");
    assert!(stage.shows("Who are you?"));
}

#[test]
fn a_name_and_a_pin_sign_in() {
    let mut stage = vacant(Japanese);
    stage.press("鈴木　事務担当");
    type_pin(&mut stage, "58301");
    assert!(!stage.offers("サインイン"));
    type_pin(&mut stage, "7");
    assert!(stage.shows("●●●●●●"));
    stage.press("サインイン");
    assert_eq!(asked(&stage), ["clerk-01"]);
    assert!(!stage.shows("●"));
    stage.happens(|paper| paper.people = people(Some("clerk-01")));
    assert!(stage.shows("担当 鈴木"));
    assert!(stage.shows("接種券を置いてください"));
}

#[test]
fn enter_gives_a_whole_pin_and_no_shorter_one() {
    let mut stage = vacant(English);
    stage.press("鈴木　clerk");
    type_pin(&mut stage, "58301");
    stage.key("Enter");
    assert!(asked(&stage).is_empty());
    type_pin(&mut stage, "7");
    stage.key("Enter");
    assert_eq!(asked(&stage), ["clerk-01"]);
}

#[test]
fn a_pin_that_is_being_checked_is_not_given_twice_and_a_wrong_one_is_told() {
    let mut stage = vacant(English);
    stage.press("鈴木　clerk");
    type_pin(&mut stage, "583017");
    stage.press("Sign in");
    stage.happens(|paper| paper.people.checking = true);
    assert!(stage.shows("Checking the PIN") && !stage.offers("Sign in"));
    stage.happens(|paper| {
        paper.people.checking = false;
        paper.notify(Bilingual::new(
            "PIN が違います",
            "wrong PIN: 4 more and you have to wait",
        ));
    });
    assert!(stage.shows("wrong PIN"));
    type_pin(&mut stage, "583018");
    stage.press("Sign in");
    assert_eq!(asked(&stage).len(), 2);
}

#[test]
fn another_takes_over_and_nothing_half_done_is_left_to_them() {
    let mut stage = vacant(Japanese);
    stage.happens(|paper| paper.people = people(Some("clerk-01")));
    stage.go_to(Screen::SetUp);
    stage.press("担当者　鈴木");
    assert!(!stage.offers("鈴木　事務担当"));
    stage.press("田中　受付係");
    type_pin(&mut stage, "729416");
    stage.press("サインイン");
    assert_eq!(asked(&stage), ["staff-01"]);
    stage.happens(|paper| paper.people = people(Some("staff-01")));
    assert!(stage.shows("担当 田中"));
    assert!(stage.offers("担当者　田中"));
}

#[test]
fn who_leaves_signs_out_from_the_menu() {
    let mut stage = vacant(Japanese);
    stage.happens(|paper| paper.people = people(Some("clerk-01")));
    stage.press("メニュー");
    stage.press("サインアウト");
    let left = |command: &Command| matches!(command, Command::SignOut);
    assert!(stage.paper.commands.iter().any(left));
}

#[test]
fn without_accounts_nobody_is_asked_and_the_way_to_add_them_is_told() {
    let mut stage = Stage::open(English);
    stage.go_to(Screen::SetUp);
    stage.press("People　No sign-in");
    assert!(stage.shows("everybody may use the station"));
    assert!(stage.shows("uketsuke operator add"));
    stage.press("Back");
    assert!(stage.paper.commands.is_empty());
}

#[test]
fn the_focus_of_what_lies_there_is_told_in_a_word_and_a_number() {
    let mut stage = Stage::open(Japanese);
    stage.go_to(Screen::SetUp);
    assert!(stage.offers("カメラとピント　券を置く"));
    stage.sees_sample();
    stage.press("カメラとピント　良い");
    assert!(stage.shows("ピント　100") && stage.shows("良い"));
    stage.happens(|paper| paper.warnings = vec![Bilingual::new("台が動きました", "moved")]);
    assert!(stage.shows("台が動きました"));
    stage.press("戻る");
    stage.happens(|paper| paper.camera = CameraState::Failed(Bilingual::new("故障", "broken")));
    assert!(stage.offers("カメラとピント　カメラなし"));
}

/// Types into the field that is called this.
fn type_into(stage: &mut Stage, field: &str, text: &str) {
    use egui_kittest::kittest::Queryable as _;
    let found = stage.harness.query_all_by_label(field);
    let field = found.last().unwrap();
    field.focus();
    field.type_text(text);
    stage.settle();
}

#[test]
fn the_station_is_made_known_to_a_server_from_the_window() {
    let mut stage = Stage::open(Japanese);
    stage.go_to(Screen::SetUp);
    stage.press("端末の登録　未登録");
    assert!(!stage.offers("登録する"));
    type_into(&mut stage, "サーバーのアドレス", "https://api.example/fhir");
    assert!(!stage.offers("登録する"));
    type_into(&mut stage, "登録コード", "K7QM-2X");
    assert!(!stage.shows("K7QM"));
    stage.press("登録する");
    let asked = stage
        .paper
        .commands
        .iter()
        .find_map(|command| match command {
            Command::Enrol(asked) => Some((asked.server.clone(), asked.code.to_string())),
            _ => None,
        });
    let (server, code) = asked.unwrap();
    assert_eq!(
        (server.as_str(), code.as_str()),
        ("https://api.example/fhir", "K7QM-2X")
    );
    assert!(!format!("{:?}", stage.paper.commands).contains("K7QM"));
    stage.enrolment(EnrolmentState::Asking);
    assert!(stage.shows("サーバーに問い合わせています") && !stage.offers("登録する"));
    stage.enrolment(EnrolmentState::Failed(Bilingual::new(
        "登録コードが使えません",
        "the code is not accepted",
    )));
    assert!(stage.shows("登録コードが使えません"));
    stage.enrolment(EnrolmentState::EnrolledAnew);
    assert!(stage.shows("受付を開き直すと、新しい登録で送信します"));
    stage.enrolment(EnrolmentState::Enrolled("https://api.example/fhir".into()));
    assert!(stage.shows("https://api.example/fhir"));
    stage.press("戻る");
    assert!(stage.offers("端末の登録　登録済み"));
}

#[test]
fn where_people_sign_in_an_authenticators_code_is_asked_for_too() {
    let mut stage = vacant(English);
    stage.happens(|paper| paper.people = people(Some("admin-01")));
    stage.go_to(Screen::SetUp);
    stage.press("Enrolment　Not enrolled");
    type_into(&mut stage, "Address of the server", "https://api.example");
    type_into(&mut stage, "Enrolment code", "K7QM");
    assert!(!stage.offers("Enrol"));
    type_into(&mut stage, "Authenticator's code", "123456");
    stage.press("Enrol");
    let with_code = |command: &Command| matches!(command, Command::Enrol(asked) if asked.authenticator.is_some());
    assert!(stage.paper.commands.iter().any(with_code));
}

#[test]
fn an_enrolment_looks_as_it_did() {
    for language in LANGUAGES {
        let mut stage = Stage::open(language);
        stage.go_to(Screen::SetUp);
        let tile = match language {
            Japanese => "端末の登録　未登録",
            English => "Enrolment　Not enrolled",
        };
        stage.press(tile);
        let server = match language {
            Japanese => "サーバーのアドレス",
            English => "Address of the server",
        };
        type_into(&mut stage, server, "https://api.example/fhir");
        stage.enrolment(EnrolmentState::Failed(
            crate::sync::Why::Unreachable.words(),
        ));
        stage.looks_like("set-up-enrolment-failed");
    }
}

#[test]
fn another_language_is_chosen_in_the_set_up_too() {
    let mut stage = Stage::open(Japanese);
    stage.go_to(Screen::SetUp);
    stage.press("言語　日本語");
    stage.press("English");
    assert!(stage.shows("Language"));
}

#[test]
fn the_set_up_and_the_sign_in_look_as_they_did() {
    for language in LANGUAGES {
        let t = |ja: &'static str, en: &'static str| match language {
            Japanese => ja,
            English => en,
        };
        let mut stage = vacant(language);
        stage.looks_like("sign-in");
        stage.press(t("高橋 真理子　事務担当", "高橋 真理子　clerk"));
        type_pin(&mut stage, "5830");
        stage.looks_like("sign-in-short");
        type_pin(&mut stage, "17");
        stage.happens(|paper| {
            paper.notify(Bilingual::new(
                "PIN の間違いが続きました。30 秒待つか、管理者に PIN を設定し直してもらってください",
                "too many wrong PINs: wait 30 s, or have an administrator set a new PIN",
            ));
        });
        stage.looks_like("sign-in-pin");
        stage.happens(|paper| {
            paper.people = people(None);
            paper.people.locked_by = Some(id("clerk-02"));
        });
        stage.press(t("閉じる", "Close"));
        stage.press(t("名前を選び直す", "Choose another name"));
        stage.looks_like("sign-in-locked");

        stage.happens(|paper| paper.people = people(Some("clerk-02")));
        stage.press(t("メニュー", "Menu"));
        stage.looks_like("menu-seated");
        stage.go_to(Screen::SetUp);
        stage.looks_like("set-up");
        stage.press(t("担当者　高橋 真理子", "People　高橋 真理子"));
        stage.looks_like("set-up-people");
    }
}

#[test]
fn the_pages_of_the_set_up_look_as_they_did() {
    for language in LANGUAGES {
        let mut stage = Stage::of(Paper::new(), language, true);
        stage.sees_sample();
        stage.happens(|paper| {
            let moved = crate::optics::Moved::Focus;
            paper.warnings = vec![Bilingual::new(moved.japanese(), moved.english())];
        });
        stage.go_to(Screen::SetUp);
        stage.looks_like("set-up-training");
        let pages = [
            ("camera", ["カメラとピント　", "Camera and focus　"]),
            ("calibration", ["校正　", "Calibration　"]),
            ("enrolment", ["端末の登録　", "Enrolment　"]),
            ("nobody", ["担当者　", "People　"]),
            ("language", ["言語　", "Language　"]),
            ("standing", ["状態　", "State　"]),
        ];
        for (name, [ja, en]) in pages {
            let start = if language == Japanese { ja } else { en };
            let buttons = stage.buttons();
            let tile = buttons.iter().find(|button| button.starts_with(start));
            stage.press(tile.unwrap());
            stage.looks_like(&format!("set-up-{name}"));
            stage.press(if language == Japanese {
                "戻る"
            } else {
                "Back"
            });
        }
    }
}
