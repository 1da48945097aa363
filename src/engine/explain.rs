//! Explaining: a pure function of what the store holds, as reading a journey is.

use super::load::Known;
use super::reading::Read;
use super::{Engine, EngineError};
use throughline_core::ids::{ContactId, ProfileId};
use throughline_core::time::Micros;
use throughline_rules::explain::{CaseExplanation, DecisionExplanation, RuleSource};
use throughline_rules::ledger::AnnouncementId;
use throughline_store::stream::StreamKey;

impl Engine {
    /// Why the case that a contact belongs to stands where it stands as of an instant: the rule, the rulebook and the
    /// evidence of everything that was concluded about it, every run of its clocks, what it cost the customer, what would
    /// close it and what happens next if nobody does anything. Changes nothing.
    ///
    /// None if no such contact is known, if it belongs to no case, or if that case was settled so long ago that only a stub
    /// is kept of it.
    pub async fn explain(
        &self,
        handle: ContactId,
        as_of: impl Into<Micros> + Send,
    ) -> Result<Option<CaseExplanation>, EngineError> {
        let as_of = as_of.into();
        for stream in self.store.streams_tagged(&self.tenant, handle.0).await? {
            if let StreamKey::Profile(profile) = stream.key {
                let Read { loaded, names, rules } = self.read(profile, Known::ALL).await?;
                let (facts, announced) = (&loaded.facts, &loaded.announced);
                let case = CaseExplanation::of(handle, facts, as_of, &rules, &names, announced);
                if case.is_some() {
                    return Ok(case);
                }
            }
        }
        Ok(None)
    }

    /// Why something was said of a profile's customer: the rule as it is written in the rulebook that it went by, the events
    /// that it rests on, and the case that it is about as that stands at an instant. Changes nothing.
    ///
    /// None if no such announcement stands: it was never made, or it was amended or withdrawn.
    pub async fn explain_announcement(
        &self,
        profile: ProfileId,
        announcement: AnnouncementId,
        as_of: impl Into<Micros> + Send,
    ) -> Result<Option<DecisionExplanation>, EngineError> {
        let as_of = as_of.into();
        let Read { loaded, names, rules } = self.read(profile, Known::ALL).await?;
        let (facts, announced) = (&loaded.facts, &loaded.announced);
        let explained = DecisionExplanation::of(announcement, facts, as_of, &rules, &names, announced);
        let Some(mut explained) = explained else { return Ok(None) };
        let in_force = self.in_force.now().await?;
        // A label that was activated names one document.
        let mut books = in_force.documents().zip(rules.all());
        let named = books.find(|(_, book)| names.resolve(book.label) == explained.decision.rulebook.as_str());
        let Some(((_, document), _)) = named else { return Ok(Some(explained)) };
        explained.source = RuleSource::find(document, explained.decision.slot.rule.as_str());
        Ok(Some(explained))
    }
}
