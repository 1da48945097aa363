//! The names and sentences that the town uses. Names are shared: a clone costs a counter, not an allocation.

use super::dice::Dice;
use throughline_core::event::Text;
use throughline_core::name::Name;

/// The systems that report events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Desk,
    Phone,
    Web,
    Mail,
    App,
    Annotator,
}

/// Every name that occurs in the town.
#[derive(Clone, Debug)]
pub(super) struct Words {
    sources: Vec<Name>,
    pub(super) topics: Vec<Name>,
    queues: Vec<Name>,
    agents: Vec<Name>,
    pub(super) pages: Vec<Name>,
    pub(super) cancellation_terms: Name,
    pub(super) promises: Vec<Name>,
    pub(super) actions: Vec<Name>,
    pub(super) activities: Vec<Name>,
    pub(super) email: Name,
    pub(super) phone: Name,
    pub(super) account: Name,
    pub(super) annotator: Name,
    pub(super) purchase: Name,
}

/// How many agents work for the company.
const AGENTS: usize = 120;

/// What customers write, in the order of the topics.
const QUESTIONS: [[&str; 3]; 5] = [
    [
        "There is a charge on my bill that I do not understand.",
        "You charged me after I had cancelled.",
        "Why is my invoice higher than last month?",
    ],
    [
        "My parcel was promised for yesterday and is not here.",
        "The tracker has said the same thing for three days.",
        "It arrived, but it is damaged.",
    ],
    [
        "When does my contract end?",
        "I would like to change the name on my contract.",
        "The terms that you sent are not the ones I signed.",
    ],
    [
        "It does not switch on any more.",
        "The app says that I am not signed in.",
        "The connection drops every evening.",
    ],
    [
        "I have a question about something else.",
        "Could somebody please call me?",
        "That is not what I asked.",
    ],
];

pub(super) const ANSWERS: [&str; 3] = [
    "I have looked into it and put it right; you will see it on your next statement.",
    "The cause was found; here is what we did and what happens next.",
    "You are right, and I have corrected it.",
];

pub(super) const BOILERPLATE: [&str; 2] = [
    "Thank you for contacting us. Your satisfaction is important to us.",
    "Please have a look at our help pages, which answer most questions.",
];

pub(super) const ACKNOWLEDGEMENT: &str = "We received your request.";

pub(super) const VACATION: &str = "I am away until the end of the month and do not read my mail.";

pub(super) const CONTRADICTION: &str = "Thanks, but it still does not work.";

fn named(words: &[&str]) -> Vec<Name> {
    words.iter().map(|word| name(word)).collect()
}

pub(super) fn name(word: &str) -> Name {
    Name::new(word).unwrap_or_else(|e| unreachable!("a constant name: {e}"))
}

impl Words {
    pub(super) fn new() -> Self {
        Self {
            sources: named(&["desk", "phone", "web", "mail", "app", "annotator"]),
            topics: named(&["billing", "delivery", "contract", "technical", "other"]),
            queues: named(&["billing", "delivery", "contract", "technical", "general"]),
            agents: (1..=AGENTS).map(|n| name(&format!("agent-{n:03}"))).collect(),
            pages: named(&["home", "orders", "invoice", "help", "contact", "product", "delivery-status"]),
            cancellation_terms: name("cancellation-terms"),
            promises: named(&["callback", "delivery", "refund", "answer", "technician"]),
            actions: named(&["refund", "apology", "retention-call", "proactive-notice", "discount"]),
            activities: named(&["research", "check-account", "ask-warehouse", "ask-customer", "file-note"]),
            email: name("email"),
            phone: name("phone"),
            account: name("account"),
            annotator: name("verdicts"),
            purchase: name("purchase"),
        }
    }

    pub(super) fn source(&self, source: Source) -> Name {
        self.sources[source as usize].clone()
    }

    /// The queue that serves a topic.
    pub(super) fn queue(&self, topic: usize) -> Name {
        self.queues[topic].clone()
    }

    pub(super) fn agent(&self, dice: &mut Dice) -> Name {
        dice.pick(&self.agents).clone()
    }
}

/// What a customer writes about a topic.
pub(super) fn question(topic: usize, dice: &mut Dice) -> Text {
    Text::from(*dice.pick(&QUESTIONS[topic]))
}
