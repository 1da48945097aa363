//! A brief as one page: no script, no request, readable on a phone, in the dark and on paper. What is to be read first
//! stands first, and whatever colour says a word says too.

use super::form::{Brief, BriefFor, Inquiry, Issue, Meeting, Person, StepKind, ToneWord};
use crate::page;
use chrono::DateTime;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::borrow::Cow;
use throughline_core::time::Micros;

impl Brief {
    /// The brief as one self-contained HTML page.
    pub fn to_html(&self) -> String {
        let title = title(self);
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    (page::self_contained())
                    // Personal data: no search engine keeps it, no browser tells where one came from.
                    meta name="robots" content="noindex, noarchive";
                    meta name="referrer" content="no-referrer";
                    title { (title) }
                    style { (PreEscaped(include_str!("style.css"))) }
                }
                body {
                    header {
                        h1 { (title) }
                        p.soft { "As of " (minute(self.as_of)) " UTC, by rulebook " code { (self.rulebook) } "." }
                        @for meeting in &self.meetings { (planned(meeting)) }
                    }
                    main {
                        @for one in &self.people { (person(one, self.people.len() > 1)) }
                        @if self.people.is_empty() { p { "Nobody of these has a part in the account." } }
                    }
                }
            }
        };
        page.into_string()
    }
}

fn title(brief: &Brief) -> String {
    match (brief.reader, &brief.account) {
        (BriefFor::Agent, _) => "Before you answer".to_owned(),
        (BriefFor::Caller, _) => "Before you call".to_owned(),
        (BriefFor::Account, Some(account)) => format!("Before you meet {account}"),
        (BriefFor::Account, None) => "Before you meet".to_owned(),
    }
}

/// An instant to the minute.
fn minute(at: Micros) -> String {
    at.to_datetime().format("%-d %b %Y %H:%M").to_string()
}

/// A reason as a sentence of the page: instants as the page writes them. A reason is text by the time it comes here, and text
/// writes an instant as RFC 3339 has it, for whoever reads it with a program.
fn sentence(reason: &str) -> String {
    let words = reason.split(' ').map(|word| {
        let bare = word.trim_end_matches([',', '.', ';', ':', ')']);
        match DateTime::parse_from_rfc3339(bare) {
            Ok(at) => Cow::from(format!("{} UTC{}", minute(at.to_utc().into()), &word[bare.len()..])),
            Err(_) => Cow::from(word),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn planned(meeting: &Meeting) -> Markup {
    html! {
        p { strong { "Meeting" }
            @if let Some(purpose) = &meeting.purpose { " for " (purpose) }
            @if let Some(starts) = meeting.starts { ", " (minute(starts)) " UTC" }
            " (" (meeting.meeting) ")" }
    }
}

fn person(one: &Person, several: bool) -> Markup {
    html! {
        article {
            @if several { h2 { "Customer " code { (one.customer) } } } @else { p.soft { "Customer " code { (one.customer) } } }
            @for inquiry in &one.unread { (unread(inquiry)) }
            div.grid {
                section.card {
                    h3 { "The tone to take" }
                    ul { @for tone in &one.tone { li { strong { (tone.tone.as_str()) } ": " (sentence(&tone.because)) } } }
                }
                section.card.bad[one.tone.iter().any(|tone| tone.tone == ToneWord::Careful)] {
                    h3 { "Do not make contact" }
                    @if one.avoid.is_empty() { p { "Nothing forbids it." } }
                    ul { @for avoid in &one.avoid {
                        li { "for " strong { (avoid.purposes.join(", ")) } ": " (sentence(&avoid.because))
                            @if let Some(from) = avoid.allowed_from { " (until " (minute(from)) ")" } }
                    } }
                    @if !one.allowed.is_empty() { p.soft { "Allowed for " (one.allowed.join(", ")) "." } }
                }
                @if !one.told.is_empty() { (told(one)) }
                @if !one.promises.is_empty() { (promises(one)) }
                @if one.apologies.owed > 0 || !one.apologies.given.is_empty() { (apologies(one)) }
            }
            h3 { "What is not settled" }
            @if one.open.is_empty() { p { "Nothing." } }
            @for open in &one.open { (issue(open)) }
            @if one.left_out > 0 { p.soft { (one.left_out) " more settled or answered well." } }
        }
    }
}

fn unread(inquiry: &Inquiry) -> Markup {
    html! {
        section.card.first {
            h3 { "Read this first" }
            p { "No person has replied since " (minute(inquiry.since)) " UTC"
                @if let Some(channel) = &inquiry.channel { ", by " (channel) }
                @if let Some(topic) = &inquiry.topic { ", about " (topic) } "." }
            @if inquiry.words.is_empty() { p.soft { "No words were recorded." } }
            @for words in &inquiry.words {
                @match &words.text {
                    Some(text) => blockquote { (text) footer.soft { (minute(words.at)) " UTC" } },
                    None => p.soft { (minute(words.at)) " UTC: her words are not there any more." },
                }
            }
        }
    }
}

fn told(one: &Person) -> Markup {
    html! {
        section.card {
            h3 { "She told us already: do not ask again" }
            ul { @for told in &one.told {
                li { span.soft { (told.kind.as_str()) } " " strong { (told.what) } ": " (sentence(&told.value))
                    @if let Some(since) = told.since { span.soft { " since " (minute(since)) } } }
            } }
        }
    }
}

fn promises(one: &Person) -> Markup {
    html! {
        section.card.bad[one.promises.iter().any(|promise| promise.broken)] {
            h3 { "Promised and not kept yet" }
            ul { @for promise in &one.promises {
                li { strong { (promise.what) } ", due " (minute(promise.due)) " UTC"
                    @if promise.broken { ": " strong { "broken, still owed" } } }
            } }
        }
    }
}

fn apologies(one: &Person) -> Markup {
    html! {
        section.card.bad[one.apologies.owed > 0] {
            h3 { "Apologies" }
            @if one.apologies.owed > 0 { p { strong { (one.apologies.owed) } " owed." } }
            ul { @for given in &one.apologies.given {
                li { "given " (minute(given.at)) " UTC"
                    @if let Some(agent) = &given.agent { " by " (agent) }
                    @if let Some(reason) = &given.reason { " for " (reason) } }
            } }
        }
    }
}

fn issue(open: &Issue) -> Markup {
    let topic = open.topic.as_deref().unwrap_or("no topic");
    html! {
        section.card.issue {
            h4 { (topic) ": " (open.state) }
            p { (open.why) "; waits for " (open.waits_for) "; since " (minute(open.opened_at)) " UTC, "
                strong { (open.open_for) } " of her time, " (open.working_time) " of working time"
                @if open.reopens > 0 { " since it was opened again" }
                ". "
                @match &open.owner {
                    Some(owner) => { "Last dealt with by " strong { (owner) } "." }
                    None => { "Nobody has dealt with it yet." }
                }
                " Closes when: " (open.closes_when) "." }
            @if open.steps_left_out > 0 { p.soft { (open.steps_left_out) " earlier steps are left out." } }
            ol { @for step in &open.tried {
                li.fail[matches!(step.kind, StepKind::Failure | StepKind::AnswerVoid | StepKind::Reopened)] {
                    time.soft { (minute(step.at)) } " " (sentence(&step.what)) }
            } }
            p.soft { "Case " code { (open.case) } }
        }
    }
}
