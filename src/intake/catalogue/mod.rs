//! Products, lots, interval rules and age rules: data, each with the days on which it holds.
//!
//! The files of `src/intake/data/` come with the program. A municipality may add its own, which are
//! checked when they are loaded: they may add products and lots and ask for longer intervals or
//! higher ages, and never for less. A town whose table said 17 days instead of 18 had a third of
//! its bookings too early; here such a table blocks the session.

mod error;
mod files;
mod interval;
mod product;
mod validity;

use jiff::civil::Date;

pub use error::{CatalogueError, DataFile};
pub use files::DataFiles;
pub use interval::{IntervalRule, Spacing};
pub use product::{Cvx, ListedLot, LotPattern, Product, ProductByMaker};
pub use validity::Validity;

use super::age::reached_on;
use super::fields::{Lot, Maker, ProductId};
use crate::voucher::DoseNumber;
use files::Tables;
use validity::first_overlap;

/// From which age on a product may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeRule {
    /// The product to be given.
    pub product: ProductId,
    /// Whole years that must be reached.
    pub min_years: u8,
    /// Months beyond them.
    pub min_months: u8,
    /// The highest usual age in years: beyond it is said, never an obstacle.
    pub usual_max_years: Option<u8>,
    /// The days of giving that it judges.
    pub validity: Validity,
}

impl AgeRule {
    /// The first day on which someone born on `born` is old enough.
    pub fn earliest_for(&self, born: Date) -> Date {
        reached_on(born, self.min_years.into(), self.min_months.into())
    }

    fn min_in_months(&self) -> u16 {
        u16::from(self.min_years) * 12 + u16::from(self.min_months)
    }
}

/// All that is known of what can be given.
#[derive(Debug, Clone)]
pub struct Catalogue {
    products: Vec<Product>,
    lots: Vec<ListedLot>,
    /// A municipality's own rows come first.
    intervals: Vec<IntervalRule>,
    /// A municipality's own rows come first.
    ages: Vec<AgeRule>,
}

impl Catalogue {
    /// The catalogue that comes with the program.
    ///
    /// # Errors
    ///
    /// None, while the tests pass; an error is better than a panic all the same.
    pub fn built_in() -> Result<Self, CatalogueError> {
        Self::load(&DataFiles::default())
    }

    /// The built-in catalogue with a municipality's `own` files on top of it.
    ///
    /// # Errors
    ///
    /// Whatever [`CatalogueError`] names; no session starts with such files.
    pub fn load(own: &DataFiles<'_>) -> Result<Self, CatalogueError> {
        let built_in = Tables::read(&DataFiles::built_in())?;
        let own = Tables::read(own)?;
        check_no_less(&own, &built_in)?;
        let catalogue = Self {
            products: [built_in.products, own.products].concat(),
            lots: merged(built_in.lots, own.lots),
            intervals: [own.intervals, built_in.intervals].concat(),
            ages: [own.ages, built_in.ages].concat(),
        };
        catalogue.check_products()?;
        catalogue.check_references()?;
        Ok(catalogue)
    }

    /// Every product.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// Every lot that is listed.
    pub fn lots(&self) -> &[ListedLot] {
        &self.lots
    }

    /// The product with this id.
    pub fn product(&self, id: &ProductId) -> Option<&Product> {
        self.products.iter().find(|product| product.id == *id)
    }

    /// The product that is meant on `day` where only the maker is known.
    fn default_of(&self, maker: &Maker, day: Date) -> Option<&Product> {
        self.products.iter().find(|product| {
            product.maker_default && product.maker == *maker && product.validity.covers(day)
        })
    }

    /// The product that is meant on `day` where only its maker is known and perhaps its lot, as in
    /// a CSV file: the one of the listed lot, if it is of this maker; otherwise the maker's
    /// default, in use on that day. A maker may have several: the caller should let a person look
    /// where neither [`ProductByMaker::by_lot`] nor [`ProductByMaker::only_one`] holds.
    pub fn product_for_maker_and_lot(
        &self,
        maker: &Maker,
        lot: Option<&Lot>,
        day: Date,
    ) -> Option<ProductByMaker<'_>> {
        let by_lot = lot.and_then(|lot| self.product_of_lot(maker, lot));
        let product = by_lot.or_else(|| self.default_of(maker, day))?;
        let in_use_too = |other: &Product| {
            other.maker == *maker && other.id != product.id && other.validity.covers(day)
        };
        Some(ProductByMaker {
            product,
            by_lot: by_lot.is_some(),
            only_one: !self.products.iter().any(in_use_too),
        })
    }

    /// The one product of `maker` that has exactly this lot; `None` where two have it.
    fn product_of_lot(&self, maker: &Maker, lot: &Lot) -> Option<&Product> {
        let mut found = (self.lots.iter().filter(|listed| listed.lot == *lot))
            .filter_map(|listed| self.product(&listed.product))
            .filter(|product| product.maker == *maker);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Whether some product is given so often: the first dose, and each that a row of the interval
    /// table is for, on whatever day.
    pub fn has_dose(&self, dose: DoseNumber) -> bool {
        dose.value() == 1 || self.intervals.iter().any(|rule| rule.dose == dose)
    }

    /// What the list says of this lot of this product: of exactly this one, never of one like it.
    pub fn lot(&self, product: &ProductId, lot: &Lot) -> Option<&ListedLot> {
        let same = |listed: &&ListedLot| listed.product == *product && listed.lot == *lot;
        self.lots.iter().find(same)
    }

    /// The day on which exactly this lot was recalled, whatever product it is listed for: the one
    /// that was chosen may be wrong, the lot is what is on the vial.
    pub fn recalled_on(&self, lot: &Lot) -> Option<Date> {
        let same = |listed: &&ListedLot| listed.lot == *lot;
        self.lots.iter().filter(same).find_map(|l| l.recalled_on)
    }

    /// The rule for giving `dose` on the day `on`, after a last dose of `last_product`; `None`
    /// where no row covers that, which is no leave to give it: see
    /// [`super::FindingCode::NoIntervalRule`].
    pub fn interval(
        &self,
        last_product: &ProductId,
        dose: DoseNumber,
        on: Date,
    ) -> Option<&IntervalRule> {
        self.intervals
            .iter()
            .find(|rule| rule.is_for(last_product, dose) && rule.validity.covers(on))
    }

    /// The first day on which `dose` may be given by the rule of the day `on`, after a dose of
    /// `last_product` on `last`; `None` where no rule is known.
    pub fn earliest_next(
        &self,
        last_product: &ProductId,
        dose: DoseNumber,
        last: Date,
        on: Date,
    ) -> Option<Date> {
        let rule = self.interval(last_product, dose, on)?;
        Some(rule.spacing.earliest_after(last))
    }

    /// The age rule for giving `product` on `day`; `None` where no rule is known.
    pub fn age_rule(&self, product: &ProductId, day: Date) -> Option<&AgeRule> {
        self.ages
            .iter()
            .find(|rule| rule.product == *product && rule.validity.covers(day))
    }

    /// Products are named once; a code names one product, so that nothing that is built in comes
    /// back under another id with rules of its own; a maker has one default a day.
    fn check_products(&self) -> Result<(), CatalogueError> {
        for (index, product) in self.products.iter().enumerate() {
            let before = &self.products[..index];
            if before.iter().any(|other| other.id == product.id) {
                let what = product.id.to_string();
                return Err(CatalogueError::Twice(DataFile::Products, what));
            }
            if before.iter().any(|other| other.cvx == product.cvx) {
                let what = format!("cvx {}", product.cvx);
                return Err(CatalogueError::Twice(DataFile::Products, what));
            }
        }
        let defaults: Vec<&Product> = self.products.iter().filter(|p| p.maker_default).collect();
        match first_overlap(&defaults, |product| (&product.maker, product.validity)) {
            Some(product) => Err(CatalogueError::Overlap(
                DataFile::Products,
                format!("maker_default {}", product.maker),
            )),
            None => Ok(()),
        }
    }

    /// Every row is about a product that is there. A lot may look unlike others of its product:
    /// patterns are guesses from examples, and the list knows better.
    fn check_references(&self) -> Result<(), CatalogueError> {
        let known = |file: DataFile, id: &ProductId| {
            self.product(id)
                .ok_or_else(|| CatalogueError::UnknownProduct(file, id.clone()))
        };
        for lot in &self.lots {
            known(DataFile::Lots, &lot.product)?;
        }
        for rule in &self.intervals {
            known(DataFile::Intervals, &rule.product)?;
        }
        for rule in &self.ages {
            known(DataFile::Ages, &rule.product)?;
        }
        Ok(())
    }
}

/// Own rows come before the built-in ones, so none may ask for less than these do.
fn check_no_less(own: &Tables, built_in: &Tables) -> Result<(), CatalogueError> {
    for rule in &own.intervals {
        let same_case = |built_in: &&IntervalRule| {
            built_in.is_for(&rule.product, rule.dose) && built_in.validity.overlaps(&rule.validity)
        };
        for other in built_in.intervals.iter().filter(same_case) {
            if rule.spacing.allows_less_than(other.spacing) {
                return Err(CatalogueError::ShorterInterval {
                    product: rule.product.clone(),
                    dose: rule.dose,
                    own: rule.spacing,
                    built_in: other.spacing,
                });
            }
        }
    }
    for rule in &own.ages {
        let is_lower = |other: &AgeRule| {
            other.product == rule.product
                && other.validity.overlaps(&rule.validity)
                && rule.min_in_months() < other.min_in_months()
        };
        if built_in.ages.iter().any(is_lower) {
            return Err(CatalogueError::YoungerAge(rule.product.clone()));
        }
    }
    Ok(())
}

/// All lots, one entry each.
fn merged(mut lots: Vec<ListedLot>, own: Vec<ListedLot>) -> Vec<ListedLot> {
    for lot in own {
        let same = |other: &ListedLot| other.product == lot.product && other.lot == lot.lot;
        match lots.iter().position(same) {
            Some(index) => lots[index] = lot.merged(&lots[index]),
            None => lots.push(lot),
        }
    }
    lots
}

#[cfg(test)]
mod tests;
