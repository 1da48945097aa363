//! What a document says of complaints in public, as rules.

use super::document::Document;
use super::document_reach::About;
use alloc::vec::Vec;
use throughline_core::name::{Interner, Sym};

/// What it means how many people can see a complaint.
#[derive(Clone, Debug, Default)]
pub struct ReachPolicy {
    /// From how many people on the priority is one higher, ascending.
    pub raises_priority_at: Vec<u64>,
}

impl ReachPolicy {
    pub(super) fn compile(document: &Document) -> Self {
        let steps = document.reach.as_ref().map(|reach| reach.as_ref().raises_priority_at.as_ref().clone());
        Self { raises_priority_at: steps.unwrap_or_default() }
    }
}

/// The topics that are about the last offer.
pub(super) fn about_offers(document: &Document, names: &mut Interner) -> Vec<Sym> {
    let about = document.topics.iter().filter(|(_, topic)| topic.about == Some(About::Offer));
    about.map(|(name, _)| names.intern(name.as_ref())).collect()
}
