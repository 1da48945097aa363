//! What can be asked below `---`.

use super::phrase::Said;
use super::statement::name;
use throughline_core::ids::{ContactId, ProfileId};
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
    /// Whether something may be promised for a time, when it is asked.
    MayPromise {
        /// What.
        what: Name,
        /// By when.
        due: Micros,
    },
    /// What whoever deals with a customer next must know, when it is asked.
    Brief {
        /// The customer's profile.
        profile: ProfileId,
        /// Who reads it.
        reader: Reader,
    },
    /// What somebody must know who is about to meet an account, when it is asked.
    AccountBrief {
        /// The account.
        account: Name,
        /// The profiles that are looked at.
        profiles: Vec<ProfileId>,
    },
    /// Why the case of a contact stands where it stands, when it is asked.
    Explanation {
        /// The contact.
        contact: ContactId,
    },
    /// Every announcement, amendment and withdrawal since this was asked last, in order.
    Announcements,
}

/// Who reads a brief of one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// An agent to whom the customer is about to speak.
    Agent,
    /// Somebody who is about to call her.
    Caller,
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

/// Whom a question is about.
#[derive(Clone, Copy)]
pub(super) struct Whom {
    pub(super) who: ProfileId,
    pub(super) contact: ContactId,
    pub(super) other: Option<ProfileId>,
}

type Make = fn(&Said, Whom, Micros) -> Question;

/// The forms of a question.
pub(super) const FORMS: &[(&str, Make)] = &[
    ("journey of <who>", |_, whom, now| Question::Journey { profile: whom.who, as_of: now }),
    ("journey of <who> as of <moment>", |s, whom, now| Question::Journey {
        profile: whom.who,
        as_of: s.moment("moment").unwrap_or(now),
    }),
    ("journey of <who> as known on <moment>", |s, whom, now| Question::Known {
        profile: whom.who,
        at: s.moment("moment").unwrap_or(now),
    }),
    ("what stands of <who>", |_, whom, _| Question::Standing { profile: whom.who }),
    ("may we contact <who> for <purpose>", |s, whom, _| Question::MayContact {
        profile: whom.who,
        purpose: name(s, "purpose"),
    }),
    ("may we promise <what> by <moment>", |s, _, now| Question::MayPromise {
        what: name(s, "what"),
        due: s.moment("moment").unwrap_or(now),
    }),
    ("brief of <who> for an agent", |_, whom, _| Question::Brief {
        profile: whom.who,
        reader: Reader::Agent,
    }),
    ("brief of <who> for a caller", |_, whom, _| Question::Brief {
        profile: whom.who,
        reader: Reader::Caller,
    }),
    ("brief of account <account> with <who> [and <other>]", |s, whom, _| Question::AccountBrief {
        account: name(s, "account"),
        profiles: [whom.who].into_iter().chain(whom.other).collect(),
    }),
    ("explanation of <contact>", |_, whom, _| Question::Explanation { contact: whom.contact }),
    ("announcements", |_, _, _| Question::Announcements),
];
