//! How a history reaches the engine: late, twice, before its time, with links made and taken back in between.

use crate::world::{Chance, History, START, STEP, Step, TRYING};
use throughline_core::event::{EventData, NewEvent};
use throughline_core::ids::{LinkId, ProfileId};
use throughline_core::time::{Micros, Span};
use throughline_rules::rulebook::DEFAULT;
use uuid::Uuid;

/// What arrives.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Fact(usize, NewEvent),
    Link(LinkId, usize, usize),
    Unlink(LinkId, usize, usize),
}

/// When it arrives.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    pub(crate) at: Micros,
    pub(crate) op: Op,
}

/// Everything that arrives, in the order in which it does.
#[derive(Clone)]
pub(crate) struct Arrivals {
    trying: bool,
    pub(crate) history: History,
    pub(crate) ops: Vec<Arrival>,
}

/// The profile with a number.
pub(crate) fn profile(number: usize) -> ProfileId {
    ProfileId(Uuid::from_u128(0xF0 + number as u128))
}

const HOUR: i64 = 3_600_000_000;

/// How long after it happened something arrives; before it happened, for what is dated in the future.
const DELAYS: [i64; 10] = [0, 0, 0, 0, 60_000_000, HOUR, 26 * HOUR, 40 * 24 * HOUR, -HOUR, -50 * HOUR];

impl Arrivals {
    /// Up to `most` facts of three profiles, and up to three links.
    pub(crate) fn random(chance: &mut Chance, most: usize) -> Self {
        let steps: Vec<Step> = (0..=chance.below(most))
            .map(|_| {
                let bytes = chance.next().to_le_bytes();
                let mut step = [0; STEP];
                step.copy_from_slice(&bytes[..STEP]);
                step
            })
            .collect();
        let history = History::of(&steps);
        let mut ops = Vec::new();
        let punctual = chance.once_in(3);
        for (ix, event) in &history.events {
            for _ in 0..=usize::from(chance.once_in(6)) {
                let delay = if punctual { 0 } else { DELAYS[chance.below(DELAYS.len())] };
                let (at, op) = (event.occurred_at + Span(delay), Op::Fact(ix.0 as usize, event.clone()));
                ops.push(Arrival { at, op });
            }
        }
        let length = history.end().since(START).0 / HOUR + 2;
        let some_time = |chance: &mut Chance| START + Span::from_hours(chance.below(length as usize) as i64);
        for number in 0..chance.below(4) {
            let (link, a) = (LinkId(Uuid::from_u128(number as u128 + 1)), chance.below(3));
            let b = (a + 1 + chance.below(2)) % 3;
            ops.push(Arrival { at: some_time(chance), op: Op::Link(link, a, b) });
            if chance.once_in(2) {
                ops.push(Arrival { at: some_time(chance), op: Op::Unlink(link, b, a) });
            }
        }
        ops.sort_by_key(|arrival| arrival.at);
        Self { trying: chance.once_in(2), history, ops }
    }

    /// What is told of one profile: when each fact arrives, when it happened, and what it says.
    pub(crate) fn told(facts: impl IntoIterator<Item = (Micros, Micros, EventData)>) -> Self {
        let (arrived, happened): (Vec<_>, Vec<_>) =
            facts.into_iter().map(|(arrived, at, data)| (arrived, (at, data))).unzip();
        let history = History::told(happened);
        let ops = history.events.iter().zip(arrived);
        let ops = ops.map(|((_, event), at)| Arrival { at, op: Op::Fact(0, event.clone()) }).collect();
        Self { trying: false, history, ops }
    }

    pub(crate) const fn rulebook(&self) -> &'static str {
        if self.trying { TRYING } else { DEFAULT }
    }

    /// The same, with every link known from the start and every fact once, in time and in canonical order.
    pub(crate) fn in_time(&self) -> Vec<Arrival> {
        let links = self.ops.iter().filter(|a| !matches!(a.op, Op::Fact(..)));
        let mut ops: Vec<_> = links.map(|a| Arrival { at: START, op: a.op.clone() }).collect();
        let mut facts = self.history.events.clone();
        facts.sort_by_key(|(_, event)| event.canonical_key());
        let facts = facts.into_iter();
        ops.extend(
            facts.map(|(ix, e)| Arrival { at: e.occurred_at, op: Op::Fact(ix.0 as usize, e.clone()) }),
        );
        ops
    }

    /// Lets links arrive at each other's times.
    pub(crate) fn shuffle_links(&mut self, chance: &mut Chance) {
        let places: Vec<usize> =
            (0..self.ops.len()).filter(|i| !matches!(self.ops[*i].op, Op::Fact(..))).collect();
        let mut links: Vec<Op> = places.iter().map(|i| self.ops[*i].op.clone()).collect();
        chance.shuffle(&mut links);
        for (place, op) in places.into_iter().zip(links) {
            self.ops[place].op = op;
        }
    }

    /// The profiles that are one customer, by the links that stand.
    pub(crate) fn customers(&self) -> Vec<Vec<usize>> {
        let taken_back: Vec<LinkId> = self
            .ops
            .iter()
            .filter_map(|a| if let Op::Unlink(l, ..) = a.op { Some(l) } else { None })
            .collect();
        let mut customer = [0, 1, 2];
        for arrival in &self.ops {
            if let Op::Link(link, a, b) = arrival.op
                && !taken_back.contains(&link)
            {
                let (from, to) = (customer[a], customer[b]);
                customer.iter_mut().filter(|c| **c == from).for_each(|c| *c = to);
            }
        }
        let of = |name: usize| (0..3).filter(|p| customer[*p] == name).collect::<Vec<_>>();
        (0..3).map(of).filter(|profiles| !profiles.is_empty()).collect()
    }
}

impl std::fmt::Debug for Arrivals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rulebook {}", if self.trying { "trying" } else { "default" })?;
        for Arrival { at, op } in &self.ops {
            match op {
                Op::Fact(p, e) => {
                    write!(f, "\n  {at}: p{p} {} {}/{} ", e.occurred_at, e.source, e.sequence)?;
                    write!(f, "{:?} {:?}", e.id, e.data)?;
                }
                other => write!(f, "\n  {at}: {other:?}")?,
            }
        }
        Ok(())
    }
}
