//! Neighbours over the real line: TLS between device keys, HTTP, a listener on loopback.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use daiban_core::engine::MeetFault;
use daiban_core::lan::call::Call;
use daiban_core::lan::listen::{Host, Limits, serve};
use daiban_core::sync::http::RoadFault;
use daiban_tests::world::{BAICAIGOU, QIMUGE, SUN_LINA, Station, World, ZHAO_YUNFENG, must, some};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};

/// What a listener hands to whoever owns the station.
type Came = (Vec<u8>, oneshot::Sender<Result<Vec<u8>, MeetFault>>);

#[derive(Clone)]
struct Door(mpsc::Sender<Came>);

impl Host for Door {
    async fn answer(&self, body: Vec<u8>) -> Result<Vec<u8>, MeetFault> {
        let (reply, answer) = oneshot::channel();
        self.0.send((body, reply)).await.map_err(|_| MeetFault::Closed)?;
        answer.await.map_err(|_| MeetFault::Closed)?
    }
}

/// A listener before a station.
struct Listening {
    at: SocketAddr,
    came: mpsc::Receiver<Came>,
    stop: watch::Sender<()>,
}

async fn listen(station: &mut Station, limits: Limits) -> Listening {
    let listener = must("a port", TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await);
    let at = must("its address", listener.local_addr());
    let ((door, came), (stop, stopping)) = (mpsc::channel(8), watch::channel(()));
    let ends = some("its ends", station.near_ends());
    tokio::spawn(serve(listener, ends.server, Door(door), limits, stopping));
    Listening { at, came, stop }
}

/// One meeting over the line.
async fn meet(first: &mut Station, second: &mut Station, line: &mut Listening) -> Result<u32, RoadFault> {
    let mut call = Call::open(line.at, some("its ends", first.near_ends()).client).await?;
    let (mut next, mut requests) = (must("a meeting", first.begin_meeting()), 0);
    while let Some(body) = next {
        requests += 1;
        let mut posted = std::pin::pin!(call.post(body));
        let answer = loop {
            tokio::select! {
                answer = &mut posted => break answer,
                Some((body, reply)) = line.came.recv() => drop(reply.send(second.try_answer_neighbour(&body))),
            }
        };
        let refused = answer.as_ref().err().copied();
        next = must("an answer", first.go_on_meeting(answer));
        if let Some(fault) = refused {
            return Err(fault);
        }
    }
    Ok(requests)
}

fn on_one_line(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let told =
        must("a runtime", runtime).block_on(async { tokio::time::timeout(Duration::from_secs(60), story).await });
    must("it comes to an end", told);
}

#[test]
fn two_desks_exchange_over_the_real_line_and_a_stranger_on_it_learns_nothing() {
    let world = World::new(1_101);
    let mut first = world.station("白菜沟一号机", BAICAIGOU, QIMUGE);
    let mut second = world.station("白菜沟二号机", BAICAIGOU, QIMUGE);
    let other = World::new(2_101);
    let mut stranger = other.station("白菜沟一号机", BAICAIGOU, QIMUGE);
    assert!(first.near_ends().is_none(), "P1: nothing to listen with before somebody has switched it on");
    for station in [&mut first, &mut second, &mut stranger] {
        station.open_to_neighbours();
    }
    first.receive(&ZHAO_YUNFENG, "MZ-007");
    second.receive(&SUN_LINA, "MZ-007");
    on_one_line(async {
        let mut line = listen(&mut second, Limits::default()).await;
        let requests = must("they meet", meet(&mut first, &mut second, &mut line).await);
        assert!(requests <= 6, "{requests} requests");
        assert_eq!((first.knows(), first.rows_of_all().len()), (second.knows(), 2), "both ways");
        let told = meet(&mut stranger, &mut second, &mut line).await;
        assert_eq!((told, stranger.rows_of_all().len()), (Err(RoadFault::UnknownDevice), 0));
        // P2: what one has signed is worth nothing on another one's line.
        let body = some("a request", must("a meeting", first.begin_meeting()));
        let ends = some("its ends", stranger.near_ends());
        let mut call = must("a call", Call::open(line.at, ends.client).await);
        assert_eq!(call.post(body).await, Err(RoadFault::UnknownDevice), "and the station is not asked");
        drop(line.stop);
    });
    world.settle(&mut [&mut first, &mut second]);
    assert_eq!(world.hub.verify().changes, 2, "each case once, when the district is there again");
}

#[test]
fn p4_a_flood_on_the_line_is_turned_away_before_the_station_sees_it() {
    let world = World::new(1_102);
    let mut station = world.station("白菜沟一号机", BAICAIGOU, QIMUGE);
    let mut flooder = world.station("白菜沟二号机", BAICAIGOU, QIMUGE);
    station.open_to_neighbours();
    flooder.open_to_neighbours();
    let limits = Limits { connections: 2, requests: (5, 0), ..Limits::default() };
    on_one_line(async {
        let mut line = listen(&mut station, limits).await;
        let ends = some("its ends", flooder.near_ends());
        let mut call = must("a call", Call::open(line.at, ends.client.clone()).await);
        let key = some("a request", must("a meeting", flooder.begin_meeting()));
        let (mut seen, mut turned) = (0, 0);
        for _ in 0..20 {
            let mut posted = std::pin::pin!(call.post(key.clone()));
            let answer = loop {
                tokio::select! {
                    answer = &mut posted => break answer,
                    Some((_, reply)) = line.came.recv() => {
                        seen += 1;
                        drop(reply.send(Err(MeetFault::Malformed)));
                    }
                }
            };
            turned += u32::from(answer == Err(RoadFault::HubFault));
        }
        assert_eq!((seen, turned), (5, 15), "requests by the clock");
        let _second = must("a second connection", Call::open(line.at, ends.client.clone()).await);
        assert!(Call::open(line.at, ends.client).await.is_err(), "and no third");
    });
}
