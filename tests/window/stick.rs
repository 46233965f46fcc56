//! No line at all: a case goes to the district on a stick and its receipt comes back on it.

use anyhow::{Context, Result, ensure};
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::job;
use daiban_tests::window::page::Page;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_goes_by_stick_and_its_receipt_comes_back_on_it() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let mut stage = Stage::new("stick")?;
    let stick = stage.place("stick");
    std::fs::create_dir_all(&stick)?;
    let place = stick.to_str().context("a place")?.to_owned();
    let window = stage.station.open().await?;
    window.watch("first-run", job::first_run).await?;
    stage.go_offline();
    window.watch("case", async |page| job::take_the_injury(page, &dates).await.map(drop)).await?;
    window.watch("gone", async |page| a_stick_that_is_not_there(page).await).await?;
    window.watch("write", async |page| write(page, &place).await).await?;
    let report = stage.district.courier(&stick)?;
    assert_eq!(report["answered"].as_array().map(Vec::len), Some(1), "the district took the letter: {report}");
    window.watch("read", async |page| read(page, &place).await).await?;
    window.watch("backup", async |page| back_up(page, &place).await).await?;
    window.close().await
}

async fn a_stick_that_is_not_there(page: &Page) -> Result<()> {
    page.press("open-taken").await?;
    job::go(page, "sync").await?;
    page.press("stick-open").await?;
    page.write("stick-path", "/media/nobody/has/this").await?;
    page.press("stick-write").await?;
    page.says("stick-path-error", "件都还在这台电脑上").await?;
    page.bring("[data-test=stick]").await?;
    page.shot("1-no-stick").await.map(drop)
}

async fn write(page: &Page, place: &str) -> Result<()> {
    page.write("stick-path", place).await?;
    page.press("stick-write").await?;
    page.says("stick-written", "可以拔优盘").await?;
    page.says("outbox-count", "1").await?;
    page.bring("[data-test=stick]").await?;
    page.shot("2-written").await.map(drop)
}

async fn read(page: &Page, place: &str) -> Result<()> {
    page.press("stick-back").await?;
    page.write("stick-path", place).await?;
    page.press("stick-read").await?;
    page.says("stick-read-done", "送到 1 项").await?;
    page.says("outbox-count", "0").await?;
    page.bring("[data-test=stick]").await?;
    page.shot("3-answer").await.map(drop)
}

/// On the first day there is no backup yet; what there is to lose asks for one.
async fn back_up(page: &Page, place: &str) -> Result<()> {
    job::go(page, "today").await?;
    page.says("backup-due", "还没有备份过").await?;
    page.shot("4-no-backup").await?;
    page.press("go-backup").await?;
    page.at("sync").await?;
    page.says("backup", "还没有备份过").await?;
    page.press("stick-back").await?;
    page.write("stick-path", place).await?;
    page.press("backup-write").await?;
    page.says("backup-written", "备份好了").await?;
    job::go(page, "today").await?;
    page.see("due-row").await?;
    ensure!(!page.has("backup-due").await?, "it was made today");
    Ok(())
}
