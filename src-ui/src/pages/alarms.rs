//! What nobody asks for by himself and has to see all the same: a clock that is wrong, a calendar that ends, dates that moved, matters taken
//! twice, questions to the upper tier, what is late and why, and sheets that wait for a yes.

use daiban_model::api::{
    BackupView, CalendarHere, DatedPaper, Double, FurtherNotice, GetBackup, HandSheet, HelpRow, HomeCheck, LateLine,
    ListDoubles, ListFurtherNotices, ListHandSheets, ListHelp, ListLate, ListMonth, ListMoved, ListYearly, Moved,
    SeenMoved, TellTime, Today, UnitMonth, Waits, YearlyLine,
};
use daiban_model::stamp::TimeQuality;
use jiff::civil::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::stick::backup_due;
use crate::desk::{desk, today};
use crate::load::{Load, load};
use crate::parts::{Go, Icon};
use crate::route::Route;
use crate::{dates, say, transport, words};

/// What the machine itself is wrong about.
pub fn of_machine(today: &Today) -> impl IntoView + use<> {
    let clock = (today.clock == TimeQuality::Unconfirmed).then(|| view! { <WrongClock now=dates::moment(today.now)/> });
    let calendar = (today.calendar == CalendarHere::NextYearMissing).then(|| {
        let text = match today.calendar_until {
            Some(year) => t!("today.calendar_ends", year = year),
            None => t!("today.calendar_none").to_owned(),
        };
        view! { <p class="note note-warn" data-test="calendar-ends"><Icon name="info"/><span>{text}</span></p> }
    });
    view! { {clock}{calendar} }
}

#[component]
fn WrongClock(now: String) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let tell = move || {
        let Ok(at) = typed.get_untracked().parse() else { return };
        spawn_local(async move {
            match transport::call(TellTime { at }).await {
                Ok(_) => desk().failed.set(None),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <div class="note note-warn" role="alert" data-test="clock-doubt">
            <Icon name="clock"/>
            <form class="row" on:submit=move |event| { event.prevent_default(); tell(); }>
                <label for="true_time">{t!("today.clock_doubt", now = now)}</label>
                <input class="input" id="true_time" type="datetime-local" data-test="true-time"
                    prop:value=typed on:input=move |event| typed.set(event_target_value(&event))/>
                <button type="submit" class="btn btn-sm" data-test="tell-time">{t!("today.clock_tell")}</button>
            </form>
        </div>
    }
}

/// What waits for a word, each kind where there is one.
#[component]
pub fn Alarms() -> impl IntoView {
    let moved = load(|| Some(ListMoved {}));
    view! {
        {quiet(load(|| Some(GetBackup {})), backup)}
        {quiet(load(|| Some(ListHandSheets {})), |all: &Vec<HandSheet>| offered(all))}
        {quiet(moved, move |all: &Vec<Moved>| moved_list(all, moved))}
        {quiet(load(|| Some(ListDoubles {})), |all: &Vec<Double>| doubles(all))}
        {quiet(load(|| Some(ListYearly {})), |all: &Vec<YearlyLine>| yearly(all))}
        {quiet(load(|| Some(ListFurtherNotices {})), |all: &Vec<FurtherNotice>| further(all))}
        {quiet(load(|| Some(ListHelp {})), |all: &Vec<HelpRow>| asked(all))}
        {quiet(load(|| Some(ListMonth { month: last_month() })), |all: &Vec<UnitMonth>| month(all))}
        {quiet(load(|| Some(ListLate {})), |all: &Vec<LateLine>| late(all))}
    }
}

/// Shows an answer, and nothing while there is none: what waits for a word is no page of its own.
fn quiet<T: Send + Sync + 'static>(
    answer: RwSignal<Load<T>>,
    view: impl Fn(&T) -> AnyView + Send + Sync + 'static,
) -> impl IntoView {
    move || {
        answer.with(|answer| match answer {
            Load::Ready(value) => view(value),
            Load::Waiting | Load::Failed(_) => ().into_any(),
        })
    }
}

fn section(id: &'static str, title: &'static str, lines: Vec<AnyView>, foot: AnyView) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    view! {
        <section aria-labelledby=id data-test=id>
            <div class="sec-head"><h2 id=id>{title}</h2></div>
            <ul class="answers">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            {foot}
        </section>
    }
    .into_any()
}

/// R87: what is on one disk alone is lost with it.
fn backup(it: &BackupView) -> AnyView {
    let note = |text| {
        view! {
            <p class="note note-warn" data-test="backup-due">
                <Icon name="flag"/><span>{text}<Go to=Route::Sync test="go-backup">{t!("backup.go")}</Go></span>
            </p>
        }
    };
    backup_due(it).map(note).into_any()
}

fn offered(all: &[HandSheet]) -> AnyView {
    let line = |sheet: &HandSheet| {
        let text = t!(
            "today.sheet",
            from = sheet.from,
            n = sheet.lines.len(),
            papers = sheet.papers,
            originals = sheet.originals,
            hash = sheet.hash
        );
        view! { <Go to=Route::Handing test="see-sheet"><Icon name="out"/><span><b>{text}</b></span></Go> }.into_any()
    };
    let mine = all.iter().filter(|sheet| sheet.waits == Waits::ForMe);
    section("h-sheets", t!("today.sheets"), mine.map(line).collect(), ().into_any())
}

fn moved_list(all: &[Moved], list: RwSignal<Load<Vec<Moved>>>) -> AnyView {
    let line = |moved: &Moved| {
        let moved = moved.clone();
        let text = t!("today.moved_line", from = dates::full(moved.from), to = dates::full(moved.to));
        let paper = (moved.paper == DatedPaper::Given).then(|| t!("today.moved_paper"));
        view! {
            <Go to=Route::Case(moved.case.id)>
                <Icon name="clock"/>
                <span><b>{moved.case.name.clone()}" "{moved.case.item.clone()}</b>
                    <small class="quiet">{text}{paper}</small></span>
            </Go>
        }
        .into_any()
    };
    let ids: Vec<_> = all.iter().map(|moved| moved.case.id).collect();
    let seen = move |_| {
        let ids = ids.clone();
        spawn_local(async move {
            match transport::call(SeenMoved { ids }).await {
                Ok(all) => drop(list.try_set(Load::Ready(all))),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let foot = view! {
        <button type="button" class="btn btn-sm" data-test="seen-moved" on:click=seen>{t!("today.moved_seen")}</button>
    };
    section("h-moved", t!("today.moved"), all.iter().map(line).collect(), foot.into_any())
}

fn doubles(all: &[Double]) -> AnyView {
    let line = |double: &Double| {
        let double = double.clone();
        let text = t!("today.double_line", number = double.first.number);
        view! {
            <Go to=Route::Case(double.second.id)>
                <Icon name="split"/>
                <span><b>{double.second.name.clone()}" "{double.second.item.clone()}</b>
                    <small class="quiet">{text}</small></span>
            </Go>
        }
        .into_any()
    };
    section("h-doubles", t!("today.doubles"), all.iter().map(line).collect(), ().into_any())
}

fn yearly(all: &[YearlyLine]) -> AnyView {
    let line = |line: &YearlyLine| {
        let line = line.clone();
        let text =
            t!("today.yearly_line", name = line.name, due = dates::full(line.due), last = dates::full(line.last));
        let home = (line.home == HomeCheck::Offered).then(|| t!("today.yearly_home"));
        view! {
            <Go to=Route::Person(line.person.id)>
                <Icon name="user"/>
                <span><b>{line.person.name.clone()}</b><small class="quiet">{text}{home}</small></span>
            </Go>
        }
        .into_any()
    };
    section("h-yearly", t!("today.yearly"), all.iter().map(line).collect(), ().into_any())
}

/// R52: where more was asked for after the one notice.
fn further(all: &[FurtherNotice]) -> AnyView {
    let line = |notice: &FurtherNotice| {
        let notice = notice.clone();
        let text = t!(
            "today.further_line",
            no = notice.no,
            by = notice.by,
            day = dates::full(notice.at.date()),
            reason = notice.reason
        );
        view! {
            <Go to=Route::Case(notice.case.id)>
                <Icon name="flag"/>
                <span><b>{notice.case.item.clone()}" "{notice.papers.join("、")}</b>
                    <small class="quiet">{text}</small></span>
            </Go>
        }
        .into_any()
    };
    section("h-further", t!("today.further"), all.iter().map(line).collect(), ().into_any())
}

fn asked(all: &[HelpRow]) -> AnyView {
    let line = |row: &HelpRow| {
        let row = row.clone();
        let due = row.help.due.map(dates::full).unwrap_or_default();
        let text = t!("today.help_line", to = row.help.asked.to, due = due);
        view! {
            <Go to=Route::Case(row.case.id)>
                <Icon name="flag"/>
                <span><b>{row.help.asked.question.clone()}</b><small class="quiet">{text}</small></span>
            </Go>
        }
        .into_any()
    };
    section("h-help", t!("today.help"), all.iter().map(line).collect(), ().into_any())
}

/// A day of the month that is over: its line is what is reported (R73).
fn last_month() -> Date {
    let today = today();
    today.first_of_month().yesterday().unwrap_or(today)
}

fn month(all: &[UnitMonth]) -> AnyView {
    let line = |unit: &UnitMonth| {
        let line = unit.line;
        let rate =
            unit.on_time.map_or_else(String::new, |rate| t!("today.month_rate", rate = rate, target = unit.target));
        let text = t!(
            "today.month_line",
            entrusted = line.entrusted,
            taken = line.taken,
            handled = line.handled,
            delivered = line.delivered,
            archived = line.archived,
            called = line.called_back
        );
        view! { <Icon name="flag"/><span><b>{unit.name.clone()}</b><small class="quiet">{text}{rate}</small></span> }
            .into_any()
    };
    section("h-month", t!("today.month"), all.iter().map(line).collect(), ().into_any())
}

fn late(all: &[LateLine]) -> AnyView {
    let line = |line: &LateLine| {
        let item = line.item.as_ref().map_or_else(|| t!("today.late_sensitive").to_owned(), ToString::to_string);
        let reason = line.reason.map(|reason| words::one_of("late_reason", &say::code(&reason)).unwrap_or_default());
        let reason = reason.unwrap_or(t!("today.late_unsaid"));
        let text = t!("today.late_line", item = item, n = line.count, days = line.days, reason = reason);
        view! { <Icon name="late"/><span>{text}</span> }.into_any()
    };
    section("h-late", t!("today.late"), all.iter().map(line).collect(), ().into_any())
}
