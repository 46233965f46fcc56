//! What a person at the district brings, and what is said to it.

use std::io::{Cursor, Write as _};
use std::path::Path;

use daiban_model::access::Role;
use daiban_model::catalogue::Catalogue;
use daiban_model::organisation::PlaceTree;
use jiff::civil::date;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const ITEMS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/items.csv"));
const HEADING: &str = "code,name_zh,name_en,department_zh,category_zh,applicant_kind,scope,statutory_days,promised_days,\
                       max_trips,fee,materials,source,verified,pinyin";

fn data(name: &str) -> Content {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/data").join(name)).unwrap()
}

fn of_items(form: Form, bytes: &[u8]) -> Result<Catalogue, Vec<Fault>> {
    catalogue(&parse(form, bytes)?, 1, date(2026, 3, 2))
}

fn of_csv(rows: &[&str]) -> Result<Catalogue, Vec<Fault>> {
    of_items(Form::Csv, [&[HEADING], rows].concat().join("\n").as_bytes())
}

fn row(code: &str, statutory: &str, promised: &str) -> String {
    format!("{code},高龄津贴,,民政局,养老服务,person,就近,{statutory},{promised},,不收费,身份证,ours,no,gljt")
}

fn told<T: std::fmt::Debug>(read: Result<T, Vec<Fault>>) -> Vec<String> {
    read.unwrap_err().iter().map(ToString::to_string).collect()
}

/// A workbook with one sheet of plain texts, whose parts are as given.
fn book(sheet: &str, strings: &str) -> Vec<u8> {
    let workbook = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    zipped(&[
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".into(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{office}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
            ),
        ),
        ("xl/workbook.xml", workbook.to_owned()),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{main}\" {strings}</sst>")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>")),
    ])
}

fn zipped(parts: &[(&str, String)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The rows of a table as a sheet; figures become numbers, as a spreadsheet would store them.
fn sheet(rows: &[Vec<String>]) -> String {
    let cell = |(column, text): (usize, &String)| {
        let name = char::from(b'A' + u8::try_from(column).unwrap());
        match text.parse::<f64>() {
            _ if text.is_empty() => String::new(),
            Ok(_) => format!("<c r=\"{name}#\"><v>{text}</v></c>"),
            Err(_) => {
                let text = text.replace('&', "&amp;").replace('<', "&lt;");
                format!("<c r=\"{name}#\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
            }
        }
    };
    let line = |(number, cells): (usize, &Vec<String>)| {
        let cells: String = cells.iter().enumerate().map(cell).collect();
        format!("<row r=\"{number}\">{}</row>", cells.replace('#', &number.to_string()))
    };
    (1..).zip(rows).map(line).collect()
}

fn table_of(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn the_districts_own_files_are_read_whole() {
    let items = catalogue(&data("items.csv"), 3, date(2026, 3, 2)).unwrap();
    assert_eq!((items.items().len(), items.version), (429, 3), "R1");
    let tree = places(&data("places.json")).unwrap();
    assert_eq!((tree.places().len(), tree.points().len()), (40, 2), "R17");
    assert_eq!(calendar(&data("calendar.json")).unwrap().working_days_in(2026), 248, "R17");
}

#[test]
fn r17_bundles_are_read_with_the_items_they_name_and_every_fault_is_told() {
    let items = catalogue(&data("items.csv"), 1, date(2026, 3, 2)).unwrap();
    let read = |content: &Content| bundles(content, &items, 1, date(2026, 3, 2));
    let all = read(&data("bundles.json")).unwrap();
    let steps: usize = all.all().iter().map(|bundle| bundle.steps.len()).sum();
    assert_eq!((all.all().len(), steps), (24, 171), "R17");

    let Content::Tree(mut tree) = data("bundles.json") else { panic!("a tree") };
    tree["bundles"][0]["items"][1]["item_code"] = "RS-999".into();
    tree["bundles"][2]["items"][0]["after"] = serde_json::json!(["RS-037"]);
    tree["bundles"][3]["promised_working_days"] = serde_json::json!(-1);
    let told = told(read(&Content::Tree(tree)));
    assert_eq!(
        told,
        [
            "第 1 条：RS-999 不存在：事项清单里没有这个事项，请先导入事项，或改正编码",
            "第 3 条：“RS-035”绕了一圈又在等自己，请核对先后次序",
            "第 4 条：不是这里可以填的数；天数填整数或 0.5，次数填整数，不知道就留空",
        ]
    );
    assert!(read(&parse(Form::Csv, b"id,name_zh\nnewborn,x").unwrap()).is_err(), "a graph is no table");
    assert!(read(&Content::Tree(serde_json::json!({ "bundles": [] }))).is_err(), "an empty list");
}

#[test]
fn the_demo_roster_names_the_staff_of_the_test_world_and_two_for_every_station() {
    let tree = places(&data("places.json")).unwrap();
    let roster = roster(&data("demo/roster.csv"), Some(&tree)).unwrap();
    let role = |id: &str| roster.get(&id.parse().unwrap()).map(|agent| (agent.name.as_str(), agent.role));
    for (id, name, expected) in [
        ("SG-202202-01", "其木格", Role::FullTimeAgent),
        ("SG-202202-02", "白云霞", Role::PartTimeAgent),
        ("SG-202201-02", "郝志强", Role::PartTimeAgent),
        ("SG-202000-01", "高建平", Role::TownshipAgent),
        ("SG-000000-03", "林芳", Role::Window),
        ("SG-000000-21", "田卫国", Role::Supervisor),
        ("SG-000000-42", "彭飞", Role::DepartmentClerk),
    ] {
        assert_eq!(role(id), Some((name, expected)), "{id}");
    }
    for station in ["150205202202", "150205202201", "150205202203", "150205101208", "150205001012"] {
        let code = station.parse().unwrap();
        let own = roster.agents().iter().filter(|agent| agent.scopes().any(|scope| scope == code)).count();
        assert!((2..=4).contains(&own), "{station} has {own}");
    }
}

#[test]
fn a_sheet_and_a_list_say_the_same_as_the_csv_file() {
    let expected = of_items(Form::Csv, ITEMS.as_bytes()).unwrap();
    let rows = table_of(ITEMS);
    let from_sheet = of_items(Form::Xlsx, &book(&sheet(&rows), ">")).unwrap();
    assert_eq!(from_sheet, expected, "429 rows, figures stored as numbers");
    let list: Vec<serde_json::Map<_, _>> = rows[1..]
        .iter()
        .map(|cells| rows[0].iter().cloned().zip(cells.iter().map(|cell| cell.as_str().into())).collect())
        .collect();
    let from_list = of_items(Form::Json, &serde_json::to_vec(&list).unwrap()).unwrap();
    assert_eq!(from_list, expected, "a list of objects");
}

#[test]
fn a_mark_at_the_start_chinese_headings_and_quotes_are_read() {
    let heading = "\u{feff}事项编码,事项名称,主管部门,类别,申请人,清单,法定时限,承诺时限,到场次数,收费,材料,依据,已核实,拼音首字母";
    let line = "MZ-007,\"高龄津贴, \"\"八十岁\"\"\n起\",民政局,养老服务,person,就近;跨省通办,10,0.5,1,不收费,身份证|户口簿,ours,no,gljt";
    let items = of_items(Form::Csv, format!("{heading}\r\n\r\n{line}\r\n").as_bytes()).unwrap();
    let item = &items.items()[0];
    assert_eq!(item.name, "高龄津贴, \"八十岁\"\n起", "a quoted cell holds commas, quotes and line breaks");
    assert_eq!((item.lists.len(), item.papers.len(), item.max_trips), (2, 2, Some(1)), "parts of cells");
}

#[test]
fn a_heading_is_told_what_is_unknown_missing_or_twice() {
    let csv = "code,code,name_zh,价格\nMZ-007,MZ-007,高龄津贴,1\n";
    let faults = told(of_items(Form::Csv, csv.as_bytes()));
    assert!(
        faults[0].starts_with("文件：表头里有不认识的列“价格”，请改名或删去；可用的列：code、name_zh"),
        "{}",
        faults[0]
    );
    assert!(faults.contains(&"文件：表头里“code（事项编码）”出现了两次，请留一列".to_owned()), "{faults:?}");
    assert!(faults.contains(&"文件：表头里缺少“department_zh（主管部门）”一列，请补上".to_owned()), "{faults:?}");
}

#[test]
fn every_fault_of_a_catalogue_is_told_with_its_line() {
    let rows = [
        row("MZ-007", "十天", "1.5"),
        row("MZ-008", "20", "30"),
        String::new(),
        row("MZ-009", "10", "5"),
        row("MZ-009", "10", "5").replace("person", "anyone"),
        row("MZ-009", "10", "5"),
    ];
    let faults = told(of_csv(&rows.each_ref().map(String::as_str)));
    let numbers = "不是这里可以填的数；天数填整数或 0.5，次数填整数，不知道就留空";
    assert_eq!(
        faults,
        [
            format!("第 2 行，“statutory_days 法定时限”一列：{numbers}"),
            format!("第 2 行，“promised_days 承诺时限”一列：{numbers}"),
            "第 3 行，“promised_days 承诺时限”一列：承诺时限比法定时限长，请核对".to_owned(),
            "第 6 行，“applicant_kind 申请人”一列：不认识“anyone”，只能填：person、enterprise、both".to_owned(),
            "第 7 行，“code 事项编码”一列：与第 5 行重复，请留一个".to_owned(),
        ],
        "the blank line 4 is passed over and counted"
    );
}

#[test]
fn a_row_of_the_wrong_width_or_an_open_quote_is_told() {
    let faults = told(of_csv(&[
        "MZ-007,高龄津贴",
        &row("MZ-008", "", "").replace("高龄津贴", "\"高龄津贴"),
        &row("MZ-009", "", ""),
    ]));
    assert_eq!(faults[0], "第 2 行：有 2 格，表头有 15 格；内容里的逗号要用英文双引号括起来", "too few cells");
    assert_eq!(faults[1], "第 3 行：英文双引号没有成对，请检查这一行起的引号", "everything after it was swallowed");
}

#[test]
fn what_is_not_a_table_is_told_what_to_do() {
    let gbk = [b"code,name_zh\nMZ-007,".as_slice(), &[0xB8, 0xDF, 0xC1, 0xE4]].concat();
    let old = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0];
    for (form, bytes, expected) in [
        (Form::Csv, gbk.as_slice(), What::NotUtf8),
        (Form::Csv, b"c\0o\0d\0e\0".as_slice(), What::NotUtf8),
        (Form::Csv, b"PK\x03\x04".as_slice(), What::WorkbookByAnotherName),
        (Form::Csv, b"".as_slice(), What::Empty),
        (Form::Csv, HEADING.as_bytes(), What::Empty),
        (Form::Xlsx, old.as_slice(), What::OldWorkbook),
        (Form::Xlsx, HEADING.as_bytes(), What::NotAWorkbook),
        (Form::Xlsx, b"PK\x03\x04cut off".as_slice(), What::NotAWorkbook),
        (Form::Json, b"[{]".as_slice(), What::NotJson { line: 1, column: 3 }),
        (Form::Json, b"{}".as_slice(), What::Shape { expected: "由对象组成的列表，对象的键是列名" }),
    ] {
        assert_eq!(of_items(form, bytes), Err(Fault::of_file(expected.clone())), "{expected}");
    }
    assert!(What::NotUtf8.to_string().contains("CSV UTF-8"), "says how to save it");
    assert_eq!(read(Path::new("名册.docx")), Err(Fault::of_file(What::UnknownForm)), "by its ending");
    assert_eq!(read(Path::new("nowhere.csv")), Err(Fault::of_file(What::NotFound)), "no such file");
}

#[test]
fn too_large_a_file_is_refused_before_it_is_parsed() {
    let large = vec![b' '; MAX_BYTES + 1];
    for form in [Form::Csv, Form::Xlsx, Form::Json] {
        let limit_mib = if form == Form::Json { 8 } else { 32 };
        assert_eq!(parse(form, &large), Err(Fault::of_file(What::TooLarge { limit_mib })), "{form:?}");
    }
    let deep = "[".repeat(10_000);
    assert!(
        matches!(parse(Form::Json, deep.as_bytes()), Err(faults) if matches!(faults[0].what, What::NotJson { .. }))
    );
}

#[test]
fn a_million_rows_are_refused() {
    let lines = format!("code,name_zh\n{}", "A,B\n".repeat(1_000_000));
    let refused = Err(Fault::of_file(What::TooManyRows { limit: MAX_ROWS }));
    assert_eq!(parse(Form::Csv, lines.as_bytes()), refused, "lines");
    let rows: String =
        (1..=MAX_ROWS + 2).map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\"><v>1</v></c></row>")).collect();
    assert_eq!(parse(Form::Xlsx, &book(&rows, ">")), refused, "rows of a sheet");
    let far = "<row r=\"1000000\"><c r=\"A1000000\"><v>1</v></c></row>";
    assert_eq!(parse(Form::Xlsx, &book(far, ">")), refused, "one row far below");
}

#[test]
fn a_bomb_is_not_inflated() {
    let refused = Err(Fault::of_file(What::Inflates { limit_mib: 256 }));
    let part = zipped(&[("xl/sharedStrings.xml", " ".repeat(1 << 20))]);
    let huge = lying(&part, 1 << 20, 300 << 20);
    assert_eq!(parse(Form::Xlsx, &huge), refused, "300 MiB, stated openly");
    let lie = parse(Form::Xlsx, &lying(&part, 1 << 20, 10));
    assert!(lie == refused || lie == Err(Fault::of_file(What::NotAWorkbook)), "ten bytes stated, more inside: {lie:?}");

    let many: Vec<(String, String)> = (0..600).map(|part| (format!("{part}"), String::new())).collect();
    let many: Vec<(&str, String)> = many.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    assert_eq!(parse(Form::Xlsx, &zipped(&many)), refused, "600 parts");
}

/// The same archive, stating another size for its parts.
fn lying(archive: &[u8], size: u32, stated: u32) -> Vec<u8> {
    let (from, to) = (size.to_le_bytes(), stated.to_le_bytes());
    let mut bytes = archive.to_vec();
    let hits: Vec<usize> = bytes.windows(4).enumerate().filter(|(_, four)| *four == from).map(|(at, _)| at).collect();
    assert!(!hits.is_empty(), "the size stands in the archive");
    for at in hits {
        bytes[at..at + 4].copy_from_slice(&to);
    }
    bytes
}

#[test]
fn a_count_that_would_take_all_memory_is_refused() {
    let cells = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>";
    for count in ["uniqueCount=\"9999999999999999\">", "uniqueCount = \"5\">", "uniqueCount='99999999999999999999999'>"]
    {
        let refused = parse(Form::Xlsx, &book(cells, count));
        assert_eq!(refused, Err(Fault::of_file(What::Inflates { limit_mib: 256 })), "{count}");
    }
    let fine = parse(
        Form::Xlsx,
        &book(
            &format!("{cells}<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c></row>"),
            "count=\"2\" uniqueCount=\"1\"><si><t>code</t></si>",
        ),
    );
    let Ok(Content::Table(grid)) = fine else { panic!("{fine:?}") };
    assert_eq!((grid.heading, grid.rows.len()), (vec!["code".to_owned()], 1), "an honest one is read");
}

#[test]
fn formula_errors_and_cells_beyond_the_heading_are_told() {
    let error = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c r=\"A2\" t=\"e\"><v>#REF!</v></c></row>";
    assert_eq!(told(parse(Form::Xlsx, &book(error, ">"))), ["第 2 行：是公式错误值，请改成内容"]);
    let wide = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"2\"><c r=\"C2\"><v>1</v></c></row>";
    let expected = What::CellCount { found: 3, expected: 1 };
    assert_eq!(parse(Form::Xlsx, &book(wide, ">")), Err(vec![Fault { at: At::Line(2), column: None, what: expected }]));
}

#[test]
fn every_fault_of_the_places_is_told() {
    let csv = "code,name_zh,kind,parent,serves\n150205,石拐区,市辖区,,\n150205101,五当召镇,镇,150299,\n\
               150205101,五当召镇,镇,150205,\n15020510,某地,村,150205101,\n150205101208,缸房地村,村庄,150205101,\n";
    assert_eq!(
        told(places(&parse(Form::Csv, csv.as_bytes()).unwrap())),
        [
            "第 5 行，“code”一列：写法不对：区划代码是 6、9 或 12 位数字",
            "第 6 行，“kind”一列：不认识“村庄”，只能填：自治区、地级市、市辖区、街道、镇、苏木、园区、社区、村、嘎查、虚拟社区；服务点填政务服务中心、便民服务中心、便民服务站或代办点",
        ],
        "cells first"
    );
    let whole = "code,name_zh,kind,parent,serves\n150205,石拐区,市辖区,,\n150205101,五当召镇,镇,150299,\n\
                 150205101,五当召镇,镇,150205,\n150205,大厅,政务服务中心,,150205777\n";
    assert_eq!(
        told(places(&parse(Form::Csv, whole.as_bytes()).unwrap())),
        [
            "第 3 行，“parent”一列：区划代码 150299000000 不在区划表里，请先补上这个区划，或改正代码",
            "第 4 行：与第 3 行重复，请留一个",
            "第 5 行，“serves”一列：区划代码 150205777000 不在区划表里，请先补上这个区划，或改正代码",
        ],
        "then the tree as a whole"
    );
    let json =
        r#"{ "places": [{ "code": "150205", "name": "x", "kind": "市辖区", "parent": null }, { "code": "1" }] }"#;
    let faults = told(places(&parse(Form::Json, json.as_bytes()).unwrap()));
    assert_eq!(faults, ["第 2 条，“places”一列：内容的结构不对：应当是有 code、name_zh、kind、parent 的区划"]);
}

#[test]
fn a_table_of_places_holds_points_too() {
    let csv = "区划代码,名称,类型,上级代码,服务范围,电话\n150205,石拐区,市辖区,,,\n150205202,吉忽伦图苏木,苏木,150205,,\n\
               150205,石拐区政务服务中心,政务服务中心,,,0472-0000200\n150205202,幸福大院代办点,代办点,,150205202、150205,\n";
    let tree: PlaceTree = places(&parse(Form::Csv, csv.as_bytes()).unwrap()).unwrap();
    assert_eq!((tree.places().len(), tree.points().len()), (2, 2), "two of each");
    assert_eq!(tree.points()[1].serves.len(), 2, "codes are parted by 、 too");
}

#[test]
fn every_fault_of_a_roster_is_told_and_no_number_is_repeated() {
    let tree = places(&data("places.json")).unwrap();
    let heading = "number,name,post,unit,serves,phone,appointed,ended,substitute\n";
    let of =
        |lines: &str| told(roster(&parse(Form::Csv, format!("{heading}{lines}").as_bytes()).unwrap(), Some(&tree)));
    let faults = of("SG 1,,队长,150205999,,138,三月二日,,\n");
    assert_eq!(faults.len(), 6, "{faults:#?}");
    assert_eq!(faults[1], "第 2 行，“name”一列：不能为空，请填写");
    assert!(faults[2].contains("不认识“队长”，只能填：专职代办员、兼职代办员、网格员"), "{}", faults[2]);
    assert_eq!(faults[4], "第 2 行，“phone”一列：写法不对：手机 11 位；固定电话写成 0472-0000001；没有就留空");
    let faults =
        of("SG-1,甲,专职代办员,150205,,,2026-03-02,2026-03-01,SG-9\nSG-1,乙,专职代办员,150205,,,2026-03-02,,\n");
    assert_eq!(
        faults,
        [
            "第 2 行，“ended”一列：聘期结束早于开始，请核对日期",
            "第 2 行，“substitute”一列：B 岗 SG-9 不是名册里的另一个人，请核对工号",
            "第 3 行，“number”一列：与第 2 行重复，请留一个",
        ],
        "the roster as a whole"
    );
}

#[test]
fn a_calendar_is_read_from_days_too_and_every_fault_is_told() {
    let heading = "date,kind,source,layer\n";
    let of = |lines: &str| calendar(&parse(Form::Csv, format!("{heading}{lines}").as_bytes()).unwrap());
    let read = of("2026-10-01,休,国办通知,\n2026-10-10,补班,国办通知,全国\n2026/7/6,off,旗里通知,本地\n").unwrap();
    assert_eq!(read.years().len(), 2, "one national, one local");
    assert!(read.is_working(date(2026, 10, 10)) && !read.is_working(date(2026, 7, 6)), "both are counted");
    let faults = told(of("2026-10-01,休,通知,\n2026-10-01,休,通知,\n2026-10-08,补班,通知,\n"));
    assert_eq!(
        faults,
        ["第 3 行：2026-10-01 出现了两次，请留一次", "第 4 行：2026-10-08 不是周末，不能是补班日，请核对日期"],
        "each with its own line"
    );
    let json = br#"[{ "year": 2026, "off": ["2025-10-01"], "work": [], "source": " " }]"#;
    let faults = told(calendar(&parse(Form::Json, json).unwrap()));
    assert_eq!(
        faults,
        ["第 1 条：2026 年的日历没有写依据的通知", "第 1 条：2025-10-01 不是 2026 年的日子"],
        "both of one year"
    );
}
