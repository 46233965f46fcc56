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
    for no in 1..=3 {
        page.press("take-number").await?;
        page.says("number-given", &format!("A00{no}")).await?;
    }
    page.press("first-disabled").await?;
    page.key(key::ENTER).await?;
    page.says("number-given", "A004").await?;
    page.says("waiting", "行动不便").await?;
    page.press("group-B").await?;
    page.press("take-number").await?;
    page.says("number-given", "B001").await?;
    page.write("queue-window", "5").await?;
    page.press_css("[data-test=queue-A] [data-test=call-next]").await?;
    page.says("called", "A004 号到 5 号窗口").await?;
    page.shot("2-called").await?;
    let waiting = page.count("[data-test=queue-A] [data-test=waiting]").await?;
    ensure!(waiting == 3, "three wait still: {waiting}");
    for _ in 0..5 {
        page.chord(key::CONTROL, '=').await?;
    }
    page.bring("[data-test=queue-A]").await?;
    page.shot("3-large-text").await?;
    ensure!(page.count(&named("call-next")).await? == 2, "both groups can be called");
    Ok(())
}
