//! One customer for a brief.

use super::form::{Apologies, Apology, Avoid, BriefFor, Inquiry, Issue, Meeting, Person, Promise, Words};
use super::heard::Heard;
use super::subject::Subject;
use super::{told, tone, tried};
use throughline_core::event::{ApologyStep, Author, Channel, EventData, MeetingChange};
use throughline_core::ids::PromiseId;
use throughline_core::time::Span;
use throughline_core::wire::DecodeError;
use throughline_rules::case::{Case, CaseState};
use throughline_rules::contact::may_contact;
use throughline_rules::decision::{AnswerKind, Clock, Content};
use throughline_rules::promise::KeptBy;
use throughline_rules::rulebook::ContactPolicy;

/// What stands in a brief of one customer. `heard` has the words.
pub(crate) fn person(subject: &Subject<'_>, reader: BriefFor, heard: &Heard) -> Result<Person, DecodeError> {
    let unsettled = || subject.journey.cases.cases().iter().rev().filter(|case| !case.state.is_settled());
    let shown = |case: &&Case| reader != BriefFor::Account || !was_answered_well(subject, case);
    let unread = unsettled().filter(|case| case.is_unread());
    let (allowed, avoid) = guard(subject);
    Ok(Person {
        customer: subject.customer,
        unread: unread.map(|case| inquiry(subject, case, heard)).collect::<Result<_, _>>()?,
        tone: tone::tone(subject),
        avoid,
        allowed,
        told: told::told(subject),
        open: unsettled().filter(shown).map(|case| issue(subject, case)).collect(),
        left_out: left_out(subject, reader),
        promises: promises(subject),
        apologies: apologies(subject),
    })
}

/// Whether an ordinary question got a real answer in time, and nothing has been said against it.
fn was_answered_well(subject: &Subject<'_>, case: &Case) -> bool {
    let real = matches!(case.state, CaseState::Answered(AnswerKind::Substantive | AnswerKind::Spoken));
    let voided = subject.decisions.iter().any(|decision| {
        decision.slot.case == case.key && matches!(decision.content, Content::AnswerVoided {})
    });
    real && case.reopens == 0 && case.missed == 0 && !voided
}

/// How many cases a reader is spared: those that were settled, and for an account those that were answered well.
fn left_out(subject: &Subject<'_>, reader: BriefFor) -> u32 {
    let cases = subject.journey.cases.cases().iter();
    let is_left_out = |case: &&Case| {
        case.state.is_settled() || (reader == BriefFor::Account && was_answered_well(subject, case))
    };
    cases.filter(is_left_out).count() as u32 + subject.journey.cases.retired()
}

fn inquiry(subject: &Subject<'_>, case: &Case, heard: &Heard) -> Result<Inquiry, DecodeError> {
    let (contacts, since) = (subject.contacts_of(case), case.instance.started_at);
    let said = subject.facts.iter().filter(|fact| fact.at >= since).filter(|fact| match &fact.data {
        EventData::Message(e) => e.author == Author::Customer && contacts.contains(&e.contact),
        EventData::VoicemailLeft(e) => contacts.contains(&e.contact),
        _ => false,
    });
    let words = said.map(|fact| Ok(Words { at: fact.at, event: fact.id, text: heard.words(fact.id)? }));
    Ok(Inquiry {
        case: subject.handle(case.key),
        topic: subject.maybe(case.topic),
        channel: case.channel.map(|channel| Channel::as_str(channel).to_owned()),
        since,
        words: words.collect::<Result<_, _>>()?,
    })
}

fn issue(subject: &Subject<'_>, case: &Case) -> Issue {
    let contacts = subject.contacts_of(case);
    let mut agents = contacts.iter().rev().filter_map(|contact| subject.journey.customer.contact(*contact));
    let owner = agents.find_map(|contact| subject.maybe(contact.agent));
    let (tried, steps_left_out) = tried::tried(subject, case);
    Issue {
        case: subject.handle(case.key),
        topic: subject.maybe(case.topic),
        state: case.state.as_str().to_owned(),
        why: case.why().to_owned(),
        waits_for: case.waits_for.as_str().to_owned(),
        opened_at: case.opened_at,
        open_for: subject.as_of.since(case.opened_at),
        working_time: working_time(subject, case),
        owner,
        priority: case.priority,
        reopens: case.reopens,
        missed: case.missed,
        closes_when: case.closes_when().to_owned(),
        tried,
        steps_left_out,
    }
}

/// How long the clock of the acceptance has run: it is the last one to stop.
fn working_time(subject: &Subject<'_>, case: &Case) -> Span {
    let mut clocks = subject.journey.cases.clocks(subject.rules);
    let of_case = clocks.find(|clocks| clocks.case.key == case.key);
    of_case.map_or(Span::ZERO, |clocks| clocks.read(Clock::Accepted, subject.as_of).working_time)
}

/// The purposes for which we may make contact, and what forbids the others: each reason once.
fn guard(subject: &Subject<'_>) -> (Vec<String>, Vec<Avoid>) {
    let (mut allowed, mut avoid): (Vec<String>, Vec<Avoid>) = (Vec::new(), Vec::new());
    let book = subject.rules.in_force(subject.as_of).1;
    for rule in book.contact.iter().flat_map(ContactPolicy::purposes) {
        let answer = may_contact(subject.journey, subject.rules, rule.purpose, subject.as_of);
        let answer = answer.named(subject.names, subject.handles);
        let purpose = answer.purpose.to_string();
        if answer.is_allowed() {
            allowed.push(purpose);
            continue;
        }
        for refusal in &answer.refusals {
            let because = refusal.to_string();
            match avoid.iter_mut().find(|known| known.because == because) {
                Some(known) => known.purposes.push(purpose.clone()),
                None => avoid.push(Avoid {
                    purposes: vec![purpose.clone()],
                    reason: refusal.as_str().to_owned(),
                    because,
                    event: refusal.event(),
                    allowed_from: refusal.allowed_from(),
                }),
            }
        }
    }
    (allowed, avoid)
}

fn promises(subject: &Subject<'_>) -> Vec<Promise> {
    let what = |id: PromiseId| {
        subject.facts.iter().rev().find_map(|fact| match &fact.data {
            EventData::PromiseMade(e) if e.promise == id => Some(subject.names.resolve(e.what).to_owned()),
            EventData::VoicemailLeft(e) if e.promise == id => {
                Some("call back about the voicemail".to_owned())
            }
            _ => None,
        })
    };
    let promise = |p: &throughline_rules::promise::Promise| Promise {
        promise: p.id,
        what: what(p.id).unwrap_or_else(|| match p.kept_by {
            KeptBy::Call(_) => "call back".to_owned(),
            KeptBy::Word => "something".to_owned(),
        }),
        made_at: p.made_at,
        from: p.window_start(),
        due: p.due,
        broken: p.broken,
    };
    let mut promises: Vec<Promise> = subject.journey.promises.open().iter().map(promise).collect();
    promises.sort_by_key(|promise| promise.due);
    promises
}

fn apologies(subject: &Subject<'_>) -> Apologies {
    let given = subject.facts.iter().filter_map(|fact| match &fact.data {
        EventData::Apology(e) if e.step == ApologyStep::Given => {
            Some(Apology { at: fact.at, agent: subject.spelled(e.agent), reason: subject.spelled(e.reason) })
        }
        _ => None,
    });
    Apologies { owed: subject.journey.apologies_owed(), given: given.collect() }
}

/// The meetings that are planned with a customer and have not begun; about this account, or about none, if one is named.
pub(crate) fn meetings(subject: &Subject<'_>, account: Option<&str>) -> Vec<Meeting> {
    let mut planned: Vec<Meeting> = Vec::new();
    for fact in subject.facts {
        let EventData::MeetingChanged(e) = &fact.data else { continue };
        let meeting = subject.names.resolve(e.meeting).to_owned();
        let before = planned.iter().position(|known| known.meeting == meeting).map(|at| planned.remove(at));
        if e.change != MeetingChange::Planned {
            continue;
        }
        // Moved to another time: what is not said again stays.
        let kept = |field: fn(Meeting) -> Option<String>| before.clone().and_then(field);
        planned.push(Meeting {
            meeting,
            customer: subject.customer,
            starts: e.starts.or_else(|| before.as_ref().and_then(|before| before.starts)),
            purpose: subject.spelled(e.purpose).or_else(|| kept(|before| before.purpose)),
            account: subject.spelled(e.account).or_else(|| kept(|before| before.account)),
        });
    }
    planned.retain(|meeting| {
        meeting.starts.is_none_or(|starts| starts >= subject.as_of)
            && account.is_none_or(|account| meeting.account.as_deref().is_none_or(|of| of == account))
    });
    planned
}
