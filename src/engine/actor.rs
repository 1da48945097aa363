//! The task that owns the engine's state: takes requests, joins those that wait into one batch, answers.

use super::activation::Wanted;
use super::identity::{HashedClaim, Identified};
use super::state::EngineState;
use super::{EngineError, Incoming, Receipt};
use crate::activated::Activated;
use throughline_core::time::Micros;
use tokio::sync::{mpsc, oneshot};

/// How many facts are joined into one batch: one commit for all of them.
const BATCH: usize = 8_192;

type Recorded = Vec<Result<Receipt, EngineError>>;
type Made = Vec<Result<Identified, EngineError>>;

/// What the engine can be asked.
pub(super) enum Request {
    Record(Vec<Incoming>, oneshot::Sender<Recorded>),
    Link(Box<[Incoming; 2]>, oneshot::Sender<Result<(), EngineError>>),
    Identify(Vec<HashedClaim>, oneshot::Sender<Made>),
    Activate(Box<Wanted>, oneshot::Sender<Result<Activated, EngineError>>),
    Advance(oneshot::Sender<Result<Option<Micros>, EngineError>>),
    Memory(oneshot::Sender<super::Memory>),
    Shutdown(oneshot::Sender<Result<(), EngineError>>),
}

/// Serves requests until the engine is shut down or its last handle is gone.
pub(super) async fn run(mut state: EngineState, mut queue: mpsc::Receiver<Request>) {
    let mut put_back = None;
    loop {
        let next = match put_back.take() {
            Some(request) => Some(request),
            None => queue.recv().await,
        };
        match next {
            None => break,
            Some(Request::Record(facts, answer)) => {
                put_back = record(&mut state, &mut queue, facts, answer).await;
            }
            Some(Request::Identify(claims, answer)) => {
                put_back = identify(&mut state, &mut queue, claims, answer).await;
            }
            Some(Request::Shutdown(answer)) => {
                // What waits in the queue was accepted, so it is done; nothing new comes in.
                queue.close();
                while let Some(request) = queue.recv().await {
                    serve(&mut state, request).await;
                }
                drop(answer.send(state.save_progress().await));
                break;
            }
            Some(request) => serve(&mut state, request).await,
        }
    }
}

/// Records a request together with those that wait behind it. Returns the first that is no recording.
async fn record(
    state: &mut EngineState,
    queue: &mut mpsc::Receiver<Request>,
    facts: Vec<Incoming>,
    answer: oneshot::Sender<Recorded>,
) -> Option<Request> {
    let joined = Joined::of(queue, facts, answer, |request| match request {
        Request::Record(facts, answer) => Ok((facts, answer)),
        other => Err(other),
    });
    tell(state.record(joined.batch).await, joined.answers);
    joined.other
}

/// Makes claims together with those that wait behind them. Returns the first request that is none.
async fn identify(
    state: &mut EngineState,
    queue: &mut mpsc::Receiver<Request>,
    claims: Vec<HashedClaim>,
    answer: oneshot::Sender<Made>,
) -> Option<Request> {
    let joined = Joined::of(queue, claims, answer, |request| match request {
        Request::Identify(claims, answer) => Ok((claims, answer)),
        other => Err(other),
    });
    tell(state.identify_all(joined.batch).await, joined.answers);
    joined.other
}

/// Requests of one kind that are served as one.
struct Joined<T, A> {
    batch: Vec<T>,
    /// How many of the batch each request had, and where its answer goes.
    answers: Vec<(usize, oneshot::Sender<Vec<A>>)>,
    /// The first request of another kind.
    other: Option<Request>,
}

impl<T, A> Joined<T, A> {
    /// Joins what waits behind a request, as long as it is of its kind and there is room.
    fn of(
        queue: &mut mpsc::Receiver<Request>,
        batch: Vec<T>,
        answer: oneshot::Sender<Vec<A>>,
        same: impl Fn(Request) -> Result<(Vec<T>, oneshot::Sender<Vec<A>>), Request>,
    ) -> Self {
        let mut joined = Self { answers: vec![(batch.len(), answer)], batch, other: None };
        while joined.batch.len() < BATCH {
            match queue.try_recv().map(&same) {
                Ok(Ok((more, answer))) => {
                    joined.answers.push((more.len(), answer));
                    joined.batch.extend(more);
                }
                Ok(Err(other)) => {
                    joined.other = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        joined
    }
}

/// Gives each request its part of what came of all.
fn tell<A>(outcomes: Vec<A>, answers: Vec<(usize, oneshot::Sender<Vec<A>>)>) {
    let mut outcomes = outcomes.into_iter();
    for (count, answer) in answers {
        // Whoever asked may have gone away; it is done all the same.
        drop(answer.send(outcomes.by_ref().take(count).collect()));
    }
}

/// Serves one request by itself. A shutdown that comes here waited behind another, which does the work.
async fn serve(state: &mut EngineState, request: Request) {
    match request {
        Request::Record(facts, answer) => drop(answer.send(state.record(facts).await)),
        Request::Link(ends, answer) => drop(answer.send(state.record_link(*ends).await)),
        Request::Identify(claims, answer) => drop(answer.send(state.identify_all(claims).await)),
        Request::Activate(wanted, answer) => drop(answer.send(state.activate(&wanted).await)),
        Request::Advance(answer) => {
            let advanced = state.advance().await;
            drop(answer.send(advanced.map(|()| state.next_due())));
        }
        Request::Memory(answer) => drop(answer.send(state.memory())),
        Request::Shutdown(answer) => drop(answer.send(Ok(()))),
    }
}
