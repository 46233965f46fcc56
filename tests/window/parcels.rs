//! A parcel from a village's laptop to the township's on a stick, and the one that comes back (R201).

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use daiban_tests::window::job;
use daiban_tests::window::page::{Page, key, named};
use daiban_tests::world::{
    BAICAIGOU, GAO_JIANPING, JIHULUNTU, Keeping, QIAN_XIUYING, QIMUGE, SUN_LINA, World, ZHAO_YUNFENG, must,
};

use crate::lived_in::Laptop;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r201_a_parcel_is_written_for_another_station_and_the_answer_is_taken_and_let_go() -> Result<()> {
    let world = World::new(2421);
    let mut seven = world.numbered_kept("白菜沟便民服务站", BAICAIGOU, QIMUGE, 7, Keeping::Disk);
    let mut three = world.numbered("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING, 3);
    world.at("2026-03-03T09:00");
    let known = seven.receive(&ZHAO_YUNFENG, "MZ-007");
    world.settle(&mut [&mut seven, &mut three]);
    three.note(known, "苏木看过了");
    world.settle(&mut [&mut three, &mut seven]);
    for person in [&QIAN_XIUYING, &SUN_LINA] {
        seven.receive(person, "RS-012");
    }
    let stick = tempfile::tempdir()?;
    let place = stick.path().to_str().context("a place")?.to_owned();
    let laptop = Laptop::closed(seven, "parcels")?;
    laptop.with(QIMUGE, "write", async |page| write(page, &place).await).await?;

    let read = three.read_stick(stick.path());
    ensure!(read.parcels.len() == 1 && read.parcel_faults.is_empty(), "the township takes it: {read:?}");
    three.note(known, "苏木收到了");
    must("a parcel", three.write_parcel(stick.path(), 7));
    laptop.with(QIMUGE, "read", async |page| read_back(page, &place, stick.path()).await).await?;
    laptop.with(QIMUGE, "large", async |page| large(page, &place).await).await
}

async fn begin(page: &Page, place: &str) -> Result<()> {
    job::go(page, "sync").await?;
    page.press("stick-open").await?;
    page.write("stick-path", place).await
}

async fn write(page: &Page, place: &str) -> Result<()> {
    begin(page, place).await?;
    page.press("parcel-write").await?;
    page.says("failure", "先选写给哪里").await?;
    page.press("parcel-to").await?;
    page.type_text("03").await?;
    page.key(key::ENTER).await?;
    page.bring(&named("parcels")).await?;
    page.shot("1-choose").await?;
    page.press("parcel-write").await?;
    let said = page.says("parcel-written", "可以拔优盘").await?;
    ensure!(said.contains("吉忽伦图") && said.contains("3 件"), "{said}");
    page.shot("2-written").await?;
    page.press("stick-back").await?;
    page.says("parcel-line", "写给 03").await.map(drop)
}

/// The parcels for this laptop that lie on the stick.
fn files(stick: &Path) -> Result<Vec<PathBuf>> {
    let all = std::fs::read_dir(stick.join("daiban"))?.flatten().map(|entry| entry.path());
    Ok(all.filter(|file| file.to_string_lossy().contains("parcel-")).collect())
}

async fn read_back(page: &Page, place: &str, stick: &Path) -> Result<()> {
    let whole: Vec<(PathBuf, Vec<u8>)> =
        files(stick)?.into_iter().map(|file| Ok((file.clone(), std::fs::read(file)?))).collect::<Result<_>>()?;
    for (file, bytes) in &whole {
        let mut changed = bytes.clone();
        let at = changed.len() / 2;
        changed[at] ^= 1;
        std::fs::write(file, changed)?;
    }
    begin(page, place).await?;
    page.press("stick-read").await?;
    page.says("stick-read-done", "签名不符").await?;
    page.shot("3-changed").await?;
    ensure!(!page.has("parcel-drop").await?, "nothing was taken, so nothing is taken off");
    for (file, bytes) in &whole {
        std::fs::write(file, bytes)?;
    }
    page.press("stick-back").await?;
    page.press("stick-read").await?;
    page.says("parcel-found", "收自 03").await?;
    page.shot("4-read").await?;
    page.press("parcel-drop").await?;
    page.says("parcel-dropped", "删掉了 1 个文件").await?;
    page.shot("5-dropped").await?;
    ensure!(files(stick)?.len() == whole.len() - 1, "what is for the other one stays");
    page.press("stick-back").await?;
    page.says("parcel-line", "收自 03").await.map(drop)
}

async fn large(page: &Page, place: &str) -> Result<()> {
    for _ in 0..3 {
        page.chord(key::CONTROL, '=').await?;
    }
    begin(page, place).await?;
    page.bring(&named("parcels")).await?;
    page.shot("6-large").await?;
    let over = page.runs_over().await?;
    ensure!(over.is_none(), "runs over: {}", over.unwrap_or_default());
    Ok(())
}
