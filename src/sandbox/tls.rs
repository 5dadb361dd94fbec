//! A certificate of our own: a CA that the folder keeps and stations are told to trust, and a leaf
//! for this computer that is made at every start.

use std::fs;
use std::io::{self, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use thiserror::Error;
use tokio_rustls::rustls;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// The CA's certificate, for stations: `uketsuke enrol --ca`.
const CERTIFICATE: &str = "ca.pem";

/// The CA's private key.
const KEY: &str = "ca-key.pem";

/// Why there is no certificate.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file beside the database.
    #[error(
        "{path}: 証明書のファイルを読み書きできません（{source}）。フォルダーの権限を確かめてください / the certificate's file cannot be read or written ({source}): check the folder's permissions"
    )]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The key cannot be used.
    #[error(
        "証明書を作れません（{0}）。{KEY} と {CERTIFICATE} を消して、もう一度始めてください / no certificate can be made ({0}): delete {KEY} and {CERTIFICATE}, then start again"
    )]
    Certificate(#[from] rcgen::Error),
    /// The certificate cannot be used.
    #[error(
        "証明書を使えません（{0}）。{KEY} と {CERTIFICATE} を消して、もう一度始めてください / the certificate cannot be used ({0}): delete {KEY} and {CERTIFICATE}, then start again"
    )]
    Unusable(#[from] rustls::Error),
}

/// What a server needs to speak TLS.
pub(super) struct Identity {
    /// The CA's certificate.
    pub(super) ca_pem: String,
    /// Where it lies.
    pub(super) ca_file: PathBuf,
    /// The leaf with its key.
    pub(super) server: Arc<ServerConfig>,
}

/// The folder's CA, made if there is none, with a new leaf for this computer at `address`.
pub(super) fn identity(folder: &Path, address: IpAddr) -> Result<Identity, TlsError> {
    let (ca_file, key_file) = (folder.join(CERTIFICATE), folder.join(KEY));
    if !(ca_file.exists() && key_file.exists()) {
        let key = KeyPair::generate()?;
        let certificate = ca_params()?.self_signed(&key)?;
        write_private(&key_file, &key.serialize_pem())?;
        fs::write(&ca_file, certificate.pem()).map_err(in_file(&ca_file))?;
    }
    let key = fs::read_to_string(&key_file).map_err(in_file(&key_file))?;
    let ca_pem = fs::read_to_string(&ca_file).map_err(in_file(&ca_file))?;
    let issuer = Issuer::new(ca_params()?, KeyPair::from_pem(&key)?);
    let leaf_key = KeyPair::generate()?;
    let leaf = leaf_params(address)?.signed_by(&leaf_key, &issuer)?;
    let private = PrivateKeyDer::try_from(leaf_key.serialize_der())
        .map_err(|_| rustls::Error::General("leaf key".to_owned()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Identity {
        ca_pem,
        ca_file,
        server: Arc::new(server),
    })
}

/// The same at every start: with the kept key it is the same issuer.
fn ca_params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    named(&mut params, "uketsuke sandbox TRAINING CA");
    Ok(params)
}

fn leaf_params(address: IpAddr) -> Result<CertificateParams, rcgen::Error> {
    let mut names = ["localhost", "127.0.0.1", "::1"]
        .map(str::to_owned)
        .to_vec();
    let own = address.to_string();
    if !names.contains(&own) {
        names.push(own);
    }
    let mut params = CertificateParams::new(names)?;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    named(&mut params, "uketsuke sandbox TRAINING");
    Ok(params)
}

/// Training sets its clock where it likes, so the years are wide.
fn named(params: &mut CertificateParams, name: &str) {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
}

/// Readable by nobody else, from the first byte on.
fn write_private(path: &Path, text: &str) -> Result<(), TlsError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(in_file(path))?;
    file.write_all(text.as_bytes()).map_err(in_file(path))?;
    file.sync_all().map_err(in_file(path))
}

fn in_file(path: &Path) -> impl FnOnce(io::Error) -> TlsError {
    let path = path.to_owned();
    move |source| TlsError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leaf_names_the_address_that_is_listened_on() {
        for address in ["192.168.1.10", "127.0.0.2", "127.0.0.1", "2001:db8::10"] {
            let address: IpAddr = address.parse().unwrap();
            let names = leaf_params(address).unwrap().subject_alt_names;
            let own = rcgen::SanType::IpAddress(address);
            let times = names.iter().filter(|name| **name == own).count();
            assert_eq!(times, 1, "{address}: {names:?}");
        }
    }

    #[test]
    fn the_folder_keeps_one_ca_and_its_key_is_for_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let address = "127.0.0.1".parse().unwrap();
        let first = identity(folder.path(), address).unwrap();
        let second = identity(folder.path(), address).unwrap();
        assert_eq!(first.ca_pem, second.ca_pem);
        assert!(!first.ca_pem.contains("PRIVATE"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(KEY)).unwrap().permissions();
            assert_eq!(mode.mode() & 0o777, 0o600);
        }
    }
}
