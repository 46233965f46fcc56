//! How a device stands: what it says of itself as the hub reads it, and what it is told as a station reads it.

use daiban_core::sync::columns;
use daiban_core::sync::http::Road;
use daiban_core::sync::hub::Turned;
use daiban_core::sync::sign::{self, Domain};
use daiban_core::sync::station;
use daiban_model::ids::DeviceId;
use daiban_model::wire::{
    self, Cursor, Envelope, Forget, Forgot, Hash, PackageKind, Sig, Signed, Standing, StandingRequest,
};

use super::stage::{Stage, at, enveloped, scope};
use super::village;
use crate::world::{must, now, some};

/// A body, unpacked: as a request at a hub that has taken a division from the device, and as an answer at a station.
pub(super) fn standing(plain: &[u8]) {
    at_the_hub(plain);
    // All that is no answer is turned away at one place: a part of it is enough.
    if plain.len().is_multiple_of(16) || columns::decode::<Standing>(plain).is_ok() {
        at_a_station(plain);
    }
}

/// What an attacker who has a device in hand can mend: the version, and his own signatures under words.
fn at_the_hub(plain: &[u8]) {
    let stage = Stage::get();
    let hub = stage.hub();
    let plain = match columns::decode::<StandingRequest>(plain) {
        Ok(mut request) => {
            request.version = wire::VERSION;
            for word in &mut request.done {
                word.sig = sign::sign(&stage.writer, Domain::Forgot, &[&word.bytes]);
            }
            columns::encode(&request)
        }
        Err(_) => plain.to_vec(),
    };
    let answer = now(hub.standing(&stage.posted(&plain, Domain::Request), at()));
    assert!(!matches!(answer, Err(Turned::Storage(_))), "the store is not what fails");
    assert_eq!(must("an audit", now(hub.verify())).faults, [], "the feeds are as they should be");
}

/// The hub's own signature around whatever it is; what is signed inside stays as it was.
fn at_a_station(plain: &[u8]) {
    village::with(|village| {
        village.world.hub.renew("白菜沟便民服务站");
        let out = loop {
            let out = some("a request", must("a request", village.station.next_request()));
            if out.road == Road::Standing {
                break out;
            }
            let answer = village.world.hub.answer(out.road, &out.body);
            must("an answer", village.station.answered(answer));
        };
        let asked: Envelope = must("our own request", wire::decode(&out.body, wire::MAX_BODY));
        let (_, hub) = village::keys();
        let body = enveloped(&hub, plain, |body| sign::sign(&hub, Domain::Reply, &[&sign::hash(&asked.body).0, body]));
        must("the engine goes on", village.station.answered(Ok(body)));
        village.still_works();
    });
}

/// What a device says, and what it is told.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let stage = Stage::get();
    let device = DeviceId(stage.writer.verifying_key().to_bytes());
    let read = Cursor { scope: scope(), seq: 3, chain: Hash([4; 32]) };
    let forgot =
        Forgot { order: Hash([5; 32]), device, scope: scope(), erased: vec![read], documents: 2, at_ms: 1_772_415_000 };
    let have = vec![(PackageKind::Roster, 1), (PackageKind::Calendar, 2)];
    let done = vec![station::forgot(&stage.writer, &forgot)];
    let request = StandingRequest { version: wire::VERSION, have, serial: 2, done };
    let forget = Forget { device, scope: scope(), serial: 3, ends: vec![read], hub_ms: 1_772_415_000 };
    let orders = vec![Signed { bytes: wire::encode(&forget), sig: Sig([7; 64]) }];
    let certificate = Some(stage.admission.signed.clone());
    let packages = stage.admission.packages.iter().map(|(_, signed)| signed.clone()).collect();
    let told = Standing { packages, certificate, orders };
    vec![columns::encode(&request), columns::encode(&told)]
}
