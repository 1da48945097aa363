//! What a store still holds after it was closed and opened again.

use super::evidence::{Violation, log, same};
use super::sample::{append, part, stream, together};
use super::{Subject, Verdict};
use crate::outcome::outcome;
use throughline_store::append::ExpectedVersion::{Any, Exact, NoStream};

pub(super) async fn a11_what_was_acknowledged_survives_reopening(
    subject: &dyn Subject,
) -> Result<Verdict, Violation> {
    let store = subject.fresh().await;
    let is_durable = store.capabilities().durable;
    let (a, b) = (stream(1), stream(2));
    let first = together(vec![part(a.clone(), NoStream, &[1, 2]), part(b.clone(), NoStream, &[3])]);
    let mut appended = store.append(first.clone()).await?;
    let last = store.append(append(a.clone(), Any, &[4])).await?.places[0][0];
    let before = log(&*store).await?;
    let Some(store) = subject.reopen(store).await else {
        return if is_durable {
            Err(Violation::new("the store declares itself durable and cannot be opened again"))
        } else {
            Ok(Verdict::NotClaimed("the store declares itself not durable"))
        };
    };
    same("the log after reopening", &log(&*store).await?, &before)?;
    same("the head after reopening", &store.head().await?, &last.position)?;

    // The indexes are back as well: a retry is known, a version is known, and positions go on.
    appended.places.iter_mut().flatten().for_each(|place| place.was_there = true);
    same("the answer to a retry after reopening", &outcome(store.append(first).await), &Ok(appended))?;
    let next = store.append(append(a, Exact(last.version), &[5])).await?.places[0][0];
    if next.position <= last.position {
        return Err(Violation::new("positions do not go on after reopening"));
    }
    Ok(Verdict::Kept)
}
