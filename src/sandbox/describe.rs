//! What the server says of itself.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::japan_time;
use crate::sync::wire::SCOPE;

/// The CapabilityStatement (<https://hl7.org/fhir/R4/capabilitystatement.html>).
pub(super) fn capabilities(root: &str, now: Timestamp) -> Value {
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "experimental": true,
        "date": japan_time(now),
        "kind": "instance",
        "software": {"name": "uketsuke sandbox", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {
            "description": "TRAINING: 研修用の記録 API / a record API to practise on",
            "url": root,
        },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "security": security(root),
            "resource": [immunization()],
            "interaction": [{"code": "batch"}],
        }],
    })
}

/// How a client comes in.
fn security(root: &str) -> Value {
    json!({
        "extension": [{
            "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            "extension": [{"url": "token", "valueUri": format!("{root}/token")}],
        }],
        "service": [{
            "coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                "code": "SMART-on-FHIR",
            }],
            "text": "SMART Backend Services, private_key_jwt, ES384",
        }],
    })
}

/// What can be done with the one resource.
fn immunization() -> Value {
    json!({
        "type": "Immunization",
        "profile": "http://hl7.org/fhir/StructureDefinition/Immunization",
        "supportedProfile": ["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Immunization"],
        "interaction": [
            {"code": "read"}, {"code": "vread"}, {"code": "create"},
            {"code": "update"}, {"code": "search-type"},
        ],
        "versioning": "versioned-update",
        "readHistory": true,
        "updateCreate": false,
        "conditionalCreate": true,
        "searchParam": [{"name": "identifier", "type": "token"}],
    })
}

/// The discovery document of SMART App Launch
/// (<https://hl7.org/fhir/smart-app-launch/conformance.html>).
pub(super) fn smart(root: &str) -> Value {
    json!({
        "token_endpoint": format!("{root}/token"),
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": [SCOPE],
        "capabilities": ["client-confidential-asymmetric", "permission-v2"],
    })
}

/// What an assertion for this server may name as its audience: the token endpoint, by either of
/// its names.
pub(super) fn audiences(root: &str) -> [String; 2] {
    ["/token", "/fhir/token"].map(|path| format!("{root}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::wire::{CapabilityStatement, SmartConfiguration};

    #[test]
    fn a_station_understands_both_and_sees_that_it_is_training() {
        let root = "http://127.0.0.1:8080";
        let statement = capabilities(root, Timestamp::UNIX_EPOCH);
        let statement: CapabilityStatement = serde_json::from_value(statement).unwrap();
        assert_eq!(statement.fhir_version, "4.0.1");
        let installation = statement.implementation.unwrap();
        assert!(installation.description.contains("TRAINING"));
        let smart: SmartConfiguration = serde_json::from_value(smart(root)).unwrap();
        assert_eq!(smart.token_endpoint, "http://127.0.0.1:8080/token");
        assert!(audiences(root).contains(&smart.token_endpoint));
    }
}
