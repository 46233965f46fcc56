//! Several statements on their way at once: sent one after the other, answered in that order, at the cost of one round trip.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

use super::fault::{Fault, Trouble};

/// A value bound to a statement.
pub(super) type Value<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// The values of one statement, in their order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(Box::new($value) as $crate::postgres::flight::Value<'_>),*] };
}
pub(super) use values;

type Answer = Result<Vec<Row>, Error>;

/// A statement that was sent.
enum Sent<'a> {
    Flying(Pin<Box<dyn Future<Output = Answer> + Send + 'a>>),
    Answered(Answer),
}

/// Statements on their way over one connection.
pub(super) struct Flight<'a> {
    client: Option<&'a ClientWrapper>,
    sent: Vec<Sent<'a>>,
}

/// Which of a flight's answers belongs to a statement.
#[derive(Clone, Copy)]
pub(super) struct Seat(usize);

/// The answers of a flight.
pub(super) struct Landed(Vec<Vec<Row>>);

impl<'a> Flight<'a> {
    /// A flight over a connection; without one it comes back as lost.
    pub(super) fn over(client: Option<&'a ClientWrapper>) -> Self {
        Self { client, sent: Vec::new() }
    }

    /// Sends a statement. A connection that meets it for the first time waits for its preparation, so that the order holds. What
    /// goes wrong is told when the flight lands.
    pub(super) async fn send(&mut self, sql: &'static str, values: Vec<Value<'a>>) -> Seat {
        let Some(client) = self.client else { return Seat(0) };
        match client.prepare_cached(sql).await {
            Err(error) => self.sent.push(Sent::Answered(Err(error))),
            Ok(statement) => {
                let asking = async move {
                    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as _).collect();
                    client.query(&statement, &values).await
                };
                self.depart(Box::pin(asking)).await;
            }
        }
        Seat(self.sent.len() - 1)
    }

    /// Sends a word that begins or ends a transaction.
    pub(super) async fn say(&mut self, word: &'static str) {
        let Some(client) = self.client else { return };
        self.depart(Box::pin(async move { client.batch_execute(word).await.map(|()| Vec::new()) })).await;
    }

    /// The first poll writes the statement to the connection; later ones only look for the answer.
    async fn depart(&mut self, mut asking: Pin<Box<dyn Future<Output = Answer> + Send + 'a>>) {
        let first = poll_fn(|context| Poll::Ready(asking.as_mut().poll(context))).await;
        self.sent.push(match first {
            Poll::Ready(answer) => Sent::Answered(answer),
            Poll::Pending => Sent::Flying(asking),
        });
    }

    /// Waits for every answer. The first error is the one that counts: what follows it only tells of a broken transaction.
    pub(super) async fn land(self) -> Result<Landed, Fault> {
        if self.client.is_none() {
            return Err(Fault::Lost(Trouble::Unreachable.into()));
        }
        let (mut answers, mut fault) = (Vec::with_capacity(self.sent.len()), None);
        for sent in self.sent {
            let answer = match sent {
                Sent::Flying(asking) => asking.await,
                Sent::Answered(answer) => answer,
            };
            match answer {
                Ok(rows) => answers.push(rows),
                Err(error) => drop(fault.get_or_insert(error)),
            }
        }
        fault.map_or(Ok(Landed(answers)), |error| Err(error.into()))
    }
}

impl Landed {
    /// The rows a statement answered; a second look finds none.
    pub(super) fn rows(&mut self, seat: Seat) -> Vec<Row> {
        self.0.get_mut(seat.0).map(std::mem::take).unwrap_or_default()
    }
}
