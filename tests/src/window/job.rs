//! The main job, one step after another as an agent does it. Tests and the demonstration look at what comes of each step.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::dates::InjuryDates;
use super::page::{Page, key, named, until};
use super::people::{AGENT, Applicant, EMPLOYER, LI_CHUNMEI, PIN};

/// 工伤认定申请
pub const WORK_INJURY: &str = "RS-075";

/// First run: the code of the district, then the first person's PIN.
pub async fn first_run(page: &Page) -> Result<()> {
    page.at("enrol").await?;
    page.shot("01-first-run").await?;
    page.press("enrol").await?;
    page.at("first-pin").await?;
    page.press(&format!("tile-{}", AGENT.0)).await?;
    page.write("pin", PIN).await?;
    page.write("pin_again", PIN).await?;
    page.shot("02-first-pin").await?;
    page.key(key::ENTER).await?;
    page.at("today").await
}

/// Locks by the button, and says yes where it asks about what is left.
pub async fn lock(page: &Page) -> Result<()> {
    page.run(LEAVE).await?;
    page.press("lock").await?;
    page.at("unlock").await
}

const LEAVE: &str = "
    const leave = setInterval(() => {
        const anyway = document.querySelector('[data-test=lock-anyway]');
        if (anyway) { clearInterval(leave); anyway.click(); }
    }, 50);
    setTimeout(() => clearInterval(leave), 10000);
    return null;";

/// Unlocks and answers how long it took from Enter on the PIN until the work table was there to be used, as the page itself
/// measures it: the way of a key press to the page and of an answer back is no part of it.
pub async fn unlock(page: &Page, pin: &str) -> Result<Duration> {
    page.at("unlock").await?;
    page.write("pin", pin).await?;
    page.shot("03-unlock").await?;
    page.run(WATCH_UNLOCK).await?;
    page.key(key::ENTER).await?;
    let took = until("the work table can be used", super::page::PATIENCE, async || {
        Ok(page.run("return window.unlocked ? window.unlocked.took : null").await?.as_f64())
    });
    Ok(Duration::from_secs_f64(took.await? / 1000.0))
}

const WATCH_UNLOCK: &str = "
    const seen = { took: null };
    window.unlocked = seen;
    let from = 0;
    addEventListener('keydown', () => { from = performance.now() }, { once: true, capture: true });
    const usable = () => document.querySelector('main:not(.unlock) h1, [data-page=new] h1') && !document.querySelector('.skel');
    new MutationObserver((_, watch) => {
        if (!usable()) return;
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => { seen.took = performance.now() - from }));
    }).observe(document.body, { childList: true, subtree: true });
";

/// F2, and the first question of a new case.
pub async fn begin(page: &Page) -> Result<()> {
    page.key(key::F2).await?;
    page.see_css("[data-page=new][data-step=person]").await.map(drop)
}

/// 谁要办: someone new, typed into the form.
pub async fn person(page: &Page, who: &Applicant) -> Result<()> {
    page.write("who", who.name).await?;
    page.press("register-new").await?;
    until("the name was taken over", super::page::PATIENCE, async || {
        Ok((page.value("name").await? == who.name).then_some(()))
    })
    .await?;
    page.press("told-read_aloud").await?;
    page.write("citizen_id", who.citizen_id).await?;
    if who.phone.is_empty() {
        page.press("phone-none").await?;
    } else {
        page.write("phone", who.phone).await?;
    }
    page.write("address", who.address).await?;
    if !who.household.is_empty() {
        page.write("household", who.household).await?;
    }
    if let Some((name, phone)) = who.contact {
        page.write("contact", name).await?;
        page.write("contact_phone", phone).await?;
    }
    Ok(())
}

/// The work injury: where and when.
pub async fn injury(page: &Page, dates: &InjuryDates) -> Result<()> {
    page.press_css("[data-test=person-form] summary").await?;
    page.write("employer", EMPLOYER).await?;
    page.write("injured_on", &dates.injured_on.to_string()).await
}

/// On to the next step.
pub async fn next(page: &Page, step: &str) -> Result<()> {
    page.press("step-next").await?;
    let arrived = page.see_css(&format!("[data-page=new][data-step={step}]")).await;
    if arrived.is_err() {
        let wrong = page.texts(&format!("{}, .err, {}", named("error-summary"), named("failure"))).await?;
        arrived.with_context(|| format!("the page says: {}", wrong.join(" | ")))?;
    }
    Ok(())
}

/// 办什么: the item is found by words and ticked.
pub async fn item(page: &Page, words: &str, code: &str) -> Result<()> {
    page.write("item-search", words).await?;
    page.press_css(&format!("[data-test=item-option][data-code=\"{code}\"] input")).await?;
    page.see_css("[data-test=chosen] li").await?;
    page.says("chosen-papers", "样材料").await.map(drop)
}

/// 查材料: one answer a paper, in their order: `have`, `lack`, `electronic`.
pub async fn papers(page: &Page, answers: &[&str]) -> Result<()> {
    page.see("paper-row").await?;
    let rows = page.count(&named("paper-row")).await?;
    ensure!(rows == answers.len(), "the item asks for {rows} papers");
    for (at, answer) in answers.iter().enumerate() {
        page.press_css(&format!("[data-test=paper-list] > li:nth-child({}) [data-test=paper-{answer}]", at + 1))
            .await?;
    }
    Ok(())
}

/// A whole case of a hurt worker with all her papers, up to the slip; answers its number.
pub async fn take_the_injury(page: &Page, dates: &InjuryDates) -> Result<String> {
    begin(page).await?;
    person(page, &LI_CHUNMEI).await?;
    injury(page, dates).await?;
    next(page, "items").await?;
    item(page, "工伤认定", WORK_INJURY).await?;
    next(page, "papers").await?;
    papers(page, &["have", "have", "have"]).await?;
    next(page, "mandate").await?;
    mandate_by_thumb(page, "王秀英").await?;
    next(page, "check").await?;
    receive(page).await
}

/// 写委托: each power read out and ticked, three months, a thumbprint with a witness, consent.
pub async fn mandate_by_thumb(page: &Page, witness: &str) -> Result<()> {
    for power in ["ask", "fill_forms", "submit", "supplement", "follow", "collect"] {
        page.press(&format!("power-{power}")).await?;
    }
    page.press_css(".mand-grid .btns button:first-child").await?;
    page.press("sign-thumb").await?;
    page.write("other", witness).await?;
    page.write("proof", "150205195807040002").await?;
    page.press("consent-given").await
}

/// What a case is called after it was received.
pub async fn receive(page: &Page) -> Result<String> {
    page.press("receive").await?;
    let arrived = page.see_css("[data-page=new][data-step=slip]").await;
    if arrived.is_err() {
        let wrong = page.texts(&format!("{}, {}", named("error-summary"), named("failure"))).await?;
        arrived.with_context(|| format!("the page says: {}", wrong.join(" | ")))?;
    }
    page.text("slip-number").await
}

/// What stands on the pages of the paper that is shown, without white space. A picture says it to whoever cannot see it.
pub async fn paper_words(page: &Page) -> Result<String> {
    page.see("paper-page").await?;
    let words = page.run("return [...document.querySelectorAll('[data-test=paper-page]')].map(it => it.alt).join('')");
    let words = words.await?.as_str().context("pages without words")?.to_owned();
    Ok(words.chars().filter(|sign| !sign.is_whitespace()).collect())
}

/// 记一笔 on the page of a case.
pub async fn note(page: &Page, words: &str) -> Result<()> {
    page.write("new-note", words).await?;
    page.press("add-note").await?;
    page.says("story-line", words).await.map(drop)
}

/// Goes to a place of the side bar.
pub async fn go(page: &Page, place: &str) -> Result<()> {
    page.press(&format!("nav-{place}")).await?;
    page.at(place).await
}

/// The guide of an item, found by words in the catalogue.
pub async fn open_guide(page: &Page, words: &str) -> Result<()> {
    go(page, "catalogue").await?;
    page.write("item-search", words).await?;
    until("only what was looked for is listed", super::page::PATIENCE, async || {
        let rows = page.texts(&named("item-row")).await.unwrap_or_default();
        Ok((!rows.is_empty() && rows.iter().all(|row| row.contains(words))).then_some(()))
    })
    .await?;
    page.press("item-row").await?;
    page.see("guide").await.map(drop)
}

/// The number under which the district has the last change of this station, once everything is there.
pub async fn arrived(page: &Page) -> Result<u64> {
    go(page, "sync").await?;
    page.press("sync-now").await?;
    until("everything has arrived at the district", Duration::from_secs(60), async || {
        let count = page.texts(&named("outbox-count")).await.unwrap_or_default();
        let sent = count.iter().any(|text| text.contains(" 0 "));
        let receipt = page.texts(&named("receipt")).await.unwrap_or_default();
        Ok(receipt.first().filter(|_| sent).and_then(|text| number_in(text)))
    })
    .await
}

/// `…第 12 号，…` → 12
fn number_in(receipt: &str) -> Option<u64> {
    let (_, rest) = receipt.split_once('第')?;
    rest.split('号').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number_in;

    #[test]
    fn the_number_of_a_receipt_is_read_and_nothing_else_is_taken_for_it() {
        assert_eq!(number_in("吉忽伦图苏木第 12 号，5 项，11月24日 06:40 收到"), Some(12), "the number in the feed");
        assert_eq!(number_in("还没有区里的回执"), None, "no receipt, no number");
    }
}
