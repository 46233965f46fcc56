//! A line to the server that is cut when a commit passes: before the server has it, in its middle, while it is being done,
//! or after it was done and before the answer.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::oneshot;

use crate::dice::Dice;

/// Where a line is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The server never hears of the commit.
    Before,
    /// It gets a part of the message.
    Within,
    /// It gets the message; nobody waits for what it does.
    During,
    /// It has done it, and says so in vain.
    After,
}

pub const CUTS: [Cut; 4] = [Cut::Before, Cut::Within, Cut::During, Cut::After];

/// Somebody else's turn between a commit that is done and the cut of its line.
pub struct Gate {
    /// Told when the commit is done.
    pub done: oneshot::Sender<()>,
    /// Cut when this is told.
    pub cut: oneshot::Receiver<()>,
}

/// When to cut next.
enum Plan {
    Never,
    /// At the next commit.
    Next(Cut, Option<Gate>),
    /// Now and then.
    Thrown(Dice),
}

/// A relay on loopback before a server's socket.
pub struct Relay {
    port: u16,
    plan: Arc<Mutex<Plan>>,
    cuts: Arc<AtomicUsize>,
}

const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

impl Relay {
    pub async fn before(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (plan, cuts) = (Arc::new(Mutex::new(Plan::Never)), Arc::new(AtomicUsize::new(0)));
        let (planned, counted) = (plan.clone(), cuts.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).unwrap();
                // A server that is away refuses; so does the relay.
                let Ok(server) = UnixStream::connect(&socket).await else { continue };
                tokio::spawn(relay(client, server, planned.clone(), counted.clone()));
            }
        });
        Self { port, plan, cuts }
    }

    /// How a database is addressed through it.
    pub fn address(&self, direct: &str) -> String {
        let database = direct.rsplit('/').find_map(|part| part.split_once("?host=")).unwrap().0;
        format!("postgres://daiban@127.0.0.1:{}/{database}", self.port)
    }

    pub fn cut_next(&self, cut: Cut) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Plan::Next(cut, None);
    }

    /// After the next commit is done and somebody else has had a turn.
    pub fn cut_next_at(&self, gate: Gate) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Plan::Next(Cut::After, Some(gate));
    }

    /// From now on every third commit, anywhere.
    pub fn cut_now_and_then(&self, seed: u64) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Plan::Thrown(Dice::of(seed));
    }

    pub fn cut_no_more(&self) {
        *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Plan::Never;
    }

    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

type Planned = Option<(Cut, Option<Gate>)>;

fn planned(plan: &Mutex<Plan>) -> Planned {
    let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    match &mut *plan {
        Plan::Never => None,
        Plan::Next(..) => match std::mem::replace(&mut *plan, Plan::Never) {
            Plan::Next(cut, gate) => Some((cut, gate)),
            Plan::Never | Plan::Thrown(_) => None,
        },
        Plan::Thrown(dice) => dice.once_in(3).then(|| (CUTS[dice.throw(CUTS.len())], None)),
    }
}

/// A line: passes both ways on until either side goes, or a commit comes at which it is to be cut. Dropping both ends cuts it.
async fn relay(client: TcpStream, server: UnixStream, plan: Arc<Mutex<Plan>>, cuts: Arc<AtomicUsize>) {
    let (mut client, mut server) = (client, server);
    let (mut asked, mut told, mut held) = (vec![0; 64 << 10], vec![0; 64 << 10], Vec::new());
    loop {
        let passed = tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(read) if read > 0 => {
                    held.extend_from_slice(&asked[..read]);
                    statements(&mut held, &mut server, &plan).await
                }
                _ => return,
            },
            read = server.read(&mut told) => match read {
                Ok(read) if read > 0 => client.write_all(&told[..read]).await.map(|()| None),
                _ => return,
            },
        };
        match passed {
            Err(_) => return,
            Ok(None) => {}
            Ok(Some((cut, gate))) => {
                if cut == Cut::After {
                    answered(&mut server).await;
                }
                if let Some(Gate { done, cut }) = gate {
                    done.send(()).unwrap();
                    cut.await.unwrap();
                }
                // Counted before the client can notice.
                cuts.fetch_add(1, Ordering::SeqCst);
                return;
            }
        }
    }
}

/// Passes statements on, up to a commit at which the line is to be cut.
async fn statements(held: &mut Vec<u8>, server: &mut UnixStream, plan: &Mutex<Plan>) -> std::io::Result<Planned> {
    while let Some(at) = held.windows(COMMIT.len()).position(|window| window == COMMIT) {
        let end = at + COMMIT.len();
        let cut = planned(plan);
        let sent = match cut {
            Some((Cut::Before, _)) => at,
            Some((Cut::Within, _)) => at + 4,
            Some((Cut::During | Cut::After, _)) | None => end,
        };
        server.write_all(&held[..sent]).await?;
        held.drain(..sent);
        if cut.is_some() {
            return Ok(cut);
        }
    }
    // A commit may come in two pieces.
    let keep = (1..COMMIT.len()).rev().find(|length| held.ends_with(&COMMIT[..*length])).unwrap_or(0);
    let sent = held.len() - keep;
    server.write_all(&held[..sent]).await?;
    held.drain(..sent);
    Ok(None)
}

/// Waits until the server has said that the commit is done, or undone.
async fn answered(server: &mut UnixStream) {
    let (mut heard, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
    let says = |heard: &[u8], word: &[u8]| heard.windows(word.len()).any(|window| window == word);
    while !says(&heard, b"COMMIT\0") && !says(&heard, b"ROLLBACK\0") {
        match server.read(&mut buffer).await {
            Ok(read) if read > 0 => heard.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
}
