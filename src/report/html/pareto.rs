//! What goes wrong most: failures in order, with the share that they make together.

use super::figure::{Caption, WIDTH, empty, figure};
use super::words::{at, share};
use crate::replay::grouped;
use crate::report::form::{Failures, Report};
use maud::{Markup, html};
use std::fmt::Write;

const MOST: usize = 10;
const ROW: f64 = 32.0;
const RIGHT: f64 = 6.0;

pub(super) fn pareto(report: &Report) -> Markup {
    let all = &report.failures;
    let mut caption = Caption {
        id: "failures",
        title: "What goes wrong most",
        says: String::new(),
        note: "Bars: the share of all failures that each kind makes. Line with dots: that kind and those above it together.",
    };
    let Some(first) = all.first() else {
        return empty(&caption, "Nothing went wrong that the rules look for.");
    };
    let shown = &all[..all.len().min(MOST)];
    let total: u64 = all.iter().map(|failure| failure.times).sum();
    caption.says = format!(
        "Bars in falling order with a rising line. {} failures; first comes {}, {} times; the {} kinds shown make {}.",
        grouped(total),
        first.what,
        grouped(first.times),
        shown.len(),
        share(shown.last().map_or(0.0, |f| f.cumulative_share))
    );
    let x = |share: f64| share * (WIDTH - RIGHT);
    let y = |row: usize| 4.0 + ROW * row as f64;
    let bottom = y(shown.len());
    let mut line = String::new();
    for (row, failure) in shown.iter().enumerate() {
        let _ = write!(
            line,
            "{}{} {}",
            if row == 0 { 'M' } else { 'L' },
            at(x(failure.cumulative_share)),
            at(y(row) + 22.0)
        );
    }
    let picture = html! {
        @for (tick, percent) in [(0.0, 0), (0.25, 25), (0.5, 50), (0.75, 75), (1.0, 100)] {
            line.axis x1=(at(x(tick))) x2=(at(x(tick))) y1="0" y2=(at(bottom + 2.0)) {}
            text.dim.mid[percent > 0].end[percent == 100] x=(at(x(tick))) y=(at(bottom + 14.0)) {
                (percent) " %"
            }
        }
        @for (row, failure) in shown.iter().enumerate() {
            rect.bar x="0" y=(at(y(row) + 17.0)) height="10" width=(at(x(failure.times as f64 / total as f64).max(1.0))) {}
        }
        path class="curve sum" d=(line) {}
        // The line passes behind some of the words.
        g.over { @for (row, failure) in shown.iter().enumerate() {
            circle.dot cx=(at(x(failure.cumulative_share))) cy=(at(y(row) + 22.0)) r="4" {}
            text x="0" y=(at(y(row) + 12.0)) { (failure.what) " " tspan.dim { "· " (grouped(failure.times)) } }
        } }
    };
    figure(&caption, bottom + 18.0, &picture, &table(all))
}

fn table(all: &[Failures]) -> Markup {
    html! {
        table {
            thead { tr { th { "Failure" } th.n { "times" } th.n { "together" } } }
            @for failure in all {
                tr {
                    th scope="row" { (failure.what) }
                    td.n { (grouped(failure.times)) }
                    td.n { (share(failure.cumulative_share)) }
                }
            }
        }
    }
}
