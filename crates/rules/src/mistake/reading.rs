//! Says what the TOML reader found wrong in the words of a rulebook: what stands there, and what to write instead.

use super::{Mistake, line_of};
use alloc::{format, string::String, string::ToString, vec::Vec};

/// How each key is written. Where a key has another meaning in another table, both are written alike.
const EXAMPLES: &[(&str, &str)] = &[
    ("id", "\"my-rules\""),
    ("version", "\"1\""),
    ("reopen_window", "\"14d\""),
    ("retire_after", "\"90d\""),
    ("lapse_after", "\"60d\""),
    ("closes_at_rating", "0.8"),
    ("reopens_at_rating", "0.4"),
    ("unjudged_human", "\"answers\""),
    ("unjudged_bot", "\"reacts\""),
    ("boilerplate", "\"is-no-reaction\""),
    ("spoken", "\"answers\""),
    ("claimed", "\"answers\""),
    ("acknowledged_by", "[\"human\", \"bot\"]"),
    ("child_of", "[\"lost-bag\"]"),
    ("expected", "\"1d\""),
    ("last", "[\"delivered\"]"),
    ("reason", "\"broken-promise\""),
    ("opens", "\"at-once\""),
    ("unanswered_after", "\"24h\""),
    ("rule", "\"unanswered-within-promise\""),
    ("clock", "\"first-human\""),
    ("channels", "[\"mail\", \"chat\"]"),
    ("topics", "[\"billing\"]"),
    ("within", "\"24h\""),
    ("repeat", "\"3d\""),
    ("times", "3"),
    ("settle", "\"2h\""),
    ("voicemail_within", "\"24h\""),
    ("counts", "\"transfers\""),
    ("above", "2"),
    ("half_life", "\"7d\""),
    ("flag_at", "6.0"),
    ("clear_at", "3.0"),
    ("signal", "\"rated-badly\""),
    ("on", "\"promise-broken\""),
    ("page", "\"cancellation-terms\""),
    ("at_most", "0.4"),
    ("name", "\"moved-house\""),
    ("weight", "2.0"),
    ("cap", "6.0"),
    ("of", "\"unanswered-within-promise\""),
    ("cause", "\"rated-badly\""),
    ("case", "\"open\""),
    ("action", "\"call-and-apologise\""),
    ("owner", "\"team-lead\""),
    ("cooldown", "\"30d\""),
    ("region", "\"DE\""),
    ("form", "\"email\""),
    ("strength", "\"strong\""),
    ("unique", "true"),
    ("blocked", "[\"test@test.com\"]"),
    ("max_profiles", "4"),
    ("max_values", "8"),
    ("calendar", "\"office\""),
    ("disruption", "\"storm-ylva\""),
    ("from", "\"2026-02-03T06:00:00Z\""),
    ("until", "\"2026-02-05T06:00:00Z\""),
    ("waiver", "\"rebooking-fee\""),
    ("longer", "3.0"),
    ("fact", "\"flies 2026-02-03\""),
    ("values", "[\"FRA\", \"MUC\"]"),
    ("accounts", "[\"account 7\"]"),
    ("plans", "[\"basic\"]"),
    ("everybody", "true"),
    ("pauses_for", "[\"customer\"]"),
    ("zone", "\"Europe/Berlin\""),
    ("holidays", "[\"12-25\", \"2026-04-03\"]"),
    ("unread_first", "true"),
    ("circumstances", "[\"bereavement\"]"),
    ("open_case", "\"any\""),
    ("unread_inquiry", "true"),
    ("consent", "\"not-withdrawn\""),
    ("topic", "\"billing\""),
    ("final_bill_within", "\"31d\""),
    ("too_far", "\"record\""),
    ("too_far_rule", "\"promise-too-far\""),
    ("capability", "\"delivery\""),
    ("quantile", "0.9"),
    ("matured", "200"),
    ("left", "3"),
    ("unlimited", "true"),
];

/// Tables that stand in a rulebook once, and those that may stand in it any number of times.
const SINGLE: &[&str] = &[
    "rulebook",
    "cases",
    "promises",
    "churn",
    "identity",
    "contact",
    "charged_after_cancellation",
    "lead_time",
];
const LISTS: &[&str] = &["targets", "limits", "prescriptions", "who", "slots"];

/// The document that a table stands in.
fn holder(table: &str) -> &'static str {
    match table {
        "lead_time" | "slots" => "a capability",
        _ => "a rulebook",
    }
}

/// The mistake that the reader found.
pub(crate) fn mistake(text: &str, error: &toml::de::Error) -> Mistake {
    let offset = error.span().map_or(0, |span| span.start);
    let line = line_of(text, offset);
    let written = text.lines().nth(line - 1).unwrap_or_default().trim();
    Mistake { line, message: reworded(error.message(), written) }
}

fn reworded(message: &str, written: &str) -> String {
    let (what, rest) = message.split_once(" `").unwrap_or((message, ""));
    let named = rest.split('`').next().unwrap_or_default();
    let allowed: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
    let key = written.split('=').next().unwrap_or_default().trim();
    match what {
        "unknown field" => format!("there is no key `{named}` here{}", one_of(named, &allowed)),
        "unknown variant" => format!("`{named}` is nothing that `{key}` can be{}", one_of(named, &allowed)),
        "missing field" => format!("{}; add {}", lacking(written, named), as_written(named)),
        "duplicate key" if LISTS.contains(&key_of(written).as_str()) => {
            let table = key_of(written);
            let holder = holder(&table);
            format!("`[{table}]` may stand in {holder} several times; write each as `[[{table}]]`")
        }
        "duplicate key" => format!("`{}` is written a second time; remove one of the two", key_of(written)),
        "wanted string or table" => {
            format!("`{key}` is no text in quotation marks; write {}", as_written(key))
        }
        _ if message.starts_with("not a length") => format!("`{key}` is {message}"),
        _ => match message.split_once(", expected ") {
            Some((found, expected)) if found.starts_with("invalid ") => {
                let found = found.split_once(": ").map_or(found, |(_, found)| found);
                wrong_type(found, expected, written, key)
            }
            _ => format!("this cannot be read as TOML: {message}"),
        },
    }
}

fn wrong_type(found: &str, expected: &str, written: &str, key: &str) -> String {
    if let Some(table) = written.strip_prefix("[[").and_then(|t| t.strip_suffix("]]")) {
        return format!("`[[{table}]]` stands in {} once; write `[{table}]`", holder(table));
    }
    if let Some(table) = written.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        return format!("`[{table}]` may stand in {} several times; write `[[{table}]]`", holder(table));
    }
    if SINGLE.contains(&key) || LISTS.contains(&key) {
        return format!("`{key}` is a table; write {} and its keys below it", as_written(key));
    }
    let expected = match expected {
        "a string" => "a text in quotation marks",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "a boolean" => "`true` or `false`",
        "f64" => "a number",
        "a sequence" => "a list in brackets",
        other => other,
    };
    if let Some(alone) = found.strip_prefix("string ").filter(|_| expected == "a list in brackets") {
        return format!("`{key}` must be {expected}; write `{key} = [{alone}]`");
    }
    let found = found.replace("map", "a table").replace("sequence", "a list");
    // A list may have any key: those of topics have the topics' names.
    let known = EXAMPLES.iter().any(|(example, _)| *example == key);
    let example = if expected == "a list in brackets" && !known {
        format!("`{key} = [\"…\"]`")
    } else {
        as_written(key)
    };
    format!("`{key}` must be {expected}, not {found}; write for instance {example}")
}

/// The allowed words, the nearest one first if there is a near one.
fn one_of(found: &str, allowed: &[&str]) -> String {
    let list: Vec<String> = allowed.iter().map(|word| format!("`{word}`")).collect();
    let nearest = allowed.iter().map(|word| (distance(found, word), word)).min();
    match nearest {
        Some((distance, word)) if distance <= 1 + found.len() / 4 => {
            format!("; did you mean `{word}`? It can be {}", list.join(", "))
        }
        _ => format!("; write one of {}", list.join(", ")),
    }
}

fn lacking(written: &str, named: &str) -> String {
    let is_table = SINGLE.contains(&named) || LISTS.contains(&named);
    if is_table {
        format!("the rulebook has no `[{named}]`")
    } else if written.starts_with('[') {
        format!("`{written}` lacks `{named}`")
    } else {
        format!("`{named}` is missing")
    }
}

/// A key or a table as it is written in a document.
fn as_written(key: &str) -> String {
    if SINGLE.contains(&key) {
        return format!("`[{key}]`");
    }
    if LISTS.contains(&key) {
        return format!("`[[{key}]]`");
    }
    let example = EXAMPLES.iter().find(|(known, _)| *known == key).map_or("\"…\"", |(_, example)| example);
    format!("`{key} = {example}`")
}

fn key_of(written: &str) -> String {
    let key = written.split('=').next().unwrap_or_default();
    key.trim_matches(|c: char| c.is_whitespace() || c == '[' || c == ']').to_string()
}

/// The number of letters to insert, remove or exchange (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let exchanged = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = exchanged.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
