//! What reading a text costs: the boilerplate test against a plain set of the same runs of words as strings, and the phrases
//! of the rulebook that ships.
//!
//!     cargo bench -p throughline-rules --bench texts
//!
//! A message is a reply of some 30 words to a question of some 15; half of them are stock. The time is for one message.
#![allow(missing_docs, clippy::unwrap_used, reason = "a bench")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::collections::HashSet;
use std::hint::black_box;
use std::sync::Arc;
use throughline_core::event::Author;
use throughline_core::ids::ProfileId;
use throughline_core::name::Interner;
use throughline_rules::rulebook::Rulebooks;
use throughline_rules::texts::{Annotator, Boilerplate, Said, ShingleCounts, Shingles};

const STOCK: [&str; 4] = [
    "Thank you for your patience, we are looking into this and will come back to you as soon as our team has an answer.",
    "We are sorry to hear that. Please send us a direct message with your order number and your address so that we can help.",
    "Thanks for reaching out to us! You can find the answers to most questions on our help page, which is open day and night.",
    "We are here to help. Could you tell us more about what is happening, and since when? We will see what we can suggest.",
];

const WORDS: [&str; 24] = [
    "charge",
    "invoice",
    "router",
    "parcel",
    "delivery",
    "contract",
    "yesterday",
    "technician",
    "because",
    "credited",
    "account",
    "the",
    "and",
    "was",
    "with",
    "your",
    "to",
    "on",
    "we",
    "it",
    "by",
    "found",
    "cause",
    "replaced",
];

/// A reply in words of its own, another one for each number.
fn own(n: usize) -> String {
    let word = |place: usize| WORDS[(n * 31 + place * 17 + place * place * n) % WORDS.len()];
    let words: Vec<&str> = (0..30).map(word).collect();
    format!("Hi Anna, {} {n}.", words.join(" "))
}

fn replies() -> Vec<String> {
    (0..512).map(|n| if n % 2 == 0 { format!("Hi Anna, {} ^BO", STOCK[n / 2 % 4]) } else { own(n) }).collect()
}

const QUESTION: &str =
    "I was charged twice for order #4711, and nobody answers. What is this charge on 12/03 for?";

fn texts(criterion: &mut Criterion) {
    let replies = replies();
    let mut counts = ShingleCounts::new(20);
    for (n, reply) in replies.iter().enumerate() {
        counts.add(ProfileId::derived("bench", &n.to_string()), Shingles::of(reply, &[]).hashes());
    }
    let boilerplate = Boilerplate::new(Arc::new(counts.fingerprints(1, 800)), ["Travel Card", "Router 7"]);
    let rules = Rulebooks::standard(&mut Interner::new());
    let phrases = rules.first().texts.phrases.clone();
    let mut group = criterion.benchmark_group("texts");

    let mut next = replies.iter().cycle();
    group.bench_function("boilerplate", |bench| {
        bench.iter(|| {
            boilerplate.annotate(&Said::new(Author::Human, next.next().unwrap()).answering(QUESTION))
        });
    });

    // What one would write first: runs of five words as strings in a set.
    let known: HashSet<String> = STOCK.iter().flat_map(|stock| runs(stock)).collect();
    let mut next = replies.iter().cycle();
    group.bench_function("plain hash set", |bench| {
        bench.iter(|| {
            let runs = runs(next.next().unwrap());
            runs.iter().filter(|run| known.contains(*run)).count() * 10 >= runs.len() * 8
        });
    });

    let mut next = replies.iter().cycle();
    group.bench_function("phrases", |bench| {
        bench.iter(|| phrases.annotate(&Said::new(Author::Customer, next.next().unwrap())));
    });

    let (mut next, mut customer) = (replies.iter().cycle(), 0_u128);
    let mut shingles = Shingles::new();
    group.bench_function("count a reply", |bench| {
        bench.iter_batched_ref(
            || ShingleCounts::new(20),
            |counts| {
                for _ in 0..512 {
                    shingles.read(next.next().unwrap(), &[]);
                    customer += 1;
                    counts.add(ProfileId(uuid::Uuid::from_u128(customer)), black_box(shingles.hashes()));
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn runs(text: &str) -> Vec<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.windows(5).map(|run| run.join(" ")).collect()
}

criterion_group!(benches, texts);
criterion_main!(benches);
