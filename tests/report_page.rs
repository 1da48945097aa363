//! The page in a real browser: it renders, says nothing in the console, asks nobody for anything, fits a phone, and
//! no label is cut off or printed over another.
//!
//! Needs Chromium or Chrome; where there is none, the test says so by name.
#![allow(clippy::unwrap_used)]

#[path = "report_page/browser.rs"]
mod browser;

use browser::{Browser, Seen};
use std::io::Write;
use std::path::Path;
use throughline::replay::Gathering;
use throughline::{Replay, Report};
use throughline_testkit::town::Town;

/// The width of a phone's screen, in pixels.
const PHONE: u32 = 390;
const DESK: u32 = 1_280;

fn town() -> Report {
    town_of(800, 20_000)
}

fn town_of(customers: u32, events: u64) -> Report {
    let mut gathering = Gathering::new();
    for arrival in Town::new(7).with_customers(customers).with_events(events).arrivals() {
        gathering.push(arrival.profile, &arrival.event);
    }
    Replay::new().report(&gathering.finish()).unwrap()
}

fn browser(test: &str) -> Option<Browser> {
    let browser = Browser::start();
    if browser.is_none() {
        // Not by `eprintln!`, which the harness keeps to itself when a test passes.
        let word = format!("not run: {test} needs chromium, google-chrome or chrome on the path\n");
        std::io::stderr().write_all(word.as_bytes()).unwrap();
    }
    browser
}

fn look(browser: &mut Browser, folder: &Path, page: &str, width: u32) -> Seen {
    let path = folder.join("page.html");
    std::fs::write(&path, page).unwrap();
    browser.look(&path, width)
}

/// Everything that is wrong with what was seen.
fn accusations(seen: &Seen) -> Vec<String> {
    let mut all = seen.console.clone();
    all.extend(seen.requests.iter().map(|url| format!("asked for {url}")));
    all.extend(seen.problems.clone());
    all
}

#[test]
fn the_page_of_the_town_is_in_order_on_a_phone_and_on_a_desk() {
    let Some(mut browser) = browser("the_page_of_the_town_is_in_order_on_a_phone_and_on_a_desk") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = town().to_html();
    for width in [PHONE, DESK] {
        let seen = look(&mut browser, folder.path(), &page, width);
        assert_eq!(accusations(&seen), Vec::<String>::new(), "at a width of {width}");
        // Nine pictures and ten customers.
        assert_eq!(seen.pictures, 19, "at a width of {width}");
    }
}

/// In the small town too few answer for a fit of effort; here enough do, and its tables must fit a phone.
#[test]
fn the_page_with_weights_of_effort_is_in_order_on_a_phone_and_on_paper() {
    let Some(mut browser) = browser("the_page_with_weights_of_effort_is_in_order_on_a_phone_and_on_paper")
    else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let report = town_of(3_000, 90_000);
    assert!(report.effort_score.fit.is_some(), "{:?}", report.effort_score);
    let seen = look(&mut browser, folder.path(), &report.to_html(), PHONE);
    assert_eq!(accusations(&seen), Vec::<String>::new());
    assert_eq!(browser.print(&folder.path().join("page.html")).problems, Vec::<String>::new());
}

#[test]
fn a_history_of_nothing_has_a_page_too() {
    let Some(mut browser) = browser("a_history_of_nothing_has_a_page_too") else { return };
    let folder = tempfile::tempdir().unwrap();
    let report = Replay::new().report(&Gathering::new().finish()).unwrap();
    let seen = look(&mut browser, folder.path(), &report.to_html(), PHONE);
    assert_eq!(accusations(&seen), Vec::<String>::new());
    assert_eq!(seen.pictures, 0);
}

#[test]
fn the_page_of_the_town_can_be_printed() {
    let Some(mut browser) = browser("the_page_of_the_town_can_be_printed") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    std::fs::write(&path, town().to_html()).unwrap();
    let printed = browser.print(&path);
    assert_eq!(printed.problems, Vec::<String>::new());
    // "%PDF-" in base64, and more behind it than an empty sheet.
    let length = printed.pdf.len();
    assert!(printed.pdf.starts_with("JVBERi0") && length > 50_000, "{length} characters of PDF");
}

#[test]
fn a_page_that_prints_badly_is_accused_of_it() {
    let Some(mut browser) = browser("a_page_that_prints_badly_is_accused_of_it") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    for (mistake, word) in [
        ("<div style='width: 900px'>wide</div>", "wider than the screen"),
        ("<svg viewBox='0 0 100 50'><title>t</title></svg>", "may be cut"),
        (
            "<div style='break-inside: avoid; height: 1200px'><svg viewBox='0 0 100 50'></svg></div>",
            "higher than a page",
        ),
        ("<p style='background: #222; color: #fff'>dark</p>", "dark background"),
        ("<p style='font-size: 8px'>small</p>", "too small"),
        ("<table><thead style='display: block'><tr><th>a</th></tr></thead></table>", "not repeated"),
    ] {
        std::fs::write(&path, format!("<!DOCTYPE html><body>word {mistake}")).unwrap();
        let problems = browser.print(&path).problems;
        assert!(
            problems.iter().any(|a| a.contains(word)),
            "{mistake} should be accused of {word:?}: {problems:?}"
        );
    }
}

/// A check that never accused anybody proves nothing.
#[test]
fn a_page_with_mistakes_is_accused_of_each() {
    let Some(mut browser) = browser("a_page_with_mistakes_is_accused_of_each") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (mistake, word) in [
        ("<div style='width: 600px'>wide</div>", "wider than the screen"),
        ("<img src='http://127.0.0.1:9/x.png' alt=''>", "asked for http://127.0.0.1:9/x.png"),
        ("<script>console.error('oh')</script>", "console"),
        ("<script>undefined.x</script>", "exception"),
        ("<svg viewBox='0 0 100 50'><title>t</title><text x='90' y='20'>cut off</text></svg>", "cut off"),
        (
            "<svg viewBox='0 0 300 50'><title>t</title><text x='9' y='20'>one</text><text x='12' y='22'>two</text></svg>",
            "over another",
        ),
        ("<svg viewBox='0 0 100 50'></svg>", "has no title"),
    ] {
        let page = format!("<!DOCTYPE html><meta name='viewport' content='width=device-width'>{mistake}");
        let accused = accusations(&look(&mut browser, folder.path(), &page, PHONE));
        assert!(
            accused.iter().any(|a| a.contains(word)),
            "{mistake} should be accused of {word:?}: {accused:?}"
        );
    }
}
