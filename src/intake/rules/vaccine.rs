//! The product and the lot against the catalogue.

use jiff::civil::Date;

use super::Check;
use crate::intake::catalogue::{ListedLot, Product};
use crate::intake::fields::Lot;
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
        if let Some(day) = catalogue.recalled_on(&vaccine.lot) {
            self.recalled_lot(&vaccine.lot, day);
        }
        match catalogue.lot(&vaccine.product, &vaccine.lot) {
            Some(listed) => self.expiry(listed),
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

    fn recalled_lot(&mut self, lot: &Lot, day: Date) {
        self.find(
            FindingCode::RecalledLot,
            Bilingual::new(
                format!("ロット {lot} は {day} に回収されました"),
                format!("lot {lot} was recalled on {day}"),
            ),
            not_to_be_used(),
        );
    }

    fn expiry(&mut self, listed: &ListedLot) {
        let (lot, date) = (&listed.lot, self.candidate.date);
        if let Some(until) = listed.expiry_on(date).filter(|&until| until < date) {
            self.find(
                FindingCode::ExpiredLot,
                Bilingual::new(
                    format!("ロット {lot} の有効期限（延長後）は {until} までです"),
                    format!("lot {lot} expired on {until}, extensions included"),
                ),
                not_to_be_used(),
            );
        }
    }

    fn unlisted_lot(&mut self, vaccine: &Vaccine) {
        let catalogue = self.catalogue;
        let other = catalogue.lots().iter().find(|l| l.lot == vaccine.lot);
        match other {
            Some(other) => self.lot_of(other),
            None => {
                self.unknown_lot(vaccine);
                self.odd_lot(vaccine);
            }
        }
    }

    fn odd_lot(&mut self, vaccine: &Vaccine) {
        let odd = |product: &Product| !product.lot_looks_usual(&vaccine.lot);
        if self.catalogue.product(&vaccine.product).is_some_and(odd) {
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

fn not_to_be_used() -> Bilingual {
    Bilingual::new(
        "接種前なら使わないでください。接種後なら責任者に知らせてください",
        "before the shot: do not use it; after it: tell the person in charge",
    )
}

/// No other lot is ever named: one digit away may be a recalled one.
fn from_the_vial() -> Bilingual {
    Bilingual::new(
        "バイアルのロット番号を一字ずつ見直してください。正しければ管理者に追加を頼んでください",
        "read the lot from the vial again, sign by sign; if it is right, ask an administrator to add it",
    )
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::tests::{TODAY, candidate, codes_given, found, given, known};
    use crate::intake::session::tests::session;
    use crate::intake::{Candidate, Catalogue, DataFiles, FindingCode, check};

    #[test]
    fn the_recalled_lot_is_found_and_its_neighbour_is_not() {
        let day = date(2021, 9, 1);
        assert_eq!(
            codes_given("moderna", "3004734", day),
            [FindingCode::RecalledLot]
        );
        assert_eq!(codes_given("moderna", "3004733", day), []);
        assert_eq!(
            codes_given("moderna", "3004735", day),
            [FindingCode::UnknownLot]
        );
    }

    #[test]
    fn a_recalled_lot_is_found_whatever_product_was_chosen() {
        use FindingCode::{LotOfAnotherProduct, RecalledLot, UnknownProduct};
        let day = date(2021, 9, 1);
        assert_eq!(
            codes_given("comirnaty-12", "3004734", day),
            [RecalledLot, LotOfAnotherProduct]
        );
        assert_eq!(
            codes_given("comirnaty-13", "3004734", day),
            [UnknownProduct, RecalledLot, LotOfAnotherProduct]
        );
    }

    #[test]
    fn a_lot_is_good_to_its_effective_expiry_and_not_a_day_longer() {
        let last = date(2022, 6, 30);
        assert_eq!(codes_given("comirnaty-12", "FJ7489", last), []);
        assert_eq!(
            codes_given("comirnaty-12", "FJ7489", date(2022, 7, 1)),
            [FindingCode::ExpiredLot]
        );
    }

    #[test]
    fn odd_lots_and_lots_of_another_product_are_told_apart() {
        use FindingCode::{LotOfAnotherProduct, OddLot, UnknownLot};
        let day = date(2021, 9, 1);
        assert_eq!(
            codes_given("comirnaty-12", "FJ748O", day),
            [UnknownLot, OddLot]
        );
        assert_eq!(codes_given("comirnaty-12", "FJ7488", day), [UnknownLot]);
        let swapped = codes_given("moderna", "FJ7489", day);
        assert_eq!(swapped, [LotOfAnotherProduct]);
    }

    #[test]
    fn a_lot_that_is_listed_is_never_odd_since_patterns_are_guesses() {
        let text = "version = 1\n[[lot]]\nproduct = \"comirnaty-12\"\nlot = \"AB-12\"\n";
        let catalogue = Catalogue::load(&DataFiles {
            lots: Some(text),
            ..DataFiles::default()
        });
        let listed = Candidate {
            outcome: given("comirnaty-12", "AB-12"),
            ..candidate()
        };
        let findings = check(&listed, &session(), &catalogue.unwrap(), &known());
        assert_eq!(findings, []);
    }

    #[test]
    fn no_finding_ever_names_a_lot_like_the_one_that_was_entered() {
        let listed = Catalogue::built_in().unwrap().lots().to_vec();
        for lot in ["FJ7488", "FJ748O", "3004732", "3004735", "3004743"] {
            for product in ["comirnaty-12", "moderna"] {
                let candidate = Candidate {
                    outcome: given(product, lot),
                    ..candidate()
                };
                for finding in found(&candidate, &session(), &known()) {
                    let text = format!("{} {}", finding.message, finding.remedy);
                    let named = listed.iter().find(|l| text.contains(l.lot.as_str()));
                    assert_eq!(named, None, "{text}");
                }
            }
        }
    }

    #[test]
    fn products_that_are_unknown_or_not_yet_in_use_are_found() {
        let unknown = codes_given("comirnaty-13", "FJ7489", TODAY);
        assert!(unknown.contains(&FindingCode::UnknownProduct));
        let early = codes_given("novavax", "NV0301", date(2022, 5, 24));
        assert_eq!(early, [FindingCode::ProductNotInUse]);
    }
}
