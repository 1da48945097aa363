//! Matching a line against the forms that a statement can have, and saying what is wrong if none fits.

use super::moment;
use super::names::Names;
use super::token::Token;
use std::collections::BTreeMap;
use throughline_core::event::{
    AccountRole, Channel, Instrument, Strength, SubscriptionChange, TextVerdict, TransferKind,
};
use throughline_core::name::Name;
use throughline_core::time::Micros;

/// What a line says, slot by slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    words: BTreeMap<&'static str, String>,
    moments: BTreeMap<&'static str, Micros>,
    /// What was said or written, after the colon.
    pub(super) text: Option<String>,
}

/// Why a form does not fit: how many words of the line fitted, and what was expected then.
#[derive(Debug)]
pub(super) struct Miss {
    pub(super) at: usize,
    pub(super) expected: String,
    pub(super) form: &'static str,
}

impl Said {
    pub(super) fn get(&self, slot: &str) -> Option<&str> {
        self.words.get(slot).map(String::as_str)
    }

    /// A slot that the form has.
    pub(super) fn word(&self, slot: &str) -> &str {
        self.get(slot).unwrap_or_default()
    }

    pub(super) fn moment(&self, slot: &str) -> Option<Micros> {
        self.moments.get(slot).copied()
    }

    pub(super) fn number(&self, slot: &str) -> u16 {
        self.word(slot).parse().unwrap_or_default()
    }

    /// A number that may be larger.
    pub(super) fn amount(&self, slot: &str) -> u32 {
        self.word(slot).parse().unwrap_or_default()
    }
}

/// Matches a line against a form: `human <agent> answers <contact> [judged <verdict>]`.
pub(super) fn fit(form: &'static str, line: &[Token], names: &Names) -> Result<Said, Miss> {
    let mut said = Said::default();
    let mut at = 0;
    let mut last_miss: Option<(usize, String)> = None;
    for (optional, items) in groups(form) {
        let (mut trial, mut here) = (said.clone(), at);
        let missed = items.iter().find_map(|item| match take(item, &line[here..], names, &mut trial) {
            Ok(taken) => {
                here += taken;
                None
            }
            Err(expected) => Some(expected),
        });
        match missed {
            None => (said, at) = (trial, here),
            Some(expected) if optional && here == at => {
                last_miss.get_or_insert((at, expected));
            }
            Some(expected) => return Err(Miss { at: here, expected, form }),
        }
    }
    if at == line.len() {
        return Ok(said);
    }
    let expected = last_miss.filter(|(missed_at, _)| *missed_at == at).map(|(_, expected)| expected);
    Err(Miss { at, expected: expected.unwrap_or_else(|| "the end of the line".into()), form })
}

/// The groups of a form: what must stand there, and what may, in brackets.
fn groups(form: &'static str) -> Vec<(bool, Vec<&'static str>)> {
    let mut groups = vec![(false, Vec::new())];
    for item in form.split_whitespace() {
        if item.starts_with('[') {
            groups.push((true, Vec::new()));
        }
        if let Some((_, items)) = groups.last_mut() {
            items.push(item.trim_matches(['[', ']']));
        }
        if item.ends_with(']') {
            groups.push((false, Vec::new()));
        }
    }
    groups
}

/// Takes one item of a form from the front of a line; says how many tokens it took, or what was expected.
fn take(item: &'static str, line: &[Token], names: &Names, said: &mut Said) -> Result<usize, String> {
    let Some(slot) = item.strip_prefix('<').and_then(|item| item.strip_suffix('>')) else {
        let fits = matches!(line.first(), Some(Token::Word(word)) if word == item);
        return if fits { Ok(1) } else { Err(format!("`{item}`")) };
    };
    if slot == "moment" || slot == "start" {
        let at = match line {
            [Token::Word(day), Token::Word(number), Token::Word(time), ..] if day == "day" => {
                moment::read(number, time)
            }
            _ => None,
        };
        said.moments.insert(slot, at.ok_or("an instant such as `day 2 10:00`")?);
        return Ok(3);
    }
    let (word, quoted) = match line.first() {
        Some(Token::Word(word)) => (word.as_str(), false),
        Some(Token::Quoted(word)) => (word.as_str(), true),
        _ => ("", false),
    };
    let listed = |known: Vec<&str>| known.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
    let known = |known: Vec<&str>, what: &str| {
        let list = if known.is_empty() { "there is none so far".to_owned() } else { listed(known.clone()) };
        if known.contains(&word) { Ok(()) } else { Err(format!("{what} ({list})")) }
    };
    let is_name = !word.is_empty() && Name::new(word).is_ok();
    let found = match slot {
        "who" | "other" => known(names.customers.keys().map(String::as_str).collect(), "a customer"),
        "channel" => known(Channel::ALL.iter().map(|c| c.as_str()).collect(), "a channel"),
        "verdict" => known(TextVerdict::ALL.iter().map(|v| v.as_str()).collect(), "a verdict"),
        "transfer" => known(TransferKind::ALL.iter().map(|t| t.as_str()).collect(), "a kind of transfer"),
        "instrument" => known(Instrument::ALL.iter().map(|i| i.as_str()).collect(), "an instrument"),
        "contact" if quoted => {
            known(names.contacts.keys().map(String::as_str).collect(), "a contact that began")
        }
        "promise" if quoted => {
            known(names.promises.keys().map(String::as_str).collect(), "a promise that was made")
        }
        "link" if quoted => known(names.links.keys().map(String::as_str).collect(), "a link that was made"),
        "event" if quoted => known(
            names.events.keys().map(String::as_str).collect(),
            "an event that is `[known as …]` something",
        ),
        "disruption" if quoted => {
            known(names.disruptions.keys().map(String::as_str).collect(), "a disruption with a block above")
        }
        "contact" | "promise" | "link" | "event" | "disruption" => {
            Err(format!("the {slot}'s name in quotation marks"))
        }
        "new" if is_name && quoted => Ok(()),
        "new" => Err("a new name in quotation marks".into()),
        "strength" => known(Strength::ALL.iter().map(|s| s.as_str()).collect(), "a strength"),
        "change" => known(SubscriptionChange::ALL.iter().map(|c| c.as_str()).collect(), "a change"),
        "role" => known(AccountRole::ALL.iter().map(|r| r.as_str()).collect(), "a role"),
        "number" | "of" | "worst" | "percent" if word.parse::<u16>().is_ok() => Ok(()),
        "reach" | "minor" if word.parse::<u32>().is_ok() => Ok(()),
        "number" | "of" | "worst" | "percent" | "reach" | "minor" => Err("a whole number".into()),
        _ if is_name => Ok(()),
        _ => Err(format!("the name of the {slot}")),
    };
    found?;
    said.words.insert(slot, word.to_owned());
    Ok(1)
}

/// What to say when no form fits: the ones that went furthest.
pub(super) fn complaint(misses: &[Miss], line: &[Token]) -> String {
    let furthest = misses.iter().map(|m| m.at).max().unwrap_or_default();
    let nearest: Vec<&Miss> = misses.iter().filter(|m| m.at == furthest).collect();
    let mut expected: Vec<&str> = nearest.iter().map(|m| m.expected.as_str()).collect();
    expected.sort_unstable();
    expected.dedup();
    let before: Vec<String> = line[..furthest].iter().map(ToString::to_string).collect();
    let found =
        line.get(furthest).map_or_else(|| "the line ends".to_owned(), |t| format!("`{t}` stands there"));
    let place = if before.is_empty() { String::new() } else { format!("after `{}` ", before.join(" ")) };
    let advice = match nearest.as_slice() {
        [only] => format!("; the form is `{}`", only.form),
        _ => String::new(),
    };
    format!("{place}{found}; expected {}{advice}", expected.join(" or "))
}
