//! The presets as far as a person has given them. Pure.

use jiff::civil::Date;

use crate::intake::{Doctor, Lot, Mode, OperatorId, ProductId, Session, Venue};
use crate::voucher::{DoseNumber, TicketKind};

/// What has to be given, in the order of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// 日付
    Date,
    /// 会場
    Venue,
    /// 医師
    Doctor,
    /// ワクチン
    Product,
    /// ロット
    Lot,
    /// 読み取り: when, and what is expected.
    Mode,
}

impl Item {
    /// All of them.
    pub(super) const ALL: [Self; 6] = [
        Self::Date,
        Self::Venue,
        Self::Doctor,
        Self::Product,
        Self::Lot,
        Self::Mode,
    ];
}

/// Presets that nobody has confirmed.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft {
    pub(super) date: Option<Date>,
    pub(super) venue: Option<Venue>,
    pub(super) doctor: Option<Doctor>,
    pub(super) product: Option<ProductId>,
    pub(super) lot: Option<Lot>,
    pub(super) mode: Option<Mode>,
    /// What kind of ticket is expected; a vaccination unless said.
    pub(super) consultation: bool,
    /// Which dose is expected, if all are alike.
    pub(super) dose: Option<DoseNumber>,
}

impl Draft {
    /// What is likely the same as in the session before: all but the date and the lot, which a
    /// person looks at each day.
    pub(super) fn as_before(session: &Session) -> Self {
        Self {
            date: None,
            venue: Some(session.venue.clone()),
            doctor: Some(session.doctor.clone()),
            product: Some(session.product.clone()),
            lot: None,
            mode: Some(session.mode),
            consultation: session.ticket_kind == TicketKind::Consultation,
            dose: session.dose,
        }
    }

    /// As the lead's card says; the date is looked at on this tablet.
    pub(super) fn of_card(session: &Session) -> Self {
        Self {
            lot: Some(session.lot.clone()),
            ..Self::as_before(session)
        }
    }

    /// Another product has other lots.
    pub(super) fn choose_product(&mut self, product: ProductId) {
        if self.product.as_ref() != Some(&product) {
            self.lot = None;
        }
        self.product = Some(product);
    }

    /// Whether an item is given.
    pub(super) fn has(&self, item: Item) -> bool {
        match item {
            Item::Date => self.date.is_some(),
            Item::Venue => self.venue.is_some(),
            Item::Doctor => self.doctor.is_some(),
            Item::Product => self.product.is_some(),
            Item::Lot => self.lot.is_some(),
            Item::Mode => self.mode.is_some(),
        }
    }

    /// The first item that is missing.
    pub(super) fn missing(&self) -> Option<Item> {
        Item::ALL.into_iter().find(|item| !self.has(*item))
    }

    /// The session, confirmed; `None` while something is missing.
    pub(super) fn confirmed(&self, operator: OperatorId) -> Option<Session> {
        Some(Session {
            confirmed: true,
            mode: self.mode?,
            date: self.date?,
            venue: self.venue.clone()?,
            doctor: self.doctor.clone()?,
            product: self.product.clone()?,
            lot: self.lot.clone()?,
            ticket_kind: match self.consultation {
                true => TicketKind::Consultation,
                false => TicketKind::Vaccination,
            },
            dose: self.dose,
            operator,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::tests::paper::session;

    #[test]
    fn of_the_day_before_everything_is_taken_but_the_date_and_the_lot() {
        let mut draft = Draft::as_before(&session());
        assert_eq!(draft.missing(), Some(Item::Date));
        draft.date = Some(session().date);
        assert_eq!(draft.missing(), Some(Item::Lot));
        assert_eq!(draft.confirmed(session().operator), None);
        draft.lot = Some(session().lot);
        assert_eq!(draft.confirmed(session().operator), Some(session()));
    }

    #[test]
    fn another_product_forgets_the_lot_and_the_same_one_does_not() {
        let mut draft = Draft {
            product: Some(session().product),
            lot: Some(session().lot),
            ..Draft::default()
        };
        draft.choose_product(session().product);
        assert!(draft.has(Item::Lot));
        draft.choose_product(ProductId::new("moderna").unwrap());
        assert!(!draft.has(Item::Lot));
    }
}
