//! The list of working copies that go from a station: by number, so that it names nobody (R203).

use jiff::civil::Date;
use serde::Serialize;

/// 工作副本清理清单.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CopiesList {
    /// The cases.
    pub rows: Vec<CopyLine>,
    /// How many attachments all of them have here.
    pub files: Option<u32>,
    /// So many days after the hand-over.
    pub days: Option<u16>,
}

/// One case.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CopyLine {
    /// 办件号
    pub number: String,
    /// When the file left the station.
    pub handed_over: Option<Date>,
    /// From which day on the copy may go.
    pub due: Option<Date>,
    /// How many attachments.
    pub files: Option<u16>,
}
