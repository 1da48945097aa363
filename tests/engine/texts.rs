//! Texts that the engine has read: who is asked, what is recorded, and what follows.

use crate::scene::{Store, ann, at, bob, contact, event, mail, write_raw};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use throughline::Engine;
use throughline::core::event::vocabulary::{ContactStarted, Message, PreferenceStated, Rated};
use throughline::core::event::{
    Author, Channel, Direction, EventData, EventKind, Instrument, NewEvent, Position, Preference, Text,
    TextVerdict,
};
use throughline::core::ids::{ContactId, ProfileId};
use throughline::core::name::Name;
use throughline::engine::{EngineError, Incoming};
use throughline::rules::case::CaseState;
use throughline::rules::rulebook::DEFAULT;
use throughline::rules::texts::{Annotation, Annotator, AnnotatorFailed, Said};
use throughline::store::contract::EventStore;
use throughline_testkit::clock::ManualClock;

pub(crate) fn wrote(minutes: i64, number: u8, author: Author, text: &str) -> NewEvent {
    said(minutes, contact(number), author, text)
}

pub(crate) fn said(minutes: i64, contact: ContactId, author: Author, text: &str) -> NewEvent {
    let text = Some(Text::from(text));
    // Two who write the same in the same minute are two.
    let data = Message { contact, author, agent: None, verdict: None, text };
    let id =
        throughline::core::ids::EventId::derived("said", &format!("{minutes} {contact} {author} {data:?}"));
    // Behind the start of its contact, if that is of the same minute.
    NewEvent { id, ..event(minutes, data) }.with_sequence(1)
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub(crate) async fn shipped(store: &Store, clock: &ManualClock) -> Engine {
    let clock = clock.clone();
    let builder = Engine::builder(Arc::new(store.clone())).clock(move || clock.now());
    builder.shipped_annotators().start().await.unwrap()
}

pub(crate) fn stage() -> (Store, ManualClock) {
    (Store::default(), ManualClock::at(at(0)))
}

/// What was recorded of a kind, and of whom.
pub(crate) async fn recorded(store: &Store, kind: EventKind) -> Vec<EventData> {
    let page = store.read_all(Position(0), 10_000).await.unwrap();
    let of_kind = page.events.iter().filter(|event| event.recorded.event.data.kind == kind as u16);
    of_kind.map(|event| event.recorded.open().unwrap().event.data).collect()
}

/// Answers "boilerplate" to what it is told to, and remembers what it was asked.
#[derive(Debug, Default)]
struct Listener {
    asked: Mutex<Vec<String>>,
    fails: AtomicBool,
    version: AtomicU64,
}

impl Annotator for Listener {
    fn name(&self) -> Name {
        name("listener")
    }

    fn version(&self) -> u32 {
        self.version.load(Ordering::SeqCst) as u32
    }

    fn annotate(&self, said: &Said<'_>) -> Result<Annotation, AnnotatorFailed> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(AnnotatorFailed("no answer from the model".into()));
        }
        let Said { text, author, language, topic, question, names } = said;
        self.asked
            .lock()
            .unwrap()
            .push(format!("{author}: {text} ({language:?} {topic:?} {question:?} {names:?})"));
        let verdict = (*author == Author::Human).then_some(TextVerdict::Boilerplate);
        Ok(Annotation { verdict, ..Annotation::default() })
    }
}

impl Listener {
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

async fn listening(store: &Store, clock: &ManualClock, listener: &Arc<Listener>) -> Engine {
    let clock = clock.clone();
    let builder = Engine::builder(Arc::new(store.clone())).clock(move || clock.now());
    builder.annotator(listener.clone()).start().await.unwrap()
}

pub(crate) const STOCK: &str =
    "Thank you for being so patient with us, our team will look at it and come back to you soon.";

pub(crate) fn customer(n: u8) -> (ProfileId, ContactId) {
    (ProfileId::from_bytes([100 + n; 16]), contact(100 + n))
}

/// Story 4, with the verdicts of the annotators that ship in place of given ones. Twenty-one other customers were told the
/// same before.
#[tokio::test]
async fn the_bill_is_answered_by_nothing_but_an_answer() {
    let (store, clock) = stage();
    let engine = shipped(&store, &clock).await;
    let others = (0..21).map(|n| {
        let (profile, contact) = customer(n);
        Incoming { profile, event: said(-1_000, contact, Author::Human, STOCK) }
    });
    engine.record_all(others.collect()).await.unwrap();
    let set = engine.publish_fingerprints(name("nightly"), None).await.unwrap();
    assert_eq!((set.version, set.other_customers, set.len()), (1, 20, 16));

    let start = |minutes: i64, number: u8, channel: Channel| {
        let (contact, direction, topic) = (contact(number), Direction::Inbound, Some(name("billing")));
        event(minutes, ContactStarted { contact, channel, direction, topic, issue: None, purpose: None })
    };
    let day = 24 * 60;
    let story = [
        start(0, 1, Channel::Chat),
        wrote(0, 1, Author::Customer, "What is this charge?"),
        wrote(1, 1, Author::Bot, "Have you read our help page?"),
        wrote(3, 1, Author::Customer, "That is not my question."),
        wrote(5, 1, Author::Automatic, "We received your request."),
        wrote(240, 1, Author::Human, &format!("Hi Ann, {STOCK} Bo")),
    ];
    for fact in story {
        clock.set(fact.occurred_at + throughline::core::time::Span(10));
        engine.record(ann(), fact).await.unwrap();
    }
    let case = |text: &str| {
        let lines = text.lines().skip(1).take_while(|line| !line.contains("effort"));
        // Of the clocks what they do, and when they stopped; not in how much working time.
        let shown = |line: &str| {
            let clocks = ["acknowledged: ", "first-", "satisfactory: ", "accepted: "];
            let is_clock = clocks.iter().any(|clock| line.starts_with(clock));
            if is_clock { line.split([',', ';']).next().unwrap_or(line) } else { line }.to_owned()
        };
        lines.map(|line| shown(line.trim())).collect::<Vec<_>>().join("\n")
    };
    let view = async |minutes: i64| case(&engine.journey(ann(), at(minutes)).await.unwrap().to_string());
    let handle = contact(1);
    let clock_of = |name: &str| format!("\n{name}: runs");
    let expected = format!(
        "case {handle}, billing: open since {}\nopen: a reaction, but no answer yet; waits for us; priority 0\nacknowledged: after 1m{}{}{}{}",
        at(240) + throughline::core::time::Span(1),
        clock_of("first-human"),
        clock_of("first-substantive"),
        clock_of("satisfactory"),
        clock_of("accepted"),
    );
    assert_eq!(view(250).await, expected);
    // By what it was judged.
    let judged = recorded(&store, EventKind::TextJudged).await;
    let boilerplate = judged.iter().filter_map(|data| match data {
        EventData::TextJudged(e) if e.annotator.as_str() == "boilerplate" => {
            Some((e.verdict, e.annotator_version))
        }
        _ => None,
    });
    assert_eq!(boilerplate.collect::<Vec<_>>(), [(TextVerdict::Boilerplate, 1)]);

    let connected =
        throughline::core::event::vocabulary::Connected { contact: contact(2), agent: Some(name("cleo")) };
    let ending = throughline::core::event::Ending::Completed;
    let ended =
        throughline::core::event::vocabulary::ContactEnded { contact: contact(2), ending, agent: None };
    let call =
        [start(2 * day + 60, 2, Channel::Phone), event(2 * day + 66, connected), event(2 * day + 80, ended)];
    for fact in call {
        clock.set(fact.occurred_at);
        engine.record(ann(), fact).await.unwrap();
    }
    let answered = view(2 * day + 80).await;
    assert!(
        answered.starts_with(&format!("case {handle}, billing: answered since {}\n", at(2 * day + 80))),
        "{answered}"
    );
    assert!(
        answered.contains("priority 2"),
        "the call joins and raises it, and so does the target that was missed: {answered}"
    );
    let accepted = throughline::core::event::vocabulary::AnswerAccepted { contact: contact(2) };
    // Without her word it is not closed a year later.
    assert!(view(365 * day).await.contains("the customer did not confirm"));
    clock.set(at(2 * day + 420));
    engine.record(ann(), event(2 * day + 420, accepted)).await.unwrap();
    let closed = view(2 * day + 420).await;
    let clocks: Vec<&str> = closed.lines().filter(|line| line.contains(": after")).collect();
    assert_eq!(
        clocks,
        [
            "acknowledged: after 1m",
            "first-human: after 2d 1h",
            "first-substantive: after 2d 1h",
            "satisfactory: after 2d 1h",
            "accepted: after 2d 7h"
        ]
    );
}

#[tokio::test]
async fn an_annotator_is_told_what_a_text_answers() {
    let (store, clock) = stage();
    let listener = Arc::new(Listener::default());
    let engine = listening(&store, &clock, &listener).await;
    let language =
        PreferenceStated { preference: Preference::Language, channel: None, value: Some(name("de")) };
    engine.record(ann(), event(0, language)).await.unwrap();
    let (direction, topic) = (Direction::Inbound, Some(name("billing")));
    let began = ContactStarted {
        contact: contact(1),
        channel: Channel::Mail,
        direction,
        topic,
        issue: None,
        purpose: None,
    };
    engine.record(ann(), event(0, began)).await.unwrap();
    assert_eq!(listener.asked(), Vec::<String>::new());
    engine.record(ann(), wrote(1, 1, Author::Customer, "Why?")).await.unwrap();
    engine.record(ann(), wrote(2, 1, Author::Customer, "And when?")).await.unwrap();
    let answer = Message {
        contact: contact(1),
        author: Author::Human,
        agent: Some(name("bo")),
        verdict: None,
        text: Some(Text::from("So.")),
    };
    engine.record(ann(), event(3, answer)).await.unwrap();
    assert_eq!(
        listener.asked(),
        [
            "customer: Why? (Some(\"de\") Some(\"billing\") None [])",
            "customer: And when? (Some(\"de\") Some(\"billing\") None [])",
            "human: So. (Some(\"de\") Some(\"billing\") Some(\"Why?\\nAnd when?\") [\"bo\"])",
        ]
    );
    // What somebody else asked is no question of hers.
    engine.record(bob(), wrote(4, 1, Author::Human, "Who?")).await.unwrap();
    assert_eq!(listener.asked(), ["human: Who? (None None None [])"]);
}

#[tokio::test]
async fn a_verdict_is_recorded_once_whoever_reads_again() {
    let (store, clock) = stage();
    let listener = Arc::new(Listener::default());
    let engine = listening(&store, &clock, &listener).await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.set(at(9));
    engine.record(ann(), wrote(5, 1, Author::Human, "Thanks for waiting.")).await.unwrap();
    let case = |view: &throughline::rules::view::JourneyView| view.cases[0].state.to_owned();
    assert_eq!(case(&engine.journey(ann(), at(9)).await.unwrap()), CaseState::OPEN);
    // The engine dies before it noted how far it had read. The next one reads everything again.
    drop(engine);
    let engine = listening(&store, &clock, &listener).await;
    assert_eq!(listener.asked().len(), 1);
    let again = engine.annotate(None).await.unwrap();
    assert_eq!((again.texts, again.facts, again.known), (1, 1, 1));
    assert_eq!(recorded(&store, EventKind::TextJudged).await.len(), 1);
    // It noted it now.
    let done = engine.annotate(None).await.unwrap();
    assert_eq!((done.texts, done.facts), (0, 0));
    drop(engine);
    let engine = listening(&store, &clock, &listener).await;
    listener.asked();
    engine.annotate(None).await.unwrap();
    assert_eq!(listener.asked(), Vec::<String>::new());
}

/// The question of an answer came late: what was said of the answer before stands, and reading it again is no error.
#[tokio::test]
async fn what_was_said_of_a_text_stands_although_more_is_known_now() {
    #[derive(Debug)]
    struct Curious;
    impl Annotator for Curious {
        fn name(&self) -> Name {
            name("curious")
        }
        fn version(&self) -> u32 {
            1
        }
        fn annotate(&self, said: &Said<'_>) -> Result<Annotation, AnnotatorFailed> {
            let verdict =
                if said.question.is_some() { TextVerdict::Substantive } else { TextVerdict::Boilerplate };
            let verdict = (said.author == Author::Human).then_some(verdict);
            Ok(Annotation { verdict, ..Annotation::default() })
        }
    }
    let (store, clock) = stage();
    clock.set(at(60));
    let curious = || {
        let clock = clock.clone();
        Engine::builder(Arc::new(store.clone()))
            .clock(move || clock.now())
            .annotator(Arc::new(Curious))
            .start()
    };
    let engine = curious().await.unwrap();
    engine.record(ann(), wrote(5, 1, Author::Human, "So.")).await.unwrap();
    engine.record(ann(), wrote(1, 1, Author::Customer, "Why?")).await.unwrap();
    drop(engine);
    // The order in the log is the same, so the same is said. Another store has it in the other order.
    let (other, _) = stage();
    let order = [wrote(1, 1, Author::Customer, "Why?"), wrote(5, 1, Author::Human, "So.")];
    for fact in &order {
        write_raw(&other, ann(), fact, at(60)).await;
    }
    for judged in recorded_events(&store, EventKind::TextJudged).await {
        write_raw(&other, ann(), &judged, at(60)).await;
    }
    let clock = clock.clone();
    let builder = Engine::builder(Arc::new(other.clone())).clock(move || clock.now());
    let engine = builder.annotator(Arc::new(Curious)).start().await.unwrap();
    let read = engine.annotate(None).await.unwrap();
    assert_eq!((read.facts, read.known), (1, 1));
    let EventData::TextJudged(judged) = &recorded(&other, EventKind::TextJudged).await[0] else { panic!() };
    assert_eq!(judged.verdict, TextVerdict::Boilerplate);
}

async fn recorded_events(store: &Store, kind: EventKind) -> Vec<NewEvent> {
    let page = store.read_all(Position(0), 10_000).await.unwrap();
    let of_kind = page.events.iter().filter(|event| event.recorded.event.data.kind == kind as u16);
    of_kind.map(|event| event.recorded.open().unwrap().event).collect()
}

#[tokio::test]
async fn what_an_annotator_cannot_read_now_is_recorded_and_read_later() {
    let (store, clock) = stage();
    let listener = Arc::new(Listener::default());
    let engine = listening(&store, &clock, &listener).await;
    listener.fails.store(true, Ordering::SeqCst);
    engine.record(ann(), wrote(0, 1, Author::Human, "So.")).await.unwrap();
    let error = engine.annotate(None).await.unwrap_err();
    assert!(matches!(error, EngineError::Annotator(_)) && error.is_retryable(), "{error}");
    assert!(!error.to_string().contains("So."));
    listener.fails.store(false, Ordering::SeqCst);
    engine.record(ann(), wrote(1, 1, Author::Customer, "Why?")).await.unwrap();
    assert_eq!(listener.asked().len(), 2);
    assert_eq!(recorded(&store, EventKind::TextJudged).await.len(), 1);
}

/// What another program appended is read as well, with what was said before it.
#[tokio::test]
async fn what_others_recorded_is_read_by_the_next_run() {
    let (store, clock) = stage();
    write_raw(&store, ann(), &wrote(0, 1, Author::Customer, "Why?"), at(0)).await;
    let listener = Arc::new(Listener::default());
    let engine = listening(&store, &clock, &listener).await;
    engine.annotate(None).await.unwrap();
    // Nobody is remembered by the next engine, which reads on from there.
    drop(engine);
    write_raw(&store, ann(), &wrote(1, 1, Author::Human, "So."), at(1)).await;
    listener.asked();
    let engine = listening(&store, &clock, &listener).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let progress: throughline::replay::Progress =
        Arc::new(move |done, of| heard.lock().unwrap().push((done, of)));
    engine.annotate(Some(&progress)).await.unwrap();
    assert_eq!(listener.asked(), ["human: So. (None None Some(\"Why?\") [])"]);
    assert!(
        told.lock().unwrap().iter().all(|(done, of)| Some(*done) <= *of) && !told.lock().unwrap().is_empty()
    );
}

#[tokio::test]
async fn a_text_that_came_with_a_verdict_keeps_it() {
    let (store, clock) = stage();
    let engine = shipped(&store, &clock).await;
    let verdict = Some(TextVerdict::Substantive);
    let text = Some(Text::from("Thank you for your patience."));
    let answer = Message { contact: contact(1), author: Author::Human, agent: None, verdict, text };
    engine.record(ann(), event(0, answer)).await.unwrap();
    assert_eq!(recorded(&store, EventKind::TextJudged).await, []);
}

/// Story 5: "approved", and beside it that it still does not work.
#[tokio::test]
async fn a_comment_that_contradicts_the_rating_reopens_the_case() {
    let (store, clock) = stage();
    let engine = shipped(&store, &clock).await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    engine.record(ann(), wrote(1, 1, Author::Human, "Please update it to version 7.")).await.unwrap();
    clock.set(at(3));
    let rated = Rated {
        contact: Some(contact(1)),
        instrument: Instrument::Csat,
        score: 5,
        best: 5,
        worst: None,
        comment: Some(Text::from("Approved. Still does not work.")),
    };
    engine.record(ann(), event(2, rated)).await.unwrap();
    let view = engine.journey(ann(), at(3)).await.unwrap();
    assert_eq!((view.cases[0].state, view.cases[0].reopens), (CaseState::OPEN, 1));
}

#[tokio::test]
async fn a_case_without_a_topic_is_about_what_its_mail_says() {
    let (store, clock) = stage();
    let engine = shipped(&store, &clock).await;
    engine.record(ann(), mail(0, 1)).await.unwrap();
    clock.set(at(3));
    engine.record(ann(), wrote(0, 1, Author::Customer, "My invoice is wrong.")).await.unwrap();
    let view = engine.journey(ann(), at(3)).await.unwrap();
    assert_eq!(view.cases[0].topic.as_ref().map(AsRef::as_ref), Some("billing"));
}

/// Phrases follow the rulebook that is in force: one that was activated for later too, when its time has come.
#[tokio::test]
async fn another_rulebook_brings_its_phrases() {
    let (store, clock) = stage();
    let engine = shipped(&store, &clock).await;
    let other = DEFAULT.replacen("version = \"1\"", "version = \"2\"", 1).replacen(
        "\"still broken\"",
        "\"kaputt wie zuvor\"",
        1,
    );
    engine.activate(other, at(10), name("lead")).await.unwrap();
    let broken = |minutes| wrote(minutes, 1, Author::Customer, "kaputt wie zuvor");
    engine.record(ann(), broken(0)).await.unwrap();
    clock.set(at(11));
    engine.record(ann(), broken(11)).await.unwrap();
    let judged = recorded(&store, EventKind::TextJudged).await;
    assert_eq!(judged.len(), 1);
}
