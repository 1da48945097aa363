//! The contact guard: may we make contact for a purpose, now, and if not, why not.
//!
//! A [`Journey`](crate::journey::Journey), the rulebook in force and an instant flow in, a [`Permission`] comes out: yes,
//! or no with *every* reason, each with its evidence. It is asked before a contact ([`may_contact`]), and the evaluation
//! asks it again when one has begun, so that a contact that was against the guard is announced as our failure.
//!
//! What forbids a purpose stands in the rulebook's `[contact]`. A purpose that stands there not is refused, and says so.

mod guard;
mod permission;
mod words;

pub use guard::may_contact;
pub(crate) use guard::{Contacted, refusals, unread_inquiries};
pub use permission::{Permission, Refusal};
