//! Measures layouts of an event log in SQLite, the figures of `docs/adr/0002-sqlite-layout.md`:
//!
//! ```sh
//! cargo run --release -p throughline-store --example layouts -- 10000000 4 runs,btree,rows
//! ```
//!
//! Arguments: the number of events, the most minutes that one variant may append, and (optional) the layouts to
//! run (`rows,btree,runs`). Files are written to a folder under the system's temporary folder and removed.
// A measurement reads the clock and prints.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

mod layouts {
    pub(crate) mod btree;
    pub(crate) mod input;
    pub(crate) mod rows;
    pub(crate) mod runs;
}

use layouts::input::{Ids, Input};
use std::path::Path;
use std::time::{Duration, Instant};

/// Whatever ends a measurement early.
type Failure = Box<dyn std::error::Error>;

/// Events in one durable commit.
const COMMIT: u64 = 5_000;

/// One layout: what it appends, scans and looks up.
trait Layout {
    fn append(&mut self, input: &mut Input, events: u64) -> Result<(), Failure>;
    /// Reads everything and returns the number of events and a sum over their bytes.
    fn scan(&mut self) -> Result<(u64, u64), Failure>;
    /// Reads one stream and returns the number of its events.
    fn read_stream(&mut self, stream: u32) -> Result<u64, Failure>;
}

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let events: u64 = args.next().map_or(Ok(1_000_000), |n| n.parse())?;
    let minutes: u64 = args.next().map_or(Ok(15), |n| n.parse())?;
    let only = args.next().unwrap_or_else(|| "rows,btree,runs".into());
    println!(
        "{events} events of 250 bytes, {} streams, {COMMIT} a commit, synchronous=FULL, at most {minutes} min",
        Input::streams(events)
    );
    println!("layout  ids        appended   append/s  last 10% /s   scan/s   one customer   bytes/event");
    for layout in only.split(',') {
        for ids in [Ids::Random, Ids::Ordered] {
            measure(layout, ids, events, Duration::from_secs(60 * minutes))?;
        }
    }
    Ok(())
}

fn measure(layout: &str, ids: Ids, events: u64, cap: Duration) -> Result<(), Failure> {
    let folder = std::env::temp_dir().join(format!("throughline-layouts-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("log.sqlite");
    let mut input = Input::new(ids, events);
    let mut log: Box<dyn Layout> = match layout {
        "rows" => Box::new(layouts::rows::Rows::create(&path)?),
        "btree" => Box::new(layouts::btree::Btree::create(&path)?),
        "runs" => Box::new(layouts::runs::Runs::create(&path)?),
        other => return Err(format!("no layout is called {other}").into()),
    };
    let begin = Instant::now();
    let mut laps = vec![(0, Duration::ZERO)];
    let mut appended = 0;
    while appended < events && begin.elapsed() < cap {
        let n = COMMIT.min(events - appended);
        log.append(&mut input, n)?;
        appended += n;
        laps.push((appended, begin.elapsed()));
    }
    let took = begin.elapsed();
    let (from, since) = laps[laps.len() * 9 / 10];
    let tail = (appended - from) as f64 / took.saturating_sub(since).as_secs_f64();
    let size = size(&path)?;
    let begin = Instant::now();
    let (scanned, _) = log.scan()?;
    assert_eq!(scanned, appended);
    let scan = scanned as f64 / begin.elapsed().as_secs_f64();
    // The whales: streams that got 200 events spread through the log, for the read of one customer.
    let begin = Instant::now();
    let mut read = 0;
    for whale in 0..Input::WHALES {
        read += log.read_stream(whale)?;
    }
    let one = begin.elapsed() / Input::WHALES;
    println!(
        "{layout:7} {ids:9} {appended:>10} {:>10.0} {tail:>12.0} {scan:>9.0} {:>8.2} ms ({:.0}) {:>6.0}",
        appended as f64 / took.as_secs_f64(),
        one.as_secs_f64() * 1e3,
        read as f64 / f64::from(Input::WHALES),
        size as f64 / appended as f64,
        ids = format!("{ids:?}"),
    );
    drop(log);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn size(path: &Path) -> Result<u64, Failure> {
    let wal = path.with_extension("sqlite-wal");
    Ok(std::fs::metadata(path)?.len() + std::fs::metadata(wal).map_or(0, |m| m.len()))
}
