//! How often half a day was enough, and who held it (R125).

use daiban_model::api::{BundleView, Failure, GetHalfDays, HalfDay, HalfDayLine, HalfDays, View};
use daiban_model::bundle::State;
use daiban_model::deadline::{Due, Limit};
use daiban_model::ids::ItemCode;
use jiff::civil::Date;

use super::Engine;
use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use crate::store::Store;

impl<S: Store> Answer<S> for GetHalfDays {
    async fn answer(self, engine: &mut Engine<S>) -> Result<HalfDays, Failure> {
        let desk = engine.desk()?;
        desk.may_audit()?;
        desk.half_days(self.month).await
    }
}

impl<S: Store> Desk<S> {
    async fn half_days(&self, month: Date) -> Result<HalfDays, Failure> {
        let bundles = self.published.bundles.iter().flat_map(|bundles| bundles.all());
        let promised = bundles.filter(|bundle| bundle.promised == Some(Limit::HalfDay));
        let items: Vec<String> = promised.map(|bundle| ItemCode::from(&bundle.id).to_string()).collect();
        let mut lines = Vec::new();
        for row in self.rows_of(View::All, self.eyes(), |_| true).await? {
            if items.contains(&row.item) {
                let file = self.file(row.shown.id).await?;
                lines.extend(self.half_day(&file, month).await?);
            }
        }
        lines.sort_by_key(|line: &HalfDayLine| line.from);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let in_time = count(lines.iter().filter(|line| line.promise == HalfDay::Kept).count());
        Ok(HalfDays { in_time, all: count(lines.len()), lines })
    }

    /// One matter, if it was accepted in this month and is done.
    async fn half_day(&self, file: &OpenFile, month: Date) -> Result<Option<HalfDayLine>, Failure> {
        let case = &file.facts.case;
        let in_month = |from: &jiff::civil::DateTime| (from.year(), from.month()) == (month.year(), month.month());
        let Some(from) = case.accepted_at.filter(in_month) else { return Ok(None) };
        let Some(bundle) = self.bundle_view(file).await? else { return Ok(None) };
        let State::Done { at: done } = bundle.state else { return Ok(None) };
        let reckoning = self.reckoning();
        let due = reckoning.promised_end(case);
        let in_time = matches!(due, Some(Due::At { at, .. }) if done <= at);
        let row = self.record(file.id.0.into_bytes(), file.scope, &file.facts);
        Ok(self.shown(vec![row]).pop().map(|case| HalfDayLine {
            case,
            from,
            done,
            minutes: reckoning.office_minutes(from, done),
            promise: if in_time { HalfDay::Kept } else { HalfDay::Broken },
            held: held(&bundle),
        }))
    }
}

fn held(bundle: &BundleView) -> Vec<(String, String, u32)> {
    let step = |step: &daiban_model::api::StepView| {
        step.minutes.map(|minutes| (step.name.clone(), step.department.clone(), minutes))
    };
    let mut held: Vec<_> = bundle.steps.iter().filter_map(step).collect();
    held.sort_by_key(|(.., minutes)| std::cmp::Reverse(*minutes));
    held
}
