//! The list of clauses. It exists once: the tests and the table below are both made from it.

use super::{Clause, append, derived, durable, identity, order, race, read, waiting};

/// Hands the list to another macro of this crate, after whatever that macro wants in front.
#[doc(hidden)]
#[macro_export]
macro_rules! __clauses {
    ($then:ident $($front:tt)*) => {
        $crate::$then! { $($front)*
            A1 append::a1_an_append_over_several_streams_is_all_or_nothing,
            A2 append::a2_versions_of_a_stream_have_no_gaps,
            A3 append::a3_each_expectation_is_met_by_its_versions_and_no_others,
            A4 append::a4_stale_writer_is_refused,
            A5 append::a5_an_expectation_without_events_is_checked,
            A6 identity::a6_a_retry_is_given_the_original_places,
            A7 identity::a7_an_id_with_other_content_is_refused,
            A8 identity::a8_a_stream_or_id_named_twice_is_malformed,
            A9 append::a9_each_of_many_appends_succeeds_or_fails_alone,
            A10 race::a10_of_racing_writers_exactly_one_wins,
            A11 durable::a11_what_was_acknowledged_survives_reopening,
            P1 order::p1_positions_grow_in_the_order_of_commits,
            P2 race::p2_a_reader_never_skips_an_event,
            R1 read::r1_a_stream_reads_from_a_version_on,
            R2 read::r2_the_log_reads_after_a_position,
            R3 order::r3_a_stream_reads_in_canonical_order,
            R4 read::r4_paging_meets_every_event_once,
            R5 read::r5_a_stream_that_does_not_exist_reads_as_empty,
            R6 read::r6_versions_are_answered_in_the_order_asked,
            R7 read::r7_a_tag_names_each_stream_once_in_order,
            R8 read::r8_what_comes_back_equals_what_went_in,
            R9 read::r9_tenants_never_meet,
            S1 waiting::s1_a_waiter_wakes_when_the_log_is_longer,
            S2 derived::s2_a_checkpoint_is_saved_only_over_what_was_read,
            D1 derived::d1_due_entries_are_there_if_the_checkpoint_is,
            D2 derived::d2_due_streams_are_listed_earliest_first,
            D3 derived::d3_without_what_is_derived_no_event_is_lost,
            N1 derived::n1_a_snapshot_comes_back_until_replaced_or_dropped,
            E1 append::e1_a_refusal_says_that_a_retry_cannot_help,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __clause_table {
    ($($id:ident $file:ident::$name:ident,)*) => {
        /// Every clause of the contract, in its order.
        pub const CLAUSES: &[Clause] = &[$(Clause {
            id: stringify!($id),
            name: stringify!($name),
            check: |subject| Box::pin(async move { $file::$name(subject).await.map(Into::into) }),
        },)*];
    };
}

crate::__clauses! { __clause_table }
