//! Looking into a workbook's archive before anything of it is unpacked for good.

use super::BadWorkbook;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The most bytes that a workbook may unpack to.
const MOST_UNPACKED: u64 = 200 << 20;
/// How many times its packed size a part may unpack to.
const MOST_RATIO: u64 = 100;
/// Parts smaller than this are harmless whatever their ratio.
const SMALL_PART: u64 = 1 << 20;
/// The most parts in an archive; a workbook with hundreds of sheets has fewer.
const MOST_PARTS: usize = 5_000;
/// The most `<` in all parts: four for each of a million cells and as many strings.
const MOST_TAGS: u64 = 12_000_000;
/// The most entries that the table of shared strings may announce.
const MOST_STRINGS: u64 = 2_000_000;

/// Refuses an archive that would swell, lie about its sizes, or ask for the moon.
///
/// The directory is checked first, then every part is unpacked once, counted and
/// thrown away, since a directory can lie. `uniqueCount` is read along the way: the
/// reader of workbooks reserves that much memory before it has seen a single string.
pub fn check(bytes: &[u8]) -> Result<(), BadWorkbook> {
    let damaged = |error: zip::result::ZipError| BadWorkbook::Damaged(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MOST_PARTS {
        return Err(BadWorkbook::Swollen);
    }
    let mut announced = 0_u64;
    for position in 0..archive.len() {
        let part = archive.by_index_raw(position).map_err(damaged)?;
        announced = announced.saturating_add(part.size());
        if part.size() > SMALL_PART && part.size() / MOST_RATIO > part.compressed_size() {
            return Err(BadWorkbook::Swollen);
        }
    }
    if announced > MOST_UNPACKED {
        return Err(BadWorkbook::Swollen);
    }
    let mut count = Count::default();
    for position in 0..archive.len() {
        let part = archive.by_index(position).map_err(damaged)?;
        let most = part.compressed_size().saturating_mul(MOST_RATIO).max(SMALL_PART);
        count.part(part, most)?;
    }
    Ok(())
}

#[derive(Default)]
struct Count {
    unpacked: u64,
    tags: u64,
}

impl Count {
    fn part(&mut self, mut part: impl Read, most: u64) -> Result<(), BadWorkbook> {
        const OVERLAP: usize = 64;
        let mut window = vec![0_u8; OVERLAP + (64 << 10)];
        let (mut kept, mut size) = (0, 0_u64);
        loop {
            let read = match part.read(&mut window[kept..]) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) => return Err(BadWorkbook::Damaged(error.to_string())),
            };
            let fresh = &window[kept..kept + read];
            size += read as u64;
            self.unpacked += read as u64;
            self.tags += fresh.iter().filter(|&&byte| byte == b'<').count() as u64;
            // Only UTF-16 has NUL bytes in XML, and it would hide what is looked for.
            let hidden = fresh.contains(&0) && size < 4096 && looks_like_wide_xml(fresh);
            if size > most || self.unpacked > MOST_UNPACKED || self.tags > MOST_TAGS || hidden {
                return Err(BadWorkbook::Swollen);
            }
            let filled = kept + read;
            if announces_too_many(&window[..filled]) {
                return Err(BadWorkbook::Swollen);
            }
            kept = filled.min(OVERLAP);
            window.copy_within(filled - kept..filled, 0);
        }
    }
}

fn looks_like_wide_xml(start: &[u8]) -> bool {
    let marks: [&[u8]; 4] = [&[0xff, 0xfe], &[0xfe, 0xff], &[b'<', 0], &[0, b'<']];
    marks.iter().any(|mark| start.starts_with(mark))
}

/// Whether `uniqueCount="…"` with more strings than are read stands in the text.
fn announces_too_many(text: &[u8]) -> bool {
    const NAME: &[u8] = b"uniqueCount";
    text.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME).any(|(at, _)| {
        let value = text[at + NAME.len()..].iter().copied();
        let value = value.skip_while(|byte| !byte.is_ascii_digit() && *byte != b'>').take(24);
        let digits = value.take_while(u8::is_ascii_digit);
        let announced = digits.fold(0_u64, |sum, digit| {
            sum.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
        });
        announced > MOST_STRINGS
    })
}
