//! The clocks of issues as survival curves: what share still waits after so long.

use super::figure::{Caption, WIDTH, empty, figure};
use super::words::{at, length, maybe_length};
use crate::replay::grouped;
use crate::report::form::Report;
use crate::report::survival::Survival;
use maud::{Markup, html};
use std::fmt::Write;

const LEFT: f64 = 46.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 10.0;
const PLOT: f64 = 190.0;

/// Lengths that people think in, for the axis, in seconds.
const TICKS: [f64; 11] = [
    10.0,
    60.0,
    600.0,
    3_600.0,
    21_600.0,
    86_400.0,
    259_200.0,
    604_800.0,
    2_592_000.0,
    7_776_000.0,
    31_536_000.0,
];

pub(super) fn clocks(report: &Report) -> Markup {
    let mut caption = Caption {
        id: "clocks",
        title: "How long customers wait for an answer",
        says: String::new(),
        note: "Share of cases that still wait after so long (Kaplan–Meier: whoever still waits counts too). \
               The lower a curve, the faster we are.",
    };
    let drawn: Vec<(&str, &Survival)> = report
        .clocks
        .iter()
        .map(|clock| (clock.clock.as_str(), &clock.ran))
        .filter(|(_, ran)| !ran.curve.is_empty())
        .collect();
    if drawn.is_empty() {
        return empty(&caption, "No clock has run.");
    }
    caption.says.push_str("Falling curves, one for each clock.");
    for (clock, ran) in &drawn {
        let _ = write!(caption.says, " {}: half after {}.", words(clock), maybe_length(ran.median_secs));
    }
    let axis = Axis::over(&drawn);
    let legend = TOP + PLOT + 40.0;
    let picture = html! {
        (axis.draw())
        @for (place, (_, ran)) in drawn.iter().enumerate() {
            path class=(format!("curve k{place}")) d=(axis.path(ran)) {}
        }
        @for (place, (clock, ran)) in drawn.iter().enumerate() {
            @let y = legend + 17.0 * place as f64;
            line class=(format!("curve k{place}")) x1="4" x2="34" y1=(at(y - 4.0)) y2=(at(y - 4.0)) {}
            text x="42" y=(at(y)) { (words(clock)) }
            text.dim.end x=(at(WIDTH)) y=(at(y)) { "half: " (maybe_length(ran.median_secs)) }
        }
    };
    figure(&caption, legend + 17.0 * drawn.len() as f64 - 8.0, &picture, &table(report))
}

/// A clock in plain words.
pub(super) fn words(clock: &str) -> &str {
    match clock {
        "acknowledged" => "any reaction",
        "first-human" => "a person",
        "first-substantive" => "a real answer",
        "satisfactory" => "an answer that satisfied",
        "accepted" => "the customer's yes",
        other => other,
    }
}

/// A logarithmic axis of time.
struct Axis {
    from: f64,
    to: f64,
}

impl Axis {
    fn over(drawn: &[(&str, &Survival)]) -> Self {
        let ends = drawn.iter().filter_map(|(_, ran)| ran.curve.last()).map(|point| point.secs);
        // From where anything happens: the first point at which any curve has fallen.
        let fallen = |ran: &Survival| ran.curve.iter().find(|p| p.running < 0.995).map(|p| p.secs);
        let starts = drawn.iter().filter_map(|(_, ran)| fallen(ran));
        let from = starts.fold(f64::MAX, f64::min);
        let to = ends.fold(1.0, f64::max).max(60.0);
        let from = TICKS.iter().rfind(|tick| **tick <= from).copied().unwrap_or(TICKS[0]);
        Self { from: from.min(to / 10.0), to }
    }

    fn x(&self, secs: f64) -> f64 {
        let share = libm::log(secs.max(self.from) / self.from) / libm::log(self.to / self.from);
        LEFT + share * (WIDTH - LEFT - RIGHT)
    }

    fn path(&self, ran: &Survival) -> String {
        let mut path = format!("M{} {}", at(LEFT), at(y(1.0)));
        for point in ran.curve.iter().filter(|point| point.secs >= self.from) {
            // A staircase: the share falls when somebody is answered, not between.
            let _ = write!(path, "H{}V{}", at(self.x(point.secs)), at(y(point.running)));
        }
        path
    }

    fn draw(&self) -> Markup {
        // No two labels closer than one is wide.
        let mut ticks: Vec<f64> = Vec::new();
        for tick in TICKS.into_iter().filter(|tick| *tick >= self.from && *tick <= self.to) {
            if ticks.last().is_none_or(|last| self.x(tick) - self.x(*last) > 38.0) {
                ticks.push(tick);
            }
        }
        html! {
            @for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
                line.axis.strong[share == 0.0] x1=(at(LEFT)) x2=(at(WIDTH - RIGHT)) y1=(at(y(share))) y2=(at(y(share))) {}
                text.dim.end x=(at(LEFT - 6.0)) y=(at(y(share) + 4.0)) { (format!("{} %", share * 100.0)) }
            }
            @for tick in &ticks {
                line.axis x1=(at(self.x(*tick))) x2=(at(self.x(*tick))) y1=(at(TOP)) y2=(at(TOP + PLOT + 4.0)) {}
                text.dim.mid x=(at(self.x(*tick).clamp(LEFT, WIDTH - 18.0))) y=(at(TOP + PLOT + 17.0)) { (length(*tick)) }
            }
        }
    }
}

fn y(share: f64) -> f64 {
    TOP + (1.0 - share) * PLOT
}

fn table(report: &Report) -> Markup {
    let queue = ("a person, from the queue", &report.waits.to_a_person);
    let rows = report.clocks.iter().map(|clock| (words(&clock.clock), &clock.ran)).chain([queue]);
    html! {
        table {
            thead { tr {
                th { "Until" } th.n { "a quarter" } th.n { "half" } th.n { "three quarters" } th.n { "of clocks" }
            } }
            @for (what, ran) in rows {
                tr {
                    th scope="row" { (what) }
                    @for secs in [ran.first_quartile_secs, ran.median_secs, ran.third_quartile_secs] {
                        td.n { (secs.map_or_else(|| "–".to_owned(), length)) }
                    }
                    td.n { (grouped(ran.started)) }
                }
            }
        }
    }
}
