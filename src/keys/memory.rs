//! Keys that live as long as the program, for tests.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::secret::Secret;
use super::store::{KeyError, KeyName, KeyStore};
use crate::text::Bilingual;

/// A key store in memory. Nothing is kept when it is dropped.
#[derive(Debug, Default)]
pub struct MemoryKeyStore {
    keys: Mutex<HashMap<KeyName, Secret>>,
}

impl MemoryKeyStore {
    /// A map is whole between any two of its operations, so a poisoned one is as good as new.
    fn keys(&self) -> MutexGuard<'_, HashMap<KeyName, Secret>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyStore for MemoryKeyStore {
    fn get(&self, name: KeyName) -> Result<Option<Secret>, KeyError> {
        let copy = |key: &Secret| Secret::from_bytes(key.bytes().to_vec());
        Ok(self.keys().get(&name).map(copy))
    }

    fn set(&self, name: KeyName, secret: &Secret) -> Result<(), KeyError> {
        let copy = Secret::from_bytes(secret.bytes().to_vec());
        self.keys().insert(name, copy);
        Ok(())
    }

    fn delete(&self, name: KeyName) -> Result<(), KeyError> {
        self.keys().remove(&name);
        Ok(())
    }

    fn describe(&self) -> Bilingual {
        Bilingual::new("メモリ（試験用）", "memory (for tests)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::intake::StationId;
    use crate::keys::store::contract;

    impl KeyStore for Arc<MemoryKeyStore> {
        fn get(&self, name: KeyName) -> Result<Option<Secret>, KeyError> {
            self.as_ref().get(name)
        }
        fn set(&self, name: KeyName, secret: &Secret) -> Result<(), KeyError> {
            self.as_ref().set(name, secret)
        }
        fn delete(&self, name: KeyName) -> Result<(), KeyError> {
            self.as_ref().delete(name)
        }
        fn describe(&self) -> Bilingual {
            self.as_ref().describe()
        }
    }

    #[test]
    fn memory_does_what_a_store_must() {
        let stores = Mutex::new(HashMap::<StationId, Arc<MemoryKeyStore>>::new());
        contract(|station| {
            let mut stores = stores.lock().unwrap();
            Arc::clone(stores.entry(station.clone()).or_default())
        });
    }
}
