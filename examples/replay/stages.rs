//! The stages of a replay, each with what it did and how long it took.

use crate::arguments::{Arguments, Source};
use crate::progress;
use serde::Serialize;
use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use throughline::History;
use throughline::channels::check::{self, CheckOptions};
use throughline::channels::mapping::Mapping;
use throughline::channels::open::{OpenOptions, open_log_with};
use throughline::channels::rejects_file::RejectsFile;
use throughline::core::event::NewEvent;
use throughline::core::ids::ProfileId;
use throughline::core::time::Micros;
use throughline::store::append::{Append, ExpectedVersion};
use throughline::store::contract::EventStore;
use throughline::store::error::AppendError;
use throughline::store::sqlite::SqliteStore;
use throughline::store::stream::{StreamId, TenantId};

/// How many events are recorded with one commit.
const BATCH: usize = 16_384;

/// A stage that runs.
pub(crate) struct Stage {
    name: &'static str,
    started: Instant,
}

/// A stage that is done.
#[derive(Serialize)]
pub(crate) struct Done {
    stage: &'static str,
    events: u64,
    seconds: f64,
    events_per_second: f64,
}

/// All stages so far.
pub(crate) struct Stages {
    pub(crate) list: Vec<Done>,
    pub(crate) recorded: Option<Recorded>,
}

/// What became of events on their way into the store: repeated ones never reach the report.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Recorded {
    added: u64,
    duplicates: u64,
    reused_ids: u64,
}

impl Stage {
    #[expect(clippy::disallowed_methods, reason = "this program says how long it took")]
    pub(crate) fn start(name: &'static str) -> Self {
        Self { name, started: Instant::now() }
    }

    pub(crate) fn done(self, events: u64) -> Done {
        let seconds = self.started.elapsed().as_secs_f64();
        Done { stage: self.name, events, seconds, events_per_second: events as f64 / seconds.max(1e-9) }
    }
}

impl Stages {
    pub(crate) const fn new() -> Self {
        Self { list: Vec::new(), recorded: None }
    }

    pub(crate) fn add(&mut self, done: Done) {
        self.list.push(done);
    }
}

impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stage         events   seconds      events/s")?;
        for done in &self.list {
            let Done { stage, events, seconds, events_per_second } = done;
            write!(f, "\n{stage:<8} {events:>11} {seconds:>9.2} {events_per_second:>13.0}")?;
        }
        Ok(())
    }
}

/// Takes a fact to be recorded, and when it was learnt.
type Record<'a> = dyn FnMut(ProfileId, NewEvent, Micros) -> Result<(), Box<dyn Error>> + 'a;

/// Records whatever `produce` produces into a SQLite store, and gathers the history from there.
pub(crate) fn through_store(
    arguments: &Arguments,
    stages: &mut Stages,
    produce: impl FnOnce(&mut Record<'_>) -> Result<(), Box<dyn Error>>,
) -> Result<History, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path: PathBuf = arguments.store.clone().unwrap_or_else(|| folder.path().join("town.sqlite"));
    let store = SqliteStore::open(&path)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let tell = progress::bar("record", "events");
    let started = Stage::start("record");
    let mut recorder =
        Recorder { store: &store, runtime, batch: VecDeque::new(), recorded: 0, refused: 0, there: 0 };
    produce(&mut |profile, event, recorded_at| {
        recorder.add(profile, &event, recorded_at)?;
        tell(recorder.recorded, None);
        Ok(())
    })?;
    recorder.flush()?;
    tell(recorder.recorded, Some(recorder.recorded));
    let (recorded, refused, there) = (recorder.recorded, recorder.refused, recorder.there);
    drop(recorder);
    stages.add(started.done(recorded + refused + there));
    stages.recorded = Some(Recorded { added: recorded, duplicates: there, reused_ids: refused });
    if !arguments.json {
        println!(
            "recorded {recorded} facts; {there} were there already, {refused} refused: id used for other content"
        );
    }
    sqlite_store(&store, stages)
}

struct Recorder<'a> {
    store: &'a SqliteStore,
    runtime: tokio::runtime::Runtime,
    batch: VecDeque<Append>,
    recorded: u64,
    refused: u64,
    there: u64,
}

impl Recorder<'_> {
    fn add(
        &mut self,
        profile: ProfileId,
        event: &NewEvent,
        recorded_at: Micros,
    ) -> Result<(), Box<dyn Error>> {
        let stream = StreamId::profile(TenantId::default(), profile);
        self.batch.push_back(Append::to(stream, ExpectedVersion::Any, vec![event.seal()], recorded_at));
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Box<dyn Error>> {
        let batch = std::mem::take(&mut self.batch);
        for outcome in self.runtime.block_on(self.store.append_many(batch.into())) {
            match outcome {
                Ok(appended) if appended.places[0][0].was_there => self.there += 1,
                Ok(_) => self.recorded += 1,
                Err(AppendError::IdReused { .. }) => self.refused += 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Shows what becomes of the first rows.
pub(crate) fn check(arguments: &Arguments, options: CheckOptions) -> Result<(), Box<dyn Error>> {
    let Source::Log(path) = &arguments.source else {
        return Err(
            "--check needs a LOG, and --mapping if it is CSV, TSV, columns of fixed width or XES".into()
        );
    };
    println!("{}", check::check(path, mapping(arguments)?, options)?);
    Ok(())
}

/// Gathers a log straight from its file.
pub(crate) fn log(
    arguments: &Arguments,
    path: &Path,
    stages: &mut Stages,
) -> Result<History, Box<dyn Error>> {
    let shown = AtomicU64::new(0);
    let show = |reject: &throughline::channels::reject::Reject| {
        if shown.fetch_add(1, Ordering::Relaxed) < 10 {
            eprintln!("rejected: {reject}");
        }
    };
    let started = Stage::start("read");
    let history = History::from_log(path, options(arguments)?, Some(&progress::bar("read", "bytes")), &show)?;
    stages.add(started.done(history.read().events));
    Ok(history)
}

/// Records a log into the store that was named, and gathers it from there.
pub(crate) fn log_through_store(
    arguments: &Arguments,
    path: &Path,
    stages: &mut Stages,
) -> Result<History, Box<dyn Error>> {
    let mut log = open_log_with(path, options(arguments)?)?;
    through_store(arguments, stages, |record| {
        for item in log.by_ref() {
            match item {
                Ok(item) => record(
                    item.profile,
                    item.event.clone(),
                    item.recorded_at.unwrap_or(item.event.occurred_at),
                )?,
                Err(reject) if reject.ends_log() => return Err(reject.into()),
                Err(reject) => eprintln!("rejected: {reject}"),
            }
        }
        // The history is read back from the store, which knows nothing of the log.
        for (warning, count) in log.counts().warnings() {
            eprintln!("warning, {count} times: {warning}");
        }
        Ok(())
    })
}

/// Gathers what a SQLite file holds.
pub(crate) fn sqlite(path: &Path, stages: &mut Stages) -> Result<History, Box<dyn Error>> {
    if !path.exists() {
        return Err("there is no store at this path; give a LOG to record into it".into());
    }
    sqlite_store(&SqliteStore::open(path)?, stages)
}

fn sqlite_store(store: &SqliteStore, stages: &mut Stages) -> Result<History, Box<dyn Error>> {
    let started = Stage::start("read");
    let history = History::from_sqlite(store, &TenantId::default(), Some(&progress::bar("read", "events")))?;
    stages.add(started.done(history.read().events));
    Ok(history)
}

fn mapping(arguments: &Arguments) -> Result<Option<Arc<Mapping>>, Box<dyn Error>> {
    Ok(arguments.mapping.as_ref().map(Mapping::read).transpose()?.map(Arc::new))
}

fn options(arguments: &Arguments) -> Result<OpenOptions, Box<dyn Error>> {
    let mapping = mapping(arguments)?;
    let rejects = arguments.rejects.as_ref().map(RejectsFile::create).transpose()?;
    Ok(OpenOptions { mapping, rejects, ..OpenOptions::default() })
}
