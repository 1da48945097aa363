//! Cases: what is unresolved, kept open until the customer is satisfied.
//!
//! Open → Answered → Closed. Only evidence of satisfaction closes; silence never does. How events move a case is
//! in [`crate::evaluate`]; here is what a case *is*, and which cases a customer has.

mod book;
mod clocks;
mod reading;
mod state;
mod waits;

pub use crate::waiting::WaitsFor;
pub use book::{CaseBook, CaseIx, CaseStub, MAX_REACHES, MAX_STUBS};
pub use clocks::Instance;
pub use reading::{CaseClocks, ClockReading};
pub use state::{Case, CaseState, Origin};
pub use waits::{MAX_WAITS, Wait};
