//! What the database did, or did not do, without the sandbox knowing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::registry::{Registry, RegistryError, Work};
use super::super::samples::{given, post};
use super::Room;
use crate::keys::DeviceKey;

/// A database whose connection breaks at every commit, which is made all the same: whatever is
/// done is done anew.
struct Twice(Arc<dyn Registry>);

impl Registry for Twice {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), RegistryError> {
        self.0.transact(work)?;
        self.0.transact(work)
    }
}

/// A database that does so many transactions and then no more.
struct Failing {
    registry: Arc<dyn Registry>,
    left: Arc<AtomicUsize>,
}

impl Registry for Failing {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), RegistryError> {
        let one_less = |left: usize| left.checked_sub(1);
        let left = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
        left.map_err(|_| RegistryError::Contended)?;
        self.registry.transact(work)
    }
}

#[test]
fn what_is_done_anew_after_an_unclear_commit_enrols_and_lets_in_as_if_it_was_done_once() {
    let codes = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&codes);
    let room = Room::on(
        |registry| Arc::new(Twice(registry)),
        |settings| {
            settings.on_code = Some(Arc::new(move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
            }));
        },
    );
    let station = room.station();
    assert_eq!(codes.load(Ordering::SeqCst), 1, "the next code is due once");
    let assertion = station.assertion(&room, |_| {});
    let granted = room.ask_token(&assertion);
    assert_eq!(granted.status, 200, "{}", granted.body);
    assert_eq!(room.ask_token(&assertion).status, 401, "used before");
    let token = granted.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(room.batch(&token, &[post(given(1, 1))]).status, 200);
}

#[test]
fn whoever_was_enrolled_is_told_so_when_the_next_code_cannot_be_made_which_then_comes_later() {
    let (codes, left) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(1)));
    let (counted, limit) = (Arc::clone(&codes), Arc::clone(&left));
    let room = Room::on(
        |registry| {
            let left = limit;
            Arc::new(Failing { registry, left })
        },
        |settings| {
            settings.on_code = Some(Arc::new(move |_| {
                counted.fetch_add(1, Ordering::SeqCst);
            }));
        },
    );
    let code = room.running.next_code().unwrap();
    let key = DeviceKey::generate().unwrap();
    left.store(1, Ordering::SeqCst);
    assert_eq!(room.enrol(&key, &code).status, 201);
    assert_eq!(codes.load(Ordering::SeqCst), 0);
    left.store(usize::MAX, Ordering::SeqCst);
    assert_eq!(room.enrol(&key, &code).status, 200);
    assert_eq!(codes.load(Ordering::SeqCst), 1);
}
