//! The terms of effort: what an issue cost the customer, as numbers that can be weighed.

use super::CaseEffort;
use core::fmt;
use serde::{Deserialize, Serialize};
use throughline_core::time::Span;

/// Something that makes an issue hard on the customer, of which more is never easier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EffortTerm {
    /// Times she was asked again who she is, though she had proved it and nobody said why.
    ReAsks,
    /// Transfers.
    Transfers,
    /// Minutes on hold.
    HoldMinutes,
    /// Contacts that she had to begin after the first.
    Repeats,
    /// Contacts that she began on another channel than the one before.
    ChannelSwitches,
    /// Fields that she had to enter again.
    FieldsReentered,
    /// Days for which the issue was open, of her own time, which never pauses.
    DaysOpen,
}

impl EffortTerm {
    /// Every term, in the order in which they are shown and in which [`EffortTerms::amounts`] stand.
    pub const ALL: [Self; 7] = [
        Self::ReAsks,
        Self::Transfers,
        Self::HoldMinutes,
        Self::Repeats,
        Self::ChannelSwitches,
        Self::FieldsReentered,
        Self::DaysOpen,
    ];

    /// Its name, as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReAsks => "re-asks",
            Self::Transfers => "transfers",
            Self::HoldMinutes => "hold-minutes",
            Self::Repeats => "repeats",
            Self::ChannelSwitches => "channel-switches",
            Self::FieldsReentered => "fields-reentered",
            Self::DaysOpen => "days-open",
        }
    }
}

impl fmt::Display for EffortTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How much there is of each term. Counts and lengths of time, so that equal ones are equal and have an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct EffortTerms {
    /// Times she was asked again who she is, though she had proved it and nobody said why.
    pub re_asks: u32,
    /// Transfers.
    pub transfers: u32,
    /// Time on hold, in microseconds.
    pub hold: Span,
    /// Contacts that she had to begin after the first.
    pub repeats: u32,
    /// Contacts that she began on another channel than the one before.
    pub channel_switches: u32,
    /// Fields that she had to enter again.
    pub fields_reentered: u32,
    /// How long the issue was open, in microseconds of her own time.
    pub open_for: Span,
}

impl EffortTerms {
    /// The amount of each term, in the order of [`EffortTerm::ALL`] and in the unit that its name says.
    pub fn amounts(&self) -> [f64; 7] {
        EffortTerm::ALL.map(|term| self.amount(term))
    }

    /// The amount of one term, in the unit that its name says. Never negative: a length of time below none is none.
    pub fn amount(&self, term: EffortTerm) -> f64 {
        let in_units = |span: Span, unit: Span| span.0.max(0) as f64 / unit.0 as f64;
        match term {
            EffortTerm::ReAsks => self.re_asks.into(),
            EffortTerm::Transfers => self.transfers.into(),
            EffortTerm::HoldMinutes => in_units(self.hold, Span::from_secs(60)),
            EffortTerm::Repeats => self.repeats.into(),
            EffortTerm::ChannelSwitches => self.channel_switches.into(),
            EffortTerm::FieldsReentered => self.fields_reentered.into(),
            EffortTerm::DaysOpen => in_units(self.open_for, Span::from_days(1)),
        }
    }
}

impl CaseEffort {
    /// What of it makes a score, for whoever has a fit.
    pub const fn terms(&self) -> EffortTerms {
        EffortTerms {
            re_asks: self.effort.identity_asked_again,
            transfers: self.effort.transfers,
            hold: self.effort.hold,
            repeats: self.repeats,
            channel_switches: self.effort.channel_switches,
            fields_reentered: self.effort.fields_reentered,
            open_for: self.open_for,
        }
    }
}
