//! The contract of [`EventStore`] as tests: one for each clause, the same for every backend.
//!
//! [`conformance!`](crate::conformance!) turns the list of clauses into named tests; [`CLAUSES`] is the same list
//! as values, for a program that wants to know which clauses a store breaks. A clause is an async function that
//! answers with a [`Violation`] and does not panic. What it needs of the store under test is a [`Subject`].
//!
//! Clauses about waiting (S1) have no time-out, because a test with a clock fails on a slow machine: a store
//! that never wakes its waiters hangs in the test that is named for it.

mod append;
mod derived;
mod durable;
mod evidence;
mod identity;
mod list;
mod order;
mod race;
mod read;
pub(crate) mod sample;
mod waiting;

pub use evidence::Violation;
pub use list::CLAUSES;

use async_trait::async_trait;
use core::fmt;
use core::pin::Pin;
use std::io::Write as _;
use std::sync::Arc;
use throughline_store::contract::EventStore;

/// Where the suite gets the stores that it tests.
#[async_trait]
pub trait Subject: Send + Sync {
    /// An empty store that shares nothing with an earlier one.
    async fn fresh(&self) -> Arc<dyn EventStore>;

    /// Closes `store`, the last one that [`fresh`](Self::fresh) made, and opens what it left behind. `None`, as
    /// by default, for a store that leaves nothing behind; it must then declare itself not durable.
    async fn reopen(&self, store: Arc<dyn EventStore>) -> Option<Arc<dyn EventStore>> {
        drop(store);
        None
    }
}

/// The subject for a store that lives in memory only, by the function that makes one.
#[derive(Clone, Copy, Debug)]
pub struct Volatile<F>(pub F);

#[async_trait]
impl<F, S> Subject for Volatile<F>
where
    F: Fn() -> S + Send + Sync,
    S: EventStore + 'static,
{
    async fn fresh(&self) -> Arc<dyn EventStore> {
        Arc::new(self.0())
    }
}

/// What came of a clause that was not broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The store keeps it.
    Kept,
    /// The store does not claim to keep it, and says so in its capabilities.
    NotClaimed(&'static str),
}

impl From<()> for Verdict {
    fn from((): ()) -> Self {
        Self::Kept
    }
}

/// The running check of a clause.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<Verdict, Violation>> + Send + 'a>>;

/// One clause of the contract, with its test.
#[derive(Clone, Copy)]
pub struct Clause {
    /// Its number in the contract, as `A4`.
    pub id: &'static str,
    /// What it says, as the name of a test.
    pub name: &'static str,
    check: for<'a> fn(&'a dyn Subject) -> Checking<'a>,
}

impl Clause {
    /// Checks whether a store keeps the clause. Needs a tokio runtime, with several threads for the races to be
    /// races.
    pub async fn check(&self, subject: &dyn Subject) -> Result<Verdict, Violation> {
        (self.check)(subject).await
    }
}

impl fmt::Debug for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.name)
    }
}

/// The body of a generated test.
///
/// # Panics
///
/// When the clause is broken; and when there is no clause of that name, which a generated test cannot have.
#[doc(hidden)]
pub fn run(name: &str, subject: &dyn Subject) {
    let clause = CLAUSES.iter().find(|clause| clause.name == name);
    let clause = clause.unwrap_or_else(|| panic!("no clause has the test {name}"));
    match runtime().block_on(clause.check(subject)) {
        Ok(Verdict::Kept) => {}
        Ok(Verdict::NotClaimed(why)) => announce(clause, why),
        Err(violation) => panic!("clause {} is broken: {violation}", clause.id),
    }
}

/// Says that a test did nothing: who reads its "ok" would otherwise take the clause for kept. Not `eprintln!`,
/// which the test harness swallows when a test passes.
fn announce(clause: &Clause, why: &str) {
    let line = format!("{} ({}) was not run: {why}\n", clause.id, clause.name);
    // A closed standard error is no reason to fail.
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// A runtime with several threads, whatever the machine has.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(4).enable_all().build();
    runtime.unwrap_or_else(|error| panic!("no runtime for the test: {error}"))
}
