//! The people appointed to serve (R32–R34, R37).

use daiban_model::access::Role;
use daiban_model::identity::Phone;
use daiban_model::ids::{AgentId, ScopeCode};
use daiban_model::organisation::{Agent, PlaceTree, Post, Roster, RosterFault, StaffSource};

use super::columns::{Column, Layout, Record, code, day, note, optional, required, word};
use super::fault::{At, Fault, MAX_FAULTS, What, quoted};
use super::file::Content;
use super::grid;

const COLUMNS: &[Column] = &[
    required("number", "工号"),
    required("name", "姓名"),
    required("post", "岗位"),
    required("unit", "单位代码"),
    required("serves", "服务范围"),
    required("phone", "电话"),
    required("appointed", "聘任日期"),
    optional("ended", "离任日期"),
    optional("time", "专职兼职"),
    optional("source", "来源"),
    optional("substitute", "B岗工号"),
];

/// The words for posts, with what they allow and the hours and group they mean unless the columns say otherwise.
const POSTS: &[(&str, Role, Post, StaffSource)] = &[
    ("专职代办员", Role::FullTimeAgent, Post::FullTime, StaffSource::Other),
    ("兼职代办员", Role::PartTimeAgent, Post::PartTime, StaffSource::Other),
    ("网格员", Role::PartTimeAgent, Post::PartTime, StaffSource::GridWorker),
    ("志愿者", Role::PartTimeAgent, Post::PartTime, StaffSource::Volunteer),
    ("便民服务中心代办员", Role::TownshipAgent, Post::FullTime, StaffSource::Other),
    ("综窗人员", Role::Window, Post::FullTime, StaffSource::Other),
    ("一件事窗口人员", Role::Window, Post::FullTime, StaffSource::Other),
    ("通办窗口人员", Role::Window, Post::FullTime, StaffSource::Other),
    ("部门审批人员", Role::DepartmentClerk, Post::FullTime, StaffSource::Other),
    ("项目服务专员", Role::ProjectOfficer, Post::FullTime, StaffSource::Other),
    ("帮办代办专员", Role::ProjectOfficer, Post::FullTime, StaffSource::Other),
    ("导服员", Role::HallGuide, Post::FullTime, StaffSource::Other),
    ("监督员", Role::Supervisor, Post::FullTime, StaffSource::Other),
    ("系统管理员", Role::Administrator, Post::FullTime, StaffSource::Other),
    ("归档员", Role::Archivist, Post::FullTime, StaffSource::Other),
];

/// Reads a roster. Where the divisions are known, every code must be one of them.
pub fn roster(content: &Content, places: Option<&PlaceTree>) -> Result<Roster, Vec<Fault>> {
    let listed;
    let grid = match content {
        Content::Table(grid) => grid,
        Content::Tree(tree) => {
            listed = grid::from_list(tree)?;
            &listed
        }
    };
    let layout = Layout::of(grid, COLUMNS)?;
    let (mut agents, mut faults) = (Vec::new(), Vec::new());
    for row in &grid.rows {
        agents.extend(agent(layout.record(row), places, &mut faults).map(|agent| (row.at, agent)));
        if faults.len() >= MAX_FAULTS {
            faults.push(Fault::of_row(At::File, What::TooMany));
            break;
        }
    }
    if faults.is_empty() { gathered(agents) } else { Err(faults) }
}

fn agent(record: Record<'_>, places: Option<&PlaceTree>, faults: &mut Vec<Fault>) -> Option<Agent> {
    let known = |text: &str| served(text, places);
    let id = note(record.must("number", number), faults);
    let name = note(record.filled("name"), faults);
    let office = note(record.must("post", office), faults);
    let unit = note(record.must("unit", known), faults);
    let also_serves = note(record.parts("serves", known), faults);
    let phone = note(record.known("phone", phone), faults);
    let appointed = note(record.must("appointed", day), faults);
    let ended = note(record.known("ended", day), faults);
    let time = note(record.known("time", |text| word::<Post>(text, "专职、兼职")), faults);
    let groups = "镇村干部、网格员、志愿者、其他";
    let source = note(record.known("source", |text| word::<StaffSource>(text, groups)), faults);
    let substitute = note(record.known("substitute", number), faults);
    let (role, usual_time, usual_source) = office?;
    let unit = unit?;
    Some(Agent {
        id: id?,
        name: name?.to_owned(),
        post: time?.unwrap_or(usual_time),
        role,
        source: source?.unwrap_or(usual_source),
        unit,
        also_serves: also_serves?.into_iter().filter(|scope| *scope != unit).collect(),
        phone: phone?,
        appointed: appointed?,
        ended: ended?,
        substitute: substitute?,
    })
}

fn number(text: &str) -> Result<AgentId, What> {
    text.parse().map_err(|_| What::Form { rule: "工号只用字母、数字和连字符，如 SG-202202-01" })
}

fn served(text: &str, places: Option<&PlaceTree>) -> Result<ScopeCode, What> {
    let code = code(text)?;
    match places {
        Some(places) if places.get(code).is_none() => Err(What::NoSuchPlace { code: code.to_string() }),
        _ => Ok(code),
    }
}

fn office(text: &str) -> Result<(Role, Post, StaffSource), What> {
    let found = POSTS.iter().find(|(post, ..)| *post == text).map(|(_, role, time, source)| (*role, *time, *source));
    found.ok_or_else(|| {
        let known = POSTS.iter().map(|(post, ..)| *post).collect::<Vec<_>>().join("、");
        What::UnknownWord { word: quoted(text), known }
    })
}

/// The number itself is not repeated in a message.
fn phone(text: &str) -> Result<Phone, What> {
    Phone::parse(text)
        .map_err(|_| What::Form { rule: "手机 11 位；固定电话写成 0472-0000001；没有就留空" })
}

/// Puts the roster together; see the same step for places.
fn gathered(mut agents: Vec<(At, Agent)>) -> Result<Roster, Vec<Fault>> {
    let mut faults = Vec::new();
    while faults.len() < MAX_FAULTS {
        match Roster::new(agents.iter().map(|(_, agent)| agent.clone()).collect()) {
            Ok(roster) if faults.is_empty() => return Ok(roster),
            Ok(_) => break,
            Err(fault) => match mended(&mut agents, &fault) {
                Some(told) => faults.push(told),
                None => return Err(Fault::of_file(What::Shape { expected: "一份完整的名册" })),
            },
        }
    }
    faults.sort_by_key(|fault| fault.at);
    Err(faults)
}

fn mended(agents: &mut Vec<(At, Agent)>, fault: &RosterFault) -> Option<Fault> {
    let find = |agents: &[(At, Agent)], id: &AgentId| agents.iter().position(|(_, agent)| agent.id == *id);
    match fault {
        RosterFault::Duplicate { id } => {
            let first = agents[find(agents, id)?].0;
            let (at, _) = agents.remove(agents.iter().rposition(|(_, agent)| agent.id == *id)?);
            Some(Fault { at, column: Some("number".into()), what: What::Duplicate { first } })
        }
        RosterFault::EndsBeforeBegin { id } => {
            let at = find(agents, id)?;
            let (at, agent) = &mut agents[at];
            agent.ended = None;
            Some(Fault { at: *at, column: Some("ended".into()), what: What::EndsBeforeBegin })
        }
        RosterFault::NoSubstitute { id } => {
            let at = find(agents, id)?;
            let (at, agent) = &mut agents[at];
            let named = agent.substitute.take()?.to_string();
            Some(Fault { at: *at, column: Some("substitute".into()), what: What::NoSubstitute { id: named } })
        }
    }
}
