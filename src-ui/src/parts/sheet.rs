//! The slip and the notice as sheets on the screen: official headings, masked numbers, no colours.

use daiban_model::api::{NoticeSheet, Sheets, Slip, Verification};
use daiban_model::case::event::{IdCheck, PaperLine, PaperState};
use daiban_model::stamp::TimeQuality;
use leptos::prelude::*;

use super::Held;
use super::clock::{clock_name, end, length};
use crate::{dates, say, words};

/// All sheets of one case.
#[component]
pub fn SheetFrame(sheets: Sheets) -> impl IntoView {
    let slip = sheets.slip.map(|slip| view! { <SlipSheet slip/> });
    let notice = sheets.notice.map(|notice| view! { <div class="sheet"><NoticeText notice/></div> });
    view! { <figure class="sheet-frame" data-test="sheets">{slip}{notice}</figure> }
}

/// 收件回执
#[component]
pub fn SlipSheet(slip: Slip) -> impl IntoView {
    let (taken, missing): (Vec<PaperLine>, Vec<PaperLine>) =
        slip.papers.into_iter().partition(|paper| paper.state != PaperState::Missing);
    let doubt = (slip.quality == TimeQuality::Unconfirmed).then(|| view! { <p>{t!("sheet.clock_doubt")}</p> });
    let unverified =
        (slip.verified == Verification::Unverified).then(|| view! { <p><b>{t!("sheet.unverified")}</b></p> });
    let lack = (!missing.is_empty()).then(|| lacking(missing, slip.supplement_by.map(dates::full)));
    let hand_over =
        slip.hand_over_by.map(|clock| view! { <p><Held text=t!("sheet.hand_over", day = end(clock.due))/></p> });
    let clock = |clock: daiban_model::case::clocks::Clock| {
        let name = clock_name(&clock);
        let text = match clock.limit {
            Some(_) => t!("sheet.clock", name = name, length = length(clock.limit), end = end(clock.due)),
            None => t!("sheet.clock_unknown", name = name),
        };
        view! { <p><Held text/></p> }
    };
    view! {
        <div class="sheet" data-test="slip">
            <p class="s-t">{t!("sheet.slip")}</p>
            <p class="s-n num" data-test="slip-number">{slip.number}</p>
            <p>{t!("sheet.applicant", name = slip.name, id = slip.id_masked)}</p>
            {(slip.id == IdCheck::Later).then(|| view! { <p><b>{t!("sheet.id_later")}</b></p> })}
            <p>{t!("sheet.agent", agent = slip.agent, at = dates::full_moment(slip.received))}</p>
            <p>{slip.station}</p>
            {doubt}
            <hr/>
            <p>{t!("sheet.item", item = slip.item)}</p>
            <hr/>
            {taken.into_iter().map(|paper| view! { <p>{paper_line(&paper)}</p> }).collect_view()}
            {lack}
            <hr/>
            {hand_over}
            {slip.clocks.into_iter().map(clock).collect_view()}
            {unverified}
            <p><b>{t!("sheet.not_acceptance")}</b></p>
            <p>{t!("sheet.signatures")}</p>
        </div>
    }
}

fn paper_line(paper: &PaperLine) -> String {
    let form = words::one_of("paper_form", &say::code(&paper.state)).unwrap_or_default();
    t!("sheet.paper", name = paper.name, form = form, n = paper.count)
}

fn lacking(missing: Vec<PaperLine>, by: Option<String>) -> impl IntoView {
    let names = missing.iter().map(|paper| paper.name.as_str()).collect::<Vec<_>>().join("；");
    let text = match by {
        Some(by) => t!("sheet.lacking_by", n = missing.len(), day = by, names = names),
        None => t!("sheet.lacking", n = missing.len(), names = names),
    };
    view! { <p><b data-test="slip-lacking"><Held text/></b></p> }
}

/// 一次性告知书, as it stands beside the papers while they are answered and on its sheet.
#[component]
pub fn NoticeText(notice: NoticeSheet) -> impl IntoView {
    let items = notice.items.join("、");
    let line = |line: daiban_model::case::event::NoticeLine| {
        let hint = (!line.hint.is_empty()).then(|| view! { <br/>{line.hint} });
        view! { <li><b>{line.paper}</b>{hint}</li> }
    };
    let term = match notice.term {
        Some(day) => t!("sheet.notice_by", day = dates::full(day)),
        None => t!("sheet.notice_no_term").to_owned(),
    };
    let nth = (notice.no > 1).then(|| view! { <p>{t!("sheet.notice_no", n = notice.no)}</p> });
    view! {
        <div data-test="notice">
            <p class="mini-title">{t!("sheet.notice")}</p>
            {(!notice.number.is_empty()).then(|| view! { <p class="s-n num">{notice.number}</p> })}
            {nth}
            <p>{t!("sheet.notice_head", name = notice.name, items = items)}</p>
            <ol>{notice.lines.into_iter().map(line).collect_view()}</ol>
            <p><Held text=term/></p>
            <p>
                {t!("sheet.notice_from", station = notice.station, agent = notice.agent, at = dates::full_moment(notice.given))}
            </p>
        </div>
    }
}
