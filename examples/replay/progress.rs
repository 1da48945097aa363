//! A progress bar on standard error, for work that takes more than a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::time::{Duration, Instant};
use throughline::replay::Progress;

/// A bar that shows itself once the work has taken a second.
#[expect(clippy::disallowed_methods, reason = "a person waits in real time")]
pub(crate) fn bar(what: &'static str, unit: &'static str) -> Progress {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let template = format!("{what:>8} [{{bar:40}}] {{human_pos}} of {{human_len}} {unit} {{eta}}");
    bar.set_style(ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    let started = Instant::now();
    Arc::new(move |done, total| {
        if let Some(total) = total {
            bar.set_length(total);
        }
        if bar.is_hidden() && started.elapsed() > Duration::from_secs(1) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        bar.set_position(done);
        if total == Some(done) {
            bar.finish_and_clear();
        }
    })
}
