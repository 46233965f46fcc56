//! Stories that begin weeks ago: a laptop on which somebody has worked with the clocks of those days, opened in the window today.

use anyhow::{Result, ensure};
use daiban_model::case::event::Power;
use daiban_model::wire::PackageKind;
use daiban_tests::window::job;
use daiban_tests::window::page::{PATIENCE, Page, key, named, until};
use daiban_tests::window::station::Station as Window;
use daiban_tests::world::{
    self, BAI_YUNXIA, BAICAIGOU, DISTRICT, LIN_FANG, Papers, QIAN_XIUYING, QIMUGE, SUN_LINA, World, ZHAO_YUNFENG, must,
};
use tempfile::TempDir;

use crate::stage::shots;

/// A laptop that was closed, and where its window keeps what is its own.
pub(crate) struct Laptop {
    station: world::Station,
    window: Window,
    _folder: TempDir,
}

impl Laptop {
    /// The program of those days ends.
    pub(crate) fn closed(mut station: world::Station, name: &str) -> Result<Self> {
        station.kill();
        let folder = tempfile::tempdir()?;
        let window = Window::lived_in(station.folder(), folder.path(), &shots(name))?;
        Ok(Self { station, window, _folder: folder })
    }

    /// Somebody opens it and plays a part of the story.
    pub(crate) async fn with<T>(
        &self,
        agent: &str,
        name: &str,
        story: impl AsyncFnOnce(&Page) -> Result<T>,
    ) -> Result<T> {
        self.window
            .act(name, async |page| {
                sign_in(page, agent).await?;
                story(page).await
            })
            .await
    }
}

async fn sign_in(page: &Page, agent: &str) -> Result<()> {
    page.at("unlock").await?;
    page.press(&format!("tile-{agent}")).await?;
    page.write("pin", world::PIN).await?;
    page.key(key::ENTER).await?;
    page.at("today").await
}

/// Finds a case by the name of the applicant and opens it.
pub(crate) async fn open(page: &Page, name: &str) -> Result<()> {
    page.chord(key::CONTROL, 'k').await?;
    page.chord(key::CONTROL, 'a').await?;
    page.type_text(name).await?;
    page.key(key::ENTER).await?;
    page.at("cases").await?;
    until("all that is listed is hers", PATIENCE, async || {
        let names = page.texts(&named("case-name")).await.unwrap_or_default();
        Ok((!names.is_empty() && names.iter().all(|shown| shown.contains(name))).then_some(()))
    })
    .await?;
    page.press("case-name").await?;
    page.at("case").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r55_silence_accepts_and_the_dates_begin_with_the_receipt() -> Result<()> {
    let world = World::new(2403);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut window = world.station_on_disk("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-09-24T09:00");
    let case = village.receive(&SUN_LINA, "NM-013");
    village.hand_over(case);
    world.settle(&mut [&mut village, &mut window]);
    // Five working days went by, and nobody said a word.
    let laptop = Laptop::closed(window, "deemed")?;
    laptop
        .with(LIN_FANG, "deemed", async |page| {
            open(page, SUN_LINA.name).await?;
            page.says("next-step", "视为受理").await?;
            page.shot("1-silence").await?;
            page.press("offer-accept_deemed").await?;
            page.see("act-form").await?;
            page.press("act-do").await?;
            page.says("case-stage", "受理").await?;
            let legal = page.text_css(&format!("{} .date", named("clock-statutory"))).await?;
            ensure!(legal.contains("10月29日"), "from 2026-09-24 on, not from today (D43): {legal}");
            page.shot("2-accepted").await.map(drop)
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r66_a_mandate_withdrawn_mid_way_stops_the_agent_and_not_the_person() -> Result<()> {
    let world = World::new(2404);
    let mut village = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-11-16T09:00");
    village.receive_with(&ZHAO_YUNFENG, "YB-001", Papers::All, |draft| {
        draft.mandate.until = "2027-11-01".into();
        draft.mandate.powers.insert(Power::Collect);
    });
    let laptop = Laptop::closed(village, "mandate-withdrawn")?;
    laptop
        .with(QIMUGE, "withdrawn", async |page| {
            open(page, ZHAO_YUNFENG.name).await?;
            page.see("offer-hand_over").await?;
            page.press("offer-end_mandate").await?;
            page.see("act-form").await?;
            page.press("why-withdrawn").await?;
            page.shot("1-withdraws").await?;
            page.press("act-do").await?;
            page.says("story-line", "委托").await?;
            // Nobody acts for her any more; what is there stays, and she may go on herself or entrust somebody anew.
            page.press("offer-hand_over").await?;
            page.see("act-form").await?;
            page.press("act-do").await?;
            let told = page.says("failure", "委托").await?;
            ensure!(!told.is_empty(), "it is said in words");
            page.shot("2-stopped").await?;
            page.key(key::ESCAPE).await?;
            page.see("offer-entrust").await.map(drop)
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r78_two_laptops_took_the_same_matter_and_both_see_it() -> Result<()> {
    let world = World::new(2406);
    let mut seven = world.station_on_disk("幸福大院代办点", BAICAIGOU, QIMUGE);
    let mut eight = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-11-16T09:30");
    let first = seven.receive(&ZHAO_YUNFENG, "MZ-007");
    world.at("2026-11-16T14:00");
    eight.receive(&ZHAO_YUNFENG, "MZ-007");
    let number = seven.page(first).row.number;
    world.settle(&mut [&mut seven, &mut eight]);
    Laptop::closed(eight, "two-laptops-eight")?
        .with(QIMUGE, "two-laptops-eight", async |page| {
            let told = page.says("h-doubles", ZHAO_YUNFENG.name).await?;
            ensure!(told.contains(&number), "the later one knows which was first: {told}");
            page.shot("1-today").await.map(drop)
        })
        .await?;
    Laptop::closed(seven, "two-laptops")?
        .with(QIMUGE, "two-laptops", async |page| {
            let told = page.says("h-doubles", ZHAO_YUNFENG.name).await?;
            ensure!(told.contains(&number), "which was first: {told}");
            page.shot("1-today").await?;
            page.press_css(&format!("{} a", named("h-doubles"))).await?;
            page.at("case").await?;
            page.says("double", &number).await?;
            page.write("double-reason", "重复，上午已收").await?;
            page.press("link-double").await?;
            page.says("story-line", "重复，上午已收").await?;
            page.shot("2-linked").await?;
            job::go(page, "today").await?;
            ensure!(!page.has("h-doubles").await?, "said what it is");
            Ok(())
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r34_r41_an_agent_leaves_and_hands_twelve_open_cases_over() -> Result<()> {
    const ITEMS: [&str; 12] = [
        "RS-002", "RS-003", "RS-012", "RS-013", "MZ-007", "MZ-001", "MZ-005", "YB-001", "YB-002", "RS-045", "RS-047",
        "MZ-004",
    ];
    let world = World::new(2407);
    let mut village = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    village.lock();
    must("she signs in again", village.sign_in(QIMUGE, world::PIN));
    world.at("2026-11-16T09:00");
    for item in ITEMS {
        village.receive(&QIAN_XIUYING, item);
    }
    world.hub.publish(PackageKind::Roster, &world.hub.roster_with_end(QIMUGE, "2099-12-31"));
    village.sync(&world.hub);
    let laptop = Laptop::closed(village, "leaving")?;
    laptop.with(QIMUGE, "gives", gives_all).await?;
    laptop.with(BAI_YUNXIA, "takes", takes_all_but_one).await?;
    laptop
        .with(QIMUGE, "left", async |page| {
            job::go(page, "handing").await?;
            let told = page.says("leaving", "在办 1 件").await?;
            ensure!(told.contains("重新签"), "principals are asked for new letters: {told}");
            page.says("sheet-line", "少一张照片").await?;
            page.shot("4-what-is-left").await?;
            for _ in 0..5 {
                page.chord(key::CONTROL, '=').await?;
            }
            page.bring("[data-test=give-section]").await?;
            page.shot("5-large-text").await.map(drop)
        })
        .await?;
    drop(laptop.station);
    Ok(())
}

async fn gives_all(page: &Page) -> Result<()> {
    page.chord(key::ALT, '5').await?;
    page.at("handing").await?;
    page.says("leaving", "在办 12 件").await?;
    ensure!(page.count(&named("givable")).await? == 12, "every open case");
    page.press("taker").await?;
    page.type_text("白云霞").await?;
    page.key(key::ENTER).await?;
    page.press("choose-all").await?;
    page.says("give", "12").await?;
    page.shot("1-gives").await?;
    page.press("give").await?;
    page.says("give-section", "您手上没有在办的件").await?;
    ensure!(page.count(&named("sheet-line")).await? == 12, "one sheet with every line");
    page.shot("2-given").await.map(drop)
}

async fn takes_all_but_one(page: &Page) -> Result<()> {
    page.says("h-sheets", "12 件").await?;
    page.press("see-sheet").await?;
    page.at("handing").await?;
    ensure!(page.count(&named("offered-line")).await? == 12, "line by line");
    page.press("line-back").await?;
    page.press("answer-sheet").await?;
    page.says("failure", &format!("退回{}", QIAN_XIUYING.name)).await?;
    page.write("back-reason", "少一张照片").await?;
    page.key(key::TAB).await?;
    page.shot("3-takes").await?;
    page.press("answer-sheet").await?;
    page.says("sheet-line", "少一张照片").await?;
    ensure!(page.count(&named("givable")).await? == 11, "eleven are hers now");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_an_item_that_was_withdrawn_is_finished_and_taken_no_more() -> Result<()> {
    let world = World::new(2408);
    let mut village = world.station_on_disk("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-11-16T09:00");
    village.receive(&ZHAO_YUNFENG, "MZ-007");
    world.hub.publish_changed(2, |items| items.retain(|item| item["code"] != "MZ-007"));
    village.sync(&world.hub);
    let laptop = Laptop::closed(village, "withdrawn-item")?;
    laptop
        .with(QIMUGE, "withdrawn-item", async |page| {
            open(page, ZHAO_YUNFENG.name).await?;
            page.says("item-standing", "取消").await?;
            page.see("offer-hand_over").await?;
            page.shot("1-open-case").await?;
            job::go(page, "catalogue").await?;
            let rows = async || page.texts(&named("item-row")).await.unwrap_or_default();
            page.write("item-search", "残疾人证").await?;
            until("what is on the list is found, and nothing else", PATIENCE, async || {
                let rows = rows().await;
                Ok((!rows.is_empty() && rows.iter().all(|row| row.contains("残疾人证"))).then_some(()))
            })
            .await?;
            page.write("item-search", "高龄津贴").await?;
            until("nothing is left of what was withdrawn", PATIENCE, async || {
                Ok(rows().await.is_empty().then_some(()))
            })
            .await?;
            page.shot("2-no-new-one").await.map(drop)
        })
        .await
}
