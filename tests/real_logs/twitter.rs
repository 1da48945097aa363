//! Support conversations: answers joined to what they answer.

use super::{data, document, read};
use std::collections::{BTreeMap, BTreeSet};
use throughline::core::event::{Author, EventData, Text, vocabulary::Message};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::{Micros, Span};
use uuid::Uuid;

const LOG: &str = "twcs_sample.csv.gz";

/// The tweet whose text was cut in two.
const BROKEN: u32 = 3_399;

struct Tweet {
    profile: ProfileId,
    at: Micros,
    answers: Option<Uuid>,
    message: Message<Name, Text>,
}

/// The tweets by number, and how many rows were rejected.
fn tweets(test: &str) -> Option<(BTreeMap<u32, Tweet>, usize)> {
    let path = data(test, LOG)?;
    let read = read(&path, &document("twcs.toml"));
    let numbers: BTreeMap<EventId, u32> =
        (1..10_000_u32).map(|number| (EventId::derived("twitter", &number.to_string()), number)).collect();
    let mut tweets = BTreeMap::new();
    for item in read.items {
        if let EventData::Message(message) = item.event.data {
            let number = numbers[&item.event.id];
            let (at, answers) = (item.event.occurred_at, item.event.causation_id);
            let twice = tweets.insert(number, Tweet { profile: item.profile, at, answers, message });
            assert!(twice.is_none(), "tweet {number} stands there twice");
        }
    }
    Some((tweets, read.rejects.len()))
}

impl Tweet {
    fn is_customers(&self) -> bool {
        self.message.author == Author::Customer
    }

    fn is_root(&self, number: u32) -> bool {
        self.message.contact == ContactId::derived("twitter", &number.to_string())
    }
}

#[test]
fn every_tweet_is_a_message_of_its_customer() {
    let Some((tweets, rejected)) = tweets("every_tweet_is_a_message_of_its_customer") else { return };
    // The broken row was cut in two: one half is a whole tweet without its last columns, the other one is none.
    assert_eq!((tweets.len(), rejected), (5_000, 1));
    let customers = tweets.values().filter(|tweet| tweet.is_customers()).count();
    assert_eq!((customers, tweets.len() - customers), (2_778, 2_222));
    let who: BTreeSet<_> = tweets.values().filter(|t| t.is_customers()).map(|t| t.profile).collect();
    let companies: BTreeSet<_> = tweets.values().filter_map(|t| t.message.agent.clone()).collect();
    assert_eq!((who.len(), companies.len()), (1_443, 76));
    // Two tweets of one company are of a thread without a customer in the file.
    assert_eq!(tweets.values().map(|t| t.profile).collect::<BTreeSet<_>>().len(), 1_443 + 1);
}

#[test]
fn answers_are_joined_to_what_they_answer() {
    let Some((tweets, _)) = tweets("answers_are_joined_to_what_they_answer") else { return };
    let without = tweets.iter().filter(|(number, tweet)| tweet.answers.is_none() && !tweet.is_root(**number));
    assert_eq!(without.count(), 6);
    let mut answered = BTreeMap::<Uuid, Micros>::new();
    for tweet in tweets.values().filter(|tweet| !tweet.is_customers()) {
        if let Some(parent) = tweet.answers {
            let first = answered.entry(parent).or_insert(tweet.at);
            *first = (*first).min(tweet.at);
        }
    }
    let roots = tweets.iter().filter(|(number, tweet)| tweet.is_root(**number) && tweet.is_customers());
    let roots: Vec<(&u32, &Tweet)> = roots.collect();
    assert_eq!(roots.len(), 1_285);
    let id = |number: &u32| EventId::derived("twitter", &number.to_string()).0;
    let waits = |but: u32| {
        let roots = roots.iter().filter(|(number, _)| **number != but);
        let wait = |number: &u32, tweet: &Tweet| Some(answered.get(&id(number))?.since(tweet.at));
        let mut waits: Vec<Span> = roots.filter_map(|(number, tweet)| wait(number, tweet)).collect();
        waits.sort_unstable();
        let over = |hours| waits.iter().filter(|wait| **wait > Span::from_hours(hours)).count();
        (waits.len(), waits[waits.len() / 2].0 / 1_000_000, over(1), over(4), over(24))
    };
    // The broken tweet lost the list of its answers, by which the other program looked them up. An answer names what
    // it answers itself, so here it is found: one more, after 4 h 28 min.
    assert_eq!(waits(BROKEN), (1_153, 719, 268, 158, 35));
    assert_eq!(waits(0), (1_154, 720, 269, 159, 35));
}
