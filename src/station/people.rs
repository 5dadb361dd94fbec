//! Who works at the station: signing in with a PIN, and taking over.

use super::core::{Station, words};
use super::event::Event;
use crate::accounts::{Operator, OperatorName, Pin, Role};
use crate::desk::Input;
use crate::intake::OperatorId;
use crate::store::{Act, StoreError, Witnessed};
use crate::text::Bilingual;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id that records carry.
    pub id: OperatorId,
    /// What colleagues call them.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
}

impl Station<'_> {
    /// Everybody who has an account that is in use.
    ///
    /// # Errors
    /// [`StoreError`] when the book cannot be read.
    pub fn people(&mut self) -> Result<Vec<Person>, StoreError> {
        let known = self.store().operators()?;
        let in_use = known.into_iter().filter(|operator| operator.enabled);
        let person = |operator: Operator| Person {
            id: operator.id,
            name: operator.name,
            role: operator.role,
        };
        Ok(in_use.map(person).collect())
    }

    /// Signs somebody in, and lets them take the desk over where a session is confirmed. The
    /// account is kept as it is then before anything is told, so that wrong tries count. Checking
    /// a PIN takes about half a second, in which frames are dropped.
    pub fn sign_in(&mut self, id: &OperatorId, typed: &str) -> Vec<Event> {
        match self.try_pin(id, typed) {
            Err(why) => vec![Event::SignInFailed(why)],
            Ok(()) => {
                let mut events = vec![Event::SignedIn(id.clone())];
                let sits = self.session_operator();
                if sits.is_some_and(|sits| sits != *id) {
                    events.extend(self.tell(Input::ClearTable));
                    events.extend(self.tell(Input::Relieve(id.clone())));
                }
                events
            }
        }
    }

    fn try_pin(&mut self, id: &OperatorId, typed: &str) -> Result<(), Bilingual> {
        let pin = Pin::typed(typed).map_err(|error| words(&error))?;
        let known = self.store().operator(id).map_err(|error| words(&error))?;
        let mut operator = known.ok_or_else(unknown)?;
        let now = self.now();
        let outcome = operator.try_pin(&pin, &now);
        let act = match outcome {
            Ok(_) => Act::SignedIn,
            Err(_) => Act::SignInFailed,
        };
        let witnessed = Witnessed::new(id.clone(), now);
        let kept = self.store().keep_operator(&operator, act, &witnessed);
        kept.map_err(|error| words(&error))?;
        outcome.map(|_| ()).map_err(|error| words(&error))
    }
}

fn unknown() -> Bilingual {
    Bilingual::new(
        "登録されていない担当者です。一覧から選び直してください",
        "there is no such operator: choose from the list again",
    )
}
