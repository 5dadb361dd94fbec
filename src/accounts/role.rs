//! Roles, acts, and the one table that joins them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::text::Bilingual;

/// What somebody is at the station. Each role may do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 受付係: reads vouchers and records doses.
    Staff,
    /// 事務担当: looks after the records.
    Clerk,
    /// 管理者: looks after people, configuration and data as a whole.
    Administrator,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Staff, Self::Clerk, Self::Administrator];

    /// The role as files and the database write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Clerk => "clerk",
            Self::Administrator => "administrator",
        }
    }

    /// The role in words.
    pub fn describe(self) -> Bilingual {
        match self {
            Self::Staff => Bilingual::new("受付係", "staff"),
            Self::Clerk => Bilingual::new("事務担当", "clerk"),
            Self::Administrator => Bilingual::new("管理者", "administrator"),
        }
    }

    /// Whether somebody in this role may do `act`.
    pub fn may(self, act: Act) -> bool {
        self >= act.rule().0
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// No such role.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "役割「{0}」はありません。staff、clerk、administrator から選んでください / there is no role {0:?}: choose staff, clerk or administrator"
)]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let named = |role: &Self| role.as_str() == text;
        Self::ALL
            .into_iter()
            .find(named)
            .ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

/// What can be done at the station and is not open to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// Confirm date, venue, doctor, product and lot of a session.
    ConfirmSession,
    /// Record a dose or a consultation, or take the last one back before it is sent.
    RecordDose,
    /// See records that are not on the desk.
    LookUpRecords,
    /// Change a record that was made.
    CorrectRecord,
    /// Say that a record should not exist.
    CancelRecord,
    /// Decide between two records of the same dose.
    ResolveConflict,
    /// Close the day; crops of vouchers go.
    CloseDay,
    /// Take records out in a file.
    ExportRecords,
    /// Bring records in from a file.
    ImportRecords,
    /// Add and disable operators, set their PINs and roles.
    ManageOperators,
    /// Change settings, venues, products, lots.
    ChangeConfiguration,
    /// Register the station with a server.
    EnrolStation,
    /// Restore records or keys with the recovery key.
    Recover,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 13] = [
        Self::ConfirmSession,
        Self::RecordDose,
        Self::LookUpRecords,
        Self::CorrectRecord,
        Self::CancelRecord,
        Self::ResolveConflict,
        Self::CloseDay,
        Self::ExportRecords,
        Self::ImportRecords,
        Self::ManageOperators,
        Self::ChangeConfiguration,
        Self::EnrolStation,
        Self::Recover,
    ];

    /// The table: the act as the audit writes it, the least role that may, and whether a code
    /// from an authenticator is asked for (of everything that an administrator alone may do).
    fn rule(self) -> (Role, bool, &'static str) {
        use Role::{Administrator, Clerk, Staff};

        match self {
            Self::ConfirmSession => (Staff, false, "confirm-session"),
            Self::RecordDose => (Staff, false, "record-dose"),
            Self::LookUpRecords => (Clerk, false, "look-up-records"),
            Self::CorrectRecord => (Clerk, false, "correct-record"),
            Self::CancelRecord => (Clerk, false, "cancel-record"),
            Self::ResolveConflict => (Clerk, false, "resolve-conflict"),
            Self::CloseDay => (Clerk, false, "close-day"),
            Self::ExportRecords => (Administrator, true, "export-records"),
            Self::ImportRecords => (Administrator, true, "import-records"),
            Self::ManageOperators => (Administrator, true, "manage-operators"),
            Self::ChangeConfiguration => (Administrator, true, "change-configuration"),
            Self::EnrolStation => (Administrator, true, "enrol-station"),
            Self::Recover => (Administrator, true, "recover"),
        }
    }

    /// The least role that may.
    pub fn least_role(self) -> Role {
        self.rule().0
    }

    /// Whether a code from an authenticator is asked for.
    pub fn needs_code(self) -> bool {
        self.rule().1
    }

    /// The act as the audit writes it.
    pub fn as_str(self) -> &'static str {
        self.rule().2
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn everything_only_an_administrator_may_needs_a_code_and_nothing_else_does() {
        for act in Act::ALL {
            let only = act.least_role() == Role::Administrator;
            assert_eq!(act.needs_code(), only, "{act}");
        }
    }

    #[test]
    fn staff_record_and_do_nothing_to_what_is_recorded() {
        let may: Vec<_> = Act::ALL
            .into_iter()
            .filter(|a| Role::Staff.may(*a))
            .collect();
        assert_eq!(may, [Act::ConfirmSession, Act::RecordDose]);
    }

    #[test]
    fn a_clerk_can_neither_take_data_out_nor_make_operators() {
        for act in [Act::ExportRecords, Act::ManageOperators, Act::Recover] {
            assert!(!Role::Clerk.may(act), "{act}");
            assert!(Role::Administrator.may(act), "{act}");
        }
        assert!(Role::Clerk.may(Act::CorrectRecord));
    }

    #[test]
    fn roles_and_acts_have_names_of_their_own() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("root".parse::<Role>().is_err());
        let names: HashSet<_> = Act::ALL.map(Act::as_str).into_iter().collect();
        assert_eq!(names.len(), Act::ALL.len());
    }
}
