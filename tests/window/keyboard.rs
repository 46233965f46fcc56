//! Everything can be done without a mouse.

use anyhow::Result;
use daiban_tests::window::job;
use daiban_tests::window::page::{PATIENCE, Page, key, named, until};
use daiban_tests::window::people::{PIN, ZHAO_YUNFENG};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_taken_found_and_opened_by_keys_alone() -> Result<()> {
    let stage = Stage::new("keyboard")?;
    let story = stage.station.act("keyboard", async |page| {
        job::first_run(page).await?;
        page.chord(key::CONTROL, 'l').await?;
        page.at("unlock").await?;
        page.tab_to("#pin").await?;
        page.type_text(PIN).await?;
        page.key(key::ENTER).await?;
        page.at("today").await?;
        let number = take_a_case(page).await?;
        find_it(page, &number).await?;
        page.chord(key::ALT, '6').await?;
        page.at("sync").await?;
        page.chord(key::ALT, '1').await?;
        page.at("today").await
    });
    story.await
}

async fn take_a_case(page: &Page) -> Result<String> {
    let who = &ZHAO_YUNFENG;
    page.key(key::F2).await?;
    page.see_css("[data-page=new][data-step=person]").await?;
    page.tab_to("#who").await?;
    page.type_text(who.name).await?;
    // Nobody of this name is known yet: the only line offers to register her.
    page.see("who-option").await?;
    page.key(key::ENTER).await?;
    until("the cursor goes to the notice", PATIENCE, async || Ok((page.focus().await? == "told").then_some(())))
        .await?;
    page.key(key::SPACE).await?;
    page.tab_to("#citizen_id").await?;
    page.type_text(who.citizen_id).await?;
    page.tab_to("#phone_none").await?;
    page.key(key::SPACE).await?;
    page.tab_to("#address").await?;
    page.type_text(who.address).await?;
    page.tab_to("#contact").await?;
    page.type_text("钱秀英").await?;
    page.tab_to("#contact_phone").await?;
    page.type_text("0472-0000001").await?;
    go_on(page, "items").await?;
    page.tab_to("#items").await?;
    page.type_text("高龄津贴").await?;
    page.see_css("[data-test=item-option][data-code=\"MZ-007\"]").await?;
    until("the list is the one asked for", PATIENCE, async || {
        Ok((page.count(&named("item-option")).await? == 1).then_some(()))
    })
    .await?;
    page.key(key::ENTER).await?;
    page.see_css("[data-test=chosen] li").await?;
    go_on(page, "papers").await?;
    for at in 0..page.count(&named("paper-row")).await? {
        page.tab_to(&format!("#paper-{at}")).await?;
        page.key(key::SPACE).await?;
    }
    go_on(page, "mandate").await?;
    page.tab_to("#powers").await?;
    page.key(key::SPACE).await?;
    page.tab_to(".mand-grid .btns button").await?;
    page.key(key::SPACE).await?;
    page.tab_to("#signature").await?;
    page.key(key::SPACE).await?;
    page.tab_to("#consent").await?;
    page.key(key::SPACE).await?;
    go_on(page, "check").await?;
    go_on(page, "slip").await?;
    page.text("slip-number").await
}

/// Enter is the one primary action.
async fn go_on(page: &Page, step: &str) -> Result<()> {
    page.key(key::ENTER).await?;
    page.see_css(&format!("[data-page=new][data-step={step}]")).await.map(drop)
}

async fn find_it(page: &Page, number: &str) -> Result<()> {
    page.key(key::ESCAPE).await?;
    page.at("today").await?;
    page.chord(key::CONTROL, 'k').await?;
    page.type_text("zyf").await?;
    page.key(key::ENTER).await?;
    page.at("cases").await?;
    page.says("case-name", ZHAO_YUNFENG.name).await?;
    page.tab_to("[data-test=cases]").await?;
    page.key(key::DOWN).await?;
    page.key(key::ENTER).await?;
    page.at("case").await?;
    assert_eq!(page.text("case-number").await?, number, "the row that was chosen");
    Ok(())
}
