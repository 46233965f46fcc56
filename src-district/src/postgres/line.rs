//! Connections: a bounded number of them, each with the settings this store rests on, and none handed on in the middle of a
//! transaction.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use daiban_core::store::StoreError;
use deadpool_postgres::{
    Connect, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType, Timeouts,
};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, NoTls};

use super::address::Address;
use super::fault::{Fault, Trouble};
use super::flight::Flight;

/// How long to wait for a free connection, and for a new one.
const FREE: Duration = Duration::from_secs(5);
const NEW: Duration = Duration::from_secs(5);

/// What each session is set to. Only what the server knows is set, so that relatives of PostgreSQL with fewer settings serve too.
///
/// A commit is on the disk when it is answered (S2). Waiting is bounded. Every statement here is written for an index, and is
/// planned once for tables of any size: a plan made while a table was small would read the whole of it when it is large.
const SETTLE: &str = "
    SELECT set_config(s.name, g.value, false)
    FROM (VALUES
        ('search_path', 'daiban'),
        ('statement_timeout', '20s'),
        ('lock_timeout', '5s'),
        ('idle_in_transaction_session_timeout', '20s'),
        ('default_transaction_isolation', 'read committed'),
        ('client_min_messages', 'warning'),
        ('plan_cache_mode', 'force_generic_plan'),
        ('enable_seqscan', 'off'),
        ('enable_hashjoin', 'off'),
        ('enable_mergejoin', 'off'),
        ('jit', 'off')
    ) g (name, value)
    JOIN pg_settings s ON s.name = g.name
    UNION ALL
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')";

/// The connections of one store.
pub(super) struct Lines(Pool);

impl Lines {
    /// At most `size` of them. None is opened yet.
    pub(super) fn to(address: &Address, size: usize) -> Result<Self, StoreError> {
        let settings = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(address.config().clone(), Entry, settings);
        let timeouts = Timeouts { wait: Some(FREE), create: Some(NEW), recycle: Some(NEW) };
        let pool = Pool::builder(manager).max_size(size.max(1)).timeouts(timeouts).runtime(Runtime::Tokio1).build();
        Ok(Self(pool.map_err(|fault| StoreError::Backend(Box::new(fault)))?))
    }

    /// A free connection.
    pub(super) async fn line(&self) -> Result<Line, Fault> {
        match self.0.get().await {
            Ok(object) => Ok(Line { object: Some(object), stage: Stage::Between }),
            Err(PoolError::Backend(error)) => Err(match Fault::from(error) {
                // The server asked for a password and got none, or none that fits.
                Fault::Refused(StoreError::Backend(told)) if told.is::<Trouble>() => refused_entry(told.downcast_ref()),
                other => other,
            }),
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err(StoreError::Busy.into()),
            Err(_) => Err(Fault::Lost(Trouble::Unreachable.into())),
        }
    }
}

fn refused_entry(told: Option<&Trouble>) -> Fault {
    match told {
        None | Some(Trouble::Shape) => Trouble::NotAllowed("28P01".into()).into(),
        Some(other) => other.clone().into(),
    }
}

/// How a connection is made.
struct Entry;

type Entering = Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send>>;

impl Connect for Entry {
    fn connect(&self, config: &Config) -> Entering {
        let config = config.clone();
        Box::pin(async move {
            let (client, connection) = config.connect(NoTls).await?;
            // Why it ended is told to whoever waits for an answer.
            let running = tokio::spawn(async move { drop(connection.await) });
            client.batch_execute(SETTLE).await?;
            Ok((client, running))
        })
    }
}

/// Where a connection stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Between two transactions.
    Between,
    /// In a transaction.
    Within,
    /// Its commit is on the way.
    Committing,
}

/// One connection, for one who asks. Dropped within a transaction it is closed, so that the next one begins anew.
pub(super) struct Line {
    /// Always there until it is dropped.
    object: Option<Object>,
    stage: Stage,
}

impl Line {
    /// Statements by themselves.
    pub(super) fn flight(&self) -> Flight<'_> {
        Flight::over(self.object.as_deref())
    }

    /// Statements that begin a transaction with this word.
    pub(super) async fn begin(&mut self, word: &'static str) -> Flight<'_> {
        self.stage = Stage::Within;
        let mut flight = self.flight();
        flight.say(word).await;
        flight
    }

    /// From here on a broken line leaves it open whether the transaction landed. The flight that follows ends with
    /// `COMMIT`, and [`Self::done`] is called when it has landed.
    pub(super) fn committing(&mut self) {
        self.stage = Stage::Committing;
    }

    /// The transaction is over.
    pub(super) fn done(&mut self) {
        self.stage = Stage::Between;
    }

    /// What a fault comes to at this stage.
    pub(super) fn judged(&self, fault: Fault) -> Fault {
        match fault {
            Fault::Lost(_) if self.stage == Stage::Committing => Fault::InDoubt,
            other => other,
        }
    }

    /// Closes a line that says nothing any more, so that nobody waits at it again.
    pub(super) fn abandon(mut self) {
        self.stage = Stage::Within;
    }

    /// Gives a transaction up. If that fails too, dropping the line closes it.
    pub(super) async fn give_up(&mut self) {
        let Some(client) = &self.object else { return };
        if self.stage != Stage::Between && client.batch_execute("ROLLBACK").await.is_ok() {
            self.stage = Stage::Between;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.stage != Stage::Between {
            // Out of the pool; the server rolls back what was open.
            drop(self.object.take().map(Object::take));
        }
    }
}
