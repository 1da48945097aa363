//! Calls: menus, queues, holds, transfers, callers who give up, and voicemails.

use super::super::words::{ANSWERS, Source};
use super::{Issue, Life, MOST_RETURNS, identity, outcome, promise};
use throughline_core::event::vocabulary::{
    CallbackOffered, CallbackRequested, CallbackScheduled, Connected, ContactEnded, Held, MenuReached,
    Message, Queued, Transferred, VoicemailLeft, WaitTold,
};
use throughline_core::event::{
    Author, Channel, Direction, Ending, MenuExit, Text, TextVerdict, TransferKind,
};
use throughline_core::ids::ContactId;
use throughline_core::name::Name;
use throughline_core::time::Span;

/// The customer calls.
pub(super) fn call(life: &mut Life<'_>, issue: Issue) {
    let contact = life.start(Source::Phone, Channel::Phone, Direction::Inbound, issue);
    if menu(life, contact) == MenuExit::DeadEnd {
        life.secs(5, 60);
        end(life, contact, Ending::Abandoned);
        return try_again(life, issue);
    }
    if life.dice().chance(300) {
        identity::say_account(life);
        identity::prove(life, contact);
    }
    queue(life, contact, issue.topic);
    match life.dice().below(1_000) {
        ..120 => {
            life.secs(30, 1_800);
            end(life, contact, Ending::Abandoned);
            try_again(life, issue);
        }
        120..190 => voicemail(life, contact, issue),
        190..220 => call_back(life, contact, issue),
        _ => talk(life, contact, issue),
    }
}

fn menu(life: &mut Life<'_>, contact: ContactId) -> MenuExit {
    let levels = life.dice().below(3).max(life.dice().below(6)) as u16;
    for depth in 1..=levels {
        life.secs(6, 45);
        let exit = if depth > 2 && life.dice().chance(80) { MenuExit::DeadEnd } else { MenuExit::Offered };
        life.tell(Source::Phone, MenuReached { contact, depth, exit });
        if exit == MenuExit::DeadEnd {
            return exit;
        }
    }
    MenuExit::Offered
}

fn queue(life: &mut Life<'_>, contact: ContactId, topic: usize) {
    life.secs(1, 10);
    let queue = life.scribe.words.queue(topic);
    life.tell(Source::Phone, Queued { contact, queue });
}

fn end(life: &mut Life<'_>, contact: ContactId, ending: Ending) {
    life.tell(Source::Phone, ContactEnded { contact, ending, agent: None });
}

/// Half of those who were not heard call again, or write; the other half stay unheard.
fn try_again(life: &mut Life<'_>, issue: Issue) {
    if issue.returns < MOST_RETURNS && life.dice().chance(500) {
        life.hours(0, 30);
        super::contact(life, Issue { returns: issue.returns + 1, ..issue });
    }
}

fn connect(life: &mut Life<'_>, contact: ContactId, agent: &Name) {
    life.tell(Source::Phone, Connected { contact, agent: Some(agent.clone()) });
}

fn talk(life: &mut Life<'_>, contact: ContactId, issue: Issue) {
    life.secs(5, 1_200);
    let mut agent = life.agent();
    connect(life, contact, &agent);
    if life.dice().chance(200) {
        identity::ask(life, contact, &agent);
    }
    while life.dice().chance(180) {
        life.secs(30, 400);
        let transfer = *life.dice().pick(TransferKind::ALL);
        let to = Some(life.scribe.words.queue(issue.topic));
        life.tell(Source::Phone, Transferred { contact, transfer, to });
        if transfer != TransferKind::Warm {
            queue(life, contact, issue.topic);
        }
        life.secs(5, 600);
        agent = life.agent();
        connect(life, contact, &agent);
    }
    if life.dice().chance(250) {
        life.secs(30, 300);
        life.tell(Source::Phone, Held { contact });
        life.secs(20, 420);
        connect(life, contact, &agent);
    }
    if life.dice().chance(20) {
        life.secs(10, 300);
        end(life, contact, Ending::Dropped);
        return try_again(life, issue);
    }
    let promised = life.dice().chance(120);
    if promised {
        promise::within_contact(life, contact);
    } else {
        answer(life, contact, agent);
    }
    end(life, contact, Ending::Completed);
    outcome::after_answer(life, contact, issue);
}

fn answer(life: &mut Life<'_>, contact: ContactId, agent: Name) {
    life.secs(60, 900);
    let text = life.dice().chance(150).then(|| Text::from(ANSWERS[0]));
    let verdict = Some(TextVerdict::Substantive);
    life.tell(Source::Phone, Message { contact, author: Author::Human, agent: Some(agent), verdict, text });
}

/// The wait is long, and a call back is offered, which is taken or asked for.
fn call_back(life: &mut Life<'_>, contact: ContactId, issue: Issue) {
    life.secs(5, 30);
    let wait_secs = 60 * (10 + life.dice().below(40)) as u32;
    life.tell(Source::Phone, WaitTold { contact, wait_secs });
    let from = life.now + Span::from_hours(1 + life.dice().below(5) as i64);
    let (promise, due) = (life.new_promise(), from + Span::from_secs(900));
    life.tell(Source::Phone, CallbackOffered { contact, from: Some(from), due: Some(due) });
    life.secs(5, 30);
    if life.dice().chance(300) {
        life.tell(Source::Phone, CallbackRequested { contact, promise });
    } else {
        life.tell(Source::Phone, CallbackScheduled { contact, promise, from: Some(from), due });
    }
    end(life, contact, Ending::Completed);
    if life.dice().chance(150) {
        return try_again(life, issue);
    }
    // One in four comes a little too early or too late.
    let late = life.dice().below(1_200) as i64 - 150;
    life.now = from + Span::from_secs(late);
    let reply = life.start(Source::Phone, Channel::Phone, Direction::Outbound, issue);
    life.secs(5, 40);
    let agent = life.agent();
    connect(life, reply, &agent);
    answer(life, reply, agent);
    end(life, reply, Ending::Completed);
    outcome::after_answer(life, reply, issue);
}

/// "We call you back", which somebody does in time, late, or never.
fn voicemail(life: &mut Life<'_>, contact: ContactId, issue: Issue) {
    life.secs(60, 600);
    let promise = life.new_promise();
    let within = Span::from_hours(4 + life.dice().below(5) as i64 * 4);
    let due = life.dice().chance(600).then(|| life.now + within);
    let text = life.dice().chance(500).then(|| super::super::words::question(issue.topic, life.dice()));
    life.tell(Source::Phone, VoicemailLeft { contact, promise, due, text });
    life.secs(1, 5);
    end(life, contact, Ending::Completed);
    if promise::wait_for_keeping(life, within) {
        let reply = life.start(Source::Phone, Channel::Phone, Direction::Outbound, issue);
        life.secs(5, 40);
        let agent = life.agent();
        connect(life, reply, &agent);
        promise::keep(life, promise, Source::Phone);
        answer(life, reply, agent);
        end(life, reply, Ending::Completed);
        outcome::after_answer(life, reply, issue);
    } else {
        try_again(life, issue);
    }
}
