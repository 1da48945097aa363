//! Verdicts, topics, intents and sentiments by the phrases of a rulebook.
//!
//! Where several speak, this order decides on the verdict: contradiction, substantive, acknowledgement, boilerplate. A
//! contradiction and a substantive phrase count wherever they stand; "thank you" and "thank you for your patience" count
//! only where they are at least half of the text, and the first only where nothing is asked.

use super::matcher::{Matcher, hashes};
use super::words::bounded;
use super::{Annotation, Annotator, AnnotatorFailed, Said};
use alloc::{collections::BTreeMap, string::String, string::ToString, vec::Vec};
use throughline_core::event::{Author, Sentiment, TextVerdict};
use throughline_core::name::Name;
use xxhash_rust::xxh3::Xxh3;

/// What a phrase says of the text that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// What kind of text it is.
    Verdict(TextVerdict),
    /// What it is about.
    Topic(Name),
    /// What the writer wants.
    Intent(Name),
    /// How it sounds.
    Sentiment(Sentiment),
}

/// The phrases of a rulebook, as an annotator. Its version is a checksum of its lists: other lists are another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrases {
    languages: BTreeMap<String, Language>,
    version: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Language {
    matcher: Matcher,
    /// What each phrase means, by its number.
    meanings: Vec<Meaning>,
}

/// Gathers phrases.
#[derive(Clone, Debug, Default)]
pub struct PhrasesBuilder {
    languages: BTreeMap<String, Language>,
}

impl PhrasesBuilder {
    /// Adds a phrase of a language, which is named as customers state it: `de`.
    pub fn add(&mut self, language: &str, phrase: &str, meaning: Meaning) {
        let language = self.languages.entry(language.to_lowercase()).or_default();
        language.matcher.add(phrase);
        language.meanings.push(meaning);
    }

    /// The annotator.
    pub fn finish(self) -> Phrases {
        let mut sum = Xxh3::new();
        for (name, language) in &self.languages {
            for (number, meaning) in language.meanings.iter().enumerate() {
                for part in [name.as_str(), language.matcher.words_of(number as u32), &word_of(meaning)] {
                    sum.update(part.as_bytes());
                    sum.update(b"\n");
                }
            }
        }
        // Half of it is enough to tell lists apart.
        Phrases { languages: self.languages, version: sum.digest() as u32 }
    }
}

fn word_of(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Verdict(verdict) => verdict.to_string(),
        Meaning::Topic(topic) => alloc::format!("topic {topic}"),
        Meaning::Intent(intent) => alloc::format!("intent {intent}"),
        Meaning::Sentiment(sentiment) => sentiment.to_string(),
    }
}

impl Phrases {
    /// The name under which it annotates.
    pub const NAME: &'static str = "phrases";

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.languages.is_empty()
    }

    /// What the phrases say of a text. Those of the stated language, if there are any, else those of all.
    pub fn read(&self, said: &Said<'_>) -> Annotation {
        let text = hashes(said.text);
        if text.is_empty() || is_machine(said.author) {
            return Annotation::default();
        }
        let stated = said.language.and_then(|language| self.languages.get(&language.to_lowercase()));
        let spoken: Vec<&Language> = match stated {
            Some(language) => alloc::vec![language],
            None => self.languages.values().collect(),
        };
        let mut hits: BTreeMap<&Meaning, (usize, usize)> = BTreeMap::new();
        for language in spoken {
            for (number, words) in language.matcher.found_in(&text) {
                let hit = hits.entry(&language.meanings[number as usize]).or_default();
                *hit = (hit.0 + 1, hit.1 + words);
            }
        }
        let asks = bounded(said.text).contains('?');
        let verdict = VERDICTS.into_iter().find(|verdict| {
            let covered = hits.get(&Meaning::Verdict(*verdict)).map_or(0, |(_, words)| *words);
            let most = covered * 2 >= text.len();
            covered > 0
                && match verdict {
                    TextVerdict::Contradiction => said.author == Author::Customer,
                    TextVerdict::Substantive => said.author != Author::Customer,
                    TextVerdict::Acknowledgement => most && !asks,
                    TextVerdict::Boilerplate => most && said.author != Author::Customer,
                }
        });
        if said.author == Author::Customer {
            classified(&hits, verdict)
        } else {
            Annotation { verdict, ..Annotation::default() }
        }
    }
}

/// In the order in which they decide.
const VERDICTS: [TextVerdict; 4] = [
    TextVerdict::Contradiction,
    TextVerdict::Substantive,
    TextVerdict::Acknowledgement,
    TextVerdict::Boilerplate,
];

/// What a machine sends by itself means nothing, and what nobody knows who wrote proves nothing.
const fn is_machine(author: Author) -> bool {
    matches!(author, Author::Automatic | Author::Workflow | Author::CustomerAutomatic | Author::Unknown)
}

/// What the customer's words are about: the topic and intent that most phrases name, of equals the first by name.
fn classified(hits: &BTreeMap<&Meaning, (usize, usize)>, verdict: Option<TextVerdict>) -> Annotation {
    let most = |name: fn(&Meaning) -> Option<&Name>| {
        let named = hits.iter().filter_map(|(meaning, (count, _))| Some((*count, name(meaning)?)));
        let mut most: Option<(usize, &Name)> = None;
        for (count, name) in named {
            if most.is_none_or(|(before, _)| count > before) {
                most = Some((count, name));
            }
        }
        most.map(|(_, name)| name.clone())
    };
    let sounds = |sentiment| hits.get(&Meaning::Sentiment(sentiment)).map_or(0, |(count, _)| *count);
    let (bad, good) = (sounds(Sentiment::Negative), sounds(Sentiment::Positive));
    let sentiment = match bad.cmp(&good) {
        core::cmp::Ordering::Greater => Some(Sentiment::Negative),
        core::cmp::Ordering::Less => Some(Sentiment::Positive),
        core::cmp::Ordering::Equal => (bad > 0).then_some(Sentiment::Neutral),
    };
    Annotation {
        verdict,
        topic: most(|meaning| if let Meaning::Topic(topic) = meaning { Some(topic) } else { None }),
        intent: most(|meaning| if let Meaning::Intent(intent) = meaning { Some(intent) } else { None }),
        sentiment,
    }
}

impl Annotator for Phrases {
    fn name(&self) -> Name {
        Name::new(Self::NAME).unwrap_or_else(|_| unreachable!("a constant name"))
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn annotate(&self, said: &Said<'_>) -> Result<Annotation, AnnotatorFailed> {
        Ok(self.read(said))
    }
}
