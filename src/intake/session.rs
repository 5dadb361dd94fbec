//! The session: what a person confirmed for the day, and every record of it then shares.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::catalogue::Catalogue;
use super::fields::{Doctor, Lot, OperatorId, ProductId, Venue};
use super::format::{self, FormatError};
use super::record::{Outcome, Vaccine};
use crate::voucher::{DoseNumber, TicketKind};

/// When, seen from the dose, a voucher is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The dose can still be withheld, so a finding may stop.
    BeforeShot,
    /// The dose was given, so nothing stops recording it.
    AfterShot,
    /// The paper is typed in or imported later; nothing stops recording it either.
    Clerk,
}

/// The presets of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// A person looked at these presets and said yes.
    pub confirmed: bool,
    /// When vouchers are read.
    pub mode: Mode,
    /// Asia/Tokyo civil date of the doses, and the day for which the presets were confirmed.
    pub date: Date,
    /// Where.
    pub venue: Venue,
    /// Who is responsible.
    pub doctor: Doctor,
    /// What is given, by its id in the catalogue.
    pub product: ProductId,
    /// The lot on the vial that the session began with; see [`super::Segments`].
    pub lot: Lot,
    /// What kind of ticket is expected.
    pub ticket_kind: TicketKind,
    /// Which dose is expected, if all are alike.
    pub dose: Option<DoseNumber>,
    /// Who works at the station.
    pub operator: OperatorId,
}

/// Why a session cannot start.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SessionError {
    /// Not a session file.
    #[error("セッションファイル / session file: {0}")]
    Format(#[from] FormatError),
    /// A dose that no voucher has.
    #[error(
        "回数 {0} はありません。dose は 1〜9 にしてください / no voucher has dose {0}: write dose as 1-9"
    )]
    Dose(u8),
    /// Nobody said yes to the presets.
    #[error(
        "セッションが確認されていません。日付・会場・医師・ワクチン・ロットを確かめ、confirmed = true にしてください / \
         the session is not confirmed: check date, venue, doctor, product and lot, then set confirmed = true"
    )]
    NotConfirmed,
    /// The presets of another day.
    #[error(
        "セッションの日付は {session} ですが、今日は {today} です。日付・医師・ロットを確かめ、今日の日付で確認し直してください / \
         the session is for {session}, today is {today}: check date, doctor and lot, and confirm it for today"
    )]
    AnotherDay {
        /// The session's day.
        session: Date,
        /// The day at the station.
        today: Date,
    },
    /// A product that the catalogue does not have.
    #[error(
        "製品「{0}」は製品ファイルにありません。product の id を直すか、製品ファイルに加えてください / \
         product {0} is not in the products file: mend its id or add it there"
    )]
    UnknownProduct(ProductId),
}

/// A session file as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SessionFile {
    version: u32,
    confirmed: bool,
    mode: Mode,
    date: Date,
    venue: Venue,
    doctor: Doctor,
    product: ProductId,
    lot: Lot,
    ticket_kind: TicketKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    dose: Option<u8>,
    operator: OperatorId,
}

impl Session {
    /// The session that a session file describes.
    ///
    /// ```
    /// use uketsuke::intake::{Mode, Session};
    ///
    /// let session = Session::parse(r#"
    ///     version = 1
    ///     confirmed = true
    ///     mode = "after-shot"
    ///     date = "2021-11-20"
    ///     venue = "市民会館"
    ///     doctor = "山田 太郎"
    ///     product = "comirnaty-12"
    ///     lot = "FJ7489"
    ///     ticket_kind = "vaccination"
    ///     dose = 2
    ///     operator = "clerk-01"
    /// "#)?;
    /// assert_eq!(session.mode, Mode::AfterShot);
    /// # Ok::<(), uketsuke::intake::SessionError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SessionError::Format`] or [`SessionError::Dose`]; whether it is confirmed is a question
    /// of the day, see [`Session::confirmed_for`].
    pub fn parse(text: &str) -> Result<Self, SessionError> {
        let file: SessionFile = format::parse(text)?;
        Ok(Self {
            confirmed: file.confirmed,
            mode: file.mode,
            date: file.date,
            venue: file.venue,
            doctor: file.doctor,
            product: file.product,
            lot: file.lot,
            ticket_kind: file.ticket_kind,
            dose: file.dose.map(dose).transpose()?,
            operator: file.operator,
        })
    }

    /// The session as a session file, which [`Session::parse`] reads.
    pub fn to_toml(&self) -> String {
        let file = SessionFile {
            version: format::VERSION,
            confirmed: self.confirmed,
            mode: self.mode,
            date: self.date,
            venue: self.venue.clone(),
            doctor: self.doctor.clone(),
            product: self.product.clone(),
            lot: self.lot.clone(),
            ticket_kind: self.ticket_kind,
            dose: self.dose.map(DoseNumber::value),
            operator: self.operator.clone(),
        };
        // Text, numbers and dates are TOML whatever they say.
        toml::to_string(&file).unwrap_or_default()
    }

    /// Whether a person confirmed the presets for `today`; if not, a station does not start
    /// (exit code 2).
    pub fn confirmed_for(&self, today: Date) -> Result<(), SessionError> {
        if !self.confirmed {
            return Err(SessionError::NotConfirmed);
        }
        if self.date != today {
            return Err(SessionError::AnotherDay {
                session: self.date,
                today,
            });
        }
        Ok(())
    }

    /// What the session gives, with the maker's name that `catalogue` has for its product.
    pub fn vaccine(&self, catalogue: &Catalogue) -> Result<Vaccine, SessionError> {
        let product = catalogue
            .product(&self.product)
            .ok_or_else(|| SessionError::UnknownProduct(self.product.clone()))?;
        Ok(Vaccine {
            product: product.id.clone(),
            maker: product.maker.clone(),
            lot: self.lot.clone(),
        })
    }
}

fn dose(digit: u8) -> Result<DoseNumber, SessionError> {
    match DoseNumber::new(digit) {
        Ok(dose) if digit > 0 => Ok(dose),
        _ => Err(SessionError::Dose(digit)),
    }
}

/// 予診のみ, chosen by staff for the next voucher and for that one alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NextOutcome {
    consultation_only: bool,
}

impl NextOutcome {
    /// The next voucher is 予診のみ; or it is not, after all.
    pub fn choose(&mut self, consultation_only: bool) {
        self.consultation_only = consultation_only;
    }

    /// Whether the next voucher is 予診のみ; for the screen, which says so in large letters.
    pub fn is_consultation_only(&self) -> bool {
        self.consultation_only
    }

    /// What happened to the person whose voucher was just read: 予診のみ if that was chosen, and
    /// otherwise what the session does. Looking uses nothing up.
    pub fn outcome(&self, session: &Session, vaccine: &Vaccine) -> Outcome {
        match session.ticket_kind {
            TicketKind::Vaccination if !self.consultation_only => Outcome::Given(vaccine.clone()),
            _ => Outcome::ConsultationOnly,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::civil::date;

    use super::*;

    const FILE: &str = r#"
version = 1
confirmed = true
mode = "after-shot"
date = "2021-11-20"
venue = "市民会館"
doctor = "山田 太郎"
product = "comirnaty-12"
lot = "FJ7489"
ticket_kind = "vaccination"
dose = 2
operator = "clerk-01"
"#;

    pub(in crate::intake) fn session() -> Session {
        Session::parse(FILE).unwrap()
    }

    fn changed(from: &str, to: &str) -> Result<Session, SessionError> {
        assert!(FILE.contains(from), "{from}");
        Session::parse(&FILE.replace(from, to))
    }

    #[test]
    fn the_example_of_the_contract_is_a_session() {
        let session = session();
        assert_eq!(session.date, date(2021, 11, 20));
        assert_eq!(session.venue.as_str(), "市民会館");
        assert_eq!(session.lot.as_str(), "FJ7489");
        assert_eq!(session.dose.map(DoseNumber::value), Some(2));
        assert_eq!(changed("dose = 2\n", "").unwrap().dose, None);
        for (text, mode) in [("before-shot", Mode::BeforeShot), ("clerk", Mode::Clerk)] {
            assert_eq!(changed("after-shot", text).unwrap().mode, mode);
        }
    }

    #[test]
    fn an_error_names_the_line_and_the_remedy_in_both_languages() {
        for (from, to, line) in [
            ("doctor =", "docter =", 7),
            ("\"FJ7489\"", "\"=1+1\"", 9),
            ("2021-11-20", "2021-11-31", 5),
            ("after-shot", "later", 4),
        ] {
            match changed(from, to) {
                Err(SessionError::Format(error @ FormatError::Line { line: found, .. })) => {
                    assert_eq!(found, line, "{error}");
                    assert!(error.to_string().contains("直してください / "), "{error}");
                }
                other => panic!("{to}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_missing_preset_is_an_error_and_not_a_default() {
        for line in FILE.lines().filter(|line| !line.starts_with("dose")) {
            if !line.is_empty() {
                assert!(changed(line, "").is_err(), "{line}");
            }
        }
    }

    #[test]
    fn a_later_version_is_told_by_its_version_and_not_by_its_new_keys() {
        assert_eq!(
            changed("version = 1", "version = 2\nroom = 3"),
            Err(SessionError::Format(FormatError::Version(2)))
        );
    }

    #[test]
    fn no_voucher_has_dose_zero_or_dose_twelve() {
        for dose in [0, 12] {
            assert_eq!(
                changed("dose = 2", &format!("dose = {dose}")),
                Err(SessionError::Dose(dose))
            );
        }
    }

    #[test]
    fn yesterdays_presets_do_not_start_a_session_however_confirmed() {
        let session = session();
        assert_eq!(session.confirmed_for(date(2021, 11, 20)), Ok(()));
        for today in [date(2021, 11, 21), date(2021, 11, 19)] {
            assert_eq!(
                session.confirmed_for(today),
                Err(SessionError::AnotherDay {
                    session: date(2021, 11, 20),
                    today
                })
            );
        }
        let unconfirmed = changed("confirmed = true", "confirmed = false").unwrap();
        assert_eq!(
            unconfirmed.confirmed_for(date(2021, 11, 20)),
            Err(SessionError::NotConfirmed)
        );
    }

    #[test]
    fn the_maker_comes_from_the_catalogue() {
        let catalogue = Catalogue::built_in().unwrap();
        let vaccine = session().vaccine(&catalogue).unwrap();
        assert_eq!(vaccine.maker.as_str(), "ファイザー");
        let unknown = changed("comirnaty-12", "comirnaty-13").unwrap();
        assert!(matches!(
            unknown.vaccine(&catalogue),
            Err(SessionError::UnknownProduct(_))
        ));
    }

    #[test]
    fn consultation_only_is_what_somebody_chose() {
        let session = session();
        let vaccine = session.vaccine(&Catalogue::built_in().unwrap()).unwrap();
        let mut next = NextOutcome::default();
        next.choose(true);
        assert!(next.is_consultation_only());
        let outcome = |next: &NextOutcome| next.outcome(&session, &vaccine);
        let given = Outcome::Given(vaccine.clone());
        assert_eq!(outcome(&next), Outcome::ConsultationOnly);
        next.choose(false);
        assert_eq!(outcome(&next), given);
    }

    #[test]
    fn a_session_of_consultations_gives_nothing() {
        let session = changed("\"vaccination\"", "\"consultation\"").unwrap();
        let vaccine = session.vaccine(&Catalogue::built_in().unwrap()).unwrap();
        let next = NextOutcome::default();
        let outcome = next.outcome(&session, &vaccine);
        assert_eq!(outcome, Outcome::ConsultationOnly);
    }
}
