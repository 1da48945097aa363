//! What a replay found, for people and for programs.

use super::fold::{Observer, Worker};
use super::history::{History, ReadReport};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use throughline_core::customer::Effort;
use throughline_core::name::{Interner, Sym};
use throughline_core::time::Micros;
use throughline_rules::decision::DecisionKind;
use throughline_rules::promise::PromiseCount;
use throughline_rules::rulebook::Rulebooks;

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReplayReport {
    /// The version of this form. Fields may be added within a version.
    pub format: u32,
    /// The rulebook, `id@version`.
    pub rulebook: String,
    /// The instant that everything is as of.
    pub as_of: Micros,
    /// What was read, and what became of it.
    pub read: ReadReport,
    /// Facts folded.
    pub facts: u64,
    /// Facts dated after `as_of`, left for later.
    pub parked: u64,
    /// Customers with at least one fact.
    pub customers: u64,
    /// Cases by state.
    pub cases: BTreeMap<String, u64>,
    /// Cases that are not settled, by why they are where they are.
    pub unsettled_because: BTreeMap<String, u64>,
    /// Cases that are not settled, by whom they wait for.
    pub waits_for: BTreeMap<String, u64>,
    /// Cases that anybody ever claimed to be resolved.
    pub claimed_cases: u64,
    /// Cases that were reopened at least once.
    pub reopened_cases: u64,
    /// Reopenings in all.
    pub reopens: u64,
    /// Targets missed, by rule.
    pub missed_by_rule: BTreeMap<String, u64>,
    /// Promises.
    pub promises: PromiseCount,
    /// What customers had to do and bear, over all of them.
    pub effort: Effort,
    /// Signs of leaving.
    pub churn: ChurnReport,
    /// Decisions by kind.
    pub decisions: BTreeMap<String, u64>,
    /// Prescriptions by action.
    pub prescribed: BTreeMap<String, u64>,
    /// The digest of every customer's state and decisions: equal for equal facts and rules, whatever the order of
    /// arrival and the number of threads.
    pub digest: String,
}

/// Signs of leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChurnReport {
    /// Flags raised.
    pub flagged: u64,
    /// Flags that came down again.
    pub cleared: u64,
    /// Customers that are flagged now.
    pub flagged_now: u64,
}

impl ReplayReport {
    /// The version of the form.
    pub const FORMAT: u32 = 1;

    pub(super) fn of<O: Observer>(
        total: &Worker<'_, O>,
        history: &History,
        rules: &Rulebooks,
        names: &Interner,
        as_of: Micros,
    ) -> Self {
        let words =
            |map: &BTreeMap<&'static str, u64>| map.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect();
        let spelled =
            |map: &BTreeMap<Sym, u64>| map.iter().map(|(k, n)| (names.resolve(*k).to_owned(), *n)).collect();
        let t = &total.totals;
        Self {
            format: Self::FORMAT,
            rulebook: names.resolve(rules.in_force(as_of).1.label).to_owned(),
            as_of,
            read: history.read().clone(),
            facts: t.facts,
            parked: t.parked,
            customers: t.customers,
            cases: words(&t.cases),
            unsettled_because: words(&t.why),
            waits_for: words(&t.waits_for),
            claimed_cases: t.claimed_cases,
            reopened_cases: t.reopened_cases,
            reopens: t.reopens,
            missed_by_rule: spelled(total.missed_by_rule()),
            promises: t.promises,
            effort: t.effort.clone(),
            churn: ChurnReport {
                flagged: total.decided(DecisionKind::ChurnFlagged),
                cleared: total.decided(DecisionKind::ChurnCleared),
                flagged_now: t.flagged_now,
            },
            decisions: total.decisions().map(|(kind, count)| (kind.to_owned(), count)).collect(),
            prescribed: spelled(total.actions()),
            digest: format!("{:032x}", t.digest),
        }
    }
}

impl fmt::Display for ReplayReport {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read = &self.read;
        writeln!(to, "as of {} by rulebook {}", self.as_of, self.rulebook)?;
        writeln!(to, "\nread          {:>12} events", grouped(read.events))?;
        writeln!(to, "  accepted    {:>12}", grouped(read.accepted()))?;
        writeln!(to, "  duplicates  {:>12}", grouped(read.duplicates))?;
        writeln!(to, "  refused     {:>12} ids used again for other content", grouped(read.reused_ids))?;
        for (reason, count) in &read.rejected {
            writeln!(to, "  rejected    {:>12} {reason}", grouped(*count))?;
        }
        for (warning, count) in &read.warned {
            writeln!(to, "  warned      {:>12} {warning}", grouped(*count))?;
        }
        writeln!(to, "  still ahead {:>12} dated after this instant", grouped(self.parked))?;
        writeln!(
            to,
            "customers     {:>12} of {} contacts",
            grouped(self.customers),
            grouped(self.effort.contacts.into())
        )?;
        list(to, "cases", &self.cases)?;
        list(to, "not settled, because", &self.unsettled_because)?;
        list(to, "not settled, waiting for", &self.waits_for)?;
        writeln!(
            to,
            "\nreopened      {:>12} cases, {} times",
            grouped(self.reopened_cases),
            grouped(self.reopens)
        )?;
        writeln!(to, "claimed       {:>12} cases were called resolved", grouped(self.claimed_cases))?;
        list(to, "targets missed, by rule", &self.missed_by_rule)?;
        let promises = &self.promises;
        let (made, kept, broken) =
            (grouped(promises.made.into()), grouped(promises.kept.into()), grouped(promises.broken.into()));
        writeln!(
            to,
            "\npromises      {made:>12} made, {kept} kept, {broken} broken ({} of them kept late), {} renegotiated in time",
            promises.kept_late, promises.renegotiated
        )?;
        let effort = &self.effort;
        writeln!(
            to,
            "transfers     {:>12}, more than two in {} contacts",
            grouped(effort.transfers.into()),
            grouped(effort.over_two_contacts.into())
        )?;
        writeln!(
            to,
            "hand-overs    {:>12} in {} contacts",
            grouped(effort.handovers.into()),
            grouped(effort.handed_over_contacts.into())
        )?;
        writeln!(
            to,
            "ping-pong     {:>12} times in {} contacts",
            grouped(effort.ping_pongs.into()),
            grouped(effort.ping_pong_contacts.into())
        )?;
        let churn = &self.churn;
        writeln!(
            to,
            "churn flags   {:>12} raised, {} cleared, {} customers flagged now",
            grouped(churn.flagged),
            grouped(churn.cleared),
            grouped(churn.flagged_now)
        )?;
        list(to, "decisions", &self.decisions)?;
        list(to, "prescribed", &self.prescribed)?;
        write!(to, "\ndigest {}", self.digest)
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, counts: &BTreeMap<String, u64>) -> fmt::Result {
    writeln!(f, "\n{title}")?;
    let mut by_count: Vec<_> = counts.iter().collect();
    by_count.sort_by_key(|(what, count)| (std::cmp::Reverse(**count), what.as_str()));
    for (what, count) in by_count {
        writeln!(f, "  {:>12}  {what}", grouped(*count))?;
    }
    Ok(())
}

/// A number with its thousands apart, so that millions can be read: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
