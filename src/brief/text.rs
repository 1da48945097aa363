//! A brief as text: what is to be read first stands first.

use super::form::{Brief, BriefFor, Inquiry, Issue, Person, ToneReason};
use std::fmt;

impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reader = match self.reader {
            BriefFor::Agent => "an agent",
            BriefFor::Caller => "a caller",
            BriefFor::Account => "a meeting",
        };
        write!(f, "brief for {reader}")?;
        if let Some(account) = &self.account {
            write!(f, " with account {account}")?;
        }
        write!(f, ", as of {}, by rulebook {}", self.as_of, self.rulebook)?;
        for meeting in &self.meetings {
            write!(f, "\nmeeting {}", meeting.meeting)?;
            if let Some(starts) = meeting.starts {
                write!(f, " {starts}")?;
            }
            if let Some(purpose) = &meeting.purpose {
                write!(f, ", for {purpose}")?;
            }
        }
        if self.people.is_empty() {
            return f.write_str("\nnobody of these has a part in the account");
        }
        self.people.iter().try_for_each(|person| write!(f, "\n{person}"))
    }
}

impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "customer {}", self.customer)?;
        self.unread.iter().try_for_each(|inquiry| write!(f, "\n{inquiry}"))?;
        f.write_str("\n  tone")?;
        for ToneReason { tone, because } in &self.tone {
            write!(f, "\n    {}: {because}", tone.as_str())?;
        }
        section(f, "do not make contact", &self.avoid, |f, avoid| {
            write!(f, "for {}: {}", avoid.purposes.join(", "), avoid.because)?;
            avoid.allowed_from.map_or(Ok(()), |from| write!(f, "; from {from} on no more"))
        })?;
        if !self.allowed.is_empty() {
            write!(f, "\n  contact is allowed for {}", self.allowed.join(", "))?;
        }
        section(f, "she told us already; do not ask again", &self.told, |f, told| {
            write!(f, "{} {}: {}", told.kind.as_str(), told.what, told.value)?;
            told.since.map_or(Ok(()), |since| write!(f, ", since {since}"))
        })?;
        section(f, "not settled", &self.open, |f, issue| write!(f, "{issue}"))?;
        if self.left_out > 0 {
            let (cases, are) = if self.left_out == 1 { ("case", "is") } else { ("cases", "are") };
            write!(f, "\n  {} more {cases} {are} settled or answered well", self.left_out)?;
        }
        section(f, "promised and not kept yet", &self.promises, |f, promise| {
            write!(f, "{}, due {}", promise.what, promise.due)?;
            promise.from.map_or(Ok(()), |from| write!(f, ", not before {from}"))?;
            f.write_str(if promise.broken { ": broken, still owed" } else { "" })
        })?;
        let apologies = &self.apologies;
        section(f, "apologies given", &apologies.given, |f, given| {
            write!(f, "{} by {}", given.at, given.agent.as_deref().unwrap_or("somebody"))?;
            given.reason.as_ref().map_or(Ok(()), |reason| write!(f, ", for {reason}"))
        })?;
        match apologies.owed {
            0 => Ok(()),
            1 => f.write_str("\n  an apology is owed"),
            owed => write!(f, "\n  {owed} apologies are owed"),
        }
    }
}

/// A heading and what stands below it, if anything does.
fn section<T>(
    f: &mut fmt::Formatter<'_>,
    heading: &str,
    items: &[T],
    each: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    write!(f, "\n  {heading}")?;
    for item in items {
        f.write_str("\n    ")?;
        each(f, item)?;
    }
    Ok(())
}

impl fmt::Display for Inquiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  read this first: no person has replied since {}", self.since)?;
        if let Some(channel) = &self.channel {
            write!(f, ", by {channel}")?;
        }
        if let Some(topic) = &self.topic {
            write!(f, ", about {topic}")?;
        }
        if self.words.is_empty() {
            write!(f, "\n    no words were recorded")?;
        }
        for words in &self.words {
            match &words.text {
                Some(text) => write!(f, "\n    {}  “{text}”", words.at)?,
                None => write!(f, "\n    {}  (her words are not there any more)", words.at)?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topic = self.topic.as_deref().unwrap_or("no topic");
        let (state, opened, lasts) = (&self.state, self.opened_at, self.open_for);
        write!(f, "case {}, {topic}: {state}, since {opened} ({lasts} of her time", self.case)?;
        let since = if self.reopens > 0 { " since it was opened again" } else { "" };
        write!(f, "; {} of working time{since})", self.working_time)?;
        write!(f, "\n      {}; waits for {}", self.why, self.waits_for)?;
        match &self.owner {
            Some(owner) => write!(f, "; last dealt with by {owner}")?,
            None => write!(f, "; nobody has dealt with it yet")?,
        }
        write!(f, "\n      closes when: {}", self.closes_when)?;
        if self.steps_left_out > 0 {
            write!(f, "\n      … {} earlier steps", self.steps_left_out)?;
        }
        self.tried.iter().try_for_each(|step| write!(f, "\n      {}  {}", step.at, step.what))
    }
}
