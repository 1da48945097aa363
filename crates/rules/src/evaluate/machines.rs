//! What machines begin and say to each other: it opens, answers and reopens nothing.

use super::prescriptions::Finding;
use super::{Outlet, Step};
use crate::decision::Content;
use crate::loops::{Exchange, Side};
use crate::rulebook::document::PrescribeOn;
use throughline_core::event::vocabulary::ContactStarted;
use throughline_core::event::{Author, Channel};
use throughline_core::ids::ContactId;
use throughline_core::name::Sym;
use throughline_core::tight;

impl<S: Outlet> Step<'_, S> {
    /// A contact that a machine of the customer's began. If it names an issue that there is a case of, it belongs there,
    /// so that what she writes in it herself finds its place; the case does not move.
    pub(super) fn machine_began(&mut self, e: &ContactStarted<Sym>) {
        let cases = &self.journey.cases;
        if cases.of_contact(e.contact).is_some() {
            return;
        }
        let Some(ix) = e.issue.and_then(|issue| cases.of_issue(issue)) else { return };
        self.hold(e.contact, ix);
        let case = self.journey.cases.get_mut(ix);
        case.contacts = case.contacts.saturating_add(1);
    }

    /// Counts the turns of machines that answer each other, and says once for each loop that it is one.
    pub(super) fn turn(&mut self, contact: ContactId, author: Author) {
        let Some(rule) = self.rules.loops else { return };
        let side = Side::of(author);
        // So it is with nearly every message: nothing goes on, and what we send by ourselves is no answer to a machine.
        if self.journey.rare().is_none_or(|rare| rare.exchanges.is_empty())
            && matches!(side, None | Some(Side::Ours))
        {
            return;
        }
        let (at, channel) = (self.at, self.journey.customer.contact(contact).and_then(|c| c.channel));
        let exchanges = &mut self.journey.rare_or_new().exchanges;
        exchanges.retain(|e| e.goes_on(at, rule.within));
        let Some(side) = side else {
            exchanges.retain(|e| e.channel != channel);
            return;
        };
        let Some(exchange) = exchanges.iter_mut().find(|e| e.channel == channel) else {
            if side != Side::Ours {
                tight::push(exchanges, Exchange::begun(channel, side, at));
            }
            return;
        };
        exchange.takes(side, at);
        if exchange.said || !exchange.is_loop(rule.turns) {
            return;
        }
        exchange.said = true;
        let (since, turns) = (exchange.since, exchange.turns);
        let cases = &self.journey.cases;
        let case = cases.of_contact(contact).map_or(ContactId::default(), |ix| cases.get(ix).key);
        let evidence = self.this_event();
        self.conclude(rule.rule, case, Content::MachineLoop { contact, since, turns }, 0, evidence);
        self.act_on(&Finding::new(PrescribeOn::MachineLoop, rule.rule, case));
    }

    /// Whether a loop goes on on a channel.
    pub(super) fn loop_goes_on(&self, channel: Channel) -> bool {
        let Some(rule) = self.rules.loops else { return false };
        let mut exchanges = self.journey.rare().into_iter().flat_map(|rare| &rare.exchanges);
        exchanges.any(|e| e.said && e.channel == Some(channel) && e.goes_on(self.at, rule.within))
    }
}
