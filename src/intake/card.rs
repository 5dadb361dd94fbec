//! The session card: the presets that the lead hands to every tablet of a venue, so that all are
//! set alike. Who signed it, and whether that one is trusted, is for [`crate::keys`] to say.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::fields::{Doctor, Lot, OperatorId, ProductId, Venue};
use super::session::{Mode, Session};
use crate::voucher::{DoseNumber, TicketKind};

/// The form of cards that this program writes and reads.
const VERSION: u8 = 1;

/// What a session card says: a session without the person at the tablet, and until when it holds.
/// Names are short, since it has to fit into a QR that a tablet's camera reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionCard {
    #[serde(rename = "v")]
    version: u8,
    #[serde(rename = "m")]
    mode: Mode,
    #[serde(rename = "d")]
    date: Date,
    #[serde(rename = "w")]
    venue: Venue,
    #[serde(rename = "p")]
    doctor: Doctor,
    #[serde(rename = "c")]
    product: ProductId,
    #[serde(rename = "l")]
    lot: Lot,
    #[serde(rename = "k")]
    ticket_kind: TicketKind,
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    dose: Option<DoseNumber>,
    /// Seconds since 1970 (RFC 7519, section 4.1.4).
    exp: i64,
}

/// Why a card does not set a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CardError {
    /// Written by another version of the program.
    #[error(
        "カードの形式 {0} はこの版では読めません。全端末を同じ版に更新してください / \
         this version does not read cards of form {0}: update all tablets to the same version"
    )]
    Version(u8),
    /// Too old.
    #[error(
        "カードの有効期限が切れています。責任者に新しいカードを作ってもらってください / \
         the card has expired: ask the lead for a new one"
    )]
    Expired,
    /// For another day.
    #[error(
        "カードは {card} のものですが、今日は {today} です。端末の日付を確かめるか、今日のカードを作ってもらってください / \
         the card is for {card}, today is {today}: check the tablet's date, or ask for today's card"
    )]
    AnotherDay {
        /// The card's day.
        card: Date,
        /// The day at the station.
        today: Date,
    },
}

impl SessionCard {
    /// The card that sets other tablets like `session`, until `expires`.
    pub fn of(session: &Session, expires: Timestamp) -> Self {
        Self {
            version: VERSION,
            mode: session.mode,
            date: session.date,
            venue: session.venue.clone(),
            doctor: session.doctor.clone(),
            product: session.product.clone(),
            lot: session.lot.clone(),
            ticket_kind: session.ticket_kind,
            dose: session.dose,
            exp: expires.as_second(),
        }
    }

    /// The session that it sets for `operator`, still to be confirmed by a person.
    ///
    /// # Errors
    /// [`CardError`]: the card is of another day, too old, or of another form.
    pub fn session(
        &self,
        operator: OperatorId,
        now: Timestamp,
        today: Date,
    ) -> Result<Session, CardError> {
        if self.version != VERSION {
            return Err(CardError::Version(self.version));
        }
        if self.date != today {
            return Err(CardError::AnotherDay {
                card: self.date,
                today,
            });
        }
        if now.as_second() >= self.exp {
            return Err(CardError::Expired);
        }
        Ok(Session {
            confirmed: false,
            mode: self.mode,
            date: self.date,
            venue: self.venue.clone(),
            doctor: self.doctor.clone(),
            product: self.product.clone(),
            lot: self.lot.clone(),
            ticket_kind: self.ticket_kind,
            dose: self.dose,
            operator,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::session::tests::session;
    use super::*;

    fn at(hour: i8) -> Timestamp {
        let civil = session().date.at(hour, 0, 0, 0);
        civil.in_tz("Asia/Tokyo").unwrap().timestamp()
    }

    #[test]
    fn a_card_sets_another_tablet_alike_but_for_its_operator_and_unconfirmed() {
        let original = session();
        let card = SessionCard::of(&original, at(20));
        let text = serde_json::to_string(&card).unwrap();
        let card: SessionCard = serde_json::from_str(&text).unwrap();
        let operator = OperatorId::new("clerk-02").unwrap();
        let set = card
            .session(operator.clone(), at(9), original.date)
            .unwrap();
        let expected = Session {
            confirmed: false,
            operator,
            ..original
        };
        assert_eq!(set, expected);
    }

    #[test]
    fn a_card_of_another_day_too_old_or_of_another_form_sets_nothing() {
        let session = session();
        let operator = || session.operator.clone();
        let card = SessionCard::of(&session, at(20));
        assert_eq!(
            card.session(operator(), at(20), session.date),
            Err(CardError::Expired)
        );
        let today = session.date.tomorrow().unwrap();
        assert_eq!(
            card.session(operator(), at(9), today),
            Err(CardError::AnotherDay {
                card: session.date,
                today
            })
        );
        let other = SessionCard { version: 2, ..card };
        assert_eq!(
            other.session(operator(), at(9), session.date),
            Err(CardError::Version(2))
        );
    }
}
