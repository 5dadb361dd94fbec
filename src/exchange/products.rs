//! The catalogue, as the forms ask for it.

use jiff::civil::Date;

use super::{Coding, Products};
use crate::intake::{Catalogue, Maker, ProductId};

impl Products for Catalogue {
    fn by_maker(&self, maker: &Maker, on: Date) -> Option<ProductId> {
        self.product_for_maker(maker, on)
            .map(|product| product.id.clone())
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
    use super::*;

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
