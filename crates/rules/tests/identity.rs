//! Who is who, decided: each reason by example, and the bytes of an identifier's records.
#![allow(clippy::unwrap_used)]

use throughline_core::event::{Body, IdentifierHash};
use throughline_core::ids::{LinkId, ProfileId};
use throughline_core::name::{Interner, Name};
use throughline_core::wire::DecodeError;
use throughline_rules::identity::record::{IDENTIFIER_KIND, IDENTIFIER_SCHEMA, Record, link_of};
use throughline_rules::identity::{Apart, Holdings, Policy, Verdict};
use throughline_rules::rulebook::Rulebooks;

fn person(number: u8) -> ProfileId {
    ProfileId::from_bytes([number; 16])
}

fn hash(number: u8) -> IdentifierHash {
    IdentifierHash::from_bytes([number; 16])
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// The policy of the rulebook that ships: accounts are unique, a phone joins three profiles.
fn policy() -> Policy {
    Rulebooks::standard(&mut Interner::new()).first().identity.clone()
}

/// A customer of these profiles, each with what it claimed.
fn customer(profiles: &[(u8, &[(&str, u8)])]) -> Holdings {
    let mut held = Holdings::default();
    for (profile, claims) in profiles {
        held.claims.entry(person(*profile)).or_default();
        for (kind, value) in *claims {
            held.claim(person(*profile), name(kind), hash(*value));
        }
    }
    held
}

const PHONE: u8 = 7;

fn phone(policy: &Policy, claimed: &[u8], mine: &Holdings, others: &[Holdings]) -> Verdict {
    let claimed: Vec<ProfileId> = claimed.iter().map(|number| person(*number)).collect();
    policy.decide("phone", hash(PHONE), &claimed, mine, others)
}

#[test]
fn who_claims_first_and_who_is_known_join_nobody() {
    let (policy, one) = (policy(), customer(&[(1, &[("phone", PHONE)])]));
    assert_eq!(phone(&policy, &[1], &one, &[]), Verdict::First);
    let both = customer(&[(1, &[("phone", PHONE)]), (2, &[("phone", PHONE)])]);
    assert_eq!(phone(&policy, &[1, 2], &both, &[]), Verdict::Known);
}

#[test]
fn the_first_of_the_others_that_may_be_joined_is() {
    let policy = policy();
    let mine = customer(&[(3, &[("phone", PHONE), ("account", 1)])]);
    let (stranger, same) = (customer(&[(1, &[("account", 2)])]), customer(&[(2, &[("account", 1)])]));
    let others = [stranger.clone(), same];
    assert_eq!(phone(&policy, &[1, 2, 3], &mine, &others), Verdict::Join(person(2)));
    let unique = Apart::Unique { kind: name("account") };
    assert_eq!(phone(&policy, &[1, 3], &mine, &[stranger]), Verdict::Apart(unique));
}

#[test]
fn a_blocked_value_neither_joins_nor_keeps_apart() {
    let mut policy = policy();
    policy.block(hash(2));
    let (mine, theirs) = (customer(&[(1, &[("account", 1)])]), customer(&[(2, &[("account", 2)])]));
    assert_eq!(phone(&policy, &[2, 1], &mine, std::slice::from_ref(&theirs)), Verdict::Join(person(2)));
    policy.block(hash(PHONE));
    assert_eq!(phone(&policy, &[2, 1], &mine, &[theirs]), Verdict::Apart(Apart::Blocked));
}

#[test]
fn a_profile_with_two_values_of_a_unique_kind_is_joined_to_neither() {
    let (policy, mine) = (policy(), customer(&[(1, &[("account", 1), ("account", 2)])]));
    for value in [1, 2] {
        let theirs = customer(&[(2, &[("account", value)])]);
        assert_eq!(policy.contradiction(&mine, &theirs), Some(name("account")));
    }
    assert_eq!(policy.contradiction(&mine, &customer(&[(2, &[])])), None);
}

#[test]
fn limits_count_profiles_of_a_value_and_values_of_a_customer() {
    let policy = policy();
    let (mine, theirs) = (customer(&[(4, &[])]), customer(&[(1, &[])]));
    assert_eq!(phone(&policy, &[1, 2, 4], &mine, std::slice::from_ref(&theirs)), Verdict::Join(person(1)));
    let many = Apart::TooManyProfiles { limit: 3 };
    assert_eq!(phone(&policy, &[1, 2, 3, 4], &mine, &[theirs]), Verdict::Apart(many));
    let claims: Vec<(&str, u8)> = (10..14).map(|value| ("phone", value)).collect();
    let more: Vec<(&str, u8)> = (13..17).map(|value| ("phone", value)).collect();
    let (mine, theirs) = (customer(&[(1, &claims)]), customer(&[(2, &more)]));
    let too_many = Apart::TooManyValues { kind: name("phone"), values: 7, limit: 6 };
    assert_eq!(policy.keeps_apart(&mine, &theirs), Some(too_many));
    assert_eq!(policy.keeps_apart(&mine, &customer(&[(2, &more[..3])])), None);
}

#[test]
fn what_was_taken_apart_is_kept_apart_through_a_third() {
    let (policy, theirs) = (policy(), customer(&[(3, &[])]));
    let mut mine = customer(&[(1, &[]), (2, &[])]);
    mine.part(person(3), person(2));
    assert_eq!(policy.keeps_apart(&mine, &theirs), Some(Apart::TakenApart));
    assert_eq!(policy.keeps_apart(&theirs, &mine), Some(Apart::TakenApart));
    assert_eq!(policy.keeps_apart(&mine, &customer(&[(4, &[])])), None);
}

#[test]
fn who_is_taken_out_leaves_with_what_it_claimed_and_without_its_links() {
    let mut held = customer(&[(1, &[("account", 1)]), (2, &[("phone", PHONE)]), (3, &[])]);
    let (one, other) = (LinkId::from_bytes([1; 16]), LinkId::from_bytes([2; 16]));
    held.links.extend([(one, (person(1), person(2))), (other, (person(2), person(3)))]);
    assert_eq!(held.links_of(person(1)), [(one, person(2))]);
    let alone = held.take_out(person(1));
    assert_eq!(alone.claims, customer(&[(1, &[("account", 1)])]).claims);
    assert!(alone.links.is_empty() && !held.has(person(1)) && held.links.len() == 1);
    assert!(policy().keeps_apart(&alone, &held) == Some(Apart::TakenApart));
}

/// On disk for ever: these lines are never edited.
#[test]
fn the_bytes_of_an_identifiers_records_are_frozen() {
    let (kind, profile, other, link) = (name("phone"), person(1), person(2), LinkId::from_bytes([3; 16]));
    for (record, bytes) in [
        (Record::Claimed { kind, profile }, [&b"\x01\x05phone"[..], &[1; 16]].concat()),
        (Record::Linked { link, profile, other }, [&[2][..], &[3; 16], &[1; 16], &[2; 16]].concat()),
        (Record::Unlinked { link }, [&[3][..], &[3; 16]].concat()),
    ] {
        let body = record.seal();
        assert_eq!((body.kind, body.schema, body.is_fact()), (1_001, 1, false));
        assert_eq!(body.plain[..], bytes);
        assert!(body.personal.is_empty() && body.tag.is_none());
        assert_eq!(Record::open(&body), Ok(record));
    }
    // One link, whoever of the two claimed last.
    let link = link_of(hash(PHONE), person(1), person(2));
    assert_eq!(link, link_of(hash(PHONE), person(2), person(1)));
    assert_eq!(link.to_string(), "c5c036ea-986b-54b4-847e-cf18f4d02672");
}

#[test]
fn bytes_that_are_no_record_are_refused() {
    let body = |kind, schema, plain: &[u8]| Body { kind, schema, plain: plain.into(), ..Body::default() };
    let open = |plain: &[u8]| Record::open(&body(IDENTIFIER_KIND, IDENTIFIER_SCHEMA, plain)).unwrap_err();
    assert!(matches!(open(&[]), DecodeError::Truncated { .. }));
    assert!(matches!(open(&[9]), DecodeError::UnknownVariant { found: 9, .. }));
    assert!(matches!(open(&[3; 18]), DecodeError::TrailingBytes { extra: 1 }));
    let of = |kind, schema| Record::open(&body(kind, schema, &[])).unwrap_err();
    assert!(matches!(of(1_000, 1), DecodeError::UnknownKind { kind: 1_000 }));
    assert!(matches!(of(IDENTIFIER_KIND, 2), DecodeError::UnknownSchema { schema: 2, .. }));
}
