//! How often a run met what is rare. A simulation that never meets it proves nothing about it.

use super::delivery::Counted;
use super::gate::Seen;
use super::truth::Said;
use std::fmt;
use std::sync::atomic::Ordering;

macro_rules! coverage {
    ($($(#[$doc:meta])* $field:ident $words:literal,)*) => {
        /// Counts over one life, or over many.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub(crate) struct Coverage { $($(#[$doc])* pub(crate) $field: u64,)* }

        impl Coverage {
            pub(crate) fn add(&mut self, other: &Self) { $(self.$field += other.$field;)* }

            /// What was never met.
            pub(crate) fn never_met(&self) -> Vec<&'static str> {
                [$((self.$field, $words),)*].into_iter().filter(|(n, _)| *n == 0).map(|(_, w)| w).collect()
            }
        }

        impl fmt::Display for Coverage {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "{:>12}  {}", self.$field, $words)?;)*
                Ok(())
            }
        }
    };
}

coverage! {
    calls "calls of a store let through",
    facts "facts acknowledged",
    duplicates "facts sent again and answered with their place",
    healed "facts whose answer was lost, found in the log when sent again",
    reused "ids refused because they stand for other content",
    raw "facts and links written by others",
    late "facts recorded after later ones of their profile",
    future "facts dated in the future when recorded",
    busy "requests answered Busy by a full queue",
    store_busy "store calls answered Busy",
    lost_requests "store calls whose request was lost",
    lost_answers "store calls whose answer was lost",
    lost_judgements "judgements whose outcome was unknown",
    conflicts "judgements that lost a race",
    taken_ids "judgements that lost a race to the same judgement by another clock",
    customers_read "streams read for a refold",
    tails_read "streams read for a refold from a snapshot",
    snapshots_saved "snapshots saved in the store",
    snapshots_found "stored snapshots found, whatever state they were in",
    snapshots_used "customers read from a stored snapshot on",
    snapshots_lost "stored snapshots that were lost",
    snapshots_damaged "stored snapshots that were damaged or replaced",
    snapshots_back "stored snapshots of some time ago that came back",
    overtaken "watermarks that another engine had moved",
    starts "starts of an engine",
    failed_starts "starts that the store failed",
    crashes "crashes",
    crashes_in_calls "crashes in the middle of a call",
    crashes_half_way "crashes after a part of many appends",
    crashes_before_judgement "crashes between facts and their judgement",
    crashes_while_settling "crashes while a decision settles",
    shutdowns "shutdowns",
    dropped "times that derived data was dropped",
    clock_back "clocks set back",
    links "links acknowledged",
    unlinks "unlinks acknowledged",
    claims "claims acknowledged",
    claims_healed "claims whose answer was lost, acknowledged when made again",
    joined "claims that joined two customers",
    kept_apart "claims of what others claimed that joined nobody",
    parted "links taken back because of another account",
    taken_apart "links of claims taken back by somebody",
    contradictions "links refused because of two accounts",
    activations "rulebooks put in force",
    storms "storms declared",
    hit "cases that a storm took in",
    overtaken_by_rules "appends that an activation overtook",
    because_of_rulebooks "entries because of another rulebook",
    by_two_rulebooks "lives whose announcements name two rulebooks",
    announced "decisions announced",
    amended "announcements amended",
    withdrawn "announcements withdrawn",
    said_again "announcements made again after they were withdrawn",
    because_of_late_facts "entries because of a late fact",
    because_of_links "entries because of a link",
    because_of_unlinks "entries because of an unlink",
    historical "announcements marked historical",
    crowds "lives with more customers than an engine keeps at hand",
    delivered "announcements delivered to a subscription",
    delivered_again "announcements delivered again because they had not been committed",
    commits "commits of a subscription",
    readers_lost "subscriptions lost without a commit",
    parked "notices parked because the reader could not handle them",
    parks_in_doubt "parkings whose outcome was unknown",
    too_many_parked "parkings refused because too many customers are parked",
    tried_again "parked customers tried again",
    failed_again "tries that failed again",
    released "parked customers released",
    skipped "notices given up",
    found_parked "parked customers found after a restart",
}

impl Coverage {
    pub(crate) fn see(&mut self, seen: &Seen) {
        let of = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        self.conflicts += of(&seen.conflicts);
        self.taken_ids += of(&seen.taken_ids);
        self.customers_read += of(&seen.customers_read);
        self.tails_read += of(&seen.tails_read);
        self.lost_judgements += of(&seen.lost_judgements);
        self.snapshots_saved += of(&seen.snapshots_saved);
        self.snapshots_found += of(&seen.snapshots_found);
        self.snapshots_used += of(&seen.snapshots_used);
        self.overtaken += of(&seen.overtaken);
        self.overtaken_by_rules += of(&seen.overtaken_by_rules);
    }

    pub(crate) fn deliver(&mut self, counted: &Counted) {
        self.delivered += counted.delivered;
        self.delivered_again += counted.delivered_again;
        self.parked += counted.parked;
        self.parks_in_doubt += counted.parks_in_doubt;
        self.too_many_parked += counted.too_many;
        self.tried_again += counted.tried_again;
        self.failed_again += counted.failed_again;
        self.released += counted.released;
        self.skipped += counted.skipped;
        self.found_parked += counted.found_parked;
    }

    pub(crate) fn say(&mut self, said: &Said) {
        self.announced += said.announced;
        self.amended += said.amended;
        self.withdrawn += said.withdrawn;
        self.said_again += said.repeated;
        self.because_of_late_facts += said.because_of_late_facts;
        self.because_of_links += said.because_of_links;
        self.because_of_unlinks += said.because_of_unlinks;
        self.because_of_rulebooks += said.because_of_rulebooks;
        self.hit += said.hit;
        self.by_two_rulebooks += u64::from(said.rulebooks.len() > 1);
        self.historical += said.historical;
    }
}
