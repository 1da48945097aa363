//! What a document says of texts, and of machines that answer each other.

use super::Duration;
use super::shape::document;
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use toml::Spanned;

document! {
    /// How texts are read.
    pub struct Texts {
        /// Phrases by language, which is named by the two letters of ISO 639-1.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, PhraseLists>"))]
        pub phrases: BTreeMap<Spanned<String>, PhraseLists>,
        /// When a reply is boilerplate. Without it nothing is counted and no reply is judged so.
        pub boilerplate: Option<BoilerplateRules>,
    }

    /// The phrases of a language.
    pub struct PhraseLists {
        /// In what a customer writes: the answer is none, whatever she rated.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub contradiction: Vec<Spanned<String>>,
        /// In a reply: it addresses the question.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub substantive: Vec<Spanned<String>>,
        /// "Received" or "thank you", where it is at least half of the text and asks nothing.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub acknowledgement: Vec<Spanned<String>>,
        /// In a reply: generic words, where they are at least half of the text.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub boilerplate: Vec<Spanned<String>>,
        /// In what a customer writes: what it is about, one list for each topic of `[topics]`.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Vec<String>>"))]
        pub topics: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
        /// In what a customer writes: what she wants.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, Vec<String>>"))]
        pub intents: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
        /// In what a customer writes: how it sounds.
        pub sentiment: Option<SentimentPhrases>,
    }

    /// How a text sounds.
    pub struct SentimentPhrases {
        /// Angry, sad or disappointed.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub negative: Vec<Spanned<String>>,
        /// Pleased.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub positive: Vec<Spanned<String>>,
    }

    /// When a reply is boilerplate.
    pub struct BoilerplateRules {
        /// In replies to how many other customers five words in a row must have been seen to be generic.
        #[cfg_attr(feature = "schema", schemars(with = "u16"))]
        pub other_customers: Spanned<u16>,
        /// Which share of a reply must be generic, above 0 and up to 1.
        #[cfg_attr(feature = "schema", schemars(with = "f64"))]
        pub coverage: Spanned<f64>,
        /// Products: a reply that names the one that the question names is specific.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
        pub products: Vec<Spanned<String>>,
    }

    /// When two machines answer each other.
    pub struct Loops {
        /// The rule's name.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        pub rule: Spanned<String>,
        /// How many messages in turn are a loop; twice as many where it is not known of one side what it is.
        #[cfg_attr(feature = "schema", schemars(with = "u16"))]
        pub turns: Spanned<u16>,
        /// How soon each follows the one before.
        #[cfg_attr(feature = "schema", schemars(with = "Duration"))]
        pub within: Spanned<Duration>,
    }
}
