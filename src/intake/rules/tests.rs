use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::intake::catalogue::DataFiles;
use crate::intake::fields::{Lot, Maker, ProductId};
use crate::intake::finding::{Decision, Severity, decide};
use crate::intake::session::tests::session;
use crate::text::Language;

/// Second dose, of Chiyoda, in the ticket kind of vaccinations.
const VOUCHER: &str = "221310160012345678";
pub(super) const TODAY: Date = Date::constant(2021, 11, 20);

fn vaccine(product: &str, lot: &str) -> Vaccine {
    let product = ProductId::new(product).unwrap();
    let catalogue = Catalogue::built_in().unwrap();
    let maker = catalogue.product(&product).map_or_else(
        || Maker::new("不明").unwrap(),
        |product| product.maker.clone(),
    );
    Vaccine {
        product,
        maker,
        lot: Lot::new(lot).unwrap(),
    }
}

pub(super) fn given(product: &str, lot: &str) -> Outcome {
    Outcome::Given(vaccine(product, lot))
}

pub(super) fn candidate() -> Candidate {
    Candidate {
        subject: Subject::Voucher(VOUCHER.parse().unwrap()),
        date: TODAY,
        venue: Venue::new("市民会館").unwrap(),
        outcome: given("comirnaty-12", "FJ7489"),
    }
}

pub(super) fn previous(dose: u8, date: Date, outcome: Outcome) -> Previous {
    Previous {
        date,
        dose: DoseNumber::new(dose).unwrap(),
        outcome,
    }
}

pub(super) fn known() -> Known {
    Known::on(TODAY)
}

pub(super) fn found(candidate: &Candidate, session: &Session, known: &Known) -> Vec<Finding> {
    check(candidate, session, &Catalogue::built_in().unwrap(), known)
}

pub(super) fn codes(candidate: &Candidate, session: &Session, known: &Known) -> Vec<FindingCode> {
    let findings = found(candidate, session, known);
    findings.iter().map(|finding| finding.code).collect()
}

/// What is found of the usual candidate when the station knows this.
fn codes_knowing(known: &Known) -> Vec<FindingCode> {
    codes(&candidate(), &session(), known)
}

/// What is found when this was given.
pub(super) fn codes_given(product: &str, lot: &str, date: Date) -> Vec<FindingCode> {
    let candidate = Candidate {
        outcome: given(product, lot),
        date,
        ..candidate()
    };
    let session = Session { date, ..session() };
    codes(&candidate, &session, &Known::on(date))
}

#[test]
fn a_dose_as_the_session_expects_it_finds_nothing() {
    assert_eq!(codes_knowing(&known()), []);
}

#[test]
fn a_session_past_midnight_is_no_longer_confirmed() {
    let tomorrow = Known::on(date(2021, 11, 21));
    let session = session();
    assert_eq!(
        codes_knowing(&tomorrow),
        [FindingCode::SessionNotConfirmed, FindingCode::DateNotToday]
    );
    let unconfirmed = Session {
        confirmed: false,
        ..session
    };
    assert_eq!(
        codes(&candidate(), &unconfirmed, &known()),
        [FindingCode::SessionNotConfirmed]
    );
}

#[test]
fn a_suspect_clock_and_a_date_that_has_not_come_are_found() {
    let suspect = Known {
        clock_suspect: true,
        ..known()
    };
    assert_eq!(codes_knowing(&suspect), [FindingCode::ClockSuspect]);
    let yesterday = Known::on(date(2021, 11, 19));
    assert!(codes_knowing(&yesterday).contains(&FindingCode::DateInFuture));
}

#[test]
fn a_venue_that_is_not_on_the_list_is_found() {
    let venues = |name| Known {
        venues: vec![Venue::new(name).unwrap()],
        ..known()
    };
    assert_eq!(codes_knowing(&venues("市民会館")), []);
    assert_eq!(
        codes_knowing(&venues("公民館")),
        [FindingCode::UnknownVenue]
    );
}

#[test]
fn a_voucher_of_another_dose_is_found_where_the_session_expects_one() {
    let first = Candidate {
        subject: Subject::Voucher(VOUCHER.replacen("22", "21", 1).parse().unwrap()),
        ..candidate()
    };
    let found = codes(&first, &session(), &known());
    assert_eq!(found, [FindingCode::DoseMismatch]);
    let any = Session {
        dose: None,
        ..session()
    };
    assert_eq!(codes(&first, &any, &known()), []);
}

#[test]
fn tickets_of_another_kind_are_found_and_the_twin_of_a_consultation_is_not() {
    use crate::voucher::TicketKind;
    let ticket = |digit: &str, outcome: Outcome| Candidate {
        subject: Subject::Voucher(VOUCHER.replacen('2', digit, 1).parse().unwrap()),
        outcome,
        ..candidate()
    };
    let dose = || given("comirnaty-12", "FJ7489");
    let consultations = Session {
        ticket_kind: TicketKind::Consultation,
        ..session()
    };
    let mismatch = [FindingCode::TicketKindMismatch];
    let none: [FindingCode; 0] = [];
    let in_session = |ticket: Candidate| codes(&ticket, &session(), &known());
    assert_eq!(in_session(ticket("1", dose())), mismatch);
    assert_eq!(in_session(ticket("1", Outcome::ConsultationOnly)), none);
    assert_eq!(in_session(ticket("2", Outcome::ConsultationOnly)), none);
    assert_eq!(
        in_session(ticket("7", dose())),
        [FindingCode::UnknownTicketKind]
    );
    let wrong_label = ticket("2", Outcome::ConsultationOnly);
    assert_eq!(codes(&wrong_label, &consultations, &known()), mismatch);
}

#[test]
fn a_dose_that_no_product_has_is_found() {
    let any = Session {
        dose: None,
        ..session()
    };
    for dose in 0..=9 {
        let voucher = format!("2{dose}1310160012345678");
        let candidate = Candidate {
            subject: Subject::Voucher(voucher.parse().unwrap()),
            ..candidate()
        };
        let found = codes(&candidate, &any, &known());
        let unknown = found.contains(&FindingCode::UnknownDose);
        assert_eq!(unknown, !(1..=7).contains(&dose), "{dose}: {found:?}");
    }
}

#[test]
fn the_same_dose_again_is_recorded_already_and_another_content_is_a_conflict() {
    let with = |other: Previous| {
        codes_knowing(&Known {
            previous: vec![other],
            ..known()
        })
    };
    let dose = |lot| given("comirnaty-12", lot);
    let same = previous(2, TODAY, dose("FJ7489"));
    assert_eq!(with(same), [FindingCode::AlreadyRecorded]);
    let other_lot = previous(2, TODAY, dose("FK0108"));
    assert_eq!(with(other_lot), [FindingCode::Conflict]);
    let other_day = previous(2, date(2021, 11, 19), dose("FJ7489"));
    assert_eq!(with(other_day), [FindingCode::Conflict]);
    let other_spelling = Outcome::Given(Vaccine {
        maker: Maker::new("Pfizer").unwrap(),
        ..vaccine("comirnaty-12", "FJ7489")
    });
    let same = previous(2, TODAY, other_spelling);
    assert_eq!(with(same), [FindingCode::AlreadyRecorded]);
}

#[test]
fn a_consultation_that_is_here_is_called_one_and_no_dose() {
    let said = |outcome: Outcome| {
        let known = Known {
            previous: vec![previous(2, TODAY, outcome.clone())],
            ..known()
        };
        let candidate = Candidate {
            outcome,
            ..candidate()
        };
        let finding = found(&candidate, &session(), &known).remove(0);
        format!("{} {}", finding.message, finding.remedy)
    };
    let consultation = said(Outcome::ConsultationOnly);
    assert!(
        consultation.contains("予診のみは記録済みです"),
        "{consultation}"
    );
    assert!(!consultation.contains("接種前"), "{consultation}");
    let dose = said(given("comirnaty-12", "FJ7489"));
    assert!(
        dose.contains("2 回目は 2021-11-20 に同じ内容で記録済みです"),
        "{dose}"
    );
    assert!(dose.contains("接種せずに"), "{dose}");
}

#[test]
fn a_consultation_collides_with_no_given_dose() {
    let dose = || given("comirnaty-12", "FJ7489");
    let pairs = [
        // here, candidate, expected
        (Outcome::ConsultationOnly, dose(), vec![]),
        (dose(), Outcome::ConsultationOnly, vec![]),
        (
            Outcome::ConsultationOnly,
            Outcome::ConsultationOnly,
            vec![FindingCode::AlreadyRecorded],
        ),
    ];
    for (here, outcome, expected) in pairs {
        let known = Known {
            previous: vec![previous(2, TODAY, here)],
            ..known()
        };
        let candidate = Candidate {
            outcome,
            ..candidate()
        };
        assert_eq!(codes(&candidate, &session(), &known), expected);
    }
    let monday = Known {
        previous: vec![previous(2, date(2021, 11, 15), Outcome::ConsultationOnly)],
        ..known()
    };
    let consultation = Candidate {
        outcome: Outcome::ConsultationOnly,
        ..candidate()
    };
    assert_eq!(codes(&consultation, &session(), &monday), []);
}

#[test]
fn the_age_counts_from_the_day_before_the_birthday() {
    let born = |born| {
        codes_knowing(&Known {
            born: Some(born),
            ..known()
        })
    };
    assert_eq!(born(date(2009, 11, 21)), []);
    assert_eq!(born(date(2009, 11, 22)), [FindingCode::TooYoung]);
    assert_eq!(born(date(2021, 11, 21)), [FindingCode::BirthDateInFuture]);
    assert_eq!(born(date(1901, 1, 1)), []);
}

#[test]
fn no_upper_age_stops_even_before_the_shot() {
    let day = date(2022, 4, 1);
    let session = Session {
        date: day,
        mode: Mode::BeforeShot,
        ..session()
    };
    let candidate = Candidate {
        date: day,
        outcome: given("comirnaty-5-11", "FP0511"),
        ..candidate()
    };
    let twelve_tomorrow = Known {
        born: Some(date(2010, 4, 2)),
        ..Known::on(day)
    };
    let findings = found(&candidate, &session, &twelve_tomorrow);
    assert_eq!(findings[0].code, FindingCode::OlderThanUsual);
    assert_eq!(decide(session.mode, &findings), Decision::RecordAndReview);
}

#[test]
fn a_voucher_of_another_municipality_is_normal_and_named() {
    let known = Known {
        home: Some("011002".parse().unwrap()),
        ..known()
    };
    let findings = found(&candidate(), &session(), &known);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].code, FindingCode::OtherMunicipality);
    assert_eq!(findings[0].severity, Severity::Note);
    assert!(findings[0].message.to_string().contains("千代田区"));
    assert_eq!(decide(Mode::BeforeShot, &findings), Decision::Record);
}

#[test]
fn a_municipality_that_issues_no_vouchers_is_found() {
    let candidate = Candidate {
        subject: Subject::Voucher("229999990012345678".parse().unwrap()),
        ..candidate()
    };
    let found = codes(&candidate, &session(), &known());
    assert_eq!(found, [FindingCode::UnknownMunicipality]);
}

#[test]
fn a_slip_is_checked_for_all_that_needs_no_number() {
    let slip = |dose| Candidate {
        subject: Subject::ToFollow {
            slip: crate::intake::ids::SlipNumber(1),
            dose: DoseNumber::new(dose).unwrap(),
        },
        ..candidate()
    };
    assert_eq!(codes(&slip(2), &session(), &known()), []);
    let found = codes(&slip(1), &session(), &known());
    assert_eq!(found, [FindingCode::DoseMismatch]);
}

#[test]
fn an_imported_line_needs_no_session_and_may_be_of_last_month() {
    let catalogue = Catalogue::load(&DataFiles::default()).unwrap();
    let december = Known::on(date(2021, 12, 20));
    assert_eq!(check_imported(&candidate(), &catalogue, &december), []);
    let recalled = Candidate {
        outcome: given("moderna", "3004734"),
        ..candidate()
    };
    let findings = check_imported(&recalled, &catalogue, &december);
    assert_eq!(findings[0].code, FindingCode::RecalledLot);
    assert_eq!(decide(Mode::Clerk, &findings), Decision::RecordAndReview);
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let products = vec!["comirnaty-12", "moderna", "vaxzevria", "comirnaty-13"];
    let lots = vec!["FJ7489", "3004734", "XX", "AZ0101"];
    let vaccine = (prop::sample::select(products), prop::sample::select(lots));
    prop_oneof![
        Just(Outcome::ConsultationOnly),
        vaccine.prop_map(|(product, lot)| given(product, lot)),
    ]
}

fn any_day() -> impl Strategy<Value = Date> {
    (2019i16..2026, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| date(y, m, d))
}

fn any_known() -> impl Strategy<Value = Known> {
    let previous = (1u8..6, any_day(), any_outcome())
        .prop_map(|(dose, day, outcome)| previous(dose, day, outcome));
    let previous = prop::collection::vec(previous, 0..4);
    let born = prop::option::of(any_day());
    (any_day(), any::<bool>(), born, previous).prop_map(|(today, clock_suspect, born, previous)| {
        Known {
            clock_suspect,
            born,
            previous,
            home: Some("011002".parse().unwrap()),
            venues: vec![Venue::new("公民館").unwrap()],
            ..Known::on(today)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_rules_find_the_same_in_every_mode_and_what_they_find_stops_before_the_shot_alone(
        digits in "[0-9]{18}",
        day in any_day(),
        outcome in any_outcome(),
        known in any_known(),
        confirmed in any::<bool>(),
    ) {
        let catalogue = Catalogue::built_in().unwrap();
        let subject = Subject::Voucher(digits.parse().unwrap());
        let candidate = Candidate { subject, date: day, outcome, ..candidate() };
        let found = |mode| {
            let session = Session { mode, confirmed, ..session() };
            check(&candidate, &session, &catalogue, &known)
        };
        let codes = |found: &[Finding]| found.iter().map(|f| f.code).collect::<Vec<_>>();
        let before = found(Mode::BeforeShot);
        let stops = before.iter().any(|finding| finding.severity == Severity::Stop);
        prop_assert_eq!(decide(Mode::BeforeShot, &before) == Decision::Stop, stops);
        for mode in [Mode::AfterShot, Mode::Clerk] {
            let after = found(mode);
            prop_assert_eq!(codes(&after), codes(&before));
            let named = after.iter().all(|finding| finding.severity == Severity::Note);
            let expected = if named { Decision::Record } else { Decision::RecordAndReview };
            prop_assert_eq!(decide(mode, &after), expected);
        }
    }

    #[test]
    fn words_end_without_a_full_stop_since_the_caller_joins_them(
        digits in "[0-9]{18}",
        day in any_day(),
        outcome in any_outcome(),
        known in any_known(),
    ) {
        let subject = Subject::Voucher(digits.parse().unwrap());
        let candidate = Candidate { subject, date: day, outcome, ..candidate() };
        for finding in found(&candidate, &session(), &known) {
            for words in [&finding.message, &finding.remedy] {
                for language in [Language::Japanese, Language::English] {
                    let text = words.in_language(language);
                    prop_assert!(!text.ends_with(['。', '.', '、', ' ']), "{}", text);
                    prop_assert!(!text.is_empty());
                }
            }
        }
    }

    #[test]
    fn no_finding_repeats_the_voucher_number(digits in "[0-9]{18}", known in any_known()) {
        let subject = Subject::Voucher(digits.parse().unwrap());
        let candidate = Candidate { subject, ..candidate() };
        for finding in found(&candidate, &session(), &known) {
            let text = format!("{} {}", finding.message, finding.remedy);
            prop_assert!(!text.contains(&digits[8..]), "{}", text);
        }
    }
}
