//! A report as one page: no script, no request, readable on a phone, in the dark, on paper and by ear.
//!
//! What needs doing comes first: eight numbers, then the customers who need a person. The pictures follow, each with
//! its numbers as a table. Colours are those of Okabe and Ito, and one hue from faint to strong where more is stronger;
//! whatever colour says, a shape, a dash or a word says too.

mod clocks;
mod effort;
mod figure;
mod flow;
mod hours;
mod leaving;
mod open;
mod pareto;
mod parity;
mod people;
mod score;
mod summary;
mod words;

use super::form::Report;
use crate::page;
use crate::replay::grouped;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use words::{day, minute};

impl Report {
    /// The report as one self-contained HTML page with pictures.
    pub fn to_html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    (page::self_contained())
                    title { "How customers were treated, " (day(self.window.from)) " to " (day(self.window.to)) }
                    style { (PreEscaped(include_str!("style.css"))) }
                }
                body {
                    (head(self))
                    main {
                        (summary::tiles(self))
                        (people::people(self))
                        (pictures(self))
                        (score::score(self))
                        (parity::parity(self))
                        section aria-labelledby="rates" {
                            h2 id="rates" { "Every rate, and what it is made of" }
                            p.soft {
                                "Over everything from " (minute(self.window.from)) " to " (minute(self.window.to)) " UTC. Where something has to "
                                "follow within a time, only what was watched that long is counted."
                            }
                            (summary::rates(self))
                        }
                    }
                    (foot(self))
                }
            }
        };
        page.into_string()
    }
}

fn head(report: &Report) -> Markup {
    html! {
        header {
            h1 { "How customers were treated" }
            p.soft {
                (day(report.window.from)) " to " (day(report.window.to)) " · " (grouped(report.found.customers)) " customers · "
                (grouped(report.contacts.inbound)) " contacts begun by them, " (grouped(report.contacts.outbound)) " by us · "
                (grouped(report.issues.opened)) " issues"
            }
        }
    }
}

fn pictures(report: &Report) -> Markup {
    html! {
        section aria-labelledby="pictures" {
            h2 id="pictures" { "What is going on" }
            div.grid {
                (open::open_cases(report))
                (clocks::clocks(report))
                (pareto::pareto(report))
                (effort::effort(report))
                (flow::flow(report))
                (open::answers(report))
                (hours::hours(report))
                (leaving::leaving(report))
                (leaving::backlog(report))
            }
        }
    }
}

fn foot(report: &Report) -> Markup {
    let read = &report.found.read;
    html! {
        footer.soft {
            p {
                "Judged by rulebook " code { (report.found.rulebook) } " as of " (minute(report.window.to)) " UTC. "
                (grouped(read.events)) " events read: " (grouped(read.accepted())) " accepted, " (grouped(read.duplicates)) " repeated, "
                (grouped(read.reused_ids)) " refused because their id stood for other content"
                @for (reason, count) in &read.rejected { ", " (grouped(*count)) " unreadable (" (reason) ")" }
                ". " (grouped(report.found.parked)) " are dated after the end of this report."
            }
            @if !read.warned.is_empty() {
                p { "Read all the same, but to be looked at:" }
                ul { @for (warning, count) in &read.warned { li { (grouped(*count)) " times: " (warning) } } }
            }
            p { "Digest " code { (report.found.digest) } ": equal for equal facts and rules." }
        }
    }
}
