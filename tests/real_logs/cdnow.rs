//! Purchases of a cohort: fixed width, days only.

use super::{data, document, read};
use std::collections::{BTreeMap, BTreeSet};
use throughline::core::event::EventData;
use throughline::core::ids::ProfileId;
use throughline::core::time::Micros;

const LOG: &str = "cdnow_sample.txt";
const WEEK: f64 = 7.0 * 86_400.0 * 1e6;

#[test]
fn every_purchase_is_there_to_the_cent() {
    let Some(path) = data("every_purchase_is_there_to_the_cent", LOG) else { return };
    let read = read(&path, &document("cdnow.toml"));
    assert!(read.rejects.is_empty());
    let (mut items, mut cents) = (0, 0);
    for item in &read.items {
        let EventData::Purchase(purchase) = &item.event.data else { panic!("a purchase") };
        items += u64::from(purchase.items);
        cents += purchase.amount.as_ref().unwrap().minor;
    }
    assert_eq!((read.items.len(), items, cents), (6_919, 16_479, 24_409_194));
    let ids: BTreeSet<_> = read.items.iter().map(|item| item.event.id).collect();
    assert_eq!(ids.len(), 6_919, "equal purchases of one day are told apart");
    assert_eq!(read.items.iter().map(|item| item.profile).collect::<BTreeSet<_>>().len(), 2_357);
}

/// The logarithm of the gamma function (Lanczos, g = 7).
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let sum = C[1..].iter().enumerate().fold(C[0], |sum, (i, c)| sum + c / (x + i as f64 + 1.0));
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

#[test]
fn the_published_model_fits_as_published() {
    let Some(path) = data("the_published_model_fits_as_published", LOG) else { return };
    let end = Micros::from("1997-09-30T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    let mut days = BTreeMap::<ProfileId, BTreeSet<Micros>>::new();
    for item in read(&path, &document("cdnow.toml")).items {
        if item.event.occurred_at <= end {
            days.entry(item.profile).or_default().insert(item.event.occurred_at);
        }
    }
    // A day on which somebody buys twice is one transaction, and the first one is no repeat.
    let repeats: usize = days.values().map(|days| days.len() - 1).sum();
    assert_eq!(repeats, 2_457);
    // BG/NBD at the parameters of Fader, Hardie and Lee (2005), equation 7.
    let (r, alpha, a, b) = (0.243, 4.414, 0.793, 2.426);
    let likelihood = days.values().map(|days| {
        let (first, last) = (days.first().unwrap(), days.last().unwrap());
        let weeks = |to: Micros| to.since(*first).0 as f64 / WEEK;
        let (x, recency, age) = (days.len() as f64 - 1.0, weeks(*last), weeks(end));
        let rate = ln_gamma(r + x) - ln_gamma(r) + r * f64::ln(alpha);
        let alive = ln_gamma(a + b) + ln_gamma(b + x) - ln_gamma(b) - ln_gamma(a + b + x);
        let stays = (-(r + x) * (alpha + age).ln()).exp();
        let left = if x > 0.0 { a / (b + x - 1.0) * (-(r + x) * (alpha + recency).ln()).exp() } else { 0.0 };
        rate + alive + (stays + left).ln()
    });
    let likelihood: f64 = likelihood.sum();
    assert!((likelihood + 9_582.4).abs() < 0.1, "{likelihood}");
}
