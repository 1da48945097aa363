//! Which tone to take. Each has a reason that stands in the facts; what is not there is not guessed.

use super::form::{ToneReason, ToneWord};
use super::subject::Subject;
use throughline_core::time::Span;
use throughline_rules::decision::{Content, OpenCause};

/// How long a contact of ours that was against the guard is something to apologise for.
const REMEMBERED: Span = Span::from_days(90);

/// The tones, and why. The gravest first.
pub(super) fn tone(subject: &Subject<'_>) -> Vec<ToneReason> {
    let mut tones = Vec::new();
    let mut add = |tone, because: String| tones.push(ToneReason { tone, because });
    let known = subject.journey.customer.known();
    for circumstance in known.iter().flat_map(|known| known.circumstances()) {
        let which = subject.names.resolve(circumstance.circumstance);
        add(ToneWord::Careful, format!("{which} since {}", circumstance.since));
    }
    for because in failures(subject) {
        add(ToneWord::Apologetic, because);
    }
    if let Some(churn) = &subject.journey.churn
        && let Some(flag) = &churn.flag
    {
        let top = churn.top().map(|top| subject.names.resolve(subject.rules.signal_name(top)));
        let top = top.map_or_else(String::new, |top| format!(", most of all {top}"));
        add(ToneWord::Attentive, format!("she shows signs of leaving since {}{top}", flag.at));
    }
    let again = subject.journey.customer.effort().identity_asked_again;
    if again > 0 {
        let times = counted(again, "once", "times");
        add(
            ToneWord::Informed,
            format!("she was asked again who she is {times}, although she had proved it"),
        );
    }
    if tones.is_empty() {
        tones.push(ToneReason { tone: ToneWord::Ordinary, because: "nothing is in the way".to_owned() });
    }
    tones
}

/// What we did wrong and have not made good.
fn failures(subject: &Subject<'_>) -> Vec<String> {
    let mut failures = Vec::new();
    let owed = subject.journey.apologies_owed();
    if owed > 0 {
        failures.push(if owed == 1 {
            "an apology is owed".into()
        } else {
            format!("{owed} apologies are owed")
        });
    }
    for promise in subject.journey.promises.open().iter().filter(|promise| promise.broken) {
        failures.push(format!("a promise is broken that was due {}", promise.due));
    }
    for case in subject.journey.cases.cases().iter().filter(|case| !case.state.is_settled()) {
        let handle = subject.handle(case.key);
        if case.cause == OpenCause::ChargedAfterCancellation {
            failures.push(format!("she was billed for what she had cancelled: case {handle}"));
        }
        if case.reopens > 0 {
            let times = counted(u32::from(case.reopens), "once", "times");
            failures.push(format!("case {handle} had to be reopened {times}"));
        }
        if case.missed > 0 {
            let (what, missed) = (if case.missed == 1 { "target was" } else { "targets were" }, case.missed);
            failures.push(format!("{missed} {what} missed on case {handle}"));
        }
    }
    let lately = |at| subject.as_of.since(at) <= REMEMBERED;
    for decision in subject.decisions.iter().filter(|decision| lately(decision.effective_at)) {
        if let Content::ContactAgainstGuard { purpose, .. } = &decision.content {
            let what_for = subject.spelled(*purpose).map_or_else(String::new, |p| format!(" for {p}"));
            failures.push(format!("we made contact{what_for} against the guard {}", decision.effective_at));
        }
    }
    failures
}

fn counted(count: u32, once: &str, times: &str) -> String {
    if count == 1 { once.to_owned() } else { format!("{count} {times}") }
}
