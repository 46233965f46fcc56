//! 取号 (R127): the numbers of a hall. They are of this machine and this day: nothing of them travels, and what is a month old goes.

use daiban_model::access::{Action, Denied};
use daiban_model::api::{CallNumber, Failure, GetQueue, GroupQueue, Queue, TakeNumber};
use daiban_model::queue::{self, Group, Ticket};
use daiban_model::stamp::Wall;
use jiff::ToSpan;

use super::answer::Answer;
use super::desk::Desk;
use super::{Engine, internal, storage};
use crate::store::{Batch, Store};

/// Under which names numbers are kept: the day, the letter, the number.
const NUMBERS: &str = "queue/";
/// Days after which nobody asks any more how long somebody waited.
const KEPT_DAYS: i64 = 31;
/// Numbers that a board shows as called.
const ON_THE_BOARD: usize = 5;

impl<S: Store> Answer<S> for GetQueue {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Queue, Failure> {
        let desk = engine.desk()?;
        desk.may_queue()?;
        Ok(board(&desk.hall_numbers().await?))
    }
}

impl<S: Store> Answer<S> for TakeNumber {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Queue, Failure> {
        let desk = engine.desk()?;
        desk.may_queue()?;
        let mut numbers = desk.hall_numbers().await?;
        let none_left = || Failure::BadValue { code: "queue_full".to_owned(), arg: queue::MOST.to_string() };
        let ticket = queue::issue(&numbers, self.group, self.first, desk.now()).ok_or_else(none_left)?;
        let mut states = desk.numbers_of_old().await?;
        states.push(state(&ticket)?);
        desk.commit(Batch { states, ..Batch::default() }).await?;
        numbers.push(ticket);
        Ok(board(&numbers))
    }
}

impl<S: Store> Answer<S> for CallNumber {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Queue, Failure> {
        let desk = engine.desk()?;
        desk.may_queue()?;
        let mut numbers = desk.hall_numbers().await?;
        let nobody = || Failure::BadValue { code: "queue_empty".to_owned(), arg: String::new() };
        let next = queue::next(&numbers, self.group).ok_or_else(nobody)?;
        let called = Ticket { called: Some((desk.now(), self.window)), ..next };
        desk.commit(Batch { states: vec![state(&called)?], ..Batch::default() }).await?;
        numbers.retain(|ticket| *ticket != next);
        numbers.push(called);
        Ok(board(&numbers))
    }
}

impl<S: Store> Desk<S> {
    pub(super) fn may_queue(&self) -> Result<(), Failure> {
        let action = Action::Queue;
        if self.who.role.includes(action) { Ok(()) } else { Err(Failure::Denied { action, why: Denied::Role }) }
    }

    /// All numbers of today.
    async fn hall_numbers(&self) -> Result<Vec<Ticket>, Failure> {
        let stored = self.store.states(&day_of(self.now())).await.map_err(storage)?;
        Ok(stored.iter().filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok()).collect())
    }

    /// What takes the numbers away that are a month old.
    async fn numbers_of_old(&self) -> Result<Vec<(String, Option<Vec<u8>>)>, Failure> {
        let today = self.now().date();
        let since = today.checked_sub(KEPT_DAYS.days()).map_err(|_| internal("a day before all days"))?;
        let first_kept = format!("{NUMBERS}{since}/");
        let stored = self.store.states(NUMBERS).await.map_err(storage)?;
        Ok(stored.into_iter().filter(|(name, _)| *name < first_kept).map(|(name, _)| (name, None)).collect())
    }
}

fn day_of(at: Wall) -> String {
    format!("{NUMBERS}{}/", at.date())
}

fn state(ticket: &Ticket) -> Result<(String, Option<Vec<u8>>), Failure> {
    let bytes = serde_json::to_vec(ticket).map_err(|_| internal("a number does not write"))?;
    Ok((format!("{}{ticket}", day_of(ticket.taken)), Some(bytes)))
}

fn board(numbers: &[Ticket]) -> Queue {
    let mut letters: Vec<Group> = numbers.iter().map(|ticket| ticket.group).collect();
    letters.sort_unstable();
    letters.dedup();
    Queue { groups: letters.into_iter().map(|group| group_board(group, numbers)).collect() }
}

fn group_board(group: Group, numbers: &[Ticket]) -> GroupQueue {
    let own: Vec<Ticket> = numbers.iter().filter(|ticket| ticket.group == group).copied().collect();
    let (mut called, mut waiting): (Vec<Ticket>, Vec<Ticket>) = own.iter().partition(|ticket| ticket.called.is_some());
    waiting.sort_by_key(|ticket| (ticket.first.is_none(), ticket.no));
    called.sort_by_key(|ticket| std::cmp::Reverse(ticket.called));
    called.truncate(ON_THE_BOARD);
    let given = own.iter().map(|ticket| ticket.no).max().unwrap_or(0);
    GroupQueue { group, given, waiting, called, mean_minutes: queue::mean_wait_minutes(&own) }
}
