//! Explanations in words.

use super::{CaseEffort, CaseExplanation, DecisionExplanation, DecisionView, EvidenceView, InstanceView};
use crate::decision::Clock;
use crate::view::effort_words;
use core::fmt;

impl fmt::Display for CaseExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let case = &self.case;
        let topic = case.topic.as_deref().unwrap_or("no topic");
        writeln!(f, "case {}, {topic}: {} since {}", case.handle, case.state, case.since)?;
        writeln!(f, "  why: {}", case.why)?;
        writeln!(f, "  waits for {}; priority {}", case.waits_for, case.priority)?;
        writeln!(f, "  closes when: {}", case.closes_when)?;
        match &self.next {
            Some(next) => writeln!(f, "  next: {} at {}, by `{}`", next.what, next.at, next.rule)?,
            None => writeln!(f, "  next: nothing happens by itself")?,
        }
        if self.began_under == self.rulebook {
            writeln!(f, "  by {}", self.rulebook)?;
        } else {
            writeln!(
                f,
                "  by {}; held to the targets of {}, under which it began",
                self.rulebook, self.began_under
            )?;
        }
        if let Some(parent) = case.parent {
            writeln!(f, "  came of case {parent}")?;
        }
        for child in &case.children {
            writeln!(f, "  case {child} came of it")?;
        }
        writeln!(f, "  cost her: {}", self.effort)?;
        if let Some(inherited) = &self.inherited {
            writeln!(f, "  and before, in what it came of: {inherited}")?;
        }
        for promise in &self.promises {
            writeln!(f, "  {promise}")?;
        }
        for partner in &self.partners {
            writeln!(f, "  {partner}")?;
        }
        for apology in &self.apologies {
            writeln!(f, "  {apology}")?;
        }
        for given in &self.apologised {
            write!(f, "  an apology was given {}", given.at)?;
            match &given.agent {
                Some(agent) => writeln!(f, " by {agent}")?,
                None => writeln!(f)?,
            }
        }
        for instance in &self.instances {
            writeln!(f, "{instance}")?;
        }
        write!(f, "  what was concluded")?;
        for decision in &self.decisions {
            write!(f, "\n    {decision}")?;
        }
        Ok(())
    }
}

impl fmt::Display for InstanceView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  clocks, time {}, from {}", self.number, self.started_at)?;
        if let Some(ended) = self.ended_at {
            write!(f, " to {ended}")?;
        }
        for clock in &self.clocks {
            // The answer that will have satisfied her is not known before she says so.
            if clock.clock == Clock::Satisfactory && clock.fulfilled_at.is_none() {
                continue;
            }
            write!(f, "\n    {clock}")?;
        }
        Ok(())
    }
}

impl fmt::Display for DecisionView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.at, self.what)?;
        write!(f, "\n      by `{}` of {}", self.rule, self.rulebook)?;
        for (place, evidence) in self.evidence.iter().enumerate() {
            write!(f, "{} {evidence}", if place == 0 { ", from" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Display for EvidenceView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.at) {
            (Some(kind), Some(at)) => write!(f, "`{kind}` of {at}"),
            _ => write!(f, "event {}", self.event),
        }
    }
}

impl fmt::Display for CaseEffort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} open", self.open_for)?;
        for (count, one, many) in [
            (self.contacts, "contact", "contacts"),
            (self.repeats, "repeat", "repeats"),
            (self.reopens, "reopening", "reopenings"),
        ] {
            if count > 0 {
                write!(f, ", {count} {}", if count == 1 { one } else { many })?;
            }
        }
        effort_words(f, &self.effort)
    }
}

impl fmt::Display for DecisionExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.explained)?;
        if let Some(source) = &self.source {
            write!(f, "\n  the rule, from line {}", source.line)?;
            for line in source.text.lines() {
                write!(f, "\n    {line}")?;
            }
        }
        match &self.case {
            Some(case) => write!(f, "\n{case}"),
            None => Ok(()),
        }
    }
}
