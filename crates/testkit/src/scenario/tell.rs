//! Tells a scenario to whoever answers, in the order in which things arrived.

use super::question::Question;
use super::{Happening, Scenario};
use std::future::Future;
use throughline_core::time::Micros;

/// Who takes in what happens and answers: an engine behind a clock that goes when it is told to.
pub trait Teller: Send {
    /// Why it could not.
    type Error: Send;

    /// It is `now`; does what is due, and says when something is due next.
    fn advance(&mut self, now: Micros) -> impl Future<Output = Result<Option<Micros>, Self::Error>> + Send;

    /// It is `now`, and this becomes known.
    fn learn(
        &mut self,
        now: Micros,
        happening: &Happening,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// It is `now`, and this is asked. Ids and instants in the answer are spelled as names and days later.
    fn answer(
        &mut self,
        now: Micros,
        question: &Question,
    ) -> impl Future<Output = Result<String, Self::Error>> + Send;
}

/// The most steps that time takes between two instants of a story, against a teller who is always due.
const MOST_STEPS: usize = 100_000;

impl Scenario {
    /// Tells what happened, asks what is asked, and returns the whole text with the answers that came: above the
    /// line what was written, below it every question with its answer.
    ///
    /// Between two instants time stops wherever the teller said that something is due, as it does in a service
    /// that looks every second.
    pub async fn tell<T: Teller>(&self, teller: &mut T) -> Result<String, T::Error> {
        let mut arrivals: Vec<&Happening> = self.happenings.iter().collect();
        arrivals.sort_by_key(|happening| happening.arrives);
        let mut arrivals = arrivals.into_iter().peekable();
        let mut due = None;
        let mut text = format!("{}---\n", self.given);
        for (index, asked) in self.questions.iter().enumerate() {
            while let Some(happening) = arrivals.next_if(|h| h.arrives <= asked.at) {
                pass(teller, due, happening.arrives).await?;
                teller.learn(happening.arrives, happening).await?;
                due = teller.advance(happening.arrives).await?;
            }
            due = pass(teller, due, asked.at).await?;
            let answer = teller.answer(asked.at, &asked.question).await?;
            text += if index == 0 { "" } else { "\n" };
            text += &asked.text;
            text += "\n";
            for line in self.names.spell(&answer).lines() {
                text += format!("  {line}").trim_end();
                text += "\n";
            }
        }
        Ok(text)
    }
}

/// Lets time pass until an instant.
async fn pass<T: Teller>(
    teller: &mut T,
    mut due: Option<Micros>,
    until: Micros,
) -> Result<Option<Micros>, T::Error> {
    for _ in 0..MOST_STEPS {
        match due.filter(|due| *due < until) {
            None => break,
            Some(at) => due = teller.advance(at).await?.filter(|next| *next > at),
        }
    }
    teller.advance(until).await
}
