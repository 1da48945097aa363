//! May we promise it? Asked of what was declared in the context, as the contact guard is asked of a journey.

use super::{Engine, EngineError};
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_rules::feasibility::Feasibility;

impl Engine {
    /// Whether something may be promised for a time, by what was declared to be possible at `now`
    /// ([`declare_capability`](Self::declare_capability), [`publish_lead_times`](Self::publish_lead_times)): yes, or no with
    /// every reason and the earliest instant that can be kept. Where nothing was declared of it, that is the answer. Changes
    /// nothing.
    ///
    /// Ask before somebody promises anything: a promise that could not be kept when it was made is announced as our failure.
    pub async fn may_promise(
        &self,
        what: &Name,
        due: impl Into<Micros> + Send,
        now: impl Into<Micros> + Send,
    ) -> Result<Feasibility, EngineError> {
        let (due, now) = (due.into(), now.into());
        let known = self.in_force.now().await?;
        Ok(match known.names.get(what.as_str()) {
            Some(what) => known.rules.may_promise(what, due, now).named(&known.names),
            None => Feasibility::nothing_known(what.clone(), due, now),
        })
    }
}
