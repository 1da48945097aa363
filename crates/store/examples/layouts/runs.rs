//! Layout (c): frames, with sorted runs as side indexes. This is the backend itself, through its public API, so
//! unlike the other two it also checks ids and versions, and its scan takes the events apart.

use super::input::Input;
use crate::{Failure, Layout};
use std::ops::ControlFlow;
use std::path::Path;
use throughline_core::event::{Body, NewEvent, Version};
use throughline_core::ids::{EventId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_store::append::{Append, ExpectedVersion};
use throughline_store::contract::EventStore;
use throughline_store::sqlite::{SqliteOptions, SqliteStore};
use throughline_store::stream::{StreamId, TenantId};

pub(crate) struct Runs {
    store: SqliteStore,
    runtime: tokio::runtime::Runtime,
    tenant: TenantId,
    source: Name,
}

impl Runs {
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        Ok(Self {
            store: SqliteOptions::new(path).cache_bytes(64 << 20).open()?,
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
            tenant: TenantId::default(),
            source: Name::new("desk")?,
        })
    }

    fn stream(&self, stream: u32) -> StreamId {
        StreamId::profile(self.tenant.clone(), ProfileId(Input::stream_name(stream)))
    }
}

impl Layout for Runs {
    fn append(&mut self, input: &mut Input, events: u64) -> Result<(), Failure> {
        let appends = (0..events).map(|_| {
            let e = input.next();
            let body = Body { kind: 8, schema: 1, plain: e.body.as_slice().into(), ..Body::default() };
            let event = NewEvent::new(EventId(e.id), Micros(e.at), self.source.clone(), body);
            let expected = ExpectedVersion::Exact(Version(e.version - 1));
            Append::to(self.stream(e.stream), expected, vec![event], Micros(e.at))
        });
        let appends = appends.collect();
        for outcome in self.runtime.block_on(self.store.append_many(appends)) {
            outcome?;
        }
        Ok(())
    }

    fn scan(&mut self) -> Result<(u64, u64), Failure> {
        let (mut n, mut sum) = (0, 0);
        let range = self.store.range()?;
        let flow = self.store.scan(range, |event| {
            n += 1;
            sum += u64::from(event.id.as_bytes()[0]) + u64::from(event.plain[0]);
            ControlFlow::<()>::Continue(())
        });
        assert!(flow?.is_continue());
        Ok((n, sum))
    }

    fn read_stream(&mut self, stream: u32) -> Result<u64, Failure> {
        let stream = self.stream(stream);
        let read = self.store.read_stream(&stream, Version(1), 1_000);
        Ok(self.runtime.block_on(read)?.events.len() as u64)
    }
}
