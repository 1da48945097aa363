//! What follows from what happened: rulebook, cases, clocks, promises, churn, and the ledger of what was said.
//!
//! Everything here is pure, like `throughline-core` below it, and builds without the standard library. Facts in
//! canonical order flow into an [`evaluate::Evaluator`], which steps a [`journey::Journey`] and hands
//! [`decision::Decision`]s to an [`evaluate::Outlet`]. [`ledger`] compares them with what was announced. No
//! storage, no clock, no other customer.
#![no_std]
extern crate alloc;

pub mod account;
pub mod activation;
pub mod apology;
pub mod apology_view;
pub mod calendar;
pub mod case;
pub mod churn;
pub mod clock_view;
pub mod contact;
pub mod deadline;
pub mod decision;
pub mod disruption;
mod duration;
pub mod evaluate;
pub mod explain;
pub mod feasibility;
pub mod identity;
pub mod journey;
pub mod known_view;
pub mod ledger;
pub mod loops;
mod mistake;
mod outcome_view;
pub mod partner_view;
pub mod partners;
pub mod permission;
pub mod promise;
pub mod rulebook;
mod spelling;
pub mod subscription;
pub mod texts;
pub mod view;
pub mod waiting;
mod wording;
