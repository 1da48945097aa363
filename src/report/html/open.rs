//! Open cases by why they are open and how old they are.

use super::figure::{Caption, WIDTH, empty, figure};
use super::words::at;
use crate::replay::grouped;
use crate::report::form::{OpenCases, Report};
use maud::{Markup, html};

const AGES: [&str; 5] = ["under 1 day", "1 to 3 days", "3 to 7 days", "7 to 30 days", "30 days or more"];

/// Room at the right for a count.
const COUNT: f64 = 62.0;

pub(super) fn open_cases(report: &Report) -> Markup {
    let open = &report.open_cases;
    let total = report.unsettled();
    let mut caption = Caption {
        id: "open",
        title: "Open cases, by reason and age",
        says: String::new(),
        note: "Cases that are not settled. The stronger the colour the older, counted from when the case was opened.",
    };
    let (Some(first), false) = (open.first(), total == 0) else {
        return empty(&caption, "No case is open.");
    };
    let old: u64 = open.iter().map(|o| o.by_age[4]).sum();
    caption.says = format!(
        "Bars, one for each reason. {} cases are open; most of them, {}, because: {}. {} are 30 days old or more.",
        grouped(total),
        grouped(first.cases),
        first.why,
        grouped(old)
    );
    let most = first.cases as f64;
    let picture = html! {
        @for (row, open) in open.iter().enumerate() {
            (bar(open, 34.0 * row as f64, most))
        }
        (legend(34.0 * open.len() as f64 + 14.0))
    };
    figure(&caption, 34.0 * open.len() as f64 + 44.0, &picture, &table(open))
}

/// What customers got when they came.
pub(super) fn answers(report: &Report) -> Markup {
    let contacts = &report.contacts;
    let mut caption = Caption {
        id: "answers",
        title: "What customers got when they came",
        says: String::new(),
        note: "Contacts that customers began, by the best answer in them. They add up; giving up is counted beside.",
    };
    if contacts.inbound == 0 {
        return empty(&caption, "No customer began a contact.");
    }
    let rows = [
        ("a person answered", contacts.answered_by_human),
        ("nobody known to have answered, but called resolved", contacts.claimed_only),
        ("only a bot answered", contacts.answered_by_bot_only),
        ("nobody answered", contacts.unanswered),
        ("given up by the customer (whatever the answer)", contacts.abandoned),
    ];
    caption.says = format!(
        "Bars. Of {} contacts a person answered {}, nobody answered {}, and customers gave up {}.",
        grouped(contacts.inbound),
        grouped(contacts.answered_by_human),
        grouped(contacts.unanswered),
        grouped(contacts.abandoned)
    );
    let scale = (WIDTH - 2.0 * COUNT) / contacts.inbound as f64;
    let share = |count: u64| super::words::share(count as f64 / contacts.inbound as f64);
    let picture = html! {
        @for (row, (what, count)) in rows.iter().enumerate() {
            @let y = 34.0 * row as f64;
            text x="0" y=(at(y + 12.0)) { (what) }
            rect.bar.up[row >= 3] x="0" y=(at(y + 17.0)) height="12" width=(at((*count as f64 * scale).max(0.5))) {}
            text.dim x=(at(*count as f64 * scale + 5.0)) y=(at(y + 27.5)) { (grouped(*count)) " · " (share(*count)) }
        }
    };
    let table = html! {
        table {
            thead { tr { th { "Contacts" } th.n { "how many" } th.n { "share" } } }
            @for (what, count) in rows { tr { th scope="row" { (what) } td.n { (grouped(count)) } td.n { (share(count)) } } }
        }
    };
    figure(&caption, 34.0 * rows.len() as f64, &picture, &table)
}

fn bar(open: &OpenCases, y: f64, most: f64) -> Markup {
    let scale = (WIDTH - COUNT) / most;
    let mut x = 0.0;
    html! {
        text x="0" y=(at(y + 12.0)) { (open.why) }
        @for (age, count) in open.by_age.iter().enumerate() {
            @if *count > 0 {
                rect class=(format!("seg a{age}")) x=(at(x)) y=(at(y + 17.0)) height="12"
                    width=(at((*count as f64 * scale).max(0.5))) {
                    title { (format!("{}: {}", AGES[age], grouped(*count))) }
                }
                ({ x += *count as f64 * scale; "" })
            }
        }
        text.dim x=(at(x + 5.0)) y=(at(y + 27.5)) { (grouped(open.cases)) }
    }
}

/// Two rows, so that the words keep their room.
fn legend(y: f64) -> Markup {
    html! {
        @for (age, word) in AGES.iter().enumerate() {
            @let x = (age % 3) as f64 * 142.0;
            @let y = y + (age / 3) as f64 * 16.0;
            rect class=(format!("a{age}")) x=(at(x)) y=(at(y)) width="11" height="11" {}
            text.dim x=(at(x + 16.0)) y=(at(y + 9.5)) { (word) }
        }
    }
}

fn table(open: &[OpenCases]) -> Markup {
    html! {
        table {
            thead { tr { th { "Reason" } @for head in ["<1 d", "<3 d", "<7 d", "<30 d", "30 d +"] { th.n { (head) } } } }
            @for open in open {
                tr { th scope="row" { (open.why) } @for count in open.by_age { td.n { (grouped(count)) } } }
            }
        }
    }
}
