//! The statements about what the company can keep: how long it takes, and which slots there are.

use super::statement::{Make, Stated, name};
use std::fmt::Write as _;
use throughline_core::name::Name;

/// The forms, as in [`super::statement`].
pub(super) const FORMS: &[(&str, Make)] = &[
    ("company keeps <what> within <number> days in <percent> percent of <of> cases", |s, _| {
        let what = quoted(&name(s, "what"));
        let (within, percent, matured) = (s.number("number"), s.number("percent"), s.number("of"));
        let quantile = f64::from(percent) / 100.0;
        Stated::Capability(format!(
            "capability = {what}\n[lead_time]\nquantile = {quantile:?}\nwithin = \"{within}d\"\nmatured = {matured}\n"
        ))
    }),
    ("company has <number> slots for <what> from <start> until <moment>", |s, n| {
        let (what, number) = (name(s, "what"), s.number("number"));
        let window = (s.moment("start").unwrap_or_default(), s.moment("moment").unwrap_or_default());
        let slots = n.slots.entry(what.as_str().to_owned()).or_default();
        slots.insert(window, number);
        let mut document = format!("capability = {}\n", quoted(&what));
        for ((from, until), left) in slots {
            let _ = write!(document, "[[slots]]\nfrom = \"{from}\"\nuntil = \"{until}\"\nleft = {left}\n");
        }
        Stated::Capability(document)
    }),
];

/// A name as TOML writes it.
fn quoted(name: &Name) -> String {
    format!("\"{}\"", name.as_str().replace('\\', "\\\\").replace('"', "\\\""))
}
