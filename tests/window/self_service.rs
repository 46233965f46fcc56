//! A founder at the self-service screen: one card a screen, a guide who sees steps, and an empty screen when nobody is there.

use anyhow::{Result, ensure};
use daiban_tests::window::page::{PATIENCE, Page, key, named, until};
use daiban_tests::world::{DISTRICT, HE_JING, LUO_JIE, PIN, SU_TING, SUN_LINA, World};

use crate::lived_in::Laptop;

const FIRM: &str = "石拐区测试物流有限公司";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r126_a_founder_goes_away_and_nothing_is_left_but_the_form_that_window_05_finds_by_its_code() -> Result<()> {
    let world = World::new(2413);
    let mut hall = world.station_on_disk("石拐区政务服务中心", DISTRICT, LUO_JIE);
    hall.add_person(SU_TING);
    hall.add_person(HE_JING);
    let laptop = Laptop::closed(hall, "self-service")?;
    let code = laptop
        .with(SU_TING, "founder", async |page| {
            hand_over(page, "enterprise-start").await?;
            no_way_to_a_case(page).await?;
            let code = half_a_form(page).await?;
            nobody_is_there(page).await?;
            large(page).await?;
            back_with_a_pin(page).await?;
            Ok(code)
        })
        .await?;
    laptop.with(HE_JING, "window-05", async |page| window_05(page, &code).await).await
}

async fn hand_over(page: &Page, area: &str) -> Result<()> {
    page.press("nav-queue").await?;
    page.at("queue").await?;
    page.says("left-none", "没有等着").await?;
    let choose = format!(
        "const all = document.querySelector('{}'); all.value = '{area}'; all.dispatchEvent(new Event('change', {{ bubbles: true }})); return all.value",
        named("self-area-choice").replace('"', "")
    );
    ensure!(page.run(&choose).await?.as_str() == Some(area), "the area is in the list");
    page.bring(&named("self-areas")).await?;
    page.shot("1-hand-over").await?;
    page.press("self-open").await?;
    page.at("self-service").await?;
    page.says("self-area", "企业开办").await.map(drop)
}

async fn no_way_to_a_case(page: &Page) -> Result<()> {
    page.shot("2-start").await?;
    for _ in 0..2 {
        page.key(key::F2).await?;
        page.chord(key::CONTROL, 'k').await?;
        page.chord(key::ALT, '2').await?;
        page.chord(key::CONTROL, 'l').await?;
        page.run("history.pushState('/cases', ''); dispatchEvent(new PopStateEvent('popstate')); return null").await?;
    }
    page.at("self-service").await?;
    ensure!(page.count(".side, .top-search, [data-page=cases], [data-page=new]").await? == 0, "nothing of the station");
    Ok(())
}

/// Waits until the card of this place is open, from 1.
async fn at_card(page: &Page, place: usize) -> Result<()> {
    page.see_css(&format!("[data-page=self-card][data-step=\"{}\"]", place - 1)).await.map(drop)
}

/// Answers with the second answer, by key: a mouse at one place would make a double click of it.
async fn answer(page: &Page, place: usize) -> Result<()> {
    at_card(page, place).await?;
    page.tab_to(&named("self-answer-1")).await?;
    page.key(key::ENTER).await
}

/// Up to the first card on which something is typed.
async fn to_the_firm(page: &Page) -> Result<()> {
    page.press("self-matter").await?;
    at_card(page, 1).await?;
    page.key(key::ENTER).await?;
    for place in 2..=5 {
        answer(page, place).await?;
    }
    at_card(page, 6).await
}

async fn typed(page: &Page, text: &str, next: usize) -> Result<()> {
    page.write("fact", text).await?;
    page.key(key::ENTER).await?;
    at_card(page, next).await
}

/// Questions and three facts; then the guide is asked, and the form is left.
async fn half_a_form(page: &Page) -> Result<String> {
    page.press("self-matter").await?;
    at_card(page, 1).await?;
    page.shot("3-told").await?;
    page.key(key::ENTER).await?;
    at_card(page, 2).await?;
    page.says("self-question", "发票").await?;
    page.shot("4-question").await?;
    page.press("self-leave").await?;
    page.says("failure", "还什么都没有填").await?;
    answered_once(page).await?;
    for place in 3..=5 {
        answer(page, place).await?;
    }
    at_card(page, 6).await?;
    typed(page, FIRM, 7).await?;
    typed(page, SUN_LINA.name, 8).await?;
    page.write("fact", "150205199001010006").await?;
    page.key(key::ENTER).await?;
    page.says("fact-error", "5").await?;
    page.shot("5-wrong").await?;
    page.press("self-cover").await?;
    page.says("self-covered", "第 8 步").await?;
    ensure!(page.count("input").await? == 0, "the guide sees no field");
    let seen = page.run("return document.documentElement.outerHTML").await?.to_string();
    ensure!(!seen.contains("15020519900101") && !seen.contains(FIRM), "nor what was typed");
    page.shot("6-guide").await?;
    page.press("self-cover").await?;
    ensure!(page.value("fact").await? == "150205199001010006", "it stands there still");
    typed(page, SUN_LINA.id, 9).await?;
    looked_over(page).await?;
    let leave =
        "const button = document.querySelector('[data-test=self-leave]'); button.click(); button.click(); return null";
    page.run(leave).await?;
    page.at("self-code").await?;
    let code = page.text("self-code").await?;
    ensure!(code.len() == 4, "four letters: {code}");
    page.key(key::ENTER).await?;
    page.says("self-code", &code).await?;
    ensure!(page.all_text().await?.contains("只在这台电脑上有效"), "where it is taken");
    page.shot("7-code").await?;
    page.press("self-done").await?;
    page.at("self-service").await?;
    Ok(code)
}

/// A double tap on an answer: its second half falls on the next question.
async fn answered_once(page: &Page) -> Result<()> {
    let tap = |n: u8| {
        format!(
            "document.querySelector('[data-test=self-answer-1]').dispatchEvent(new MouseEvent('click', {{ bubbles: true, detail: {n} }})); return null"
        )
    };
    page.run(&tap(1)).await?;
    at_card(page, 3).await?;
    page.run(&tap(2)).await?;
    at_card(page, 3).await?;
    ensure!(page.count("[aria-pressed=true]").await? == 0, "nobody has read it yet");
    Ok(())
}

/// To the last card, where everything stands, from there to a question and a fact, and back to the phone.
async fn looked_over(page: &Page) -> Result<()> {
    for place in 10..=12 {
        page.key(key::ENTER).await?;
        at_card(page, place).await?;
    }
    let all = page.text("self-facts").await?;
    ensure!(all.contains("发票") && all.contains(FIRM) && all.contains("空着"), "answers, facts and gaps: {all}");
    page.shot("7-check").await?;
    page.press("self-change-1").await?;
    answer(page, 2).await?;
    at_card(page, 11).await?;
    page.key(key::ENTER).await?;
    at_card(page, 12).await?;
    page.press("self-change-8").await?;
    at_card(page, 9).await
}

/// The page's clock is put on; nobody waits a minute and a half.
async fn nobody_is_there(page: &Page) -> Result<()> {
    to_the_firm(page).await?;
    typed(page, FIRM, 7).await?;
    page.write("fact", SUN_LINA.name).await?;
    page.run("const now = Date.now.bind(Date); window.later = 0; Date.now = () => now() + window.later; return null")
        .await?;
    ensure!(!page.has("self-warning").await?, "somebody is there");
    page.run("window.later = 60000; return null").await?;
    page.says("self-warning", "再过 30 秒").await?;
    ensure!(page.value("fact").await? == SUN_LINA.name, "nothing is wiped yet");
    page.shot("8-warning").await?;
    page.key(key::SHIFT).await?;
    until("a key takes the warning away", PATIENCE, async || Ok((!page.has("self-warning").await?).then_some(())))
        .await?;
    page.run("window.later = 121000; return null").await?;
    page.see("self-warning").await?;
    page.run("window.later = 151000; return null").await?;
    page.at("self-service").await?;
    until("the page is another one", PATIENCE, async || {
        Ok((page.run("return typeof window.later").await?.as_str() == Some("undefined")).then_some(()))
    })
    .await?;
    page.at("self-service").await?;
    let seen = page.run("return document.documentElement.outerHTML + JSON.stringify(history.state)").await?.to_string();
    ensure!(!seen.contains(SUN_LINA.name) && !seen.contains(FIRM), "an empty start screen");
    page.press("self-matter").await?;
    at_card(page, 1).await?;
    ensure!(page.text("self-place").await?.starts_with("第 1 步"), "and it begins anew");
    page.press("self-away").await?;
    page.at("self-service").await
}

async fn large(page: &Page) -> Result<()> {
    // What is thrown away by a press throws the page away too.
    page.see("self-matter").await?;
    for _ in 0..5 {
        page.chord(key::CONTROL, '=').await?;
    }
    page.shot("9-large-start").await?;
    to_the_firm(page).await?;
    page.run("const now = Date.now.bind(Date); Date.now = () => now() + 61000; return null").await?;
    page.see("self-warning").await?;
    let seen = "const at = document.querySelector('[data-test=self-warning]').getBoundingClientRect();
        scrollTo(0, 9999); return at.top >= 0 && at.bottom <= innerHeight";
    ensure!(page.run(seen).await?.as_bool() == Some(true), "the warning is in sight");
    page.shot("10-large-card").await?;
    let over = page.runs_over().await?;
    ensure!(over.is_none(), "{over:?}");
    page.chord(key::CONTROL, '0').await?;
    page.press("self-away").await?;
    page.at("self-service").await
}

async fn back_with_a_pin(page: &Page) -> Result<()> {
    page.press("self-staff").await?;
    page.at("unlock").await?;
    page.press(&format!("tile-{SU_TING}")).await?;
    page.write("pin", "000000").await?;
    page.key(key::ENTER).await?;
    page.says("pin-error", "口令").await?;
    page.shot("11-pin").await?;
    page.press("self-staff").await?;
    page.at("self-service").await?;
    page.press("self-staff").await?;
    page.at("unlock").await?;
    page.press(&format!("tile-{SU_TING}")).await?;
    page.write("pin", PIN).await?;
    page.run("window.before = 1; return null").await?;
    page.key(key::ENTER).await?;
    page.see_css(".side").await?;
    ensure!(page.run("return typeof window.before").await?.as_str() == Some("undefined"), "another page, empty memory");
    page.press("nav-queue").await?;
    page.at("queue").await?;
    ensure!(page.count(&named("left-form")).await? == 1, "pressed twice, left once");
    let left = page.says("left-form", "填到第 9 步，共 12 步").await?;
    ensure!(!left.contains(FIRM) && !left.contains(SUN_LINA.name), "steps, not data: {left}");
    ensure!(!page.has("self-take").await?, "a guide takes no form over");
    page.bring(&named("self-areas")).await?;
    page.shot("12-left").await?;
    page.press("left-drop").await?;
    page.see("left-drop-sure").await?;
    page.bring(&named("self-areas")).await?;
    page.shot("12-sure").await?;
    page.press("left-keep").await?;
    page.see("left-drop").await.map(drop)
}

async fn window_05(page: &Page, code: &str) -> Result<()> {
    page.press("nav-queue").await?;
    page.at("queue").await?;
    page.write("self-take-code", "OOOO").await?;
    page.press("self-take").await?;
    page.says("failure", "没有这个码").await?;
    page.write("self-take-code", &code.to_lowercase()).await?;
    page.bring(&named("self-areas")).await?;
    let apart = "const bottom = (name) => document.querySelector(`[data-test=${name}]`).getBoundingClientRect().bottom;
        return Math.abs(bottom('self-take') - bottom('self-take-code'))";
    ensure!(page.run(apart).await?.as_f64().is_some_and(|px| px < 1.5), "button and field stand on one line");
    page.shot("13-take").await?;
    page.press("self-take").await?;
    page.see_css("[data-page=new][data-step=person]").await?;
    ensure!(page.value("citizen_id").await? == SUN_LINA.id, "what was typed at the screen is here");
    page.shot("14-taken").await.map(drop)
}
