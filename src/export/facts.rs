//! Facts as they were, in the log format of our own.

use super::{ExportError, Exported, Texts};
use std::io::Write;
use throughline_channels::item::LogItem;
use throughline_channels::native::NativeWriter;

/// Writes facts as a native log, one CloudEvent a line, in the order in which they come.
pub fn facts(
    items: impl IntoIterator<Item = LogItem>,
    out: impl Write,
    texts: Texts,
) -> Result<Exported, ExportError> {
    let mut writer = NativeWriter::new(out);
    let mut exported = Exported::default();
    for item in items {
        let event = match texts {
            Texts::Kept => item.event,
            Texts::LeftOut => texts.of(&item.event)?,
        };
        writer.write(item.profile, &event, item.recorded_at)?;
        exported.events += 1;
    }
    writer.finish()?;
    Ok(exported)
}
