//! What our HTML pages have in common: they stand alone, and the browser itself sees to it.

use maud::{Markup, html};

/// Nothing may be loaded and nothing may run.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// What stands first in the head of a page that needs nothing but itself.
pub(crate) fn self_contained() -> Markup {
    html! {
        meta charset="utf-8";
        meta http-equiv="Content-Security-Policy" content=(POLICY);
        meta name="viewport" content="width=device-width, initial-scale=1";
        // Else a browser asks the server for one.
        link rel="icon" href="data:,";
    }
}
