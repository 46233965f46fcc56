//! 副本清理: a copy that was handed over more than ninety days ago goes from a laptop by a list that is printed and that two people sign.

use anyhow::{Result, ensure};
use daiban_model::case::Command;
use daiban_tests::window::job;
use daiban_tests::window::page::{Page, key, named};
use daiban_tests::world::{
    self, DISTRICT, LIN_FANG, LUO_JIE, QIAN_XIUYING, SUN_LINA, Station, TIAN_WEIGUO, World, must,
};

use crate::lived_in::Laptop;

/// A laptop of the district with two finished cases of March; of one of them something was written since that no backup has. Answers the
/// number of the other one.
fn hall(world: &World) -> (Station, String) {
    let mut hall = world.station_on_disk("石拐区政务服务中心", DISTRICT, LUO_JIE);
    hall.add_person(LIN_FANG);
    hall.add_person(TIAN_WEIGUO);
    hall.lock();
    must("the window signs in", hall.sign_in(LIN_FANG, world::PIN));
    world.at("2026-03-31T10:00");
    let cases = [&QIAN_XIUYING, &SUN_LINA].map(|person| {
        let case = hall.receive(person, "RS-002");
        hall.hand_over(case);
        hall.act(case, Command::Withdraw { reason: "不办了".into(), papers_returned: 1 });
        hall.give_back(case);
        case
    });
    for _ in 0..4 {
        hall.sync(&world.hub);
    }
    world.hub.back_up();
    hall.sync(&world.hub);
    hall.note(cases[1], "还没备份的一句");
    hall.sync(&world.hub);
    let number = hall.page(cases[0]).row.number;
    (hall, number)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r203_a_copy_goes_by_a_printed_list_that_two_sign_and_is_found_by_its_number() -> Result<()> {
    let world = World::new(2420);
    let (hall, number) = hall(&world);
    let laptop = Laptop::closed(hall, "copies")?;
    laptop.with(TIAN_WEIGUO, "supervisor", async |page| goes(page, &number).await).await?;
    laptop.with(LIN_FANG, "agent", async |page| found(page, &number).await).await?;
    laptop.with(TIAN_WEIGUO, "large", large).await
}

async fn goes(page: &Page, number: &str) -> Result<()> {
    job::go(page, "office").await?;
    page.press("tab-copies").await?;
    page.says("tick", "2026年3月31日").await?;
    page.says("stays", "区里还没备份").await?;
    ensure!(page.count(&named("tick")).await? == 1, "the other one stays");
    page.shot("1-list").await?;
    page.press("second").await?;
    page.type_text("罗杰").await?;
    page.key(key::ENTER).await?;
    page.write("second-pin", world::PIN).await?;
    page.press("do").await?;
    page.says("failure", "打印出来").await?;
    page.press("copies-look").await?;
    page.see("paper-page").await?;
    let seen = page.run("return document.querySelector('[data-test=paper-page]').alt").await?;
    let seen = seen.as_str().unwrap_or_default().to_owned();
    ensure!(seen.contains(number) && !seen.contains(QIAN_XIUYING.name), "by number alone: {seen}");
    page.shot("2-looked-at").await?;
    page.press("copies-save").await?;
    page.says("paper-out", "工作副本清理清单").await?;
    page.write("second-pin", world::PIN).await?;
    page.says("do", "清掉 1 件").await?;
    page.press("do").await?;
    let line = page.says("copy-gone", "罗杰").await?;
    ensure!(line.contains(number) && line.contains("收件，给回执") && line.contains("田卫国"), "what stays: {line}");
    page.bring(&named("copy-gone")).await?;
    page.shot("3-gone").await.map(drop)
}

/// Whoever handled it finds what was done by the whole number, and nobody by the name.
async fn found(page: &Page, number: &str) -> Result<()> {
    page.chord(key::CONTROL, 'k').await?;
    page.type_text(number).await?;
    page.key(key::ENTER).await?;
    page.at("cases").await?;
    let said = page.says("wiped", number).await?;
    ensure!(said.contains("收件，给回执") && !said.contains(QIAN_XIUYING.name), "the steps: {said}");
    page.shot("4-found").await.map(drop)
}

async fn large(page: &Page) -> Result<()> {
    for _ in 0..3 {
        page.chord(key::CONTROL, '=').await?;
    }
    job::go(page, "office").await?;
    page.press("tab-copies").await?;
    page.see("copy-gone").await?;
    page.shot("5-large").await?;
    let over = page.runs_over().await?;
    ensure!(over.is_none(), "runs over: {}", over.unwrap_or_default());
    Ok(())
}
