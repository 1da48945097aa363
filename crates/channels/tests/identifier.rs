//! Identifiers: what is one however it is written, what is none, and that no error shows a value.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use throughline_channels::identifier::{Hasher, Normaliser};
use throughline_core::identifier::{Form, IdentifierKey};

fn normal(form: Form, value: &str) -> Option<String> {
    Normaliser::new().normal(form, value).ok().map(|normal| normal.as_str().to_owned())
}

#[test]
fn one_identifier_has_one_normal_form_however_it_is_written() {
    for (form, normal_form, written) in [
        (Form::Email, "ann@example.org", &[" Ann@Example.org", "ann@EXAMPLE.ORG ", "ANN@example.org"][..]),
        (Form::Phone, "+4930901820", &["+49 30 901820", "+49-30-901820", "+49 (30) 901820"]),
        (Form::Account, "K-4711", &["k-4711", " K - 4711 ", "K-47 11"]),
        (Form::Card, "4111111111111111", &["4111 1111 1111 1111", "4111-1111-1111-1111"]),
        (Form::Device, "a7F3", &["a7F3", " a7F3\n"]),
        (Form::Handle, "mastodon/ann", &["Mastodon/@Ann", "mastodon / ann"]),
        (Form::Text, "c 7", &["c 7", " c   7 "]),
    ] {
        for value in written {
            assert_eq!(normal(form, value).as_deref(), Some(normal_form), "{form:?} {value}");
        }
    }
}

#[test]
fn what_is_no_identifier_of_its_form_is_refused() {
    for (form, values) in [
        (
            Form::Email,
            &["", "ann", "ann@", "@example.org", "ann@localhost", "a b@example.org", "Ann <ann@example.org>"]
                [..],
        ),
        (Form::Phone, &["", "n/a", "901820", "+", "+49", "+4930901820123456789", "+4930call"]),
        (Form::Account, &["", " \n"]),
        (Form::Card, &["", "4111 1111 1111 1112", "411", "4111x1111111111", "41111111111111111111111"]),
        (Form::Device, &["", "a b"]),
        (Form::Handle, &["", "ann", "@ann", "mastodon/", "/ann", "x/@", "x/a b"]),
        (Form::Text, &["", "  "]),
    ] {
        for value in values {
            assert_eq!(normal(form, value), None, "{form:?} {value:?}");
        }
    }
}

#[test]
fn an_error_says_what_a_value_looks_like_and_what_was_expected() {
    let error = Normaliser::new().normal(Form::Phone, "0815").unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with("this is no identifier of the form `phone`: found 4 characters: digits, expected a number behind `+`"), "{said}");
}

#[cfg(feature = "identifiers")]
#[test]
fn a_number_is_read_as_it_is_dialled_in_the_default_region() {
    let there = Normaliser::in_region("DE").unwrap();
    for value in ["030 901820", "(030) 90 18 20", "+49 30 901820", "+49 (0)30 901820", "0049 30 901820"] {
        let read = there.normal(Form::Phone, value).unwrap();
        assert_eq!(read.as_str(), "+4930901820", "{value}");
    }
    assert!(Normaliser::in_region("de").is_err() && Normaliser::in_region("XX").is_err());
    // One number of another country is another number.
    let elsewhere = Normaliser::in_region("GB").unwrap().normal(Form::Phone, "020 7946 0018").unwrap();
    assert_eq!(elsewhere.as_str(), "+442079460018");
    // Nobody has it, and nobody behind it has one of their own.
    assert!(there.normal(Form::Phone, "0000000").is_err());
    assert!(there.normal(Form::Phone, "030 901820 ext. 5").is_err());
}

#[cfg(feature = "identifiers")]
#[test]
fn a_domain_in_any_script_is_the_one_that_the_name_system_knows() {
    assert_eq!(normal(Form::Email, "ann@BÜCHER.example").as_deref(), Some("ann@xn--bcher-kva.example"));
    assert_eq!(
        normal(Form::Email, "ann@xn--bcher-kva.example").as_deref(),
        Some("ann@xn--bcher-kva.example")
    );
}

fn forms() -> impl Strategy<Value = Form> {
    proptest::sample::select(&Form::ALL[..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: RngSeed::Fixed(17), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_in_normal_form_stays_as_it_is(form in forms(), value in "[ +@/.aBß0-9-]{0,18}|[a-z]{1,5}@[A-Z]{1,5}\\.[a-z]{2}|\\+[0-9]{7,15}") {
        if let Some(once) = normal(form, &value) {
            prop_assert_eq!(normal(form, &once), Some(once));
        }
    }

    #[test]
    fn no_error_and_no_debug_form_shows_a_value(form in forms(), value in "\\PC{4,30}") {
        let hasher = Hasher::new(IdentifierKey::new([7; 16]), Normaliser::new());
        match hasher.hash("kind", form, &value) {
            Err(error) => {
                let said = format!("{error} {error:?}");
                prop_assert!(value.trim().len() < 4 || !said.contains(value.trim()));
            }
            Ok(hash) => prop_assert_eq!(format!("{hash:?}"), "IdentifierHash(..)"),
        }
        prop_assert_eq!(format!("{hasher:?}"), "Hasher { normaliser: Normaliser { region: None }, .. }");
    }
}
