//! The words of a line: bare ones, quoted ones, remarks in brackets, and the colon before what was said.

/// One piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Quoted(String),
    Remark(String),
    Colon,
}

/// Takes a line apart.
pub(super) fn tokens(line: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let closed = |close: char, what: &str| {
            rest[1..]
                .find(close)
                .map(|end| end + 1)
                .ok_or_else(|| format!("{what} is opened and not closed; add `{close}`"))
        };
        let end = match first {
            '"' => {
                let end = closed('"', "a quotation")?;
                tokens.push(Token::Quoted(rest[1..end].to_owned()));
                end + 1
            }
            '[' => {
                let end = closed(']', "a remark in brackets")?;
                tokens.push(Token::Remark(rest[1..end].to_owned()));
                end + 1
            }
            ':' => {
                tokens.push(Token::Colon);
                1
            }
            _ => {
                let stop = |c: char| c.is_whitespace() || c == '"' || c == '[';
                let end = rest.find(stop).unwrap_or(rest.len());
                let word = &rest[..end];
                match word.strip_suffix(':') {
                    Some(word) => tokens.extend([Token::Word(word.to_owned()), Token::Colon]),
                    None => tokens.push(Token::Word(word.to_owned())),
                }
                end
            }
        };
        rest = rest[end..].trim_start();
    }
    Ok(tokens)
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Word(word) => write!(f, "{word}"),
            Self::Quoted(text) => write!(f, "\"{text}\""),
            Self::Remark(text) => write!(f, "[{text}]"),
            Self::Colon => write!(f, ":"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_falls_into_words_quotations_and_remarks() {
        let word = |w: &str| Token::Word(w.into());
        let line = "at 10:00 bo answers \"m 1\": \"yes: no\" [late]";
        let expected = [
            word("at"),
            word("10:00"),
            word("bo"),
            word("answers"),
            Token::Quoted("m 1".into()),
            Token::Colon,
            Token::Quoted("yes: no".into()),
            Token::Remark("late".into()),
        ];
        assert_eq!(tokens(line), Ok(expected.to_vec()));
        assert!(tokens("a \"b").unwrap_err().contains("not closed"));
    }
}
