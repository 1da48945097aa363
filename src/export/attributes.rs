//! What is known of cases, contacts and decisions, as attributes for formats of others.

use super::story::{CaseKey, Story, spelled};
use throughline_channels::export::{Attribute, Described, describe};
use throughline_core::customer::Contact;
use throughline_core::name::{Interner, Sym};
use throughline_rules::case::Case;
use throughline_rules::decision::Decision;

/// What a decision says beside its kind, its time and its case.
pub(super) fn of_decision(
    story: &Story<'_>,
    (decision, case): (&Decision<Sym>, Option<CaseKey>),
    names: &Interner,
) -> Described {
    let named = decision.named(names);
    let mut says = describe(&named.content);
    // Inside, a case goes by its contact alone.
    let earlier = case.and_then(|case| story.follows.get(&case));
    for follows in says.objects.iter_mut().filter(|object| object.field == "follows") {
        follows.key = earlier.map_or_else(|| follows.key.clone(), CaseKey::to_string);
    }
    // The kind is the event's type already.
    says.attributes.retain(|attribute| attribute.name != "decision");
    says.attributes.push(Attribute::new("rule", named.slot.rule.as_str()));
    says.attributes.push(Attribute::new("rulebook", named.rulebook.as_str()));
    if !named.slot.trigger.is_nil() {
        says.attributes.push(Attribute::new("trigger", named.slot.trigger.to_string()));
    }
    let evidence: Vec<String> = named.evidence.iter().map(ToString::to_string).collect();
    if !evidence.is_empty() {
        says.attributes.push(Attribute::new("evidence", evidence.join(" ")));
    }
    says
}

/// What is known of a case.
pub(super) fn of_case(case: &Case, names: &Interner) -> Vec<Attribute> {
    let mut attributes = vec![
        Attribute::new("state", case.state.as_str()),
        Attribute::new("since", case.since),
        Attribute::new("opened_at", case.opened_at),
        Attribute::new("cause", case.cause.as_str()),
        Attribute::new("waits_for", case.waits_for.as_str()),
        Attribute::new("reopens", case.reopens),
        Attribute::new("missed", case.missed),
        Attribute::new("priority", case.priority),
        Attribute::new("claimed", case.claimed),
    ];
    attributes.extend(spelled(names, case.topic).map(|topic| Attribute::new("topic", topic)));
    attributes.extend(case.channel.map(|channel| Attribute::new("channel", channel.as_str())));
    attributes
}

/// What is known of a contact.
pub(super) fn of_contact(contact: &Contact, names: &Interner) -> Vec<Attribute> {
    let mut attributes = vec![
        Attribute::new("direction", contact.direction.as_str()),
        Attribute::new("started_at", contact.started_at),
        Attribute::new("connected", contact.connected),
        Attribute::new("transfers", contact.transfers),
        Attribute::new("handovers", contact.handovers),
        Attribute::new("wait_seconds", contact.wait.as_secs_f64()),
        Attribute::new("hold_seconds", contact.hold.as_secs_f64()),
    ];
    attributes.extend(contact.channel.map(|channel| Attribute::new("channel", channel.as_str())));
    attributes.extend(spelled(names, contact.topic).map(|topic| Attribute::new("topic", topic)));
    attributes.extend(contact.ended_at().map(|at| Attribute::new("ended_at", at)));
    attributes.extend(contact.ending.map(|ending| Attribute::new("ending", ending.as_str())));
    attributes
}
