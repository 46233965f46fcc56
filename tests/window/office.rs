//! 监督: what supervisors see to, on a laptop of the district on which people have worked before.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use daiban_model::case::Command;
use daiban_model::case::event::{AcceptanceBasis, Decision, DeliveryWay, Outcome};
use daiban_tests::window::job;
use daiban_tests::window::page::{PATIENCE, Page, key, named, until};
use daiban_tests::world::{
    self, DISTRICT, HAO_ZHIQIANG, HE_JING, LIN_FANG, LONG_NAME, LUO_JIE, QIAN_XIUYING, SHAOBUHAI, SUN_LINA, Station,
    TIAN_WEIGUO, World, ZHAO_YUNFENG, must,
};

use crate::lived_in::Laptop;

/// The tabs of a supervisor, in their order.
const TABS: [&str; 7] = ["audit", "incidents", "entrusted", "going", "copies", "assessed", "half-days"];

/// A laptop of the district at which an agent, a supervisor and the administrator have a PIN. Two files closed there have been kept for their
/// whole term: the clock of that day was years slow, as old laptops' are.
fn hall(world: &World) -> Station {
    let mut hall = world.station_on_disk("石拐区政务服务中心", DISTRICT, LUO_JIE);
    hall.add_person(LIN_FANG);
    hall.add_person(TIAN_WEIGUO);
    hall.add_person(HE_JING);
    a_firm_in_half_a_day(world, &mut hall);
    hall.lock();
    must("the window signs in", hall.sign_in(LIN_FANG, world::PIN));
    world.at("2026-05-20T10:00");
    let closed = [&SUN_LINA, &ZHAO_YUNFENG].map(|person| {
        let case = hall.receive(person, "YB-001");
        let signer = person.name.to_owned();
        hall.act(case, Command::FinishAtOnce { number: "YB-2026-1".into() });
        hall.act(case, Command::Deliver { way: DeliveryWay::Direct, signer, relation: String::new() });
        hall.give_back(case);
        case
    });
    world.at("2014-05-20T10:00");
    for case in closed {
        hall.act(case, Command::Archive);
    }
    world.at("2026-05-20T11:00");
    for _ in 0..4 {
        hall.sync(&world.hub);
    }
    hall
}

/// A firm that is set up in half a day (R125), each step decided as soon as it is handed out.
fn a_firm_in_half_a_day(world: &World, hall: &mut Station) {
    hall.lock();
    must("the one-thing window signs in", hall.sign_in(HE_JING, world::PIN));
    world.at("2026-03-03T09:10");
    let lead = hall.receive_bundle(&LONG_NAME, "enterprise-start", &[]).cases[0];
    hall.act(lead, Command::Accept { basis: AcceptanceBasis::Complete });
    for hour in ["10:40", "11:00", "15:05"] {
        world.at(&format!("2026-03-03T{hour}"));
        let steps = hall.page(lead).bundle.map(|bundle| bundle.steps).unwrap_or_default();
        for (case, name) in steps.into_iter().filter_map(|step| step.case.zip(Some(step.name))) {
            let (outcome, on) = (Outcome::Granted, world::day("2026-03-03"));
            let (number, reasons) = (format!("{name}第1号"), String::new());
            // What was decided before is not decided again.
            let _decided =
                hall.try_act(case, Command::Decide(Decision { outcome, on, number, reasons, valid_until: None }));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_reads_the_audit_reports_a_laptop_and_signs_with_a_second_person() -> Result<()> {
    let world = World::new(2410);
    let mut village = world.station("绍卜亥便民服务站", SHAOBUHAI, HAO_ZHIQIANG);
    for person in [&LONG_NAME, &QIAN_XIUYING] {
        village.receive(person, "YB-001");
    }
    let mut hall = hall(&world);
    world.settle(&mut [&mut village, &mut hall]);
    let laptop = Laptop::closed(hall, "office")?;
    let folder = tempfile::tempdir()?;
    laptop.with(LIN_FANG, "agent", agent_sees_no_entry).await?;
    laptop
        .with(TIAN_WEIGUO, "supervisor", async |page| {
            // By the keyboard alone.
            page.chord(key::ALT, '7').await?;
            page.at("office").await?;
            audit(page, folder.path()).await?;
            report(page).await?;
            entrust(page).await?;
            sign(page).await?;
            page.press("tab-assessed").await?;
            page.says("assessed", "MZ-015").await?;
            page.shot("5-assessed").await?;
            half_days(page).await
        })
        .await?;
    laptop.with(LUO_JIE, "administrator", administrator_sees_three).await?;
    laptop.with(TIAN_WEIGUO, "large", large).await
}

/// An agent who searches by a whole number: it is written down, and where it is read she does not come.
async fn agent_sees_no_entry(page: &Page) -> Result<()> {
    ensure!(!page.has("nav-office").await?, "no entry for an agent");
    page.chord(key::ALT, '7').await?;
    page.chord(key::CONTROL, 'k').await?;
    page.type_text(SUN_LINA.id).await?;
    page.key(key::ENTER).await?;
    page.at("cases").await?;
    page.see("case-name").await?;
    // Neither by the place that a reload would go back to.
    page.run("history.pushState('/office', ''); dispatchEvent(new PopStateEvent('popstate')); return null").await?;
    page.at("today").await?;
    ensure!(page.count("[data-page=office]").await? == 0, "no page for an agent");
    Ok(())
}

async fn audit(page: &Page, folder: &Path) -> Result<()> {
    page.says("chain", "没有人动过").await?;
    page.says("audit-line", "按证件号查找").await?;
    let lines = page.texts(&named("audit-line")).await?;
    ensure!(lines.iter().any(|line| line.contains("林芳") && line.contains("按证件号查找")), "who: {lines:?}");
    ensure!(!lines.iter().any(|line| line.contains(SUN_LINA.id)), "never what was looked for");
    page.shot("1-audit").await?;
    page.press("export").await?;
    page.write("export-folder", "/nowhere/at/all").await?;
    page.key(key::ENTER).await?;
    page.says("failure", "没有这个文件夹").await?;
    page.shot("1-audit-no-folder").await?;
    page.write("export-folder", folder.to_str().context("a place")?).await?;
    page.key(key::ENTER).await?;
    page.says("written", "audit-").await?;
    ensure!(std::fs::read_dir(folder)?.count() == 1, "one text");
    page.press("month-before").await?;
    page.press("month-after").await?;
    page.says("audit-line", "导出审计记录").await.map(drop)
}

async fn report(page: &Page) -> Result<()> {
    page.tab_to("[data-test=tab-incidents]").await?;
    page.key(key::ENTER).await?;
    page.says("drill", "还没有演练过").await?;
    page.says("empty", "没有出过事").await?;
    page.shot("2-incidents-none").await?;
    page.press("report").await?;
    page.see("incident-form").await?;
    page.press("do").await?;
    page.says("failure", "哪台电脑").await?;
    let stations = page.texts("#incident-laptop option").await?;
    let of_village = stations.iter().find(|name| name.contains("绍卜亥")).context("the laptop of the village")?;
    page.press("incident-laptop").await?;
    page.type_text(of_village).await?;
    page.key(key::ENTER).await?;
    page.press("incident-kind").await?;
    page.type_text("丢失").await?;
    page.key(key::ENTER).await?;
    for (field, text) in [
        ("incident-cause", "班车上遗失"),
        ("incident-harm", "可能被人冒用"),
        ("incident-measures", "已停用这台电脑；接到陌生电话请核实"),
        ("incident-contact", "0472-0000021"),
    ] {
        page.write(field, text).await?;
    }
    page.shot("2-report").await?;
    page.run("const go = document.querySelector('[data-test=do]'); go.click(); go.click(); return null").await?;
    page.says("incident", "丢失或泄露").await?;
    ensure!(page.count(&named("incident")).await? == 1, "a double click reports once");
    page.press_css(&format!("{} summary", named("incident-more"))).await?;
    page.says("letter", "班车上遗失").await?;
    let persons = page.texts(&named("concerned")).await?;
    ensure!(persons.len() == 2, "whose data were on it: {persons:?}");
    ensure!(persons.iter().all(|line| line.contains("********")), "masked: {persons:?}");
    page.shot("2-incident").await?;
    print_the_letter(page).await
}

/// The letter goes to each of them: nobody reads in it who the others are.
async fn print_the_letter(page: &Page) -> Result<()> {
    page.run("window.print = () => { window.printed = true }; return null").await?;
    page.chord(key::CONTROL, 'p').await?;
    ensure!(page.run("return window.printed === true").await?.as_bool() == Some(true), "it is printed");
    page.see("print-letter").await?;
    let paper = page.run(ON_PAPER).await?;
    let paper = paper.as_str().unwrap_or_default();
    ensure!(paper.contains("班车上遗失") && paper.contains("0472-0000021"), "the letter: {paper}");
    ensure!(!paper.contains("********") && !paper.contains("出过的事"), "and nothing beside it: {paper}");
    Ok(())
}

/// What the page leaves on paper: what its style for printing lets stand.
const ON_PAPER: &str = "
    const sheet = [...document.styleSheets].find(sheet => sheet.media.mediaText === 'print');
    const rules = [...sheet.cssRules].filter(rule => rule.media).flatMap(rule => [...rule.cssRules]);
    const printed = new CSSStyleSheet();
    printed.replaceSync(rules.map(rule => rule.cssText).join(' '));
    document.adoptedStyleSheets = [printed];
    const text = document.body.innerText;
    document.adoptedStyleSheets = [];
    return text";

async fn entrust(page: &Page) -> Result<()> {
    page.press("tab-entrusted").await?;
    page.press("entrust").await?;
    for (field, text) in [
        ("entrust-device", "08"),
        ("entrust-party", "石拐区测试电脑维修部"),
        ("entrust-purpose", "换键盘"),
        ("entrust-kinds", "办件、姓名、证件号，都加密"),
    ] {
        page.write(field, text).await?;
    }
    page.run(SET_UNTIL).await?;
    page.press("entrust-key").await?;
    page.type_text("口令也给").await?;
    page.key(key::ENTER).await?;
    page.press("do").await?;
    page.says("failure", "口令不能一起给").await?;
    page.key(key::ESCAPE).await?;
    page.press("entrust").await?;
    ensure!(page.value("entrust-purpose").await? == "换键盘", "put away, it keeps what was typed");
    ensure!(page.value("entrust-key").await? == "along", "and what was chosen");
    page.press("entrust-key").await?;
    // What was typed to find the other answer may still count: the arrow does not.
    page.key(key::UP).await?;
    page.key(key::ENTER).await?;
    page.shot("3-entrust").await?;
    page.press("do").await?;
    page.says("entrusted-line", "维修部").await?;
    page.press("end").await?;
    ensure!(page.value("end-signed").await?.is_empty(), "another form, another answer");
    page.press("end-how").await?;
    page.type_text("已归还").await?;
    page.key(key::ENTER).await?;
    page.write("end-signed", "维修部王师傅").await?;
    page.key(key::ENTER).await?;
    page.says("entrusted-line", "维修部王师傅").await?;
    page.shot("3-entrusted").await.map(drop)
}

/// A day that has not been yet, as a calendar of the system would put it there.
const SET_UNTIL: &str = "
    const until = document.querySelector('#entrust-until');
    until.value = '2099-12-31';
    until.dispatchEvent(new Event('input', { bubbles: true }));
    return null";

async fn sign(page: &Page) -> Result<()> {
    page.press("tab-going").await?;
    page.says("tick", "定期 10 年").await?;
    ensure!(page.count(&named("tick")).await? == 2, "two files are over");
    page.press("do").await?;
    page.says("failure", "请先打勾").await?;
    page.press("tick").await?;
    page.press("second").await?;
    page.type_text("罗杰").await?;
    page.key(key::ENTER).await?;
    page.write("second-pin", "000000").await?;
    page.says("do", "销毁 1 件").await?;
    page.press("do").await?;
    page.says("failure", "口令不对").await?;
    page.shot("4-going-wrong-pin").await?;
    page.write("second-pin", world::PIN).await?;
    page.press("do").await?;
    let line = page.says("destroyed", "罗杰").await?;
    ensure!(line.contains("田卫国"), "both signed: {line}");
    until("one is left", PATIENCE, async || Ok((page.count(&named("tick")).await? == 1).then_some(()))).await?;
    ensure!(page.value("second").await?.is_empty(), "nobody signs again unless chosen again");
    page.press("tick").await?;
    page.press("second").await?;
    // As above: what was typed may still count.
    page.key(key::DOWN).await?;
    page.key(key::ENTER).await?;
    page.write("second-pin", world::PIN).await?;
    page.key(key::ENTER).await?;
    page.says("empty", "没有期满的档案").await?;
    page.shot("4-gone").await.map(drop)
}

async fn half_days(page: &Page) -> Result<()> {
    page.press("tab-half-days").await?;
    page.says("empty", "没有办完的半天件").await?;
    page.shot("6-half-days-none").await?;
    while !page.text("month").await?.contains("2026年3月") {
        page.press("month-before").await?;
    }
    page.says("half-day-sum", "1 件里 1 件").await?;
    page.says("half-day", "3 小时").await?;
    page.shot("6-half-days").await.map(drop)
}

async fn administrator_sees_three(page: &Page) -> Result<()> {
    job::go(page, "office").await?;
    page.see("tab-entrusted").await?;
    ensure!(page.count("[role=tab]").await? == 4, "what was entrusted, what goes, what was assessed");
    ensure!(!page.has("tab-audit").await?, "who did what is the supervisor's");
    page.says("entrusted-line", "维修部王师傅").await.map(drop)
}

/// With text twice as large nothing runs over, in any section and with its form open.
async fn large(page: &Page) -> Result<()> {
    for _ in 0..3 {
        page.chord(key::CONTROL, '=').await?;
    }
    job::go(page, "office").await?;
    for tab in TABS {
        page.press(&format!("tab-{tab}")).await?;
        look(page, tab).await?;
        for opens in ["export", "report", "entrust"] {
            if page.has(opens).await? {
                page.press(opens).await?;
                page.see("do").await?;
                look(page, &format!("{tab}-form")).await?;
                page.key(key::ESCAPE).await?;
            }
        }
    }
    Ok(())
}

async fn look(page: &Page, name: &str) -> Result<()> {
    page.shot(&format!("large-{name}")).await?;
    let over = page.runs_over().await?;
    ensure!(over.is_none(), "{name} runs over: {}", over.unwrap_or_default());
    Ok(())
}
