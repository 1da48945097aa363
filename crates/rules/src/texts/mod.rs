//! Verdicts on texts: what reads them, and the two readers that ship.
//!
//! The evaluation reads no text. Whoever does is an [`Annotator`]: it is given what was [said](Said), and answers with an
//! [`Annotation`], which is recorded as facts with the annotator's name and version. Two ship, and both are pure:
//! [`Phrases`] looks for the phrases of a rulebook, [`Boilerplate`] for what many other customers were told in the same
//! words. Running them over a log, and keeping what was counted, is for the crates above.

mod annotator;
mod boilerplate;
mod counts;
mod explanation;
mod fingerprints;
mod matcher;
mod names;
mod phrases;
mod record;
mod shingles;
mod specific;
mod words;

pub use annotator::{Annotation, Annotator, AnnotatorFailed, Said};
pub use boilerplate::Boilerplate;
pub use counts::ShingleCounts;
pub use explanation::{Explanation, Finding};
pub use fingerprints::{Fingerprints, FingerprintsError, MAX_FINGERPRINTS};
pub(crate) use matcher::{MAX_PHRASE_WORDS, folded as folded_phrase};
pub use phrases::{Meaning, Phrases, PhrasesBuilder};
pub use record::{FINGERPRINTS_KIND, FINGERPRINTS_SCHEMA};
pub use shingles::{SHINGLE_WORDS, Shingles};
pub use words::MAX_TEXT_BYTES;
