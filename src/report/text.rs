//! A report as text, for a terminal: what a replay finds, and the shares that say whether it is good.

use super::form::Report;
use super::parity::{Parity, ParityOfConcessions};
use super::rate::Rate;
use super::survival::Survival;
use std::fmt;
use throughline_core::time::Span;

impl fmt::Display for Report {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (contacts, waits, repeats) = (&self.contacts, &self.waits, &self.repeats);
        let (issues, transfers) = (&self.issues, &self.transfers);
        writeln!(to, "{}", self.found)?;
        writeln!(to, "\nfrom {} to {}:", self.window.from, self.window.to)?;
        for (what, rate) in [
            ("resolved in the first contact", &issues.first_contact_resolution),
            ("closed on evidence, of issues", &issues.closed_rate),
            ("reopened, of answered issues", &issues.reopened_rate),
            ("escalated, of issues", &issues.escalated_rate),
            ("a person answered, of inbound contacts", &contacts.answered_by_human_rate),
            ("unanswered, of inbound contacts", &contacts.unanswered_rate),
            ("given up, of inbound contacts", &contacts.abandonment),
            ("given up, of those in a queue", &contacts.abandonment_in_queue),
            ("last contact unanswered, of customers", &contacts.customers_left_unanswered),
            ("waited over 30 s, of those in a queue", &waits.over_30_secs),
            ("waited over 90 s", &waits.over_90_secs),
            ("waited over 300 s", &waits.over_300_secs),
            ("same issue again, of inbound contacts", &repeats.same_issue.within_1h),
            ("same issue again", &repeats.same_issue.within_24h),
            ("came again, after any contact", &repeats.after_any_contact.within_1h),
            ("came again, after any contact", &repeats.after_any_contact.within_24h),
            ("came again, after giving up", &repeats.after_giving_up.within_1h),
            ("came again, after giving up", &repeats.after_giving_up.within_24h),
            ("moved, of handled contacts", &transfers.contacts_with_one),
            ("moved more than twice, of contacts", &transfers.contacts_over_two),
            ("moved, of issues", &transfers.issues_with_one),
            ("moved more than twice, of issues", &transfers.issues_over_two),
            ("sent back and forth, of issues", &transfers.issues_ping_pong),
            ("promises kept in time", &self.promises_kept),
            ("showed signs of leaving, of customers", &self.leaving.customers_flagged),
        ] {
            writeln!(to, "  {what:<40} {}", Shown(rate))?;
        }
        writeln!(
            to,
            "\nclocks of issues, half of all by (a quarter, three quarters), those included that run"
        )?;
        for clock in &self.clocks {
            writeln!(to, "  {:<40} {}", clock.clock, Quartiles(&clock.ran))?;
            if clock.in_working_time != clock.ran {
                writeln!(to, "  {:<40} {}", "  in working time", Quartiles(&clock.in_working_time))?;
            }
        }
        writeln!(to, "  {:<40} {}", "a person, from the queue", Quartiles(&waits.to_a_person))?;
        effort(to, self)?;
        parity(to, self)?;
        write!(to, "\ncustomers who need a person most")?;
        for needs in &self.need_a_person {
            let why: Vec<&str> = needs.reasons.iter().map(|reason| reason.why.as_str()).collect();
            write!(to, "\n  {}  {:>3} points: {}", needs.short_id(), needs.points, why.join("; "))?;
        }
        if self.need_a_person.is_empty() {
            write!(to, "\n  none")?;
        }
        Ok(())
    }
}

/// What customers bore, and the weights that their answers give it, or why they give none.
fn effort(to: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let (borne, scored) = (&report.found.effort, &report.effort_score);
    writeln!(to, "\neffort, by what customers answered when asked how easy it was (1 hard, 7 easy)")?;
    writeln!(
        to,
        "  in all: {} re-asks, {} transfers, {} on hold, {} channel switches, {} fields entered again",
        borne.identity_asked_again,
        borne.transfers,
        borne.hold,
        borne.channel_switches,
        borne.fields_reentered
    )?;
    match &scored.fit {
        Some(fit) => writeln!(to, "  {fit}"),
        None => {
            writeln!(to, "  {}", scored.sample)?;
            writeln!(to, "  no score: {}", scored.no_fit_because.as_deref().unwrap_or_default())
        }
    }
}

/// Who complained in public against who complained in private, if there are both.
fn parity(to: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    if report.publicity_parity.is_empty() {
        return Ok(());
    }
    writeln!(to, "\nin public against in private, of the same failure (the difference should be nothing)")?;
    for Parity { by, class, public, private, concessions } in &report.publicity_parity {
        writeln!(to, "  {:<40} {} against {}", format!("{by} {class}"), public.n, private.n)?;
        for given in concessions {
            let ParityOfConcessions { currency, public_mean_minor: open, private_mean_minor: quiet, .. } =
                given;
            let difference = given.difference_minor;
            writeln!(
                to,
                "  {:<40} {open:.1} against {quiet:.1}, {difference:+.1}",
                format!("  {currency} given, minor units")
            )?;
        }
        let median = |secs: Option<f64>| {
            secs.map_or_else(|| "not reached".to_owned(), |s| Span((s * 1e6) as i64).to_string())
        };
        if by == "topic" {
            let (open, quiet) = (public.median_first_human_secs, private.median_first_human_secs);
            writeln!(to, "  {:<40} {} against {}", "  a person, half by", median(open), median(quiet))?;
        }
    }
    Ok(())
}

/// A rate with what it is made of.
struct Shown<'a>(&'a Rate);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.0;
        match rate.rate {
            Some(share) => write!(to, "{:>6.1} %", share * 100.0)?,
            None => write!(to, "{:>6}  ", "–")?,
        }
        write!(to, "  {} of {}", rate.numerator, rate.denominator)?;
        if let Some(secs) = rate.follow_up_secs {
            write!(to, ", within {}", Span::from_secs(secs))?;
        }
        if rate.not_matured > 0 {
            write!(to, "; {} too young", rate.not_matured)?;
        }
        Ok(())
    }
}

/// Median and quartiles of a clock.
struct Quartiles<'a>(&'a Survival);

impl fmt::Display for Quartiles<'_> {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.0;
        write!(
            to,
            "{} ({}, {}); {} of {} stopped",
            length(s.median_secs),
            length(s.first_quartile_secs),
            length(s.third_quartile_secs),
            s.fulfilled,
            s.started
        )
    }
}

/// A length of time in whole seconds, or that it never came to that.
pub(super) fn length(secs: Option<f64>) -> String {
    secs.map_or_else(|| "never".to_owned(), |secs| Span::from_secs(secs.round() as i64).to_string())
}
