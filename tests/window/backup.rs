//! A laptop is backed up onto a stick, breaks, and a new one goes on from it (R87).

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::job;
use daiban_tests::window::page::{PATIENCE, Page, key, until};
use daiban_tests::window::people::PIN;
use daiban_tests::window::station::Station;

use crate::looks;
use crate::stage::{Stage, VILLAGE, shots};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r87_a_new_laptop_goes_on_from_the_stick_of_the_one_that_broke() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let stage = Stage::new("backup")?;
    let stick = stage.place("stick");
    fs::create_dir_all(&stick)?;
    let place = stick.to_str().context("a place")?;
    let window = stage.station.open().await?;
    window.watch("first-run", job::first_run).await?;
    window.watch("none-yet", nothing_yet).await?;
    let number = window.watch("case", async |page| job::take_the_injury(page, &dates).await).await?;
    window.watch("backup", async |page| back_up(page, place).await).await?;
    window.kill().await?;
    a_torn_one_beside_it(&stick)?;

    let code = stage.district.code("幸福大院代办点（新电脑）", VILLAGE)?;
    let new = Station::new(&stage.place("new"), &code, &shots("backup"))?;
    let window = new.open().await?;
    window.watch("wrong-place", a_place_without_a_stick).await?;
    window.watch("restore", async |page| put_back(page, place).await).await?;
    window.watch("code", becomes_a_station).await?;
    window.watch("goes-on", async |page| goes_on(page, &number).await).await?;
    window.close().await
}

async fn nothing_yet(page: &Page) -> Result<()> {
    job::go(page, "sync").await?;
    let told = "return document.querySelector('[data-test=backup]')?.textContent ?? null";
    let said = until("it is known how backups stand", PATIENCE, async || {
        Ok(page.run(told).await?.as_str().map(str::to_owned))
    });
    let said = said.await?;
    ensure!(said.is_empty(), "there is nothing to lose yet: {said}");
    page.run("history.back(); return null").await?;
    page.at("today").await
}

async fn back_up(page: &Page, place: &str) -> Result<()> {
    page.press("open-taken").await?;
    job::go(page, "sync").await?;
    page.press("stick-open").await?;
    page.write("stick-path", place).await?;
    page.bring("[data-test=stick]").await?;
    page.shot("1-stick").await?;
    page.press("backup-write").await?;
    page.says("backup-written", "备份好了：1 件").await?;
    page.says("backup", "上次备份").await?;
    page.bring("[data-test=stick]").await?;
    page.shot("2-backed-up").await?;
    // Elsewhere and back: it still stands there that the stick may be pulled.
    job::go(page, "cases").await?;
    job::go(page, "sync").await?;
    page.says("backup-written", "可以拔优盘").await.map(drop)
}

/// A backup of which the power took half.
fn a_torn_one_beside_it(stick: &Path) -> Result<()> {
    let torn = stick.join("daiban/backup-05-20260101-000000");
    fs::create_dir_all(&torn)?;
    fs::write(torn.join("backup.list"), [1, 2, 3])?;
    Ok(())
}

/// Enter after the place looks for backups; it does not use the code that stands above.
async fn a_place_without_a_stick(page: &Page) -> Result<()> {
    page.at("enrol").await?;
    page.press_css("[data-test=restore-road] summary").await?;
    page.write("backup_path", "/media/nobody/has/this").await?;
    page.key(key::ENTER).await?;
    page.says("backup_path-error", "优盘").await?;
    page.at("enrol").await?;
    page.shot("3-no-stick").await.map(drop)
}

async fn put_back(page: &Page, place: &str) -> Result<()> {
    let code = page.value("enrol_code").await?;
    page.write("backup_path", place).await?;
    page.key(key::ENTER).await?;
    page.says("restore", "1 件").await?;
    page.says("damaged-backups", "1 份坏了").await?;
    page.bring("[data-test=restore-road]").await?;
    page.shot("4-found").await?;
    for _ in 0..3 {
        page.chord(key::CONTROL, '=').await?;
    }
    looks::look(page, "4-found-large").await?;
    page.chord(key::CONTROL, '0').await?;
    page.press("restore").await?;
    page.says("restore-lead", "备份已恢复").await?;
    ensure!(page.value("enrol_code").await? == code, "the code that was typed is still there");
    page.shot("5-put-back").await.map(drop)
}

async fn becomes_a_station(page: &Page) -> Result<()> {
    page.press("enrol").await?;
    job::unlock(page, PIN).await?;
    page.at("today").await
}

async fn goes_on(page: &Page, number: &str) -> Result<()> {
    job::go(page, "cases").await?;
    page.press("case-name").await?;
    page.at("case").await?;
    page.says("case-number", number).await?;
    job::arrived(page).await?;
    page.shot("6-goes-on").await.map(drop)
}
