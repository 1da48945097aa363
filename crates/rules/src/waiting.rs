//! Whom a case waits for, and for whom clocks in working time pause.

use serde::{Deserialize, Serialize};

/// Whom a case waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum WaitsFor {
    /// The company.
    Us = 0,
    /// The customer.
    Customer = 1,
    /// Somebody else.
    ThirdParty = 2,
    /// Nobody: it is settled.
    Nobody = 3,
}

/// For whom a clock in working time pauses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pauses {
    /// The customer.
    pub customer: bool,
    /// A third party.
    pub third_party: bool,
}

impl WaitsFor {
    /// Whether it is for somebody without whom we cannot go on.
    pub const fn pauses_us(self) -> bool {
        matches!(self, Self::Customer | Self::ThirdParty)
    }

    /// The words for it in documents and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Customer => "the customer",
            Self::ThirdParty => "a third party",
            Self::Nobody => "nobody",
        }
    }
}

impl core::fmt::Display for WaitsFor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Pauses {
    /// Whether it pauses while a case waits for them.
    #[inline]
    pub const fn for_whom(self, whom: WaitsFor) -> bool {
        match whom {
            WaitsFor::Customer => self.customer,
            WaitsFor::ThirdParty => self.third_party,
            WaitsFor::Us | WaitsFor::Nobody => false,
        }
    }
}
