//! What can go wrong inside, and the [`StoreError`] that it becomes. SQLite's own messages can contain paths, so
//! only its codes are passed on.

use super::frame::FrameError;
use crate::error::{StoreError, StoreErrorKind};
use rusqlite::{ErrorCode, ffi};
use thiserror::Error;

/// A failure before it is known what was being done.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// SQLite failed.
    #[error("{}", said(.0))]
    Sql(#[from] rusqlite::Error),
    /// A frame is not what was written.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Something else is not what was written.
    #[error("{0}")]
    Damaged(&'static str),
    /// The file, or one that SQLite must make beside it, may not be written.
    #[error("the file or its folder may not be written")]
    ReadOnly,
    /// The file has a newer format.
    #[error("the file has format {0}")]
    Newer(u32),
    /// The answer to a commit was lost.
    #[error("the commit failed: {0}")]
    Commit(#[source] Box<Failure>),
    /// The thread that should have done it is gone.
    #[error("the store's thread has ended")]
    Gone,
}

/// What SQLite said, without what it was said about.
#[derive(Debug, Error)]
#[error("{0}")]
struct Said(String);

impl Failure {
    pub(super) const fn damaged(what: &'static str) -> Self {
        Self::Damaged(what)
    }

    /// The kind of failure, by what the caller can do about it.
    pub(super) fn kind(&self) -> StoreErrorKind {
        match self {
            Self::Sql(error) => kind_of(error),
            Self::Frame(FrameError::Layout(found)) => {
                StoreErrorKind::NewerFormat { found: (*found).into(), known: super::schema::FORMAT }
            }
            Self::Frame(_) | Self::Damaged(_) => StoreErrorKind::Corrupt,
            Self::Newer(found) => StoreErrorKind::NewerFormat { found: *found, known: super::schema::FORMAT },
            // Once the commit began to write, only these two say for certain that nothing of it will be found.
            Self::Commit(cause) => match cause.kind() {
                kind @ (StoreErrorKind::Busy | StoreErrorKind::Full) => kind,
                _ => StoreErrorKind::Unknown,
            },
            Self::ReadOnly => StoreErrorKind::ReadOnly,
            Self::Gone => StoreErrorKind::Closed,
        }
    }

    /// The error to return. May be called for each of several callers whom one failure hit.
    pub(super) fn during(&self, what: &'static str) -> StoreError {
        StoreError::because(self.kind(), what, Said(self.to_string()))
    }
}

fn kind_of(error: &rusqlite::Error) -> StoreErrorKind {
    let rusqlite::Error::SqliteFailure(error, _) = error else {
        // A column of another type than we wrote, a row that must be there and is not.
        return StoreErrorKind::Corrupt;
    };
    match error.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreErrorKind::Busy,
        ErrorCode::DiskFull => StoreErrorKind::Full,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreErrorKind::ReadOnly,
        ErrorCode::CannotOpen => StoreErrorKind::CannotOpen,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreErrorKind::Corrupt,
        ErrorCode::SystemIoFailure => match error.extended_code {
            // The shared-memory file could not grow.
            ffi::SQLITE_IOERR_SHMSIZE => StoreErrorKind::Full,
            ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS => StoreErrorKind::Corrupt,
            _ => StoreErrorKind::Other,
        },
        // Tables or columns that are not there: the file is some other program's.
        ErrorCode::Unknown if error.extended_code == ffi::SQLITE_ERROR => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Other,
    }
}

fn said(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(error, _) => {
            let text = ffi::code_to_str(error.extended_code);
            format!("SQLite says {text} (code {})", error.extended_code)
        }
        _ => "a row is not of the form that was written".into(),
    }
}
