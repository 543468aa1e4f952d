//! Reading a list of people (danh sách tổng thể) as offices really keep it.
//!
//! Files come as bytes: CSV in UTF-8 or XLSX, with title rows, headings in
//! Vietnamese or English, composed or decomposed letters. Every bad row is reported
//! by file, sheet, row, column and reason, all at once; one problem anywhere and
//! nothing is imported.

mod contact;
mod csv_file;
mod entry;
mod headings;
mod known;
mod merge;
mod problem_text;
mod read;
mod report;
mod row;
mod sheet;
mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod xlsx_file;

pub use entry::{Entry, Membership, Stratum};
pub use headings::Column;
pub use known::{Known, Lists};
pub use read::{Upload, read_frame};
pub use report::{Duplicate, FrameReport, Import, Place, Reason, RowProblem};
pub use spelling::{fold, tidy};
