//! A whole disk was copied and both machines were worked on: the district sees it, the agent is told, and nothing is lost.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use daiban_tests::window::colleague::Colleague;
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::job;
use daiban_tests::window::page::Page;
use daiban_tests::window::people::{LI_CHUNMEI, PIN};

use crate::stage::{Stage, TOWNSHIP};

const HERE: &str = "今天去医院取了诊断书";
const THERE: &str = "用人单位说明天回话";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_disk_is_noticed_and_said_and_both_notes_arrive() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let mut stage = Stage::new("copied")?;
    stage.station.act("first-run", async |page| received(page, &dates).await).await?;
    stage.go_offline();
    let copy = stage.place("copy");
    copy_folder(&stage.station.data(), &copy)?;
    stage.come_online()?;
    the_copy_works(&copy).await?;
    stage.go_offline();
    let window = stage.station.open().await?;
    window.watch("note", note_here).await?;
    stage.come_online()?;
    window.watch("told", is_told).await?;
    window.close().await?;
    the_district_has_both(&stage).await
}

/// A case is taken and has arrived: from here on the two disks are one.
async fn received(page: &Page, dates: &InjuryDates) -> Result<()> {
    job::first_run(page).await?;
    job::take_the_injury(page, dates).await?;
    page.press("open-taken").await?;
    job::arrived(page).await.map(drop)
}

async fn the_copy_works(copy: &Path) -> Result<()> {
    let colleague = Colleague::resume(copy).await?;
    let hits = colleague.search(LI_CHUNMEI.name).await?;
    colleague.note(hits.first().context("the copy has the case")?.id, THERE).await?;
    colleague.exchange().await.map(drop)
}

async fn note_here(page: &Page) -> Result<()> {
    job::unlock(page, PIN).await?;
    page.at("today").await?;
    job::go(page, "cases").await?;
    page.press("case-name").await?;
    page.at("case").await?;
    job::note(page, HERE).await?;
    job::go(page, "sync").await?;
    page.says("outbox-count", "1").await?;
    page.shot("1-offline").await.map(drop)
}

async fn is_told(page: &Page) -> Result<()> {
    page.press("sync-now").await?;
    page.says("problem-forked", "整盘复制").await?;
    page.says("outbox-count", "0").await?;
    page.shot("2-noticed").await?;
    job::go(page, "cases").await?;
    page.press("case-name").await?;
    page.at("case").await?;
    for words in [HERE, THERE] {
        page.says("story-line", words).await?;
    }
    page.bring("[data-test=story-line]").await?;
    page.shot("3-both-notes").await.map(drop)
}

async fn the_district_has_both(stage: &Stage) -> Result<()> {
    let code = stage.district.code("吉忽伦图苏木便民服务中心", TOWNSHIP)?;
    let township = Colleague::enrol(&stage.place("township"), &code).await?;
    township.exchange().await?;
    let hits = township.search(LI_CHUNMEI.name).await?;
    ensure!(hits.len() == 1, "one case, however many disks: {}", hits.len());
    let story = format!("{:?}", township.open(hits[0].id).await?.story);
    for words in [HERE, THERE] {
        assert_eq!(story.matches(words).count(), 1, "{words}, once");
    }
    Ok(())
}

/// As somebody does who takes an image of a disk.
fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
