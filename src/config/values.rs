//! The settings whose values have rules of their own.

use std::time::Duration;

use super::error::ConfigError;
use super::settings::Settings;
use crate::voucher::{MunicipalityCode, TicketKindCodes, municipality};

/// Two different digits.
pub(super) fn ticket_kinds(settings: &Settings) -> Result<TicketKindCodes, ConfigError> {
    let digit = |key: &str| match u8::try_from(settings.number(key)) {
        Ok(digit @ 0..=9) => Ok(digit),
        _ => Err(settings.refused(key, "0〜9 の数字にしてください / choose a digit, 0 to 9")),
    };
    let codes = TicketKindCodes {
        vaccination: digit("ticket_kinds.vaccination")?,
        consultation: digit("ticket_kinds.consultation")?,
    };
    if codes.vaccination == codes.consultation {
        let why = "接種券と予診のみは別の数字にしてください / vaccination and consultation need different digits";
        return Err(settings.refused("ticket_kinds.consultation", why));
    }
    Ok(codes)
}

/// A code that is on the list of those that issue vouchers.
pub(super) fn municipality_code(
    settings: &Settings,
) -> Result<Option<MunicipalityCode>, ConfigError> {
    let key = "municipality.code";
    let code = settings.optional::<MunicipalityCode>(key)?;
    match code {
        Some(code) if municipality(code).is_none() => Err(settings.refused(
            key,
            "券を発行する市区町村のコードではありません。検査数字を含む6桁を確認してください / no municipality that issues vouchers has this code: check its six digits, the check digit included",
        )),
        code => Ok(code),
    }
}

/// One minute to an hour.
pub(super) fn idle_lock(settings: &Settings) -> Result<Duration, ConfigError> {
    let key = "accounts.idle_lock_minutes";
    match u64::try_from(settings.number(key)) {
        Ok(minutes @ 1..=60) => Ok(Duration::from_mins(minutes)),
        _ => Err(settings.refused(key, "1〜60 にしてください / choose 1 to 60")),
    }
}

/// A URI, as far as it has to be one: a scheme, no white space, no final slash. It is a name and
/// is never fetched.
pub(super) fn uri(settings: &Settings, key: &str) -> Result<String, ConfigError> {
    let text = settings.text(key);
    let scheme = ["https://", "http://", "urn:"];
    let fits = scheme.iter().any(|scheme| {
        let rest = text.strip_prefix(scheme);
        rest.is_some_and(|rest| !rest.is_empty())
    });
    if fits && !text.contains(char::is_whitespace) && !text.ends_with('/') {
        Ok(text.to_owned())
    } else {
        let why = "https:// か urn: で始まり / で終わらない名前にしてください / choose a name that starts with https:// or urn: and does not end with a slash";
        Err(settings.refused(key, why))
    }
}
