//! Phone numbers, in the form of ITU-T E.164.

pub(super) use reading::{Region, normal};

#[cfg(feature = "identifiers")]
mod reading {
    use super::super::Read;
    use phonenumber::{Mode, country, parse};

    /// A country whose numbers may be written as they are dialled there.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Region(country::Id);

    impl Region {
        pub(in super::super) fn new(code: &str) -> Option<Self> {
            code.parse().ok().map(Self)
        }
    }

    /// `+`, the country's code, and the number within it. A number that no subscriber of the country can have is none:
    /// a typing error is not to join two people.
    pub(in super::super) fn normal(value: &str, region: Option<Region>) -> Read {
        // The library takes letters for the keys that they are on, and looks for a number in a sentence.
        let read =
            parse(region.map(|Region(id)| id), value).ok().filter(|_| !value.contains(char::is_alphabetic));
        let number = read.filter(|number| {
            // An extension names somebody behind the number, and what is compared has none.
            number.extension().is_none() && phonenumber::is_valid(number)
        });
        number.map(|number| number.format().mode(Mode::E164).to_string()).ok_or(match region {
            Some(_) => "a number as it is dialled in the default region, or behind `+` and the country's code",
            None => {
                "a number behind `+` and the country's code, for instance `+49 30 901820`, or a default region"
            }
        })
    }
}

#[cfg(not(feature = "identifiers"))]
mod reading {
    use super::super::Read;

    /// A country whose numbers may be written as they are dialled there: none, without tables of numbers.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Region;

    impl Region {
        pub(in super::super) fn new(code: &str) -> Option<Self> {
            let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
            is_code.then_some(Self)
        }
    }

    /// `+` and 7 to 15 digits. What may stand between them is left out; a trunk prefix in brackets is refused, since
    /// leaving it out needs to know the country.
    pub(in super::super) fn normal(value: &str, _: Option<Region>) -> Read {
        const EXPECTED: &str = "a number behind `+` and the country's code, for instance `+49 30 901820`, or a build with the feature `identifiers`";
        let number = value.strip_prefix('+').filter(|n| !n.contains("(0")).ok_or(EXPECTED)?;
        let left: String =
            number.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')')).collect();
        let is_number = (7..=15).contains(&left.len()) && left.bytes().all(|b| b.is_ascii_digit());
        if is_number && !left.starts_with('0') { Ok(format!("+{left}")) } else { Err(EXPECTED) }
    }
}
