//! What is answered to whoever wants to promise something: yes, no with every reason, or that nothing is known.

use crate::spelling::spelled;
use alloc::vec::Vec;
use core::fmt;
use serde::{Serialize, Serializer};
use throughline_core::name::{Interner, Name, Sym};
use throughline_core::time::{Micros, Span};

/// Whether something may be promised for a time. `N` is what a name is: a [`Sym`] while evaluating, a [`Name`] in the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Feasibility<N = Name> {
    /// What.
    pub what: N,
    /// By when.
    pub due: Micros,
    /// The instant at which it is asked.
    pub as_of: Micros,
    /// Whether it can be kept.
    pub answer: Answer,
    /// Every reason why not.
    pub reasons: Vec<Obstacle>,
    /// The first instant that can be kept; none if no slot is known to be free, or nothing is known at all.
    pub earliest: Option<Micros>,
}

/// Whether a time can be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It can.
    Yes,
    /// It cannot.
    No,
    /// Nothing was declared of it, so nobody can tell.
    NothingKnown,
}

/// One reason why a time cannot be kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Obstacle {
    /// That time has passed already.
    Past {},
    /// It takes longer.
    LeadTime {
        /// Which share of the promises took no longer.
        quantile: f64,
        /// How long they took at most.
        within: Span,
        /// How many promises that is from.
        matured: u32,
        /// When so much time will have passed.
        ready: Micros,
    },
    /// No slot is free.
    Slots {
        /// From when on a slot would be of use.
        from: Micros,
        /// Until when: the time that was asked for.
        until: Micros,
        /// Until when slots were declared at all; none if there were none.
        known_until: Option<Micros>,
    },
}

impl<N> Feasibility<N> {
    /// The version of the JSON form. Fields may be added within a version; none changes its meaning.
    pub const FORMAT: u32 = 1;

    /// The answer where nothing was declared.
    pub const fn nothing_known(what: N, due: Micros, as_of: Micros) -> Self {
        Self { what, due, as_of, answer: Answer::NothingKnown, reasons: Vec::new(), earliest: None }
    }

    /// Whether it is known that it cannot be kept.
    pub fn is_refused(&self) -> bool {
        self.answer == Answer::No
    }
}

impl Feasibility<Sym> {
    /// The same with names spelled out.
    pub fn named(&self, names: &Interner) -> Feasibility {
        let Self { what, due, as_of, answer, reasons, earliest } = self;
        let what = spelled(names, *what);
        Feasibility {
            what,
            due: *due,
            as_of: *as_of,
            answer: *answer,
            reasons: reasons.clone(),
            earliest: *earliest,
        }
    }
}

impl fmt::Display for Feasibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, due, answer, reasons, earliest, .. } = self;
        write!(f, "{what} by {due}: ")?;
        match answer {
            Answer::Yes => f.write_str("yes, it can be kept"),
            Answer::NothingKnown => f.write_str("nothing is known of what can be kept"),
            Answer::No => {
                f.write_str("no")?;
                reasons.iter().try_for_each(|reason| write!(f, "\n  {reason}"))?;
                match earliest {
                    Some(earliest) => write!(f, "\n  can be kept by {earliest} at the earliest"),
                    None => write!(f, "\n  no time can be named: no slot is known to be free"),
                }
            }
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Past {} => f.write_str("that time has passed"),
            Self::LeadTime { quantile, within, matured, ready } => {
                let percent = libm::round(quantile * 1_000.0) / 10.0;
                write!(
                    f,
                    "lead time: {percent} percent of the last {matured} took up to {within}, which is until {ready}"
                )
            }
            Self::Slots { from, until, known_until } => {
                write!(f, "slots: none is free from {from} to {until}")?;
                match known_until {
                    Some(known) if known < until => write!(f, "; known are those until {known}"),
                    Some(_) => Ok(()),
                    None => f.write_str("; there are none at all"),
                }
            }
        }
    }
}

/// The JSON form: what the fields say.
impl Serialize for Feasibility {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Form<'a> {
            format: u32,
            what: &'a Name,
            due: Micros,
            as_of: Micros,
            answer: Answer,
            reasons: &'a [Obstacle],
            earliest: Option<Micros>,
        }
        let Self { what, due, as_of, answer, reasons, earliest } = self;
        let (due, as_of, answer, earliest) = (*due, *as_of, *answer, *earliest);
        Form { format: Self::FORMAT, what, due, as_of, answer, reasons, earliest }.serialize(to)
    }
}
