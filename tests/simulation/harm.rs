//! What happens to stored snapshots: they are lost, cut, changed in a bit, or those of some time ago come back.

use super::life::{Life, note};
use throughline::store::contract::EventStore;
use throughline::store::stream::{StreamId, TenantId};

impl Life<'_> {
    /// Something happens to the snapshot of some profile's customer, if there is one.
    pub(crate) async fn harm_snapshot(&mut self) -> Result<(), String> {
        let Some(profile) = self.rng.pick(&self.facts.profiles).copied() else { return Ok(()) };
        let stream = StreamId::profile(TenantId::default(), profile);
        let store = self.store.clone();
        let Some(mut bytes) = store.snapshot(&stream).await.map_err(|e| e.to_string())? else {
            return Ok(());
        };
        let at = self.rng.below(bytes.len() as u64) as usize;
        let harmed = match self.rng.below(4) {
            0 => None,
            1 => Some(bytes[..at].to_vec()),
            2 if at < bytes.len() => {
                bytes[at] ^= 1 << self.rng.below(8);
                Some(bytes)
            }
            _ => match self.kept.take() {
                Some((of, before)) if of == stream => {
                    self.met.snapshots_back += 1;
                    Some(before)
                }
                _ => {
                    self.kept = Some((stream, bytes));
                    return Ok(());
                }
            },
        };
        self.met.snapshots_lost += u64::from(harmed.is_none());
        self.met.snapshots_damaged += u64::from(harmed.is_some());
        note!(self, "a stored snapshot is harmed");
        store.save_snapshot(&stream, harmed).await.map_err(|e| e.to_string())
    }
}
