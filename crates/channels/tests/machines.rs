//! Contacts that a customer's machine begins, read through a mapping.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use throughline_channels::mapping::Mapping;
use throughline_channels::table::TableReader;
use throughline_core::event::{Direction, EventData};

const MAPPING: &str = r#"version = 1
format = "csv"
source = "desk"
zone = "UTC"
time-format = "%Y-%m-%d %H:%M"

[customer]
id = { from = "customer" }
take = "first"

[contact]
id = { from = "thread" }
channel = "mail"
direction = "inbound"
started = "with-first-event"

[event]
time = { from = "at" }
key = ["at", "by"]
otherwise = "ignore"

[[rules]]
when = { by = ["customer", "customer-automatic", "human"] }
give = "message"
set = { author = { from = "by" } }
"#;

/// In which direction each contact of a table began.
fn directions(table: &str) -> Vec<Direction> {
    let mapping = Arc::new(Mapping::from_toml(MAPPING).unwrap_or_else(|error| panic!("{error}")));
    let items = TableReader::new(table.as_bytes(), mapping, 1 << 20).map(Result::unwrap);
    let began = items.filter_map(|item| match item.event.data {
        EventData::ContactStarted(started) => Some(started.direction),
        _ => None,
    });
    began.collect()
}

/// A mapping says of all threads of a mailbox that customers begin them. A vacation notice that began one used to open a
/// case, since who wrote it stood in the message behind.
#[test]
fn a_thread_that_a_vacation_notice_begins_is_its_machines() {
    let table = "customer,thread,at,by\n\
        ann,1,2026-03-02 09:00,customer-automatic\n\
        ann,2,2026-03-02 09:00,customer\n\
        ann,2,2026-03-02 10:00,customer-automatic\n\
        ann,1,2026-03-02 11:00,customer\n";
    assert_eq!(directions(table), [Direction::CustomerAutomatic, Direction::Inbound]);
}
