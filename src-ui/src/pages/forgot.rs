//! A PIN was forgotten: the district reads out a code over the phone, and a new PIN is chosen with it. Works without a network.

use daiban_model::api::Session;
use daiban_model::ids::AgentId;
use leptos::prelude::*;

use super::enrol::PinForm;
use super::station::{StationSide, UnlockFoot};
use super::unlock::Tiles;
use crate::keys;
use crate::parts::Field;

/// Who, the code, the new PIN; `back` leads to the unlock screen.
#[component]
pub fn ForgotPage(session: Session, who: RwSignal<Option<AgentId>>, #[prop(into)] back: Callback<()>) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let people = session.people.clone();
    request_animation_frame(|| keys::focus("#recovery_code"));
    view! {
        <main class="unlock" id="main" data-page="forgot">
            <StationSide session/>
            <div class="unlock-main">
                <p class="lead">{t!("forgot.lead")}</p>
                <Tiles people who/>
                <Field id="recovery_code" label=t!("forgot.code") hint=t!("forgot.code_hint")
                    class="input input-big" value=code typed=move |text| code.set(text)/>
                <PinForm who code=Signal::from(code) done=|()| ()/>
                <div class="btns">
                    <button type="button" class="btn btn-text" data-test="remembered" data-back=""
                        on:click=move |_| back.run(())>
                        {t!("forgot.remembered")}
                    </button>
                </div>
                <UnlockFoot/>
            </div>
        </main>
    }
}
