//! Boilerplate: a reply that many other customers got in the same words, and that repeats nothing specific of the question.
//!
//! `|S(r) ∩ F| / |S(r)| ≥ τ`, where `S(r)` are the reply's [shingles](Shingles) and `F` the published
//! [fingerprints](Fingerprints), **and** no order number, amount, date or product of the question stands in the reply.
//! No language is known to it.

use super::matcher::Matcher;
use super::specific::shared;
use super::{Annotation, Annotator, AnnotatorFailed, Explanation, Finding, Fingerprints, Said, Shingles};
use alloc::sync::Arc;
use throughline_core::event::{Author, TextVerdict};
use throughline_core::name::Name;

/// The boilerplate test, as an annotator. Its version is that of its fingerprints.
#[derive(Clone, Debug)]
pub struct Boilerplate {
    fingerprints: Arc<Fingerprints>,
    products: Matcher,
}

impl Boilerplate {
    /// The name under which it annotates.
    pub const NAME: &'static str = "boilerplate";

    /// The test by a set of fingerprints. `products` are names that make a reply specific when question and reply have
    /// them both.
    pub fn new<'p>(fingerprints: Arc<Fingerprints>, products: impl IntoIterator<Item = &'p str>) -> Self {
        let mut matcher = Matcher::default();
        for product in products {
            matcher.add(product);
        }
        Self { fingerprints, products: matcher }
    }

    /// The fingerprints that it judges by.
    pub fn fingerprints(&self) -> &Fingerprints {
        &self.fingerprints
    }

    /// What is found of a reply, with what a person needs to check it. It shows words of the texts.
    pub fn explain(&self, said: &Said<'_>) -> Explanation {
        let shingles = Shingles::of(said.text, said.names);
        let finding = self.finding(said, &shingles);
        let covered = shingles.words_of(|shingle| self.fingerprints.contains(shingle));
        let own = shingles.words_of(|shingle| !self.fingerprints.contains(shingle));
        let shared = said.question.map(|question| shared(question, said.text, &self.products));
        let set = &self.fingerprints;
        Explanation {
            finding,
            shingles: shingles.hashes().len(),
            covered,
            own,
            shared: shared.into_iter().flatten().collect(),
            needed_per_mille: set.coverage_per_mille,
            other_customers: set.other_customers,
            version: set.version,
        }
    }

    fn finding(&self, said: &Said<'_>, shingles: &Shingles) -> Finding {
        if !is_reply(said.author) {
            return Finding::NoReply;
        }
        let all = shingles.hashes().len();
        let covered =
            shingles.hashes().iter().filter(|shingle| self.fingerprints.contains(**shingle)).count();
        if all == 0 || covered * 1_000 < all * usize::from(self.fingerprints.coverage_per_mille).max(1) {
            return Finding::OwnWords;
        }
        let specific = said.question.is_some_and(|q| !shared(q, said.text, &self.products).is_empty());
        if specific { Finding::Specific } else { Finding::Boilerplate }
    }
}

/// What people write is judged, and what a program says in a conversation. A machine's mail is no answer anyway.
const fn is_reply(author: Author) -> bool {
    matches!(author, Author::Human | Author::Bot)
}

impl Annotator for Boilerplate {
    fn name(&self) -> Name {
        Name::new(Self::NAME).unwrap_or_else(|_| unreachable!("a constant name"))
    }

    fn version(&self) -> u32 {
        self.fingerprints.version
    }

    /// Says "boilerplate", or nothing: a text in one's own words may still miss the question.
    fn annotate(&self, said: &Said<'_>) -> Result<Annotation, AnnotatorFailed> {
        if !is_reply(said.author) {
            return Ok(Annotation::default());
        }
        let found = self.finding(said, &Shingles::of(said.text, said.names));
        let verdict = (found == Finding::Boilerplate).then_some(TextVerdict::Boilerplate);
        Ok(Annotation { verdict, ..Annotation::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::ShingleCounts;
    use alloc::string::ToString;
    use throughline_core::ids::ProfileId;
    use uuid::Uuid;

    const STOCK: &str =
        "Thank you for your patience, we will come back to you about order 1 as soon as we can.";

    fn test() -> Boilerplate {
        let mut counts = ShingleCounts::new(2);
        for customer in 1..=3 {
            counts.add(ProfileId(Uuid::from_u128(customer)), Shingles::of(STOCK, &[]).hashes());
        }
        Boilerplate::new(Arc::new(counts.fingerprints(4, 800)), ["Travel Card"])
    }

    fn verdict(text: &str, question: &str) -> Option<TextVerdict> {
        let said = Said::new(Author::Human, text).answering(question);
        test().annotate(&said).unwrap_or_default().verdict
    }

    #[test]
    fn what_many_others_were_told_is_boilerplate() {
        assert_eq!(verdict(STOCK, "What is this charge?"), Some(TextVerdict::Boilerplate));
        assert_eq!(verdict(&STOCK.to_uppercase(), "What is this charge?"), Some(TextVerdict::Boilerplate));
        assert_eq!(verdict("We credited the charge of 12 May to your account today.", "What?"), None);
        assert_eq!(verdict("", "What?"), None);
    }

    #[test]
    fn a_number_or_a_product_of_the_question_saves_it() {
        let answer = STOCK.replace("order 1", "order 4711");
        assert_eq!(verdict(&answer, "Where is order #4711?"), None);
        assert_eq!(verdict(&answer, "Where is order #4712?"), Some(TextVerdict::Boilerplate));
        let named = alloc::format!("Travel Card: {STOCK}");
        assert_eq!(verdict(&named, "My travel card is blocked"), None);
        assert_eq!(verdict(&named, "My card is blocked"), Some(TextVerdict::Boilerplate));
    }

    #[test]
    fn what_customers_and_their_machines_write_is_not_judged() {
        for author in [Author::Customer, Author::CustomerAutomatic, Author::Automatic, Author::Unknown] {
            assert_eq!(test().annotate(&Said::new(author, STOCK)), Ok(Annotation::default()), "{author}");
        }
    }

    #[test]
    fn an_explanation_says_what_covered_it_and_what_saved_it() {
        let said = Said::new(Author::Human, STOCK).answering("What is this charge?");
        assert_eq!(
            test().explain(&said).to_string().lines().next(),
            Some(
                "boilerplate by fingerprints 4: 100 % of its 15 shingles were seen in replies to at least 2 other customers (80 % are enough)"
            )
        );
        let answer = STOCK.replace("order 1", "order 4711");
        let said = Said::new(Author::Human, &answer).answering("Where is #4711?");
        assert!(test().explain(&said).to_string().contains("but it repeats of the question: 4711"));
        let said = Said::new(Author::Human, "We credited it today, sorry.");
        assert!(test().explain(&said).to_string().starts_with("not boilerplate by fingerprints 4: 0 %"));
    }
}
