//! Orders: what the spec's e-commerce events say about money.

use super::call::{Product, Properties, key};
use super::fault::{Fault, optional_name};
use crate::attribute::Attribute;
use crate::reject::RejectReason;
use serde_json::value::RawValue;
use throughline_core::event::vocabulary::{Purchase, Refunded};
use throughline_core::event::{EventData, Money};
use throughline_core::name::Name;

/// Currencies whose smallest unit is the unit itself, and those with thousandths (ISO 4217). All others have
/// hundredths.
const WHOLE: [&str; 16] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
    "XPF",
];
const THOUSANDTHS: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// `Order Completed`.
pub(super) fn purchase(properties: &Properties<'_>) -> Result<EventData, Fault> {
    let products: Vec<Product<'_>> = match properties.products {
        Some(raw) => serde_json::from_str(raw.get())
            .map_err(|_| (RejectReason::BadAttribute, "properties.products", "a list of objects"))?,
        None => Vec::new(),
    };
    let quantity = |product: &Product<'_>| match product.quantity {
        Attribute::Number(number) => u32::try_from(number).unwrap_or(u32::MAX),
        _ => 1,
    };
    let items = products.iter().fold(0_u32, |sum, product| sum.saturating_add(quantity(product)));
    let product = match products.as_slice() {
        [one] => optional_name(&one.product_id, "properties.products.product_id")?,
        _ => None,
    };
    let order = optional_name(&properties.order_id, "properties.order_id")?;
    Ok(Purchase { order, items, amount: amount(properties)?, product }.into())
}

/// `Order Refunded`.
pub(super) fn refund(properties: &Properties<'_>) -> Result<EventData, Fault> {
    let order = optional_name(&properties.order_id, "properties.order_id")?;
    Ok(Refunded { order, charge: None, amount: amount(properties)?, reason: None }.into())
}

const AMOUNT: &str = "a decimal number with no more places than its currency has";

/// What the customer pays: the total, or else the revenue. Without a currency an amount says nothing.
fn amount(properties: &Properties<'_>) -> Result<Option<Money<Name>>, Fault> {
    let stated = properties.total.map(|raw| (raw, "properties.total"));
    let stated = stated.or(properties.revenue.map(|raw| (raw, "properties.revenue")));
    let (Some((raw, attribute)), Some(code)) = (stated, key(&properties.currency)) else { return Ok(None) };
    let currency = optional_name(&Attribute::Text(code.to_uppercase().into()), "properties.currency")?;
    let Some(currency) = currency else { return Ok(None) };
    let minor = minor(raw, currency.as_str()).ok_or((RejectReason::BadAttribute, attribute, AMOUNT))?;
    Ok(Some(Money { minor, currency }))
}

/// A decimal number in a currency's smallest unit. Read digit by digit: a binary fraction would be a cent off.
fn minor(raw: &RawValue, currency: &str) -> Option<i64> {
    let places = if WHOLE.contains(&currency) {
        0
    } else if THOUSANDTHS.contains(&currency) {
        3
    } else {
        2
    };
    let text = raw.get().trim_matches('"');
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    // What is finer than the smallest unit must be nothing.
    let fraction = fraction.trim_end_matches('0');
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > places {
        return None;
    }
    let number: i64 = format!("{whole}{fraction:0<places$}").parse().ok()?;
    number.checked_mul(sign)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_are_exact_in_the_smallest_unit() {
        let read = |text: &str, currency| minor(&RawValue::from_string(text.to_owned()).unwrap(), currency);
        assert_eq!(read("27.5", "USD"), Some(2_750));
        assert_eq!(read("\"0.29\"", "EUR"), Some(29));
        assert_eq!(read("-19.990", "EUR"), Some(-1_999));
        assert_eq!(read("500", "JPY"), Some(500));
        assert_eq!(read("1.234", "KWD"), Some(1_234));
        for (text, currency) in
            [("0.005", "EUR"), ("1.5", "JPY"), ("1e3", "EUR"), ("null", "EUR"), ("\"\"", "EUR")]
        {
            assert_eq!(read(text, currency), None, "{text} {currency}");
        }
        assert_eq!(read("99999999999999999999", "EUR"), None);
    }
}
