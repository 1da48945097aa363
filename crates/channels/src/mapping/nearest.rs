//! Which word somebody meant.

/// What to write instead of a word that is none of these.
pub(super) fn instead(word: &str, known: &[&str]) -> String {
    let nearest = known.iter().map(|k| (distance(word, k), *k)).min();
    match nearest {
        Some((mistakes, nearest)) if mistakes <= 1 + nearest.len() / 4 => format!("`{nearest}`"),
        // Where there is no choice, whatever was meant was this.
        Some((_, only)) if known.len() == 1 => format!("`{only}`"),
        _ if known.is_empty() => "nothing there".to_owned(),
        _ => format!("one of `{}`", known.join("`, `")),
    }
}

/// How many letters must be changed, put in or left out (Levenshtein), on one row of the usual table.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_gets_the_word_and_a_guess_gets_the_list() {
        assert_eq!(instead("tikcet", &["phone", "ticket"]), "`ticket`");
        assert_eq!(instead("carrier pigeon", &["phone", "ticket"]), "one of `phone`, `ticket`");
        assert_eq!((distance("", "abc"), distance("kitten", "sitting")), (3, 3));
    }
}
