//! What the first ten seconds are for: eight numbers. And every rate with what it is made of, at the end.

use super::words::{follow_up, length, percent};
use crate::replay::grouped;
use crate::report::form::Report;
use crate::report::rate::Rate;
use maud::{Markup, html};
use throughline_rules::decision::Clock;

/// Whether a number should please or worry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Good,
    Plain,
    Bad,
}

pub(super) fn tiles(report: &Report) -> Markup {
    let (contacts, issues) = (&report.contacts, &report.issues);
    let waiting = report.found.waits_for.get("us").copied().unwrap_or(0);
    let old: u64 = report.open_cases.iter().map(|open| open.by_age[4]).sum();
    let first_human = report.clock(Clock::FirstHuman);
    let claimed = issues.by_state.get("claimed resolved").copied().unwrap_or(0);
    let bad = |bad| if bad { Mood::Bad } else { Mood::Good };
    html! {
        dl.tiles {
            (tile(bad(waiting > 0), "Cases that wait for us", grouped(waiting),
                &format!("of {} open, {} for 30 days or more", grouped(report.unsettled()), grouped(old))))
            (tile(Mood::Plain, "Half hear from a person within",
                first_human.and_then(|ran| ran.median_secs).map_or_else(|| "never".to_owned(), length),
                &first_human.map_or_else(String::new, |ran| {
                    format!("three quarters: {}", ran.third_quartile_secs.map_or_else(|| "never".to_owned(), length))
                })))
            (share(Mood::Plain, "Solved in the first contact", &issues.first_contact_resolution))
            (share(bad(contacts.unanswered > 0), "Contacts that nobody answered", &contacts.unanswered_rate))
            (share(bad(report.found.promises.broken > 0), "Promises kept in time", &report.promises_kept))
            (share(bad(issues.reopened > 0), "Answered, and open again", &issues.reopened_rate))
            (tile(Mood::Plain, "Called resolved, not confirmed", grouped(claimed),
                &format!("cases now; {} closed on the customer's word", percent(&issues.closed_rate))))
            (tile(bad(report.found.churn.flagged_now > 0), "Customers who may leave", grouped(report.found.churn.flagged_now),
                &format!("now; {} of all ever were", percent(&report.leaving.customers_flagged))))
        }
    }
}

fn share(mood: Mood, what: &str, rate: &Rate) -> Markup {
    let of = format!("{} of {}{}", grouped(rate.numerator), grouped(rate.denominator), follow_up(rate));
    tile(mood, what, percent(rate), &of)
}

fn tile(mood: Mood, what: &str, value: impl AsRef<str>, of: &str) -> Markup {
    html! {
        div.tile.bad[mood == Mood::Bad].good[mood == Mood::Good] {
            dt { (what) }
            dd.value { (value.as_ref()) }
            dd.soft { (of) }
        }
    }
}

/// Every rate of the report in words, in the order of the page.
pub(super) fn rates(report: &Report) -> Markup {
    let (contacts, issues) = (&report.contacts, &report.issues);
    let (waits, repeats, transfers) = (&report.waits, &report.repeats, &report.transfers);
    let rows: [(&str, &Rate); 25] = [
        ("Issues resolved in the first contact", &issues.first_contact_resolution),
        ("Issues closed on the customer's word", &issues.closed_rate),
        ("Answered issues that were reopened", &issues.reopened_rate),
        ("Issues that were escalated", &issues.escalated_rate),
        ("Inbound contacts that a person answered", &contacts.answered_by_human_rate),
        ("Inbound contacts that nobody answered", &contacts.unanswered_rate),
        ("Inbound contacts that were given up", &contacts.abandonment),
        ("… of those that came to a queue", &contacts.abandonment_in_queue),
        ("Customers whose last contact nobody answered", &contacts.customers_left_unanswered),
        ("Queued contacts that waited over 30 s", &waits.over_30_secs),
        ("… over 90 s", &waits.over_90_secs),
        ("… over 300 s", &waits.over_300_secs),
        ("Contacts on an issue of an earlier one", &repeats.same_issue.within_1h),
        ("Contacts on an issue of an earlier one", &repeats.same_issue.within_24h),
        ("Contacts followed by another", &repeats.after_any_contact.within_1h),
        ("Contacts followed by another", &repeats.after_any_contact.within_24h),
        ("Contacts given up, followed by another", &repeats.after_giving_up.within_1h),
        ("Contacts given up, followed by another", &repeats.after_giving_up.within_24h),
        ("Handled contacts that were transferred", &transfers.contacts_with_one),
        ("Contacts transferred more than twice", &transfers.contacts_over_two),
        ("Issues with a transfer", &transfers.issues_with_one),
        ("Issues with more than two transfers", &transfers.issues_over_two),
        ("Issues sent back and forth (A, B, A)", &transfers.issues_ping_pong),
        ("Promises kept in time", &report.promises_kept),
        ("Customers who showed signs of leaving", &report.leaving.customers_flagged),
    ];
    html! {
        table {
            thead { tr { th { "Rate" } th.n { "share" } th.n { "numerator" } th.n { "of" } } }
            @for (what, rate) in rows {
                tr {
                    th scope="row" {
                        (what) (follow_up(rate))
                        @if rate.not_matured > 0 { span.soft { " (" (grouped(rate.not_matured)) " too young to count)" } }
                    }
                    td.n { (percent(rate)) }
                    td.n { (grouped(rate.numerator)) }
                    td.n { (grouped(rate.denominator)) }
                }
            }
        }
    }
}
