//! Tables of cases, contacts and decisions.

use super::story::{CaseKey, Step, spelled};
use super::{Export, ExportError, Exported};
use std::io::Write;
use throughline_channels::export::TableWriter;
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::Clock;
use throughline_rules::ledger::announcement_id;

const CASES: [&str; 22] = [
    "case",
    "customer",
    "topic",
    "channel",
    "state",
    "why",
    "cause",
    "waits_for",
    "opened_at",
    "since",
    "last_activity",
    "follows",
    "contacts",
    "reopens",
    "missed",
    "priority",
    "claimed",
    "acknowledged_seconds",
    "first_human_seconds",
    "first_substantive_seconds",
    "satisfactory_seconds",
    "accepted_seconds",
];

const CONTACTS: [&str; 17] = [
    "contact",
    "customer",
    "case",
    "channel",
    "direction",
    "topic",
    "started_at",
    "ended_at",
    "ending",
    "connected",
    "agent",
    "wait_seconds",
    "hold_seconds",
    "transfers",
    "handovers",
    "ping_pongs",
    "menu_depth",
];

const DECISIONS: [&str; 11] = [
    "id",
    "customer",
    "decision",
    "rule",
    "rulebook",
    "case",
    "trigger",
    "occurrence",
    "effective_at",
    "content",
    "evidence",
];

impl Export {
    /// Writes a row for each case. The clocks are those of the running instance; empty while they run.
    pub fn cases_table(&self, out: impl Write) -> Result<Exported, ExportError> {
        let mut table = TableWriter::new(out, &CASES)?;
        self.stories(&mut |story, names| {
            for (key, case) in &story.cases {
                let mut row = vec![
                    key.to_string(),
                    story.customer.to_string(),
                    spelled(names, case.topic).unwrap_or_default().to_owned(),
                    case.channel.map_or("", |c| c.as_str()).to_owned(),
                    case.state.as_str().to_owned(),
                    case.why().to_owned(),
                    case.cause.as_str().to_owned(),
                    case.waits_for.as_str().to_owned(),
                    case.opened_at.to_string(),
                    case.since.to_string(),
                    case.last_activity.to_string(),
                    named(story.follows.get(key)),
                    case.contacts.to_string(),
                    case.reopens.to_string(),
                    case.missed.to_string(),
                    case.priority.to_string(),
                    case.claimed.to_string(),
                ];
                let took = |clock: &Clock| case.instance.took(*clock).map_or_else(String::new, seconds);
                row.extend(Clock::ALL.iter().map(took));
                table.row(&row)?;
            }
            Ok(())
        })?;
        done(table)
    }

    /// Writes a row for each contact.
    pub fn contacts_table(&self, out: impl Write) -> Result<Exported, ExportError> {
        let mut table = TableWriter::new(out, &CONTACTS)?;
        self.stories(&mut |story, names| {
            for contact in story.contacts.values() {
                table.row(&[
                    contact.id.to_string(),
                    story.customer.to_string(),
                    named(story.cases_of(contact.id).next_back().as_ref()),
                    contact.channel.map_or("", |c| c.as_str()).to_owned(),
                    contact.direction.as_str().to_owned(),
                    spelled(names, contact.topic).unwrap_or_default().to_owned(),
                    contact.started_at.to_string(),
                    contact.ended_at().as_ref().map_or_else(String::new, Micros::to_string),
                    contact.ending.map_or("", |e| e.as_str()).to_owned(),
                    contact.connected.to_string(),
                    spelled(names, contact.agent).unwrap_or_default().to_owned(),
                    seconds(contact.wait),
                    seconds(contact.hold),
                    contact.transfers.to_string(),
                    contact.handovers.to_string(),
                    contact.ping_pongs.to_string(),
                    contact.menu_depth.to_string(),
                ])?;
            }
            Ok(())
        })?;
        done(table)
    }

    /// Writes a row for each decision. What only its kind has is in `content`, as JSON.
    pub fn decisions_table(&self, out: impl Write) -> Result<Exported, ExportError> {
        let mut table = TableWriter::new(out, &DECISIONS)?;
        self.stories(&mut |story, names| {
            for step in &story.steps {
                let Step::Concluded { decision, case } = step else { continue };
                let decision = decision.named(names);
                let slot = decision.slot.map(decision.slot.rule.as_str());
                let evidence: Vec<String> = decision.evidence.iter().map(ToString::to_string).collect();
                table.row(&[
                    announcement_id(&slot, 0).to_string(),
                    story.customer.to_string(),
                    slot.kind.as_str().to_owned(),
                    slot.rule.to_owned(),
                    decision.rulebook.to_string(),
                    named(case.as_ref()),
                    slot.trigger.to_string(),
                    slot.occurrence.to_string(),
                    decision.effective_at.to_string(),
                    serde_json::to_string(&decision.content).map_err(std::io::Error::from)?,
                    evidence.join(" "),
                ])?;
            }
            Ok(())
        })?;
        done(table)
    }
}

fn done(table: TableWriter<impl Write>) -> Result<Exported, ExportError> {
    let exported = Exported { events: table.rows(), ..Exported::default() };
    table.finish()?;
    Ok(exported)
}

fn named(case: Option<&CaseKey>) -> String {
    case.map_or_else(String::new, CaseKey::to_string)
}

fn seconds(span: Span) -> String {
    span.as_secs_f64().to_string()
}
