//! The task that owns the engine's state: takes requests, joins those that wait into one batch, answers.

use super::activation::Wanted;
use super::claim::Claim;
use super::identity::Identified;
use super::state::EngineState;
use super::{EngineError, Incoming, Receipt};
use crate::activated::Activated;
use throughline_core::time::Micros;
use tokio::sync::{mpsc, oneshot};

/// How many facts are joined into one batch: one commit for all of them.
const BATCH: usize = 8_192;

type Recorded = Vec<Result<Receipt, EngineError>>;

/// What the engine can be asked.
pub(super) enum Request {
    Record(Vec<Incoming>, oneshot::Sender<Recorded>),
    Link(Box<[Incoming; 2]>, oneshot::Sender<Result<(), EngineError>>),
    Identify(Box<Claim>, oneshot::Sender<Result<Identified, EngineError>>),
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
    let mut batch = facts;
    let mut answers = vec![(batch.len(), answer)];
    let mut other = None;
    while batch.len() < BATCH {
        match queue.try_recv() {
            Ok(Request::Record(more, answer)) => {
                answers.push((more.len(), answer));
                batch.extend(more);
            }
            Ok(request) => {
                other = Some(request);
                break;
            }
            Err(_) => break,
        }
    }
    let mut outcomes = state.record(batch).await.into_iter();
    for (count, answer) in answers {
        // Whoever asked may have gone away; the facts are recorded all the same.
        drop(answer.send(outcomes.by_ref().take(count).collect()));
    }
    other
}

/// Serves one request by itself. A shutdown that comes here waited behind another, which does the work.
async fn serve(state: &mut EngineState, request: Request) {
    match request {
        Request::Record(facts, answer) => drop(answer.send(state.record(facts).await)),
        Request::Link(ends, answer) => drop(answer.send(state.record_link(*ends).await)),
        Request::Identify(claim, answer) => drop(answer.send(state.identify(&claim).await)),
        Request::Activate(wanted, answer) => drop(answer.send(state.activate(&wanted).await)),
        Request::Advance(answer) => {
            let advanced = state.advance().await;
            drop(answer.send(advanced.map(|()| state.next_due())));
        }
        Request::Memory(answer) => drop(answer.send(state.memory())),
        Request::Shutdown(answer) => drop(answer.send(Ok(()))),
    }
}
