//! From what was gathered to the report: shares are divided, names spelled out, lists put in order.

use super::effort::ScoredEffort;
use super::form::{
    Breach, ChannelHours, ClockReport, Contacts, Failures, Flow, Issues, Leaving, NeedsPerson, OpenCases,
    OverTime, Repeat, Repeats, Report, TimeStep, Transfers, Waits,
};
use super::gather::{DAY, FIRST_CONTACT, Failure, Gathered, REPEATS, Tally};
use super::rate::{Share, Window, rate};
use super::sightings::Place;
use super::survival::Survival;
use super::timeline::timeline;
use crate::replay::{History, Run};
use std::cmp::Reverse;
use throughline_core::name::Interner;
use throughline_core::time::{Micros, Span};
use throughline_rules::decision::{Clock, DecisionKind, ReopenCause};
use throughline_rules::evaluate::Evaluator;

/// The most steps that a picture over time can show; past it the steps get longer.
const MOST_STEPS: i64 = 70;

/// A customer's month for the flap rate, in seconds.
const MONTH: f64 = 30.0 * 86_400.0;

pub(super) fn build(run: Run<Gathered>, history: &History) -> Report {
    let Run { found, observed, rules, names, as_of } = run;
    let effort_score = ScoredEffort::of(&observed.effort.finish());
    let mut tally = observed.tally;
    let window = Window { from: tally.first.unwrap_or(as_of), to: as_of };
    let evaluator = Evaluator::new(&rules);
    let need_a_person = std::mem::take(&mut tally.needy).into_iter().map(|needy| NeedsPerson {
        customer: needy.customer,
        points: needy.points(),
        timeline: history
            .of_customer(needy.customer)
            .map(|facts| timeline(evaluator, &names, facts, as_of))
            .unwrap_or_default(),
        reasons: needy.reasons,
    });
    Report {
        window,
        need_a_person: need_a_person.collect(),
        clocks: clocks(&mut tally),
        waits: waits(&mut tally, window),
        contacts: contacts(&tally, window),
        repeats: repeats(&tally, window),
        issues: issues(&tally, window),
        transfers: transfers(&tally, window, &names, found.effort.contacts.into()),
        breaches: breaches(&tally, &names),
        promises_kept: {
            let promises = found.promises;
            rate(promises.kept.into(), u64::from(promises.kept) + u64::from(promises.broken), window)
        },
        effort_score,
        leaving: Leaving {
            customers_flagged: rate(tally.flagged_customers, found.customers, window),
            flags_per_customer_month: (tally.observed_secs > 0).then(|| {
                let edges = found.churn.flagged + found.churn.cleared;
                edges as f64 * MONTH / tally.observed_secs as f64
            }),
        },
        open_cases: open_cases(&tally),
        hours: hours(&tally),
        failures: failures(&tally, &names),
        publicity_parity: tally.parity.report(&names),
        over_time: over_time(&tally, window),
        found,
    }
}

fn contacts(tally: &Tally, window: Window) -> Contacts {
    let t = &tally.contacts;
    Contacts {
        inbound: t.inbound,
        outbound: t.outbound,
        abandoned: t.abandoned,
        abandoned_in_queue: t.abandoned_in_queue,
        answered_by_human: t.by_person,
        claimed_only: t.by_claim,
        answered_by_bot_only: t.by_bot,
        unanswered: t.unanswered,
        abandonment: rate(t.abandoned, t.inbound, window),
        abandonment_in_queue: rate(t.abandoned_in_queue, t.queued, window),
        answered_by_human_rate: rate(t.by_person, t.inbound, window),
        unanswered_rate: rate(t.unanswered, t.inbound, window),
        customers_left_unanswered: t.last_unanswered.rate(window),
    }
}

fn waits(tally: &mut Tally, window: Window) -> Waits {
    let t = &mut tally.contacts;
    let over = |secs| rate(t.waits.longer_than(Span::from_secs(secs)), t.queued, window);
    Waits {
        queued: t.queued,
        over_30_secs: over(30),
        over_90_secs: over(90),
        over_300_secs: over(300),
        to_a_person: Survival::of(std::mem::take(&mut t.waits_to_person)),
    }
}

fn repeats(tally: &Tally, window: Window) -> Repeats {
    let of = |[hour, day]: [Share; 2]| Repeat {
        within_1h: hour.followed(window, REPEATS[0]),
        within_24h: day.followed(window, REPEATS[1]),
    };
    Repeats {
        same_issue: of(tally.contacts.repeat_issue),
        after_any_contact: of(tally.contacts.repeat_any),
        after_giving_up: of(tally.contacts.repeat_abandoned),
    }
}

fn issues(tally: &Tally, window: Window) -> Issues {
    let t = &tally.issues;
    let by_state: std::collections::BTreeMap<String, u64> =
        t.by_state.iter().map(|(state, count)| ((*state).to_owned(), *count)).collect();
    let closed = by_state.get("closed").copied().unwrap_or(0);
    Issues {
        opened: t.opened,
        by_state,
        answered: t.answered,
        claimed_resolved: t.claimed,
        reopened: t.reopened,
        reopens: t.reopens,
        escalated: t.escalated,
        closed_rate: rate(closed, t.opened, window),
        reopened_rate: rate(t.reopened, t.answered, window),
        escalated_rate: rate(t.escalated, t.opened, window),
        first_contact_resolution: t.first_contact.followed(window, FIRST_CONTACT),
    }
}

fn transfers(tally: &Tally, window: Window, names: &Interner, all_contacts: u64) -> Transfers {
    let (t, issues, moves) = (&tally.contacts, &tally.issues, &tally.moves);
    let place = |place: Place| match place {
        Place::Named(name) => names.resolve(name).to_owned(),
        Place::Channel(channel) => format!("{channel} (no queue)"),
        Place::Unknown => "not said".to_owned(),
    };
    let mut flow: Vec<Flow> = moves
        .flow
        .iter()
        .map(|((from, to), times)| Flow { from: place(*from), to: place(*to), times: *times })
        .collect();
    flow.sort_by(|a, b| (Reverse(a.times), &a.from, &a.to).cmp(&(Reverse(b.times), &b.from, &b.to)));
    Transfers {
        total: moves.by_kind.values().sum(),
        by_kind: moves.by_kind.iter().map(|(kind, count)| (kind.to_string(), *count)).collect(),
        contacts_with_one: rate(t.transferred, t.handled, window),
        contacts_over_two: rate(t.over_two, all_contacts, window),
        issues_with_one: rate(issues.transferred, issues.opened, window),
        issues_over_two: rate(issues.over_two, issues.opened, window),
        handovers: issues.handovers,
        issues_handed_over: rate(issues.handed_over, issues.opened, window),
        issues_ping_pong: rate(issues.ping_pong, issues.opened, window),
        ping_pongs: issues.ping_pongs,
        flow,
    }
}

fn breaches(tally: &Tally, names: &Interner) -> Vec<Breach> {
    let mut breaches: Vec<Breach> = tally
        .breaches
        .iter()
        .map(|((kind, rule), breach)| Breach {
            kind: kind.to_string(),
            rule: names.resolve(*rule).to_owned(),
            times: breach.times,
            customers: breach.customers,
        })
        .collect();
    breaches.sort_by(|a, b| (Reverse(a.times), &a.kind, &a.rule).cmp(&(Reverse(b.times), &b.kind, &b.rule)));
    breaches
}

fn clocks(tally: &mut Tally) -> Vec<ClockReport> {
    let all = std::mem::take(&mut tally.clocks).into_clocks();
    all.map(|(clock, times)| ClockReport {
        clock: clock.as_str().to_owned(),
        stops_with: stops_with(clock).to_owned(),
        ran: Survival::of(times.customer),
        in_working_time: Survival::of(times.working),
    })
    .collect()
}

const fn stops_with(clock: Clock) -> &'static str {
    match clock {
        Clock::Acknowledged => "the first reaction of anybody or anything",
        Clock::FirstHuman => "the first word of a person",
        Clock::FirstSubstantive => "the first answer to the question",
        Clock::Satisfactory => "the answer that the customer accepted later",
        Clock::Accepted => "the customer's acceptance",
    }
}

fn open_cases(tally: &Tally) -> Vec<OpenCases> {
    let mut open: Vec<OpenCases> = tally
        .ages
        .iter()
        .map(|(why, by_age)| OpenCases {
            why: (*why).to_owned(),
            cases: by_age.iter().sum(),
            by_age: *by_age,
        })
        .collect();
    open.sort_by(|a, b| (Reverse(a.cases), &a.why).cmp(&(Reverse(b.cases), &b.why)));
    open
}

fn hours(tally: &Tally) -> Vec<ChannelHours> {
    let mut hours: Vec<ChannelHours> = tally
        .hours
        .iter()
        .map(|(channel, by_hour)| ChannelHours {
            channel: channel.map_or("unknown", |channel| channel.as_str()).to_owned(),
            by_hour: *by_hour,
        })
        .collect();
    hours.sort_by_key(|channel| (Reverse(channel.by_hour.iter().sum::<u64>()), channel.channel.clone()));
    hours
}

fn failures(tally: &Tally, names: &Interner) -> Vec<Failures> {
    let mut all: Vec<(String, u64)> =
        tally.failures.iter().map(|(failure, times)| (spelled(*failure, names), *times)).collect();
    all.sort_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
    let total: u64 = all.iter().map(|(_, times)| times).sum();
    let mut so_far = 0;
    let failure = |(what, times)| {
        so_far += times;
        Failures { what, times, cumulative_share: so_far as f64 / total as f64 }
    };
    all.into_iter().map(failure).collect()
}

fn spelled(failure: Failure, names: &Interner) -> String {
    match failure {
        Failure::GaveUp => "contact given up".to_owned(),
        Failure::DeadEnd => "menu without a way on".to_owned(),
        Failure::Voided => "answer that was none".to_owned(),
        Failure::Charged => "billed after the cancellation".to_owned(),
        Failure::Reopened(cause) => match cause {
            ReopenCause::Contact => "reopened: contact again",
            ReopenCause::Message => "reopened: wrote again",
            ReopenCause::Rejected => "reopened: answer rejected",
            ReopenCause::Rated => "reopened: rated badly",
            ReopenCause::Work => "reopened: work again",
            ReopenCause::Contradicted => "reopened: acceptance contradicted",
            ReopenCause::Charged => "reopened: billed again after the cancellation",
        }
        .to_owned(),
        Failure::Rule(kind, rule) => match kind {
            DecisionKind::PromiseBroken => "promise broken".to_owned(),
            DecisionKind::PromiseTooFar => "promise too far".to_owned(),
            DecisionKind::ContactAgainstGuard => "contact against the guard".to_owned(),
            DecisionKind::LimitPassed => format!("limit: {}", names.resolve(rule)),
            _ => format!("target: {}", names.resolve(rule)),
        },
    }
}

fn over_time(tally: &Tally, window: Window) -> OverTime {
    let (first, last) = (window.from.0.div_euclid(DAY), window.to.0.div_euclid(DAY));
    let days = last - first + 1;
    let step = if days <= MOST_STEPS {
        1
    } else if days <= 7 * MOST_STEPS {
        7
    } else {
        30
    };
    let mut steps: Vec<TimeStep> = (0..days.div_euclid(step) + i64::from(days % step > 0))
        .map(|n| TimeStep {
            from: Micros((first + n * step) * DAY),
            opened: 0,
            reopened: 0,
            settled: 0,
            flagged: 0,
            cleared: 0,
            flagged_at_end: 0,
        })
        .collect();
    for (day, counts) in &tally.days {
        let place = usize::try_from((day - first) / step).unwrap_or(0);
        let Some(step) = steps.get_mut(place) else { continue };
        step.opened += counts.opened;
        step.reopened += counts.reopened;
        step.settled += counts.settled;
        step.flagged += counts.flagged;
        step.cleared += counts.cleared;
    }
    let mut flagged = 0;
    for step in &mut steps {
        flagged = (flagged + step.flagged) - step.cleared.min(flagged + step.flagged);
        step.flagged_at_end = flagged;
    }
    OverTime { step_days: step as u32, steps }
}
