//! A permission in words, for the person who is about to make contact.

use super::{Permission, Refusal};
use core::fmt;

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { purpose, rulebook, refusals, .. } = self;
        if self.is_allowed() {
            return write!(f, "contact for {purpose}: yes, by rulebook {rulebook}");
        }
        write!(f, "contact for {purpose}: no, by rulebook {rulebook}")?;
        for refusal in refusals {
            write!(f, "\n  {refusal}")?;
        }
        match self.allowed_from() {
            Some(from) => write!(f, "\n  allowed from {from}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PurposeNotNamed {} => f.write_str("the rulebook names no such purpose"),
            Self::UnreadInquiry { case, since, .. } => {
                write!(f, "unread inquiry: no person has replied in case {case} since {since}")
            }
            Self::OpenCase { case, topic: Some(topic), since, .. } => {
                write!(f, "open case: {case}, about {topic}, since {since}")
            }
            Self::OpenCase { case, topic: None, since, .. } => {
                write!(f, "open case: {case} since {since}")
            }
            Self::Circumstance { circumstance, since, .. } => {
                write!(f, "circumstance: {circumstance} since {since}")
            }
            Self::Consent { withdrawn: Some(at), .. } => write!(f, "consent: withdrawn {at}"),
            Self::Consent { withdrawn: None, .. } => f.write_str("consent: never given"),
            Self::Frequency { contacts, at_most, within, .. } => {
                write!(f, "frequency: {contacts} within {within}, at most {at_most} are allowed")
            }
        }
    }
}
