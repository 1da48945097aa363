//! The statements: every form that a line above `---` can have, and the fact that it states.

use super::names::Names;
use super::phrase::Said;
use throughline_core::event::vocabulary::{
    ActionTaken, AnswerAccepted, AnswerRejected, CaseOverridden, Connected, ContactEnded, ContactStarted,
    Custom, Held, MenuReached, Message, PageViewed, PromiseKept, PromiseMade, Queued, Rated,
    ResolutionClaimed, TextClassified, TextJudged, Transferred, VoicemailLeft, WorkDone,
};
use throughline_core::event::{
    Author, Channel, Direction, Ending, EventData, Instrument, MenuExit, Text, TextVerdict, TransferKind,
    WorkEffect,
};
use throughline_core::ids::{ContactId, EventId, IssueRef, LinkId, ProfileId, PromiseId};
use throughline_core::name::Name;

/// What a statement states.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stated {
    Fact(ProfileId, EventData),
    Linked(LinkId, ProfileId, ProfileId),
    Unlinked(LinkId, ProfileId, ProfileId),
    /// The document of what can be kept.
    Capability(String),
    /// The document of a disruption, and who says so.
    Declared(String, Name),
}

pub(super) type Make = fn(&Said, &mut Names) -> Stated;

/// The forms. `<…>` is to be filled in, `[…]` may be left out; what was said follows a colon, in quotation marks.
pub(super) const FORMS: &[(&str, Make)] = &[
    ("<who> starts <channel> <new> [about <topic>] [on <issue>]", |s, n| started(s, n, Direction::Inbound)),
    ("company starts <channel> <new> with <who> [about <topic>] [on <issue>] [for <purpose>]", |s, n| {
        started(s, n, Direction::Outbound)
    }),
    ("machine of <who> starts <channel> <new> [about <topic>] [on <issue>]", |s, n| {
        started(s, n, Direction::CustomerAutomatic)
    }),
    ("<who> writes in <contact> [judged <verdict>]", |s, n| wrote(s, n, Author::Customer)),
    ("machine of <who> writes in <contact>", |s, n| wrote(s, n, Author::CustomerAutomatic)),
    ("human <agent> answers <contact> [judged <verdict>]", |s, n| wrote(s, n, Author::Human)),
    ("bot <agent> answers <contact> [judged <verdict>]", |s, n| wrote(s, n, Author::Bot)),
    ("machine answers <contact>", |s, n| wrote(s, n, Author::Automatic)),
    ("workflow answers <contact>", |s, n| wrote(s, n, Author::Workflow)),
    ("somebody answers <contact>", |s, n| wrote(s, n, Author::Unknown)),
    ("<who> reaches menu level <number> in <contact>", |s, n| menu(s, n, MenuExit::Offered)),
    ("<who> reaches a dead end at menu level <number> in <contact>", |s, n| menu(s, n, MenuExit::DeadEnd)),
    ("<who> waits for <queue> in <contact>", |s, n| {
        on(s, n, |contact| Queued { contact, queue: name(s, "queue") })
    }),
    ("human <agent> takes <contact>", |s, n| {
        on(s, n, |contact| Connected { contact, agent: maybe(s, "agent") })
    }),
    ("human <agent> puts <contact> on hold", |s, n| on(s, n, |contact| Held { contact })),
    ("<contact> is transferred [by <transfer>] [to <queue>]", |s, n| {
        let transfer = s.get("transfer").and_then(TransferKind::from_word).unwrap_or(TransferKind::Cold);
        on(s, n, |contact| Transferred { contact, transfer, to: maybe(s, "queue") })
    }),
    ("<who> gives up <contact>", |s, n| ended(s, n, Ending::Abandoned)),
    ("<contact> breaks off", |s, n| ended(s, n, Ending::Dropped)),
    ("<contact> ends", |s, n| ended(s, n, Ending::Completed)),
    ("<who> accepts the answer in <contact>", |s, n| on(s, n, |contact| AnswerAccepted { contact })),
    ("<who> rejects the answer in <contact>", |s, n| on(s, n, |contact| AnswerRejected { contact })),
    ("human <agent> claims that <contact> is resolved", |s, n| {
        on(s, n, |contact| ResolutionClaimed { contact, agent: maybe(s, "agent") })
    }),
    ("human <agent> works on <contact>", |s, n| worked(s, n, WorkEffect::Works)),
    ("human <agent> waits for the customer in <contact>", |s, n| worked(s, n, WorkEffect::WaitsForCustomer)),
    ("human <agent> waits for a third party in <contact>", |s, n| {
        worked(s, n, WorkEffect::WaitsForThirdParty)
    }),
    ("human <agent> makes a note on <contact>", |s, n| worked(s, n, WorkEffect::Notes)),
    ("human <agent> overrides the case of <contact>", |s, n| {
        let reason = Text::new(s.text.as_deref().unwrap_or_default());
        on(s, n, |contact| CaseOverridden { contact, by: name(s, "agent"), reason: reason.clone() })
    }),
    ("<who> rates <contact> <number> of <of> [by <instrument>] [where <worst> is worst]", |s, n| {
        let (contact, owner) = contact(s, n);
        Stated::Fact(owner, rating(s, Some(contact)))
    }),
    ("<who> rates the company <number> of <of> [by <instrument>]", |s, n| {
        Stated::Fact(who(s, n), rating(s, None))
    }),
    ("<who> views page <page>", |s, n| Stated::Fact(who(s, n), PageViewed { page: name(s, "page") }.into())),
    ("human <agent> promises <what> in <contact> by <moment> as <new>", |s, n| {
        let (contact, owner) = contact(s, n);
        let (promise, due) = (n.add_promise(s.word("new"), owner), s.moment("moment").unwrap_or_default());
        Stated::Fact(
            owner,
            PromiseMade { promise, contact: Some(contact), what: name(s, "what"), due }.into(),
        )
    }),
    ("promise <promise> is kept", |s, n| {
        let (promise, owner) = n.promises.get(s.word("promise")).copied().unwrap_or_default();
        Stated::Fact(owner, PromiseKept { promise }.into())
    }),
    ("<who> leaves voicemail <new> in <contact> [due <moment>]", |s, n| {
        let (contact, owner) = contact(s, n);
        let promise: PromiseId = n.add_promise(s.word("new"), owner);
        let due = s.moment("moment");
        Stated::Fact(owner, VoicemailLeft { contact, promise, due, text: text(s) }.into())
    }),
    ("action <action> is taken for <who> [in <contact>]", |s, n| {
        let contact = s.get("contact").map(|_| contact(s, n).0);
        let action = name(s, "action");
        Stated::Fact(who(s, n), ActionTaken { action, contact, announcement: None }.into())
    }),
    ("<annotator> version <number> judges <event> <verdict>", |s, n| {
        let (message, owner): (EventId, _) = n.events.get(s.word("event")).copied().unwrap_or_default();
        let verdict = verdict(s).unwrap_or(TextVerdict::Substantive);
        let (annotator, annotator_version) = (name(s, "annotator"), s.number("number").into());
        Stated::Fact(owner, TextJudged { message, verdict, annotator, annotator_version }.into())
    }),
    ("<annotator> version <number> reads <event> in <contact> as <topic>", |s, n| {
        let (message, owner): (EventId, _) = n.events.get(s.word("event")).copied().unwrap_or_default();
        let (annotator, annotator_version) = (name(s, "annotator"), s.number("number").into());
        let (contact, topic) = (Some(contact(s, n).0), maybe(s, "topic"));
        let (intent, sentiment) = (None, None);
        Stated::Fact(
            owner,
            TextClassified { message, contact, topic, intent, sentiment, annotator, annotator_version }
                .into(),
        )
    }),
    ("custom <event-name> happens to <who>", |s, n| {
        let name = name(s, "event-name");
        Stated::Fact(
            who(s, n),
            Custom { name, version: 1, contact: None, value: None, payload: text(s) }.into(),
        )
    }),
    ("<who> and <other> are linked as <new>", |s, n| {
        let (a, b) = (who(s, n), n.profile(s.word("other")).unwrap_or_default());
        Stated::Linked(n.add_link(s.word("new"), a, b), a, b)
    }),
    ("link <link> is taken back", |s, n| {
        let (link, a, b) = n.links.get(s.word("link")).copied().unwrap_or_default();
        Stated::Unlinked(link, a, b)
    }),
    ("company declares <disruption> by <whom>", |s, n| {
        let document = n.disruptions.get(s.word("disruption")).cloned().unwrap_or_default();
        Stated::Declared(document, name(s, "whom"))
    }),
];

pub(super) fn who(s: &Said, n: &Names) -> ProfileId {
    n.profile(s.word("who")).unwrap_or_default()
}

pub(super) fn contact(s: &Said, n: &Names) -> (ContactId, ProfileId) {
    n.contacts.get(s.word("contact")).copied().unwrap_or_default()
}

/// A slot that [`super::phrase::fit`] has found to be a name.
pub(super) fn name(s: &Said, slot: &str) -> Name {
    Name::new(s.word(slot)).unwrap_or_else(|_| unreachable!("the form demands a name"))
}

pub(super) fn maybe(s: &Said, slot: &str) -> Option<Name> {
    s.get(slot).map(|_| name(s, slot))
}

pub(super) fn text(s: &Said) -> Option<Text> {
    s.text.as_deref().map(Text::from)
}

fn verdict(s: &Said) -> Option<TextVerdict> {
    s.get("verdict").and_then(TextVerdict::from_word)
}

pub(super) fn on<D: Into<EventData>>(s: &Said, n: &Names, data: impl Fn(ContactId) -> D) -> Stated {
    let (contact, owner) = contact(s, n);
    Stated::Fact(owner, data(contact).into())
}

fn started(s: &Said, n: &mut Names, direction: Direction) -> Stated {
    let owner = who(s, n);
    let contact = n.add_contact(s.word("new"), owner);
    let channel = Channel::from_word(s.word("channel")).unwrap_or(Channel::Mail);
    let issue = s.get("issue").map(|issue| IssueRef::derived("scenario", issue));
    Stated::Fact(
        owner,
        ContactStarted {
            contact,
            channel,
            direction,
            topic: maybe(s, "topic"),
            issue,
            purpose: maybe(s, "purpose"),
        }
        .into(),
    )
}

fn wrote(s: &Said, n: &Names, author: Author) -> Stated {
    let (verdict, agent) = (verdict(s), maybe(s, "agent"));
    on(s, n, |contact| Message { contact, author, agent: agent.clone(), verdict, text: text(s) })
}

fn menu(s: &Said, n: &Names, exit: MenuExit) -> Stated {
    on(s, n, |contact| MenuReached { contact, depth: s.number("number"), exit })
}

fn ended(s: &Said, n: &Names, ending: Ending) -> Stated {
    on(s, n, |contact| ContactEnded { contact, ending, agent: None })
}

fn worked(s: &Said, n: &Names, effect: WorkEffect) -> Stated {
    on(s, n, |contact| WorkDone { contact, agent: maybe(s, "agent"), activity: None, effect })
}

fn rating(s: &Said, contact: Option<ContactId>) -> EventData {
    let byte = |slot| u8::try_from(s.number(slot)).unwrap_or(u8::MAX);
    let instrument = s.get("instrument").and_then(Instrument::from_word).unwrap_or(Instrument::Csat);
    Rated {
        contact,
        instrument,
        score: byte("number"),
        best: byte("of"),
        worst: s.get("worst").map(|_| byte("worst")),
        comment: text(s),
    }
    .into()
}
