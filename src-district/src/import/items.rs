//! The catalogue of items. What a row may say is the model's matter; here it gets its line and its Chinese sentence.

use daiban_model::catalogue::{Catalogue, Column as Cell, ItemRow, RowFault, RowFaultReason};
use jiff::civil::Date;

use super::columns::{Column, Layout, Record, optional, required};
use super::fault::{At, Fault, What, quoted};
use super::file::Content;
use super::grid;

const COLUMNS: &[Column] = &[
    required("code", "事项编码"),
    required("name_zh", "事项名称"),
    optional("name_en", "英文名称"),
    required("department_zh", "主管部门"),
    required("category_zh", "类别"),
    required("applicant_kind", "申请人"),
    required("scope", "清单"),
    required("statutory_days", "法定时限"),
    required("promised_days", "承诺时限"),
    required("max_trips", "到场次数"),
    required("fee", "收费"),
    required("materials", "材料"),
    required("source", "依据"),
    required("verified", "已核实"),
    required("pinyin", "拼音首字母"),
    optional("proxy_mode", "代办方式"),
    optional("notice_rule", "一次性告知期限"),
    optional("secondary", "可容缺材料"),
    optional("promisable", "可承诺材料"),
    optional("contact", "部门联系人"),
    optional("taken_at", "不进综合受理的去处"),
    optional("keep", "保管期限"),
    optional("assessment", "影响评估"),
];

/// Reads a catalogue.
pub fn catalogue(content: &Content, version: u32, valid_from: Date) -> Result<Catalogue, Vec<Fault>> {
    let listed;
    let grid = match content {
        Content::Table(grid) => grid,
        Content::Tree(tree) => {
            listed = grid::from_list(tree)?;
            &listed
        }
    };
    let layout = Layout::of(grid, COLUMNS)?;
    let (places, rows): (Vec<At>, Vec<ItemRow>) =
        grid.rows.iter().map(|row| (row.at, item_row(layout.record(row)))).unzip();
    // The model counts the heading as line 1; what stands at index 0 here is its line 2.
    let place = |line: usize| line.checked_sub(2).and_then(|at| places.get(at)).copied().unwrap_or(At::File);
    Catalogue::from_rows(version, valid_from, &rows).map_err(|faults| {
        let told = |(line, fault): (usize, RowFault)| Fault {
            at: place(line),
            column: Some(heading(fault.column)),
            what: sentence(fault, place),
        };
        faults.into_iter().map(told).collect()
    })
}

fn item_row(record: Record<'_>) -> ItemRow {
    let get = |name| record.get(name).to_owned();
    ItemRow {
        code: get("code"),
        name_zh: get("name_zh"),
        name_en: get("name_en"),
        department_zh: get("department_zh"),
        category_zh: get("category_zh"),
        applicant_kind: get("applicant_kind"),
        scope: get("scope"),
        statutory_days: get("statutory_days"),
        promised_days: get("promised_days"),
        max_trips: get("max_trips"),
        fee: get("fee"),
        materials: get("materials"),
        source: get("source"),
        verified: get("verified"),
        pinyin: get("pinyin"),
        proxy_mode: get("proxy_mode"),
        notice_rule: get("notice_rule"),
        secondary: get("secondary"),
        promisable: get("promisable"),
        contact: get("contact"),
        taken_at: get("taken_at"),
        keep: get("keep"),
        assessment: get("assessment"),
    }
}

fn heading(cell: Cell) -> String {
    let name = match cell {
        Cell::Code => "code",
        Cell::NameZh => "name_zh",
        Cell::DepartmentZh => "department_zh",
        Cell::CategoryZh => "category_zh",
        Cell::ApplicantKind => "applicant_kind",
        Cell::Scope => "scope",
        Cell::StatutoryDays => "statutory_days",
        Cell::PromisedDays => "promised_days",
        Cell::MaxTrips => "max_trips",
        Cell::Source => "source",
        Cell::Verified => "verified",
        Cell::Pinyin => "pinyin",
        Cell::ProxyMode => "proxy_mode",
        Cell::NoticeRule => "notice_rule",
        Cell::Secondary => "secondary",
        Cell::Promisable => "promisable",
        Cell::Keep => "keep",
        Cell::Assessment => "assessment",
    };
    let zh = COLUMNS.iter().find(|column| column.name == name).map_or("", |column| column.zh);
    format!("{name} {zh}")
}

fn sentence(fault: RowFault, place: impl Fn(usize) -> At) -> What {
    match fault.reason {
        RowFaultReason::Empty => What::Blank,
        RowFaultReason::BadCode => What::Form { rule: "编码只用字母、数字和连字符，如 RS-075" },
        RowFaultReason::NotANumber => What::NotANumber,
        RowFaultReason::UnknownWord { word } => {
            What::UnknownWord { word: quoted(&word), known: known_words(fault.column).to_owned() }
        }
        RowFaultReason::BadInitials => What::Form { rule: "拼音首字母只用小写字母和数字" },
        RowFaultReason::PromisedOverStatutory => What::PromisedOverStatutory,
        RowFaultReason::Duplicate { first_line } => What::Duplicate { first: place(first_line) },
    }
}

fn known_words(cell: Cell) -> &'static str {
    match cell {
        Cell::ApplicantKind => "person、enterprise、both",
        Cell::Scope => "就近、靠前、全区通办、跨省通办、跨市互办、全市通办，用“;”隔开",
        Cell::Verified => "yes、no",
        Cell::Keep => "10年、30年、永久，或留空",
        Cell::Assessment => "日期|目的|方式|风险|措施，五样都要写，或留空",
        Cell::ProxyMode => "代办、帮办陪同、仅咨询，或留空",
        Cell::NoticeRule => "如 5wd（工作日）、15cd（自然日），或留空",
        Cell::Secondary | Cell::Promisable => "materials 里的材料名，用“|”隔开，或留空",
        Cell::Code
        | Cell::NameZh
        | Cell::DepartmentZh
        | Cell::CategoryZh
        | Cell::StatutoryDays
        | Cell::PromisedDays
        | Cell::MaxTrips
        | Cell::Source
        | Cell::Pinyin => "见表头说明",
    }
}
