//! Columns at fixed places of a line, read through a [`Mapping`](crate::mapping::Mapping) that says where.
//!
//! Places count characters, not bytes, so that a name with an accent moves nothing behind it. A line that ends early
//! has nothing in the columns behind its end: many programs leave blanks at the end of a line out.

use crate::mapping::{FileShape, Span};

/// Cuts lines into columns.
#[derive(Debug)]
pub(crate) struct Cutter {
    spans: Vec<Span>,
    comment: Option<u8>,
}

impl Cutter {
    pub(crate) fn new(file: &FileShape) -> Self {
        Self { spans: file.spans.iter().map(|(_, span)| *span).collect(), comment: file.comment }
    }

    /// Puts the places of the columns in a line into `spans`; `false` if it is blank or a remark.
    pub(crate) fn cut(&self, line: &str, spans: &mut Vec<(u32, u32)>) -> bool {
        spans.clear();
        if line.trim().is_empty()
            || (self.comment.is_some() && line.as_bytes().first() == self.comment.as_ref())
        {
            return false;
        }
        let place = |at: usize| {
            if line.is_ascii() {
                at.min(line.len())
            } else {
                line.char_indices().nth(at).map_or(line.len(), |(place, _)| place)
            }
        };
        spans.extend(self.spans.iter().map(|s| (place(s.start) as u32, place(s.start + s.width) as u32)));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_characters_and_a_short_line_is_no_mistake() {
        let spans = vec![Span { start: 0, width: 4 }, Span { start: 5, width: 3 }];
        let cutter = Cutter { spans, comment: Some(b'#') };
        let mut places = Vec::new();
        assert!(cutter.cut("Zoë  123", &mut places));
        assert_eq!(places, [(0, 5), (6, 9)]);
        assert!(cutter.cut("Ann", &mut places));
        assert_eq!(places, [(0, 3), (3, 3)]);
        assert!(!cutter.cut("  ", &mut places) && !cutter.cut("# a remark", &mut places));
    }
}
