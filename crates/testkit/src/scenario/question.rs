//! What can be asked below `---`.

use super::phrase::Said;
use super::statement::name;
use throughline_core::ids::ProfileId;
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// A question to whoever tells the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// What is true of a customer at an instant, by all that is known when it is asked.
    Journey {
        /// The customer's profile.
        profile: ProfileId,
        /// The instant.
        as_of: Micros,
    },
    /// What was known of a customer at an instant in the past: only what had been recorded by then counts.
    Known {
        /// The customer's profile.
        profile: ProfileId,
        /// The instant.
        at: Micros,
    },
    /// What stands announced of a customer when it is asked.
    Standing {
        /// The customer's profile.
        profile: ProfileId,
    },
    /// Whether we may make contact with a customer for a purpose, when it is asked.
    MayContact {
        /// The customer's profile.
        profile: ProfileId,
        /// What for.
        purpose: Name,
    },
    /// Every announcement, amendment and withdrawal since this was asked last, in order.
    Announcements,
}

/// A question with the place where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The line.
    pub line: usize,
    /// When it is asked.
    pub at: Micros,
    /// The question.
    pub question: Question,
    /// As it is written.
    pub text: String,
}

type Make = fn(&Said, ProfileId, Micros) -> Question;

/// The forms of a question.
pub(super) const FORMS: &[(&str, Make)] = &[
    ("journey of <who>", |_, profile, now| Question::Journey { profile, as_of: now }),
    ("journey of <who> as of <moment>", |s, profile, now| Question::Journey {
        profile,
        as_of: s.moment("moment").unwrap_or(now),
    }),
    ("journey of <who> as known on <moment>", |s, profile, now| Question::Known {
        profile,
        at: s.moment("moment").unwrap_or(now),
    }),
    ("what stands of <who>", |_, profile, _| Question::Standing { profile }),
    ("may we contact <who> for <purpose>", |s, profile, _| Question::MayContact {
        profile,
        purpose: name(s, "purpose"),
    }),
    ("announcements", |_, _, _| Question::Announcements),
];
