//! Activations: what the tenant's context says about who judges from when, and its stored form.
//!
//! A rulebook, or a version of the evaluator, is put in force by a fact of the context, effective from the instant that
//! it names but never before it was recorded: what was judged already is not judged again by rules that came after.
//! The whole document is in the fact, so that a log can be read by whoever has nothing but the log.

use crate::evaluate::EvaluatorVersion;
use alloc::string::{String, ToString};
use throughline_core::event::Body;
use throughline_core::time::Micros;
use throughline_core::wire::{Decode, DecodeError, Encode, Owned, Reader, Writer};

/// The kind number of an activation: above those of facts about customers.
pub const ACTIVATION_KIND: u16 = 1_002;

/// The version of its layout.
pub const ACTIVATION_SCHEMA: u8 = 1;

const RULEBOOK: u8 = 1;
const EVALUATOR: u8 = 2;

/// What is put in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activation {
    /// A rulebook, by the text of its document.
    Rulebook(String),
    /// A version of the evaluator.
    Evaluator(EvaluatorVersion),
}

/// When an activation takes effect, that was asked for from an instant on.
pub fn effective_at(asked_from: Micros, recorded_at: Micros) -> Micros {
    asked_from.max(recorded_at)
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
        }
        let plain = out.plain.into();
        Body { kind: ACTIVATION_KIND, schema: ACTIVATION_SCHEMA, plain, ..Body::default() }
    }

    /// Reads an activation.
    pub fn open(body: &Body) -> Result<Self, DecodeError> {
        Self::decode(body.kind, body.schema, &body.plain)
    }

    /// Reads an activation from its parts.
    pub fn decode(kind: u16, schema: u8, plain: &[u8]) -> Result<Self, DecodeError> {
        if kind != ACTIVATION_KIND {
            return Err(DecodeError::UnknownKind { kind });
        }
        if schema != ACTIVATION_SCHEMA {
            return Err(DecodeError::UnknownSchema { kind, schema });
        }
        let (mut from, names) = (Reader::new(plain), &mut Owned);
        let activation = match from.byte()? {
            RULEBOOK => Self::Rulebook(from.text()?.to_string()),
            EVALUATOR => Self::Evaluator(EvaluatorVersion(Decode::decode(&mut from, names)?)),
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
        ] {
            assert_eq!(Activation::open(&activation.seal()), Ok(activation));
        }
    }

    #[test]
    fn a_cut_or_foreign_record_is_refused() {
        let body = Activation::Rulebook("[rulebook]".into()).seal();
        for cut in 0..body.plain.len() {
            assert!(Activation::decode(body.kind, body.schema, &body.plain[..cut]).is_err());
        }
        assert!(Activation::decode(ACTIVATION_KIND, 9, &body.plain).is_err());
        assert!(Activation::decode(1, 1, &body.plain).is_err());
        assert!(Activation::decode(ACTIVATION_KIND, ACTIVATION_SCHEMA, &[9]).is_err());
    }

    #[test]
    fn nothing_is_in_force_before_it_was_recorded() {
        assert_eq!(effective_at(Micros(5), Micros(9)), Micros(9));
        assert_eq!(effective_at(Micros(12), Micros(9)), Micros(12));
    }
}
