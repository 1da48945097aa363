//! Contacts that a machine of the customer's begins: a mapping names one direction for all that customers begin, and who
//! wrote the first message is known only when it is read.

use crate::item::LogItem;
use crate::reject::Reject;
use throughline_core::event::{Author, Direction, EventData};

/// Says of the contact that these events begin that a machine did, if the first message is a machine's.
pub(super) fn note_who_began<'a>(made: impl Iterator<Item = &'a mut Result<LogItem, Reject>>) {
    let mut began = None;
    for item in made.flatten() {
        match &mut item.event.data {
            EventData::ContactStarted(started) if started.direction == Direction::Inbound => {
                began = Some(started);
            }
            EventData::Message(message) => {
                if let (Some(started), Author::CustomerAutomatic) = (began, message.author) {
                    started.direction = Direction::CustomerAutomatic;
                }
                return;
            }
            _ => {}
        }
    }
}
