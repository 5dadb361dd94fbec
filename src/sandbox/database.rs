//! Where the registry is: the sandbox's own folder, or a PostgreSQL that several share.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use thiserror::Error;
use zeroize::Zeroizing;

use super::registry::{Registry, RegistryError};
use super::sqlite::SqliteRegistry;

/// The URL of a PostgreSQL database, with its password. Neither is shown.
///
/// The connection is not encrypted: only `localhost`, a loopback address or a unix socket are
/// connected to ([`RegistryError::RemotePostgres`]).
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Zeroizing<String>);

/// Why a URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DatabaseUrlError {
    /// Another scheme, or none.
    #[error(
        "データベースは postgres://利用者@ホスト/名前 の形で指定してください / the database has to be of the form postgres://user@host/name"
    )]
    NotPostgres,
    /// There is nobody whose password it could be.
    #[error(
        "パスワードを使うには postgres://利用者@… のように利用者を入れてください / to use a password, name the user: postgres://user@…"
    )]
    NoUser,
}

impl DatabaseUrl {
    /// A URL as it is, with a password in it or not.
    ///
    /// # Errors
    /// [`DatabaseUrlError::NotPostgres`].
    pub fn new(url: &str) -> Result<Self, DatabaseUrlError> {
        let known = ["postgres://", "postgresql://"];
        if known.iter().any(|scheme| url.starts_with(scheme)) {
            Ok(Self(Zeroizing::new(url.to_owned())))
        } else {
            Err(DatabaseUrlError::NotPostgres)
        }
    }

    /// Whether a password stands in it, where other processes could see it if it was an argument.
    pub fn has_password(&self) -> bool {
        let in_user = self.user().is_some_and(|user| user.contains(':'));
        let query = self.0.split_once('?').map_or("", |(_, query)| query);
        let in_query = query.split('&').any(|pair| pair.starts_with("password="));
        in_user || in_query
    }

    /// The same with this password, whatever characters it has.
    ///
    /// # Errors
    /// [`DatabaseUrlError::NoUser`].
    pub fn with_password(&self, password: &str) -> Result<Self, DatabaseUrlError> {
        let user = self.user().ok_or(DatabaseUrlError::NoUser)?;
        let (before, rest) = self
            .0
            .split_once(&format!("{user}@"))
            .ok_or(DatabaseUrlError::NoUser)?;
        let mut url = Zeroizing::new(format!("{before}{user}:"));
        for byte in password.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => url.push(char::from(byte)),
                _ => url.push_str(&format!("%{byte:02X}")),
            }
        }
        url.push('@');
        url.push_str(rest);
        Ok(Self(url))
    }

    /// What stands before the `@` of the authority (RFC 3986, section 3.2.1).
    fn user(&self) -> Option<&str> {
        let (_, rest) = self.0.split_once("://")?;
        let authority = rest.split(['/', '?']).next()?;
        authority.rsplit_once('@').map(|(user, _)| user)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(..)")
    }
}

/// Opens the database at `url`, or without one that of `folder`.
pub(super) fn open(
    folder: &Path,
    url: Option<&DatabaseUrl>,
) -> Result<Arc<dyn Registry>, RegistryError> {
    match url {
        None => Ok(Arc::new(SqliteRegistry::open(folder)?)),
        #[cfg(feature = "postgres")]
        Some(url) => {
            let registry = super::postgres::PostgresRegistry::open(&url.0)?;
            Ok(Arc::new(registry))
        }
        #[cfg(not(feature = "postgres"))]
        Some(_) => Err(RegistryError::NoPostgres),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_put_in_whatever_characters_it_has_and_never_shown() {
        let url = DatabaseUrl::new("postgres://clerk@host:5432/records?connect_timeout=3").unwrap();
        assert!(!url.has_password());
        let with = url.with_password("p@ss:w/rd 鍵").unwrap();
        assert!(with.has_password());
        assert!(
            with.0
                .starts_with("postgres://clerk:p%40ss%3Aw%2Frd%20%E9%8D%B5@host:5432/")
        );
        assert_eq!(format!("{with:?}"), "DatabaseUrl(..)");
    }

    #[test]
    fn a_password_in_the_url_is_noticed_wherever_it_stands() {
        for (text, has) in [
            ("postgres://clerk@host/records", false),
            ("postgres://host/records", false),
            ("postgres://clerk:secret@host/records", true),
            ("postgresql://host/records?user=clerk&password=x", true),
        ] {
            assert_eq!(
                DatabaseUrl::new(text).unwrap().has_password(),
                has,
                "{text}"
            );
        }
        assert!(DatabaseUrl::new("mysql://host/records").is_err());
        let nobody = DatabaseUrl::new("postgres://host/records").unwrap();
        assert_eq!(nobody.with_password("x"), Err(DatabaseUrlError::NoUser));
    }
}
