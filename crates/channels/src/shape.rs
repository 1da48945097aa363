//! What a value looks like, without saying what it is.
//!
//! Whoever mends a mapping needs to see that a time has slashes where hyphens were expected. Nobody needs to see
//! whose birthday it is.

/// The length of a text and the kinds of character in it, for instance `8 characters: digits and slashes`.
pub(crate) fn shape(text: &str) -> String {
    let count = text.chars().count();
    let mut kinds: Vec<&str> = Vec::new();
    for c in text.chars() {
        let kind = kind(c);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let plural = if count == 1 { "" } else { "s" };
    match kinds.as_slice() {
        [] => "nothing".to_owned(),
        [only] => format!("{count} character{plural}: {only}"),
        [first @ .., last] => format!("{count} character{plural}: {} and {last}", first.join(", ")),
    }
}

fn kind(c: char) -> &'static str {
    match c {
        _ if c.is_numeric() => "digits",
        _ if c.is_alphabetic() => "letters",
        ' ' | '\u{a0}' => "blanks",
        '-' => "hyphens",
        '/' => "slashes",
        ':' => "colons",
        '.' => "dots",
        ',' => "commas",
        ';' => "semicolons",
        '+' => "plus signs",
        '_' => "underscores",
        '"' | '\'' => "quotes",
        '@' => "at signs",
        '#' => "hash signs",
        _ if c.is_control() => "control characters",
        _ => "other signs",
    }
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn a_shape_says_what_kind_and_never_what() {
        assert_eq!(shape("1999/01/05"), "10 characters: digits and slashes");
        assert_eq!(shape("7 Apr, 9:30"), "11 characters: digits, blanks, letters, commas and colons");
        assert_eq!((shape(""), shape("x")), ("nothing".into(), "1 character: letters".into()));
    }
}
