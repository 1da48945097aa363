//! The frame of a picture: a title, a description for those who cannot see it, and a table with its numbers.
//!
//! Every picture is drawn for a width of [`WIDTH`], which is that of a phone: there its letters keep their size, and
//! a wide screen shows two pictures side by side.

use super::words::at;
use maud::{Markup, html};

/// The width that pictures are drawn for.
pub(super) const WIDTH: f64 = 440.0;

/// What a picture is called and what it shows, in words.
pub(super) struct Caption<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// What the picture says, for a person who hears it.
    pub(super) says: String,
    /// How to read it, in small letters below the title.
    pub(super) note: &'a str,
}

/// A picture with its table.
pub(super) fn figure(caption: &Caption<'_>, height: f64, picture: &Markup, table: &Markup) -> Markup {
    html! {
        figure.card id=(caption.id) {
            h3 { (caption.title) }
            p.soft { (caption.note) }
            (drawing(caption.id, caption.title, &caption.says, height, picture))
            details { summary { "The numbers" } (table) }
        }
    }
}

/// A picture that has nothing to show, and why.
pub(super) fn empty(caption: &Caption<'_>, why: &str) -> Markup {
    html! {
        figure.card id=(caption.id) {
            h3 { (caption.title) }
            p.empty { (why) }
        }
    }
}

/// The drawing alone.
pub(super) fn drawing(id: &str, title: &str, says: &str, height: f64, picture: &Markup) -> Markup {
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {}", at(height))) role="img"
            aria-labelledby=(format!("{id}-t {id}-d")) {
            title id=(format!("{id}-t")) { (title) }
            desc id=(format!("{id}-d")) { (says) }
            (picture)
        }
    }
}

/// Round numbers from nothing to at least `most`, at most `steps` of them after the first.
pub(super) fn ticks(most: f64, steps: usize) -> Vec<f64> {
    let rough = most / steps as f64;
    // Counts have no halves, so the smallest step is one.
    let powers = std::iter::successors(Some(1.0), |power: &f64| Some(power * 10.0));
    let round = powers.take(20).flat_map(|power| [power, 2.0 * power, 2.5 * power, 5.0 * power]);
    let step = round.filter(|step: &f64| step.fract() == 0.0).find(|step| *step >= rough).unwrap_or(rough);
    let count = (most / step).ceil().max(1.0) as usize;
    (0..=count).map(|n| n as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn ticks_are_round_and_reach_the_most() {
        assert_eq!(ticks(7.0, 4), [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(ticks(12_345.0, 4), [0.0, 5_000.0, 10_000.0, 15_000.0]);
        assert_eq!(ticks(1.0, 4), [0.0, 1.0]);
        assert_eq!(ticks(0.0, 4), [0.0, 1.0]);
    }
}
