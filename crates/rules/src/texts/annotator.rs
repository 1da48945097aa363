//! What reads texts: what it is given, and what it answers with.

use alloc::{string::String, vec::Vec};
use core::fmt;
use thiserror::Error;
use throughline_core::event::vocabulary::{TextClassified, TextJudged};
use throughline_core::event::{Author, EventData, Sentiment, TextVerdict};
use throughline_core::ids::{ContactId, EventId};
use throughline_core::name::Name;

/// Reads texts: phrase lists, a model of the embedder's, a person with a form.
///
/// What it says is recorded once for each text, name and version, so a change of what it says must come with another
/// version. The same text in the same context should get the same answer.
pub trait Annotator: fmt::Debug + Send + Sync {
    /// Who or what it is, as facts name it.
    fn name(&self) -> Name;

    /// The version of what it says.
    fn version(&self) -> u32;

    /// Reads one text. An empty [`Annotation`] says that there is nothing to say of it.
    ///
    /// An error stops the run at this text, which is read again by the next one: it is for what will pass, such as a
    /// model that cannot be reached. It must not quote the text.
    fn annotate(&self, said: &Said<'_>) -> Result<Annotation, AnnotatorFailed>;
}

/// Why an annotator could not read a text now.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the annotator could not read a text now: {0}")]
pub struct AnnotatorFailed(pub String);

/// What somebody wrote or said, and what is known around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// The words. Personal data.
    pub text: &'a str,
    /// Who wrote them.
    pub author: Author,
    /// The language that the customer stated as hers, as it was stated: `de`.
    pub language: Option<&'a str>,
    /// What the contact is about, if that is stated.
    pub topic: Option<&'a str>,
    /// What the customer wrote in the contact before: the question that this answers, if it is an answer. Personal data.
    pub question: Option<&'a str>,
    /// Names of people that are known to stand in the text, for instance the agent's.
    pub names: &'a [&'a str],
}

impl<'a> Said<'a> {
    /// A text of which nothing else is known.
    pub const fn new(author: Author, text: &'a str) -> Self {
        Self { text, author, language: None, topic: None, question: None, names: &[] }
    }

    /// The same as an answer to a question.
    #[must_use]
    pub const fn answering(self, question: &'a str) -> Self {
        Self { question: Some(question), ..self }
    }

    /// The same in a language.
    #[must_use]
    pub const fn in_language(self, language: &'a str) -> Self {
        Self { language: Some(language), ..self }
    }
}

/// Never shows the words.
impl fmt::Debug for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Said")
            .field("author", &self.author)
            .field("language", &self.language)
            .field("text_bytes", &self.text.len())
            .field("question_bytes", &self.question.map(str::len))
            .finish_non_exhaustive()
    }
}

/// What was read out of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotation {
    /// What kind of text it is.
    pub verdict: Option<TextVerdict>,
    /// What it is about.
    pub topic: Option<Name>,
    /// What the writer wants.
    pub intent: Option<Name>,
    /// How it sounds.
    pub sentiment: Option<Sentiment>,
}

impl Annotation {
    /// Whether there is nothing to say.
    pub const fn is_empty(&self) -> bool {
        self.verdict.is_none() && self.is_unclassified()
    }

    const fn is_unclassified(&self) -> bool {
        self.topic.is_none() && self.intent.is_none() && self.sentiment.is_none()
    }

    /// The facts that say it: `text.judged` for a verdict, `text.classified` for everything else.
    pub fn facts(
        self,
        message: EventId,
        contact: Option<ContactId>,
        annotator: &Name,
        annotator_version: u32,
    ) -> Vec<EventData> {
        let mut facts = Vec::with_capacity(2);
        if let Some(verdict) = self.verdict {
            let annotator = annotator.clone();
            facts.push(TextJudged { message, verdict, annotator, annotator_version }.into());
        }
        if !self.is_unclassified() {
            let Self { topic, intent, sentiment, .. } = self;
            let annotator = annotator.clone();
            facts.push(
                TextClassified { message, contact, topic, intent, sentiment, annotator, annotator_version }
                    .into(),
            );
        }
        facts
    }
}
