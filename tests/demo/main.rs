//! The main job played in a real window on a virtual screen, with pictures and a summary: what `cargo xtask run --headless` shows.
#![expect(clippy::print_stdout, reason = "this program talks to the person who started it")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use daiban_tests::window::colleague::Colleague;
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::district::District;
use daiban_tests::window::job;
use daiban_tests::window::page::{Page, key};
use daiban_tests::window::people::{LI_CHUNMEI, PIN};
use daiban_tests::window::station::Station;
use serde::Serialize;

/// The demo station stands in this village.
const VILLAGE: &str = "150205202202";
/// Its township, whose own station reads the case at the end.
const TOWNSHIP: &str = "150205202";

/// What came of it.
#[derive(Serialize)]
struct Summary {
    case_number: String,
    item: &'static str,
    applicant: &'static str,
    injured_on: String,
    employer_until: String,
    worker_until: String,
    decision_until: String,
    decision_clear_facts_until: String,
    receipt_seq: u64,
    hub_changes: u64,
    hub_faults: usize,
    seen_by_township: bool,
    unlock_to_usable_seconds: f64,
    screens: Vec<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = folder(std::env::args().skip(1))?;
    let summary = play(&folder).await?;
    let text = told(&summary);
    std::fs::write(folder.join("summary.json"), serde_json::to_string_pretty(&summary)?)?;
    std::fs::write(folder.join("summary.txt"), &text)?;
    println!("\n{text}");
    Ok(())
}

/// `--data DIR`
fn folder(mut words: impl Iterator<Item = String>) -> Result<PathBuf> {
    let (Some("--data"), Some(folder), None) = (words.next().as_deref(), words.next(), words.next()) else {
        anyhow::bail!("the only option is --data DIR")
    };
    Ok(PathBuf::from(folder))
}

async fn play(folder: &Path) -> Result<Summary> {
    // Each play begins anew; what an open window put into the same folder stays as it is.
    let (run, shots) = (folder.join("headless"), folder.join("screens"));
    for part in [&run, &shots] {
        if part.exists() {
            std::fs::remove_dir_all(part).context("the last play cannot be cleared away")?;
        }
        std::fs::create_dir_all(part)?;
    }
    let dates = InjuryDates::reckon()?;
    say("a district with its organisation, roster, items and calendar");
    let mut district = District::found(&run)?;
    let serving = district.serve()?;
    let station = Station::new(&run.join("station"), &district.code("幸福大院代办点", VILLAGE)?, &shots)?;
    let window = station.open().await?;
    say("first run: the code of the district, the first PIN");
    window.watch("first-run", job::first_run).await?;
    drop(serving);
    say("the line is cut; unlock, and take the case of a worker in hospital");
    let unlock = window.watch("unlock", unlock).await?;
    let case_number = window.watch("case", async |page| take_the_case(page, &dates).await).await?;
    window.watch("look-around", async |page| look_around(page).await).await?;
    let serving = district.serve()?;
    say("the district is there again");
    let receipt_seq = window.watch("arrive", arrive).await?;
    window.watch("large-text", large_text).await?;
    window.close().await?;
    let audit = district.verify()?;
    let colleague = Colleague::enrol(&run.join("township"), &district.code("苏木便民服务中心", TOWNSHIP)?).await?;
    colleague.exchange().await?;
    let seen = colleague.search(&case_number).await?;
    drop(serving);
    Ok(Summary {
        case_number,
        item: "工伤认定申请",
        applicant: LI_CHUNMEI.name,
        injured_on: dates.injured_on.to_string(),
        employer_until: dates.employer.to_string(),
        worker_until: dates.worker.to_string(),
        decision_until: dates.decision.to_string(),
        decision_clear_facts_until: dates.clear_facts.to_string(),
        receipt_seq,
        hub_changes: audit["changes"].as_u64().unwrap_or_default(),
        hub_faults: audit["faults"].as_array().map_or(0, Vec::len),
        seen_by_township: seen.len() == 1,
        unlock_to_usable_seconds: (unlock.as_secs_f64() * 1000.0).round() / 1000.0,
        screens: pictures(&shots)?,
    })
}

async fn unlock(page: &Page) -> Result<Duration> {
    job::lock(page).await?;
    let took = job::unlock(page, PIN).await?;
    page.shot("04-today-first-day").await?;
    Ok(took)
}

async fn take_the_case(page: &Page, dates: &InjuryDates) -> Result<String> {
    job::begin(page).await?;
    job::person(page, &LI_CHUNMEI).await?;
    page.top().await?;
    page.shot("05-new-case-1-person").await?;
    job::injury(page, dates).await?;
    page.shot("06-new-case-1-injury").await?;
    job::next(page, "items").await?;
    job::item(page, "工伤认定", job::WORK_INJURY).await?;
    page.shot("07-new-case-2-items").await?;
    job::next(page, "papers").await?;
    job::papers(page, &["have", "lack", "have"]).await?;
    page.see_css(".mini-sheet").await?;
    page.shot("08-new-case-3-papers-and-notice").await?;
    job::next(page, "mandate").await?;
    job::mandate_by_thumb(page, "王秀英").await?;
    page.top().await?;
    page.shot("09-new-case-4-mandate").await?;
    job::next(page, "check").await?;
    page.shot("10-new-case-5-check").await?;
    shows_the_dates(page, dates).await?;
    let number = job::receive(page).await?;
    page.shot("11-new-case-6-slip").await?;
    page.press("open-taken").await?;
    page.at("case").await?;
    shows_the_dates(page, dates).await?;
    page.top().await?;
    page.shot("12-case").await?;
    job::note(page, "医院说脚趾骨折，先住院三周").await?;
    page.bring("#papers").await?;
    page.shot("13-case-story-and-notes").await?;
    Ok(number)
}

async fn shows_the_dates(page: &Page, dates: &InjuryDates) -> Result<()> {
    for (clock, day) in dates.clocks() {
        let shown = page.text_css(&format!("[data-test={clock}] .date")).await?;
        ensure!(shown == dates.words(day), "{clock} shows {shown}, and the law says {}", dates.words(day));
    }
    Ok(())
}

async fn look_around(page: &Page) -> Result<()> {
    job::go(page, "today").await?;
    page.see("due-row").await?;
    page.shot("14-today").await?;
    page.chord(key::CONTROL, 'k').await?;
    page.type_text("lcm").await?;
    page.key(key::ENTER).await?;
    page.at("cases").await?;
    page.says("case-name", LI_CHUNMEI.name).await?;
    page.shot("15-cases-found-by-initials").await?;
    job::open_guide(page, "工伤认定").await?;
    page.shot("16-catalogue-guide").await?;
    job::go(page, "sync").await?;
    page.see("outbox").await?;
    page.shot("17-sync-offline").await.map(drop)
}

async fn arrive(page: &Page) -> Result<u64> {
    let seq = job::arrived(page).await?;
    page.says("link-state", "连着").await?;
    page.shot("18-sync-arrived").await?;
    Ok(seq)
}

async fn large_text(page: &Page) -> Result<()> {
    for _ in 0..3 {
        page.chord(key::CONTROL, '=').await?;
    }
    job::go(page, "today").await?;
    page.top().await?;
    page.shot("19-today-text-200").await?;
    page.press_css("[data-test=due-row] a").await?;
    page.at("case").await?;
    page.see("clocks").await?;
    page.top().await?;
    page.shot("20-case-text-200").await.map(drop)
}

fn pictures(shots: &Path) -> Result<Vec<PathBuf>> {
    let mut pictures: Vec<PathBuf> = std::fs::read_dir(shots)?.flatten().map(|entry| entry.path()).collect();
    pictures.retain(|file| file.extension().is_some_and(|end| end == "png"));
    pictures.sort();
    Ok(pictures)
}

fn say(what: &str) {
    println!("   {what}");
}

fn told(it: &Summary) -> String {
    let mut lines = vec![
        format!("case number          {}", it.case_number),
        format!("item                 {} ({})", it.item, job::WORK_INJURY),
        format!("applicant            {} (invented), hurt on {}", it.applicant, it.injured_on),
        format!("employer applies by  {}", it.employer_until),
        format!("worker applies by    {}", it.worker_until),
        format!("decision by          {}, where facts are clear {}", it.decision_until, it.decision_clear_facts_until),
        format!(
            "receipt at the hub   seq {}, {} changes verified, {} faults",
            it.receipt_seq, it.hub_changes, it.hub_faults
        ),
        format!("township's station   {}", if it.seen_by_township { "sees the case" } else { "does not see the case" }),
        format!("unlock to usable     {:.3} s", it.unlock_to_usable_seconds),
        format!("screens              {}", it.screens.len()),
    ];
    lines.extend(it.screens.iter().map(|file| format!("  {}", file.display())));
    lines.join("\n") + "\n"
}
