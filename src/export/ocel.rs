//! A log as OCEL 2.0: customers, cases, contacts and what else events name as objects; facts and decisions as events.

use super::attributes::{of_case, of_contact, of_decision};
use super::story::{Step, Story};
use super::{Export, ExportError, Exported};
use std::collections::BTreeSet;
use std::io::Write;
use throughline_channels::export::{Attribute, ObjectRow, OcelEvent, OcelWriter, Relation, Value};
use throughline_core::name::Interner;
use throughline_core::time::Micros;
use throughline_rules::ledger::announcement_id;

impl Export {
    /// Writes the log as OCEL 2.0 JSON. Every customer is folded twice, because objects come before events.
    ///
    /// Ids begin with the object's type: a case has the id of its first contact.
    pub fn ocel(&self, out: impl Write) -> Result<Exported, ExportError> {
        let mut writer = OcelWriter::new(out)?;
        // A contact may be named in the stories of two customers, and an order may be two customers'.
        let mut written = BTreeSet::new();
        self.stories(&mut |story, names| objects(story, names, &mut writer, &mut written))?;
        self.stories(&mut |story, names| events(story, names, &mut writer))?;
        let exported = Exported { events: writer.events(), objects: writer.objects(), ..Exported::default() };
        writer.finish()?;
        Ok(exported)
    }
}

fn objects<W: Write>(
    story: &Story<'_>,
    names: &Interner,
    writer: &mut OcelWriter<W>,
    written: &mut BTreeSet<String>,
) -> Result<(), ExportError> {
    let customer = id("customer", &story.customer);
    let of_customer = relation(customer.clone(), "of");
    let first = story.state.first_seen().unwrap_or_default();
    let mut object =
        |key: String, kind: &str, attributes: &[Attribute], at: Micros, relations: &[Relation]| {
            if written.contains(&key) {
                return Ok(());
            }
            let written_now = writer.object(&ObjectRow { id: &key, kind, attributes, at, relations });
            written.insert(key);
            written_now
        };
    let effort = story.state.effort();
    let mut attributes = vec![
        Attribute::new("facts", Value::Integer(story.state.facts.try_into().unwrap_or(i64::MAX))),
        Attribute::new("contacts", effort.contacts),
        Attribute::new("transfers", effort.transfers),
    ];
    attributes.extend(story.state.last_seen().map(|at| Attribute::new("last_seen", at)));
    object(customer, "customer", &attributes, first, &[])?;
    for (key, case) in &story.cases {
        let mut relations = vec![of_customer.clone()];
        relations.extend(story.follows.get(key).map(|other| relation(id("case", other), "follows")));
        object(id("case", key), "case", &of_case(case, names), case.opened_at, &relations)?;
    }
    for contact in story.contacts.values() {
        let mut relations = vec![of_customer.clone()];
        let cases = story.cases_of(contact.id);
        relations.extend(cases.map(|case| relation(id("case", &case), "part of")));
        let attributes = of_contact(contact, names);
        object(id("contact", &contact.id), "contact", &attributes, contact.started_at, &relations)?;
    }
    // What events name beside those: promises, issues, whatever the fold keeps no account of.
    for (step, case) in story.steps() {
        let (at, says) = match step {
            Step::Happened { fact, says } => (fact.at, says.clone()),
            Step::Concluded { decision, .. } => {
                (decision.effective_at, of_decision(story, (decision, case), names))
            }
        };
        for named in &says.objects {
            let key = id(named.kind, &named.key);
            object(key, named.kind, &[], at, std::slice::from_ref(&of_customer))?;
        }
        if let Some(case) = case {
            object(id("case", &case), "case", &[], at, std::slice::from_ref(&of_customer))?;
        }
    }
    Ok(())
}

fn events<W: Write>(
    story: &Story<'_>,
    names: &Interner,
    writer: &mut OcelWriter<W>,
) -> Result<(), ExportError> {
    for (step, case) in story.steps() {
        let mut relations = vec![relation(id("customer", &story.customer), "customer")];
        let (key, kind, at, says) = match step {
            Step::Happened { fact, says } => {
                (fact.id.to_string(), fact.data.kind().as_str(), fact.at, says.clone())
            }
            Step::Concluded { decision, .. } => {
                let slot = decision.slot.map(names.resolve(decision.slot.rule));
                let key = announcement_id(&slot, 0).to_string();
                (
                    key,
                    decision.slot.kind.as_str(),
                    decision.effective_at,
                    of_decision(story, (decision, case), names),
                )
            }
        };
        let mut attributes = says.attributes;
        attributes.extend(says.agent.map(|agent| Attribute::new("agent", agent)));
        let named = says.objects.iter();
        relations.extend(named.map(|object| relation(id(object.kind, &object.key), object.field)));
        relations.extend(case.map(|case| relation(id("case", &case), "case")));
        let attributes = &attributes;
        writer.event(&OcelEvent { id: &key, kind, at, attributes, relations: &relations })?;
    }
    Ok(())
}

/// The id of an object: cases, contacts and customers may have one UUID.
fn id(kind: &str, key: &impl std::fmt::Display) -> String {
    format!("{kind}:{key}")
}

fn relation(object: String, qualifier: &str) -> Relation {
    Relation { object, qualifier: qualifier.to_owned() }
}
