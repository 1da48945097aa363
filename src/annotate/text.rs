//! Which events have a text, and whose it is.

use throughline_core::event::{Author, EventData, EventKind, Text};
use throughline_core::ids::ContactId;
use throughline_core::name::Name;

/// A text that somebody may read.
pub(super) struct Spoken<'a> {
    pub(super) text: &'a str,
    pub(super) author: Author,
    pub(super) contact: Option<ContactId>,
    /// Who of the company wrote it.
    pub(super) agent: Option<&'a Name>,
    /// Whether whoever recorded it had judged it already.
    pub(super) is_judged: bool,
}

/// Whether an event of this kind may have one.
pub(crate) fn has_text(kind: u16) -> bool {
    let kinds = [
        EventKind::Message,
        EventKind::VoicemailLeft,
        EventKind::Rated,
        EventKind::FeedbackGiven,
        EventKind::CancellationRequested,
    ];
    EventKind::from_number(kind).is_some_and(|kind| kinds.contains(&kind))
}

/// Whether an event of this kind says something that a text may be read by.
pub(crate) fn is_around_texts(kind: u16) -> bool {
    [EventKind::ContactStarted, EventKind::PreferenceStated].iter().any(|known| *known as u16 == kind)
}

/// The text of an event, if it has one that is not empty.
pub(super) fn text_of(data: &EventData) -> Option<Spoken<'_>> {
    let customers = |contact, text| (Author::Customer, contact, None, false, text);
    let (author, contact, agent, is_judged, text): (_, _, _, _, &Option<Text>) = match data {
        EventData::Message(e) => (e.author, Some(e.contact), e.agent.as_ref(), e.verdict.is_some(), &e.text),
        EventData::VoicemailLeft(e) => customers(Some(e.contact), &e.text),
        EventData::Rated(e) => customers(e.contact, &e.comment),
        EventData::FeedbackGiven(e) => customers(e.contact, &e.text),
        EventData::CancellationRequested(e) => customers(e.contact, &e.text),
        _ => return None,
    };
    let text = text.as_ref()?.as_str();
    (!text.is_empty()).then_some(Spoken { text, author, contact, agent, is_judged })
}
