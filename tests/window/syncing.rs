//! The sync page while something happens: a slow line with items, bytes and time left, and what the district did not take.

use anyhow::{Context, Result, ensure};
use daiban_model::wire::Why;
use daiban_tests::window::colleague::{Colleague, Refusal};
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::district::District;
use daiban_tests::window::job;
use daiban_tests::window::line::{Line, POOR};
use daiban_tests::window::page::Page;
use daiban_tests::window::people::{LI_CHUNMEI, PIN};
use daiban_tests::window::station::Station;

use crate::stage::{Stage, VILLAGE, shots};

/// Notes of weeks away: more than one request carries.
const NOTES: usize = 500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_line_shows_items_and_bytes_and_the_time_left() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let folder = tempfile::tempdir()?;
    let mut district = District::found(folder.path())?;
    let serving = district.serve()?;
    let line = Line::to(&district.address()?).await?;
    let enrol = district.code("幸福大院代办点", VILLAGE)?.replace(&district.address()?, line.address());
    let station = Station::new(&folder.path().join("station"), &enrol, &shots("syncing"))?;
    station
        .act("first-run", async |page| {
            job::first_run(page).await?;
            job::take_the_injury(page, &dates).await?;
            page.press("open-taken").await?;
            job::arrived(page).await
        })
        .await?;
    drop(serving);
    let away = Colleague::resume(&station.data()).await?;
    let case = away.search(LI_CHUNMEI.name).await?.first().context("the case is there")?.id;
    for number in 0..NOTES {
        away.note(case, &long_note(number)).await?;
    }
    drop(away);
    let _serving = district.serve()?;
    line.slow_to(POOR);
    station.act("slow", slow).await?;
    let verified = district.verify()?;
    ensure!(verified["faults"].as_array().is_none_or(Vec::is_empty), "the feeds are whole: {verified}");
    Ok(())
}

async fn slow(page: &Page) -> Result<()> {
    job::unlock(page, PIN).await?;
    page.at("today").await?;
    job::go(page, "sync").await?;
    page.press("sync-now").await?;
    let left = page.says("time-left", "发完").await?;
    let said = page.text("progress").await?;
    println!("a slow line: {said} ({left})");
    ensure!(said.contains("kB") || said.contains("KB"), "bytes are said: {said}");
    page.shot("1-syncing").await?;
    page.says("outbox-count", "0").await?;
    page.shot("2-done").await.map(drop)
}

/// Words that do not compress to nothing.
fn long_note(number: usize) -> String {
    let hash = |part: usize| blake3::hash(&(number * 31 + part).to_le_bytes()).to_hex().to_string();
    (0..28).map(hash).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_district_did_not_take_is_named_and_goes_again_by_a_button() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let mut stage = Stage::new("refused")?;
    stage
        .station
        .act("first-run", async |page| {
            job::first_run(page).await?;
            job::take_the_injury(page, &dates).await?;
            page.press("open-taken").await?;
            job::arrived(page).await
        })
        .await?;
    stage.go_offline();
    stage
        .station
        .act("note", async |page| {
            job::unlock(page, PIN).await?;
            job::go(page, "cases").await?;
            page.press("case-name").await?;
            page.at("case").await?;
            job::note(page, "单位负责人今天不在").await?;
            job::go(page, "sync").await?;
            page.press("sync-now").await?;
            page.says("outbox-count", "1").await.map(drop)
        })
        .await?;
    // As a hub leaves it that had not yet been told of the village when the segment came.
    let second = Refusal { scope: VILLAGE, number: 2, why: Why::OutOfScope };
    drop(Colleague::refused(&stage.station.data(), second).await?);
    stage.come_online()?;
    stage.station.act("again", again).await
}

async fn again(page: &Page) -> Result<()> {
    job::unlock(page, PIN).await?;
    page.at("today").await?;
    job::go(page, "sync").await?;
    page.says("refused-cases", LI_CHUNMEI.name).await?;
    page.says("outbox-count", "1").await?;
    page.bring("[data-test=problems]").await?;
    page.shot("1-refused").await?;
    page.press("send-again").await?;
    page.says("outbox-count", "0").await?;
    page.top().await?;
    ensure!(!page.has("refused-cases").await?, "nothing is left of it");
    page.shot("2-taken").await.map(drop)
}
