//! Why a reply is boilerplate, or why not, for whoever wants to check it.

use alloc::{string::String, vec::Vec};
use core::fmt;

/// How many runs of words are shown.
const SHOWN: usize = 3;

/// What the boilerplate test found of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Generic words, and nothing specific.
    Boilerplate,
    /// Generic words, but something specific of the question.
    Specific,
    /// Too many words of its own.
    OwnWords,
    /// No reply of a person or a program: not judged.
    NoReply,
}

/// A finding with its grounds. `Display` shows words of the texts, `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What was found.
    pub finding: Finding,
    /// How many shingles the reply has.
    pub shingles: usize,
    /// Those that many others got, as words. Personal data.
    pub covered: Vec<String>,
    /// Those that are the reply's own, as words. Personal data.
    pub own: Vec<String>,
    /// What it repeats of the question. Personal data.
    pub shared: Vec<String>,
    /// From which share it is boilerplate, in thousandths.
    pub needed_per_mille: u16,
    /// How many other customers must have got a shingle.
    pub other_customers: u16,
    /// The version of the fingerprints.
    pub version: u32,
}

impl Explanation {
    /// The share of shingles that many others got, 0 to 1; 0 for a text without any.
    pub fn coverage(&self) -> f64 {
        if self.shingles == 0 { 0.0 } else { self.covered.len() as f64 / self.shingles as f64 }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.finding == Finding::NoReply {
            return f.write_str("not judged: no reply of a person or a program");
        }
        let no = if self.finding == Finding::Boilerplate { "" } else { "not " };
        let percent = self.covered.len() * 100 / self.shingles.max(1);
        write!(
            f,
            "{no}boilerplate by fingerprints {}: {percent} % of its {} shingles were seen in replies to at least {} other customers ({} % are enough)",
            self.version,
            self.shingles,
            self.other_customers,
            self.needed_per_mille / 10
        )?;
        if self.finding == Finding::Specific {
            write!(f, ", but it repeats of the question: {}", self.shared.join(", "))?;
        }
        let listed = |f: &mut fmt::Formatter<'_>, what: &str, runs: &[String]| -> fmt::Result {
            for run in runs.iter().take(SHOWN) {
                write!(f, "\n  {what} \"{run}\"")?;
            }
            match runs.len().saturating_sub(SHOWN) {
                0 => Ok(()),
                more => write!(f, "\n  {what} {more} more"),
            }
        };
        listed(f, "seen:", &self.covered)?;
        listed(f, "own:", &self.own)
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("finding", &self.finding)
            .field("shingles", &self.shingles)
            .field("covered", &self.covered.len())
            .field("shared", &self.shared.len())
            .finish_non_exhaustive()
    }
}
