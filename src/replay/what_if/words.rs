//! A what-if in words, for whoever thinks of changing a rule.

use super::{Example, RuleDifference, WhatIf};
use crate::replay::grouped;
use std::fmt;

impl fmt::Display for WhatIf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rulebook, affected, customers, facts, decisions, .. } = self;
        writeln!(f, "rulebook {}, if it were {}", rulebook.as_is, rulebook.what_if)?;
        writeln!(
            f,
            "{} facts by {}: {} of {} customers affected",
            grouped(*facts),
            self.as_of,
            grouped(*affected),
            grouped(*customers)
        )?;
        write!(f, "{} decisions, if: {}", grouped(decisions.as_is), grouped(decisions.what_if))?;
        if self.is_empty() {
            return write!(f, "\nnothing would differ");
        }
        write!(f, "\n\n{:>12}  {:>12}  cases", "as is", "what if")?;
        for (state, count) in &self.cases {
            let mark = if count.as_is == count.what_if { "" } else { "  *" };
            write!(f, "\n{:>12}  {:>12}  {state}{mark}", grouped(count.as_is), grouped(count.what_if))?;
        }
        for rule in &self.by_rule {
            write!(f, "\n\n{rule}")?;
        }
        Ok(())
    }
}

impl fmt::Display for RuleDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, rule, decisions, customers, .. } = self;
        write!(f, "{kind} by `{rule}`: {}", grouped(decisions.as_is))?;
        write!(f, ", if: {}; {} customers", grouped(decisions.what_if), grouped(*customers))?;
        for (count, what) in [
            (self.new, "new"),
            (self.gone, "gone"),
            (self.sooner, "sooner"),
            (self.later, "later"),
            (self.reworded, "at the same instant, with other content"),
        ] {
            if count > 0 {
                write!(f, "\n{:>12}  {what}", grouped(count))?;
            }
        }
        // One of each way to differ; the JSON has some more.
        for of_one in self.examples.chunk_by(|a, b| a.differs == b.differs) {
            write!(f, "\n{}", of_one[0])?;
        }
        Ok(())
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  customer {}, event {}", self.customer, self.trigger)?;
        let (at, says) = (&self.effective_at, &self.says);
        for (side, at, says) in [("as is", at.as_is, &says.as_is), ("what if", at.what_if, &says.what_if)] {
            match (at, says) {
                (Some(at), Some(says)) => write!(f, "\n    {side:<8}{at}  {says}")?,
                _ => write!(f, "\n    {side:<8}nothing")?,
            }
        }
        Ok(())
    }
}
