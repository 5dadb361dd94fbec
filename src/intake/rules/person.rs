//! The dose against the person's other doses, age and municipality.

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
            self.previous_dose();
            self.interval(vaccine);
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
        let same_content = |other: &Previous| {
            other.date == candidate.date && other.outcome.same_content(&candidate.outcome)
        };
        let others = self.known.previous.iter().filter(same_key);
        if let Some(same) = others.clone().find(|other| same_content(other)) {
            match same.outcome {
                Outcome::Given(_) => self.already_recorded(same),
                Outcome::ConsultationOnly => self.consulted_already(same),
            }
        } else if let Some(other) = others.clone().next() {
            self.conflict(other);
        }
    }

    fn already_recorded(&mut self, other: &Previous) {
        let (dose, date) = (other.dose, other.date);
        self.find(
            FindingCode::AlreadyRecorded,
            Bilingual::new(
                format!("{dose} 回目は {date} に同じ内容で記録済みです"),
                format!("dose {dose} is recorded already, on {date}, with the same content"),
            ),
            Bilingual::new(
                "接種前なら接種せずに記録を確かめてください。接種後なら何もする必要はありません",
                "before the shot: do not give it, check the record; after it: nothing is to be done",
            ),
        );
    }

    fn consulted_already(&mut self, other: &Previous) {
        let (dose, date) = (other.dose, other.date);
        self.find(
            FindingCode::AlreadyRecorded,
            Bilingual::new(
                format!("{date} の {dose} 回目の予診のみは記録済みです"),
                format!("the consultation for dose {dose} on {date} is recorded already"),
            ),
            Bilingual::new(
                "同じ人の同じ予診なら何もする必要はありません",
                "nothing is to be done if it is the same consultation of the same person",
            ),
        );
    }

    fn conflict(&mut self, other: &Previous) {
        let (dose, date) = (other.dose, other.date);
        self.find(
            FindingCode::Conflict,
            Bilingual::new(
                format!("{dose} 回目は {date} に別の内容で記録されています"),
                format!("dose {dose} is recorded on {date} with other content"),
            ),
            Bilingual::new(
                "前の記録は上書きされません。予診票と照らし、どちらが正しいか責任者が決めてください",
                "nothing is overwritten: compare the paper forms and let the person in charge decide",
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
