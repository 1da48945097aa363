//! The contacts that we began and said what for, so that it can be told how often we made contact for it lately.
//!
//! Of each purpose the last [`MAX_OF_ONE_PURPOSE`] are remembered. So a limit of up to so many in any length of time can
//! be held to exactly, and no purpose crowds out another.

use crate::canonical::{Canonical, CanonicalWriter};
use crate::ids::{ContactId, EventId};
use crate::name::Sym;
use crate::tight;
use crate::time::Micros;
use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

/// The most contacts for one purpose that are remembered; the oldest of the purpose goes first.
pub const MAX_OF_ONE_PURPOSE: usize = 16;
/// The most purposes; the one for which we made contact longest ago goes first, with all of its contacts.
pub const MAX_PURPOSES: usize = 16;

/// A contact that we began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachedOut {
    /// What for.
    pub purpose: Sym,
    /// The contact.
    pub contact: ContactId,
    /// The event that says so.
    pub event: EventId,
    /// When.
    pub at: Micros,
}

/// Adds a contact. One that is begun a second time is one.
pub(super) fn keep(list: &mut ThinVec<ReachedOut>, new: ReachedOut) {
    if list.iter().any(|known| known.contact == new.contact && known.purpose == new.purpose) {
        return;
    }
    let of_purpose = |known: &ReachedOut| known.purpose == new.purpose;
    let count = list.iter().filter(|known| of_purpose(known)).count();
    if count >= MAX_OF_ONE_PURPOSE
        && let Some(oldest) = list.iter().position(of_purpose)
    {
        list.remove(oldest);
    } else if count == 0 {
        make_room(list);
    }
    tight::push(list, new);
}

/// Forgets a whole purpose where there are as many as can be. The list is in the order of time, so a purpose's last
/// contact says how long ago that was.
fn make_room(list: &mut ThinVec<ReachedOut>) {
    let is_last = |(place, known): &(usize, &ReachedOut)| {
        !list[place + 1..].iter().any(|later| later.purpose == known.purpose)
    };
    if list.iter().enumerate().filter(is_last).count() < MAX_PURPOSES {
        return;
    }
    let oldest = list.iter().enumerate().find(is_last).map(|(_, known)| known.purpose);
    list.retain(|known| Some(known.purpose) != oldest);
}

impl Canonical for ReachedOut {
    fn canonical(&self, to: &mut CanonicalWriter<'_>) {
        to.name(self.purpose);
        to.id(self.contact.0);
        to.id(self.event.0);
        to.time(self.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Interner;
    use alloc::string::ToString;

    /// A purpose by its number, which is not 0: that symbol is no name.
    fn purpose(number: u32) -> Sym {
        let mut names = Interner::new();
        (0..=number).map(|n| names.intern(&n.to_string())).last().unwrap_or(Sym::NONE)
    }

    fn list(contacts: impl IntoIterator<Item = (u32, u128)>) -> ThinVec<ReachedOut> {
        let mut list = ThinVec::new();
        for (which, number) in contacts {
            let id = uuid::Uuid::from_u128(number);
            let (contact, event) = (ContactId(id), EventId(id));
            keep(
                &mut list,
                ReachedOut { purpose: purpose(which), contact, event, at: Micros(number as i64) },
            );
        }
        list
    }

    #[test]
    fn of_each_purpose_the_last_contacts_are_kept_and_a_busy_one_crowds_out_no_other() {
        let kept = list([(1, 1), (1, 2)].into_iter().chain((10..1_000).map(|n| (2, n))));
        let of = |which| kept.iter().filter(move |known| known.purpose == purpose(which));
        assert_eq!((of(1).count(), of(2).count()), (2, MAX_OF_ONE_PURPOSE));
        assert_eq!(kept.last().map(|known| known.at), Some(Micros(999)));
    }

    #[test]
    fn of_too_many_purposes_the_one_used_longest_ago_goes() {
        // Purpose 1 is used again in the end, so purpose 2 is the one that is forgotten.
        let all = (1..=MAX_PURPOSES as u32).map(|which| (which, u128::from(which)));
        let kept = list(all.chain([(1, 100), (99, 101)]));
        let has = |which| kept.iter().any(|known| known.purpose == purpose(which));
        assert!(has(1) && !has(2) && has(3) && has(99));
    }

    #[test]
    fn a_contact_that_is_begun_again_is_one() {
        assert_eq!(list([(1, 7), (1, 7)]).len(), 1);
    }
}
