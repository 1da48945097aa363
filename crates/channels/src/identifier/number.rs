//! Accounts, cards, devices, and whatever else is compared as it is written.

use super::Read;

/// Without blanks, in capital letters. Hyphens stay: `1-11` and `11-1` are two accounts.
pub(super) fn account(value: &str) -> Read {
    let left: String = value.split_whitespace().collect();
    some(left.to_uppercase(), "at least one letter or digit, for instance `K 4711`")
}

/// The digits of a card whose check digit is right (Luhn, ISO/IEC 7812-1).
pub(super) fn card(value: &str) -> Read {
    const EXPECTED: &str = "12 to 19 digits, with blanks or hyphens between them, and the right check digit";
    let left: String = value.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits: Option<Vec<u32>> = left.chars().map(|c| c.to_digit(10)).collect();
    let digits = digits.filter(|digits| (12..=19).contains(&digits.len())).ok_or(EXPECTED)?;
    let doubled = |(place, digit): (usize, &u32)| match place % 2 {
        1 if *digit > 4 => digit * 2 - 9,
        1 => digit * 2,
        _ => *digit,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    if sum.is_multiple_of(10) { Ok(left) } else { Err(EXPECTED) }
}

/// As it is: machines write what they were given.
pub(super) fn device(value: &str) -> Read {
    const EXPECTED: &str = "at least one character and no blank inside";
    if value.contains(char::is_whitespace) { Err(EXPECTED) } else { some(value.to_owned(), EXPECTED) }
}

/// As it is, with one blank where there are several.
pub(super) fn text(value: &str) -> Read {
    some(value.split_whitespace().collect::<Vec<_>>().join(" "), "at least one character that is no blank")
}

fn some(value: String, expected: &'static str) -> Read {
    if value.is_empty() { Err(expected) } else { Ok(value) }
}
