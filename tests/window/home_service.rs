//! The work-injury call in the window, by keys where it matters: from the phone over the route of the day and the locked record to the
//! hand-over.

use anyhow::{Result, ensure};
use daiban_tests::window::job;
use daiban_tests::window::page::{Page, key, named};
use daiban_tests::window::people::LI_CHUNMEI;

use crate::stage::Stage;

const WARD: &str = "包头市某医院骨科6床";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r101_r103_r100_a_call_becomes_a_visit_with_a_locked_record_and_is_handed_over() -> Result<()> {
    let mut stage = Stage::new("home-service")?;
    let papers = stage.station.documents().join("石心代办");
    let window = stage.station.open().await?;
    window.watch("first-run", job::first_run).await?;
    // The ward has no line, and neither has the road there.
    stage.go_offline();
    let today = window.watch("call", call).await?;
    window.watch("visit", async |page| agree_on_a_visit(page, &today).await).await?;
    window.watch("kit", async |page| print_the_kit(page).await).await?;
    let kit = std::fs::read_dir(&papers)?.count();
    ensure!(kit == 7, "seven papers for the bedside: {kit}");
    window.watch("route", route).await?;
    window.watch("interview", async |page| write_it_down(page, &today).await).await?;
    window.watch("hand-over", take_it_in).await?;
    window.close().await
}

/// The phone rings: the call is taken without a mouse.
async fn call(page: &Page) -> Result<String> {
    page.chord(key::ALT, '3').await?;
    page.at("visits").await?;
    page.says("empty", "没有约好的上门").await?;
    let today = page.run("return new Date().toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' })").await?;
    let today = today.as_str().unwrap_or_default().to_owned();
    page.key(key::ENTER).await?;
    page.see("call-form").await?;
    let answers = [
        ("name", LI_CHUNMEI.name),
        ("phone", ""),
        ("address", WARD),
        ("citizen_id", ""),
        ("employer", ""),
        ("injured_on", today.as_str()),
        ("words", "在采砂场受伤，脚趾骨折，住院，身边没人"),
    ];
    for (field, answer) in answers {
        page.tab_to(&format!("#{field}")).await?;
        if !answer.is_empty() {
            page.type_text(answer).await?;
        }
    }
    page.shot("1-call").await?;
    page.key(key::ENTER).await?;
    page.at("case").await?;
    page.says("case-stage", "咨询").await?;
    Ok(today)
}

async fn agree_on_a_visit(page: &Page, today: &str) -> Result<()> {
    page.press("offer-book_visit").await?;
    page.see("act-form").await?;
    page.write("caller", LI_CHUNMEI.name).await?;
    page.press("reason-ill").await?;
    page.write("at", &format!("{today} 23:30")).await?;
    ensure!(page.value("place").await? == WARD, "where she is was said on the phone");
    page.write("alone", "今天只有一人在站").await?;
    page.shot("2-booking").await?;
    page.press("act-do").await?;
    page.says("booking", WARD).await?;
    page.shot("3-booked").await.map(drop)
}

/// R103, without a network: all in one press. Without a printer they are saved to be printed elsewhere.
async fn print_the_kit(page: &Page) -> Result<()> {
    page.press("print-kit").await?;
    page.says("failure", "还没装打印机").await?;
    page.press("save-kit").await?;
    page.says("paper-out", "石心代办").await?;
    let claim = format!("{}[data-paper=injury_claim]", named("paper-offer"));
    page.press_css(&format!("{claim} button")).await?;
    let form = job::paper_words(page).await?;
    for words in [LI_CHUNMEI.name, WARD, "工伤认定申请表"] {
        ensure!(form.contains(words), "the form says {words}: {form}");
    }
    page.shot("4-claim").await?;
    page.key(key::ESCAPE).await
}

async fn route(page: &Page) -> Result<()> {
    page.chord(key::ALT, '3').await?;
    page.at("visits").await?;
    let stop = page.says("stop", WARD).await?;
    for words in [LI_CHUNMEI.name, "23:30", "采砂场", "病残"] {
        ensure!(stop.contains(words), "the route says {words}: {stop}");
    }
    page.shot("5-route").await?;
    page.tab_to(&named("open-stop")).await?;
    page.key(key::ENTER).await?;
    page.at("case").await
}

/// R100: read back, signed, locked; an addition stands below, signed again.
async fn write_it_down(page: &Page, today: &str) -> Result<()> {
    page.press("offer-record_interview").await?;
    page.see("act-form").await?;
    for (field, answer) in [
        ("arrived", format!("{today} 00:05")),
        ("left", format!("{today} 00:10")),
        ("asked_by", "许文".to_owned()),
        ("written_by", "彭飞".to_owned()),
        ("lines", "问：怎么受的伤？".to_owned()),
    ] {
        page.write(field, &answer).await?;
    }
    // A line is ended by the key that ends lines, which here must not send the form off.
    page.key(key::ENTER).await?;
    page.type_text("答：石头滚下来砸了脚。").await?;
    page.press("signed-hand").await?;
    page.press("act-do").await?;
    page.says("failure", "念").await?;
    page.press("read_back").await?;
    page.shot("6-interview").await?;
    page.press("act-do").await?;
    let record = page.says("interview", WARD).await?;
    ensure!(!record.is_empty(), "the record stands there");
    page.press_css(&format!("{} summary", named("interview"))).await?;
    page.says("interview", "石头滚下来砸了脚").await?;
    page.says("interview", "签了就不能改").await?;
    page.press("offer-add_to_interview").await?;
    page.write("text", "证人是工友老张、老王").await?;
    page.press("signed-hand").await?;
    page.press("act-do").await?;
    page.press_css(&format!("{} summary", named("interview"))).await?;
    page.says("addition", "老张").await?;
    page.bring("#home").await?;
    page.shot("7-locked").await.map(drop)
}

/// At her bed she has her card and her papers at hand: what was a question becomes a case of its own, and goes to the township.
async fn take_it_in(page: &Page) -> Result<()> {
    page.press("go-on").await?;
    page.see_css("[data-page=new][data-step=person]").await?;
    ensure!(page.value("name").await? == LI_CHUNMEI.name, "what she said on the phone stands there");
    page.press("told-read_aloud").await?;
    page.press("id-later").await?;
    page.write("citizen_id", LI_CHUNMEI.citizen_id).await?;
    page.press("phone-none").await?;
    page.write("phone", LI_CHUNMEI.phone).await?;
    job::next(page, "items").await?;
    job::item(page, "工伤认定", job::WORK_INJURY).await?;
    job::next(page, "papers").await?;
    job::papers(page, &["have", "have", "have"]).await?;
    job::next(page, "mandate").await?;
    job::mandate_by_thumb(page, "王秀英").await?;
    job::next(page, "check").await?;
    let number = job::receive(page).await?;
    page.press("open-taken").await?;
    page.at("case").await?;
    page.says("case-stage", "已收件").await?;
    ensure!(page.text("case-number").await? == number, "the same case goes on");
    page.says("interview", WARD).await?;
    page.press("offer-hand_over").await?;
    page.see("act-form").await?;
    page.write("to", "石拐区人力资源和社会保障局").await?;
    page.press("act-do").await?;
    page.says("case-stage", "已移交").await?;
    page.shot("8-handed-over").await.map(drop)
}
