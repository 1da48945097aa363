//! Activations: what the tenant's context says about who judges from when, and its stored form.
//!
//! A rulebook, or a version of the evaluator, is put in force by a fact of the context, from the instant that it names,
//! but after everything that stands before it in the log: what was judged already is not judged again by rules that came
//! after. That instant follows from the log alone. Whoever worked it out writes it down, so that nobody else has to read
//! the whole log for it.
//!
//! The whole document is in the fact, so that a log can be read by whoever has nothing but the log.

use crate::evaluate::EvaluatorVersion;
use alloc::string::{String, ToString};
use throughline_core::event::Body;
use throughline_core::ids::EventId;
use throughline_core::time::{Micros, Span};
use throughline_core::wire::{Decode, DecodeError, Encode, Owned, Writer};

/// The kind number of an activation: above those of facts about customers.
pub const ACTIVATION_KIND: u16 = 1_002;

/// The version of its layout.
pub const ACTIVATION_SCHEMA: u8 = 1;

/// The kind number of the note of when an activation took effect.
pub const TOOK_EFFECT_KIND: u16 = 1_003;

const RULEBOOK: u8 = 1;
const EVALUATOR: u8 = 2;
const DISRUPTION: u8 = 3;
const CAPABILITY: u8 = 4;

/// What is put in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activation {
    /// A rulebook, by the text of its document.
    Rulebook(String),
    /// A version of the evaluator.
    Evaluator(EvaluatorVersion),
    /// A disruption, by the text of its document.
    Disruption(String),
    /// What can be kept of something that is promised, by the text of its document.
    Capability(String),
}

/// When an activation took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TookEffect {
    /// The activation's event.
    pub activation: EventId,
    /// From when on it is in force.
    pub from: Micros,
}

/// When an activation takes effect: at the instant from which it was wanted, but not before it was recorded, and after
/// the latest time at which anything before it in the log was recorded, by whatever clock.
///
/// Everything that was announced before it in the log was true by then, and so is not touched.
pub fn effective_at(wanted_from: Micros, recorded_at: Micros, latest_before: Micros) -> Micros {
    wanted_from.max(recorded_at).max(latest_before + Span(1))
}

impl TookEffect {
    /// The note as a store keeps it.
    pub fn seal(&self) -> Body {
        let mut out = Writer::new();
        self.activation.encode(&mut out);
        self.from.encode(&mut out);
        let plain = out.plain.into();
        Body { kind: TOOK_EFFECT_KIND, schema: ACTIVATION_SCHEMA, plain, ..Body::default() }
    }

    /// Reads a note.
    pub fn open(body: &Body) -> Result<Self, DecodeError> {
        let (mut from, names) = (body.record(TOOK_EFFECT_KIND, ACTIVATION_SCHEMA)?, &mut Owned);
        let activation = Decode::decode(&mut from, names)?;
        let note = Self { activation, from: Decode::decode(&mut from, names)? };
        from.finish()?;
        Ok(note)
    }
}

impl Activation {
    /// The activation as a store keeps it.
    pub fn seal(&self) -> Body {
        let mut out = Writer::new();
        match self {
            Self::Rulebook(document) => {
                out.plain.push(RULEBOOK);
                out.text(document);
            }
            Self::Evaluator(EvaluatorVersion(version)) => {
                out.plain.push(EVALUATOR);
                version.encode(&mut out);
            }
            Self::Disruption(document) => {
                out.plain.push(DISRUPTION);
                out.text(document);
            }
            Self::Capability(document) => {
                out.plain.push(CAPABILITY);
                out.text(document);
            }
        }
        let plain = out.plain.into();
        Body { kind: ACTIVATION_KIND, schema: ACTIVATION_SCHEMA, plain, ..Body::default() }
    }

    /// Reads an activation.
    pub fn open(body: &Body) -> Result<Self, DecodeError> {
        let (mut from, names) = (body.record(ACTIVATION_KIND, ACTIVATION_SCHEMA)?, &mut Owned);
        let activation = match from.byte()? {
            RULEBOOK => Self::Rulebook(from.text()?.to_string()),
            EVALUATOR => Self::Evaluator(EvaluatorVersion(Decode::decode(&mut from, names)?)),
            DISRUPTION => Self::Disruption(from.text()?.to_string()),
            CAPABILITY => Self::Capability(from.text()?.to_string()),
            found => {
                let (found, at) = (u64::from(found), from.offset());
                return Err(DecodeError::UnknownVariant { what: "an activation", found, at });
            }
        };
        from.finish()?;
        Ok(activation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stored_comes_back() {
        for activation in [
            Activation::Rulebook("[rulebook]\nid = \"ä\"".into()),
            Activation::Evaluator(EvaluatorVersion(7)),
            Activation::Disruption("disruption = \"storm\"".into()),
            Activation::Capability("capability = \"delivery\"".into()),
        ] {
            assert_eq!(Activation::open(&activation.seal()), Ok(activation));
        }
    }

    #[test]
    fn a_note_that_was_stored_comes_back_and_is_no_activation() {
        let note = TookEffect { activation: EventId::from_bytes([3; 16]), from: Micros(-7) };
        assert_eq!(TookEffect::open(&note.seal()), Ok(note));
        assert!(Activation::open(&note.seal()).is_err());
    }

    #[test]
    fn a_cut_or_foreign_record_is_refused() {
        let body = Activation::Rulebook("[rulebook]".into()).seal();
        let with = |kind, schema, plain: &[u8]| Body { kind, schema, plain: plain.into(), ..Body::default() };
        for cut in 0..body.plain.len() {
            assert!(Activation::open(&with(body.kind, body.schema, &body.plain[..cut])).is_err());
        }
        assert!(Activation::open(&with(ACTIVATION_KIND, 9, &body.plain)).is_err());
        assert!(Activation::open(&with(1, 1, &body.plain)).is_err());
        assert!(Activation::open(&with(ACTIVATION_KIND, ACTIVATION_SCHEMA, &[9])).is_err());
    }

    #[test]
    fn nothing_is_in_force_before_it_was_recorded_or_before_anything_that_was_recorded_before_it() {
        assert_eq!(effective_at(Micros(5), Micros(9), Micros(3)), Micros(9));
        assert_eq!(effective_at(Micros(12), Micros(9), Micros(3)), Micros(12));
        assert_eq!(effective_at(Micros(5), Micros(9), Micros(9)), Micros(10));
    }
}
