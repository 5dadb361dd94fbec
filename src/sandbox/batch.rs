//! A batch: every entry is read on its own, all are settled in one transaction, and what became of
//! each is told in the order in which they came.

use axum::http::StatusCode;
use serde_json::value::RawValue;

use super::app::App;
use super::clients::AuditHead;
use super::entry::{self, Asked, Judge};
use super::ids::ClientId;
use super::refusal::Refusal;
use super::reply::Failure;
use super::rules::{By, Receipt, Settled, settle};
use crate::clock::{self, japan_time};
use crate::sync::wire::{
    Bundle, BundleKind, BundleMeta, BundleResource, EntryResponse, ResponseEntry,
};

/// What the system of the tag ends in that tells where a station's audit chain stands.
const AUDIT_HEAD: &str = "/audit-head";

/// Longest hash of an audit chain, in hexadecimal digits.
const LONGEST_HEAD: usize = 128;

/// Answers a batch.
pub(super) fn answer(
    app: &App,
    client: &ClientId,
    body: &[u8],
) -> Result<Bundle<ResponseEntry>, Failure> {
    let bundle: Bundle<Box<RawValue>> = serde_json::from_slice(body).map_err(|_| not_a_batch())?;
    if bundle.kind != BundleKind::Batch {
        return Err(not_a_batch());
    }
    if bundle.entry.len() > app.batch_limit {
        return Err(Failure::Refused(Refusal::of(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-long",
            "Bundle.entry",
            "一度に送れる件数を超えています。X-Batch-Limit までに分けて送ってください",
            "more entries than are taken at once: send no more than X-Batch-Limit",
        )));
    }
    let profile = &app.profile;
    let today = clock::day(app.now().wall);
    let judge = Judge { profile, today };
    let asked: Vec<_> = bundle
        .entry
        .iter()
        .map(|e| entry::read(e, &judge))
        .collect();
    let audit = bundle.meta.as_ref().and_then(audit_head);
    let settled = settled(app, client, &asked, audit.as_ref())?;
    Ok(Bundle {
        resource_type: BundleResource::Bundle,
        meta: None,
        kind: BundleKind::BatchResponse,
        entry: settled.into_iter().map(response).collect(),
    })
}

/// Settles everything in one transaction, which is on disk when this returns.
pub(super) fn settled(
    app: &App,
    client: &ClientId,
    asked: &[Result<Asked, Refusal>],
    audit: Option<&AuditHead>,
) -> Result<Vec<Settled>, Failure> {
    let by = By {
        client,
        now: app.wall(),
    };
    let settled = app.registry.within(|tables| {
        let one = |asked: &Result<Asked, Refusal>| match asked {
            Ok(asked) => settle(tables, by, asked),
            Err(refusal) => Ok(Settled::Refused(refusal.clone())),
        };
        let settled = asked.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        if let Some(audit) = audit {
            tables.keep_audit_head(client, audit)?;
        }
        Ok(settled)
    })?;
    if let Some(told) = &app.on_commit {
        told();
    }
    Ok(settled)
}

fn not_a_batch() -> Failure {
    Failure::Refused(Refusal::of(
        StatusCode::BAD_REQUEST,
        "structure",
        "Bundle",
        "type が batch の Bundle を JSON で送ってください",
        "send a Bundle of type batch as JSON",
    ))
}

/// `<sequence>:<hex>` in the tag of a station's audit chain; a tag that is none is passed over.
fn audit_head(meta: &BundleMeta) -> Option<AuditHead> {
    let is_head = |system: Option<&str>| system.is_some_and(|s| s.ends_with(AUDIT_HEAD));
    let mut tags = meta.tag.iter();
    let tag = tags.find(|tag| is_head(tag.system.as_deref()))?;
    let (sequence, head) = tag.code.as_deref()?.split_once(':')?;
    let is_hex = head.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fits = is_hex && (1..=LONGEST_HEAD).contains(&head.len());
    let sequence: i64 = sequence.parse().ok().filter(|sequence| *sequence >= 0)?;
    fits.then(|| AuditHead {
        sequence,
        head: head.to_lowercase(),
    })
}

fn response(settled: Settled) -> ResponseEntry {
    let response = match settled {
        Settled::Created(receipt) => held(StatusCode::CREATED, &receipt),
        Settled::Held(receipt) => held(StatusCode::OK, &receipt),
        Settled::Refused(refusal) => EntryResponse {
            status: refusal.status.to_string(),
            outcome: Some(refusal.outcome()),
            ..EntryResponse::default()
        },
    };
    ResponseEntry { response }
}

fn held(status: StatusCode, receipt: &Receipt) -> EntryResponse {
    EntryResponse {
        status: status.to_string(),
        location: Some(receipt.location()),
        etag: Some(receipt.version.etag()),
        last_modified: Some(japan_time(receipt.modified)),
        outcome: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::CodedValue;

    fn head_of(system: &str, code: &str) -> Option<AuditHead> {
        let tag = CodedValue {
            system: Some(system.to_owned()),
            code: Some(code.to_owned()),
        };
        audit_head(&BundleMeta { tag: vec![tag] })
    }

    #[test]
    fn an_audit_head_is_a_sequence_number_and_a_hash() {
        let system = "https://record-api.example/CodeSystem/audit-head";
        let expected = AuditHead {
            sequence: 17,
            head: "ab01".to_owned(),
        };
        assert_eq!(head_of(system, "17:AB01"), Some(expected));
        for code in ["17", "17:", "-1:ab", "x:ab", "17:xyz"] {
            assert_eq!(head_of(system, code), None, "{code}");
        }
        assert_eq!(head_of("https://record-api.example/other", "17:ab01"), None);
    }
}
