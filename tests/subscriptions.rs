//! Subscriptions that a notice which cannot be handled does not stop: its customer is parked, and everyone else goes on.
#![allow(clippy::unwrap_used)]

#[path = "subscriptions/desk.rs"]
mod desk;
#[path = "subscriptions/properties.rs"]
mod properties;

use desk::{Desk, at, number, park, person, rest};
use throughline::engine::{EngineError, EngineErrorKind, Parked};

const ANN: u8 = 201;
const BOB: u8 = 202;
const CLARA: u8 = 203;
const NOTHING: [u8; 0] = [];

#[tokio::test]
async fn a_notice_that_cannot_be_handled_parks_its_customer_and_nobody_else() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2), (ANN, 3), (BOB, 4)]).await;
    let mut reader = desk.reader().await;
    assert_eq!(park(&mut reader, 1).await, NOTHING);
    assert_eq!(rest(&mut reader).await, [2, 4]);
    let parked = reader.parked();
    let [Parked { profile, since, why, tries, .. }] = &parked[..] else { panic!("{parked:?}") };
    assert_eq!((*profile, *since, why.as_str(), *tries), (person(ANN), at(0), "it is poison", 1));
    desk.mails(&[(ANN, 5), (BOB, 6)]).await;
    assert_eq!(rest(&mut reader).await, [6]);
}

#[tokio::test]
async fn who_is_parked_stays_so_over_a_restart_and_checkpoints_go_on() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2), (ANN, 3)]).await;
    let mut first = desk.reader().await;
    park(&mut first, 1).await;
    assert_eq!(rest(&mut first).await, [2]);
    assert!(first.commit().await.unwrap());
    desk.mails(&[(ANN, 4), (BOB, 5)]).await;
    let mut second = desk.reader().await;
    assert_eq!(second.parked(), first.parked());
    assert_eq!(rest(&mut second).await, [5]);
}

#[tokio::test]
async fn what_was_not_committed_before_the_poison_comes_again_and_what_is_behind_it_does_not() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (ANN, 2), (ANN, 3), (BOB, 4)]).await;
    let mut first = desk.reader().await;
    assert_eq!(park(&mut first, 2).await, [1]);
    let mut second = desk.reader().await;
    assert_eq!(rest(&mut second).await, [1, 4]);
}

#[tokio::test]
async fn a_retry_delivers_what_was_held_back_in_order_and_releases_the_customer_with_the_commit() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2), (ANN, 3)]).await;
    let mut reader = desk.reader().await;
    park(&mut reader, 1).await;
    assert_eq!(rest(&mut reader).await, [2]);
    desk.mails(&[(BOB, 4), (ANN, 5)]).await;
    assert!(reader.retry(person(ANN)));
    // What had passed when she was tried again comes first, the rest in its turn.
    assert_eq!(rest(&mut reader).await, [1, 3, 4, 5]);
    assert_eq!(reader.parked().len(), 1, "nothing is known to be dealt with before the commit");
    assert!(reader.commit().await.unwrap());
    assert_eq!(reader.parked(), []);
    assert!(!reader.retry(person(ANN)));
    desk.mails(&[(ANN, 6)]).await;
    let mut again = desk.reader().await;
    assert_eq!((again.parked(), rest(&mut again).await), (vec![], vec![6]));
}

#[tokio::test]
async fn a_commit_right_after_the_last_notice_of_a_retry_releases_the_customer() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (ANN, 2)]).await;
    let mut reader = desk.reader().await;
    park(&mut reader, 1).await;
    assert_eq!(rest(&mut reader).await, NOTHING);
    assert!(reader.retry(person(ANN)));
    for expected in [1, 2] {
        assert_eq!(number(&reader.try_next().await.unwrap().unwrap()), expected);
        assert!(reader.commit().await.unwrap());
    }
    assert_eq!(reader.parked(), []);
}

#[tokio::test]
async fn a_retry_that_fails_counts_and_holds_back_from_where_it_failed() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (ANN, 2), (ANN, 3)]).await;
    let mut reader = desk.reader().await;
    park(&mut reader, 1).await;
    assert_eq!(rest(&mut reader).await, NOTHING);
    for tries in 2..4 {
        assert!(reader.retry(person(ANN)));
        assert_eq!(park(&mut reader, 1).await, NOTHING);
        assert_eq!(rest(&mut reader).await, NOTHING);
        assert!(reader.commit().await.unwrap());
        assert_eq!(reader.parked()[0].tries, tries);
    }
    assert!(reader.retry(person(ANN)));
    assert_eq!(park(&mut reader, 2).await, [1]);
    assert!(reader.commit().await.unwrap());
    assert_eq!(reader.parked()[0].tries, 1, "another notice than before");
    let mut again = desk.reader().await;
    assert_eq!(again.parked(), reader.parked());
    assert!(again.retry(person(ANN)));
    assert_eq!(rest(&mut again).await, [2, 3]);
}

#[tokio::test]
async fn a_retry_that_is_lost_before_its_commit_begins_again() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (ANN, 2), (ANN, 3)]).await;
    let mut first = desk.reader().await;
    park(&mut first, 1).await;
    assert_eq!(rest(&mut first).await, NOTHING);
    assert!(first.commit().await.unwrap());
    assert!(first.retry(person(ANN)));
    assert_eq!(park(&mut first, 3).await, [1, 2]);
    // It dies. Nobody ever said that 1 and 2 are dealt with.
    let mut second = desk.reader().await;
    assert!(second.retry(person(ANN)));
    assert_eq!(rest(&mut second).await, [1, 2, 3]);
}

#[tokio::test]
async fn a_skip_gives_up_on_the_poison_alone() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (ANN, 2), (BOB, 3), (ANN, 4)]).await;
    let mut reader = desk.reader().await;
    assert_eq!(park(&mut reader, 2).await, [1]);
    assert_eq!(rest(&mut reader).await, [3]);
    assert!(reader.commit().await.unwrap());
    let mut again = desk.reader().await;
    assert!(again.skip(person(ANN)));
    assert_eq!(rest(&mut again).await, [4]);
    assert!(again.commit().await.unwrap());
    assert_eq!(desk.reader().await.parked(), []);
    assert!(!again.skip(person(BOB)));
}

#[tokio::test]
async fn what_is_given_up_before_reading_came_to_it_again_does_not_come() {
    // A simulated life found it. A reader parked and died before its commit, so that the checkpoint stayed before the
    // poison. The next one gave up on the poison at once: nothing was held back yet, so the customer counted as tried
    // again in full, and the poison came when reading reached it.
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2), (ANN, 3)]).await;
    park(&mut desk.reader().await, 1).await;
    let mut second = desk.reader().await;
    assert!(second.skip(person(ANN)));
    // Who is released now would be told of the poison after a restart.
    assert!(second.commit().await.unwrap());
    assert_eq!(second.parked().len(), 1);
    let mut third = desk.reader().await;
    assert!(third.retry(person(ANN)));
    assert_eq!(rest(&mut second).await, [2, 3]);
    assert_eq!(rest(&mut third).await, [2, 3]);
    assert!(third.commit().await.unwrap());
    assert_eq!(third.parked(), []);
    assert_eq!(rest(&mut desk.reader().await).await, NOTHING);
}

#[tokio::test]
async fn only_what_failed_can_be_given_up() {
    // A simulated life found it. The poison failed again, was dealt with at the next try, and a commit came before the
    // rest: it recorded that the customer is parked at the place reached, where nothing had failed. Giving up on the
    // poison then gave up on the next notice, which nobody had seen.
    let desk = Desk::open().await;
    desk.mails_at_once(ANN, &[1, 2, 3]).await;
    let mut reader = desk.reader().await;
    let first = reader.try_next().await.unwrap().unwrap();
    reader.park(&first, "it is poison").await.unwrap();
    assert_eq!(rest(&mut reader).await, NOTHING);
    assert!(reader.retry(person(ANN)));
    assert_eq!(reader.try_next().await.unwrap().as_ref(), Some(&first));
    reader.park(&first, "it is poison").await.unwrap();
    assert!(reader.retry(person(ANN)));
    assert_eq!(reader.try_next().await.unwrap().as_ref(), Some(&first));
    assert!(reader.commit().await.unwrap());
    let mut second = desk.reader().await;
    assert_eq!(second.parked()[0].position, first.position);
    assert!(second.skip(person(ANN)));
    let rest = rest(&mut second).await;
    assert_eq!(rest.len(), 2, "{rest:?}");
    assert!(!rest.contains(&number(&first)), "{rest:?}");
}

#[tokio::test]
async fn parking_that_fails_half_way_and_is_done_again_counts_as_one_try() {
    // A simulated life found it. The customer was recorded as parked, then the store was too busy to say who is held back
    // with it, so that `park` failed; parking once more recorded a second try of what was tried once.
    let mut failed = 0;
    for seed in 0..100 {
        let desk = Desk::open().await;
        desk.mails(&[(ANN, 1)]).await;
        let mut reader = desk.unlucky_reader(seed).await;
        let notice = loop {
            if let Ok(Some(notice)) = reader.try_next().await {
                break notice;
            }
        };
        while let Err(error) = reader.park(&notice, "it is poison").await {
            assert!(error.is_retryable(), "seed {seed}: {error}");
            failed += 1;
        }
        assert_eq!(reader.parked()[0].tries, 1, "seed {seed}");
        assert_eq!(desk.reader().await.parked()[0].tries, 1, "seed {seed}");
    }
    assert!(failed > 0, "no store failed");
}

#[tokio::test]
async fn everyone_who_is_linked_with_a_parked_profile_is_held_back_from_the_link_on() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2)]).await;
    let mut reader = desk.reader().await;
    park(&mut reader, 1).await;
    assert_eq!(rest(&mut reader).await, [2]);
    desk.link(7, ANN, BOB).await;
    desk.mails(&[(BOB, 3), (CLARA, 4)]).await;
    assert_eq!(rest(&mut reader).await, [4]);
    // Taken apart, Bob's next mail must not overtake the one that is held back.
    desk.unlink(7, ANN, BOB).await;
    desk.mails(&[(BOB, 5), (ANN, 6)]).await;
    assert_eq!(rest(&mut reader).await, NOTHING);
    assert!(reader.commit().await.unwrap());
    let mut again = desk.reader().await;
    assert_eq!(rest(&mut again).await, NOTHING);
    assert!(again.retry(person(BOB)), "any of her profiles names the customer");
    assert_eq!(rest(&mut again).await, [1, 3, 5, 6]);
    assert!(again.commit().await.unwrap());
    assert_eq!(again.parked(), []);
}

#[tokio::test]
async fn two_parked_customers_who_are_linked_are_tried_again_as_one() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2), (ANN, 3), (BOB, 4)]).await;
    let mut reader = desk.reader().await;
    park(&mut reader, 1).await;
    park(&mut reader, 2).await;
    assert_eq!(rest(&mut reader).await, NOTHING);
    desk.link(7, ANN, BOB).await;
    desk.mails(&[(ANN, 5), (BOB, 6)]).await;
    assert_eq!(rest(&mut reader).await, NOTHING);
    assert!(reader.retry(person(BOB)));
    assert_eq!(park(&mut reader, 4).await, [1, 2, 3]);
    assert!(reader.commit().await.unwrap());
    assert!(reader.retry(person(ANN)));
    assert_eq!(rest(&mut reader).await, [4, 5, 6]);
    assert!(reader.commit().await.unwrap());
    assert_eq!(reader.parked(), []);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_parks_its_customer_by_itself() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2)]).await;
    desk.damage(BOB).await;
    desk.mails(&[(ANN, 3)]).await;
    let mut reader = desk.reader().await;
    assert_eq!(rest(&mut reader).await, [1, 2, 3]);
    let parked = reader.parked();
    assert_eq!((parked.len(), parked[0].profile), (1, person(BOB)));
    assert!(parked[0].why.starts_with("the record cannot be read: "), "{parked:?}");
    assert!(reader.retry(person(BOB)));
    assert_eq!(rest(&mut reader).await, NOTHING);
    assert_eq!(reader.parked()[0].tries, 2);
    assert!(reader.skip(person(BOB)));
    assert_eq!(rest(&mut reader).await, NOTHING);
    assert!(reader.commit().await.unwrap());
    assert_eq!(reader.parked(), []);
}

#[tokio::test]
async fn past_the_limit_nobody_is_parked_and_the_error_says_what_to_do() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2), (ANN, 3)]).await;
    let mut reader = desk.reader().await.park_at_most(1);
    park(&mut reader, 1).await;
    let notice = reader.try_next().await.unwrap().unwrap();
    let error = reader.park(&notice, "it is poison").await.unwrap_err();
    assert!(matches!(error, EngineError::TooManyParked { limit: 1 }), "{error}");
    assert_eq!((error.kind(), error.is_retryable()), (EngineErrorKind::Broken, false));
    assert!(error.to_string().contains("park_at_most"), "{error}");
    assert_eq!(reader.parked().len(), 1);
}

#[tokio::test]
async fn a_reason_is_kept_up_to_200_characters() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1)]).await;
    let mut reader = desk.reader().await;
    let notice = reader.try_next().await.unwrap().unwrap();
    reader.park(&notice, &"ü".repeat(1_000)).await.unwrap();
    assert_eq!(desk.reader().await.parked()[0].why, "ü".repeat(200));
}

#[tokio::test]
async fn of_two_readers_of_one_name_the_one_that_comes_later_is_told_to_stop() {
    let desk = Desk::open().await;
    desk.mails(&[(ANN, 1), (BOB, 2)]).await;
    let (mut first, mut second) = (desk.reader().await, desk.reader().await);
    park(&mut first, 1).await;
    second.try_next().await.unwrap();
    let notice = second.try_next().await.unwrap().unwrap();
    let error = second.park(&notice, "it is poison").await.unwrap_err();
    assert!(matches!(error, EngineError::AnotherReader) && !error.is_retryable(), "{error}");
}
