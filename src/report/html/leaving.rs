//! Pictures over time: signs of leaving, and cases that come and go.

use super::figure::{Caption, WIDTH, empty, figure, ticks};
use super::words::{at, day};
use crate::replay::grouped;
use crate::report::form::{Report, TimeStep};
use maud::{Markup, html};
use std::fmt::Write;
use throughline_core::time::{Micros, Span};

const LEFT: f64 = 48.0;
const RIGHT: f64 = 4.0;

pub(super) fn leaving(report: &Report) -> Markup {
    let steps = &report.over_time.steps;
    let note = format!(
        "Above: customers who show signs of leaving, at the end of each {}. Below: flags raised (up) and cleared (down).",
        step(report)
    );
    let mut caption =
        Caption { id: "leaving", title: "Customers who may leave", says: String::new(), note: &note };
    let most = steps.iter().map(|s| s.flagged_at_end).max().unwrap_or(0);
    if most == 0 {
        return empty(&caption, "No customer showed signs of leaving.");
    }
    caption.says = format!(
        "A curve and columns over time. {} customers show signs now, at most {} did; {} flags were raised and {} cleared.",
        grouped(report.found.churn.flagged_now),
        grouped(most),
        grouped(report.found.churn.flagged),
        grouped(report.found.churn.cleared)
    );
    let level = Panel { top: 8.0, height: 96.0 };
    let picture = html! {
        (level.area(steps))
        (columns(steps, level.top + level.height + 16.0, |s| (s.flagged, s.cleared)))
        (dates(report, 250.0))
    };
    let table =
        table(report, &["now flagged", "raised", "cleared"], |s| [s.flagged_at_end, s.flagged, s.cleared]);
    figure(&caption, 256.0, &picture, &table)
}

pub(super) fn backlog(report: &Report) -> Markup {
    let steps = &report.over_time.steps;
    let note =
        format!("Cases opened or reopened (up) and closed or lapsed (down), for each {}.", step(report));
    let mut caption =
        Caption { id: "backlog", title: "Cases that come and go", says: String::new(), note: &note };
    if steps.iter().all(|s| s.opened + s.reopened + s.settled == 0) {
        return empty(&caption, "No case was opened.");
    }
    let issues = &report.issues;
    caption.says = format!(
        "Columns over time. {} cases were opened, {} times one was reopened, {} were closed.",
        grouped(issues.opened),
        grouped(issues.reopens),
        grouped(issues.closed_rate.numerator)
    );
    let picture = html! {
        (columns(steps, 8.0, |s| (s.opened + s.reopened, s.settled)))
        (dates(report, 138.0))
    };
    let table = table(report, &["opened", "reopened", "settled"], |s| [s.opened, s.reopened, s.settled]);
    figure(&caption, 144.0, &picture, &table)
}

fn step(report: &Report) -> &'static str {
    match report.over_time.step_days {
        1 => "day",
        7 => "week",
        _ => "30 days",
    }
}

fn x(place: usize, of: usize) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * place as f64 / of as f64
}

struct Panel {
    top: f64,
    height: f64,
}

impl Panel {
    fn area(&self, steps: &[TimeStep]) -> Markup {
        let most = steps.iter().map(|s| s.flagged_at_end).max().unwrap_or(0);
        let ticks = ticks(most as f64, 3);
        let top = ticks.last().copied().unwrap_or(1.0);
        let y = |value: f64| self.top + self.height * (1.0 - value / top);
        let mut line = format!("M{} {}", at(LEFT), at(y(0.0)));
        for (place, step) in steps.iter().enumerate() {
            let _ = write!(line, "L{} {}", at(x(place + 1, steps.len())), at(y(step.flagged_at_end as f64)));
        }
        html! {
            @for tick in &ticks {
                line.axis x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1=(at(y(*tick))) y2=(at(y(*tick))) {}
                text.dim.end x=(at(LEFT - 6.0)) y=(at(y(*tick) + 4.0)) { (grouped(*tick as u64)) }
            }
            path class="curve k4" d=(line) {}
        }
    }
}

/// Columns up and down from a line, on one scale.
fn columns(steps: &[TimeStep], top: f64, values: impl Fn(&TimeStep) -> (u64, u64)) -> Markup {
    let height = 110.0;
    let up = steps.iter().map(|s| values(s).0).max().unwrap_or(0) as f64;
    let down = steps.iter().map(|s| values(s).1).max().unwrap_or(0) as f64;
    let scale = height / (up + down).max(1.0);
    let zero = top + up * scale;
    let width = (WIDTH - LEFT - RIGHT) / steps.len() as f64;
    let bar = (width * 0.8).max(0.8);
    html! {
        @for (place, step) in steps.iter().enumerate() {
            @let (more, less) = values(step);
            @let x = x(place, steps.len()) + (width - bar) / 2.0;
            @if more > 0 {
                rect.up x=(at(x)) width=(at(bar)) y=(at(zero - more as f64 * scale)) height=(at(more as f64 * scale)) {
                    title { (day(step.from)) ": " (grouped(more)) }
                }
            }
            @if less > 0 {
                rect.down x=(at(x)) width=(at(bar)) y=(at(zero)) height=(at(less as f64 * scale)) {
                    title { (day(step.from)) ": " (grouped(less)) }
                }
            }
        }
        line.axis.strong x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1=(at(zero)) y2=(at(zero)) {}
        text.dim.end x=(at(LEFT - 6.0)) y=(at((top + 9.0).min(zero - 2.0))) { "+" (grouped(up as u64)) }
        text.dim.end x=(at(LEFT - 6.0)) y=(at((top + height).max(zero + 12.0))) { "−" (grouped(down as u64)) }
    }
}

/// The first day, the middle and the last.
fn dates(report: &Report, y: f64) -> Markup {
    let window = report.window;
    let middle = Micros(window.from.0 + Span(window.to.since(window.from).0 / 2).0);
    html! {
        text.dim x=(at(LEFT)) y=(at(y)) { (day(window.from)) }
        text.dim.mid x=(at(f64::midpoint(LEFT, WIDTH))) y=(at(y)) { (day(middle)) }
        text.dim.end x=(at(WIDTH)) y=(at(y)) { (day(window.to)) }
    }
}

fn table<const N: usize>(
    report: &Report,
    heads: &[&str; N],
    values: impl Fn(&TimeStep) -> [u64; N],
) -> Markup {
    html! {
        table {
            thead { tr { th { "From" } @for head in heads { th.n { (head) } } } }
            @for step in &report.over_time.steps {
                tr { th scope="row" { (day(step.from)) } @for value in values(step) { td.n { (grouped(value)) } } }
            }
        }
    }
}
