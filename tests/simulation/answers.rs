//! What the processes of a life answer, and what the world outside learns from it.

use super::life::{Life, note};
use super::model::Known;
use super::node::{Asked, Running, place};
use super::reader;
use throughline::engine::{EngineError, Outcome, Receipt};
use throughline::store::error::StoreErrorKind;

impl Life<'_> {
    /// Takes in every answer that came.
    pub(crate) async fn harvest(&mut self) -> Result<(), String> {
        for at in 0..self.nodes.len() {
            if self.nodes[at].starting.as_ref().is_some_and(tokio::task::JoinHandle::is_finished) {
                self.started(at).await?;
            }
            while let Some(done) = self.nodes[at].running.iter().position(Running::is_finished) {
                let running = self.nodes[at].running.remove(done);
                self.answered(at, running).await?;
            }
        }
        Ok(())
    }

    async fn started(&mut self, at: usize) -> Result<(), String> {
        let Some(starting) = self.nodes[at].starting.take() else { return Ok(()) };
        match starting.await.map_err(|e| e.to_string())? {
            Ok(engine) => {
                note!(self, "node {at} is up");
                self.nodes[at].engine = Some(engine);
            }
            Err(error) => {
                note!(self, "node {at} did not start: {error}");
                self.met.failed_starts += 1;
                self.bury(at);
                helps_to_try_again("start", &error)?;
            }
        }
        Ok(())
    }

    async fn answered(&mut self, at: usize, running: Running) -> Result<(), String> {
        let broken = |e: tokio::task::JoinError| e.to_string();
        match running {
            Running::Record(asked, task) => match task.await.map_err(broken)? {
                Ok(results) if results.len() == asked.len() => {
                    for (one, result) in asked.into_iter().zip(results) {
                        self.recorded(at, one, result.as_ref())?;
                    }
                }
                Ok(results) => return Err(format!("{} answers to {asked:?}", results.len())),
                Err(error) => self.refused(at, &error)?,
            },
            Running::Link(link, makes, task) => match task.await.map_err(broken)? {
                Ok(()) => {
                    note!(self, "node {at} linked ({makes}) {link}");
                    if makes {
                        self.met.links += 1;
                    } else {
                        self.met.unlinks += 1;
                    }
                    *self.model.links[link].of(makes) = Known::Acknowledged;
                }
                Err(error @ EngineError::Busy { .. }) => self.refused(at, &error)?,
                Err(EngineError::Contradiction { .. }) if makes => self.met.contradictions += 1,
                Err(error) => {
                    // The link may be in the log and its judgement may have failed.
                    self.model.links[link].of(makes).doubt();
                    helps_to_try_again("link", &error)?;
                }
            },
            Running::Claim(index, task) => match task.await.map_err(broken)? {
                Ok(identified) => {
                    note!(self, "node {at}: claim {index}: {identified}");
                    self.claimed(index, &identified)?;
                }
                Err(error @ EngineError::Busy { .. }) => self.refused(at, &error)?,
                Err(error) => {
                    note!(self, "node {at}: claim {index}: {error}");
                    self.model.claims.made[index].known.doubt();
                    // An identifier is hashed before the engine is asked, and that may be too late.
                    if !(self.nodes[at].is_stopping && matches!(error, EngineError::Closed)) {
                        helps_to_try_again("a claim", &error)?;
                    }
                }
            },
            Running::Part(task) => match task.await.map_err(broken)? {
                Ok(()) => self.met.taken_apart += 1,
                Err(error @ EngineError::Busy { .. }) => self.refused(at, &error)?,
                Err(error) => helps_to_try_again("taking apart", &error)?,
            },
            Running::Activate(index, task) => match task.await.map_err(broken)? {
                Ok(activated) => {
                    note!(self, "node {at}: {activated}");
                    self.activated(index, &activated)?;
                }
                Err(error @ EngineError::Busy { .. }) => self.refused(at, &error)?,
                Err(error) => {
                    // It may be in the log, and what it led to may have failed.
                    self.model.activations[index].known.doubt();
                    helps_to_try_again("an activation", &error)?;
                }
            },
            Running::Advance(task) => match task.await.map_err(broken)? {
                Ok(next) => note!(self, "node {at} advanced; next {next:?}"),
                Err(error) => self.refused(at, &error)?,
            },
            Running::Subscribe(task) => match task.await.map_err(broken)? {
                Ok(reader) => {
                    self.reader = Some((at, reader));
                }
                Err(error) => {
                    self.reads_at = None;
                    helps_to_try_again("subscribe", &error)?;
                }
            },
            Running::Read(task) => {
                let read = task.await.map_err(broken)?;
                self.read(at, read)?;
            }
            Running::Shutdown(task) => {
                let stopped = task.await.map_err(broken)?;
                note!(self, "node {at} has shut down: {stopped:?}");
                self.met.shutdowns += 1;
                self.bury(at);
            }
        }
        Ok(())
    }

    fn refused(&mut self, at: usize, error: &EngineError) -> Result<(), String> {
        note!(self, "node {at} answers: {error}");
        self.met.busy += u64::from(matches!(error, EngineError::Busy { .. }));
        if self.nodes[at].is_stopping && matches!(error, EngineError::Closed) {
            return Ok(());
        }
        helps_to_try_again("a request", error)
    }

    fn recorded(
        &mut self,
        at: usize,
        one: Asked,
        result: Result<&Receipt, &EngineError>,
    ) -> Result<(), String> {
        note!(self, "node {at}: {one:?} is {:?}", result.map(place).map_err(ToString::to_string));
        match result {
            Ok(_) if one.is_altered => return Err(format!("{one:?} was recorded with other content")),
            Ok(receipt) => {
                self.acknowledge(one.id, receipt.position, receipt.outcome == Outcome::Duplicate)?;
            }
            Err(EngineError::IdReused { .. }) if one.is_altered => self.met.reused += 1,
            Err(EngineError::Store(error)) if error.is_retryable() => {
                if error.kind == StoreErrorKind::Unknown
                    && !one.is_altered
                    && let Some(sent) = self.model.facts.get_mut(&one.id)
                {
                    sent.known.doubt();
                }
            }
            Err(error) => return Err(format!("{one:?} was refused: {error}")),
        }
        Ok(())
    }

    fn read(&mut self, at: usize, read: reader::Read) -> Result<(), String> {
        match &read.failed {
            // The reader stops; somebody has to be tried again or given up first, or an answer was lost.
            Some(EngineError::TooManyParked { .. } | EngineError::AnotherReader) | None => {}
            Some(error) => helps_to_try_again("reading announcements", error)?,
        }
        let mut goes_on = !read.stops;
        match read.commit {
            Some(Ok(true)) => self.met.commits += 1,
            // Its checkpoint is not what it knew: derived data was dropped, or an answer was lost.
            Some(Ok(false)) => goes_on = false,
            Some(Err(error)) => helps_to_try_again("committing", &error)?,
            None => {}
        }
        if goes_on && self.rng.chance(850) {
            self.reader = Some((at, read.reader));
        } else {
            self.met.readers_lost += 1;
            self.reads_at = None;
        }
        Ok(())
    }
}

fn helps_to_try_again(what: &str, error: &EngineError) -> Result<(), String> {
    if error.is_retryable() { Ok(()) } else { Err(format!("{what} failed for good: {error}")) }
}
