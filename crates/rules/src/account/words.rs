//! Changes in words, for a person who asks what happened.

use super::{
    ApologyChange, Both, CaseChange, CaseMove, Changes, ChurnChange, DecisionChange, EffortChange, FactSeen,
    PartnerChange, PromiseChange,
};
use crate::view::PromiseView;
use alloc::string::String;
use core::fmt;
use throughline_core::ids::EventId;
use throughline_core::time::Span;

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { earlier, later, .. } = self;
        write!(f, "from {} by {}", facts(earlier.facts), earlier.as_of)?;
        write!(f, " to {} by {}", facts(later.facts), later.as_of)?;
        if earlier.rulebook != later.rulebook {
            write!(f, "; rulebook {}, was {}", later.rulebook, earlier.rulebook)?;
        }
        if earlier.customer != later.customer {
            write!(f, "; customer {}, was {}", later.customer, earlier.customer)?;
        }
        if self.is_empty() {
            return f.write_str("\n  nothing changed");
        }
        for (title, facts) in
            [("facts that came", &self.facts_come), ("facts that are gone", &self.facts_gone)]
        {
            if !facts.is_empty() {
                write!(f, "\n  {title}")?;
            }
            for fact in facts {
                write!(f, "\n    {fact}")?;
            }
        }
        for case in &self.cases {
            write!(f, "\n{case}")?;
        }
        for promise in &self.promises {
            write!(f, "\n{promise}")?;
        }
        if let Some(Both { earlier, later }) = &self.promise_count {
            write!(f, "\n  promises: {} made, {} kept, {} broken", later.made, later.kept, later.broken)?;
            if later.renegotiated != earlier.renegotiated {
                write!(f, ", {} renegotiated", later.renegotiated)?;
            }
            write!(f, " (were {}, {}, {})", earlier.made, earlier.kept, earlier.broken)?;
        }
        for partner in &self.partners {
            write!(f, "\n{partner}")?;
        }
        for apology in &self.apologies {
            write!(f, "\n{apology}")?;
        }
        for effort in &self.effort {
            write!(f, "\n{effort}")?;
        }
        if let Some(churn) = &self.churn {
            write!(f, "\n{churn}")?;
        }
        if !self.decisions.is_empty() {
            write!(f, "\n  decisions")?;
        }
        for decision in &self.decisions {
            write!(f, "\n{decision}")?;
        }
        Ok(())
    }
}

fn facts(count: u64) -> String {
    alloc::format!("{count} {}", if count == 1 { "fact" } else { "facts" })
}

impl fmt::Display for FactSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.at, self.kind)?;
        if let Some(contact) = self.contact {
            write!(f, " in contact {contact}")?;
        }
        write!(f, ": {}", self.event)
    }
}

/// The events of a change, on a line of their own.
struct Because<'a>(&'a [EventId]);

impl fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, event) in self.0.iter().enumerate() {
            write!(f, "{} {event}", if place == 0 { "\n    because of" } else { "," })?;
        }
        Ok(())
    }
}

/// What something is, and what it was.
fn was(f: &mut fmt::Formatter<'_>, what: &str, value: Both<u16>) -> fmt::Result {
    if value.is_same() { Ok(()) } else { write!(f, "; {what} {} (was {})", value.later, value.earlier) }
}

impl fmt::Display for CaseChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  case {}, {}: ", self.case, self.topic.as_deref().unwrap_or("no topic"))?;
        let (state, since) = (self.state, self.since);
        match self.change {
            CaseMove::Gone => write!(f, "gone; it was {}", state.earlier.unwrap_or("open"))?,
            CaseMove::Retired => write!(f, "settled long ago; it was {}", state.earlier.unwrap_or("open"))?,
            _ => {
                f.write_str(state.later.unwrap_or("open"))?;
                if let (Some(since), false) = (since.later, since.is_same()) {
                    write!(f, " since {since}")?;
                }
                match state.earlier {
                    None => f.write_str(", was not there")?,
                    Some(earlier) if !state.is_same() => write!(f, ", was {earlier}")?,
                    Some(_) => {}
                }
            }
        }
        was(f, "reopened", self.reopens)?;
        was(f, "priority", self.priority)?;
        was(f, "targets missed", self.missed)?;
        for (what, contacts) in [("joined by", &self.contacts_joined), ("left by", &self.contacts_left)] {
            // A case that comes or goes does so with its contacts.
            if state.earlier.is_some() && state.later.is_some() {
                for contact in contacts {
                    write!(f, "; {what} {contact}")?;
                }
            }
        }
        if state.later.is_some() {
            for clock in &self.clocks {
                write!(f, "\n    {}: ", clock.clock)?;
                for (part, took) in [("", clock.took.later), (", ", clock.took.earlier)] {
                    match (part, took, state.earlier) {
                        ("", Some(took), _) => write!(f, "after {took}")?,
                        ("", None, _) => f.write_str("runs")?,
                        (_, _, None) => {}
                        (part, Some(took), _) => write!(f, "{part}was after {took}")?,
                        (part, None, _) => write!(f, "{part}ran")?,
                    }
                }
            }
        }
        Because(&self.because).fmt(f)
    }
}

impl fmt::Display for PromiseChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |promise: &PromiseView| {
            let state = if promise.broken { "broken, still owed" } else { "to be kept" };
            alloc::format!("{state}, due {}", promise.due)
        };
        let nothing = || String::from("not owed");
        write!(f, "  promise {}: ", self.promise)?;
        f.write_str(&self.owed.later.as_ref().map_or_else(nothing, said))?;
        write!(f, " (was {})", self.owed.earlier.as_ref().map_or_else(nothing, said))?;
        Because(&self.because).fmt(f)
    }
}

impl fmt::Display for PartnerChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.told.later, &self.told.earlier) {
            (Some(now), was) => {
                write!(f, "  {now}")?;
                match was {
                    Some(was) => write!(f, "\n    was {was}")?,
                    None => f.write_str(" (nothing was heard)")?,
                }
            }
            (None, Some(was)) => write!(f, "  nothing is heard of {}; it was {was}", was.partner)?,
            (None, None) => {}
        }
        Because(&self.because).fmt(f)
    }
}

impl fmt::Display for ApologyChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.owed.later, &self.owed.earlier) {
            (Some(now), None) => write!(f, "  {now} (was not owed)")?,
            (Some(now), Some(was)) => write!(f, "  {now} (was since {})", was.since)?,
            (None, Some(was)) => {
                write!(f, "  no apology is owed for {} (was since {})", was.reason, was.since)?;
            }
            (None, None) => {}
        }
        Because(&self.because).fmt(f)
    }
}

impl fmt::Display for EffortChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  effort, {}: ", self.count.replace('_', " "))?;
        let Both { earlier, later } = self.value;
        if matches!(self.count, "longest_wait_told" | "wait" | "hold") {
            write!(f, "{} (was {})", Span(later), Span(earlier))?;
        } else {
            write!(f, "{later} (was {earlier})")?;
        }
        Because(&self.because).fmt(f)
    }
}

impl fmt::Display for ChurnChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = |score: Option<f64>, flagged: bool| match score {
            Some(score) => alloc::format!("{score:.2}{}", if flagged { ", flagged" } else { "" }),
            None => String::from("none"),
        };
        let Self { score, flagged_since: flag, because } = self;
        write!(f, "  signs of leaving: {}", side(score.later, flag.later.is_some()))?;
        write!(f, " (was {})", side(score.earlier, flag.earlier.is_some()))?;
        Because(because).fmt(f)
    }
}

impl fmt::Display for DecisionChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.decision.earlier, &self.decision.later) {
            (Some(gone), None) => write!(f, "    gone: {}  {gone}", gone.effective_at)?,
            (None, Some(new)) => write!(f, "    new: {}  {new}", new.effective_at)?,
            (Some(was), Some(is)) => {
                write!(f, "    changed: {}  {is}", is.effective_at)?;
                write!(f, "\n      was: {}  {was}", was.effective_at)?;
            }
            (None, None) => {}
        }
        let evidence = self.latest().map_or(&[][..], |decision| &decision.evidence);
        for (place, event) in evidence.iter().enumerate() {
            write!(f, "{} {event}", if place == 0 { "\n      evidence:" } else { "," })?;
        }
        Ok(())
    }
}
