//! May this dose be given? The check before the shot answers with one word and nothing else.

use jiff::civil::Date;

use super::app::App;
use super::refusal::Refusal;
use super::registry::RegistryError;
use super::reply::Failure;
use super::tables::{Key, Tables};
use super::validate::{cvx, dose_number, voucher_text};
use crate::exchange::{Immunization, Products as _, day_of};
use crate::intake::{Catalogue, ProductId};
use crate::sync::wire::{Verdict, VerdictRequest};
use crate::voucher::DoseNumber;

/// The verdict on a request.
pub(super) fn verdict(app: &App, request: &VerdictRequest) -> Result<Verdict, Failure> {
    let unprocessable = |flaw| Failure::Refused(Refusal::unprocessable(vec![flaw]));
    voucher_text(&request.voucher, "voucher").map_err(unprocessable)?;
    let dose = dose_number(request.dose, "dose").map_err(unprocessable)?;
    let Some(on) = day_of(&request.date) else {
        return Err(unprocessable(super::refusal::issue(
            "value",
            "date",
            "日付は 2021-11-20 の形にしてください",
            "the date has to be of the form 2021-11-20",
        )));
    };
    let catalogue = &app.catalogue;
    let key = Key {
        voucher: request.voucher.clone(),
        dose,
        consulted_on: String::new(),
    };
    let verdict = app.registry.within(|tables| {
        if tables.active(&key)?.is_some() {
            return Ok(Verdict::Already);
        }
        if !is_known(catalogue, &request.product) {
            return Ok(Verdict::Unknown);
        }
        interval(tables, catalogue, &key, on)
    })?;
    Ok(verdict)
}

/// By its id, or by its CVX code.
fn is_known(catalogue: &Catalogue, product: &str) -> bool {
    let mut products = catalogue.products().iter();
    products.any(|known| known.id.as_str() == product || known.cvx.to_string() == product)
}

/// Whether the dose before was long enough ago; of the first dose there is none.
fn interval(
    tables: &mut Tables<'_>,
    catalogue: &Catalogue,
    key: &Key,
    on: Date,
) -> Result<Verdict, RegistryError> {
    if key.dose == 1 {
        return Ok(Verdict::Ok);
    }
    let before = Key {
        dose: key.dose - 1,
        ..key.clone()
    };
    let earliest = tables.active(&before)?.and_then(|last| {
        let last: Immunization = serde_json::from_str(&last.body).ok()?;
        let given = day_of(last.occurrence_date_time.as_deref()?)?;
        let product = product(catalogue, &last)?;
        let dose = DoseNumber::new(key.dose).ok()?;
        catalogue.earliest_next(&product, dose, given, on)
    });
    Ok(match earliest {
        None => Verdict::Unknown,
        Some(earliest) if on < earliest => Verdict::TooEarly,
        Some(_) => Verdict::Ok,
    })
}

/// The product that a record names by code and name.
fn product(catalogue: &Catalogue, resource: &Immunization) -> Option<ProductId> {
    let code = cvx(&resource.vaccine_code)?;
    let name = resource.vaccine_code.text.as_deref().unwrap_or_default();
    let by_both = catalogue.by_coding(&code, name);
    by_both.or_else(|| {
        let mut products = catalogue.products().iter();
        let by_code = products.find(|known| known.cvx.to_string() == code);
        by_code.map(|known| known.id.clone())
    })
}
