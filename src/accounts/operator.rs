//! People: signing in, and being allowed to.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use super::lockout::Tries;
use super::pin::{Pin, PinHash, PinHashError};
use super::role::{Act, Role};
use super::totp::{Totp, TotpError};
use crate::clock::Moment;
use crate::intake::{FieldError, OperatorId};

/// What colleagues call somebody; shown on the screen, part of no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorName(String);

impl OperatorName {
    /// The most characters it may have.
    pub const LIMIT: usize = 20;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OperatorName {
    type Err = FieldError;

    fn from_str(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        let found = text.chars().count();
        if text.is_empty() {
            Err(FieldError::Empty)
        } else if text.chars().any(char::is_control) {
            Err(FieldError::Control)
        } else if found > Self::LIMIT {
            let limit = Self::LIMIT;
            Err(FieldError::TooLong { found, limit })
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl fmt::Display for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Somebody who works at the station: one person, never shared.
#[derive(Debug)]
pub struct Operator {
    /// The id that administrators gave; the one that records carry.
    pub id: OperatorId,
    /// What the screen shows.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// Their PIN, as it is kept.
    pub pin_hash: PinHash,
    /// Wrong PINs so far.
    pub tries: Tries,
    /// Their authenticator, if they have one.
    pub totp: Option<Totp>,
    /// Whether they still work here. Nobody is deleted: records and audit name them.
    pub enabled: bool,
}

/// That somebody gave the right PIN just now; opens a [`super::Seat`], and is what [`authorise`]
/// asks for.
#[derive(Debug, PartialEq, Eq)]
pub struct SignedIn {
    operator: OperatorId,
}

impl SignedIn {
    /// Who.
    pub fn operator(&self) -> &OperatorId {
        &self.operator
    }

    #[cfg(test)]
    pub(super) fn as_if(id: &str) -> Self {
        Self {
            operator: OperatorId::new(id).unwrap(),
        }
    }
}

/// Why somebody could not sign in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignInError {
    /// The account was disabled.
    #[error(
        "この職員は使えません。管理者に有効にしてもらってください / this operator is disabled: ask an administrator"
    )]
    Disabled,
    /// Too many wrong PINs.
    #[error(
        "PIN の間違いが続きました。{seconds} 秒待つか、管理者に PIN を設定し直してもらってください / too many wrong PINs: wait {seconds} s, or have an administrator set a new PIN",
        seconds = .wait.as_secs().max(1)
    )]
    Locked {
        /// How much longer.
        wait: Duration,
    },
    /// Not the PIN.
    #[error(
        "PIN が違います。あと {left} 回で待ち時間が入ります / wrong PIN: {left} more and you have to wait"
    )]
    WrongPin {
        /// Wrong tries before the first lock.
        left: u32,
    },
    /// Could not be found out; does not count as a try.
    #[error(transparent)]
    Unknown(#[from] PinHashError),
}

impl Operator {
    /// Whether `pin` is theirs. Save the operator before telling the outcome.
    ///
    /// # Errors
    /// While locked, or disabled, the PIN is not looked at.
    pub fn try_pin(&mut self, pin: &Pin, now: &Moment) -> Result<SignedIn, SignInError> {
        if !self.enabled {
            return Err(SignInError::Disabled);
        }
        if let Some(wait) = self.tries.wait(now) {
            return Err(SignInError::Locked { wait });
        }
        if self.pin_hash.verify(pin)? {
            self.tries.right();
            let operator = self.id.clone();
            return Ok(SignedIn { operator });
        }
        self.tries.wrong(now);
        Err(match self.tries.wait(now) {
            Some(wait) => SignInError::Locked { wait },
            None => SignInError::WrongPin {
                left: self.tries.left(),
            },
        })
    }

    /// Gives them a new PIN, and with it new tries.
    pub fn set_pin(&mut self, pin_hash: PinHash) {
        self.pin_hash = pin_hash;
        self.tries.right();
    }
}

/// That `operator` may do `act`, once, now. What needs permission asks for this value.
#[derive(Debug, PartialEq, Eq)]
pub struct Authorised {
    act: Act,
    operator: OperatorId,
}

impl Authorised {
    /// What.
    pub fn act(&self) -> Act {
        self.act
    }

    /// Who.
    pub fn operator(&self) -> &OperatorId {
        &self.operator
    }
}

/// Why an act was refused.
#[derive(Debug, Error)]
pub enum Refusal {
    /// It was somebody else who gave the PIN.
    #[error(
        "別の職員でサインインしています。本人の PIN でサインインしてください / somebody else is signed in: sign in with the operator's own PIN"
    )]
    NotSignedIn,
    /// The account was disabled.
    #[error(
        "この職員は使えません。管理者に有効にしてもらってください / this operator is disabled: ask an administrator"
    )]
    Disabled,
    /// The role is too small.
    #[error(
        "{}の権限が要ります。その役割の人に頼んでください / this takes the role {}: ask somebody who has it",
        .needs.describe().in_language(crate::text::Language::Japanese),
        .needs.describe().in_language(crate::text::Language::English)
    )]
    Role {
        /// The least role that may.
        needs: Role,
    },
    /// No authenticator.
    #[error(
        "認証アプリが登録されていません。別の管理者に登録してもらってください / no authenticator is registered: have another administrator register one"
    )]
    NoAuthenticator,
    /// No code was given.
    #[error(
        "認証アプリの6桁のコードを入れてください / enter the six-digit code from the authenticator"
    )]
    CodeMissing,
    /// The code was not taken.
    #[error(transparent)]
    Code(#[from] TotpError),
}

/// Whether `operator` may do `act` now; `signed_in` is theirs, from [`Operator::try_pin`] or from
/// the [`super::Seat`]. Save the operator before telling the outcome: a code that was taken is not
/// taken again.
///
/// # Errors
/// [`Refusal`].
pub fn authorise(
    act: Act,
    operator: &mut Operator,
    signed_in: &SignedIn,
    code: Option<&str>,
    now: &Moment,
) -> Result<Authorised, Refusal> {
    if signed_in.operator != operator.id {
        return Err(Refusal::NotSignedIn);
    }
    if !operator.enabled {
        return Err(Refusal::Disabled);
    }
    if !operator.role.may(act) {
        let needs = act.least_role();
        return Err(Refusal::Role { needs });
    }
    if act.needs_code() {
        let totp = operator.totp.as_mut().ok_or(Refusal::NoAuthenticator)?;
        totp.check(code.ok_or(Refusal::CodeMissing)?, now)?;
    }
    Ok(Authorised {
        act,
        operator: operator.id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Cost;
    use crate::clock::RunId;
    use jiff::Timestamp;

    const RIGHT: &str = "729416";

    fn pin(text: &str) -> Pin {
        Pin::typed(text).unwrap()
    }

    fn hash(text: &str) -> PinHash {
        let pin = Pin::chosen(text, &OperatorId::new("clerk-01").unwrap()).unwrap();
        PinHash::new(&pin, Cost::CHEAP).unwrap()
    }

    /// What [`authorise`] says to `operator`, who is signed in.
    fn ask(act: Act, operator: &mut Operator, code: Option<&str>) -> Result<Authorised, Refusal> {
        authorise(act, operator, &SignedIn::as_if("clerk-01"), code, &at(0))
    }

    fn operator(role: Role) -> Operator {
        Operator {
            id: OperatorId::new("clerk-01").unwrap(),
            name: "山田".parse().unwrap(),
            role,
            pin_hash: hash(RIGHT),
            tries: Tries::default(),
            totp: None,
            enabled: true,
        }
    }

    fn administrator() -> Operator {
        Operator {
            totp: Some(Totp::of_the_rfc()),
            ..operator(Role::Administrator)
        }
    }

    /// RFC 6238's code of second 59 is 287082.
    fn at(seconds: u64) -> Moment {
        Moment {
            wall: Timestamp::from_second(59).unwrap(),
            monotonic: Duration::from_secs(seconds),
            run: RunId(1),
        }
    }

    #[test]
    fn the_right_pin_signs_in_and_names_who() {
        let signed_in = operator(Role::Staff).try_pin(&pin(RIGHT), &at(0)).unwrap();
        assert_eq!(signed_in.operator().as_str(), "clerk-01");
    }

    #[test]
    fn the_fifth_wrong_pin_locks_and_then_the_right_one_does_not_help() {
        let mut operator = operator(Role::Staff);
        for left in (1..5).rev() {
            let error = operator.try_pin(&pin("729417"), &at(0)).unwrap_err();
            assert_eq!(error, SignInError::WrongPin { left });
        }
        let wait = Duration::from_secs(30);
        for text in ["729417", RIGHT] {
            let error = operator.try_pin(&pin(text), &at(0)).unwrap_err();
            assert_eq!(error, SignInError::Locked { wait });
        }
        assert_eq!(operator.tries.failed, 5);
        assert!(operator.try_pin(&pin(RIGHT), &at(30)).is_ok());
        assert_eq!(operator.tries, Tries::default());
    }

    #[test]
    fn a_new_pin_lifts_the_lock() {
        let mut operator = operator(Role::Staff);
        for _ in 0..5 {
            let _wrong = operator.try_pin(&pin("729417"), &at(0));
        }
        operator.set_pin(hash("583017"));
        assert!(operator.try_pin(&pin(RIGHT), &at(0)).is_err());
        assert!(operator.try_pin(&pin("583017"), &at(0)).is_ok());
    }

    #[test]
    fn a_hash_that_cannot_be_checked_costs_no_try() {
        let mut operator = operator(Role::Staff);
        // A version of Argon2 that never was.
        let text = operator.pin_hash.as_str().replace("v=19", "v=18");
        operator.pin_hash = PinHash::parse(&text).unwrap();
        let error = operator.try_pin(&pin(RIGHT), &at(0)).unwrap_err();
        assert!(matches!(error, SignInError::Unknown(_)), "{error}");
        assert_eq!(operator.tries.failed, 0);
    }

    #[test]
    fn who_is_disabled_neither_signs_in_nor_acts() {
        let mut operator = operator(Role::Staff);
        operator.enabled = false;
        let error = operator.try_pin(&pin(RIGHT), &at(0)).unwrap_err();
        assert_eq!(error, SignInError::Disabled);
        let refusal = ask(Act::RecordDose, &mut operator, None).unwrap_err();
        assert!(matches!(refusal, Refusal::Disabled));
    }

    #[test]
    fn staff_record_and_are_told_whose_role_a_correction_takes() {
        let mut staff = operator(Role::Staff);
        let allowed = ask(Act::RecordDose, &mut staff, None).unwrap();
        assert_eq!(allowed.act(), Act::RecordDose);
        assert_eq!(allowed.operator().as_str(), "clerk-01");
        let refusal = ask(Act::CorrectRecord, &mut staff, None).unwrap_err();
        assert!(refusal.to_string().contains("事務担当"), "{refusal}");
    }

    #[test]
    fn nobody_acts_on_the_sign_in_of_another() {
        let mut admin = administrator();
        let other = SignedIn::as_if("clerk-02");
        let (act, code) = (Act::ManageOperators, Some("287082"));
        let refusal = authorise(act, &mut admin, &other, code, &at(0)).unwrap_err();
        assert!(matches!(refusal, Refusal::NotSignedIn), "{refusal}");
        let own = admin.try_pin(&pin(RIGHT), &at(0)).unwrap();
        assert!(authorise(act, &mut admin, &own, code, &at(0)).is_ok());
    }

    #[test]
    fn an_administrators_act_takes_a_code_each_time() {
        let mut admin = administrator();
        let act = Act::ManageOperators;
        let missing = ask(act, &mut admin, None).unwrap_err();
        assert!(matches!(missing, Refusal::CodeMissing));
        let wrong = ask(act, &mut admin, Some("287083")).unwrap_err();
        assert!(matches!(wrong, Refusal::Code(TotpError::Wrong)));
        assert!(ask(act, &mut admin, Some("287082")).is_ok());
        let again = ask(act, &mut admin, Some("287082")).unwrap_err();
        assert!(matches!(again, Refusal::Code(TotpError::Used)));
    }

    #[test]
    fn a_right_pin_does_not_clear_wrong_codes() {
        let mut admin = administrator();
        for _ in 0..4 {
            let _wrong = ask(Act::Recover, &mut admin, Some("000000"));
        }
        admin.try_pin(&pin(RIGHT), &at(0)).unwrap();
        let _wrong = ask(Act::Recover, &mut admin, Some("000000"));
        let locked = ask(Act::Recover, &mut admin, Some("287082")).unwrap_err();
        assert!(matches!(locked, Refusal::Code(TotpError::Locked { .. })));
    }

    #[test]
    fn an_administrator_without_an_authenticator_is_sent_to_another() {
        let mut admin = operator(Role::Administrator);
        let refusal = ask(Act::Recover, &mut admin, Some("287082")).unwrap_err();
        assert!(matches!(refusal, Refusal::NoAuthenticator));
        assert!(ask(Act::CloseDay, &mut admin, None).is_ok());
    }

    #[test]
    fn names_fit_the_screen() {
        assert_eq!(" 山田 ".parse::<OperatorName>().unwrap().as_str(), "山田");
        assert_eq!("　".parse::<OperatorName>(), Err(FieldError::Empty));
        assert!("山".repeat(21).parse::<OperatorName>().is_err());
        assert!("山\n田".parse::<OperatorName>().is_err());
    }
}
