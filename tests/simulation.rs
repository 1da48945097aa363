//! Whole lives, many thousands of them, each from one number: several engines and other writers on one store,
//! lost answers, crashes between any two calls, clocks that disagree and jump, and in the end the plain truth.
//!
//! `SEED=17 cargo test --test simulation` lives one life and prints it; `LIVES=100000` sets how many are lived.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "simulation/answers.rs"]
mod answers;
#[path = "simulation/claims.rs"]
mod claims;
#[path = "simulation/coverage.rs"]
mod coverage;
#[path = "simulation/delivery.rs"]
mod delivery;
#[path = "simulation/facts.rs"]
mod facts;
#[path = "simulation/gate.rs"]
mod gate;
#[path = "simulation/harm.rs"]
mod harm;
#[path = "simulation/healed.rs"]
mod healed;
#[path = "simulation/life.rs"]
mod life;
#[path = "simulation/model.rs"]
mod model;
#[path = "simulation/node.rs"]
mod node;
#[path = "simulation/owed.rs"]
mod owed;
#[path = "simulation/poison.rs"]
mod poison;
#[path = "simulation/reader.rs"]
mod reader;
#[path = "simulation/rulebooks.rs"]
mod rulebooks;
#[path = "simulation/truth.rs"]
mod truth;

use coverage::Coverage;
use throughline_testkit::seeds::try_all;
use truth::Truth;

/// How many lives the ordinary run lives.
const LIVES: u64 = 5_000;

/// A number from the environment.
fn number(variable: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "a test may be told by the environment what to replay")]
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, not {text:?}")))
}

/// Lives one life, and tells it if it ends badly.
fn live(seed: u64, truth: &mut Truth) -> Coverage {
    let ended = healed::run(seed, truth, false);
    if let Err(error) = ended.verdict {
        let told = healed::run(seed, &mut Truth::new(), true).trace;
        panic!("\n{}\n\n{error}\n\nreplay with SEED={seed} cargo test --test simulation", told.join("\n"));
    }
    ended.met
}

/// Lives many lives on all cores.
fn live_many(lives: u64) -> Coverage {
    // Names of one life must not depend on those before it, for nothing may depend on how they are numbered: so each thread
    // keeps its own, and a failing life is told with fresh ones.
    let fresh = || (Truth::new(), Coverage::default());
    let lived = try_all(0..lives, fresh, |(truth, met), seed| met.add(&live(seed, truth)));
    let mut met = Coverage::default();
    for (_, one) in &lived {
        met.add(one);
    }
    met
}

#[test]
fn every_life_comes_true() {
    if let Some(seed) = number("SEED") {
        let ended = healed::run(seed, &mut Truth::new(), true);
        println!("{}\n\n{}", ended.trace.join("\n"), ended.met);
        ended.verdict.unwrap();
        return;
    }
    let lives = number("LIVES").unwrap_or(LIVES);
    let met = live_many(lives);
    println!("{lives} lives met\n{met}");
    if lives >= LIVES {
        assert!(met.never_met().is_empty(), "this was never met: {:?}", met.never_met());
    }
}

#[test]
fn a_seed_gives_the_same_life_twice() {
    for seed in 0..20 {
        let told = || healed::run(seed, &mut Truth::new(), true);
        let (one, other) = (told(), told());
        assert_eq!(one.trace, other.trace, "life {seed}");
        assert_eq!(one.met, other.met, "life {seed}");
        assert!(one.trace.len() > 20, "a life of {} events is none", one.trace.len());
    }
}
