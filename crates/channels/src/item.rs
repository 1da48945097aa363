//! What every reader yields.

use throughline_core::event::NewEvent;
use throughline_core::ids::ProfileId;
use throughline_core::time::Micros;

/// One event of a log, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct LogItem {
    /// The profile in whose stream it belongs.
    pub profile: ProfileId,
    /// What happened.
    pub event: NewEvent,
    /// When the log's writer learnt it, if the log says so.
    pub recorded_at: Option<Micros>,
}
