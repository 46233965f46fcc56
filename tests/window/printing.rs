//! Papers in the window: the pages that are seen are the pages that are printed, and the case remembers each print.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use daiban_tests::paper::{run_on, text};
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::job;
use daiban_tests::window::page::{PATIENCE, Page, key, named, until};
use daiban_tests::window::people::LI_CHUNMEI;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r183_a_slip_is_seen_saved_saved_again_and_told_by_its_hash() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let stage = Stage::new("printing")?;
    let papers = stage.station.documents().join("石心代办");
    let story = stage.station.act("printing", async |page| {
        job::first_run(page).await?;
        let number = job::take_the_injury(page, &dates).await?;
        at_the_desk(page, &papers).await?;
        page.press("open-taken").await?;
        page.at("case").await?;
        on_the_case(page, &papers, &number).await
    });
    story.await
}

/// One press puts out what people take home. Here is no printer: it says so, and a file is the other way.
async fn at_the_desk(page: &Page, papers: &Path) -> Result<()> {
    page.see("paper-page").await?;
    page.shot("1-slip").await?;
    page.chord(key::CONTROL, 'p').await?;
    page.says("failure", "还没装打印机").await?;
    ensure!(!papers.exists(), "nothing was written where nobody asked for it");
    let untouched = page.texts(&named("paper-printed")).await?;
    ensure!(untouched.iter().all(|times| times.contains("还没打过")), "no print is told of: {untouched:?}");
    page.press("save-paper").await?;
    page.says("paper-out", "石心代办").await?;
    page.shot("2-saved").await?;
    let names: Vec<String> = files(papers)?.into_iter().map(|(name, _)| name).collect();
    for kind in ["收件回执", "代办委托书"] {
        ensure!(names.iter().any(|name| name.starts_with(kind)), "{kind} is among {names:?}");
    }
    ensure!(!names.iter().any(|name| name.contains(LI_CHUNMEI.name)), "nobody's name is in a file's name: {names:?}");
    Ok(())
}

async fn on_the_case(page: &Page, papers: &Path, number: &str) -> Result<()> {
    let slip = format!("{}[data-paper=receipt]", named("paper-offer"));
    ensure!(page.text_css(&slip).await?.contains("打过 1 次"), "the print at the desk counts");
    page.tab_to(&format!("{slip} button")).await?;
    page.key(key::ENTER).await?;
    let seen = job::paper_words(page).await?;
    for words in [number, LI_CHUNMEI.name, LI_CHUNMEI.masked, "不是受理决定", "补打，第2次打印"] {
        ensure!(seen.contains(words), "the page says {words}: {seen}");
    }
    ensure!(!seen.contains(LI_CHUNMEI.citizen_id), "R46: never the whole number");
    page.shot("3-looked-at").await?;
    page.press("save-paper").await?;
    page.says("paper-out", "石心代办").await?;
    let again = until("the reprint lies there", PATIENCE, async || {
        Ok(files(papers)?.into_iter().find(|(name, _)| name.starts_with("收件回执") && name.ends_with("-2.pdf")))
    })
    .await?
    .1;
    let printed = run_on(&text(&again));
    for words in [number, LI_CHUNMEI.name, LI_CHUNMEI.masked, "补打，第2次打印"] {
        ensure!(printed.contains(words), "what was seen is what was put out: {printed}");
    }
    page.key(key::ESCAPE).await?;
    let story = page.says("story-line", "第 2 次").await?;
    let hash = blake3::hash(&again).to_hex();
    ensure!(story.contains(&hash[..16]), "the case knows the file by its hash: {story}");
    page.bring("#prints").await?;
    page.shot("4-papers-of-the-case").await.map(drop)
}

/// Saved papers, each with its bytes.
fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let entries = std::fs::read_dir(folder).context("no folder of papers")?;
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry?;
        anyhow::Ok((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?))
    };
    entries.map(file).collect()
}
