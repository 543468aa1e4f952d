//! Looking into an old `.xls` workbook before it is read for good.
//!
//! The reader of such workbooks follows the chains of sectors wherever they lead, reserves
//! as much memory as a sheet announces, and lays out the whole rectangle between the cells
//! that are there. All of that is walked through here first, with an end to each walk.
//! The layout of the file is told in [MS-CFB] and [MS-XLS].

use super::BadWorkbook;

/// The most cells of all rectangles together: real files spread theirs far apart.
const MOST_CELLS: u64 = 8_000_000;
/// The most sheets.
const MOST_SHEETS: usize = 256;
/// Streams below this size lie in small sectors.
const SMALL_STREAM: usize = 4096;
const SMALL_SECTOR: usize = 64;
const END_OF_CHAIN: u32 = 0xffff_fffe;

const DIMENSIONS: u16 = 0x0200;
const BOUND_SHEET: u16 = 0x0085;
const END: u16 = 0x000a;
/// Records that begin with a row and a column: numbers, texts, truths, formulas.
const CELLS: [u16; 9] = [0x0006, 0x00bd, 0x00be, 0x00d6, 0x00fd, 0x0201, 0x0203, 0x0204, 0x0205];
const PACKED_NUMBER: u16 = 0x027e;
/// Records that begin with a row, and a last column at their end.
const ROWS_OF_NUMBERS: u16 = 0x00bd;

/// Refuses a workbook whose sectors run in circles or whose sheets would take too much memory.
pub(super) fn check(bytes: &[u8]) -> Result<(), BadWorkbook> {
    let stream = Container::open(bytes).and_then(|container| container.workbook());
    let stream = stream.ok_or_else(|| BadWorkbook::Damaged("sectors".to_owned()))?;
    let sheets: Vec<usize> = records(&stream, 0)
        .take_while(|(kind, _)| *kind != END)
        .filter(|(kind, _)| *kind == BOUND_SHEET)
        .filter_map(|(_, data)| number(data, 0))
        .collect();
    if sheets.len() > MOST_SHEETS {
        return Err(BadWorkbook::Swollen);
    }
    let mut cells = 0_u64;
    for start in sheets {
        cells = cells.saturating_add(extent(&stream, start));
        if cells > MOST_CELLS {
            return Err(BadWorkbook::Swollen);
        }
    }
    Ok(())
}

/// How many cells the sheet at `start` announces, or spans if that is more.
fn extent(stream: &[u8], start: usize) -> u64 {
    let mut announced = 0;
    let mut span: Option<[u64; 4]> = None;
    // Sheets hold charts, which end before the sheet does; so records count to the very end.
    for (kind, data) in records(stream, start) {
        if kind == DIMENSIONS {
            announced = announced.max(area(data).unwrap_or(u64::MAX));
        } else if CELLS.contains(&kind) || kind == PACKED_NUMBER {
            let (Some(row), Some(first)) = (short(data, 0), short(data, 2)) else { continue };
            let last = match kind {
                ROWS_OF_NUMBERS => data.len().checked_sub(2).and_then(|at| short(data, at)),
                _ => None,
            };
            let (row, first) = (u64::from(row), u64::from(first));
            let last = last.map_or(first, u64::from).max(first);
            let [top, bottom, left, right] = span.unwrap_or([row, row, first, last]);
            span = Some([top.min(row), bottom.max(row), left.min(first), right.max(last)]);
        } else if kind == END {
            break;
        }
    }
    let spanned = span.map_or(0, |[top, bottom, left, right]| {
        (bottom - top + 1).saturating_mul(right - left + 1)
    });
    announced.max(spanned)
}

/// The rows times the columns that a sheet announces.
fn area(data: &[u8]) -> Option<u64> {
    let [top, bottom, left, right] = match data.len() {
        10 => [0, 2, 4, 6].map(|at| short(data, at).map(u64::from)),
        _ => [
            number(data, 0).map(|row| row as u64),
            number(data, 4).map(|row| row as u64),
            short(data, 8).map(u64::from),
            short(data, 10).map(u64::from),
        ],
    };
    let (bottom, right) = (bottom?, right?);
    let left = left?.min(right);
    Some(bottom.saturating_sub(top?).saturating_mul(right.saturating_sub(if left > 0xff {
        0
    } else {
        left
    })))
}

/// The records from `start` on: kind and content.
fn records(stream: &[u8], start: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = stream.get(start..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, length) = (short(rest, 0)?, short(rest, 2)?);
        let data = rest.get(4..4 + usize::from(length))?;
        rest = &rest[4 + usize::from(length)..];
        Some((kind, data))
    })
}

/// The sectors of the file, and which follows which.
struct Container<'b> {
    bytes: &'b [u8],
    sector: usize,
    next: Vec<u32>,
}

impl<'b> Container<'b> {
    fn open(bytes: &'b [u8]) -> Option<Self> {
        let sector = match short(bytes, 30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut container = Self { bytes, sector, next: Vec::new() };
        let mut tables: Vec<u32> = (0..109).filter_map(|at| word(bytes, 76 + 4 * at)).collect();
        let mut more = word(bytes, 68)?;
        let mut walked = 0;
        while more < END_OF_CHAIN - 1 {
            walked += 1;
            if walked > bytes.len() / sector + 1 {
                return None;
            }
            let mut entries = words(container.at(more)?);
            more = entries.pop()?;
            tables.extend(entries);
        }
        for table in tables.into_iter().filter(|table| *table < END_OF_CHAIN - 1) {
            let entries = words(container.at(table)?);
            container.next.extend(entries);
        }
        Some(container)
    }

    fn at(&self, sector: u32) -> Option<&'b [u8]> {
        let start = (sector as usize).checked_add(1)?.checked_mul(self.sector)?;
        let end = start.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(start..end)
    }

    /// A chain of sectors put together; none if it leads outside or never ends.
    fn chain(&self, first: u32) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        let mut sector = first;
        while sector != END_OF_CHAIN {
            if content.len() > self.bytes.len() {
                return None;
            }
            content.extend_from_slice(self.at(sector).filter(|part| !part.is_empty())?);
            sector = *self.next.get(sector as usize)?;
        }
        Some(content)
    }

    /// The stream that holds the workbook.
    fn workbook(&self) -> Option<Vec<u8>> {
        let directory = self.chain(word(self.bytes, 48)?)?;
        let entries: Vec<(String, u32, usize)> = directory
            .chunks_exact(128)
            .filter_map(|entry| {
                let letters =
                    entry[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
                let name: Vec<u16> = letters.take_while(|letter| *letter != 0).collect();
                let name = String::from_utf16_lossy(&name).to_lowercase();
                Some((name, word(entry, 116)?, number(entry, 120)?))
            })
            .collect();
        let small_first = word(self.bytes, 60)?;
        let small_next = if small_first < END_OF_CHAIN - 1 {
            words(&self.chain(small_first)?)
        } else {
            Vec::new()
        };
        let (_, root, _) = entries.first()?;
        let small = if *root < END_OF_CHAIN - 1 { self.chain(*root)? } else { Vec::new() };
        let named = |wanted: &str| entries.iter().find(|(name, ..)| name == wanted);
        let (_, first, length) = named("workbook").or_else(|| named("book"))?;
        if *length >= SMALL_STREAM {
            let mut stream = self.chain(*first)?;
            stream.truncate(*length);
            return Some(stream);
        }
        let mut stream = Vec::new();
        let mut sector = *first;
        while stream.len() < *length && sector != END_OF_CHAIN {
            let start = sector as usize * SMALL_SECTOR;
            let part = small.get(start..start + SMALL_SECTOR)?;
            stream.extend_from_slice(part);
            sector = *small_next.get(sector as usize)?;
        }
        stream.truncate(*length);
        Some(stream)
    }
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .filter_map(|word| Some(u32::from_le_bytes(word.try_into().ok()?)))
        .collect()
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn number(bytes: &[u8], at: usize) -> Option<usize> {
    word(bytes, at).map(|word| word as usize)
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}
