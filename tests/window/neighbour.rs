//! The district is not there: two stations of one net exchange by an address that a person types, and a case changes hands.

use anyhow::{Result, ensure};
use daiban_tests::window::colleague::Colleague;
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::job;
use daiban_tests::window::page::Page;
use daiban_tests::window::people::LI_CHUNMEI;

use crate::stage::{Stage, TOWNSHIP};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_goes_to_the_township_next_door_without_the_district() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let mut stage = Stage::new("neighbour")?;
    let code = stage.district.code("吉忽伦图苏木便民服务中心", TOWNSHIP)?;
    let township = Colleague::enrol(&stage.place("township"), &code).await?;
    township.exchange().await?;
    let window = stage.station.open().await?;
    window.watch("first-run", job::first_run).await?;
    stage.go_offline();
    window.watch("case", async |page| job::take_the_injury(page, &dates).await.map(drop)).await?;
    ensure!(township.search(LI_CHUNMEI.name).await?.is_empty(), "nothing has gone to the township yet");
    window.watch("closed", nobody_there).await?;
    let address = township.meets_neighbours().await?;
    window.watch("met", async |page| meet(page, &address).await).await?;
    let hits = township.search(LI_CHUNMEI.name).await?;
    ensure!(hits.len() == 1, "the township has the case: {}", hits.len());
    window.watch("owed", still_owed).await?;
    window.close().await
}

async fn nobody_there(page: &Page) -> Result<()> {
    page.press("open-taken").await?;
    job::go(page, "sync").await?;
    page.says("near-here", "没有打开").await?;
    page.press("near-switch").await?;
    page.says("near-here", "已经打开").await?;
    page.write("near-address", "127.0.0.1:9").await?;
    page.press("near-meet").await?;
    page.says("near-address-error", "没有回应").await?;
    page.bring("[data-test=near]").await?;
    page.shot("1-nobody-there").await.map(drop)
}

async fn meet(page: &Page, address: &str) -> Result<()> {
    page.write("near-address", address).await?;
    page.press("near-meet").await?;
    page.says("near-station", "吉忽伦图苏木便民服务中心").await?;
    page.says("near-station", "送出").await?;
    page.bring("[data-test=near]").await?;
    page.shot("2-met").await.map(drop)
}

/// A neighbour's copy is no receipt: the district still has to have it.
async fn still_owed(page: &Page) -> Result<()> {
    page.says("outbox-count", "1").await?;
    page.bring("[data-test=outbox-count]").await?;
    page.shot("3-still-owed").await.map(drop)
}
