//! Meets neighbours while somebody wants it: listens, finds, calls. The engine makes and takes the bytes (N2).

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use daiban_model::api::{Changed, Failure, GetNeighbours, MeetNeighbour, NeighbourFault, Neighbours, SetNeighbours};
use tokio::net::TcpListener;
use tokio::sync::{broadcast::error::RecvError, watch};
use tokio::time::{MissedTickBehavior, interval};

use super::{Handle, Job};
use crate::engine::MeetFault;
use crate::lan::call::Call;
use crate::lan::find::{self, Finder};
use crate::lan::listen::{self, Host, Limits};
use crate::lan::{Ends, PORT};
use crate::sync::http::RoadFault;

/// How often stations that were found are met.
const LOOK: Duration = Duration::from_secs(30);
/// Stations met by themselves, at most.
const MOST: usize = 32;

/// How a station meets its neighbours.
#[derive(Debug, Clone, Copy)]
pub struct Neighbourhood {
    /// Where it listens; where that is taken, at any other port.
    pub listen: SocketAddr,
    /// Whether it announces itself and looks for others.
    pub finding: Finding,
}

/// Whether stations find each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// By themselves, and by typed addresses.
    ByItself,
    /// By typed addresses only.
    Typed,
}

impl Default for Neighbourhood {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT)), finding: Finding::ByItself }
    }
}

/// What is open to neighbours now, shared by all handles.
#[derive(Clone, Default)]
pub(super) struct Near {
    open: Arc<Mutex<Option<Open>>>,
    /// One meeting after the other: the engine keeps the place of one.
    meeting: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone)]
struct Open {
    ends: Ends,
    port: u16,
    /// Where stations were found, or an address was typed that answered.
    known: BTreeSet<SocketAddr>,
}

impl Near {
    fn with<T>(&self, look: impl FnOnce(&mut Option<Open>) -> T) -> T {
        look(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn ends(&self) -> Option<Ends> {
        self.with(|open| open.as_ref().map(|open| open.ends.clone()))
    }
}

/// Answers neighbours through the engine.
impl Host for Handle {
    async fn answer(&self, body: Vec<u8>) -> Result<Vec<u8>, MeetFault> {
        self.ask(|reply| Job::MetBy { body, reply }).await.map_err(MeetFault::Failed)?
    }
}

impl Handle {
    /// Meets neighbours from now on, whenever somebody is signed in who wants it.
    pub fn meet_neighbours(&self, how: Neighbourhood) {
        tokio::spawn(keep(self.clone(), how));
    }

    pub(super) async fn get_neighbours(&self, call: GetNeighbours) -> Result<Neighbours, Failure> {
        Ok(self.with_addresses(self.passed_on(call).await?))
    }

    pub(super) async fn set_neighbours(&self, call: SetNeighbours) -> Result<Neighbours, Failure> {
        Ok(self.with_addresses(self.passed_on(call).await?))
    }

    fn with_addresses(&self, neighbours: Neighbours) -> Neighbours {
        let port = self.near.with(|open| open.as_ref().map(|open| open.port));
        let addresses = port.map(find::addresses).unwrap_or_default().iter().map(SocketAddr::to_string).collect();
        Neighbours { addresses, ..neighbours }
    }

    /// Meets whoever is at a typed address.
    pub(super) async fn meet_neighbour(&self, call: MeetNeighbour) -> Result<Neighbours, Failure> {
        let fault = |why| Failure::Neighbour { why };
        let to = find::typed(&call.address).ok_or(fault(NeighbourFault::BadAddress))?;
        self.meet(to).await.map_err(|road| match road {
            Missed::Closed => fault(NeighbourFault::Closed),
            Missed::Engine(failure) => failure,
            Missed::Road(RoadFault::UnknownDevice) => fault(NeighbourFault::Stranger),
            Missed::Road(RoadFault::Unreachable | RoadFault::BadAddress) => fault(NeighbourFault::Unreachable),
            Missed::Road(_) => fault(NeighbourFault::NoStation),
        })?;
        self.get_neighbours(GetNeighbours {}).await
    }

    /// One meeting, until there is nothing more to say.
    async fn meet(&self, to: SocketAddr) -> Result<(), Missed> {
        let _turn = self.near.meeting.lock().await;
        let ends = self.near.ends().ok_or(Missed::Closed)?;
        let called = Call::open(to, ends.client).await;
        let mut call = called.map_err(|fault| self.not_there(to, fault))?;
        let mut next = self.ask(|reply| Job::Meet { reply }).await?;
        while let Some(body) = next {
            let answer = call.post(body).await;
            let fault = answer.as_ref().err().copied();
            next = self.ask(|reply| Job::Met { answer, reply }).await?;
            if let Some(fault) = fault {
                return Err(self.not_there(to, fault));
            }
        }
        self.near.with(|open| {
            if let Some(open) = open.as_mut().filter(|open| open.known.len() < MOST) {
                open.known.insert(to);
            }
        });
        Ok(())
    }

    /// Whoever is gone is not called again until found or typed again.
    fn not_there(&self, to: SocketAddr, fault: RoadFault) -> Missed {
        self.near.with(|open| open.as_mut().map(|open| open.known.remove(&to)));
        Missed::Road(fault)
    }
}

/// Why a meeting did not take place, or was cut.
enum Missed {
    Closed,
    Road(RoadFault),
    Engine(Failure),
}

impl From<Failure> for Missed {
    fn from(failure: Failure) -> Self {
        Self::Engine(failure)
    }
}

/// Listens while somebody wants it, and meets whoever is found. P1.
async fn keep(handle: Handle, how: Neighbourhood) {
    let mut changes = handle.changes();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut running: Option<Running> = None;
    loop {
        match (handle.ask(|reply| Job::NearEnds { reply }).await, &running) {
            (Err(_), _) => return,
            (Ok(Some(ends)), None) => running = begin(&handle, how, ends).await,
            (Ok(None), Some(_)) => {
                running = None;
                handle.near.with(Option::take);
                let _ = handle.changes.send(Changed::Sync);
            }
            _ => {}
        }
        tokio::select! {
            change = changes.recv() => if change == Err(RecvError::Closed) { return },
            Some(to) = found(&running) => drop(handle.meet(to).await),
            _ = look.tick() => for to in handle.near.with(|open| open.as_ref().map(|open| open.known.clone())).unwrap_or_default() {
                drop(handle.meet(to).await);
            },
        }
    }
}

/// What runs while neighbours are met. Dropping it ends all of it.
struct Running {
    finder: Option<Finder>,
    _stop: watch::Sender<()>,
}

async fn begin(handle: &Handle, how: Neighbourhood, ends: Ends) -> Option<Running> {
    let listener = match TcpListener::bind(how.listen).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind(SocketAddr::new(how.listen.ip(), 0)).await.ok()?,
    };
    let port = listener.local_addr().ok()?.port();
    let (stop, stopping) = watch::channel(());
    tokio::spawn(listen::serve(listener, ends.server.clone(), handle.clone(), Limits::default(), stopping));
    let finder = (how.finding == Finding::ByItself).then(|| Finder::begin(port, ends.number)).flatten();
    handle.near.with(|open| *open = Some(Open { ends, port, known: BTreeSet::new() }));
    let _ = handle.changes.send(Changed::Sync);
    Some(Running { finder, _stop: stop })
}

/// The next station found; for ever nothing where nobody looks.
async fn found(running: &Option<Running>) -> Option<SocketAddr> {
    match running.as_ref().and_then(|running| running.finder.as_ref()) {
        Some(finder) => finder.next().await,
        None => std::future::pending().await,
    }
}
