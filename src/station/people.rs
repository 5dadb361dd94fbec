//! Who sits at the station: signing in, the idle lock, and what a role allows.
//!
//! A book without operators asks nobody for anything, and so does a station without a screen. Where
//! there are operators, nothing is recorded and nothing is changed while none of them sits there.

use super::command::Command;
use super::core::{Station, words};
use super::event::Event;
use crate::accounts::{
    self, Effect, Operator, OperatorName, Pin, Refusal, Role, Seat, SeatEvent, SignInError,
    SignedIn, Transition, authorise,
};
use crate::clock::Moment;
use crate::desk::{Input, Pending};
use crate::intake::{EntryKind, OperatorId, Session};
use crate::store::{Act, StoreError, Witnessed};
use crate::text::Bilingual;

/// Somebody who may sign in.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Who records name.
    pub id: OperatorId,
    /// What colleagues call them.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
}

/// Who works here, and who sits here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct People {
    /// Who may sign in; nobody where nobody has to.
    pub list: Vec<Person>,
    /// Who may act now.
    pub seated: Option<OperatorId>,
    /// Who the lock screen names.
    pub locked_by: Option<OperatorId>,
    /// Whether a PIN is being checked.
    pub checking: bool,
}

impl People {
    /// Whether somebody has to sign in before anything else.
    pub fn must_sign_in(&self) -> bool {
        !self.list.is_empty() && self.seated.is_none()
    }

    /// Somebody of the list.
    pub fn person(&self, id: &OperatorId) -> Option<&Person> {
        self.list.iter().find(|person| person.id == *id)
    }
}

/// The list, and the one seat.
#[derive(Debug)]
pub(super) struct Attendance {
    list: Vec<Person>,
    seat: Seat,
    /// One PIN at a time: guesses that are checked beside each other would be counted too late.
    checking: bool,
}

/// A PIN that waits to be checked. That takes half a second, so a thread of its own does it.
#[derive(Debug)]
pub(super) struct Attempt {
    operator: Operator,
    pin: Pin,
    now: Moment,
}

/// A PIN that was checked, and told to nobody yet.
#[derive(Debug)]
pub(super) struct Tried {
    operator: Operator,
    outcome: Result<SignedIn, SignInError>,
}

impl Attempt {
    /// Checks it.
    pub(super) fn check(mut self) -> Tried {
        let outcome = self.operator.try_pin(&self.pin, &self.now);
        Tried {
            operator: self.operator,
            outcome,
        }
    }
}

/// What somebody has to be allowed to change a record so.
fn needs_of(change: &Pending) -> accounts::Act {
    match change.entry.kind {
        EntryKind::New => accounts::Act::RecordDose,
        EntryKind::Cancellation(_) if change.is_undo() => accounts::Act::RecordDose,
        EntryKind::Correction(_) => accounts::Act::CorrectRecord,
        EntryKind::Cancellation(_) => accounts::Act::CancelRecord,
    }
}

/// What somebody has to be allowed for a command; `None` for what is open to everybody.
fn needs(command: &Command) -> Option<accounts::Act> {
    use accounts::Act as A;
    match command {
        Command::Desk(input) => Some(match input {
            Input::ConfirmSession(_) | Input::ChangeLot { .. } => A::ConfirmSession,
            Input::Correct { .. } | Input::MoveLotChange { .. } => A::CorrectRecord,
            Input::Cancel { .. } => A::CancelRecord,
            Input::Reviewed(_) => A::ResolveConflict,
            Input::Close | Input::Reopen(_) => A::CloseDay,
            _ => A::RecordDose,
        }),
        Command::SendAgain(_) => Some(A::ResolveConflict),
        Command::Enrol(_) => Some(A::EnrolStation),
        Command::Deliver | Command::SignIn { .. } | Command::SignOut | Command::Touched => None,
    }
}

impl Station<'_> {
    /// Who works here, and who sits here.
    pub fn people(&self) -> People {
        let Some(attendance) = &self.attendance else {
            return People::default();
        };
        People {
            list: attendance.list.clone(),
            seated: self.seated().cloned(),
            locked_by: attendance.seat.locked_by().cloned(),
            checking: attendance.checking,
        }
    }

    /// Takes the operators in; from the first one on, somebody has to sit here.
    pub(super) fn call_the_roll(&mut self) -> Result<(), StoreError> {
        let Some(idle) = self.book.surroundings.idle_lock else {
            return Ok(());
        };
        let operators = self.book.store.operators()?;
        if operators.is_empty() {
            return Ok(());
        }
        let enabled = operators.into_iter().filter(|operator| operator.enabled);
        let list = enabled.map(|operator| Person {
            id: operator.id,
            name: operator.name,
            role: operator.role,
        });
        self.attendance
            .get_or_insert_with(|| Attendance {
                list: Vec::new(),
                seat: Seat::new(idle),
                checking: false,
            })
            .list = list.collect();
        Ok(())
    }

    /// Who may act now.
    pub(super) fn seated(&self) -> Option<&OperatorId> {
        let now = self.clock.now().monotonic;
        self.attendance.as_ref()?.seat.operator(now)
    }

    /// Whether somebody should sit here and nobody does.
    pub(super) fn is_vacant(&self) -> bool {
        self.attendance.is_some() && self.seated().is_none()
    }

    /// What somebody has to be allowed for a command; to hand an entry over again, as for the first
    /// time.
    fn needs(&self, command: &Command) -> Option<accounts::Act> {
        let Command::Desk(Input::Retry(entry)) = command else {
            return needs(command);
        };
        let pending = self.snapshot().pending;
        let change = pending.iter().find(|change| change.entry.id == *entry);
        Some(change.map_or(accounts::Act::RecordDose, needs_of))
    }

    /// Whether who sits here may do this; why not, otherwise.
    pub(super) fn allow(&mut self, command: &Command) -> Result<(), Bilingual> {
        let act = self.needs(command);
        let (Some(attendance), Some(act)) = (&self.attendance, act) else {
            return Ok(());
        };
        let now = self.clock.now();
        let Some(who) = attendance.seat.signed_in(now.monotonic) else {
            return Err(SIGN_IN_FIRST.into());
        };
        let operator = self.book.store.operator(who.operator());
        let Some(mut operator) = operator.map_err(|error| words(&error))? else {
            return Err(UNKNOWN.into());
        };
        let code = match command {
            Command::Enrol(enrolling) => enrolling.authenticator.as_ref(),
            _ => None,
        };
        let code = code.map(|code| code.as_str());
        let allowed = authorise(act, &mut operator, who, code, &now);
        // A code that was taken is not taken again, and wrong ones are counted.
        let tried = match allowed {
            Ok(_) if act.needs_code() => Some(Act::AccountChanged),
            Err(Refusal::Code(_)) => Some(Act::SignInFailed),
            _ => None,
        };
        if let Some(done) = tried {
            let witnessed = Witnessed::new(operator.id.clone(), now);
            let kept = self.book.store.keep_operator(&operator, done, &witnessed);
            kept.map_err(|error| words(&error))?;
        }
        allowed.map(|_| ()).map_err(|refusal| words(&refusal))
    }

    /// Who is written down is who sits here, whatever a screen says.
    pub(super) fn as_seated(&self, input: Input) -> Input {
        match (self.seated().cloned(), input) {
            (Some(operator), Input::ConfirmSession(session)) => Input::ConfirmSession(Session {
                operator,
                ..session
            }),
            (Some(operator), Input::Relieve(_)) => Input::Relieve(operator),
            (_, input) => input,
        }
    }

    /// Somebody gave a PIN; it is to be checked, and the outcome handed to [`Self::tried`].
    pub(super) fn attempt(&mut self, id: &OperatorId, pin: Pin) -> Result<Attempt, Bilingual> {
        let now = self.clock.now();
        let Some(attendance) = &mut self.attendance else {
            return Err(UNKNOWN.into());
        };
        if attendance.checking {
            return Err(ONE_AT_A_TIME.into());
        }
        let operator = self.book.store.operator(id);
        let operator = operator.map_err(|error| words(&error))?.ok_or(UNKNOWN)?;
        attendance.checking = true;
        Ok(Attempt { operator, pin, now })
    }

    /// The PIN could not be checked.
    pub(super) fn not_tried(&mut self) -> Event {
        if let Some(attendance) = &mut self.attendance {
            attendance.checking = false;
        }
        Event::SignInFailed(NO_ROOM.into())
    }

    /// A PIN was checked: what came of it is kept, then told.
    pub(super) fn tried(&mut self, tried: Tried) -> Vec<Event> {
        let Tried { operator, outcome } = tried;
        let Some(attendance) = &mut self.attendance else {
            return Vec::new();
        };
        attendance.checking = false;
        let act = match outcome {
            Ok(_) => Act::SignedIn,
            Err(_) => Act::SignInFailed,
        };
        let witnessed = Witnessed::new(operator.id.clone(), self.clock.now());
        if let Err(error) = self.store().keep_operator(&operator, act, &witnessed) {
            return vec![Event::SignInFailed(words(&error))];
        }
        match outcome {
            Ok(who) => {
                let now = self.clock.now().monotonic;
                self.seat_changed(|seat| Some(seat.sign_in(who, now)))
            }
            Err(error) => vec![Event::SignInFailed(words(&error))],
        }
    }

    /// Who sits here leaves.
    pub(super) fn sign_out(&mut self) -> Vec<Event> {
        self.seat_changed(Seat::sign_out)
    }

    /// Somebody touched the screen, or put a voucher down.
    pub(super) fn touched(&mut self) -> Vec<Event> {
        let now = self.clock.now().monotonic;
        self.seat_changed(|seat| seat.touch(now))
    }

    /// Locks a seat that was left alone.
    pub(super) fn look_after_the_seat(&mut self) -> Vec<Event> {
        let now = self.clock.now().monotonic;
        self.seat_changed(|seat| seat.tick(now))
    }

    /// Changes the seat, and does what follows from that.
    fn seat_changed(&mut self, change: impl FnOnce(&mut Seat) -> Option<Transition>) -> Vec<Event> {
        let attendance = self.attendance.as_mut();
        let Some(transition) = attendance.and_then(|attendance| change(&mut attendance.seat))
        else {
            return Vec::new();
        };
        let mut events = match transition.effect {
            Effect::ResetPersonState => self.tell(Input::ClearTable),
            Effect::Nothing => Vec::new(),
        };
        match transition.event {
            SeatEvent::SignedIn(operator) | SeatEvent::Unlocked(operator) => {
                self.sits_down(operator, &mut events);
            }
            SeatEvent::Relieved { left, took_over } => {
                self.left(&left, &mut events);
                self.sits_down(took_over, &mut events);
            }
            SeatEvent::LockedIdle(operator) | SeatEvent::Locked(operator) => {
                self.left(&operator, &mut events);
                events.push(Event::Locked(operator));
            }
            SeatEvent::SignedOut(operator) => {
                self.left(&operator, &mut events);
                events.push(Event::SignedOut(operator));
            }
        }
        let roll = self.call_the_roll();
        self.told(roll, &mut events);
        events
    }

    /// From the next record on this person is written down.
    fn sits_down(&mut self, operator: OperatorId, events: &mut Vec<Event>) {
        let session = self.confirmed_session();
        if session.is_some_and(|session| session.operator != operator) {
            events.extend(self.tell(Input::Relieve(operator.clone())));
        }
        events.push(Event::SignedIn(operator));
    }

    fn left(&mut self, operator: &OperatorId, events: &mut Vec<Event>) {
        let witnessed = Witnessed::new(operator.clone(), self.clock.now());
        let act = Act::SignedOut;
        let written = self.store().witness(act, operator.as_str(), &witnessed);
        self.told(written, events);
    }
}

/// Words with their remedy: Japanese, English.
struct Sentence(&'static str, &'static str);

impl From<Sentence> for Bilingual {
    fn from(Sentence(ja, en): Sentence) -> Self {
        Self::new(ja, en)
    }
}

const SIGN_IN_FIRST: Sentence = Sentence("先にサインインしてください", "sign in first");

const UNKNOWN: Sentence = Sentence(
    "この職員は登録されていません。一覧から選んでください",
    "this operator has no account: choose from the list",
);

const ONE_AT_A_TIME: Sentence = Sentence(
    "PIN を確かめています。終わってから入れてください",
    "a PIN is being checked: type yours when that is done",
);

const NO_ROOM: Sentence = Sentence(
    "PIN を確かめられません。ほかのプログラムを閉じてください",
    "the PIN cannot be checked: close other programs",
);

#[cfg(test)]
mod tests;
