//! Rust text without what must not be searched: comments, literals, and code that only tests have.
//!
//! Not a parser: it knows where comments, strings, characters and braces begin and end, and that is enough to
//! search for names. Everything removed becomes blanks, so that lines keep their numbers.

/// The text without comments and without what stands in quotes.
pub(crate) fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = at + skipped(&text[at..], out.as_bytes().last().copied());
        if end > at {
            out.extend(text[at..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            let c = text[at..].chars().next().unwrap();
            out.push(c);
            at += c.len_utf8();
        }
    }
    out
}

/// How many bytes of a comment or a literal stand at the front of `rest`.
fn skipped(rest: &str, before: Option<u8>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let starts_word = !before.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_');
    if starts_word && let Some(length) = raw_string(rest) {
        return length;
    }
    match rest.as_bytes()[0] {
        b'"' => quoted(rest, b'"'),
        b'\'' => character(rest),
        _ => 0,
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let pair = rest.as_bytes().get(at..at + 2).unwrap_or_default();
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.strip_prefix("br").or_else(|| rest.strip_prefix('r'))?;
    let count = hashes.len() - hashes.trim_start_matches('#').len();
    let body = hashes[count..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(count));
    let begin = rest.len() - body.len();
    Some(body.find(&close).map_or(rest.len(), |at| begin + at + close.len()))
}

fn quoted(rest: &str, quote: u8) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// A character, but not a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), _) => quoted(rest, b'\''),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

/// Code as [`code`] gives it, without modules and functions that stand under `#[cfg(test)]`.
pub(crate) fn shipped(code: &str) -> String {
    let mut out = code.to_owned();
    while let Some(begin) = out.find("#[cfg(test)]") {
        let rest = &out[begin..];
        let end = match (rest.find('{'), rest.find(';')) {
            (Some(brace), semicolon) if semicolon.is_none_or(|s| brace < s) => brace + block(&rest[brace..]),
            (_, Some(semicolon)) => semicolon + 1,
            _ => rest.len(),
        };
        let blank: String = rest[..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        out.replace_range(begin..begin + end, &blank);
    }
    out
}

/// The length of the block in braces that `rest` begins with.
fn block(rest: &str) -> usize {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    rest.len()
}

/// Whether a file holds nothing but tests, examples or benches.
pub(crate) fn is_test(path: &str) -> bool {
    let folder = |name: &str| path.starts_with(&format!("{name}/")) || path.contains(&format!("/{name}/"));
    folder("tests") || folder("benches") || path.ends_with("/tests.rs")
}

/// The lines, counted from 1, at which `name` stands and is not a part of a longer name.
pub(crate) fn lines_with(code: &str, name: &str) -> Vec<usize> {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let inside = |before: Option<char>, after: Option<char>| {
        (name.starts_with(part_of_name) && before.is_some_and(part_of_name))
            || (name.ends_with(part_of_name) && after.is_some_and(part_of_name))
    };
    code.match_indices(name)
        .filter(|(at, _)| !inside(code[..*at].chars().next_back(), code[at + name.len()..].chars().next()))
        .map(|(at, _)| code[..at].matches('\n').count() + 1)
        .collect()
}

#[test]
fn comments_and_literals_are_no_code() {
    for hidden in [
        "// secret",
        "/// secret",
        "/* a /* secret */ secret */",
        "\"secret\"",
        "\"a \\\" secret\"",
        "r#\"a \" secret\"#",
        "br\"secret\"",
        "b\"secret\"",
    ] {
        let text = format!("before {hidden}\nafter");
        let code = code(&text);
        assert!(
            !code.contains("secret") && code.contains("before") && code.contains("after"),
            "{text}: {code}"
        );
        assert_eq!(code.lines().count(), 2);
    }
}

#[test]
fn lifetimes_and_characters_are_told_apart() {
    let code = code("fn f<'a>(x: &'a str) { x.find('\"'); x.find('\\''); x.find('é') } seen");
    assert!(
        code.contains("<'a>") && code.contains("&'a str") && code.contains("seen") && !code.contains('"')
    );
}

#[test]
fn what_only_tests_have_is_not_shipped() {
    let text =
        "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { {} } }\nfn c() {}\n#[cfg(test)]\nmod d;\nfn e() {}";
    let code = shipped(text);
    for (name, is_there) in [("a()", true), ("b()", false), ("c()", true), ("mod d", false), ("e()", true)] {
        assert_eq!(code.contains(name), is_there, "{name}: {code}");
    }
}

#[test]
fn names_are_found_whole_and_with_their_lines() {
    assert_eq!(lines_with("a std::x\nmystd::y\n(std::z)", "std::"), [1, 3]);
    assert_eq!(lines_with("x.exp()\nx.expect()\nx.exp2()", ".exp("), [1]);
    assert_eq!(lines_with("Instant\nInstants", "Instant"), [1]);
}
