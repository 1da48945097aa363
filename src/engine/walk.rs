//! Walks through the whole log, for what is a statistic over customers.

use super::{Engine, EngineError};
use crate::replay::Progress;
use throughline_core::event::{Body, EventKind, NewEvent, Position};
use throughline_core::ids::ProfileId;
use throughline_store::stream::StreamKey;

/// How many events are read at once.
const PAGE: usize = 8_192;

impl Engine {
    /// Hands out the facts of these kinds of all profiles of the tenant, in the order of the log.
    pub(super) async fn walk(
        &self,
        kinds: &[EventKind],
        progress: Option<&Progress>,
        mut take: impl FnMut(ProfileId, &NewEvent<Body>) -> Result<(), EngineError> + Send,
    ) -> Result<(), EngineError> {
        let head = self.store.head().await?;
        let mut after = Position(0);
        loop {
            let page = self.store.read_all(after, PAGE).await?;
            let Some(last) = page.last_position() else { return Ok(()) };
            for stored in page.events.iter().filter(|stored| stored.stream.tenant == self.tenant) {
                let event = &stored.recorded.event;
                if let StreamKey::Profile(profile) = stored.stream.key
                    && kinds.iter().any(|kind| *kind as u16 == event.data.kind)
                {
                    take(profile, event)?;
                }
            }
            after = last;
            if let Some(progress) = progress {
                progress(after.0, Some(head.0));
            }
        }
    }
}
