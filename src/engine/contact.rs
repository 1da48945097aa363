//! May we make contact? Asked of what the store holds, as reading a journey is.

use super::load::Known;
use super::{Engine, EngineError};
use throughline_core::ids::ProfileId;
use throughline_core::name::Name;
use throughline_core::time::Micros;
use throughline_rules::contact::may_contact;
use throughline_rules::permission::Permission;

impl Engine {
    /// Whether we may make contact with a profile's customer for a purpose, by everything that is known and had happened
    /// by `now`: yes, or no with every reason. What forbids a purpose stands in the rulebook's `[contact]`; one that it
    /// does not name is refused. Changes nothing, and is the same for every profile of the customer.
    ///
    /// Ask before every contact of yours, and say on its `contact.started` what it is for: one that was against the guard
    /// is announced as our failure.
    pub async fn may_contact(
        &self,
        profile: ProfileId,
        purpose: &Name,
        now: impl Into<Micros> + Send,
    ) -> Result<Permission, EngineError> {
        let now = now.into();
        let mut read = self.read(profile, Known::ALL).await?;
        let purpose = read.names.intern(purpose.as_str());
        let stands = read.stands(now);
        Ok(may_contact(&stands.journey, &read.rules, purpose, now).named(&read.names, &stands.handles))
    }
}
