//! Two people and one phone: linked by mistake, taken back, and not linked again; then a phone that half the street uses.
//!
//! Run with `cargo run --example identity`. What is told here in prose: `docs/IDENTITY.md`.
#![allow(clippy::print_stdout, reason = "an example prints")]
use std::sync::Arc;
use throughline::Engine;
use throughline::core::event::vocabulary::ContactStarted;
use throughline::core::event::{Channel, Direction, NewEvent};
use throughline::core::identifier::{Identifier, IdentifierKey};
use throughline::core::ids::{ContactId, EventId, ProfileId};
use throughline::core::name::Name;
use throughline::core::time::Micros;
use throughline::engine::Claimed;
use throughline::store::memory::MemoryStore;

/// 1 January 2026, 9:00.
const NOW: Micros = Micros(1_767_258_000_000_000);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A service reads its key from where it keeps secrets: sixteen random bytes, the same for ever.
    let engine = Engine::builder(Arc::new(MemoryStore::new()))
        .identifier_key(IdentifierKey::new(*b"not-so-secret-16"))
        .clock(|| NOW)
        .start()
        .await?;
    let home = Identifier::new("phone", "+49 30 901820")?;
    let (ann, bob) = (ProfileId::derived("pbx", "ann"), ProfileId::derived("shop", "bob"));

    println!("Ann mails about her bill; she and Bob give the number of their home");
    engine.record(ann, mail("ann")?).await?;
    claim(&engine, "Ann", ann, &home).await?;
    let claimed = claim(&engine, "Bob", bob, &home).await?;
    show(&engine, &[("Ann", ann), ("Bob", bob)]).await?;

    if let Claimed::Joined { link, with } = claimed {
        println!("\nIt was a mistake: they are two people, so somebody takes the link back");
        engine.unlink(link, bob, with).await?;
        show(&engine, &[("Ann", ann), ("Bob", bob)]).await?;
        println!("  and however often they call from there:");
        claim(&engine, "Bob", bob, &home).await?;
    }

    println!("\nThree neighbours with accounts of their own use the phone of the corner shop");
    let shop = Identifier::new("phone", "+49 30 901821")?;
    let mut street = Vec::new();
    for (name, account) in [("Carl", "K-1"), ("Dora", "K-2"), ("Emil", "K-3")] {
        let profile = ProfileId::derived("shop", name);
        claim(&engine, name, profile, &Identifier::new("account", account)?).await?;
        claim(&engine, name, profile, &shop).await?;
        street.push((name, profile));
    }
    println!("  {} customers claimed it", engine.who_is(&shop).await?.len());
    println!("  a visitor without an account is the fourth:");
    claim(&engine, "Fay", ProfileId::derived("shop", "fay"), &shop).await?;
    Ok(engine.shutdown().await?)
}

async fn claim(
    engine: &Engine,
    name: &str,
    profile: ProfileId,
    identifier: &Identifier,
) -> Result<Claimed, Box<dyn std::error::Error>> {
    let identified = engine.identify(profile, identifier, NOW, Name::new("desk")?).await?;
    println!("  {name}, by {}: {identified}", identifier.kind);
    Ok(identified.claimed)
}

async fn show(engine: &Engine, people: &[(&str, ProfileId)]) -> Result<(), Box<dyn std::error::Error>> {
    for (name, profile) in people {
        let profiles = engine.customer(*profile).await?.profiles.len();
        let cases = engine.journey(*profile, NOW).await?.cases.len();
        println!("  {name}'s customer has {profiles} profile(s) and {cases} case(s)");
    }
    Ok(())
}

fn mail(who: &str) -> Result<NewEvent, Box<dyn std::error::Error>> {
    let (contact, channel, direction) = (ContactId::derived("mail", who), Channel::Mail, Direction::Inbound);
    let data = ContactStarted {
        contact,
        channel,
        direction,
        topic: Some(Name::new("billing")?),
        issue: None,
        purpose: None,
    };
    Ok(NewEvent::new(EventId::derived("mail", who), NOW, Name::new("mail")?, data.into()))
}
