//! The catalogue, as the forms ask for it.

use jiff::civil::Date;

use super::{ByMaker, Coding, Products};
use crate::intake::{Catalogue, Lot, Maker, ProductId};

impl Products for Catalogue {
    fn by_maker(&self, maker: &Maker, lot: Option<&Lot>, on: Date) -> Option<ByMaker> {
        let found = self.product_for_maker_and_lot(maker, lot, on)?;
        Some(ByMaker {
            product: found.product.id.clone(),
            sure: found.by_lot || found.only_one,
        })
    }

    fn coding(&self, id: &ProductId) -> Option<Coding> {
        self.product(id).map(|product| Coding {
            cvx: product.cvx.to_string(),
            name: product.name.clone(),
            maker: product.maker.clone(),
        })
    }

    fn by_coding(&self, cvx: &str, name: &str) -> Option<ProductId> {
        self.products()
            .iter()
            .find(|product| product.cvx.to_string() == cvx && product.name == name)
            .map(|product| product.id.clone())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_product_is_sure_by_its_listed_lot_or_where_the_maker_has_no_other_that_day() {
        let catalogue = Catalogue::built_in().unwrap();
        let maker = Maker::new("ファイザー").unwrap();
        let (before, after) = (date(2021, 11, 20), date(2022, 3, 1));
        for (lot, on, sure) in [
            (None, before, true),
            (Some("ZZ9999"), before, true),
            (None, after, false),
            (Some("ZZ9999"), after, false),
            (Some("FJ7489"), after, true),
        ] {
            let lot = lot.map(|lot| Lot::new(lot).unwrap());
            let found = catalogue.by_maker(&maker, lot.as_ref(), on).unwrap();
            assert_eq!(found.product.as_str(), "comirnaty-12");
            assert_eq!(found.sure, sure, "{lot:?} {on}");
        }
    }

    #[test]
    fn every_product_is_found_again_by_its_coding() {
        let catalogue = Catalogue::built_in().unwrap();
        for product in catalogue.products() {
            let coding = catalogue.coding(&product.id).unwrap();
            let found = catalogue.by_coding(&coding.cvx, &coding.name);
            assert_eq!(found.as_ref(), Some(&product.id));
        }
    }
}
