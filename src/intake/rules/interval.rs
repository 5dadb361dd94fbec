//! The dose against the days of the person's other doses.

use jiff::civil::Date;

use super::{Check, Previous};
use crate::intake::fields::ProductId;
use crate::intake::finding::FindingCode;
use crate::intake::record::Vaccine;
use crate::text::Bilingual;
use crate::voucher::DoseNumber;

/// From one dose to the next one that is known.
struct Step<'a> {
    /// Product of the dose before.
    product: &'a ProductId,
    /// Which dose it was.
    last: DoseNumber,
    /// Its day.
    last_on: Date,
    /// The dose after it.
    next: DoseNumber,
    /// Its day.
    next_on: Date,
}

impl Step<'_> {
    /// Whether no dose lies between the two.
    fn is_whole(&self) -> bool {
        self.last.value() + 1 == self.next.value()
    }
}

impl Check<'_> {
    /// A later dose on an earlier day, whichever of the two was recorded first.
    pub(super) fn order(&mut self) {
        let (dose, date) = (self.candidate.subject.dose(), self.candidate.date);
        let contradicts = |other: &&Previous| {
            (other.dose > dose && other.date < date) || (other.dose < dose && other.date > date)
        };
        let mut others = self.known.previous.iter();
        let given = |other: &&Previous| other.vaccine().is_some();
        let Some(other) = others.find(|other| given(other) && contradicts(other)) else {
            return;
        };
        let (other, on) = (other.dose, other.date);
        self.find(
            FindingCode::DoseOutOfOrder,
            Bilingual::new(
                format!(
                    "{other} 回目が {on} に記録されていますが、これは {date} の {dose} 回目です"
                ),
                format!("dose {other} is recorded on {on}, and this is dose {dose} on {date}"),
            ),
            Bilingual::new(
                "接種券の回数と接種済証を確かめてください",
                "check the voucher's dose and the certificate of the earlier doses",
            ),
        );
    }

    /// An earlier dose is here, but not the one just before: what was measured is not the interval
    /// that counts.
    pub(super) fn previous_dose(&mut self) {
        let dose = self.candidate.subject.dose();
        let given = (self.known.previous.iter()).filter(|other| other.vaccine().is_some());
        let last = given.map(|other| other.dose).filter(|&other| other < dose);
        let Some(last) = last.max() else { return };
        let missing = dose.value() - 1;
        if last.value() != missing {
            self.find(
                FindingCode::PreviousDoseUnknown,
                Bilingual::new(
                    format!("{missing} 回目の記録がここにありません"),
                    format!("dose {missing} is not recorded here"),
                ),
                Bilingual::new(
                    "接種済証でその回の日付と製品を確かめてください",
                    "check day and product of that dose on the certificate",
                ),
            );
        }
    }

    /// Measured from the last dose before this one, and to the first one after it, which is here
    /// when this one was typed late.
    pub(super) fn interval(&mut self, vaccine: &Vaccine) {
        let (dose, date) = (self.candidate.subject.dose(), self.candidate.date);
        let given = (self.known.previous.iter())
            .filter_map(|other| Some((other.date, other.dose, other.vaccine()?)));
        let before = given
            .clone()
            .filter(|&(on, other, _)| other < dose && on <= date);
        if let Some((last_on, last, vaccine)) = before.max_by_key(|&(on, other, _)| (on, other)) {
            self.measure(&Step {
                product: &vaccine.product,
                last,
                last_on,
                next: dose,
                next_on: date,
            });
        }
        let after = given.filter(|&(on, other, _)| other > dose && on >= date);
        if let Some((next_on, next, _)) = after.min_by_key(|&(on, other, _)| (on, other)) {
            self.measure(&Step {
                product: &vaccine.product,
                last: dose,
                last_on: date,
                next,
                next_on,
            });
        }
    }

    fn measure(&mut self, step: &Step<'_>) {
        let catalogue = self.catalogue;
        let Some(rule) = catalogue.interval(step.product, step.next, step.next_on) else {
            return self.no_rule(step);
        };
        let earliest = rule.spacing.earliest_after(step.last_on);
        let usual_until = rule.usual_until(step.last_on).filter(|_| step.is_whole());
        if step.next_on < earliest {
            self.too_soon(step, earliest);
        } else if usual_until.is_some_and(|until| step.next_on > until) {
            self.long_ago(step);
        }
    }

    fn no_rule(&mut self, step: &Step<'_>) {
        let (last, last_on, next) = (step.last, step.last_on, step.next);
        self.find(
            FindingCode::NoIntervalRule,
            Bilingual::new(
                format!("{last} 回目 {last_on} から {next} 回目までの間隔の決まりがありません"),
                format!(
                    "no rule says how long after dose {last} on {last_on} dose {next} may follow"
                ),
            ),
            Bilingual::new(
                "接種前なら接種せずに責任者に確かめてください。接種後なら責任者に知らせてください",
                "before the shot: wait and ask the person in charge; after it: tell that person",
            ),
        );
    }

    fn too_soon(&mut self, step: &Step<'_>, earliest: Date) {
        let (last, last_on) = (step.last, step.last_on);
        let (next, next_on) = (step.next, step.next_on);
        self.find(
            FindingCode::IntervalTooShort,
            Bilingual::new(
                format!(
                    "{last} 回目 {last_on} から {next} 回目 {next_on} までの間隔が足りません。{earliest} から接種できます"
                ),
                format!(
                    "dose {next} on {next_on} is too soon after dose {last} on {last_on}: possible from {earliest} on"
                ),
            ),
            Bilingual::new(
                "接種前なら日を改めてください。接種後なら責任者に知らせてください",
                "before the shot: choose a later day; after it: tell the person in charge",
            ),
        );
    }

    fn long_ago(&mut self, step: &Step<'_>) {
        let (last, last_on, next) = (step.last, step.last_on, step.next);
        self.find(
            FindingCode::IntervalLong,
            Bilingual::new(
                format!(
                    "{last} 回目 {last_on} から {next} 回目までの間隔が通常より長くなっています"
                ),
                format!("dose {next} comes longer after dose {last}, on {last_on}, than usual"),
            ),
            Bilingual::new(
                "接種はできます。前回の日付を確かめてください",
                "the dose may be given: check the date of the last one",
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::super::tests::{candidate, codes, given, previous};
    use super::super::{Candidate, Known, Previous};
    use crate::intake::finding::{Finding, FindingCode};
    use crate::intake::record::{Outcome, Subject};
    use crate::intake::session::Session;
    use crate::intake::session::tests::session;
    use crate::intake::{Catalogue, DataFiles, check};

    /// Dose `dose` on `day` of a product whose lot is unknown, with these others here.
    fn dose_on(dose: u8, day: Date, product: &str, others: &[Previous]) -> Vec<Finding> {
        let catalogue = Catalogue::built_in().unwrap();
        dose_by(&catalogue, dose, day, product, others)
    }

    fn dose_by(
        catalogue: &Catalogue,
        dose: u8,
        day: Date,
        product: &str,
        others: &[Previous],
    ) -> Vec<Finding> {
        let voucher = format!("2{dose}1310160012345678");
        let candidate = Candidate {
            subject: Subject::Voucher(voucher.parse().unwrap()),
            date: day,
            outcome: given(product, "XX0000"),
            ..candidate()
        };
        let session = Session {
            date: day,
            dose: None,
            ..session()
        };
        let known = Known {
            previous: others.to_vec(),
            ..Known::on(day)
        };
        check(&candidate, &session, catalogue, &known)
    }

    /// What is found of its place among the others.
    fn place(dose: u8, day: Date, others: &[Previous]) -> Vec<FindingCode> {
        let of_place = [
            FindingCode::DoseOutOfOrder,
            FindingCode::PreviousDoseUnknown,
            FindingCode::NoIntervalRule,
            FindingCode::IntervalTooShort,
            FindingCode::IntervalLong,
        ];
        let found = dose_on(dose, day, "comirnaty-12", others);
        let codes = found.iter().map(|finding| finding.code);
        codes.filter(|code| of_place.contains(code)).collect()
    }

    fn pfizer(dose: u8, day: Date) -> Previous {
        previous(dose, day, given("comirnaty-12", "FK0108"))
    }

    #[test]
    fn eighteen_days_between_are_nineteen_days_later() {
        let after = |product: &str, lot: &str, last: Date| {
            let session = session();
            let known = Known {
                previous: vec![previous(1, last, given(product, lot))],
                ..Known::on(session.date)
            };
            codes(&candidate(), &session, &known)
        };
        let too_short = [FindingCode::IntervalTooShort];
        assert_eq!(after("comirnaty-12", "FK0108", date(2021, 11, 1)), []);
        assert_eq!(
            after("comirnaty-12", "FK0108", date(2021, 11, 2)),
            too_short
        );
        assert_eq!(after("moderna", "3004733", date(2021, 10, 30)), []);
        assert_eq!(after("moderna", "3004733", date(2021, 10, 31)), too_short);
        assert_eq!(after("vaxzevria", "AZ0101", date(2021, 10, 23)), []);
        assert_eq!(after("vaxzevria", "AZ0101", date(2021, 10, 24)), too_short);
        // 83 days between are usual, 84 are said.
        assert_eq!(after("vaxzevria", "AZ0101", date(2021, 8, 28)), []);
        assert_eq!(
            after("vaxzevria", "AZ0101", date(2021, 8, 27)),
            [FindingCode::IntervalLong]
        );
    }

    #[test]
    fn a_later_dose_before_an_earlier_one_is_found_whichever_is_typed_first() {
        let out_of_order = [FindingCode::DoseOutOfOrder];
        let (first, last) = (date(2021, 6, 1), date(2021, 11, 1));
        assert_eq!(place(1, last, &[pfizer(2, first)]), out_of_order);
        assert_eq!(place(2, first, &[pfizer(1, last)]), out_of_order);
    }

    #[test]
    fn a_dose_that_no_row_covers_is_found_and_not_passed_over() {
        let no_rule = [FindingCode::NoIntervalRule];
        let second = date(2021, 11, 19);
        let both = [pfizer(1, date(2021, 6, 1)), pfizer(2, second)];
        assert_eq!(place(3, date(2021, 11, 20), &both), no_rule);
        assert_eq!(place(3, date(2022, 11, 20), &both), []);
        let fourth = place(4, date(2022, 2, 1), &[pfizer(3, date(2022, 1, 31))]);
        assert_eq!(fourth, no_rule, "before any rule for dose 4");
        assert_eq!(
            place(3, second, &[]),
            [],
            "nothing known, nothing to measure"
        );
    }

    #[test]
    fn where_the_dose_just_before_is_not_here_that_is_found() {
        let unknown = [FindingCode::PreviousDoseUnknown];
        let (first, third) = (date(2021, 6, 1), date(2022, 3, 1));
        assert_eq!(place(3, third, &[pfizer(1, first)]), unknown);
        let both = [pfizer(1, first), pfizer(2, date(2021, 7, 1))];
        assert_eq!(place(3, third, &both), []);
        let consulted = [
            pfizer(1, first),
            previous(2, date(2021, 7, 1), Outcome::ConsultationOnly),
        ];
        assert_eq!(place(3, third, &consulted), unknown);
    }

    #[test]
    fn what_is_too_soon_after_an_older_dose_is_too_soon_all_the_same() {
        let found = place(3, date(2022, 3, 1), &[pfizer(1, date(2021, 12, 1))]);
        assert_eq!(
            found,
            [
                FindingCode::PreviousDoseUnknown,
                FindingCode::IntervalTooShort
            ]
        );
    }

    #[test]
    fn longer_than_usual_is_said_of_a_dose_that_is_typed_late_too() {
        let astra = |dose, day| previous(dose, day, given("vaxzevria", "AZ0101"));
        let (first, late) = (date(2021, 8, 1), date(2021, 12, 20));
        let long = FindingCode::IntervalLong;
        assert_eq!(place(2, late, &[astra(1, first)]), [long]);
        let found = dose_on(1, first, "vaxzevria", &[pfizer(2, late)]);
        assert!(found.iter().any(|finding| finding.code == long));
    }

    #[test]
    fn longer_than_usual_is_said_after_the_dose_just_before_alone() {
        let rows = "version = 1\n[[interval]]\nproducts = [\"comirnaty-12\"]\ndoses = [3]\n\
                    months = 8\nwarn_after_days = 300\nvalid_from = \"2021-12-01\"\n";
        let own = DataFiles {
            intervals: Some(rows),
            ..DataFiles::default()
        };
        let catalogue = Catalogue::load(&own).unwrap();
        for (last, long) in [(2, true), (1, false)] {
            let others = [pfizer(last, date(2021, 3, 1))];
            let found = dose_by(&catalogue, 3, date(2022, 6, 1), "comirnaty-12", &others);
            let codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
            assert_eq!(
                codes.contains(&FindingCode::IntervalLong),
                long,
                "{codes:?}"
            );
        }
    }

    #[test]
    fn a_dose_that_is_typed_late_is_measured_against_the_one_after_it() {
        let second = pfizer(2, date(2021, 7, 20));
        let too_short = [FindingCode::IntervalTooShort];
        assert_eq!(
            place(1, date(2021, 7, 1), std::slice::from_ref(&second)),
            []
        );
        assert_eq!(place(1, date(2021, 7, 2), &[second]), too_short);
        let fourth = pfizer(4, date(2022, 2, 2));
        let no_rule = [FindingCode::NoIntervalRule];
        assert_eq!(place(3, date(2022, 2, 1), &[fourth]), no_rule);
    }

    #[test]
    fn two_doses_on_one_day_are_too_soon() {
        let day = date(2021, 11, 20);
        let too_short = [FindingCode::IntervalTooShort];
        assert_eq!(place(2, day, &[pfizer(1, day)]), too_short);
        assert_eq!(place(1, day, &[pfizer(2, day)]), too_short);
    }
}
