//! Under which identifiers people are seen, which profiles turn out to be one person, and which do not.

use super::super::census::Census;
use super::super::words::{Source, name};
use super::{Life, browsing};
use throughline_core::event::vocabulary::{
    IdentifierClaimed, IdentityAsked, IdentityVerified, ProfileLinked, ProfileUnlinked,
};
use throughline_core::event::{AskedBy, EventData, IdentifierHash, Strength};
use throughline_core::ids::{ContactId, EventId, LinkId, ProfileId};
use throughline_core::name::Name;
use throughline_core::time::Span;
use uuid::Uuid;

/// A customer registers.
pub(super) fn introduce(life: &mut Life<'_>, census: &Census) {
    let email = life.scribe.words.email.clone();
    claim(life, Source::Web, email, census.email(life.who));
    let (kind, hash) = (life.scribe.words.account.clone(), life.account);
    claim(life, Source::Web, kind, hash);
    if life.dice().chance(300) {
        life.secs(5, 90);
        let phone = life.scribe.words.phone.clone();
        claim(life, Source::Web, phone, census.phone(life.who));
    }
}

/// A caller keys in the number of her account.
pub(super) fn say_account(life: &mut Life<'_>) {
    life.secs(5, 40);
    let (kind, hash) = (life.scribe.words.account.clone(), life.account);
    claim(life, Source::Phone, kind, hash);
}

/// A visitor without a name turns out to be a customer: two profiles are linked, and it is right.
pub(super) fn come_back_unrecognised(life: &mut Life<'_>, census: &mut Census) {
    let known = life.profile;
    life.profile = census.second_profile(life.who);
    browsing::look_around(life);
    let email = life.scribe.words.email.clone();
    claim(life, Source::Web, email, census.email(life.who));
    life.secs(1, 30);
    link(life, known);
}

/// Two people with one telephone are taken for one, until somebody notices.
pub(super) fn be_mistaken_for_a_neighbour(life: &mut Life<'_>, census: &Census) {
    let Some(neighbour) = census.neighbour(life.who) else {
        return;
    };
    let phone = life.scribe.words.phone.clone();
    claim(life, Source::Phone, phone, census.phone(life.who));
    life.secs(1, 30);
    let other = census.profile(neighbour);
    let mistake = link(life, other);
    if life.dice().chance(850) {
        life.wait(Span::from_hours(1), Span::from_days(30));
        both(life, mistake, other, "unlinked", |link, other| ProfileUnlinked { link, other }.into());
    }
}

fn claim(life: &mut Life<'_>, source: Source, kind: Name, hash: IdentifierHash) {
    life.tell(source, IdentifierClaimed { kind, hash });
}

fn link(life: &mut Life<'_>, other: ProfileId) -> LinkId {
    let link = LinkId(life.dice().uuid());
    both(life, link, other, "linked", |link, other| ProfileLinked { link, other }.into());
    link
}

/// Tells something about a link in the streams of both profiles, each under an id that says which half it is.
fn both(
    life: &mut Life<'_>,
    link: LinkId,
    other: ProfileId,
    what: &str,
    data: fn(LinkId, ProfileId) -> EventData,
) {
    let own = life.profile;
    for (here, there) in [(own, other), (other, own)] {
        let half = Uuid::new_v5(&Uuid::new_v5(&link.0, what.as_bytes()), here.as_bytes());
        life.profile = here;
        let told = life.told(Source::Web, data(link, there));
        life.scribe.tell_as(EventId(half), told);
    }
    life.profile = own;
}

/// The caller keys her number into the menu.
pub(super) fn prove(life: &mut Life<'_>, contact: ContactId) {
    let (contact, by) = (Some(contact), AskedBy::Menu);
    life.tell(Source::Phone, IdentityAsked { contact, by, agent: None, strength: None, reason: None });
    life.secs(3, 20);
    let (method, strength) = (Some(name("account-number")), Strength::Low);
    life.tell(Source::Phone, IdentityVerified { contact, method, strength, expires: None });
}

/// An agent asks who it is, whether anybody asked before or not.
pub(super) fn ask(life: &mut Life<'_>, contact: ContactId, agent: &Name) {
    life.secs(5, 20);
    let reason = life.dice().chance(100).then(|| name("new-bank-account"));
    let (contact, agent) = (Some(contact), Some(agent.clone()));
    let asked = IdentityAsked { contact, by: AskedBy::Agent, agent, strength: None, reason };
    life.tell(Source::Phone, asked);
}
