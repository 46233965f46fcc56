//! What PostgreSQL says, in words that are acted on. Of an error only its code is kept: its text may quote a value.

use daiban_core::store::StoreError;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

/// What a [`StoreError::Backend`] of this store holds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No connection to be had, or it broke off.
    #[error("the database server cannot be reached")]
    Unreachable,
    /// The connection broke off while the last write was on its way, and the server did not come back to be asked.
    #[error("the database server broke off; whether the last write landed is not known")]
    Unknown,
    /// The name or the password is wrong, or the role lacks a right.
    #[error("the database lets this role not in (PostgreSQL {0})")]
    NotAllowed(String),
    /// There is no such database.
    #[error("there is no such database")]
    NoDatabase,
    /// Only a database in UTF-8 holds every character of a name.
    #[error("the database is not in UTF-8")]
    NotUtf8,
    /// The server only reads at present: it is a replica.
    #[error("the database server only reads")]
    ReadOnly,
    /// A number is larger than the database takes.
    #[error("a number is too large for the database")]
    TooLarge,
    /// Any other error, by its code.
    #[error("PostgreSQL {0}")]
    Code(String),
    /// Something else between the program and the server.
    #[error("the database's answer does not read")]
    Shape,
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        Self::Backend(Box::new(trouble))
    }
}

/// What came of a try; each case is gone on from differently.
#[derive(Debug)]
pub(super) enum Fault {
    /// The line broke off. Nothing landed, unless the commit was on its way: see `line.rs`.
    Lost(StoreError),
    /// Rolled back by the server for the sake of another transaction: the same again may well go through.
    Again(StoreError),
    /// The line broke off while the commit was on its way.
    InDoubt,
    /// The lane has this batch already: an earlier try landed.
    Landed,
    /// Answered, and no other answer is to be expected.
    Refused(StoreError),
}

impl From<StoreError> for Fault {
    fn from(fault: StoreError) -> Self {
        Self::Refused(fault)
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        Self::Refused(trouble.into())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error.as_db_error() {
            Some(told) => told_by_server(told),
            None if error.is_closed() || is_of_the_line(&error) => Self::Lost(Trouble::Unreachable.into()),
            None => Self::Refused(Trouble::Shape.into()),
        }
    }
}

fn is_of_the_line(error: &Error) -> bool {
    use std::error::Error as _;
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}

fn told_by_server(told: &DbError) -> Fault {
    let code = told.code();
    if *code == SqlState::NOT_NULL_VIOLATION && told.table() == Some("lane") {
        return Fault::Landed;
    }
    let named = named(code);
    let ends_the_line = matches!(told.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
    if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) {
        Fault::Again(named)
    } else if is_away(code) {
        Fault::Lost(if *code == SqlState::TOO_MANY_CONNECTIONS {
            StoreError::Busy
        } else {
            Trouble::Unreachable.into()
        })
    } else if ends_the_line && !is_for_the_operator(code) {
        Fault::Lost(named)
    } else {
        Fault::Refused(named)
    }
}

/// The server stops, starts or has no room for another connection.
fn is_away(code: &SqlState) -> bool {
    let away = [
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::TOO_MANY_CONNECTIONS,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ];
    away.contains(code) || code.code().starts_with("08")
}

/// What only a person mends; coming again does not help.
fn is_for_the_operator(code: &SqlState) -> bool {
    code.code().starts_with("28")
        || *code == SqlState::INVALID_CATALOG_NAME
        || *code == SqlState::INSUFFICIENT_PRIVILEGE
}

fn named(code: &SqlState) -> StoreError {
    match code.code() {
        // deadlock, serialization, a lock or an answer waited for too long, too much asked of the server's memory
        "40001" | "40P01" | "55P03" | "57014" | "53200" | "53300" => StoreError::Busy,
        "53100" => StoreError::Full,
        "23505" => StoreError::Clash,
        "XX001" | "XX002" => StoreError::Damaged { what: "file" },
        other if other.starts_with("23") => StoreError::Damaged { what: "reference" },
        other if other.starts_with("28") || other == "42501" => Trouble::NotAllowed(other.to_owned()).into(),
        "3D000" => Trouble::NoDatabase.into(),
        "25006" => Trouble::ReadOnly.into(),
        other => Trouble::Code(other.to_owned()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_what_a_caller_acts_on() {
        for code in ["40001", "40P01", "55P03", "57014"] {
            assert!(matches!(named(&SqlState::from_code(code)), StoreError::Busy), "{code}: come again");
        }
        assert!(matches!(named(&SqlState::DISK_FULL), StoreError::Full), "nothing was written");
        assert!(matches!(named(&SqlState::UNIQUE_VIOLATION), StoreError::Clash), "a place is taken");
        assert!(matches!(named(&SqlState::DATA_CORRUPTED), StoreError::Damaged { .. }), "left as it is");
        let StoreError::Backend(told) = named(&SqlState::INVALID_PASSWORD) else { panic!("an operator's matter") };
        assert_eq!(told.downcast_ref(), Some(&Trouble::NotAllowed("28P01".into())), "by its code alone");
    }
}
