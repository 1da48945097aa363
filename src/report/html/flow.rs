//! Transfers as a flow: where customers were, and where they were moved to.

use super::figure::{Caption, WIDTH, empty, figure};
use super::words::{at, clip, percent};
use crate::replay::grouped;
use crate::report::form::Report;
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The most places on a side; what is left is drawn together.
const MOST: usize = 6;
const OTHERS: &str = "all others";
const LEFT: f64 = 140.0;
const RIGHT: f64 = WIDTH - 140.0;
const NODE: f64 = 6.0;
const GAP: f64 = 14.0;
const FLOW: f64 = 170.0;

pub(super) fn flow(report: &Report) -> Markup {
    let transfers = &report.transfers;
    let mut caption = Caption {
        id: "transfers",
        title: "Where customers are moved",
        says: String::new(),
        note: "Transfers from the queue on the left to the one on the right; the width is their number.",
    };
    if transfers.flow.is_empty() {
        let why = format!(
            "Nobody was transferred. Another person took over {} times, in {} of issues.",
            grouped(transfers.handovers),
            percent(&transfers.issues_handed_over)
        );
        return empty(&caption, &why);
    }
    caption.says = format!("Bands from left to right. {} transfers in all.", grouped(transfers.total));
    if let Some(first) = transfers.flow.first() {
        let _ = write!(
            caption.says,
            " Most often from {} to {}: {} times.",
            first.from,
            first.to,
            grouped(first.times)
        );
    }
    let from = Side::of(report, |flow| &flow.from);
    let to = Side::of(report, |flow| &flow.to);
    let height = from.height.max(to.height);
    figure(&caption, height + 8.0, &bands(report, &from, &to), &table(report))
}

fn bands(report: &Report, from: &Side, to: &Side) -> Markup {
    // Flows between the same two places that are drawn are one band.
    let mut bands: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for flow in &report.transfers.flow {
        *bands.entry((from.place(&flow.from), to.place(&flow.to))).or_default() += flow.times;
    }
    let scale = FLOW / report.transfers.total.max(1) as f64;
    let (mut left, mut right) = (from.tops.clone(), to.tops.clone());
    let middle = f64::midpoint(LEFT, RIGHT);
    html! {
        @for ((a, b), times) in bands {
            @let width = times as f64 * scale;
            @let (y1, y2) = (left[a] + width / 2.0, right[b] + width / 2.0);
            ({ left[a] += width; right[b] += width; "" })
            path class=(format!("ribbon r{}", a.min(MOST))) stroke-width=(at(width.max(0.6)))
                d=(format!("M{} {}C{} {} {} {} {} {}", at(LEFT), at(y1), at(middle), at(y1), at(middle), at(y2), at(RIGHT), at(y2))) {
                title { (from.names[a]) " to " (to.names[b]) ": " (grouped(times)) }
            }
        }
        (from.draw(LEFT - NODE, scale, LEFT - NODE - 8.0, "end"))
        (to.draw(RIGHT, scale, RIGHT + NODE + 8.0, "start"))
    }
}

/// The places of one side, from top to bottom.
struct Side {
    names: Vec<String>,
    times: Vec<u64>,
    tops: Vec<f64>,
    height: f64,
}

impl Side {
    fn of(report: &Report, name: impl Fn(&crate::report::form::Flow) -> &String) -> Self {
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        for flow in &report.transfers.flow {
            *sums.entry(name(flow)).or_default() += flow.times;
        }
        let mut sums: Vec<(String, u64)> = sums.into_iter().map(|(n, t)| (n.to_owned(), t)).collect();
        sums.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        if sums.len() > MOST + 1 {
            let rest = sums.split_off(MOST).iter().map(|(_, times)| times).sum();
            sums.push((OTHERS.to_owned(), rest));
        }
        let scale = FLOW / report.transfers.total.max(1) as f64;
        let (mut y, mut tops) = (6.0, Vec::new());
        for (_, times) in &sums {
            tops.push(y);
            // Room for two lines of words, however few were moved.
            y += (*times as f64 * scale).max(20.0) + GAP;
        }
        let (names, times) = sums.into_iter().unzip();
        Self { names, times, tops, height: y }
    }

    fn place(&self, name: &str) -> usize {
        self.names.iter().position(|n| n == name).unwrap_or(self.names.len() - 1)
    }

    fn draw(&self, x: f64, scale: f64, words: f64, anchor: &str) -> Markup {
        html! {
            @for ((name, times), top) in self.names.iter().zip(&self.times).zip(&self.tops) {
                @let height = (*times as f64 * scale).max(1.0);
                @let middle = top + height / 2.0;
                rect.node x=(at(x)) y=(at(*top)) width=(at(NODE)) height=(at(height)) {}
                text x=(at(words)) y=(at(middle.max(top + 6.0) - 1.0)) text-anchor=(anchor) { (clip(name, 17)) }
                text.dim x=(at(words)) y=(at(middle.max(top + 6.0) + 13.0)) text-anchor=(anchor) { (grouped(*times)) }
            }
        }
    }
}

fn table(report: &Report) -> Markup {
    let flow = &report.transfers.flow;
    html! {
        table {
            thead { tr { th { "From" } th { "To" } th.n { "times" } } }
            @for flow in flow.iter().take(20) {
                tr { td { (flow.from) } td { (flow.to) } td.n { (grouped(flow.times)) } }
            }
        }
        @if flow.len() > 20 { p.soft { "And " (flow.len() - 20) " more ways, each taken more rarely." } }
    }
}
