//! What SQLite says, in words the screen acts on.

use rusqlite::{ErrorCode, ffi};

use crate::store::StoreError;

/// What is damaged when a page is not what it should be.
pub(super) const FILE: &str = "file";

impl From<rusqlite::Error> for StoreError {
    fn from(fault: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        match &fault {
            E::SqliteFailure(code, _) => named(code).unwrap_or_else(|| Self::Backend(Box::new(fault))),
            // A column holds what this program never writes.
            E::FromSqlConversionFailure(..) | E::IntegralValueOutOfRange(..) | E::InvalidColumnType(..) => {
                Self::Damaged { what: "column" }
            }
            _ => Self::Backend(Box::new(fault)),
        }
    }
}

fn named(code: &ffi::Error) -> Option<StoreError> {
    let unique = [ffi::SQLITE_CONSTRAINT_UNIQUE, ffi::SQLITE_CONSTRAINT_PRIMARYKEY, ffi::SQLITE_CONSTRAINT_ROWID];
    let damaged = [ffi::SQLITE_IOERR_DATA, ffi::SQLITE_IOERR_CORRUPTFS];
    Some(match code.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy,
        ErrorCode::DiskFull => StoreError::Full,
        // The shared index of the log cannot grow: the same full disk, told by another call.
        ErrorCode::SystemIoFailure if code.extended_code == ffi::SQLITE_IOERR_SHMSIZE => StoreError::Full,
        ErrorCode::SystemIoFailure if damaged.contains(&code.extended_code) => StoreError::Damaged { what: FILE },
        ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => StoreError::Damaged { what: FILE },
        ErrorCode::ConstraintViolation if unique.contains(&code.extended_code) => StoreError::Clash,
        ErrorCode::ConstraintViolation => StoreError::Damaged { what: "reference" },
        _ => return None,
    })
}

/// Whether the file was opened for reading only, because nobody could write to it at that moment.
pub(super) fn is_read_only(fault: &(dyn std::error::Error + 'static)) -> bool {
    let fault = fault.downcast_ref::<rusqlite::Error>();
    fault.and_then(rusqlite::Error::sqlite_error_code) == Some(ErrorCode::ReadOnly)
}
