//! Where an entry stands on its way to the record API: the states, and every step between them in
//! one table.

use std::fmt;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The voucher's number is to follow; nothing to send yet.
    AwaitingNumber,
    /// To be sent.
    Queued,
    /// In a batch whose answer has not arrived.
    Sending,
    /// The server has it, and its receipt is kept.
    Acknowledged,
    /// The server will not take it as it is; a person mends it.
    Rejected,
    /// It contradicts another record; a person decides.
    Conflict,
    /// Replaced or cancelled before any server had it; nothing is left to send.
    Withdrawn,
}

impl State {
    /// All states, in the order of a record's way.
    pub const ALL: [Self; 7] = [
        Self::AwaitingNumber,
        Self::Queued,
        Self::Sending,
        Self::Acknowledged,
        Self::Rejected,
        Self::Conflict,
        Self::Withdrawn,
    ];

    /// The state's name in the database; its CHECKs hold the same list.
    pub fn name(self) -> &'static str {
        match self {
            Self::AwaitingNumber => "awaiting_number",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Acknowledged => "acknowledged",
            Self::Rejected => "rejected",
            Self::Conflict => "conflict",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether a server or a person still has to do something.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Acknowledged | Self::Withdrawn)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What happens to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It goes into a batch.
    Send,
    /// The batch's answer did not arrive; whether the server has the entry is not known.
    Unanswered,
    /// The server has it.
    Acknowledge(Receipt),
    /// The server refused it; why, in the server's words.
    Reject(String),
    /// The server has another record in its place, or the tablet has.
    Contradict(String),
    /// A person looked at it: send it again.
    Requeue,
    /// A later entry takes its place.
    Supersede,
    /// Nothing of it is on the server, and nothing is to be: the server refused the record that
    /// it cancels, or refused it and it was replaced since.
    Moot,
}

/// What the server answered when it took an entry (RECORD_API: the entry's `location`, `etag` and
/// `lastModified`).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Receipt {
    /// Where the server keeps the resource.
    pub location: String,
    /// Its version, for later changes.
    pub etag: String,
    /// When the server took it, as it said so.
    pub last_modified: String,
}

/// Where `event` leads from `state`, for an entry that has been sent `attempts` times; `None`
/// where it leads nowhere.
///
/// Only what no server can have is withdrawn on the tablet alone: an entry once attempted may
/// have arrived although its answer did not.
pub fn transition(state: State, attempts: u32, event: &Event) -> Option<State> {
    use State::{Acknowledged, AwaitingNumber, Conflict, Queued, Rejected, Sending, Withdrawn};
    match (state, event) {
        (Queued, Event::Send) => Some(Sending),
        (Sending, Event::Unanswered) => Some(Queued),
        (Sending, Event::Acknowledge(_)) => Some(Acknowledged),
        (Sending, Event::Reject(_)) => Some(Rejected),
        (Sending, Event::Contradict(_)) => Some(Conflict),
        (Rejected | Conflict, Event::Requeue) => Some(Queued),
        (AwaitingNumber, Event::Supersede) => Some(Withdrawn),
        (Queued, Event::Supersede) if attempts == 0 => Some(Withdrawn),
        // The only attempt is the one that was refused.
        (Rejected | Conflict, Event::Supersede) if attempts <= 1 => Some(Withdrawn),
        (Queued | Sending | Rejected | Conflict, Event::Moot) => Some(Withdrawn),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn receipt() -> Receipt {
        Receipt {
            location: "Immunization/1/_history/1".into(),
            etag: "W/\"1\"".into(),
            last_modified: "2021-11-20T10:15:31+09:00".into(),
        }
    }

    fn events() -> [Event; 8] {
        [
            Event::Send,
            Event::Unanswered,
            Event::Acknowledge(receipt()),
            Event::Reject(String::new()),
            Event::Contradict(String::new()),
            Event::Requeue,
            Event::Supersede,
            Event::Moot,
        ]
    }

    #[test]
    fn a_record_goes_from_queued_over_sending_to_its_receipt() {
        let sent = transition(State::Queued, 0, &Event::Send);
        assert_eq!(sent, Some(State::Sending));
        let done = transition(State::Sending, 1, &Event::Acknowledge(receipt()));
        assert_eq!(done, Some(State::Acknowledged));
    }

    #[test]
    fn nothing_leads_out_of_acknowledged_or_withdrawn() {
        for state in [State::Acknowledged, State::Withdrawn] {
            for event in events() {
                assert_eq!(transition(state, 1, &event), None, "{state} {event:?}");
            }
        }
    }

    #[test]
    fn an_entry_that_a_server_may_have_is_not_withdrawn_on_the_tablet() {
        assert_eq!(
            transition(State::Queued, 0, &Event::Supersede),
            Some(State::Withdrawn)
        );
        assert_eq!(transition(State::Queued, 1, &Event::Supersede), None);
        assert_eq!(transition(State::Sending, 1, &Event::Supersede), None);
        // Refused at last, but an attempt before that stayed unanswered.
        assert_eq!(transition(State::Rejected, 2, &Event::Supersede), None);
        assert_eq!(transition(State::Conflict, 2, &Event::Supersede), None);
    }

    #[test]
    fn names_and_states_are_two_forms_of_one_list() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.name()), Some(state));
        }
        assert_eq!(State::from_name("done"), None);
    }

    proptest! {
        #[test]
        fn a_receipt_is_only_reached_by_an_acknowledgement(
            steps in prop::collection::vec((0usize..8, 0u32..3), 0..30)
        ) {
            let mut state = State::Queued;
            for (index, attempts) in steps {
                let event = &events()[index];
                if let Some(next) = transition(state, attempts, event) {
                    let acknowledged = matches!(event, Event::Acknowledge(_));
                    prop_assert_eq!(next == State::Acknowledged, acknowledged);
                    state = next;
                }
            }
        }
    }
}
