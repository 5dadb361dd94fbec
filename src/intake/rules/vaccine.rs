//! The product and the lot against the catalogue.

use super::Check;
use crate::intake::catalogue::{ListedLot, Product};
use crate::intake::finding::FindingCode;
use crate::intake::record::Vaccine;
use crate::text::Bilingual;

impl Check<'_> {
    pub(super) fn vaccine_rules(&mut self) {
        let Some(vaccine) = self.given() else { return };
        let catalogue = self.catalogue;
        match catalogue.product(&vaccine.product) {
            Some(product) => self.product_in_use(product),
            None => self.unknown_product(vaccine),
        }
        match catalogue.lot(&vaccine.product, &vaccine.lot) {
            Some(listed) => self.listed_lot(listed),
            None => self.unlisted_lot(vaccine),
        }
    }

    fn unknown_product(&mut self, vaccine: &Vaccine) {
        let product = &vaccine.product;
        self.find(
            FindingCode::UnknownProduct,
            Bilingual::new(
                format!("製品「{product}」は製品ファイルにありません"),
                format!("product {product} is not in the products file"),
            ),
            Bilingual::new(
                "製品を選び直すか、管理者に追加を頼んでください",
                "choose the product again, or ask an administrator to add it",
            ),
        );
    }

    fn product_in_use(&mut self, product: &Product) {
        let date = self.candidate.date;
        if !product.validity.covers(date) {
            self.find(
                FindingCode::ProductNotInUse,
                Bilingual::new(
                    format!("{}は {date} には使われていません", product.name),
                    format!("{} was not in use on {date}", product.id),
                ),
                Bilingual::new("製品と接種日を確かめてください", "check product and date"),
            );
        }
    }

    fn listed_lot(&mut self, listed: &ListedLot) {
        let (lot, date) = (&listed.lot, self.candidate.date);
        if let Some(day) = listed.recalled_on {
            self.find(
                FindingCode::RecalledLot,
                Bilingual::new(
                    format!("ロット {lot} は {day} に回収されました"),
                    format!("lot {lot} was recalled on {day}"),
                ),
                Bilingual::new(
                    "接種前なら使わないでください。接種後なら責任者に知らせてください",
                    "before the shot: do not use it; after it: tell the person in charge",
                ),
            );
        }
        if let Some(until) = listed.expiry_on(date).filter(|&until| until < date) {
            self.find(
                FindingCode::ExpiredLot,
                Bilingual::new(
                    format!("ロット {lot} の有効期限（延長後）は {until} までです"),
                    format!("lot {lot} expired on {until}, extensions included"),
                ),
                Bilingual::new(
                    "接種前なら使わないでください。接種後なら責任者に知らせてください",
                    "before the shot: do not use it; after it: tell the person in charge",
                ),
            );
        }
    }

    fn unlisted_lot(&mut self, vaccine: &Vaccine) {
        let catalogue = self.catalogue;
        let other = catalogue.lots().iter().find(|l| l.lot == vaccine.lot);
        match other {
            Some(other) => self.lot_of(other),
            None => self.unknown_lot(vaccine),
        }
        let odd = |product: &Product| !product.lot_looks_usual(&vaccine.lot);
        if catalogue.product(&vaccine.product).is_some_and(odd) {
            let lot = &vaccine.lot;
            self.find(
                FindingCode::OddLot,
                Bilingual::new(
                    format!("ロット {lot} はこの製品のロット番号の型と違います"),
                    format!("lot {lot} does not look like a lot of this product"),
                ),
                from_the_vial(),
            );
        }
    }

    fn lot_of(&mut self, other: &ListedLot) {
        let (lot, product) = (&other.lot, &other.product);
        self.find(
            FindingCode::LotOfAnotherProduct,
            Bilingual::new(
                format!("ロット {lot} は別の製品「{product}」のものです"),
                format!("lot {lot} is of another product, {product}"),
            ),
            Bilingual::new(
                "バイアルの製品名とロット番号を確かめてください",
                "check product and lot on the vial",
            ),
        );
    }

    fn unknown_lot(&mut self, vaccine: &Vaccine) {
        let lot = &vaccine.lot;
        self.find(
            FindingCode::UnknownLot,
            Bilingual::new(
                format!("ロット {lot} は一覧にありません"),
                format!("lot {lot} is not on the list"),
            ),
            from_the_vial(),
        );
    }
}

/// No other lot is ever named: one digit away may be a recalled one.
fn from_the_vial() -> Bilingual {
    Bilingual::new(
        "バイアルのロット番号を一字ずつ見直してください。正しければ管理者に追加を頼んでください",
        "read the lot from the vial again, sign by sign; if it is right, ask an administrator to add it",
    )
}
