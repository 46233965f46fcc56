//! Row 23: a day's work over a line of 64 kbit/s that loses three packets in ten, answers after two seconds and breaks off every
//! minute and a half. Time is the world's: nothing here waits.

use std::time::Duration;

use daiban_core::edge::Edge;
use daiban_core::engine::Outgoing;
use daiban_core::sync::http::RoadFault;
use daiban_model::api::{Draft, FileState};
use daiban_model::ids::CaseId;
use daiban_tests::world::photo::photo;
use daiban_tests::world::{
    BAICAIGOU, GAO_JIANPING, JIHULUNTU, LI_CHUNMEI, Line, Papers, QIAN_XIUYING, QIMUGE, Station, World, ZHAO_YUNFENG,
    ZHOU_MEILING, division, must,
};

const CASES: usize = 40;
const PHOTOS: u8 = 10;

/// Milliseconds there and back.
const ROUND_TRIP: usize = 2_000;
/// Bytes a second that are left of 64 kbit/s where three packets in ten are sent again.
const RATE: usize = 8_000 * 7 / 10;
/// Milliseconds from one cut to the next.
const CUT_EVERY: usize = 90_000;
/// Milliseconds for which nobody answers then.
const GONE: u64 = 10_000;

/// A line, and what passed over it.
#[derive(Debug, Default)]
struct BadLine {
    /// Milliseconds since the last cut.
    open: usize,
    bytes: usize,
    /// Bytes that each cut made worthless.
    lost: Vec<usize>,
}

impl BadLine {
    /// Carries a request and its answer as far as the next cut allows.
    fn carry(&mut self, world: &World, station: &Station, out: &Outgoing) -> Result<Vec<u8>, RoadFault> {
        let there = ROUND_TRIP / 2 + millis(out.body.len());
        if self.open + there > CUT_EVERY {
            return self.cut(station, out.body.len());
        }
        let answer = Line::Open.carry(&world.hub, out)?;
        let all = there + ROUND_TRIP / 2 + millis(answer.len());
        if self.open + all > CUT_EVERY {
            return self.cut(station, out.body.len() + answer.len());
        }
        self.open += all;
        self.bytes += out.body.len() + answer.len();
        station.clock().advance(Duration::from_millis(all as u64));
        Ok(answer)
    }

    fn cut(&mut self, station: &Station, at_most: usize) -> Result<Vec<u8>, RoadFault> {
        let left = CUT_EVERY.saturating_sub(self.open);
        let passed = at_most.min(left * RATE / 1_000);
        station.clock().advance(Duration::from_millis(left as u64 + GONE));
        self.bytes += passed;
        self.lost.push(passed);
        self.open = 0;
        Err(RoadFault::Unreachable)
    }
}

fn millis(bytes: usize) -> usize {
    bytes * 1_000 / RATE
}

fn a_day(village: &mut Station) -> Vec<CaseId> {
    let people = [&ZHAO_YUNFENG, &QIAN_XIUYING, &LI_CHUNMEI, &ZHOU_MEILING];
    let mut again = |at: usize| {
        let why = |draft: &mut Draft| draft.despite_open = format!("第 {at} 次");
        village.receive_with(people[at % people.len()], "MZ-007", Papers::All, why).cases[0]
    };
    let cases: Vec<CaseId> = (0..CASES).map(&mut again).collect();
    for seed in 0..PHOTOS {
        let case = cases[usize::from(seed)];
        must("a photograph", village.attach(case, "本人身份证或户口本原件及复印件3份", "IMG_0001.jpg", &photo(seed)));
    }
    cases
}

/// Exchanges until nothing waits; answers the seconds it took.
fn until_empty(world: &World, village: &mut Station, line: &mut BadLine) -> i64 {
    let start = village.clock().now();
    for _ in 0..1_000 {
        let view = village.view();
        if view.outbox == 0 && view.files.items == 0 {
            return (village.clock().now().0 - start.0) / 1_000;
        }
        let Some(out) = must("a request", village.next_request()) else { continue };
        if let Some(beside) = village.beside_request() {
            let answer = line.carry(world, village, &beside);
            village.answered_beside(answer);
        }
        let answer = line.carry(world, village, &out);
        must("the answer is taken", village.answered(answer));
    }
    panic!("it never ends: {:?}", village.view().files);
}

#[test]
fn row_23_forty_cases_and_ten_photographs_of_a_day_arrive_over_a_line_that_breaks_off() {
    let world = World::new(2_301);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.line = Line::Cut;
    let cases = a_day(&mut village);
    let view = village.view();
    assert_eq!((cases.len(), view.outbox >= 40, view.files.items >= 10), (CASES, true, true), "{view:?}");

    let mut line = BadLine::default();
    let seconds = until_empty(&world, &mut village, &mut line);
    let lost: usize = line.lost.iter().sum();
    println!("{seconds} s, {} bytes, cuts that cost {:?}", line.bytes, line.lost);
    assert!(line.lost.len() >= 3, "the line broke off: {:?}", line.lost);
    assert!(line.lost.iter().all(|lost| *lost <= 256 << 10), "a cut costs one chunk at most: {:?}", line.lost);
    assert!(lost * 10 <= line.bytes, "a tenth at most for nothing: {lost} of {}", line.bytes);
    assert!(cases.iter().all(|case| village.page(*case).files.iter().all(|file| file.state == FileState::Arrived)));
    assert_eq!(world.hub.verify().faults, []);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    township.sync(&world.hub);
    assert_eq!((township.list().len(), world.hub.end(division(BAICAIGOU)) > 0), (CASES, true), "each once");
}
