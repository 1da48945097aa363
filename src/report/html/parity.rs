//! Who complained in public against who complained in private: a table of numbers, since the difference should be nothing.

use super::words::maybe_length;
use crate::replay::grouped;
use crate::report::form::Report;
use crate::report::parity::{Parity, ParityGroup};
use maud::{Markup, html};

pub(super) fn parity(report: &Report) -> Markup {
    let all = &report.publicity_parity;
    if all.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="parity" {
            h2 id="parity" { "Complained in public, complained in private" }
            p.soft {
                "The same failure on both sides. Reach may make us quicker; what is given should not depend on it, so the difference "
                "of the means should be nothing. Amounts are in minor units; who was given nothing counts as nothing."
            }
            table {
                thead { tr { th { "Failure" } th.n { "in public" } th.n { "in private" } th.n { "difference" } } }
                @for class in all { (rows(class)) }
            }
        }
    }
}

fn rows(class: &Parity) -> Markup {
    let Parity { by, class: name, public, private, concessions } = class;
    let first_human = |group: &ParityGroup| maybe_length(group.median_first_human_secs);
    html! {
        tr { th scope="row" { (by) " " (name) } td.n { (grouped(public.n)) } td.n { (grouped(private.n)) } td.n { } }
        @for given in concessions {
            tr {
                th scope="row" { span.soft { "given, in " (given.currency) } }
                td.n { (format!("{:.1}", given.public_mean_minor)) }
                td.n { (format!("{:.1}", given.private_mean_minor)) }
                td.n { (format!("{:+.1}", given.difference_minor)) }
            }
        }
        @if by == "topic" {
            tr {
                th scope="row" { span.soft { "a person, half by" } }
                td.n { (first_human(public)) }
                td.n { (first_human(private)) }
                td.n { }
            }
        }
    }
}
