//! What customers had to do and bear: how often each thing was asked of them, per 100 contacts.

use super::figure::{Caption, WIDTH, empty, figure};
use super::words::{at, length};
use crate::replay::grouped;
use crate::report::form::Report;
use maud::{Markup, html};
use std::fmt::Write;
use throughline_core::customer::Effort;
use throughline_core::time::Span;

/// The most bars; the table has the rest.
const MOST: usize = 10;
const ROW: f64 = 32.0;

pub(super) fn effort(report: &Report) -> Markup {
    let effort = &report.found.effort;
    let mut caption = Caption {
        id: "effort",
        title: "What we ask of customers",
        says: String::new(),
        note: "How often per 100 contacts, most often first. What the log does not tell of is not here.",
    };
    let mut shown: Vec<(&str, u32)> = asked(effort).into_iter().filter(|(_, times)| *times > 0).collect();
    shown.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    shown.truncate(MOST);
    let Some((first, most)) = shown.first().copied() else {
        return empty(&caption, "Nothing that the log tells of.");
    };
    let _ = write!(
        caption.says,
        "Bars in falling order, over {} contacts. Most often customers were {first}: {} times, {} per 100 contacts.",
        grouped(effort.contacts.into()),
        grouped(most.into()),
        per_100(most, effort)
    );
    let y = |row: usize| 4.0 + ROW * row as f64;
    let picture = html! {
        @for (row, (what, times)) in shown.iter().enumerate() {
            rect.bar x="0" y=(at(y(row) + 17.0)) height="10" width=(at((f64::from(*times) / f64::from(most) * WIDTH).max(1.0))) {}
            text x="0" y=(at(y(row) + 12.0)) { (what) }
            text.dim.end x=(at(WIDTH)) y=(at(y(row) + 12.0)) { (per_100(*times, effort)) " per 100" }
        }
    };
    figure(&caption, y(shown.len()), &picture, &table(effort))
}

/// What customers were made to do, said so that "customers were" stands before it.
const fn asked(effort: &Effort) -> [(&'static str, u32); 13] {
    [
        ("asked to prove who they are", effort.identity_asked),
        ("asked again, though they had proved it", effort.identity_asked_again),
        ("asked for more proof, with a reason", effort.step_ups),
        ("made to enter a field again", effort.fields_reentered),
        ("passed on to another person", effort.handovers),
        ("transferred", effort.transfers),
        ("sent back to the person before", effort.ping_pongs),
        ("made to try another channel", effort.channel_switches),
        ("reached on a channel they do not prefer", effort.answers_elsewhere),
        ("led through another menu level", effort.menu_levels),
        ("stuck in a menu without a way on", effort.dead_ends),
        ("left to speak to a voicemail", effort.voicemails),
        ("led through a page before making contact", effort.clicks_to_contact),
    ]
}

fn per_100(times: u32, effort: &Effort) -> String {
    format!("{:.1}", f64::from(times) * 100.0 / f64::from(effort.contacts.max(1)))
}

fn table(effort: &Effort) -> Markup {
    let others = [
        ("told how long the wait will be", effort.waits_told),
        ("offered a call back", effort.callbacks_offered),
        ("given a call back that they took or asked for", effort.callbacks_taken),
    ];
    let lengths = [
        ("Time in queues, in all", effort.wait),
        ("Time on hold, in all", effort.hold),
        ("The longest wait that anybody was told", effort.longest_wait_told),
    ];
    html! {
        table {
            thead { tr { th { "Customers were" } th.n { "times" } th.n { "per 100 contacts" } } }
            @for (what, times) in asked(effort).into_iter().chain(others) {
                tr {
                    th scope="row" { (what) }
                    td.n { (grouped(times.into())) }
                    td.n { (per_100(times, effort)) }
                }
            }
            @for (what, long) in lengths.into_iter().filter(|(_, long)| *long > Span::ZERO) {
                tr { th scope="row" { (what) } td.n colspan="2" { (length(long.as_secs_f64())) } }
            }
        }
    }
}
