use jiff::civil::date;

use super::*;
use crate::access::Role;
use crate::ids::ScopeCode;

fn tree() -> PlaceTree {
    serde_json::from_str(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/places.json"))).unwrap()
}

fn code(text: &str) -> ScopeCode {
    text.parse().unwrap()
}

fn agent(id: &str, post: Post, unit: &str) -> Agent {
    Agent {
        id: id.parse().unwrap(),
        name: "其木格".to_owned(),
        post,
        role: Role::FullTimeAgent,
        source: StaffSource::Other,
        unit: code(unit),
        also_serves: Vec::new(),
        phone: None,
        appointed: date(2026, 1, 5),
        ended: None,
        substitute: None,
    }
}

#[test]
fn the_tree_of_the_district_is_read_as_published() {
    let tree = tree();
    assert_eq!((tree.places().len(), tree.points().len()), (40, 2), "R17");
    let kinds = |tier| tree.places().iter().filter(|place| tree.tier(place.code) == Some(tier)).count();
    assert_eq!(
        (kinds(Tier::Township), kinds(Tier::Village)),
        (9, 21),
        "eight and a park; two placeholders serve nobody"
    );
    assert_eq!(tree.children(code("150205202")).count(), 5, "the villages of 吉忽伦图苏木");
    let above: Vec<_> = tree.ancestors(code("150205202202")).map(|place| place.name.as_str()).collect();
    assert_eq!(above, ["吉忽伦图苏木", "石拐区", "包头市", "内蒙古自治区"], "nearest first");
    assert_eq!(tree.full_name(code("150205202202")).as_deref(), Some("吉忽伦图苏木 白菜沟嘎查"), "R28: never 白菜沟村");
}

#[test]
fn a_point_serves_villages_it_does_not_stand_in() {
    let tree = tree();
    let served = |division: &str| tree.points_for(code(division)).count();
    assert_eq!((served("150205202202"), served("150205202201")), (1, 1), "R30: both resettled villages");
    assert_eq!(served("150205101208"), 0, "not the village the house stands in");
    assert_eq!(served("150205"), 1, "the district's own hall");
}

#[test]
fn broken_trees_are_refused() {
    let place = |at: &str, parent: Option<&str>| Place {
        code: code(at),
        name: "某地".to_owned(),
        kind: PlaceKind::Village,
        parent: parent.map(code),
    };
    let (a, b) = (code("150205"), code("150206"));
    let refused = |places: Vec<Place>| PlaceTree::new(places, Vec::new()).unwrap_err();
    assert_eq!(refused(vec![place("150205", None), place("150205", None)]), PlaceFault::Duplicate { code: a });
    assert_eq!(refused(vec![place("150205", Some("150206"))]), PlaceFault::NoParent { code: a, parent: b });
    let circle = vec![place("150205", Some("150206")), place("150206", Some("150205"))];
    assert_eq!(refused(circle), PlaceFault::Cycle { code: a });
    let point = ServicePoint {
        name: "某点".to_owned(),
        tier: Tier::Village,
        division: b,
        serves: Vec::new(),
        address: None,
        phone: None,
    };
    let nowhere = PlaceTree::new(vec![place("150205", None)], vec![point]);
    assert_eq!(nowhere, Err(PlaceFault::PointNowhere { code: b }), "a point must stand somewhere");
}

#[test]
fn only_people_in_office_are_named() {
    let mut leaver = agent("SG-202202-01", Post::FullTime, "150205202202");
    leaver.ended = Some(date(2026, 3, 31));
    leaver.also_serves = vec![code("150205202201")];
    leaver.substitute = Some("SG-202202-02".parse().unwrap());
    let other = agent("SG-202202-02", Post::PartTime, "150205202202");
    let roster = Roster::new(vec![other, leaver]).unwrap();
    let serving = |village: &str, day| roster.serving(code(village), day).count();
    assert_eq!(serving("150205202202", date(2026, 1, 4)), 0, "R33: nobody is appointed yet");
    assert_eq!(serving("150205202202", date(2026, 3, 31)), 2, "the last day counts");
    assert_eq!(serving("150205202201", date(2026, 3, 31)), 1, "the second village of the far point");
    assert_eq!(serving("150205202202", date(2026, 4, 1)), 1, "R34: one has left");
}

#[test]
fn a_roster_refuses_what_cannot_be() {
    let id = |text: &str| text.parse().unwrap();
    let one = agent("SG-1", Post::FullTime, "150205");
    let twice = Roster::new(vec![one.clone(), one.clone()]);
    assert_eq!(twice, Err(RosterFault::Duplicate { id: id("SG-1") }), "one number, one person");
    let own = Roster::new(vec![Agent { substitute: Some(id("SG-1")), ..one.clone() }]);
    assert_eq!(own, Err(RosterFault::NoSubstitute { id: id("SG-1") }), "nobody stands in for herself");
    let short = Roster::new(vec![Agent { ended: Some(date(2026, 1, 1)), ..one }]);
    assert_eq!(short, Err(RosterFault::EndsBeforeBegin { id: id("SG-1") }), "the days are swapped");
}

#[test]
fn the_organisation_survives_binary() {
    let (tree, roster) = (tree(), Roster::new(vec![agent("SG-1", Post::FullTime, "150205")]).unwrap());
    let bytes = postcard::to_stdvec(&(&tree, &roster)).unwrap();
    assert_eq!(postcard::from_bytes::<(PlaceTree, Roster)>(&bytes).unwrap(), (tree, roster), "in a package");
}
