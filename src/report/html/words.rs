//! Numbers, shares, lengths and labels as a page shows them.

use crate::report::rate::Rate;
use throughline_core::time::{Micros, Span};

/// A share as a percentage, or a dash where there is nothing to divide by.
pub(super) fn percent(rate: &Rate) -> String {
    rate.rate.map_or_else(|| "–".to_owned(), share)
}

/// A share as a percentage.
pub(super) fn share(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A day, as `14 Mar 2026`.
pub(super) fn day(at: Micros) -> String {
    at.to_datetime().format("%-d %b %Y").to_string()
}

/// An instant to the minute.
pub(super) fn minute(at: Micros) -> String {
    at.to_datetime().format("%-d %b %Y %H:%M").to_string()
}

/// A length in seconds by its largest unit, for axes and tiles: `45 s`, `12 min`, `3.5 h`, `2 d`.
pub(super) fn length(secs: f64) -> String {
    let in_unit = |value: f64, unit| {
        let rounded = if value < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") };
        format!("{} {unit}", rounded.trim_end_matches(".0"))
    };
    match secs {
        s if s < 60.0 => in_unit(s, "s"),
        s if s < 3_600.0 => in_unit(s / 60.0, "min"),
        s if s < 86_400.0 => in_unit(s / 3_600.0, "h"),
        s => in_unit(s / 86_400.0, "d"),
    }
}

/// A length that may never come.
pub(super) fn maybe_length(secs: Option<f64>) -> String {
    secs.map_or_else(|| "not reached".to_owned(), length)
}

/// A follow-up in words.
pub(super) fn follow_up(rate: &Rate) -> String {
    rate.follow_up_secs.map_or_else(String::new, |secs| format!(" within {}", Span::from_secs(secs)))
}

/// A label that fits: cut at a character, with an ellipsis.
pub(super) fn clip(label: &str, most: usize) -> String {
    if label.chars().count() <= most {
        return label.to_owned();
    }
    let kept: String = label.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A coordinate: a tenth of a unit is finer than any screen, and keeps the page small.
pub(super) fn at(x: f64) -> String {
    let tenth = format!("{x:.1}");
    tenth.strip_suffix(".0").map_or(tenth.clone(), str::to_owned)
}
