//! Photographs on the page of a case: picked, seen small and large by keyboard alone, set aside, arrived at the district.

use std::time::Duration;

use anyhow::Result;
use daiban_model::api::Bytes;
use daiban_tests::window::job;
use daiban_tests::window::page::{Page, key, named, until};
use daiban_tests::window::people::ZHAO_YUNFENG;
use daiban_tests::world::photo::snapshot;

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_photograph_is_added_seen_and_set_aside_without_a_mouse() -> Result<()> {
    let stage = Stage::new("attachments")?;
    let story = stage.station.act("attachments", async |page| {
        job::first_run(page).await?;
        take_a_case(page).await?;
        add_and_look(page).await?;
        it_arrives(page).await
    });
    story.await
}

async fn take_a_case(page: &Page) -> Result<()> {
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
    job::receive(page).await?;
    page.press("open-taken").await?;
    page.at("case").await?;
    page.see("pick-for-paper").await?;
    assert_eq!(page.count(&named("pick-for-paper")).await?, papers, "each paper has its button");
    Ok(())
}

/// Files as if the system's own dialog had given them: that dialog is no part of the page.
async fn pick(page: &Page, files: &[(&str, &[u8])]) -> Result<()> {
    let put = files.iter().map(|(name, bytes)| {
        let text = Bytes(bytes.to_vec()).to_base64();
        format!("all.items.add(new File([Uint8Array.from(atob('{text}'), c => c.charCodeAt(0))], '{name}'));")
    });
    let script = format!(
        "const all = new DataTransfer(); {} const input = document.querySelector('{}'); input.files = all.files;
         input.dispatchEvent(new Event('change', {{ bubbles: true }})); return input.files.length",
        put.collect::<String>(),
        named("pick-input"),
    );
    assert_eq!(page.run(&script).await?, files.len(), "the page took them");
    Ok(())
}

async fn add_and_look(page: &Page) -> Result<()> {
    // A picture belongs to a paper (R97); the system's own dialog stays closed.
    page.run("HTMLInputElement.prototype.click = () => {}; return 1").await?;
    page.press("pick-for-paper").await?;
    let heic = [b"\0\0\0\x18ftypheic".as_slice(), &[0; 40]].concat();
    pick(page, &[("IMG_0001.jpg", &snapshot(1)), ("IMG_0002.HEIC", &heic), ("IMG_0003.jpg", &snapshot(2))]).await?;
    page.says("files-refused", "HEIC").await?;
    until("both photographs have their small pictures", Duration::from_secs(30), async || {
        let wide =
            "return [...document.querySelectorAll('[data-test=file-thumb]')].filter(it => it.naturalWidth > 0).length";
        Ok((page.run(wide).await? == 2).then_some(()))
    })
    .await?;
    page.bring("#files").await?;
    page.shot("attachments").await?;
    page.tab_to(&named("file-open")).await?;
    page.key(key::ENTER).await?;
    page.see("picture-whole").await?;
    let first = page.run("return document.activeElement.dataset.test").await?;
    assert_eq!(first, "picture-close", "nothing is set aside by pressing Enter once too often");
    page.shot("attachment-large").await?;
    page.key(key::ESCAPE).await?;
    until("Esc closes it", Duration::from_secs(10), async || Ok((!page.has("picture-whole").await?).then_some(())))
        .await?;
    let there = page.run("return document.activeElement.dataset.test").await?;
    assert_eq!(there, "file-open", "the focus is back where it was");
    page.key(key::ENTER).await?;
    page.press("set-aside").await?;
    page.write("set-aside-why", "拍糊了").await?;
    page.key(key::ENTER).await?;
    until("one is left", Duration::from_secs(10), async || Ok((page.count(&named("file")).await? == 1).then_some(())))
        .await?;
    page.see_css("[data-kind=file_set_aside]").await.map(drop)
}

/// Nobody presses anything: attachments go after case data by themselves.
async fn it_arrives(page: &Page) -> Result<()> {
    until("the district has it", Duration::from_secs(60), async || {
        let states = page.texts(&named("file-state")).await.unwrap_or_default();
        Ok(states.iter().all(|state| state.contains("区里已收")).then_some(()))
    })
    .await?;
    page.shot("attachment-arrived").await.map(drop)
}
