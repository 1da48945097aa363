//! Two texts, line by line: what is only in one of them, with a little around it.

/// The lines around a difference that are shown.
const AROUND: usize = 2;

/// The difference of two texts in a form that can be read: `-` what was expected, `+` what came, three dots
/// where nothing differs. Empty if the texts are equal.
/// ```
/// use throughline_testkit::scenario::difference;
///
/// assert_eq!(difference("a\nb\nc\n", "a\nB\nc\n"), "  a\n- b\n+ B\n  c\n");
/// assert_eq!(difference("a\n", "a\n"), "");
/// ```
pub fn difference(expected: &str, came: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), came.lines().collect());
    let lines = aligned(&old, &new);
    let differs: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].0 != ' ').collect();
    let mut out = String::new();
    let mut shown_until = 0;
    for (index, (mark, line)) in lines.iter().enumerate() {
        if differs.iter().any(|d| d.abs_diff(index) <= AROUND) {
            if index > shown_until {
                out += "  …\n";
            }
            out.extend([mark.to_string().as_str(), " ", line, "\n"]);
            shown_until = index + 1;
        }
    }
    out
}

/// Every line of both texts, with the mark that says where it is: a longest common subsequence.
fn aligned<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<(char, &'t str)> {
    let mut common = vec![vec![0_u32; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || common[i + 1][j] >= common[i][j + 1]) {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    lines
}
