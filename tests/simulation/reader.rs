//! A consumer of announcements: it reads, parks what it cannot handle, commits now and then, dies and comes back under the
//! same name.

use super::life::Life;
use super::node::Running;
use super::poison::{Poison, Wish};
use std::sync::{Arc, Mutex};
use throughline::core::event::Position;
use throughline::core::ids::ProfileId;
use throughline::engine::{Announcements, Engine, EngineError, Notice, Parked};
use throughline::store::contract::EventStore;
use throughline::store::error::StoreErrorKind;
use throughline::store::memory::MemoryStore;

/// The name that it subscribes under.
const NAME: &str = "reader";

/// Where an announcement is: the position of its record, and which of its entries it is.
pub(crate) type Place = (Position, u32);

/// What happened to the subscription, in order.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    /// A reader begins, and finds these parked.
    Opened(Vec<Parked>),
    /// A notice was handed out, and the reader could handle it or not. What it could not it parks next.
    Delivered {
        place: Place,
        fails: bool,
    },
    /// It was parked: now these are.
    Parked(Vec<Parked>),
    /// It was not, since these are and the reader wanted no more than so many.
    TooMany {
        listed: Vec<Parked>,
        limit: usize,
    },
    /// Nobody knows whether it was.
    ParkInDoubt,
    Retried(ProfileId),
    Skipped(ProfileId),
    /// There was nothing more to read up to here.
    ReadUpTo(Position),
    Committing,
    /// It was committed: now these are parked.
    Committed(Vec<Parked>),
    CommitInDoubt,
    /// The reader was told that another one parked or released somebody meanwhile.
    ParkOvertaken,
    /// The reader was told that another one committed meanwhile.
    CommitOvertaken,
    /// Checkpoints were dropped with all derived data: what was committed comes again.
    Forgotten,
}

/// The story of the subscription, told while it happens: a reader that dies has read all the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Story(Arc<Mutex<Vec<Happened>>>);

/// What a reader is to do.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    most: usize,
    commits: bool,
    wish: Option<Wish>,
    poison: Option<Poison>,
    insists: bool,
    /// The store itself, to see how far the log goes.
    log: MemoryStore,
    story: Story,
}

/// What reading a little came to.
pub(crate) struct Read {
    pub(crate) reader: Announcements,
    pub(crate) commit: Option<Result<bool, EngineError>>,
    pub(crate) failed: Option<EngineError>,
    /// Whether it reads no further, since what it could not handle is not parked.
    pub(crate) stops: bool,
}

impl Story {
    pub(crate) fn tell(&self, happened: Happened) {
        self.0.lock().unwrap().push(happened);
    }

    pub(crate) fn so_far(&self) -> Vec<Happened> {
        self.0.lock().unwrap().clone()
    }

    /// How often a notice failed.
    fn failures(&self, of: Place) -> usize {
        let failed =
            |step: &&Happened| matches!(step, Happened::Delivered { place, fails: true } if *place == of);
        self.0.lock().unwrap().iter().filter(failed).count()
    }
}

impl Life<'_> {
    /// What the consumer does next, if it lives in a process or may begin to.
    pub(crate) fn some_reading(&mut self, at: usize, engine: Engine) -> Option<Running> {
        match (self.reads_at, self.reader.take()) {
            (None, _) => {
                self.reads_at = Some(at);
                let opened = open(engine, self.poison.clone(), self.story.clone());
                Some(Running::Subscribe(tokio::spawn(opened)))
            }
            (Some(home), Some((_, reader))) if home == at => {
                let errand = self.errand();
                Some(Running::Read(tokio::spawn(read(reader, errand))))
            }
            (_, kept) => {
                self.reader = kept;
                None
            }
        }
    }

    fn errand(&mut self) -> Errand {
        let (most, commits) = (self.rng.below(6) as usize, self.rng.chance(400));
        let (log, story) = (self.store.clone(), self.story.clone());
        let Some(poison) = &mut self.poison else {
            return Errand { most, commits, wish: None, poison: None, insists: false, log, story };
        };
        let (most, wish, insists) = (most + poison.more(), poison.wish(), poison.insists());
        Errand { most, commits, wish, poison: Some(poison.clone()), insists, log, story }
    }

    /// What a reader does when it is mended: everything.
    pub(crate) fn last_errand(&self) -> Errand {
        let (log, story) = (self.store.clone(), self.story.clone());
        Errand { most: usize::MAX, commits: true, wish: None, poison: None, insists: false, log, story }
    }
}

/// Subscribes.
pub(crate) async fn open(
    engine: Engine,
    poison: Option<Poison>,
    story: Story,
) -> Result<Announcements, EngineError> {
    let reader = engine.subscribe(NAME).await?;
    // Told at once: what happens after the last answer of the store is not what this reader knows.
    story.tell(Happened::Opened(reader.parked()));
    Ok(match poison {
        Some(poison) => poison.limited(reader),
        None => reader,
    })
}

/// Does an errand.
pub(crate) async fn read(mut reader: Announcements, errand: Errand) -> Read {
    let story = &errand.story;
    fulfil(&mut reader, errand.wish, story);
    let (mut failed, mut stops) = (None, false);
    for _ in 0..errand.most {
        let head = errand.log.head().await.unwrap();
        match reader.try_next().await {
            Ok(Some(notice)) => match handle(&mut reader, &notice, &errand).await {
                Ok(()) => {}
                Err(error) => (failed, stops) = (Some(error), true),
            },
            Ok(None) => {
                story.tell(Happened::ReadUpTo(head));
                break;
            }
            Err(error) => failed = Some(error),
        }
        if failed.is_some() {
            break;
        }
    }
    let commit = if errand.commits && !stops { Some(commit(&mut reader, story).await) } else { None };
    Read { reader, commit, failed, stops }
}

/// Tries those again who are parked, all of them.
pub(crate) fn retry_all(reader: &mut Announcements, story: &Story) {
    for which in 0..reader.parked().len() {
        fulfil(reader, Some(Wish::Retry(which)), story);
    }
}

fn fulfil(reader: &mut Announcements, wish: Option<Wish>, story: &Story) {
    let Some((wish, profile)) = wish.and_then(|wish| Some((wish, wish.whom(reader)?))) else { return };
    match wish {
        Wish::Retry(_) if reader.retry(profile) => story.tell(Happened::Retried(profile)),
        Wish::Skip(_) if reader.skip(profile) => story.tell(Happened::Skipped(profile)),
        _ => {}
    }
}

/// Handles a notice, or parks it.
async fn handle(reader: &mut Announcements, notice: &Notice, errand: &Errand) -> Result<(), EngineError> {
    let (place, story) = ((notice.position, notice.index), &errand.story);
    let fails = errand.poison.as_ref().is_some_and(|p| p.fails(notice.id, story.failures(place)));
    story.tell(Happened::Delivered { place, fails });
    if !fails {
        return Ok(());
    }
    let mut parked = reader.park(notice, "it is poison").await;
    if let Err(EngineError::Store(_)) = parked
        && errand.insists
    {
        tell_of_park(reader, &parked, story);
        parked = reader.park(notice, "it is poison").await;
    }
    tell_of_park(reader, &parked, story);
    parked
}

fn tell_of_park(reader: &Announcements, parked: &Result<(), EngineError>, story: &Story) {
    match parked {
        Ok(()) => story.tell(Happened::Parked(reader.parked())),
        Err(EngineError::TooManyParked { limit }) => {
            story.tell(Happened::TooMany { listed: reader.parked(), limit: *limit });
        }
        Err(EngineError::AnotherReader) => story.tell(Happened::ParkOvertaken),
        Err(error) if is_in_doubt(error) => story.tell(Happened::ParkInDoubt),
        Err(_) => {}
    }
}

async fn commit(reader: &mut Announcements, story: &Story) -> Result<bool, EngineError> {
    story.tell(Happened::Committing);
    let committed = reader.commit().await;
    match &committed {
        Ok(true) => story.tell(Happened::Committed(reader.parked())),
        Ok(false) => story.tell(Happened::CommitOvertaken),
        Err(error) if is_in_doubt(error) => story.tell(Happened::CommitInDoubt),
        Err(_) => {}
    }
    committed
}

fn is_in_doubt(error: &EngineError) -> bool {
    matches!(error, EngineError::Store(error) if error.kind == StoreErrorKind::Unknown)
}
