//! One customer's issues as the decisions tell them: opened, answered, reopened, settled, and what went wrong.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::time::Micros;
use throughline_rules::case::CaseState;
use throughline_rules::decision::{AnswerKind, Content, Decision};

/// An issue: a case from its opening on.
#[derive(Clone, Debug)]
pub(super) struct Issue {
    pub(super) key: ContactId,
    pub(super) opened_at: Micros,
    pub(super) state: CaseState,
    pub(super) first_answer: Option<Micros>,
    pub(super) first_reopen: Option<Micros>,
    pub(super) reopens: u32,
    pub(super) claimed: bool,
    pub(super) escalated: Option<Micros>,
    pub(super) transfers: u32,
    pub(super) handovers: u32,
    pub(super) ping_pongs: u32,
}

/// The issues of one customer, in the order in which they were opened, and the contacts that each holds.
#[derive(Debug, Default)]
pub(super) struct Issues {
    pub(super) list: Vec<Issue>,
    places: HashMap<ContactId, usize, FxBuildHasher>,
    joined: Vec<(ContactId, ContactId)>,
}

impl Issues {
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.places.clear();
        self.joined.clear();
    }

    pub(super) fn joined(&mut self, contact: ContactId, case: ContactId) {
        self.joined.push((contact, case));
    }

    /// Each contact that belongs to an issue, with the place of that issue, in the order in which they joined.
    pub(super) fn members(&self) -> impl Iterator<Item = (ContactId, usize)> + '_ {
        self.joined.iter().filter_map(|(contact, case)| Some((*contact, self.place(*case)?)))
    }

    fn place(&self, case: ContactId) -> Option<usize> {
        self.places.get(&case).copied()
    }

    /// Takes in what was concluded next. `escalating` are the actions that bring somebody higher up in.
    pub(super) fn hear(&mut self, decision: &Decision<Sym>, escalating: &[Sym]) {
        let at = decision.effective_at;
        if let Content::CaseOpened { .. } = decision.content {
            self.places.insert(decision.slot.case, self.list.len());
            self.list.push(Issue {
                key: decision.slot.case,
                opened_at: at,
                state: CaseState::Open,
                first_answer: None,
                first_reopen: None,
                reopens: 0,
                claimed: false,
                escalated: None,
                transfers: 0,
                handovers: 0,
                ping_pongs: 0,
            });
            return;
        }
        let Some(place) = self.place(decision.slot.case) else { return };
        let issue = &mut self.list[place];
        match &decision.content {
            Content::CaseAnswered { how } => {
                issue.state = CaseState::Answered(*how);
                issue.first_answer = issue.first_answer.or(Some(at));
                issue.claimed |= *how == AnswerKind::Claimed;
            }
            Content::AnswerVoided {} => {
                issue.state = CaseState::Open;
                // What was no answer resolved nothing.
                if issue.reopens == 0 {
                    issue.first_answer = None;
                }
            }
            Content::CaseReopened { .. } => {
                issue.state = CaseState::Open;
                issue.reopens += 1;
                issue.first_reopen = issue.first_reopen.or(Some(at));
            }
            Content::CaseClosed { how } => {
                issue.state = CaseState::Closed(*how);
                issue.first_answer = issue.first_answer.or(Some(at));
            }
            Content::CaseLapsed {} => issue.state = CaseState::Lapsed,
            Content::PrescriptionIssued { action, .. } if escalating.contains(action) => {
                issue.escalated = issue.escalated.or(Some(at));
            }
            _ => {}
        }
    }
}
