//! Why something is refused: an HTTP status with a FHIR OperationOutcome.

use axum::http::StatusCode;

use crate::sync::wire::{Issue, OperationOutcome};
use crate::text::Bilingual;

/// A refusal, of one entry of a batch or of a whole request. Its words never repeat what was
/// sent: that may be a voucher's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) issues: Vec<Issue>,
}

impl Refusal {
    /// One that names no element.
    pub(super) fn new(status: StatusCode, code: &str, ja: &'static str, en: &'static str) -> Self {
        Self {
            status,
            issues: vec![issue(code, "", ja, en)],
        }
    }

    /// One that names the element it is about.
    pub(super) fn of(
        status: StatusCode,
        code: &str,
        element: &str,
        ja: &'static str,
        en: &'static str,
    ) -> Self {
        Self {
            status,
            issues: vec![issue(code, element, ja, en)],
        }
    }

    /// Everything that is wrong with a resource.
    pub(super) fn unprocessable(issues: Vec<Issue>) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            issues,
        }
    }

    /// Another record says something else of the same dose; nothing of it is shown.
    pub(super) fn conflict() -> Self {
        Self::of(
            StatusCode::CONFLICT,
            "conflict",
            "Immunization.patient.identifier",
            "同じ自治体・券番号・回数の別の記録があります。接種済証で確かめてください",
            "another record exists for this municipality, voucher number and dose: \
             check the certificate",
        )
    }

    /// As it is sent.
    pub(super) fn outcome(self) -> OperationOutcome {
        OperationOutcome {
            resource_type: "OperationOutcome".to_owned(),
            issue: self.issues,
        }
    }
}

/// One thing that is wrong; `element` may be empty.
pub(super) fn issue(code: &str, element: &str, ja: &'static str, en: &'static str) -> Issue {
    Issue {
        severity: "error".to_owned(),
        code: code.to_owned(),
        diagnostics: Some(Bilingual::new(ja, en).to_string()),
        expression: (!element.is_empty())
            .then(|| element.to_owned())
            .into_iter()
            .collect(),
    }
}
