//! Reading the texts of a log: what each answers is looked up, annotators are asked, and what they say becomes facts.
//!
//! The engine does it for what is recorded, if it was set up with annotators
//! ([`EngineBuilder::annotator`](crate::engine::EngineBuilder::annotator)). For a log that is imported without one there is
//! the [`TextReader`]: it is given each event in the order of the log, and gives the facts that belong behind it.
//!
//! Words stay where they are: no error and no line of a log shows them.

mod conversations;
mod reader;
mod text;

pub use reader::{TextReader, count_reply};

pub(crate) use text::{has_text, is_around_texts};
