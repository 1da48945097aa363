//! A consumer of announcements: it reads, commits now and then, dies and comes back under the same name.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use throughline::core::event::Position;
use throughline::engine::{Announcements, EngineError};
use throughline::rules::ledger::{AnnouncementId, LEDGER_KIND, decode_entries};
use throughline::store::read::StoredEvent;

/// The name that it subscribes under.
pub(crate) const NAME: &str = "reader";

/// What happened to the subscription, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Happened {
    Opened,
    Delivered(Position, AnnouncementId),
    Committed,
    /// Checkpoints were dropped with all derived data: what was committed comes again.
    Forgotten,
}

/// The story of the subscription, told while it happens: a reader that dies has read all the same.
pub(crate) type Story = Arc<Mutex<Vec<Happened>>>;

/// What reading a little came to.
pub(crate) struct Read {
    pub(crate) reader: Announcements,
    pub(crate) commit: Option<Result<bool, EngineError>>,
    pub(crate) failed: Option<EngineError>,
}

/// Reads at most so many, and commits if asked to.
pub(crate) async fn read(mut reader: Announcements, most: usize, and_commit: bool, story: Story) -> Read {
    let tell = |happened| story.lock().unwrap().push(happened);
    let mut failed = None;
    for _ in 0..most {
        match reader.try_next().await {
            Ok(Some(notice)) => tell(Happened::Delivered(notice.position, notice.id)),
            Ok(None) => break,
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    let commit = if and_commit { Some(reader.commit().await) } else { None };
    if matches!(commit, Some(Ok(true))) {
        tell(Happened::Committed);
    }
    Read { reader, commit, failed }
}

/// Delivered at least once, in order, and after a commit never again.
pub(crate) fn check(happened: &[Happened], log: &[StoredEvent]) -> Result<(u64, u64), String> {
    let mut expected: BTreeSet<(Position, AnnouncementId)> = BTreeSet::new();
    for stored in log.iter().filter(|e| e.recorded.event.data.kind == LEDGER_KIND) {
        let entries = decode_entries(&stored.recorded.event.data.plain).map_err(|e| e.to_string())?;
        let wanted = entries.iter().filter(|entry| !entry.is_historical());
        expected.extend(wanted.map(|entry| (stored.recorded.position, entry.announcement_id())));
    }
    let in_record = |at: Position| expected.iter().filter(|(p, _)| *p == at).count();
    let (mut committed, mut session): (Position, Vec<(Position, AnnouncementId)>) = Default::default();
    let (mut delivered, mut again) = (BTreeSet::new(), 0);
    // A reader that goes on after its checkpoint was dropped may say that it commits what it had committed before.
    let mut is_forgotten = false;
    for step in happened {
        match step {
            Happened::Opened => {
                session.clear();
                is_forgotten = false;
            }
            Happened::Forgotten => {
                committed = Position(0);
                is_forgotten = true;
            }
            Happened::Delivered(at, id) => {
                if session.last().is_some_and(|(last, _)| last > at) || session.contains(&(*at, *id)) {
                    return Err(format!("{id} at {at} was delivered out of order"));
                }
                if *at <= committed {
                    return Err(format!("{id} at {at} was delivered after {committed} was committed"));
                }
                session.push((*at, *id));
                again += u64::from(!delivered.insert((*at, *id)));
            }
            Happened::Committed if is_forgotten => {}
            Happened::Committed => {
                let Some((last, _)) = session.last() else { continue };
                let handed = session.iter().filter(|(at, _)| at == last).count();
                // A record is committed when all of its entries were handed out.
                let whole = handed == in_record(*last);
                committed = committed.max(if whole { *last } else { Position(last.0 - 1) });
            }
        }
    }
    if let Some((at, id)) = expected.difference(&delivered).next() {
        return Err(format!("{id} at {at} was never delivered"));
    }
    if let Some((at, id)) = delivered.difference(&expected).next() {
        return Err(format!("{id} at {at} was delivered and is not in the log"));
    }
    Ok((delivered.len() as u64, again))
}
