//! The words of a customer, from the log. A fact has none: whoever makes a brief reads them here, and only those that it
//! shows.

use std::collections::BTreeMap;
use throughline_core::event::{Body, EventData};
use throughline_core::ids::EventId;
use throughline_core::wire::DecodeError;

/// What was recorded of somebody, by event. Opened only when it is asked for.
#[derive(Default)]
pub(crate) struct Heard(BTreeMap<EventId, Body>);

impl Heard {
    /// Keeps an event's body, if it has words.
    pub(crate) fn keep(&mut self, id: EventId, body: &Body) {
        if body.is_fact() && !body.personal.is_empty() {
            self.0.insert(id, body.clone());
        }
    }

    /// The words of an event; none if none were recorded, or if they were erased.
    pub(super) fn words(&self, event: EventId) -> Result<Option<String>, DecodeError> {
        let Some(body) = self.0.get(&event) else { return Ok(None) };
        let text = match body.open()? {
            EventData::Message(e) => e.text,
            EventData::VoicemailLeft(e) => e.text,
            _ => None,
        };
        Ok(text.map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty()))
    }
}
