//! Asks annotators about each text of a log, with what is known around it.

use super::conversations::Conversations;
use super::text::{is_around_texts, text_of};
use std::sync::Arc;
use throughline_core::event::{Author, EventData, NewEvent};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::time::Span;
use throughline_rules::texts::{Annotator, AnnotatorFailed, Said, ShingleCounts, Shingles};

/// Reads the texts of a log, event by event, in the order of the log.
///
/// ```
/// use std::sync::Arc;
/// use throughline::annotate::TextReader;
/// use throughline::core::{event::*, ids::*, name::Name, time::Micros};
/// use throughline::rules::{rulebook::Rulebooks, texts::Annotator};
///
/// let rules = Rulebooks::standard(&mut throughline::core::name::Interner::new());
/// let phrases: Arc<dyn Annotator> = Arc::new(rules.first().texts.phrases.clone());
/// let mut reader = TextReader::new(vec![phrases]);
/// let contact = ContactId::derived("desk", "4711");
/// let message = vocabulary::Message {
///     contact, author: Author::Human, agent: None, verdict: None, text: Some("We received your request.".into()),
/// };
/// let message = NewEvent::new(EventId::derived("desk", "1"), Micros(0), Name::new("desk").unwrap(), message.into());
/// let facts = reader.read(ProfileId::derived("desk", "ann"), &message)?;
/// let EventData::TextJudged(judged) = &facts[0].data else { panic!("no verdict") };
/// assert_eq!(judged.verdict, TextVerdict::Acknowledgement);
/// # Ok::<(), throughline::rules::texts::AnnotatorFailed>(())
/// ```
#[derive(Debug)]
pub struct TextReader {
    annotators: Vec<Arc<dyn Annotator>>,
    conversations: Conversations,
}

impl TextReader {
    /// A reader that asks these annotators, one after the other.
    pub fn new(annotators: Vec<Arc<dyn Annotator>>) -> Self {
        Self { annotators, conversations: Conversations::default() }
    }

    /// Asks others from now on. What is known of conversations stays.
    pub(crate) fn ask(&mut self, annotators: Vec<Arc<dyn Annotator>>) {
        self.annotators = annotators;
    }

    /// Whether what a customer's texts answer is known.
    pub(crate) fn knows(&self, profile: ProfileId) -> bool {
        self.conversations.knows(profile)
    }

    /// Takes in an event and asks nobody: what was said before.
    pub(crate) fn hear(&mut self, profile: ProfileId, event: &NewEvent) {
        self.conversations.of(profile).hears(event);
    }

    /// Takes in the next event of the log, and gives the facts that annotators have to say of its text.
    ///
    /// Each is named after text, annotator and version, so that saying it again adds nothing; it happened one microsecond
    /// after the text. Of a text that came with a verdict only topic, intent and sentiment are read.
    pub fn read(&mut self, profile: ProfileId, event: &NewEvent) -> Result<Vec<NewEvent>, AnnotatorFailed> {
        let Some(spoken) = text_of(&event.data) else {
            // Nobody is remembered for what has nothing to do with a text.
            if is_around_texts(event.data.kind() as u16) {
                self.hear(profile, event);
            }
            return Ok(Vec::new());
        };
        let conversation = self.conversations.of(profile);
        let question = match spoken.author {
            Author::Customer | Author::CustomerAutomatic => None,
            _ => spoken.contact.and_then(|contact| conversation.asked(contact, event.occurred_at)),
        };
        let names: Vec<&str> = spoken.agent.iter().map(|agent| agent.as_str()).collect();
        let said = Said {
            text: spoken.text,
            author: spoken.author,
            language: conversation.language.as_ref().map(AsRef::as_ref),
            topic: spoken.contact.and_then(|contact| conversation.topic(contact)).map(AsRef::as_ref),
            question: question.as_deref(),
            names: &names,
        };
        let mut facts = Vec::new();
        for annotator in &self.annotators {
            let mut annotation = annotator.annotate(&said)?;
            if spoken.is_judged {
                annotation.verdict = None;
            }
            if annotation.is_empty() {
                continue;
            }
            let (name, version) = (annotator.name(), annotator.version());
            let data = annotation.facts(event.id, spoken.contact, &name, version);
            facts.extend(data.into_iter().map(|data| fact(event, data, name.as_str(), version)));
        }
        self.hear(profile, event);
        Ok(facts)
    }
}

/// What an annotator said, as an event behind the text.
fn fact(text: &NewEvent, data: EventData, annotator: &str, version: u32) -> NewEvent {
    let key = format!("{}/{annotator}/{version}/{}", text.id, data.kind());
    let at = text.occurred_at + Span(1);
    let source = match &data {
        EventData::TextJudged(e) => e.annotator.clone(),
        EventData::TextClassified(e) => e.annotator.clone(),
        _ => text.source.clone(),
    };
    NewEvent::new(EventId::derived("annotation", &key), at, source, data).caused_by(text.id.0)
}

/// Counts a reply of a person or a program for the boilerplate test; anything else counts nothing.
pub fn count_reply(
    counts: &mut ShingleCounts,
    shingles: &mut Shingles,
    profile: ProfileId,
    data: &EventData,
) {
    let spoken = text_of(data).filter(|spoken| matches!(spoken.author, Author::Human | Author::Bot));
    if let Some(spoken) = spoken {
        let names: Vec<&str> = spoken.agent.iter().map(|agent| agent.as_str()).collect();
        shingles.read(spoken.text, &names);
        counts.add(profile, shingles.hashes());
    }
}
