//! Briefs: what whoever deals with a customer next must know.
//!
//! A [`Brief`] is made for an **agent** to whom a customer is about to speak, for a **caller** who is about to call her, or
//! for somebody who meets an **account**. It says who she is and what she told us already, what is open and since when, what
//! was tried, promised and apologised for, which tone to take and what not to do, each with its reason. What nobody has
//! read comes first, in her own words: these are read from the log when the brief is made, since the fold never reads text.
//!
//! [`Engine::brief`](crate::Engine::brief) makes one. It prints as text, as JSON (`docs/BRIEFS.md`, `docs/brief.schema.json`)
//! and, with the feature `html`, as one page (`Brief::to_html`). It holds personal data: do not keep it, make it anew.

mod form;
mod heard;
mod person;
mod subject;
mod text;
mod told;
mod tone;
mod tried;

#[cfg(feature = "html")]
mod html;

pub use form::{
    Apologies, Apology, Avoid, Brief, BriefFor, Inquiry, Issue, Meeting, Person, Promise, Step, StepKind,
    Told, ToldKind, ToneReason, ToneWord, Words,
};
pub(crate) use heard::Heard;
pub(crate) use person::{meetings, person};
pub(crate) use subject::Subject;

/// The JSON Schema of a brief.
#[cfg(feature = "schema")]
pub fn json_schema() -> serde_json::Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<Brief>().to_value()
}
