//! The road between the two ends: loopback, or two network namespaces joined by a slow line.
//!
//! The kernels of both ends run real TCP against it: each namespace has a TUN device, and threads of this process carry every packet from
//! one to the other through a [`Shaper`], which delays, queues and loses it. Needs root, `ip` of iproute2 and `/dev/net/tun`.

use std::ffi::OsStr;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tappers::{Interface, Tun};

use super::shaper::{Carried, LAN, Profile, Shaper};
use crate::bench::figures::Clock;

const STATION: &str = "10.99.0.1";
const HUB: &str = "10.99.0.2";
/// Larger than any packet of a device with 1,500 bytes.
const PACKET: usize = 2048;

/// The road between a hub and its stations.
pub enum Line {
    /// One machine.
    Loopback,
    /// Two namespaces.
    Slow(Box<Namespaces>),
}

/// Two network namespaces and what joins them. They are gone when this is.
pub struct Namespaces {
    station: String,
    hub: String,
    clock: Arc<Clock>,
    up: Arc<Mutex<Shaper>>,
    down: Arc<Mutex<Shaper>>,
    /// Threads that wait end when this is dropped.
    _running: [Sender<()>; 2],
}

impl Line {
    /// Joins two new namespaces by a line, which is a good network until [`Line::become_like`].
    pub fn slow() -> Result<Self> {
        let pid = std::process::id();
        let (station, hub) = (format!("daiban-station-{pid}"), format!("daiban-hub-{pid}"));
        ip(["netns", "add", &station])?;
        ip(["netns", "add", &hub]).inspect_err(|_| delete(&station))?;
        Self::between(&station, &hub).inspect_err(|_| {
            delete(&station);
            delete(&hub);
        })
    }

    fn between(station: &str, hub: &str) -> Result<Self> {
        let near = Arc::new(device("s", station, STATION)?);
        let far = Arc::new(device("h", hub, HUB)?);
        let clock = Arc::new(Clock::start());
        let shaper = |seed| Arc::new(Mutex::new(Shaper::new(LAN, seed)));
        let (up, down) = (shaper(7), shaper(8));
        let running = [
            carry(near.clone(), far.clone(), up.clone(), clock.clone()),
            carry(far, near, down.clone(), clock.clone()),
        ];
        let (station, hub) = (station.to_owned(), hub.to_owned());
        Ok(Self::Slow(Box::new(Namespaces { station, hub, clock, up, down, _running: running })))
    }

    /// From now on the line is like this; loopback stays what it is.
    pub fn become_like(&self, profile: Profile) {
        if let Self::Slow(spaces) = self {
            let now = spaces.clock.passed();
            locked(&spaces.up).become_at(profile, now);
            locked(&spaces.down).become_at(profile, now);
        }
    }

    /// What was carried so far to the hub and from it.
    pub fn carried(&self) -> Option<(Carried, Carried)> {
        match self {
            Self::Loopback => None,
            Self::Slow(spaces) => Some((locked(&spaces.up).carried, locked(&spaces.down).carried)),
        }
    }

    /// The address at which the hub listens.
    pub fn hub_host(&self) -> &'static str {
        match self {
            Self::Loopback => "127.0.0.1",
            Self::Slow(_) => HUB,
        }
    }

    /// A command at the hub's end.
    pub fn at_hub(&self, program: &OsStr) -> Command {
        match self {
            Self::Loopback => Command::new(program),
            Self::Slow(spaces) => within(&spaces.hub, program),
        }
    }

    /// A command at the stations' end.
    pub fn at_station(&self, program: &OsStr) -> Command {
        match self {
            Self::Loopback => Command::new(program),
            Self::Slow(spaces) => within(&spaces.station, program),
        }
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        delete(&self.station);
        delete(&self.hub);
    }
}

/// `ip` replaces itself by the program, so the process started is the program's own.
fn within(space: &str, program: &OsStr) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", space]).arg(program);
    command
}

fn ip<const N: usize>(words: [&str; N]) -> Result<()> {
    let output = Command::new("ip").args(words).output().context("`ip` of iproute2 is needed for a slow line")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        bail!("ip {}: {said}", words.join(" "));
    }
    Ok(())
}

/// At the end of a run there is nobody left to tell that a namespace could not be removed.
fn delete(space: &str) {
    let _gone = ip(["netns", "del", space]);
}

/// A TUN device of this process inside a namespace.
fn device(mark: &str, space: &str, address: &str) -> Result<Tun> {
    let name = format!("daiban{mark}{}", std::process::id());
    let device = Tun::new_named(Interface::new(&name)?).context("a slow line needs root and /dev/net/tun")?;
    ip(["link", "set", &name, "netns", space])?;
    ip(["-n", space, "addr", "add", &format!("{address}/24"), "dev", &name])?;
    ip(["-n", space, "link", "set", &name, "mtu", "1500", "up"])?;
    ip(["-n", space, "link", "set", "lo", "up"])?;
    for setting in ["net.ipv4.tcp_congestion_control=reno", "net.ipv4.tcp_no_metrics_save=1"] {
        ip(["netns", "exec", space, "sysctl", "-qw", setting])?;
    }
    Ok(device)
}

/// Two threads for a direction: one offers packets to the shaper, the other hands over those that arrive when they do.
fn carry(from: Arc<Tun>, to: Arc<Tun>, shaper: Arc<Mutex<Shaper>>, clock: Arc<Clock>) -> Sender<()> {
    let (send, receive) = channel();
    let (running, stopped) = channel();
    let offering = clock.clone();
    thread::spawn(move || {
        let mut buffer = [0; PACKET];
        // Ends with an error when the namespace is deleted, and the device with it.
        while let Ok(length) = from.recv(&mut buffer) {
            let arrives = locked(&shaper).offer(offering.passed(), length);
            let Some(packet) = buffer.get(..length) else { continue };
            if arrives.is_some_and(|at| send.send((at, packet.to_vec())).is_err()) {
                return;
            }
        }
    });
    thread::spawn(move || deliver(&receive, &stopped, &to, &clock));
    running
}

/// Packets come out in the order in which they went in: each waits for its own time.
fn deliver(packets: &Receiver<(Duration, Vec<u8>)>, stopped: &Receiver<()>, to: &Tun, clock: &Clock) {
    while let Ok((at, packet)) = packets.recv() {
        let wait = at.saturating_sub(clock.passed());
        if !wait.is_zero() && stopped.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
        // A device that is gone has nobody behind it.
        let _sent = to.send(&packet);
    }
}

fn locked(shaper: &Mutex<Shaper>) -> MutexGuard<'_, Shaper> {
    shaper.lock().unwrap_or_else(PoisonError::into_inner)
}
