//! No list of clauses is short: the contract's table and the suite name the same ones.
#![allow(clippy::unwrap_used)]

use throughline_testkit::conformance::CLAUSES;

const CONTRACT: &str = include_str!("../../store/src/contract.rs");

/// The numbers in the table at the top of the contract: lines such as `//! | **A1** | …`.
fn numbered_in_the_contract() -> Vec<&'static str> {
    let rows = CONTRACT.lines().filter_map(|line| line.strip_prefix("//! | **"));
    rows.map(|row| row.split_once("**").unwrap().0).collect()
}

#[test]
fn every_clause_of_the_contract_has_its_test_and_no_test_is_without_a_clause() {
    let tested: Vec<&str> = CLAUSES.iter().map(|clause| clause.id).collect();
    assert_eq!(tested, numbered_in_the_contract());
    assert_eq!(tested.len(), 29, "the table is not read as it should be");
}

#[test]
fn every_test_is_named_for_its_clause() {
    for clause in CLAUSES {
        let prefix = format!("{}_", clause.id.to_lowercase());
        assert!(clause.name.starts_with(&prefix), "{clause:?} is not named for its clause");
    }
}

/// The methods of the trait name the clauses that bind them; a slip there would send a reader to nowhere.
#[test]
fn every_clause_that_a_method_names_exists() {
    let known = numbered_in_the_contract();
    let named = CONTRACT.split("\\[").skip(1).filter_map(|rest| rest.split_once("\\]"));
    let named: Vec<&str> = named.flat_map(|(list, _)| list.split([',', '-'])).map(str::trim).collect();
    assert!(named.len() > 20, "the lists of clauses are not read as they should be");
    for clause in named {
        assert!(known.contains(&clause), "a method names clause {clause}, which does not exist");
    }
}
