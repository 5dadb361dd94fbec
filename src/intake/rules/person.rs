//! The dose against the person's other doses, age and municipality.

use jiff::civil::Date;

use super::{Check, Previous};
use crate::intake::age::age_on;
use crate::intake::finding::FindingCode;
use crate::intake::record::{Outcome, Vaccine};
use crate::text::Bilingual;
use crate::voucher::municipality;

impl Check<'_> {
    pub(super) fn person_rules(&mut self) {
        self.same_dose();
        if let Some(vaccine) = self.given() {
            self.order();
            self.interval();
            self.age(vaccine);
        }
        self.municipality();
    }

    /// A given dose meets given ones alone, a consultation those of its day alone: consulted on
    /// Monday, vaccinated on Friday is no conflict.
    fn same_dose(&mut self) {
        let candidate = self.candidate;
        let same_key = |other: &&Previous| {
            other.dose == candidate.subject.dose()
                && match candidate.outcome {
                    Outcome::Given(_) => other.vaccine().is_some(),
                    Outcome::ConsultationOnly => {
                        other.vaccine().is_none() && other.date == candidate.date
                    }
                }
        };
        let same_content =
            |other: &Previous| other.date == candidate.date && other.outcome == candidate.outcome;
        let others = self.known.previous.iter().filter(same_key);
        if let Some(same) = others.clone().find(|other| same_content(other)) {
            self.already_recorded(same);
        } else if let Some(other) = others.clone().next() {
            self.conflict(other);
        }
    }

    fn already_recorded(&mut self, other: &Previous) {
        let (dose, date) = (other.dose, other.date);
        self.find(
            FindingCode::AlreadyRecorded,
            Bilingual::new(
                format!("{dose} 回目は {date} の同じ内容で記録済みです"),
                format!("dose {dose} is recorded already, on {date}, with the same content"),
            ),
            Bilingual::new(
                "接種前なら接種しないで記録を確かめてください。接種後なら何もする必要はありません",
                "before the shot: do not give it, check the record; after it: nothing is to be done",
            ),
        );
    }

    fn conflict(&mut self, other: &Previous) {
        let (dose, date) = (other.dose, other.date);
        self.find(
            FindingCode::Conflict,
            Bilingual::new(
                format!("{dose} 回目は {date} の別の内容で記録されています"),
                format!("dose {dose} is recorded on {date} with other content"),
            ),
            Bilingual::new(
                "前の記録は上書きされません。予診票と照らし、どちらが正しいか責任者が決めてください",
                "nothing is overwritten: compare the paper forms and let the person in charge decide",
            ),
        );
    }

    fn order(&mut self) {
        let (dose, date) = (self.candidate.subject.dose(), self.candidate.date);
        let later = (self.known.previous.iter())
            .find(|other| other.vaccine().is_some() && other.dose > dose && other.date <= date);
        if let Some(later) = later {
            let (other, on) = (later.dose, later.date);
            self.find(
                FindingCode::DoseOutOfOrder,
                Bilingual::new(
                    format!("{other} 回目が {on} に記録されていますが、これは {dose} 回目です"),
                    format!("dose {other} is recorded on {on}, and this is dose {dose}"),
                ),
                Bilingual::new(
                    "接種券の回数と接種済証を確かめてください",
                    "check the voucher's dose and the certificate of the earlier doses",
                ),
            );
        }
    }

    fn interval(&mut self) {
        let (dose, date) = (self.candidate.subject.dose(), self.candidate.date);
        let last = (self.known.previous.iter())
            .filter(|other| other.dose < dose)
            .filter_map(|other| Some((other.date, other.vaccine()?)))
            .max_by_key(|(day, _)| *day);
        let Some((last, vaccine)) = last else { return };
        let Some(rule) = self.catalogue.interval(&vaccine.product, dose, date) else {
            return;
        };
        let earliest = rule.spacing.earliest_after(last);
        if date < earliest {
            self.too_soon(last, earliest);
        } else if rule.usual_until(last).is_some_and(|until| date > until) {
            self.find(
                FindingCode::IntervalLong,
                Bilingual::new(
                    format!("前回 {last} からの間隔が通常より長くなっています"),
                    format!("the last dose, on {last}, is longer ago than usual"),
                ),
                Bilingual::new(
                    "接種はできます。前回の日付を確かめてください",
                    "the dose may be given: check the date of the last one",
                ),
            );
        }
    }

    fn too_soon(&mut self, last: Date, earliest: Date) {
        self.find(
            FindingCode::IntervalTooShort,
            Bilingual::new(
                format!("前回 {last} からの間隔が足りません。{earliest} から接種できます"),
                format!("too soon after the last dose on {last}: possible from {earliest} on"),
            ),
            Bilingual::new(
                "接種前なら日を改めてください。接種後なら責任者に知らせてください",
                "before the shot: choose a later day; after it: tell the person in charge",
            ),
        );
    }

    fn age(&mut self, vaccine: &Vaccine) {
        let date = self.candidate.date;
        let Some(born) = self.known.born else { return };
        let Some(age) = age_on(born, date) else {
            return self.not_born();
        };
        let Some(rule) = self.catalogue.age_rule(&vaccine.product, date) else {
            return;
        };
        let earliest = rule.earliest_for(born);
        if date < earliest {
            self.find(
                FindingCode::TooYoung,
                Bilingual::new(
                    format!("この製品の対象年齢に達していません。{earliest} から対象です"),
                    format!("too young for this product until {earliest}"),
                ),
                Bilingual::new(
                    "生年月日と製品を確かめてください。接種後なら責任者に知らせてください",
                    "check date of birth and product; after the shot tell the person in charge",
                ),
            );
        } else if (rule.usual_max_years).is_some_and(|most| age.years() > most.into()) {
            self.find(
                FindingCode::OlderThanUsual,
                Bilingual::new(
                    format!("{age} 歳は、この製品の通常の対象年齢より上です"),
                    format!("{age} years is older than usual for this product"),
                ),
                Bilingual::new(
                    "製品を確かめてください。1 回目と同じ製品なら接種できます",
                    "check the product; it may be given if the first dose was the same",
                ),
            );
        }
    }

    fn not_born(&mut self) {
        self.find(
            FindingCode::BirthDateInFuture,
            Bilingual::new(
                "生年月日が接種日より後です",
                "the date of birth is after the date of the dose",
            ),
            Bilingual::new(
                "生年月日（元号の年）と接種日を確かめてください",
                "check the date of birth (the year of the era) and the date of the dose",
            ),
        );
    }

    fn municipality(&mut self) {
        let Some(voucher) = self.candidate.subject.voucher() else {
            return;
        };
        let code = voucher.municipality();
        let Some(found) = municipality(code) else {
            return self.find(
                FindingCode::UnknownMunicipality,
                Bilingual::new(
                    format!("市町村コード {code} は一覧にありません"),
                    format!("no municipality has the code {code}"),
                ),
                Bilingual::new(
                    "券面の請求先の番号を読み直してください",
                    "read the payer's number on the voucher again",
                ),
            );
        };
        if self.known.home.is_some_and(|home| home != code) {
            let (prefecture, name) = (found.prefecture, found.name);
            self.find(
                FindingCode::OtherMunicipality,
                Bilingual::new(
                    format!("{prefecture}{name}の接種券です"),
                    format!("a voucher of {prefecture}{name}"),
                ),
                Bilingual::new(
                    "このまま記録できます。請求先は券面の市区町村です",
                    "it can be recorded as it is; the printed municipality pays",
                ),
            );
        }
    }
}
