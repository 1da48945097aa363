//! The score of effort: what each term weighs and how good the weights are, or why there are none.

use crate::effort::{EffortFit, FitQuality};
use crate::replay::grouped;
use crate::report::form::Report;
use maud::{Markup, html};

pub(super) fn score(report: &Report) -> Markup {
    let scored = &report.effort_score;
    html! {
        section aria-labelledby="score" {
            h2 id="score" { "What makes it hard on customers" }
            p.soft {
                "What an issue cost a customer, weighed by what customers answered when they were asked how easy it was, from 1 "
                "(hard) to 7 (easy): " (scored.sample) ". Who answers is not like who does not, and what goes with a low answer "
                "need not be its cause."
            }
            @match &scored.fit {
                Some(fit) => { (weights(fit)) }
                None => {
                    p { "No score: " (scored.no_fit_because.as_deref().unwrap_or_default()) ". The counts stand above." }
                }
            }
        }
    }
}

fn weights(fit: &EffortFit) -> Markup {
    html! {
        @if !fit.holds_out_of_sample() {
            p { strong { "It foretells other answers no better than chance: do not act on its scores." } }
        }
        p.soft {
            "Of the score with the answer: −1 is perfect, 0 is chance. Pseudo-R² (McFadden): 0.2 is very good, 0 is worth nothing."
        }
        table {
            thead { tr { th { "How good it is" } th.n { "rank corr." } th.n { "pseudo-R²" } th.n { "answers" } } }
            (quality("On answers that it was not made from", fit.out_of_sample()))
            (quality("On those that it was made from", fit.in_sample()))
        }
        p.soft {
            "By how much each one more multiplies the odds of an answer at or below any level, and behind how many answers there "
            "was any:"
        }
        table {
            thead { tr { th { "Each one more" } th.n { "odds" } th.n { "weight" } th.n { "answers" } } }
            @for term in fit.terms() {
                tr {
                    th scope="row" {
                        (term.term)
                        @if let Some(why) = term.aside { " " span.soft { "(" (why) ")" } }
                    }
                    td.n { @if term.aside.is_none() { (format!("× {:.2}", libm::exp(term.weight))) } @else { "–" } }
                    td.n { @if term.aside.is_none() { (format!("{:.4}", term.weight)) } @else { "–" } }
                    td.n { (grouped(term.answers_with)) }
                }
            }
        }
    }
}

fn quality(what: &str, found: FitQuality) -> Markup {
    html! {
        tr {
            th scope="row" { (what) }
            td.n { (found.rank_correlation.map_or_else(|| "–".to_owned(), |correlation| format!("{correlation:+.2}"))) }
            td.n { (format!("{:.3}", found.pseudo_r2)) }
            td.n { (grouped(found.answers)) }
        }
    }
}
