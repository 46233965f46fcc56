//! A hall in the window: the guide gives numbers, and the wheelchair goes first.

use anyhow::{Result, ensure};
use daiban_tests::window::page::{Page, key, named};
use daiban_tests::world::{DISTRICT, SU_TING, World};

use crate::lived_in::Laptop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r127_the_guide_gives_numbers_and_who_cannot_wait_goes_first() -> Result<()> {
    let world = World::new(2412);
    let hall = world.station_on_disk("石拐区政务服务中心", DISTRICT, SU_TING);
    Laptop::closed(hall, "hall")?.with(SU_TING, "hall", numbers).await
}

async fn numbers(page: &Page) -> Result<()> {
    page.press("nav-queue").await?;
    page.at("queue").await?;
    page.shot("1-nobody").await?;
    page.press("take-number").await?;
    page.says("number-given", "A001").await?;
    page.run(TREMBLING).await?;
    page.says("number-given", "A002").await?;
    page.key(key::ENTER).await?;
    page.says("number-given", "A003").await?;
    page.press("first-disabled").await?;
    page.key(key::ENTER).await?;
    page.says("number-given", "A004").await?;
    page.says("waiting", "行动不便").await?;
    page.press("group-B").await?;
    page.press("take-number").await?;
    page.says("number-given", "B001").await?;
    page.press_css("[data-test=queue-B] [data-test=call-next]").await?;
    page.says("called", "B001 号到 1 号窗口").await?;
    page.write("queue-window", "5").await?;
    // In this field Enter calls; numbers are given at the door.
    page.key(key::ENTER).await?;
    page.says("called", "A004 号到 5 号窗口").await?;
    page.key(key::ENTER).await?;
    page.says("called", "A001 号到 5 号窗口").await?;
    page.says("number-given", "B001").await?;
    page.shot("2-called").await?;
    let waiting = page.count("[data-test=queue-A] [data-test=waiting]").await?;
    ensure!(waiting == 2, "two wait still: {waiting}");
    page.run(&TREMBLING.replace("take-number", "call-next")).await?;
    page.says("called", "A002 号到 5 号窗口").await?;
    for _ in 0..5 {
        page.chord(key::CONTROL, '=').await?;
    }
    page.bring("[data-test=queue-A]").await?;
    page.shot("3-large-text").await?;
    let over = page.runs_over().await?;
    ensure!(over.is_none(), "it runs over: {}", over.unwrap_or_default());
    ensure!(page.count(&named("call-next")).await? == 2, "both groups can be called");
    page.says("called", "A002 号到 5 号窗口").await?;
    let waiting = page.count("[data-test=queue-A] [data-test=waiting]").await?;
    ensure!(waiting == 1, "one was called, not two: {waiting}");
    page.says("number-given", "B001").await?;
    page.key(key::F1).await?;
    let keys = page.text("keys").await?;
    for place in ["Alt 3", "Alt 5", "Alt 8"] {
        ensure!(keys.contains(place), "help knows {place}: {keys}");
    }
    ensure!(!keys.contains("Alt 7"), "where nobody of this hall goes: {keys}");
    Ok(())
}

/// A double click, the second half of one that comes late, and a key that is held down.
const TREMBLING: &str = "
    const button = document.querySelector('[data-test=take-number]');
    button.click();
    button.click();
    button.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 2 }));
    const held = { key: 'Enter', bubbles: true, cancelable: true, repeat: true };
    document.body.dispatchEvent(new KeyboardEvent('keydown', held));
    return null";
