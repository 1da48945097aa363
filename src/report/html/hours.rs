//! When customers come, and by which channel: a heat map whose squares also grow, so that colour is not needed.

use super::figure::{Caption, WIDTH, empty, figure};
use super::words::at;
use crate::replay::grouped;
use crate::report::form::{ChannelHours, Report};
use maud::{Markup, html};

const LEFT: f64 = 56.0;
const ROW: f64 = 20.0;
const TOP: f64 = 4.0;

pub(super) fn hours(report: &Report) -> Markup {
    let hours = &report.hours;
    let mut caption = Caption {
        id: "hours",
        title: "When customers come, by channel",
        says: String::new(),
        note: "Contacts that customers began, by hour of the day (UTC). Larger and stronger is more.",
    };
    let most = hours.iter().flat_map(|channel| channel.by_hour).max().unwrap_or(0);
    if most == 0 {
        return empty(&caption, "No customer began a contact.");
    }
    let busiest = hours.iter().max_by_key(|channel| channel.by_hour.iter().max());
    if let Some((channel, (hour, count))) = busiest.and_then(|channel| Some((channel, peak(channel)?))) {
        caption.says = format!(
            "A grid of channels by hour. The busiest is {} from {hour:02}:00 to {:02}:00 UTC with {} contacts.",
            channel.channel,
            hour + 1,
            grouped(count)
        );
    }
    let bottom = TOP + ROW * hours.len() as f64;
    let cell = (WIDTH - LEFT) / 24.0;
    let picture = html! {
        @for (row, channel) in hours.iter().enumerate() {
            @let y = TOP + ROW * row as f64;
            line.axis x1=(at(LEFT)) x2=(at(WIDTH)) y1=(at(y + ROW)) y2=(at(y + ROW)) {}
            text.end x=(at(LEFT - 8.0)) y=(at(y + 14.0)) { (channel.channel) }
            @for (hour, count) in channel.by_hour.iter().enumerate().filter(|(_, count)| **count > 0) {
                (square(LEFT + cell * hour as f64, y, cell, *count, most, hour))
            }
        }
        @for hour in [0, 6, 12, 18, 24] {
            @let x = LEFT + cell * f64::from(hour);
            line.axis x1=(at(x)) x2=(at(x)) y1=(at(TOP)) y2=(at(bottom + 4.0)) {}
            text.dim.mid.end[hour == 24] x=(at(x)) y=(at(bottom + 16.0)) { (format!("{hour:02}")) }
        }
    };
    figure(&caption, bottom + 20.0, &picture, &table(hours))
}

fn square(x: f64, y: f64, cell: f64, count: u64, most: u64, hour: usize) -> Markup {
    // The area, not the side, is in proportion to the count; what is there at all stays visible.
    let share = count as f64 / most as f64;
    let side = ((cell - 1.5) * share.sqrt()).max(2.5);
    let shade = 1 + ((share * 4.0).ceil() as usize).clamp(1, 4) - 1;
    html! {
        rect class=(format!("a{shade}")) x=(at(x + (cell - side) / 2.0)) y=(at(y + (ROW - side) / 2.0))
            width=(at(side)) height=(at(side)) {
            title { (format!("{hour:02}:00 UTC: {}", grouped(count))) }
        }
    }
}

/// The hour with the most contacts, and how many.
fn peak(channel: &ChannelHours) -> Option<(usize, u64)> {
    let by_hour = channel.by_hour.iter().copied().enumerate();
    by_hour.max_by_key(|(hour, count)| (*count, std::cmp::Reverse(*hour)))
}

fn table(hours: &[ChannelHours]) -> Markup {
    html! {
        table {
            thead { tr { th { "Channel" } th.n { "contacts" } th.n { "busiest hour (UTC)" } th.n { "in it" } } }
            @for channel in hours {
                tr {
                    th scope="row" { (channel.channel) }
                    td.n { (grouped(channel.by_hour.iter().sum())) }
                    @if let Some((hour, count)) = peak(channel) {
                        td.n { (format!("{hour:02}:00")) } td.n { (grouped(count)) }
                    }
                }
            }
        }
    }
}
