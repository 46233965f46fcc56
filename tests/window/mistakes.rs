//! What a person gets wrong is said at once, in plain words, and nothing is lost by it.

use anyhow::Result;
use daiban_tests::window::dates::InjuryDates;
use daiban_tests::window::job;
use daiban_tests::window::page::{PATIENCE, Page, key, until};
use daiban_tests::window::people::{AGENT, PIN, ZHAO_YUNFENG};

use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_pin_says_how_many_tries_are_left_and_the_right_one_still_opens() -> Result<()> {
    let stage = Stage::new("wrong-pin")?;
    let story = stage.station.act("wrong-pin", async |page| {
        job::first_run(page).await?;
        job::lock(page).await?;
        for left in ["4 次", "3 次"] {
            page.write("pin", "000001").await?;
            page.key(key::ENTER).await?;
            page.says("pin-error", left).await?;
            assert_eq!(page.value("pin").await?, "", "the field is empty for the next try");
            assert_eq!(page.focus().await?, "pin", "and the cursor is in it");
        }
        page.shot("wrong-pin").await?;
        job::unlock(page, PIN).await?;
        page.at("today").await
    });
    story.await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_pin_is_replaced_with_the_code_that_the_district_reads_out() -> Result<()> {
    let mut stage = Stage::new("forgot-pin")?;
    stage.station.act("first-run", async |page| job::first_run(page).await).await?;
    let district = &stage.district;
    let window = stage.station.open().await?;
    window.watch("forgot", async |page| job::unlock(page, PIN).await.map(drop)).await?;
    let code = until("the district keeps the code", PATIENCE, async || Ok(district.recovery_code().ok())).await?;
    stage.go_offline();
    let forgot = async |page: &Page| {
        job::lock(page).await?;
        page.press("forgot").await?;
        page.at("forgot").await?;
        page.write("recovery_code", &code.replacen('-', "", 2)[1..]).await?;
        page.write("pin", "807153").await?;
        page.write("pin_again", "807153").await?;
        page.press("set-pin").await?;
        page.says("pin-error", "听错或打错").await?;
        page.shot("mistyped").await?;
        page.write("recovery_code", &code.to_lowercase()).await?;
        page.shot("forgot").await?;
        page.press("set-pin").await?;
        page.at("today").await?;
        job::lock(page).await?;
        job::unlock(page, "807153").await?;
        page.at("today").await
    };
    window.watch("forgot", forgot).await?;
    window.close().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_cannot_be_is_said_while_it_is_typed() -> Result<()> {
    let stage = Stage::new("wrong-number")?;
    let story = stage.station.act("wrong-number", async |page| {
        job::first_run(page).await?;
        job::begin(page).await?;
        page.press("register-new").await?;
        for (typed, said) in [
            ("150205194508200009", "8"),
            ("150205200102290005", "生日"),
            ("150205450820000", "15 位"),
            ("15020519450820000888", "18 位"),
        ] {
            page.write("citizen_id", typed).await?;
            page.says("citizen_id-error", said).await?;
            assert_eq!(page.value("citizen_id").await?, typed, "what was typed stays");
        }
        page.shot("wrong-number").await?;
        page.write("citizen_id", ZHAO_YUNFENG.citizen_id).await?;
        page.see_css("[data-test=person-form] .ok-note").await?;
        assert!(
            page.texts("[data-test=citizen_id-error]").await?.concat().is_empty(),
            "nothing is said about a right number"
        );
        // A step that is not complete keeps the person there and names what is missing.
        page.press("step-next").await?;
        page.says("error-summary", "姓名").await?;
        page.says("error-summary", "电话").await?;
        page.press("fault-name_empty").await?;
        assert_eq!(page.focus().await?, "name", "the line leads to its field");
        page.shot("incomplete").await.map(drop)
    });
    story.await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r195_a_word_that_the_item_does_not_need_is_pointed_out_and_goes_with_one_press() -> Result<()> {
    let dates = InjuryDates::reckon()?;
    let stage = Stage::new("needless")?;
    let story = stage.station.act("needless", async |page| {
        job::first_run(page).await?;
        job::take_the_injury(page, &dates).await?;
        page.press("open-taken").await?;
        page.at("case").await?;
        page.write("new-note", "骨折住院，月收入八百，周五再来").await?;
        page.says("needless", "“月收入”说的是收入").await?;
        page.bring("[data-test=new-note]").await?;
        page.shot("pointed-out").await?;
        page.press("needless-remove").await?;
        until("the word is gone and the rest stays", PATIENCE, async || {
            Ok((page.value("new-note").await? == "骨折住院，八百，周五再来").then_some(()))
        })
        .await?;
        until("nothing is pointed out any more", PATIENCE, async || Ok((!page.has("needless").await?).then_some(())))
            .await
    });
    story.await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_run_without_a_network_or_with_a_wrong_code_can_be_tried_again() -> Result<()> {
    let mut stage = Stage::new("wrong-code")?;
    let window = stage.station.open().await?;
    let code = window.page.value("enrol_code").await?;
    stage.go_offline();
    let offline = async |page: &Page| {
        page.press("enrol").await?;
        page.says("failure", "连不上区里").await?;
        assert_eq!(page.value("enrol_code").await?, code, "the code is still there");
        page.shot("no-network").await.map(drop)
    };
    window.watch("no-network", offline).await?;
    stage.come_online()?;
    let again = async |page: &Page| {
        page.write("enrol_code", "AAAA-AAAA-AAAA").await?;
        page.press("enrol").await?;
        page.says("failure", "开通码不对").await?;
        page.shot("wrong-code").await?;
        page.write("enrol_code", &code).await?;
        page.press("enrol").await?;
        page.press(&format!("tile-{}", AGENT.0)).await?;
        // A PIN anybody would guess is not taken.
        for (pin, again, said) in [("123456", "123456", "太好猜"), (PIN, "mk7195", "不一样")] {
            page.write("pin", pin).await?;
            page.write("pin_again", again).await?;
            page.key(key::ENTER).await?;
            page.says("pin-error", said).await?;
        }
        page.write("pin_again", PIN).await?;
        page.key(key::ENTER).await?;
        page.at("today").await
    };
    window.watch("again", again).await?;
    window.close().await
}
