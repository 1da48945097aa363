//! A log as XES: one trace for each customer, case or contact.

use super::attributes::{of_case, of_contact, of_decision};
use super::story::{CaseKey, Step, Story};
use super::{Export, ExportError, Exported};
use std::collections::BTreeMap;
use std::io::Write;
use throughline_channels::export::{Attribute, XesEvent, XesWriter};
use throughline_core::ids::ContactId;
use throughline_core::name::Interner;

/// What a trace is. XES allows each event one trace, so something is lost either way; OCEL loses nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Traces {
    /// Everything of one customer.
    ByCustomer,
    /// What belongs to one case.
    #[default]
    ByCase,
    /// What belongs to one contact; decisions are left out, since they are about cases.
    ByContact,
}

impl Export {
    /// Writes the log as XES. An event that belongs to no trace of the kind is left out and counted.
    pub fn xes(&self, out: impl Write, traces: Traces) -> Result<Exported, ExportError> {
        let mut writer = XesWriter::new(out)?;
        let mut left_out = 0;
        self.stories(&mut |story, names| {
            if traces == Traces::ByCustomer {
                writer.trace(&story.customer.to_string(), &[])?;
                return story.steps.iter().try_for_each(|step| event(&mut writer, story, step, names));
            }
            let mut by_trace: BTreeMap<Trace, Vec<&Step<'_>>> = BTreeMap::new();
            for (step, case) in story.steps() {
                let trace = match (traces, step) {
                    (Traces::ByContact, Step::Happened { fact, .. }) => {
                        fact.data.contact().map(Trace::Contact)
                    }
                    (Traces::ByContact, Step::Concluded { .. }) => None,
                    _ => case.map(Trace::Case),
                };
                match trace {
                    Some(trace) => by_trace.entry(trace).or_default().push(step),
                    None => left_out += 1,
                }
            }
            for (trace, steps) in by_trace {
                let name = match trace {
                    Trace::Case(case) => case.to_string(),
                    Trace::Contact(contact) => contact.to_string(),
                };
                writer.trace(&name, &of_trace(story, trace, names))?;
                steps.into_iter().try_for_each(|step| event(&mut writer, story, step, names))?;
            }
            Ok(())
        })?;
        let exported = Exported { events: writer.events(), traces: writer.traces(), left_out, objects: 0 };
        writer.finish()?;
        Ok(exported)
    }
}

/// What a trace is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trace {
    Case(CaseKey),
    Contact(ContactId),
}

fn of_trace(story: &Story<'_>, trace: Trace, names: &Interner) -> Vec<Attribute> {
    let mut attributes = match trace {
        Trace::Contact(contact) => story.contacts.get(&contact).map(|contact| of_contact(contact, names)),
        Trace::Case(case) => story.cases.get(&case).map(|case| of_case(case, names)),
    }
    .unwrap_or_default();
    attributes.push(Attribute::new("customer", story.customer.to_string()));
    attributes
}

fn event<W: Write>(
    writer: &mut XesWriter<W>,
    story: &Story<'_>,
    step: &Step<'_>,
    names: &Interner,
) -> Result<(), ExportError> {
    let (name, at, says) = match step {
        Step::Happened { fact, says } => (fact.data.kind().as_str(), fact.at, says.clone()),
        Step::Concluded { decision, case } => {
            (decision.slot.kind.as_str(), decision.effective_at, of_decision(story, (decision, *case), names))
        }
    };
    let mut attributes = says.attributes;
    attributes.extend(says.objects.into_iter().map(|object| Attribute::new(object.field, object.key)));
    let resource = says.agent.as_deref();
    Ok(writer.event(&XesEvent { name, at, resource, attributes: &attributes })?)
}
