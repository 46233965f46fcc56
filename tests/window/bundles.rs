//! 一件事 in the window: a firm in half a day, a newborn from one form to one window.

use anyhow::{Result, ensure};
use daiban_core::edge::Edge;
use daiban_model::api::CasePage;
use daiban_model::case::Command;
use daiban_model::case::event::{AcceptanceBasis, Decision, Outcome};
use daiban_model::ids::CaseId;
use daiban_tests::window::job;
use daiban_tests::window::page::{Page, named};
use daiban_tests::world::{DISTRICT, HE_JING, QIAN_XIUYING, SUN_LINA, Station, World, some};

use crate::lived_in::{Laptop, open};

/// Accepts a bundle at its window.
fn accept(window: &mut Station, lead: CaseId) -> CasePage {
    window.act(lead, Command::Accept { basis: AcceptanceBasis::Complete })
}

/// A department finishes the step whose name begins so.
fn finish(window: &mut Station, lead: CaseId, name: &str) {
    let page = window.page(lead);
    let steps = some("a bundle", page.bundle).steps;
    let case = some(name, steps.iter().find(|step| step.name.contains(name)).and_then(|step| step.case));
    let (on, number) = (window.clock().now().date(), format!("{name}第1号"));
    let (outcome, reasons, valid_until) = (Outcome::Granted, String::new(), None);
    window.act(case, Command::Decide(Decision { outcome, on, number, reasons, valid_until }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r124_half_a_day_goes_across_noon_and_across_a_holiday() -> Result<()> {
    let world = World::new(2405);
    let mut window = world.station_on_disk("企业开办专窗", DISTRICT, HE_JING);
    let mut numbers = Vec::new();
    for (at, person) in [("2026-03-03T10:40", SUN_LINA), ("2026-09-30T15:30", QIAN_XIUYING)] {
        world.at(at);
        let lead = window.receive_bundle(&person, "enterprise-start", &[]).cases[0];
        numbers.push(accept(&mut window, lead).row.number);
    }
    let laptop = Laptop::closed(window, "half-day")?;
    laptop
        .with(HE_JING, "half-day", async |page| {
            // 1 h 20 min before noon and 2 h 40 min from half past two on; two hours before the national holiday and two after it.
            let ends = [(SUN_LINA.name, "3月3日 17:10"), (QIAN_XIUYING.name, "10月8日 10:30")];
            for (number, (name, end)) in numbers.iter().zip(ends) {
                open(page, name).await?;
                to_whole(page, number).await?;
                let shown = page.text_css(&format!("{} .date", named("clock-promised"))).await?;
                ensure!(shown.contains(end), "{shown}, not {end}");
                let owners = page.texts(".tracks th[scope=row]").await?;
                ensure!(
                    owners.iter().any(|owner| owner.contains("市场监督管理局")),
                    "each step has its owner: {owners:?}"
                );
                page.bring("#tracks").await?;
                page.shot(&format!("half-day-{}", end.replace([' ', ':'], "-"))).await?;
            }
            Ok(())
        })
        .await
}

/// D82 worked to its end: four office hours across noon would be 15:40, and it is done at 15:05.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r125_a_firm_was_done_within_half_a_day_and_who_held_it_is_shown() -> Result<()> {
    let world = World::new(2410);
    let mut window = world.station_on_disk("企业开办专窗", DISTRICT, HE_JING);
    world.at("2026-03-03T09:10");
    let lead = window.receive_bundle(&SUN_LINA, "enterprise-start", &[]).cases[0];
    let number = accept(&mut window, lead).row.number;
    for (at, steps) in [
        ("2026-03-03T09:25", &["名称自主申报"][..]),
        ("2026-03-03T10:40", &["公司设立登记"]),
        ("2026-03-03T15:05", &["公章刻制", "信息确认", "社会保险登记", "单位参保登记"]),
    ] {
        world.at(at);
        steps.iter().for_each(|name| finish(&mut window, lead, name));
    }
    Laptop::closed(window, "half-day-done")?
        .with(HE_JING, "half-day-done", async |page| {
            open(page, SUN_LINA.name).await?;
            to_whole(page, &number).await?;
            page.says("bundle-count", "6").await?;
            page.says("bundle-minutes", "3 小时 25 分").await?;
            page.bring("#tracks").await?;
            page.shot("done-in-time").await.map(drop)
        })
        .await
}

/// From one of the steps to the whole.
async fn to_whole(page: &Page, number: &str) -> Result<()> {
    if page.text("case-number").await? != number {
        page.press("to-whole").await?;
    }
    page.says("case-number", number).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r116_a_newborn_is_one_form_one_number_and_a_track_for_each_department() -> Result<()> {
    let world = World::new(2409);
    let window = world.station_on_disk("一件事窗口", DISTRICT, HE_JING);
    let laptop = Laptop::closed(window, "newborn")?;
    laptop
        .with(HE_JING, "newborn", async |page| {
            job::begin(page).await?;
            job::person(page, &daiban_tests::window::people::ZHOU_MEILING).await?;
            job::next(page, "items").await?;
            page.write("item-search", "新生儿").await?;
            page.press_css("[data-test=bundle-option][data-bundle=newborn] [data-test=bundle-take]").await?;
            answer_all(page).await?;
            page.says("bundle-steps-count", "步").await?;
            page.shot("1-questions").await?;
            job::next(page, "papers").await?;
            let papers = page.count(&named("paper-row")).await?;
            job::papers(page, &vec!["have"; papers]).await?;
            page.shot("2-one-list").await?;
            job::next(page, "mandate").await?;
            job::mandate_by_thumb(page, "王秀英").await?;
            job::next(page, "check").await?;
            let number = job::receive(page).await?;
            page.shot("3-one-number").await?;
            page.press("open-taken").await?;
            page.at("case").await?;
            ensure!(page.text("case-number").await? == number, "one number for the whole");
            page.press("offer-accept").await?;
            page.see("act-form").await?;
            page.press("act-do").await?;
            page.says("bundle-count", "办理中").await?;
            let tracks = page.texts(".tracks th[scope=row]").await?;
            ensure!(tracks.len() >= 4, "a track for each department: {tracks:?}");
            page.bring("#tracks").await?;
            page.shot("4-tracks").await.map(drop)
        })
        .await
}

/// The first answer to every question that is asked.
async fn answer_all(page: &Page) -> Result<()> {
    page.see_css("[data-test=bundle-questions] .seg label").await?;
    let asked = page.count("[data-test=bundle-questions] .seg").await?;
    for nth in 0..asked {
        let first = format!("[data-test=bundle-questions] .field:nth-of-type({}) label", nth + 1);
        page.press_css(&first).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r119_r120_the_last_step_ends_the_whole_and_one_window_hands_everything_out() -> Result<()> {
    let world = World::new(2411);
    let mut window = world.station_on_disk("一件事窗口", DISTRICT, HE_JING);
    world.at("2026-11-16T09:40");
    let lead = window.receive_bundle(&QIAN_XIUYING, "newborn", &[]).cases[0];
    let number = accept(&mut window, lead).row.number;
    for name in ["出生医学证明", "户口登记", "预防接种证", "参保登记", "社会保障卡"] {
        finish(&mut window, lead, name);
    }
    Laptop::closed(window, "newborn-end")?
        .with(HE_JING, "newborn-end", async |page| {
            open(page, QIAN_XIUYING.name).await?;
            to_whole(page, &number).await?;
            ensure!(!page.has("offer-deliver_results").await?, "results wait until all are there");
            page.press_css("[data-standing=open] a").await?;
            page.press("offer-decide").await?;
            page.press("outcome-granted").await?;
            page.write("number", "医保缴费第1号").await?;
            page.press("act-do").await?;
            page.says("case-stage", "准予").await?;
            page.press("to-whole").await?;
            page.says("bundle-count", "6").await?;
            page.shot("1-all-there").await?;
            page.press("offer-deliver_results").await?;
            page.see("act-form").await?;
            ensure!(page.count(".act-form .pick-row").await? == 6, "every result, ticked");
            page.press("way-direct").await?;
            page.shot("2-one-window").await?;
            page.press("act-do").await?;
            page.says("case-stage", "送达").await?;
            page.bring("#tracks").await?;
            page.shot("3-handed-out").await.map(drop)
        })
        .await
}
