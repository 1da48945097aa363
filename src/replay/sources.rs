//! Where a history comes from: a log file, a store, a SQLite file read by all cores.

use super::gather::{Gathering, StoredHead};
use super::{History, Progress, all_cores, arrange};
use crate::activated::{Activated, NotInForce};
use std::path::Path;
use thiserror::Error;
use throughline_channels::item::LogItem;
use throughline_channels::native::{ByteRange, open_range_counted, split_at_lines};
use throughline_channels::open::{Format, OpenError, OpenOptions, open_log_with};
use throughline_channels::reject::{ReadCounts, Reject};
use throughline_channels::table::Share;
use throughline_core::event::{Body, EventKind, NewEvent, Position, RecordedEvent};
use throughline_core::ids::ProfileId;
use throughline_core::name::{Name, Sym};
use throughline_core::time::Micros;
use throughline_core::wire::DecodeError;
use throughline_rules::activation::ACTIVATION_KIND;
use throughline_store::contract::EventStore;
use throughline_store::error::StoreError;
use throughline_store::stream::{StreamKey, TenantId};

/// Larger tables are read by all cores, each of which takes its share of the contacts.
const SHARED_ABOVE_BYTES: u64 = 1 << 20;

/// How many events are read from a store at once, and how often progress is told.
const PAGE: usize = 8_192;

/// Why a history could not be gathered.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The log could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The file could not be read.
    #[error("the log cannot be read")]
    Io(#[from] std::io::Error),
    /// The log ends in the middle: what follows cannot be read.
    #[error("the log cannot be read to its end: {0}")]
    Cut(Box<Reject>),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event in the store could not be read.
    #[error("the event at position {position} cannot be read: {source}")]
    Unreadable {
        /// Where it is.
        position: Position,
        /// What is wrong.
        source: DecodeError,
    },
    /// What the log says is in force cannot be put in force by this build.
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
}

impl History {
    /// Gathers from a log file. A plain native log and a table are read by all cores. Rows that cannot be read are counted by
    /// reason, and handed to `rejected` one by one.
    pub fn from_log(
        path: &Path,
        options: OpenOptions,
        progress: Option<&Progress>,
        rejected: &(dyn Fn(&Reject) + Sync),
    ) -> Result<Self, SourceError> {
        let limit = options.max_line_bytes;
        let whole = options.rejects.is_some();
        let mapping = options.mapping.clone();
        let log = open_log_with(path, options)?;
        let total = std::fs::metadata(path)?.len();
        if log.format() == Format::Table && !whole && total > SHARED_ABOVE_BYTES {
            let open = |share| {
                let mapping = mapping.clone();
                open_log_with(
                    path,
                    OpenOptions { mapping, max_line_bytes: limit, share, ..OpenOptions::default() },
                )
            };
            let of = u32::try_from(all_cores().get()).unwrap_or(1);
            let shares = (0..of).map(|index| Share { index, of }).collect();
            return gather_parts(Gathering::new(), shares, |share, mut gathering| {
                // Every thread reads the whole file; one of them tells how far it is.
                let progress = progress.filter(|_| share.index == 0);
                gathering.read_log(open(share)?, total, progress, rejected)?;
                Ok(gathering)
            });
        }
        let plain = log.format() == Format::Native && !is_gzip(path)?;
        if !plain || whole {
            let mut gathering = Gathering::new();
            gathering.read_log(log, total, progress, rejected)?;
            return Ok(arrange::arrange(vec![gathering], all_cores()));
        }
        let first = Gathering::new();
        let ranges = split_at_lines(path, all_cores().get())?;
        let read = throughline_channels::input::Progress::default();
        let work = |range: ByteRange, mut gathering: Gathering| -> Result<Gathering, SourceError> {
            let mut reader = open_range_counted(path, range, read.clone())?.with_max_line_bytes(limit);
            let cut = gathering.take(reader.by_ref(), rejected, || {
                if let Some(progress) = progress {
                    progress(read.bytes_read(), Some(total));
                }
            });
            gathering.note(reader.counts());
            cut.map_or(Ok(gathering), |reject| Err(SourceError::Cut(Box::new(reject))))
        };
        gather_parts(first, ranges, work)
    }

    /// Gathers a tenant's facts from any store.
    pub async fn from_store(
        store: &dyn EventStore,
        tenant: &TenantId,
        progress: Option<&Progress>,
    ) -> Result<Self, SourceError> {
        let mut gathering = Gathering::new();
        let head = store.head().await?;
        let mut after = Position(0);
        loop {
            let page = store.read_all(after, PAGE).await?;
            let Some(last) = page.last_position() else { break };
            for event in &page.events {
                let recorded = &event.recorded;
                let (e, body) = (&recorded.event, &recorded.event.data);
                if event.stream.tenant != *tenant {
                    continue;
                }
                let latest = gathering.note_recorded(recorded.recorded_at);
                let profile = match event.stream.key {
                    StreamKey::Profile(profile) => profile,
                    StreamKey::Context if body.kind == ACTIVATION_KIND => {
                        gathering.activated.push(Activated::open(recorded, latest)?);
                        continue;
                    }
                    _ => continue,
                };
                if !body.is_fact() {
                    gathering.read.ledger_records += 1;
                    continue;
                }
                let source = gathering.source(e.source.as_str());
                let head = StoredHead { at: e.occurred_at, source, sequence: e.sequence, id: e.id };
                gathering
                    .push_stored(profile, head, (body.kind, body.schema, &body.plain, &body.personal))
                    .map_err(|source| SourceError::Unreadable { position: recorded.position, source })?;
            }
            after = last;
            if let Some(progress) = progress {
                progress(after.0, Some(head.0));
            }
        }
        Ok(arrange::arrange(vec![gathering], all_cores()))
    }

    /// Gathers a tenant's facts from a SQLite store, by all cores, without an allocation per event. Blocks.
    #[cfg(feature = "sqlite")]
    pub fn from_sqlite(
        store: &throughline_store::sqlite::SqliteStore,
        tenant: &TenantId,
        progress: Option<&Progress>,
    ) -> Result<Self, SourceError> {
        let all = store.range()?;
        let first = Gathering::new();
        let ranges = all.split(all_cores().get());
        let done = std::sync::atomic::AtomicU64::new(0);
        let tell = |events: u64| {
            let so_far = done.fetch_add(events, std::sync::atomic::Ordering::Relaxed) + events;
            if let Some(progress) = progress {
                progress(so_far, Some(all.len()));
            }
        };
        gather_parts(first, ranges, |range, mut part| {
            part.reserve(range.len());
            part.read_sqlite(store, tenant, range, &tell)?;
            Ok(part)
        })
    }
}

/// Gathers the parts of one source side by side, and arranges them in their order.
fn gather_parts<P: Send>(
    first: Gathering,
    parts: Vec<P>,
    work: impl Fn(P, Gathering) -> Result<Gathering, SourceError> + Sync,
) -> Result<History, SourceError> {
    let work = &work;
    let gathered: Vec<_> = std::thread::scope(|scope| {
        let shares = parts.into_iter().enumerate().map(|(index, part)| (part, first.share(index)));
        let threads: Vec<_> = shares.map(|(part, share)| scope.spawn(move || work(part, share))).collect();
        threads.into_iter().map(|t| t.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).collect()
    });
    let mut gatherings = vec![first];
    for gathering in gathered {
        gatherings.push(gathering?);
    }
    Ok(arrange::arrange(gatherings, all_cores()))
}

fn is_gzip(path: &Path) -> Result<bool, SourceError> {
    use std::io::Read;
    let mut magic = Vec::new();
    std::fs::File::open(path)?.take(2).read_to_end(&mut magic)?;
    Ok(magic == [0x1f, 0x8b])
}

impl Gathering {
    fn read_log(
        &mut self,
        mut log: throughline_channels::open::Log,
        total: u64,
        progress: Option<&Progress>,
        rejected: &(dyn Fn(&Reject) + Sync),
    ) -> Result<(), SourceError> {
        let read = log.progress();
        let cut = self.take(log.by_ref(), rejected, || {
            if let Some(progress) = progress {
                progress(read.bytes_read(), Some(total));
            }
        });
        self.note(log.counts());
        cut.map_or(Ok(()), |reject| Err(SourceError::Cut(Box::new(reject))))
    }

    /// Takes in what a reader yields. Answers with the reject that ended the log before its end, if one did.
    fn take(
        &mut self,
        items: impl Iterator<Item = Result<LogItem, Reject>>,
        rejected: &(dyn Fn(&Reject) + Sync),
        tell: impl Fn(),
    ) -> Option<Reject> {
        let mut cut = None;
        for (index, item) in items.enumerate() {
            match item {
                Ok(item) => self.push(item.profile, &item.event),
                Err(reject) => {
                    rejected(&reject);
                    cut = reject.ends_log().then_some(reject);
                }
            }
            if index % PAGE == PAGE - 1 {
                tell();
            }
        }
        tell();
        cut
    }

    /// Notes when an event of a store was recorded, and returns the latest time of those before it.
    fn note_recorded(&mut self, at: Micros) -> Micros {
        let before = self.latest;
        self.latest = before.max(at);
        before
    }

    fn note(&mut self, counts: &ReadCounts) {
        self.read.ignored += counts.ignored;
        for (reason, count) in counts.by_reason() {
            *self.read.rejected.entry(reason.to_string()).or_default() += count;
        }
        for (warning, count) in counts.warnings() {
            *self.read.warned.entry(warning.clone()).or_default() += count;
        }
    }

    #[cfg(feature = "sqlite")]
    fn push_activation(
        &mut self,
        event: &throughline_store::sqlite::EventRef<'_>,
        latest_before: Micros,
    ) -> Result<(), SourceError> {
        let (position, version, recorded_at) = (event.position, event.version, event.recorded_at);
        let source = Name::new(event.source).map_err(|_| {
            let source = DecodeError::UnknownVariant { what: "who activated it", found: 0, at: 0 };
            SourceError::Unreadable { position, source }
        })?;
        let data =
            Body { kind: event.kind, schema: event.schema, plain: event.plain.into(), ..Body::default() };
        let event = NewEvent::new(event.id, event.occurred_at, source, data);
        let recorded = RecordedEvent { position, version, recorded_at, event };
        self.activated.push(Activated::open(&recorded, latest_before)?);
        Ok(())
    }

    #[cfg(feature = "sqlite")]
    fn read_sqlite(
        &mut self,
        store: &throughline_store::sqlite::SqliteStore,
        tenant: &TenantId,
        range: throughline_store::sqlite::PositionRange,
        tell: &(dyn Fn(u64) + Sync),
    ) -> Result<(), SourceError> {
        use std::ops::ControlFlow;
        let mut frame = u64::MAX;
        let mut sources: Vec<Sym> = Vec::new();
        let mut untold = 0;
        let flow = store.scan(range, |event| {
            untold += 1;
            if untold == PAGE as u64 {
                tell(std::mem::take(&mut untold));
            }
            if event.tenant != tenant.as_str() {
                return ControlFlow::Continue(());
            }
            let latest = self.note_recorded(event.recorded_at);
            if event.stream_kind == 2 && event.kind == ACTIVATION_KIND {
                return match self.push_activation(&event, latest) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => ControlFlow::Break(error),
                };
            }
            if event.stream_kind != 0 {
                return ControlFlow::Continue(());
            }
            if event.kind >= EventKind::FIRST_FOREIGN {
                self.read.ledger_records += 1;
                return ControlFlow::Continue(());
            }
            if event.frame != frame {
                frame = event.frame;
                sources.clear();
            }
            // Sources are numbered by the frame: each is interned once a frame.
            let index = event.source_index as usize;
            if sources.len() <= index {
                sources.resize(index + 1, Sym::NONE);
            }
            if sources[index].is_none() {
                sources[index] = self.source(event.source);
            }
            let head = StoredHead {
                at: event.occurred_at,
                source: sources[index],
                sequence: event.sequence,
                id: event.id,
            };
            let body = (event.kind, event.schema, event.plain, event.personal);
            match self.push_stored(ProfileId(event.stream_id), head, body) {
                Ok(()) => ControlFlow::Continue(()),
                Err(source) => {
                    ControlFlow::Break(SourceError::Unreadable { position: event.position, source })
                }
            }
        })?;
        tell(untold);
        match flow {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(error) => Err(error),
        }
    }
}
