//! What Throughline knows about: events, ids, time, names, and the state of one customer.
//!
//! Everything here is pure. There is no clock, no file, no thread, no randomness and no global state, and the
//! crate builds without the standard library. Facts flow in ([`event`]), are put in the one order that belongs
//! to them ([`order`]), and are folded into a [`customer::CustomerState`]. What should *follow* from that state
//! is the business of `throughline-rules`; where the bytes live is that of `throughline-store`.
#![no_std]
extern crate alloc;

pub mod canonical;
pub mod customer;
pub mod event;
pub mod fact;
pub mod hint;
pub mod identifier;
pub mod ids;
pub mod name;
pub mod order;
// Apart from `event`, which re-exports it, because the wire form needs it and `event` needs the wire form.
mod text;
pub mod tight;
pub mod time;
pub mod wire;
