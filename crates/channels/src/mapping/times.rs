//! Looks up the times of a document: by name, or described where a time is meant.

use super::cell::CellIx;
use super::clock::{Format, Zone};
use super::compile::{Compiler, Result, in_table};
use super::document::{self, ColumnRef};
use super::nearest;
use super::time::{Time, TimeIx};
use chrono_tz::TZ_VARIANTS;
use serde::Deserialize;
use std::ops::Range;
use toml::{Spanned, Value};

impl Compiler<'_> {
    /// The times that `[times]` names, in its order.
    pub(super) fn named_times(&mut self) -> Result<()> {
        let document = self.document;
        for (word, time) in &document.times {
            let time = self.time_of(time.as_ref(), &word.span())?;
            self.ground.times.push(time);
        }
        // Only now, because a time may be near one that stands below it.
        for (index, (word, time)) in document.times.iter().enumerate() {
            if let Some(near) = &time.as_ref().near {
                let near = self.time_named(near, &word.span())?;
                self.ground.times[index].near = Some(near);
                let mut at = near;
                while let Some(next) = self.ground.times[at.0].near {
                    if at.0 == index {
                        let what = format!("`{}` is near itself", word.as_ref());
                        return self.wrong(word.span(), what, "the name of another time of the row");
                    }
                    at = next;
                }
            }
        }
        Ok(())
    }

    /// A time where one is meant: its name, or a table.
    pub(super) fn time(&mut self, value: &Spanned<Value>) -> Result<TimeIx> {
        match value.as_ref() {
            Value::String(name) => self.time_named(name, &value.span()),
            table => {
                let time = document::Time::deserialize(table.clone());
                let described = time.map_err(|error| in_table(self.text, &value.span(), &error))?;
                let mut time = self.time_of(&described, &value.span())?;
                if let Some(near) = &described.near {
                    time.near = Some(self.time_named(near, &value.span())?);
                }
                self.ground.times.push(time);
                Ok(TimeIx(self.ground.times.len() - 1))
            }
        }
    }

    fn time_named(&self, name: &str, place: &Range<usize>) -> Result<TimeIx> {
        let names: Vec<&str> = self.document.times.keys().map(|word| word.as_ref().as_str()).collect();
        match names.iter().position(|known| *known == name) {
            Some(index) => Ok(TimeIx(index)),
            None => {
                let instead = if names.is_empty() {
                    "`{ from = \"column\" }`, or a table `[times]` that names it".to_owned()
                } else {
                    nearest::instead(name, &names)
                };
                self.wrong(place.clone(), format!("`{name}` is no time of this mapping"), instead)
            }
        }
    }

    /// The time that one of `key` means, if it means one.
    pub(super) fn is_time(&self, name: &str) -> Option<TimeIx> {
        self.document.times.keys().position(|word| word.as_ref() == name).map(TimeIx)
    }

    fn time_of(&mut self, time: &document::Time, place: &Range<usize>) -> Result<Time> {
        let cell = self.time_cell(time, place)?;
        let default = self.document.time_format.as_ref();
        let (formats, format_place) = match (&time.format, default) {
            (Some(format), _) => (Some(format), place.clone()),
            (None, Some(format)) => (Some(format.as_ref()), format.span()),
            (None, None) => (None, place.clone()),
        };
        let written: Vec<String> = match formats {
            None => Vec::new(),
            Some(Value::String(format)) => vec![format.clone()],
            Some(Value::Array(formats)) if formats.iter().all(Value::is_str) => {
                formats.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                return self.wrong(format_place, "this is no format", "`\"%Y-%m-%d %H:%M:%S\"` or a list");
            }
        };
        let mut formats = Vec::new();
        for text in &written {
            match Format::new(text) {
                Some(format) => formats.push(format),
                None => {
                    let what = format!("`{text}` is no format of a time");
                    let instead = "`rfc3339`, `unix`, `unix-millis`, `unix-micros`, or signs such as `%Y-%m-%d %H:%M:%S`";
                    return self.wrong(format_place, what, instead);
                }
            }
        }
        if formats.is_empty() {
            formats.push(Format::Rfc3339);
        }
        let zone = match (&time.zone, &self.document.zone) {
            (Some(zone), _) => Some(self.zone(zone, place)?),
            (None, Some(zone)) => Some(self.zone(zone.as_ref(), &zone.span())?),
            (None, None) => None,
        };
        if zone.is_none() && formats.iter().any(Format::needs_zone) {
            let what = "times of this form name no zone";
            return self.wrong(place.clone(), what, "`zone = \"UTC\"`, or the zone of the source's clocks");
        }
        Ok(Time { cell, formats, written, zone, near: None })
    }

    fn time_cell(&mut self, time: &document::Time, place: &Range<usize>) -> Result<CellIx> {
        let column = ColumnRef {
            from: Some(time.from.clone()),
            of: time.of.clone(),
            missing: time.missing.clone(),
            ..ColumnRef::default()
        };
        self.inline(&Spanned::new(place.clone(), column))
    }

    fn zone(&self, text: &str, place: &Range<usize>) -> Result<Zone> {
        Zone::new(text).map_or_else(
            || {
                let what = format!("`{text}` is no zone that is known here");
                let city = |name: &str| name.rsplit('/').next().is_some_and(|c| c.eq_ignore_ascii_case(text));
                let names: Vec<&str> = TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
                let slip = nearest::instead(text, &names);
                let instead = match names.iter().find(|name| city(name)) {
                    Some(name) => format!("`{name}`"),
                    None if slip.starts_with("one of") => {
                        "`UTC`, an offset such as `+02:00`, or a name such as `Europe/Rome`".to_owned()
                    }
                    None => slip,
                };
                self.wrong(place.clone(), what, instead)
            },
            Ok,
        )
    }
}
