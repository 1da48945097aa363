//! The customers who need a person most, each with the reasons and a picture of what happened lately.

use super::figure::{WIDTH, drawing};
use super::words::{at, day, minute};
use crate::report::form::{NeedsPerson, Report};
use crate::report::timeline::{Lane, Mark, Tone};
use maud::{Markup, html};
use throughline_core::time::{Micros, Span};

const LEFT: f64 = 66.0;
const RIGHT: f64 = 10.0;

/// The rows that cases are drawn in, so that a few at once can be told apart.
const CASE_ROWS: usize = 4;

pub(super) fn people(report: &Report) -> Markup {
    html! {
        section aria-labelledby="people" {
            h2 id="people" { "Who needs a person now" }
            @if report.need_a_person.is_empty() {
                p.empty { "Nobody: no case waits for us, no promise is owed, nobody shows signs of leaving." }
            } @else {
                p.soft {
                    "Ranked by points, which are explained where they are given. Customers are named by the first digits of their id. "
                    "In the pictures: " (mark_word(Tone::Good)) " good for the customer, " (mark_word(Tone::Plain)) " neither, "
                    (mark_word(Tone::Bad)) " bad. A grey bar is a contact or a case as long as it lasts."
                }
                div.grid {
                    @for (rank, needs) in report.need_a_person.iter().enumerate() { (card(rank + 1, needs, report.window.to)) }
                }
            }
        }
    }
}

const fn mark_word(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "●",
        Tone::Plain => "■",
        Tone::Bad => "▲",
    }
}

fn card(rank: usize, needs: &NeedsPerson, now: Micros) -> Markup {
    let id = format!("who-{rank}");
    html! {
        article.card {
            header {
                h3 { (rank) ". " code { (needs.short_id()) } }
                span.soft { (needs.points) " points" }
            }
            ul { @for reason in &needs.reasons { li { (reason.why) span.soft { " · " (reason.points) } } } }
            @if !needs.timeline.is_empty() {
                (picture(&id, needs, now))
                details { summary { "What happened, in words" } (words(needs)) }
            }
        }
    }
}

fn picture(id: &str, needs: &NeedsPerson, now: Micros) -> Markup {
    let first = needs.timeline.iter().map(|mark| mark.at).min().unwrap_or(now);
    // Not less than a day, so that one event does not stand on nothing.
    let from = first.min(now - Span::from_days(1)).max(now - Span::from_days(365));
    let length = now.since(from).0 as f64;
    let x = |at: Micros| LEFT + (WIDTH - LEFT - RIGHT) * (at.since(from).0 as f64 / length).clamp(0.0, 1.0);
    let bad = needs.timeline.iter().filter(|mark| mark.tone == Tone::Bad).count();
    let says = format!(
        "What happened from {} to {}: {} marks, {bad} of them bad for the customer. The list below says each.",
        day(from),
        day(now),
        needs.timeline.len()
    );
    let mut row = 0;
    let picture = html! {
        @for (lane, y) in [("contacts", 12.0), ("cases", 42.0), ("failures", 76.0)] {
            text.dim.end x=(at(LEFT - 10.0)) y=(at(y + 4.0)) { (lane) }
        }
        line.axis x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1="26" y2="26" {}
        line.axis x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1="62" y2="62" {}
        line.axis.strong x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1="90" y2="90" {}
        line.axis.strong x1=(at(WIDTH - RIGHT)) x2=(at(WIDTH - RIGHT)) y1="2" y2="94" {}
        @for mark in &needs.timeline {
            @let y = match mark.lane { Lane::Contact => 12.0, Lane::Case => 44.0, Lane::Failure => 76.0 };
            @if let Some(until) = mark.until {
                @let y = if mark.lane == Lane::Case { row += 1; 33.0 + 8.0 * ((row - 1) % CASE_ROWS) as f64 } else { y };
                line.span x1=(at(x(mark.at))) x2=(at(x(until).max(x(mark.at) + 2.0))) y1=(at(y)) y2=(at(y)) {
                    title { (mark.what) ", " (minute(mark.at)) " to " (minute(until)) }
                }
            }
        }
        @for mark in &needs.timeline {
            @let y = match mark.lane { Lane::Contact => 12.0, Lane::Case => 44.0, Lane::Failure => 76.0 };
            (shape(mark, x(mark.at), y))
        }
        text.dim x=(at(LEFT)) y="106" { (day(from)) }
        text.dim.end x=(at(WIDTH - RIGHT + 4.0)) y="106" { "now, " (day(now)) }
    };
    drawing(id, &format!("What happened to {}", needs.short_id()), &says, 110.0, &picture)
}

/// A mark whose shape says what its colour says.
fn shape(mark: &Mark, x: f64, y: f64) -> Markup {
    let title = html! { title { (mark.what) ", " (minute(mark.at)) } };
    html! {
        @match mark.tone {
            Tone::Good => { circle.good cx=(at(x)) cy=(at(y)) r="4" { (title) } }
            Tone::Plain => { rect.plain x=(at(x - 3.0)) y=(at(y - 3.0)) width="6" height="6" { (title) } }
            Tone::Bad => {
                path.bad d=(format!("M{} {}l5 9h-10z", at(x), at(y - 5.0))) { (title) }
            }
        }
    }
}

fn words(needs: &NeedsPerson) -> Markup {
    html! {
        table {
            thead { tr { th { "When (UTC)" } th { "What" } } }
            @for mark in needs.timeline.iter().rev() {
                tr { td { (minute(mark.at)) } td { (mark_word(mark.tone)) " " (mark.what) } }
            }
        }
    }
}
