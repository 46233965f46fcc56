//! What every store must do, said once and run against each: memory, SQLite with and without a key.
//!
//! A check gets an empty store and fails by panicking with the reason. Each has the behaviour it proves as its name.

mod cases;
mod changes;
mod erase;
mod feed;
pub(super) mod fixture;
mod others;
mod outbox;
mod people;
mod repair;
mod texts;

pub use texts::hostile_texts;

use super::{Store, StoreError};

/// Runs every check, each on a new store. `wipe` empties the cache of rows.
pub async fn all<S: Store>(make: impl Fn() -> S, wipe: impl Fn(&S)) {
    macro_rules! run {
        ($($module:ident: $($check:ident)*;)*) => {
            $($(told(stringify!($check), $module::$check(&make()).await);)*)*
        };
    }
    run! {
        changes:
            s1_a_batch_lands_together_or_not_at_all
            an_unknown_document_is_empty
            changes_are_read_in_the_order_they_were_stored
            a_change_stored_again_is_passed_over
            the_same_actor_and_number_with_other_content_is_a_fork
            one_change_may_stand_in_two_documents
            s3_a_snapshot_covers_what_it_holds_and_nothing_is_deleted
            a_snapshot_that_lacks_a_change_is_refused
            documents_are_listed_by_their_id;
        feed:
            s5_numbers_are_dense_and_a_failed_batch_gives_them_back
            a_numbered_segment_keeps_its_place
            numbers_of_several_scopes_come_in_one_batch
            ends_are_asked_for_by_division
            a_station_takes_places_over_without_a_hole
            a_feed_is_read_on_in_pieces
            a_change_that_travels_twice_stands_in_both_segments
            a_segment_is_one_frame_for_ever;
        outbox:
            an_own_change_waits_is_sealed_and_receipted
            a_receipt_that_comes_twice_counts_once
            a_receipt_without_a_number_gets_it_later
            a_withdrawn_segment_gives_its_changes_back
            what_comes_back_in_the_feed_need_not_be_sent
            what_is_owed_is_counted_by_document
            the_outbox_is_read_in_pieces;
        repair:
            a_feed_goes_back_and_is_filled_anew
            a_feed_goes_back_to_a_stored_place_only
            what_lies_beyond_a_place_is_told_and_given_whole
            the_lines_of_a_device_have_an_end_each;
        erase:
            an_erased_document_leaves_its_neighbours_whole
            an_erased_division_leaves_hashes_of_own_work_alone
            an_erased_division_can_be_filled_again
            s6_what_was_never_sealed_is_not_erased;
        cases:
            every_view_pages_through_what_it_counts
            what_is_late_is_counted_up_to_a_bound
            lists_hide_what_the_eyes_may_not_see
            a_row_is_replaced_as_a_whole
            search_finds_names_initials_and_tails
            search_pages_from_the_latest_case
            search_has_no_operators
            cases_of_a_person_come_latest_first
            the_highest_number_of_a_device_and_day_is_known
            a_key_that_no_list_gave_leads_nowhere;
        people:
            people_are_found_by_name_initials_and_tails
            people_are_hidden_from_eyes_that_do_not_reach
            whoever_has_the_same_number_or_birthday_is_found_everywhere
            a_household_knows_its_members
            a_person_is_replaced_as_a_whole
            cases_are_found_by_whom_they_are_for;
        others:
            cursors_move_with_what_was_read
            a_revocation_outlives_a_new_certificate
            an_actor_belongs_to_one_device
            a_document_lives_in_one_scope
            a_document_moves_from_where_it_lives
            segments_wait_and_are_set_aside
            named_values_are_listed_by_their_beginning
            what_is_known_is_told_apart;
        texts:
            hostile_texts_are_texts;
    }
    let store = make();
    told("s4_rows_are_folded_anew_into_equal_rows", cases::s4_rows_are_folded_anew(&store, || wipe(&store)).await);
}

fn told(check: &str, result: Result<(), StoreError>) {
    assert!(result.is_ok(), "{check}: {result:?}");
}
