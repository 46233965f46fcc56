use daiban_model::wire::{Compared, Cursor, RepairOutcome, RepairReply, RepairRequest, Repaired, Revocation};

use super::*;
use crate::sync::compare;

/// A hub of before and one made from its keys and nothing else: the worst of all backups.
async fn empty_again() -> (Hub<MemoryStore>, Hub<MemoryStore>) {
    let keys = HubKeys::create([7; 96], NOW);
    let again = HubKeys::from_bytes(&keys.to_bytes()).unwrap();
    let before = Hub::open(MemoryStore::default(), keys).await.unwrap();
    let after = Hub::open(MemoryStore::default(), again).await.unwrap();
    after.renew_epoch(NOW, [3; 8]).await.unwrap();
    (before, after)
}

impl Device {
    fn shown(&self) -> Vec<Signed> {
        vec![self.admission.signed.clone()]
    }

    async fn mend(
        &mut self,
        hub: &Hub<MemoryStore>,
        certificates: Vec<Signed>,
        segments: Vec<Segment>,
    ) -> RepairOutcome {
        self.mend_at(hub, certificates, segments, NOW).await
    }

    async fn mend_at(
        &mut self,
        hub: &Hub<MemoryStore>,
        certificates: Vec<Signed>,
        segments: Vec<Segment>,
        now: Wall,
    ) -> RepairOutcome {
        let (have, packages, scopes) = (Vec::new(), Vec::new(), Vec::new());
        let nonce = self.thread.nonce;
        let version = wire::VERSION;
        let mut ask = RepairRequest { version, nonce, have, packages, scopes, certificates, segments };
        for _ in 0..2 {
            let reply = self.told_at(hub, &ask, now).await.expect("an answer");
            if reply.outcome != RepairOutcome::StaleNonce {
                return reply.outcome;
            }
            ask.nonce = self.thread.nonce;
        }
        panic!("the nonce just given is not taken");
    }

    async fn told(&mut self, hub: &Hub<MemoryStore>, ask: &RepairRequest) -> Result<RepairReply, Turned> {
        self.told_at(hub, ask, NOW).await
    }

    async fn told_at(&mut self, hub: &Hub<MemoryStore>, ask: &RepairRequest, now: Wall) -> Result<RepairReply, Turned> {
        let (body, hash) = station::request(&self.key, ask);
        let reply: RepairReply = station::reply(&hub.repair(&body, now).await?, hash, self.trust()).unwrap();
        self.thread = Thread { epoch: reply.epoch, nonce: reply.nonce };
        Ok(reply)
    }
}

fn done(outcome: RepairOutcome) -> Repaired {
    match outcome {
        RepairOutcome::Done(repaired) => *repaired,
        other => panic!("{other:?}"),
    }
}

fn refusals(repaired: &Repaired) -> Vec<(u32, Why)> {
    repaired.refused.iter().map(|one| (one.key.number, one.why)).collect()
}

#[tokio::test]
async fn a_forgotten_device_shows_its_certificate_and_brings_what_others_wrote() {
    let (before, hub) = empty_again().await;
    let mut writer = Device::enrol(&before, &[VILLAGE], 1).await;
    let mut courier = Device::enrol(&before, &[NEXT_VILLAGE], 2).await;
    let segments = vec![writer.case(VILLAGE, 1), writer.case(VILLAGE, 2)];
    let both = [writer.shown(), courier.shown()].concat();

    let nothing_shown = RepairRequest {
        version: wire::VERSION,
        nonce: Nonce::default(),
        have: Vec::new(),
        packages: Vec::new(),
        scopes: Vec::new(),
        certificates: writer.shown(),
        segments: segments.clone(),
    };
    let turned = courier.told(&hub, &nothing_shown).await;
    assert!(matches!(turned, Err(Turned::UnknownDevice)), "somebody else's certificate is no introduction");
    let own = courier.shown();
    let repaired = done(courier.mend(&hub, own, segments.clone()).await);
    assert_eq!(refusals(&repaired), [(1, Why::ForeignActor), (2, Why::ForeignActor)], "written by nobody it knows");
    let repaired = done(courier.mend(&hub, both, segments.clone()).await);
    assert_eq!((repaired.receipts.len(), refusals(&repaired)), (2, vec![]), "a segment is as good as its signature");
    assert_eq!(feed(&hub).await.len(), 2);
    assert_eq!(hub.verify().await.unwrap().faults, []);
    let again = done(writer.mend(&hub, Vec::new(), segments).await);
    assert_eq!((again.receipts.len(), feed(&hub).await.len()), (2, 2), "K2: the writer gets its receipts for them");
}

#[tokio::test]
async fn a_courier_can_bring_nothing_that_its_writer_could_not() {
    let (before, hub) = empty_again().await;
    let mut writer = Device::enrol(&before, &[VILLAGE], 1).await;
    let mut courier = Device::enrol(&before, &[VILLAGE], 2).await;
    let other = HubKeys::create([8; 96], NOW);
    let forged = sign::seal(other.root(), Domain::Certificate, &writer.admission.certificate);
    let both = [writer.shown(), courier.shown()].concat();
    let out_of_scope = writer.case(NEXT_VILLAGE, 1);
    let good = writer.case(VILLAGE, 2);
    let mut bent = good.clone();
    bent.records[0].change[20] ^= 1;
    let not_after = writer.admission.certificate.not_after;
    let expired = writer.resealed(&good, |header| header.hlc = Hlc { ms: not_after + 1, counter: 0 });

    let shown = [vec![forged], courier.shown()].concat();
    let repaired = done(courier.mend(&hub, shown, vec![good.clone()]).await);
    assert_eq!(refusals(&repaired), [(1, Why::ForeignActor)], "a certificate of another district");
    let repaired = done(courier.mend(&hub, both, vec![out_of_scope, bent]).await);
    assert_eq!(refusals(&repaired), [(1, Why::OutOfScope), (1, Why::BadSignature)]);
    let longer = Certificate { not_after: u64::MAX >> 1, serial: 99, ..courier.admission.certificate.clone() };
    courier.mend(&hub, vec![sign::seal(before.keys.root(), Domain::Certificate, &longer)], Vec::new()).await;
    let late = Wall(i64::try_from(not_after).unwrap() + 1);
    let repaired = done(courier.mend_at(&hub, Vec::new(), vec![expired], late).await);
    assert_eq!(refusals(&repaired), [(1, Why::Expired)], "sealed when its certificate was over");
    assert_eq!(feed(&hub).await, []);
    let repaired = done(courier.mend(&hub, Vec::new(), vec![good]).await);
    assert_eq!(refusals(&repaired), [], "and the good one is taken after all that");
}

#[tokio::test]
async fn of_a_revoked_device_the_segments_up_to_the_last_valid_ones_are_taken_and_no_later_ones() {
    let (before, hub) = empty_again().await;
    let mut writer = Device::enrol(&before, &[VILLAGE], 1).await;
    let mut courier = Device::enrol(&before, &[VILLAGE], 2).await;
    let first = writer.case(VILLAGE, 1);
    writer.push(&before, vec![first.clone()]).await;
    let device = writer.admission.certificate.device;
    before.revoke(device, NOW).await.unwrap();
    assert_eq!(
        before.revocations().await.unwrap(),
        [Revocation { device, at_ms: 1_772_415_000_000, valid: vec![first.header.key()] }]
    );
    let list = before.published().await.unwrap().pop().unwrap().2;
    let second = writer.case(VILLAGE, 2);
    let mut elsewhere = writer.resealed(&second, |header| header.incarnation = 2);
    elsewhere.header.number = 1;
    let elsewhere = writer.resealed(&elsewhere, |_| ());

    hub.present(&list).await.unwrap();
    let outcome = writer.mend(&hub, writer.shown(), vec![second.clone()]).await;
    assert_eq!(outcome, RepairOutcome::Revoked, "forgotten and shown anew, it is still revoked");
    let both = [writer.shown(), courier.shown()].concat();
    let repaired = done(courier.mend(&hub, both, vec![first, second, elsewhere]).await);
    assert_eq!(repaired.receipts.len(), 1, "what was delivered in time");
    assert_eq!(refusals(&repaired), [(2, Why::Revoked), (1, Why::Revoked)], "nor under another incarnation");
    assert_eq!(hub.devices().await.unwrap().iter().filter(|one| one.revoked_ms.is_some()).count(), 1);
    // Both lists grew apart: the hub's own revocation and the one it is told of both hold, under a version nobody has seen.
    hub.revoke(courier.admission.certificate.device, NOW).await.unwrap();
    assert_eq!(hub.revocations().await.unwrap().len(), 2);
    hub.present(&list).await.unwrap();
    let (_, version, _) = hub.published().await.unwrap().pop().unwrap();
    assert!(version > 1_000, "versions jump with the epoch: {version}");
}

#[tokio::test]
async fn a_device_is_sent_back_to_a_place_that_both_know() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    for n in 1..=40 {
        let segment = device.case(VILLAGE, n);
        device.push(&hub, vec![segment]).await;
    }
    let entries = hub.store().after(division(VILLAGE), 0, usize::MAX).await.unwrap();
    let at = |seq: u64| {
        let entry = &entries[usize::try_from(seq).unwrap() - 1];
        Cursor { scope: division(VILLAGE), seq, chain: entry.chain }
    };
    let ask = async |thread: Thread, cursors: &[Cursor], telling| {
        let ask = station::exchange(thread, cursors, telling, 1 << 20, 0, Vec::new());
        let (body, hash) = station::request(&device.key, &ask);
        let reply: ExchangeReply =
            station::reply(&hub.exchange(&body, NOW).await.unwrap(), hash, device.trust()).unwrap();
        reply.outcome
    };
    let ahead = Cursor { chain: Hash([9; 32]), ..at(37) };
    let Outcome::Rewind(places) = ask(device.thread, &[ahead], Telling::All).await else { panic!("it goes on") };
    let seqs: Vec<u64> = places.iter().map(|place| place.seq).collect();
    assert_eq!(seqs, [40, 39, 38, 36, 32, 24, 8], "denser towards the end");
    assert!(places.iter().all(|place| *place == at(place.seq)), "as they stand here");
    let unknown = Cursor { scope: division(NEXT_VILLAGE), ..ahead };
    assert_eq!(ask(device.thread, &[at(7), unknown], Telling::All).await, Outcome::Rewind(vec![at(7)]));
    assert!(matches!(ask(device.thread, &[at(7)], Telling::All).await, Outcome::Done(_)));
    let another = Thread { epoch: wire::Epoch([5; 8]), ..device.thread };
    assert_eq!(ask(another, &[at(7)], Telling::Same).await, Outcome::SendCursors, "first it says what it has read");
    assert_eq!(
        ask(another, &[at(7)], Telling::All).await,
        Outcome::Rewind(vec![at(7)]),
        "then nothing has to be read again"
    );
}

#[tokio::test]
async fn scopes_are_compared_that_the_device_may_read_and_no_others() {
    let hub = hub().await;
    let mut device = Device::enrol(&hub, &[VILLAGE], 1).await;
    let mut other = Device::enrol(&hub, &[NEXT_VILLAGE], 2).await;
    for n in 1..=3 {
        let segment = device.case(VILLAGE, n);
        device.push(&hub, vec![segment]).await;
    }
    let told = |scope: &str, from| Compared { scope: division(scope), from, message: compare::begin(&[]).unwrap() };
    let mut ask = RepairRequest {
        version: wire::VERSION,
        nonce: Nonce::default(),
        have: vec![(PackageKind::Roster, 4)],
        packages: Vec::new(),
        scopes: vec![told(VILLAGE, 0), told(VILLAGE, 2), told(NEXT_VILLAGE, 0)],
        certificates: Vec::new(),
        segments: Vec::new(),
    };
    ask.scopes.push(Compared { message: vec![1, 2, 3], ..told(VILLAGE, 1) });
    other.push(&hub, Vec::new()).await;
    ask.nonce = other.thread.nonce;
    let answered = |outcome| {
        done(outcome).scopes.into_iter().map(|one| (one.scope, one.from, one.message.len())).collect::<Vec<_>>()
    };
    let theirs = answered(other.told(&hub, &ask).await.unwrap().outcome);
    assert_eq!(
        theirs.iter().map(|(scope, ..)| *scope).collect::<Vec<_>>(),
        [division(NEXT_VILLAGE)],
        "roots tell that something happened"
    );
    device.push(&hub, Vec::new()).await;
    ask.nonce = device.thread.nonce;
    let own = device.told(&hub, &ask).await.unwrap().outcome;
    assert_eq!(done(own.clone()).wanted, [PackageKind::Roster], "of which the hub has an earlier version");
    let [(_, 0, whole), (_, 2, one)] = answered(own)[..] else { panic!("nonsense gets no answer") };
    assert_eq!(whole - one, 64, "from the second on there is one root, not three");
    ask.segments = vec![device.case(VILLAGE, 9); wire::MAX_SEGMENTS + 1];
    assert!(matches!(device.told(&hub, &ask).await, Err(Turned::Malformed)), "bounded");
}

#[tokio::test]
async fn d8_moves_that_come_back_in_one_request_are_all_learned() {
    const THIRD: &str = "150205202203";
    let (before, hub) = empty_again().await;
    let mut first = Device::enrol(&before, &[VILLAGE], 1).await;
    let mut last = Device::enrol(&before, &[NEXT_VILLAGE, THIRD], 2).await;
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let begun = first.edit(&mut doc, 1);
    let mut segments = vec![first.seal(VILLAGE, &[([1; 16], &begun)])];
    first.push(&before, segments.clone()).await;
    for to in [NEXT_VILLAGE, THIRD] {
        let case = daiban_model::ids::CaseId(uuid::Uuid::from_bytes([1; 16]));
        before.move_case(case, division(to), &"SG-000000-03".parse().unwrap(), NOW).await.unwrap();
    }
    let mut written = Vec::new();
    for scope in [NEXT_VILLAGE, THIRD] {
        written.extend(before.store().after(division(scope), 0, usize::MAX).await.unwrap());
    }
    let brought = written.iter().map(segment::of_entry).collect();
    let pen = before.store().peer(PeerQuery::Devices(vec![before.device()])).await.unwrap().devices;
    let shown = vec![wire::decode(&pen[0].certificate, 65_536).unwrap()];
    let repaired = done(last.mend(&hub, [shown, last.shown()].concat(), brought).await);
    assert_eq!((repaired.receipts.len(), refusals(&repaired)), (3, vec![]), "both moves, in two feeds");

    let late = first.edit(&mut doc, 2);
    segments.push(first.seal(VILLAGE, &[([1; 16], &late)]));
    let repaired = done(first.mend(&hub, first.shown(), segments).await);
    assert_eq!(refusals(&repaired), [], "the case once lived here, as the first of the moves says");
    let came = hub.store().after(division(THIRD), 0, usize::MAX).await.unwrap();
    let came = came.iter().flat_map(|entry| &entry.records).filter(|(_, hash, _)| *hash == late.meta.hash);
    assert_eq!((came.count(), hub.verify().await.unwrap().faults), (1, vec![]), "and is carried on to where it lives");
}

#[tokio::test]
async fn k6_what_stood_under_numbers_that_were_given_again_is_brought_by_those_who_read_it() {
    let (before, hub) = empty_again().await;
    let mut writer = Device::enrol(&before, &[VILLAGE], 1).await;
    let mut reader = Device::enrol(&before, &[VILLAGE], 2).await;
    let both = [writer.shown(), reader.shown()].concat();
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let mut old = Vec::new();
    for n in 1..=3 {
        let change = writer.edit(&mut doc, n);
        old.push(writer.seal(VILLAGE, &[([1; 16], &change)]));
    }
    let answer = reader.edit(&mut doc, 4);
    let rests = reader.seal(VILLAGE, &[([1; 16], &answer)]);
    // The hub goes back, and so does the writer's disk.
    writer.last.clear();
    let again = writer.case(VILLAGE, 2);
    let repaired = done(writer.mend(&hub, writer.shown(), vec![again]).await);
    assert_eq!(refusals(&repaired), []);

    // Of two requests the second begins with what the first one left.
    let repaired = done(reader.mend(&hub, both.clone(), [vec![rests], old[..2].to_vec()].concat()).await);
    assert_eq!(refusals(&repaired), [(1, Why::Forked { last_good: 0 }), (2, Why::Forked { last_good: 0 })]);
    done(reader.mend(&hub, both.clone(), old[2..].to_vec()).await);
    let hands: Vec<bool> = feed(&hub).await.iter().map(|(_, key)| key.device == hub.device()).collect();
    assert_eq!(hands, [false, true, true, true, false], "what is rested on comes before what rests on it");
    let came = hub.store().load([1; 16]).await.unwrap().tail;
    let mut here = Doc::new(DocKind::Case).unwrap();
    here.apply_all(&came).unwrap();
    assert_eq!(here.heads(), doc.heads());

    done(reader.mend(&hub, both, old.clone()).await);
    assert_eq!((feed(&hub).await.len(), hub.verify().await.unwrap().faults), (5, vec![]), "once");
    let own = done(writer.mend(&hub, Vec::new(), old).await);
    assert_eq!((own.refused.len(), feed(&hub).await.len()), (3, 5), "its writer numbers it anew");
}

#[tokio::test]
async fn k6_a_station_moves_no_case_by_having_its_word_carried() {
    let (before, hub) = empty_again().await;
    let mut writer = Device::enrol(&before, &[VILLAGE, NEXT_VILLAGE], 1).await;
    let mut reader = Device::enrol(&before, &[VILLAGE], 2).await;
    let both = [writer.shown(), reader.shown()].concat();
    let mut doc = Doc::new(DocKind::Case).unwrap();
    let begun = writer.edit(&mut doc, 1);
    let moved = crate::doc::Moved { nth: 1, from: division(VILLAGE), to: division(NEXT_VILLAGE) };
    let word = doc.moved([9; 16], moved, NOW).unwrap();
    let forged = writer.seal(VILLAGE, &[([1; 16], &begun), ([1; 16], &word)]);
    writer.last.clear();
    let good = writer.case(VILLAGE, 2);
    done(writer.mend(&hub, writer.shown(), vec![good]).await);
    let repaired = done(reader.mend(&hub, both, vec![forged]).await);
    assert_eq!(refusals(&repaired), [(1, Why::Forked { last_good: 0 })]);
    let aside = hub.store().peer(PeerQuery::Quarantine).await.unwrap().quarantine;
    assert_eq!((feed(&hub).await.len(), aside.len()), (1, 1), "it lies there for a person");
}
