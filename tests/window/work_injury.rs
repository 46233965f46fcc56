//! The main job, whole: a migrant worker in hospital, an agent without a network, a power cut, and the district in the end.

use anyhow::{Context, Result};
use daiban_model::case::fold::Stage as CaseStage;
use daiban_tests::window::colleague::Colleague;
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::job;
use daiban_tests::window::page::{PATIENCE, Page, key, named, until};
use daiban_tests::window::people::{LI_CHUNMEI, PIN, ZHAO_YUNFENG, ZHOU_MEILING};

use crate::stage::{ELSEWHERE, Stage, TOWNSHIP};

const NOTES: [&str; 2] = ["医院说脚趾骨折，先住院三周", "工友王师傅愿意写证言"];
const HALF_ADDRESS: &str = "欣望社区二号楼";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_work_injury_taken_offline_outlives_a_power_cut_and_reaches_the_district() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let mut stage = Stage::new("work-injury")?;
    let window = stage.station.open().await?;
    window.watch("first-run", job::first_run).await?;
    stage.go_offline();
    window.watch("lock-and-unlock", lock_and_unlock).await?;
    let number = window.watch("the-hurt-worker", async |page| take_the_injury(page, &dates).await).await?;
    window.watch("notes", async |page| add_notes(page, &number).await).await?;
    window.watch("second-case", second_case).await?;
    window.watch("half-a-case", half_a_case).await?;
    window.kill().await?;

    let window = stage.station.open().await?;
    window.watch("nothing-is-lost", async |page| nothing_is_lost(page, &number).await).await?;
    window.watch("waits", waits_for_the_district).await?;
    stage.come_online()?;
    let seq = window.watch("arrives", arrives).await?;
    window.close().await?;
    the_district_has_it(&stage, seq)?;
    others_see_what_they_may(&stage, &number).await
}

/// Nobody at the other end: the agent comes and goes all the same.
async fn lock_and_unlock(page: &Page) -> Result<()> {
    job::lock(page).await?;
    let took = job::unlock(page, PIN).await?;
    println!("unlock to usable: {} ms", took.as_millis());
    assert!(took.as_secs() < 10, "unlocking took {took:?}");
    page.at("today").await
}

async fn take_the_injury(page: &Page, dates: &InjuryDates) -> Result<String> {
    job::begin(page).await?;
    job::person(page, &LI_CHUNMEI).await?;
    job::injury(page, dates).await?;
    page.shot("11-person").await?;
    job::next(page, "items").await?;
    job::item(page, "工伤认定", job::WORK_INJURY).await?;
    page.shot("12-items").await?;
    job::next(page, "papers").await?;
    job::papers(page, &["have", "lack", "have"]).await?;
    let notice = page.text("notice").await?;
    for words in ["一次性告知书", LI_CHUNMEI.name, "工伤认定申请", "劳动关系"] {
        assert!(notice.contains(words), "the notice says {words}: {notice}");
    }
    page.shot("13-papers").await?;
    job::next(page, "mandate").await?;
    job::mandate_by_thumb(page, "王秀英").await?;
    page.shot("14-mandate").await?;
    job::next(page, "check").await?;
    shows_the_dates(page, dates, "before it is received").await?;
    page.shot("15-check").await?;
    let number = job::receive(page).await?;
    page.shot("16-slip").await?;
    let slip = job::paper_words(page).await?;
    for words in [number.as_str(), LI_CHUNMEI.name, LI_CHUNMEI.masked, "工伤认定申请", "不是受理决定"] {
        assert!(slip.contains(words), "the slip says {words}: {slip}");
    }
    assert!(!slip.contains(LI_CHUNMEI.citizen_id), "the whole number stands on no slip: {slip}");
    page.says("paper-offer", "一次性告知书").await?;
    page.press("open-taken").await?;
    page.at("case").await?;
    shows_the_dates(page, dates, "on the page of the case").await?;
    page.shot("17-case").await?;
    Ok(number)
}

/// 30 days, one year, 60 days, 15 days.
async fn shows_the_dates(page: &Page, dates: &InjuryDates, place: &str) -> Result<()> {
    for (clock, day) in dates.clocks() {
        let shown = page.text_css(&format!("{} .date", named(clock))).await?;
        assert_eq!(shown, dates.words(day), "{clock} {place}");
    }
    Ok(())
}

async fn add_notes(page: &Page, number: &str) -> Result<()> {
    for words in NOTES {
        job::note(page, words).await?;
    }
    assert_eq!(page.text("case-number").await?, number, "the notes are on the same case");
    page.says("case-sent", "还没送出").await?;
    page.shot("18-notes").await.map(drop)
}

/// An old woman's allowance: no phone, a contact person instead, everything brought.
async fn second_case(page: &Page) -> Result<()> {
    job::begin(page).await?;
    job::person(page, &ZHAO_YUNFENG).await?;
    job::next(page, "items").await?;
    job::item(page, "高龄津贴", "MZ-007").await?;
    job::next(page, "papers").await?;
    let papers = page.count(&named("paper-row")).await?;
    job::papers(page, &vec!["have"; papers]).await?;
    job::next(page, "mandate").await?;
    job::mandate_by_thumb(page, "钱秀英").await?;
    job::next(page, "check").await?;
    let number = job::receive(page).await?;
    assert!(number.ends_with("0002"), "the second number of the day: {number}");
    Ok(())
}

/// The third one is only half typed when the power goes.
async fn half_a_case(page: &Page) -> Result<()> {
    job::begin(page).await?;
    job::person(page, &ZHOU_MEILING).await?;
    page.write("address", HALF_ADDRESS).await?;
    assert_eq!(page.focus().await?, "address", "the cursor is in the address");
    // What stands on the disk is what was typed before the last short pause; the top of the page says when that was.
    let typed = page.run("return Date.now()").await?.as_i64().context("the page has a clock")?;
    until("the address is kept", PATIENCE, async || {
        let kept = page.see("saved").await?.attr("data-at").await?.and_then(|at| at.parse::<i64>().ok());
        Ok(kept.filter(|kept| *kept > typed).map(drop))
    })
    .await
}

async fn nothing_is_lost(page: &Page, number: &str) -> Result<()> {
    job::unlock(page, PIN).await?;
    page.at("today").await?;
    page.shot("21-after-the-power-cut").await?;
    page.press_css("[data-test=draft-row] a").await?;
    page.see_css("[data-page=new][data-step=person]").await?;
    until("the cursor is in the same field", PATIENCE, async || Ok((page.focus().await? == "address").then_some(())))
        .await?;
    assert_eq!(page.value("address").await?, HALF_ADDRESS, "the last thing typed");
    assert_eq!(page.value("name").await?, ZHOU_MEILING.name, "and what was typed before it");
    assert_eq!(page.value("citizen_id").await?, ZHOU_MEILING.citizen_id, "to the last sign");
    page.shot("22-same-draft-same-field").await?;
    page.key(key::ESCAPE).await?;
    page.at("today").await?;
    // Two characters of a name find her.
    page.chord(key::CONTROL, 'k').await?;
    page.type_text("春梅").await?;
    page.key(key::ENTER).await?;
    page.at("cases").await?;
    page.says("case-name", LI_CHUNMEI.name).await?;
    page.shot("23-search").await?;
    page.press("case-name").await?;
    page.at("case").await?;
    assert_eq!(page.text("case-number").await?, number, "the case has kept its number");
    for words in NOTES {
        page.says("story-line", words).await?;
    }
    page.shot("24-case-after-the-power-cut").await.map(drop)
}

/// What waits is told in items and bytes; being offline is no fault of anybody.
async fn waits_for_the_district(page: &Page) -> Result<()> {
    job::go(page, "sync").await?;
    page.press("sync-now").await?;
    page.says("sync-state", "离线，照常办件").await?;
    let waiting = page.text("outbox").await?;
    for words in [LI_CHUNMEI.name, ZHAO_YUNFENG.name, "KB"] {
        assert!(waiting.contains(words), "{words} waits: {waiting}");
    }
    assert!(!page.has("problems").await?, "to be offline is no problem");
    page.shot("31-sync-before").await.map(drop)
}

/// The hub is there again.
async fn arrives(page: &Page) -> Result<u64> {
    let seq = job::arrived(page).await?;
    page.shot("32-sync-after").await?;
    assert!(seq >= 1, "a number in the feed of the village");
    page.chord(key::CONTROL, 'k').await?;
    page.type_text("lcm").await?;
    page.key(key::ENTER).await?;
    page.at("cases").await?;
    page.says("case-name", LI_CHUNMEI.name).await?;
    page.press("case-name").await?;
    page.says("case-sent", "区里已收").await?;
    page.shot("33-case-arrived").await?;
    Ok(seq)
}

fn the_district_has_it(stage: &Stage, seq: u64) -> Result<()> {
    let audit = stage.district.verify()?;
    assert_eq!(audit["faults"], serde_json::json!([]), "every signature, root and link of the chain holds");
    let segments = audit["segments"].as_u64().context("the audit counts segments")?;
    assert!(segments >= 1, "something has arrived: {audit}");
    println!("receipt {seq} at the hub, audit {audit}");
    Ok(())
}

async fn others_see_what_they_may(stage: &Stage, number: &str) -> Result<()> {
    let code = stage.district.code("苏木便民服务中心", TOWNSHIP)?;
    let township = Colleague::enrol(&stage.place("township"), &code).await?;
    township.exchange().await?;
    let rows = township.search(LI_CHUNMEI.name).await?;
    assert_eq!(rows.len(), 1, "the township's station has the case");
    assert_eq!(rows[0].number, number, "it is the same one");
    assert!(matches!(rows[0].stage, CaseStage::Supplementing { .. }), "where it stands: {:?}", rows[0].stage);
    let page = township.open(rows[0].id).await?;
    let told: Vec<&str> = page.story.iter().map(|line| line.detail.as_str()).collect();
    for words in NOTES {
        assert!(told.contains(&words), "the notes came along: {told:?}");
    }
    let code = stage.district.code("缸房地村代办点", ELSEWHERE)?;
    let elsewhere = Colleague::enrol(&stage.place("elsewhere"), &code).await?;
    elsewhere.exchange().await?;
    assert_eq!(
        elsewhere.search(LI_CHUNMEI.name).await?,
        Vec::new(),
        "a village of another township sees nothing of it"
    );
    assert_eq!(elsewhere.search("").await?, Vec::new(), "and nothing else of that village");
    Ok(())
}
