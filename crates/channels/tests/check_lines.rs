//! What the check says of logs that need no mapping, and what it never says.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use throughline_channels::check::{Check, CheckOptions, check};
use throughline_channels::open::OpenError;

fn file(name: &str, lines: &[&str]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("check-lines-{name}"));
    std::fs::write(&path, lines.join("\n")).unwrap();
    path
}

fn checked(path: &Path) -> Check {
    check(path, None, CheckOptions::default()).unwrap()
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
}

const NATIVE: [&str; 4] = [
    r#"{"specversion":"1.0","id":"e-77","source":"desk","type":"throughline.contact.started","subject":"ann-4711","time":"2024-05-01T09:30:00Z","traceparent":"00-secret","data":{"contact":"6ba7b812-9dad-11d1-80b4-00c04fd430c8","channel":"mail","direction":"inbound"}}"#,
    r#"{"specversion":"1.0","id":"e-78","source":"desk","type":"throughline.contact.ended","time":"2024-05-01T09:31:00Z","data":{"contact":"6ba7b812-9dad-11d1-80b4-00c04fd430c8","ending":"completed"}}"#,
    "",
    r#"{"specversion":"1.0","id":"e-79","source":"desk","type":"throughline.page.viewed","subject":"ann-4711","time":"1 May, 9:30","data":{"page":"secret"}}"#,
];

#[test]
fn the_check_of_a_native_log_says_what_became_of_each_line_and_why() {
    let path = file("native.ndjson", &NATIVE);
    let shown = checked(&path);
    let text = shown.to_string();
    has(
        &text,
        &[
            "line 1\n    type: 27 characters: letters and dots\n",
            "    subject: 8 characters: letters, hyphens and digits\n",
            "    data.channel: 4 characters: letters\n",
            "  -> contact.started at 2024-05-01T09:30:00Z, id ",
            "line 2\n",
            "    subject: missing\n",
            "  -> rejected: line 2: `subject`: missing; expected ",
            "  -> rejected: line 4: `time`: not a time; expected ",
            "3 lines: 1 gave events, 2 did not\nfields that nothing uses: `traceparent`",
        ],
    );
    assert_eq!((shown.rows_with_events(), shown.counts().rejected()), (1, 2));
    for secret in ["4711", "secret", "e-7", "1 May"] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
    let all = CheckOptions::default();
    let mut values = all;
    values.show_values = true;
    has(&check(&path, None, values).unwrap().to_string(), &["    subject: \"ann-4711\"\n"]);
    let mut one = all;
    one.rows = 1;
    has(&check(&path, None, one).unwrap().to_string(), &["1 lines: 1 gave events, 0 did not"]);
}

#[test]
fn what_is_no_event_at_all_says_where_it_is_wrong() {
    let path = file(
        "broken.ndjson",
        &[r#"{"specversion":"1.0","id":"#, "[1]", &NATIVE[0].replace("inbound", "sideways")],
    );
    let text = checked(&path).to_string();
    has(
        &text,
        &[
            "line 1\n  -> rejected: line 1, column ",
            "line 2\n  -> rejected: line 2, column 1: not a JSON object",
        ],
    );
    has(&text, &["  -> rejected: line 3, column ", "`data`: the data does not fit its kind"]);
    // What a rejected line would have used nobody knows.
    assert!(text.ends_with("every field is used") && !text.contains("sideways"), "{text}");
}

const SEGMENT: [&str; 5] = [
    r#"{"type":"track","messageId":"m-1","anonymousId":"b-9","event":"Live Chat Conversation Started","timestamp":"2024-05-01T09:30:00Z","properties":{"conversation_id":"c-1","colour":"secret"},"context":{"ip":"10.0.0.1"}}"#,
    r#"{"type":"track","messageId":"m-2","userId":"ann-4711","event":"Survey Sent","timestamp":"2024-05-01T09:31:00Z","properties":{"stars":5,"asked":true,"tags":["a"]}}"#,
    r#"{"type":"identify","messageId":"m-3","userId":"ann-4711","timestamp":"2024-05-01T09:32:00Z","traits":{"email":"ann@example.org"}}"#,
    r#"{"type":"page","messageId":"m-4","timestamp":"2024-05-01T09:33:00Z","name":"terms"}"#,
    r#"{"type":"identify","messageId":"m-5","userId":"ann-4711","anonymousId":"b-9","timestamp":"2024-05-01T09:34:00Z"}"#,
];

#[test]
fn the_check_of_a_segment_log_says_what_became_of_each_call() {
    let shown = checked(&file("calls.ndjson", &SEGMENT));
    let text = shown.to_string();
    has(
        &text,
        &[
            "    userId: missing\n    anonymousId: 3 characters: letters, hyphens and digits\n",
            "  -> contact.started at 2024-05-01T09:30:00Z, id ",
            "    properties.stars: a number, 1 character: digits\n",
            "    properties.asked: true or false\n",
            "    properties.tags: a list of 1 item\n",
            "  -> custom at 2024-05-01T09:31:00Z, id ",
            "line 3\n    type: 8 characters: letters\n",
            "  -> ignored: it says nothing that is kept\n",
            "  -> rejected: line 4: `userId`: missing; expected `userId` or `anonymousId`\n",
            "5 lines: 3 gave events, 2 did not\n",
            // What a custom event takes along is of use; without a key identifiers are not.
            "fields that nothing uses: `context.ip`, `properties.colour`, `traits.email`",
        ],
    );
    assert_eq!(text.matches("  -> profile.linked at ").count(), 2, "one call, two events\n{text}");
    for secret in ["4711", "secret", "example", "10.0", "terms"] {
        assert!(!text.contains(secret), "{secret} is in\n{text}");
    }
}

#[test]
fn a_log_that_needs_a_mapping_says_so() {
    let error = check(file("rows.csv", &["a,b", "1,2"]), None, CheckOptions::default()).unwrap_err();
    assert!(matches!(error, OpenError::NeedsMapping), "{error}");
}

#[test]
fn a_hostile_name_of_a_field_does_not_reach_the_terminal_as_it_is() {
    let name = format!("\\u001b[31m{}", "x".repeat(500));
    let line = NATIVE[0].replace("traceparent", &name);
    let text = checked(&file("hostile.ndjson", &[&line])).to_string();
    assert!(!text.contains('\u{1b}') && !text.contains(&"x".repeat(100)), "{text}");
}
