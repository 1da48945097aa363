//! Courses: which rulebooks are in force in a world, one after the other.

use super::{Bench, START, TRYING};
use throughline_core::name::Interner;
use throughline_core::time::{Micros, Span};
use throughline_rules::rulebook::{DEFAULT, Rulebooks};

const HOUR: Span = Span::from_hours(1);
const DAY: Span = Span::from_days(1);

/// What hits everybody for two days. It takes no more time, so that what a target allows is what its rule says.
const STORM: &str = r#"
disruption = "storm"
from = "2026-01-01T00:00:00Z"
until = "2026-01-03T12:00:00Z"
topics = ["delivery"]
waiver = "fee"
[[who]]
everybody = true
"#;

/// What is promised in this world takes half an hour, and later a day; call backs have slots from the second day on.
const KEPT: [(Span, &str); 3] = [
    (Span::ZERO, "capability = \"call-back\"\n[lead_time]\nwithin = \"30m\"\nmatured = 20\n"),
    (
        HOUR,
        "capability = \"callback\"\n[[slots]]\nfrom = \"2026-01-02T12:00:00Z\"\nuntil = \"2026-01-03T12:00:00Z\"\nleft = 1\n",
    ),
    (DAY, "capability = \"call-back\"\n[lead_time]\nwithin = \"1d\"\nmatured = 40\n"),
];

/// A rulebook that is in force from the beginning, and what is activated later, in the order of the activations.
#[derive(Clone, Debug)]
pub(crate) struct Course {
    first: String,
    activated: Vec<(Micros, String)>,
}

/// The rulebook in which everything happens soon, changed in all that a running case, a score, a limit or a deadline
/// rests on.
pub(crate) fn changed() -> String {
    let mut text = TRYING.to_owned();
    for (from, to) in [
        ("version = \"1\"", "version = \"2\""),
        ("lapse_after = \"5d\"", "lapse_after = \"1d\""),
        (
            "rule = \"answered-by-a-person\"\nclock = \"first-human\"\nwithin = \"1h\"",
            "rule = \"a-new-one\"\nclock = \"first-human\"\nwithin = \"6h\"",
        ),
        (
            "within = \"1d\"\nrepeat = \"1d\"\ntimes = 3\nsettle = \"6h\"",
            "within = \"2h\"\nrepeat = \"1h\"\ntimes = 6\nsettle = \"1h\"",
        ),
        (
            "rule = \"moved\"\ncounts = \"transfers\"\nabove = 1",
            "rule = \"away\"\ncounts = \"transfers\"\nabove = 1",
        ),
        ("of = \"moved\"", "of = \"away\""),
        (
            "half_life = \"1d\"\nflag_at = 3.0\nclear_at = 1.0",
            "half_life = \"6h\"\nflag_at = 2.0\nclear_at = 0.5",
        ),
        ("signal = \"gave-up\"", "signal = \"a-new-sign\""),
    ] {
        assert!(text.contains(from), "the rulebook has changed: {from:?} is gone");
        text = text.replace(from, to);
    }
    text
}

impl Course {
    fn of(first: &str, activated: &[(Span, &str)]) -> Self {
        let activated = activated.iter().map(|(after, text)| (START + *after, (*text).to_owned()));
        Self { first: first.to_owned(), activated: activated.collect() }
    }

    /// The rulebook that ships, alone.
    pub(crate) fn standard() -> Self {
        Self::of(DEFAULT, &[])
    }

    /// The rulebook in which everything happens soon, alone.
    pub(crate) fn trying() -> Self {
        Self::of(TRYING, &[])
    }

    /// Courses with changes: there and back, from the one that ships, several at once, one before an earlier one.
    pub(crate) fn with_changes() -> Vec<Self> {
        let changed = changed();
        let back = TRYING.replace("version = \"1\"", "version = \"3\"");
        vec![
            Self::of(TRYING, &[(HOUR, &changed)]),
            Self::of(TRYING, &[(DAY, &changed), (DAY + DAY + DAY, &back)]),
            Self::of(DEFAULT, &[(HOUR + HOUR, TRYING), (DAY + DAY, &changed)]),
            Self::of(&changed, &[(DAY + DAY + DAY, DEFAULT), (DAY, TRYING)]),
        ]
    }

    /// All texts in one.
    fn text(&self) -> String {
        let texts = self.activated.iter().map(|(_, text)| text.as_str());
        [self.first.as_str()].into_iter().chain(texts).collect::<Vec<_>>().join("\n")
    }

    fn rulebooks(&self, names: &mut Interner) -> Rulebooks {
        let mut rules = Rulebooks::parse(&self.first, names).unwrap();
        for (from, text) in &self.activated {
            rules.activate(*from, text, names).unwrap();
        }
        // Where rulebooks change, a storm hits as well, and what can be kept is known.
        if !self.activated.is_empty() {
            rules.declare(START, STORM, names).unwrap();
            for (after, text) in KEPT {
                rules.declare_capability(START + after, text, names).unwrap();
            }
        }
        rules
    }

    /// A bench with these rulebooks.
    pub(crate) fn bench(&self) -> Bench {
        let mut names = Interner::new();
        let rules = self.rulebooks(&mut names);
        Bench { names, rules }
    }

    /// The same with an interner that met every name in another order.
    pub(crate) fn stranger(&self) -> Bench {
        let (known, text) = (self.bench().names, self.text());
        let mut names = Interner::new();
        for name in ["phone", "home", "cy", "bo"] {
            names.intern(name);
        }
        let mut symbols: Vec<_> = text.split('"').skip(1).step_by(2).filter_map(|n| known.get(n)).collect();
        symbols.reverse();
        for symbol in symbols {
            names.intern(known.resolve(symbol));
        }
        let rules = self.rulebooks(&mut names);
        Bench { names, rules }
    }
}
