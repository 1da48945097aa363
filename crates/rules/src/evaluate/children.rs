//! Child cases: what becomes of a failure that leads to another one, as a lost bag that arrives damaged.
//!
//! A topic of the rulebook can be the child of others. A contact about it, while a case of one of those is known, opens a
//! case of its own, which has the other as its parent: it begins with the parent's priority, the apologies that are owed for
//! the parent are owed for it, and what she had to bear there counts here too.

use super::{Outlet, Step};
use crate::case::{Case, CaseIx, CaseState, Origin};
use crate::decision::OpenCause;
use throughline_core::event::vocabulary::ContactStarted;
use throughline_core::ids::IssueRef;
use throughline_core::name::Sym;

impl<S: Outlet> Step<'_, S> {
    /// The case that one about this topic would be a child of: the one that the reference names, or else the newest on one
    /// of the topics that this one is a child of, within that topic's reopen window.
    pub(super) fn parent_for(&self, topic: Sym, issue: Option<IssueRef>) -> Option<CaseIx> {
        let parents = self.rules.parents_of(topic);
        if parents.is_empty() {
            return None;
        }
        let cases = &self.journey.cases;
        let is_parent = |ix: &CaseIx| {
            let case = cases.get(*ix);
            parents.contains(&case.topic) && case.state != CaseState::Lapsed
        };
        let recent = |ix: &CaseIx| {
            let case = cases.get(*ix);
            self.at.since(case.last_activity) <= self.rules.reopen_window(case.topic)
        };
        let named = issue.and_then(|issue| cases.of_issue(issue)).filter(is_parent);
        let on_topic = parents.iter().filter_map(|parent| cases.of_topic(*parent));
        named.or_else(|| on_topic.filter(is_parent).filter(recent).max())
    }

    /// Opens a case for a contact about what came of another case: at once, on every channel. That something is unresolved is
    /// known already.
    pub(super) fn open_child(&mut self, e: &ContactStarted<Sym>, parent: CaseIx) {
        let case = self.case_for(e.contact, OpenCause::Child, None);
        let of = self.journey.cases.get(parent);
        // What the reference names goes on being the parent.
        let issue = e.issue.filter(|issue| of.issue != Some(*issue));
        self.open_case(Case { issue, origin: Some(Origin::ChildOf(of.key)), priority: of.priority, ..case });
    }

    /// Makes a case the child of another one: what it is about became known after it had opened.
    pub(super) fn adopt(&mut self, ix: CaseIx, parent: CaseIx) {
        let (key, priority) = (self.journey.cases.get(parent).key, self.journey.cases.get(parent).priority);
        let case = self.journey.cases.get_mut(ix);
        if case.parent().is_none() && case.key != key {
            case.origin = Some(Origin::ChildOf(key));
            case.priority = case.priority.max(priority);
        }
    }
}
