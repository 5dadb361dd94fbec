//! Who sits at the station. Pure: the monotonic time of the run is passed in.
//!
//! ```text
//!            sign in               idle, lock
//!  Empty ──────────────▶ Taken ◀──────────────▶ Locked
//!    ▲                   │   ▲      sign in       │
//!    └────── sign out ───┴───│────────────────────┘
//!                            └─ relief: another signs in, the former is out
//! ```
//!
//! There is one seat, so nobody sits twice and two never sit together. Whatever belongs to the
//! voucher on the desk belongs to who sat there: it is dropped as soon as they are gone.

use std::time::Duration;

use super::operator::SignedIn;
use crate::intake::OperatorId;

/// What happened to the seat; for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatEvent {
    /// Somebody sat down at an empty seat.
    SignedIn(OperatorId),
    /// Who sat there came back.
    Unlocked(OperatorId),
    /// 交代: another took over.
    Relieved {
        /// Who left.
        left: OperatorId,
        /// Who sits there now.
        took_over: OperatorId,
    },
    /// Nobody touched anything for too long.
    LockedIdle(OperatorId),
    /// Who sits there locked it.
    Locked(OperatorId),
    /// Who sat there left.
    SignedOut(OperatorId),
}

/// What has to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Drop everything about the person on the desk: presentation, review, what was typed.
    ResetPersonState,
    /// Nothing is there that would have to go.
    Nothing,
}

/// One step of the seat.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Transition {
    /// What happened.
    pub event: SeatEvent,
    /// What has to be done about it.
    pub effect: Effect,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Empty,
    Taken { who: SignedIn, touched: Duration },
    Locked { operator: OperatorId },
}

/// The station's one seat. A program starts with it empty.
#[derive(Debug)]
pub struct Seat {
    state: State,
    idle: Duration,
}

impl Seat {
    /// An empty seat that locks after `idle` without a touch.
    pub fn new(idle: Duration) -> Self {
        Self {
            state: State::Empty,
            idle,
        }
    }

    /// Who may act; nobody while the seat is locked or should be.
    pub fn operator(&self, now: Duration) -> Option<&OperatorId> {
        self.signed_in(now).map(SignedIn::operator)
    }

    /// That who may act gave their PIN, for [`super::authorise`].
    pub fn signed_in(&self, now: Duration) -> Option<&SignedIn> {
        match &self.state {
            State::Taken { who, touched } if !self.is_idle(*touched, now) => Some(who),
            _ => None,
        }
    }

    /// Who the lock screen names.
    pub fn locked_by(&self) -> Option<&OperatorId> {
        match &self.state {
            State::Locked { operator } => Some(operator),
            _ => None,
        }
    }

    /// Somebody gave the right PIN: sits down, comes back, or takes over.
    pub fn sign_in(&mut self, who: SignedIn, now: Duration) -> Transition {
        let operator = who.operator().clone();
        let taken = State::Taken { who, touched: now };
        let (left, was_open) = match std::mem::replace(&mut self.state, taken) {
            State::Empty => return quiet(SeatEvent::SignedIn(operator)),
            State::Taken { who, .. } => (who.operator().clone(), true),
            State::Locked { operator } => (operator, false),
        };
        if left != operator {
            let took_over = operator;
            return reset(SeatEvent::Relieved { left, took_over });
        }
        let back = SeatEvent::Unlocked(operator);
        // A PIN given again on an open seat may come after any length of absence.
        if was_open { reset(back) } else { quiet(back) }
    }

    /// Somebody touched the screen or put a voucher down. Comes too late after the idle time: then
    /// it locks, as [`Self::tick`] would have.
    pub fn touch(&mut self, now: Duration) -> Option<Transition> {
        let locked = self.tick(now);
        if let State::Taken { touched, .. } = &mut self.state {
            *touched = now;
        }
        locked
    }

    /// Time passed: locks a seat that was left alone.
    pub fn tick(&mut self, now: Duration) -> Option<Transition> {
        match &self.state {
            State::Taken { who, touched } if self.is_idle(*touched, now) => {
                let operator = who.operator().clone();
                Some(self.lock_as(operator, SeatEvent::LockedIdle))
            }
            _ => None,
        }
    }

    /// Who sits there locks it.
    pub fn lock(&mut self) -> Option<Transition> {
        match &self.state {
            State::Taken { who, .. } => {
                let operator = who.operator().clone();
                Some(self.lock_as(operator, SeatEvent::Locked))
            }
            _ => None,
        }
    }

    /// Who sits there leaves.
    pub fn sign_out(&mut self) -> Option<Transition> {
        match std::mem::replace(&mut self.state, State::Empty) {
            State::Empty => None,
            State::Taken { who, .. } => Some(reset(SeatEvent::SignedOut(who.operator().clone()))),
            State::Locked { operator } => Some(quiet(SeatEvent::SignedOut(operator))),
        }
    }

    fn lock_as(&mut self, operator: OperatorId, event: fn(OperatorId) -> SeatEvent) -> Transition {
        self.state = State::Locked {
            operator: operator.clone(),
        };
        reset(event(operator))
    }

    fn is_idle(&self, touched: Duration, now: Duration) -> bool {
        now.saturating_sub(touched) >= self.idle
    }
}

fn reset(event: SeatEvent) -> Transition {
    Transition {
        event,
        effect: Effect::ResetPersonState,
    }
}

fn quiet(event: SeatEvent) -> Transition {
    Transition {
        event,
        effect: Effect::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IDLE: Duration = Duration::from_mins(5);

    fn id(text: &str) -> OperatorId {
        OperatorId::new(text).unwrap()
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn taken_by(who: &str) -> Seat {
        let mut seat = Seat::new(IDLE);
        let sat_down = seat.sign_in(SignedIn::as_if(who), seconds(0));
        assert_eq!(sat_down, quiet(SeatEvent::SignedIn(id(who))));
        seat
    }

    #[test]
    fn a_program_starts_with_nobody_at_the_station() {
        let mut seat = Seat::new(IDLE);
        assert_eq!(seat.operator(seconds(0)), None);
        assert_eq!((seat.lock(), seat.sign_out()), (None, None));
        assert_eq!(seat.tick(seconds(9999)), None);
    }

    #[test]
    fn a_seat_left_alone_locks_and_forgets_the_person_on_the_desk() {
        let mut seat = taken_by("a");
        assert_eq!(seat.tick(seconds(299)), None);
        assert_eq!(
            seat.tick(seconds(300)),
            Some(reset(SeatEvent::LockedIdle(id("a"))))
        );
        assert_eq!(seat.tick(seconds(301)), None);
        assert_eq!(seat.operator(seconds(301)), None);
        assert_eq!(seat.locked_by(), Some(&id("a")));
    }

    #[test]
    fn a_touch_in_time_keeps_the_seat_and_one_too_late_does_not() {
        let mut seat = taken_by("a");
        assert_eq!(seat.touch(seconds(299)), None);
        assert_eq!(seat.operator(seconds(598)), Some(&id("a")));
        assert_eq!(
            seat.touch(seconds(599)),
            Some(reset(SeatEvent::LockedIdle(id("a"))))
        );
        assert_eq!(seat.operator(seconds(599)), None);
    }

    #[test]
    fn nobody_acts_from_an_idle_seat_even_before_it_was_noticed() {
        let seat = taken_by("a");
        assert_eq!(seat.operator(seconds(300)), None);
        assert_eq!(seat.signed_in(seconds(299)), Some(&SignedIn::as_if("a")));
        assert_eq!(seat.signed_in(seconds(300)), None);
    }

    #[test]
    fn on_relief_the_former_is_out_and_the_person_on_the_desk_forgotten() {
        for locked in [false, true] {
            let mut seat = taken_by("a");
            if locked {
                assert!(seat.lock().is_some());
            }
            let relief = seat.sign_in(SignedIn::as_if("b"), seconds(10));
            let (left, took_over) = (id("a"), id("b"));
            assert_eq!(relief, reset(SeatEvent::Relieved { left, took_over }));
            assert_eq!(seat.operator(seconds(10)), Some(&id("b")));
        }
    }

    #[test]
    fn who_comes_back_finds_an_empty_desk() {
        let mut seat = taken_by("a");
        assert_eq!(seat.lock(), Some(reset(SeatEvent::Locked(id("a")))));
        let back = seat.sign_in(SignedIn::as_if("a"), seconds(1000));
        assert_eq!(back, quiet(SeatEvent::Unlocked(id("a"))));
        assert_eq!(seat.operator(seconds(1000)), Some(&id("a")));
    }

    #[test]
    fn signing_out_empties_the_seat_from_wherever_it_was() {
        let mut seat = taken_by("a");
        let out = SeatEvent::SignedOut(id("a"));
        assert_eq!(seat.sign_out(), Some(reset(out.clone())));
        let mut seat = taken_by("a");
        assert!(seat.lock().is_some());
        assert_eq!(seat.sign_out(), Some(quiet(out)));
        assert_eq!((seat.operator(seconds(0)), seat.locked_by()), (None, None));
    }

    proptest! {
        /// Whatever people do, what one of them had on the desk is gone before another may act.
        #[test]
        fn no_person_on_the_desk_is_ever_seen_by_another(
            steps in prop::collection::vec((0u8..6, 0u64..400), 0..40),
        ) {
            let mut seat = Seat::new(IDLE);
            let mut now = Duration::ZERO;
            let mut on_desk: Option<OperatorId> = None;
            for (step, wait) in steps {
                now += seconds(wait);
                let transition = match step {
                    0 => Some(seat.sign_in(SignedIn::as_if("a"), now)),
                    1 => Some(seat.sign_in(SignedIn::as_if("b"), now)),
                    2 => seat.lock(),
                    3 => seat.sign_out(),
                    4 => seat.touch(now),
                    _ => seat.tick(now),
                };
                if transition.is_some_and(|t| t.effect == Effect::ResetPersonState) {
                    on_desk = None;
                }
                if let Some(operator) = seat.operator(now) {
                    prop_assert!(on_desk.is_none() || on_desk.as_ref() == Some(operator));
                    on_desk = Some(operator.clone());
                }
                prop_assert!(seat.locked_by().is_none() || on_desk.is_none());
            }
        }
    }
}
