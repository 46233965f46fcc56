//! Divisions and service points.
//!
//! In a table a point is a row whose kind is a tier (政务服务中心, 便民服务中心, 便民服务站 or 代办点): its code is then the
//! division it stands in, and it has no parent.

use daiban_model::ids::ScopeCode;
use daiban_model::organisation::{Place, PlaceFault, PlaceKind, PlaceTree, ServicePoint, Tier};
use serde_json::Value;

use super::columns::{Column, Layout, Record, code, note, optional, required, unused, word};
use super::fault::{At, Fault, MAX_FAULTS, What};
use super::file::Content;
use super::grid::Grid;
use super::tree;

const COLUMNS: &[Column] = &[
    required("code", "区划代码"),
    required("name_zh", "名称"),
    required("kind", "类型"),
    required("parent", "上级代码"),
    optional("serves", "服务范围"),
    optional("address", "地址"),
    optional("phone", "电话"),
    unused("lat", "纬度"),
    unused("lon", "经度"),
    unused("coord_precision", "坐标精度"),
    unused("real", "实有"),
    unused("note", "备注"),
    unused("source", "来源"),
];

const KINDS: &str = "自治区、地级市、市辖区、街道、镇、苏木、园区、社区、村、嘎查、虚拟社区；服务点填政务服务中心、便民服务中心、便民服务站或代办点";

type Places = Vec<(At, Place)>;
type Points = Vec<(At, ServicePoint)>;

/// Reads the tree of divisions with its points.
pub fn places(content: &Content) -> Result<PlaceTree, Vec<Fault>> {
    let (places, points) = match content {
        Content::Table(grid) => of_table(grid)?,
        Content::Tree(tree) => of_tree(tree)?,
    };
    if places.is_empty() {
        return Err(Fault::of_file(What::Empty));
    }
    grown(places, points)
}

fn of_tree(value: &Value) -> Result<(Places, Points), Vec<Fault>> {
    if !value.is_object() {
        return Err(Fault::of_file(What::Shape { expected: "有 places 和 service_points 两个列表的对象" }));
    }
    let places = tree::entries(value.get("places"), "places", "有 code、name_zh、kind、parent 的区划");
    let points = tree::entries(value.get("service_points"), "service_points", "有 name_zh、level、division 的服务点");
    match (places, points) {
        (Ok(places), Ok(points)) => Ok((places, points)),
        (places, points) => Err([places.err(), points.err()].into_iter().flatten().flatten().collect()),
    }
}

fn of_table(grid: &Grid) -> Result<(Places, Points), Vec<Fault>> {
    let layout = Layout::of(grid, COLUMNS)?;
    let (mut places, mut points, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for row in &grid.rows {
        let record = layout.record(row);
        let tier = match record.get("kind") {
            "代办点" => Some(Tier::Village),
            kind => word::<Tier>(kind, "").ok(),
        };
        match tier {
            Some(tier) => points.extend(point(record, tier, &mut faults).map(|point| (row.at, point))),
            None => places.extend(place(record, &mut faults).map(|place| (row.at, place))),
        }
        if faults.len() >= MAX_FAULTS {
            faults.push(Fault::of_row(At::File, What::TooMany));
            break;
        }
    }
    if faults.is_empty() { Ok((places, points)) } else { Err(faults) }
}

fn place(record: Record<'_>, faults: &mut Vec<Fault>) -> Option<Place> {
    let own = note(record.must("code", code), faults);
    let name = note(record.filled("name_zh"), faults);
    let kind = note(record.must("kind", |text| word::<PlaceKind>(text, KINDS)), faults);
    let parent = note(record.known("parent", code), faults);
    Some(Place { code: own?, name: name?.to_owned(), kind: kind?, parent: parent? })
}

fn point(record: Record<'_>, tier: Tier, faults: &mut Vec<Fault>) -> Option<ServicePoint> {
    let division = note(record.must("code", code), faults);
    let name = note(record.filled("name_zh"), faults);
    let serves = note(record.parts("serves", code), faults);
    let known = |column| Some(record.get(column)).filter(|text| !text.is_empty()).map(str::to_owned);
    let (address, phone) = (known("address"), known("phone"));
    Some(ServicePoint { name: name?.to_owned(), tier, division: division?, serves: serves?, address, phone })
}

/// Puts the tree together. The model names the first thing that does not fit; that is noted and mended, and it is asked again,
/// so that one reading tells everything without knowing its rules here.
fn grown(mut places: Places, mut points: Points) -> Result<PlaceTree, Vec<Fault>> {
    let mut faults = Vec::new();
    while faults.len() < MAX_FAULTS {
        let plain = places.iter().map(|(_, place)| place.clone()).collect();
        match PlaceTree::new(plain, points.iter().map(|(_, point)| point.clone()).collect()) {
            Ok(tree) if faults.is_empty() => return Ok(tree),
            Ok(_) => break,
            Err(fault) => match mended(&mut places, &mut points, &fault) {
                Some(told) => faults.push(told),
                None => return Err(Fault::of_file(What::Shape { expected: "一棵完整的区划树" })),
            },
        }
    }
    faults.sort_by_key(|fault| fault.at);
    Err(faults)
}

fn mended(places: &mut Places, points: &mut Points, fault: &PlaceFault) -> Option<Fault> {
    let find = |places: &Places, code: ScopeCode| places.iter().position(|(_, place)| place.code == code);
    match *fault {
        PlaceFault::Duplicate { code } => {
            let first = places[find(places, code)?].0;
            let (at, _) = places.remove(places.iter().rposition(|(_, place)| place.code == code)?);
            Some(Fault::of_row(at, What::Duplicate { first }))
        }
        PlaceFault::NoParent { code, parent } => {
            let at = find(places, code)?;
            let (at, place) = &mut places[at];
            place.parent = None;
            Some(Fault { at: *at, column: Some("parent".into()), what: What::NoSuchPlace { code: parent.to_string() } })
        }
        PlaceFault::Cycle { code } => {
            let at = find(places, code)?;
            let (at, place) = &mut places[at];
            place.parent = None;
            Some(Fault { at: *at, column: Some("parent".into()), what: What::Circle { code: code.to_string() } })
        }
        PlaceFault::PointNowhere { code } => {
            let names = |point: &ServicePoint| point.division == code || point.serves.contains(&code);
            let (at, _) = points.remove(points.iter().position(|(_, point)| names(point))?);
            Some(Fault { at, column: Some("serves".into()), what: What::NoSuchPlace { code: code.to_string() } })
        }
    }
}
