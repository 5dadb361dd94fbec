//! The data files as they are written, and what they say, checked one by one.

use std::num::NonZeroU8;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::interval::{IntervalRule, Spacing};
use super::product::{Cvx, Expiry, ListedLot, LotPattern, Product};
use super::validity::{Validity, first_overlap};
use super::{AgeRule, CatalogueError, DataFile};
use crate::intake::fields::{Lot, Maker, ProductId};
use crate::intake::format;
use crate::voucher::DoseNumber;

/// The texts of the data files; `None` for a file that is not there.
#[derive(Debug, Clone, Copy, Default)]
pub struct DataFiles<'a> {
    /// Products.
    pub products: Option<&'a str>,
    /// Lots.
    pub lots: Option<&'a str>,
    /// Interval rules.
    pub intervals: Option<&'a str>,
    /// Age rules.
    pub ages: Option<&'a str>,
}

impl DataFiles<'static> {
    /// The files that come with the program.
    pub(super) fn built_in() -> Self {
        Self {
            products: Some(include_str!("../data/products.toml")),
            lots: Some(include_str!("../data/lots.toml")),
            intervals: Some(include_str!("../data/intervals.toml")),
            ages: Some(include_str!("../data/ages.toml")),
        }
    }
}

/// What a set of data files says.
#[derive(Debug, Clone)]
pub(super) struct Tables {
    pub(super) products: Vec<Product>,
    pub(super) lots: Vec<ListedLot>,
    pub(super) intervals: Vec<IntervalRule>,
    pub(super) ages: Vec<AgeRule>,
}

impl Tables {
    pub(super) fn read(files: &DataFiles<'_>) -> Result<Self, CatalogueError> {
        let products: ProductsFile = read(DataFile::Products, files.products)?;
        let lots: LotsFile = read(DataFile::Lots, files.lots)?;
        let intervals: IntervalsFile = read(DataFile::Intervals, files.intervals)?;
        let ages: AgesFile = read(DataFile::Ages, files.ages)?;
        let tables = Self {
            products: collect(products.product, ProductRow::product)?,
            lots: collect(lots.lot, |row| Ok(row.lot()))?,
            intervals: collect(intervals.interval, IntervalRow::rules)?.concat(),
            ages: collect(ages.age, AgeRow::rule)?,
        };
        tables.check_lots_are_named_once()?;
        tables.check_overlaps()?;
        Ok(tables)
    }

    fn check_lots_are_named_once(&self) -> Result<(), CatalogueError> {
        for (index, lot) in self.lots.iter().enumerate() {
            let mut before = self.lots[..index].iter();
            if before.any(|other| other.product == lot.product && other.lot == lot.lot) {
                let what = format!("{} {}", lot.product, lot.lot);
                return Err(CatalogueError::Twice(DataFile::Lots, what));
            }
        }
        Ok(())
    }

    fn check_overlaps(&self) -> Result<(), CatalogueError> {
        if let Some(rule) = first_overlap(&self.intervals, |rule| {
            ((&rule.product, rule.dose), rule.validity)
        }) {
            let what = format!("{} {}", rule.product, rule.dose);
            return Err(CatalogueError::Overlap(DataFile::Intervals, what));
        }
        if let Some(rule) = first_overlap(&self.ages, |rule| (&rule.product, rule.validity)) {
            let what = rule.product.to_string();
            return Err(CatalogueError::Overlap(DataFile::Ages, what));
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned + Default>(
    file: DataFile,
    text: Option<&str>,
) -> Result<T, CatalogueError> {
    text.map_or_else(|| Ok(T::default()), format::parse)
        .map_err(|source| CatalogueError::Format(file, source))
}

fn collect<R, T>(
    rows: Vec<R>,
    convert: impl Fn(R) -> Result<T, CatalogueError>,
) -> Result<Vec<T>, CatalogueError> {
    rows.into_iter().map(convert).collect()
}

fn validity(
    file: DataFile,
    row: &ProductId,
    from: Date,
    until: Option<Date>,
) -> Result<Validity, CatalogueError> {
    if until.is_some_and(|until| until < from) {
        return Err(CatalogueError::EndsBeforeItStarts(file, row.to_string()));
    }
    Ok(Validity { from, until })
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductsFile {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default)]
    product: Vec<ProductRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductRow {
    id: ProductId,
    name: String,
    maker: Maker,
    cvx: Cvx,
    #[serde(default)]
    lot_patterns: Vec<LotPattern>,
    #[serde(default)]
    maker_default: bool,
    doses_per_vial: Option<NonZeroU8>,
    valid_from: Date,
    valid_until: Option<Date>,
}

impl ProductRow {
    fn product(self) -> Result<Product, CatalogueError> {
        let (from, until) = (self.valid_from, self.valid_until);
        Ok(Product {
            validity: validity(DataFile::Products, &self.id, from, until)?,
            id: self.id,
            name: self.name,
            maker: self.maker,
            cvx: self.cvx,
            lot_patterns: self.lot_patterns,
            maker_default: self.maker_default,
            doses_per_vial: self.doses_per_vial,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LotsFile {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default)]
    lot: Vec<LotRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LotRow {
    product: ProductId,
    lot: Lot,
    recalled_on: Option<Date>,
    #[serde(default)]
    expiry: Vec<Expiry>,
}

impl LotRow {
    fn lot(self) -> ListedLot {
        let mut expiry = self.expiry;
        expiry.sort();
        ListedLot {
            product: self.product,
            lot: self.lot,
            recalled_on: self.recalled_on,
            expiry,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct IntervalsFile {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default)]
    interval: Vec<IntervalRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IntervalRow {
    products: Vec<ProductId>,
    doses: Vec<u8>,
    days_between: Option<u16>,
    months: Option<u8>,
    warn_after_days: Option<u16>,
    valid_from: Date,
    valid_until: Option<Date>,
}

impl IntervalRow {
    /// One rule for each product and dose of the row.
    fn rules(self) -> Result<Vec<IntervalRule>, CatalogueError> {
        let mut rules = Vec::with_capacity(self.products.len() * self.doses.len());
        for product in &self.products {
            for &dose in &self.doses {
                rules.push(self.rule(product, dose)?);
            }
        }
        Ok(rules)
    }

    fn rule(&self, product: &ProductId, dose: u8) -> Result<IntervalRule, CatalogueError> {
        let spacing = match (self.days_between, self.months) {
            (Some(days), None) => Spacing::DaysBetween(days),
            (None, Some(months)) => Spacing::Months(months),
            _ => return Err(CatalogueError::Spacing(product.clone())),
        };
        let (from, until) = (self.valid_from, self.valid_until);
        Ok(IntervalRule {
            product: product.clone(),
            dose: (DoseNumber::new(dose).ok())
                .filter(|dose| dose.value() > 0)
                .ok_or_else(|| CatalogueError::Dose(product.clone(), dose))?,
            spacing,
            warn_after_days: self.warn_after_days,
            validity: validity(DataFile::Intervals, product, from, until)?,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AgesFile {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default)]
    age: Vec<AgeRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgeRow {
    product: ProductId,
    min_years: u8,
    #[serde(default)]
    min_months: u8,
    usual_max_years: Option<u8>,
    valid_from: Date,
    valid_until: Option<Date>,
}

impl AgeRow {
    fn rule(self) -> Result<AgeRule, CatalogueError> {
        let (from, until) = (self.valid_from, self.valid_until);
        Ok(AgeRule {
            validity: validity(DataFile::Ages, &self.product, from, until)?,
            product: self.product,
            min_years: self.min_years,
            min_months: self.min_months,
            usual_max_years: self.usual_max_years,
        })
    }
}
