//! How pages look to somebody who needs the largest text: all of it is there, none of it runs over, every word is a word.

use anyhow::{Result, ensure};
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::job;
use daiban_tests::window::page::{Page, key};
use daiban_tests::window::people::{LI_CHUNMEI, PIN};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_text_twice_as_large_no_page_runs_over_and_no_word_is_missing() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let stage = Stage::new("large-text")?;
    let story = stage.station.act("large-text", async |page| {
        page.at("enrol").await?;
        for _ in 0..3 {
            page.chord(key::CONTROL, '=').await?;
        }
        let size = page.run("return document.documentElement.dataset.size").await?;
        assert_eq!(size, "200", "three steps to the largest text");
        look(page, "enrol").await?;
        job::first_run(page).await?;
        look(page, "today-empty").await?;
        take_a_case(page, &dates).await?;
        walk(page).await?;
        without_words(page).await
    });
    story.await
}

/// The program is started once more, and its file of words does not come.
async fn without_words(page: &Page) -> Result<()> {
    ensure!(!page.see_css("body").await?.text().await?.contains("没能打开"), "said only then");
    page.run(START_WITHOUT_WORDS).await?;
    let said = page.text_css("#stuck").await?;
    ensure!(said.contains("关掉再打开") && said.contains("call the district"), "what to do: {said}");
    look(page, "stuck").await
}

const START_WITHOUT_WORDS: &str = "
    window.fetch = () => Promise.reject(new Error('it is not there'));
    const boot = document.createElement('script');
    boot.type = 'module';
    boot.src = './boot.js?again';
    document.head.append(boot);
    return null";

async fn take_a_case(page: &Page, dates: &InjuryDates) -> Result<()> {
    job::begin(page).await?;
    job::person(page, &LI_CHUNMEI).await?;
    job::injury(page, dates).await?;
    look(page, "new-person").await?;
    job::next(page, "items").await?;
    job::item(page, "工伤认定", job::WORK_INJURY).await?;
    look(page, "new-items").await?;
    job::next(page, "papers").await?;
    job::papers(page, &["have", "lack", "electronic"]).await?;
    look(page, "new-papers").await?;
    job::next(page, "mandate").await?;
    job::mandate_by_thumb(page, "王秀英").await?;
    look(page, "new-mandate").await?;
    job::next(page, "check").await?;
    look(page, "new-check").await?;
    job::receive(page).await?;
    look(page, "new-slip").await?;
    page.press("open-taken").await?;
    page.at("case").await?;
    look(page, "case").await?;
    page.press("paper-look").await?;
    page.see("paper-page").await?;
    look(page, "case-paper").await?;
    page.key(key::ESCAPE).await
}

async fn walk(page: &Page) -> Result<()> {
    for place in ["today", "cases", "catalogue", "sync"] {
        job::go(page, place).await?;
        look(page, place).await?;
    }
    job::open_guide(page, "工伤认定").await?;
    look(page, "guide").await?;
    page.press("who").await?;
    look(page, "people").await?;
    page.key(key::ESCAPE).await?;
    page.key(key::F1).await?;
    page.see("help-close").await?;
    look(page, "help").await?;
    page.press("help-close").await?;
    job::lock(page).await?;
    look(page, "unlock").await?;
    job::unlock(page, PIN).await.map(drop)
}

/// One page: nothing beside the window, no key in place of a word, no gap left open in a sentence.
pub async fn look(page: &Page, name: &str) -> Result<()> {
    page.shot(name).await?;
    let over = page.runs_over().await?;
    ensure!(over.is_none(), "{name} runs over: {}", over.unwrap_or_default());
    let text = page.all_text().await?;
    let raw: Vec<&str> = text.split(|sign: char| !is_of_a_key(sign)).filter(|word| is_key(word)).collect();
    ensure!(raw.is_empty(), "{name} shows keys instead of words: {raw:?}");
    ensure!(!text.contains(['{', '}']), "{name} has an open gap in a sentence");
    Ok(())
}

fn is_of_a_key(sign: char) -> bool {
    sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '.' | '_')
}

/// `today.empty`
fn is_key(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 2 && parts.iter().all(|part| part.starts_with(|sign: char| sign.is_ascii_lowercase()))
}

#[test]
fn a_key_is_told_from_an_address_and_a_date() {
    assert!(is_key("today.empty"), "a key of the words");
    for word in ["127.0.0.1", "2026.11", "http", "10.0.0.8", ""] {
        assert!(!is_key(word), "{word} is none");
    }
}
