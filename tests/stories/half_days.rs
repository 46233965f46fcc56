//! How often half a day was enough, and who held it (R125).

use daiban_model::access::{Action, Denied};
use daiban_model::api::{Failure, GetHalfDays, HalfDay};
use daiban_model::case::event::Outcome;
use daiban_tests::world::{DISTRICT, HE_JING, SUN_LINA, TIAN_WEIGUO, World, ZHOU_MEILING, day};

use crate::bundles::{accept, finish, time};

const LAST: [&str; 4] = ["公章刻制", "信息确认", "社会保险登记", "单位参保登记"];

#[test]
fn r125_half_of_the_firms_were_done_in_half_a_day_and_the_seal_held_the_longest() {
    let world = World::new(611);
    let mut window = world.station("企业开办专窗", DISTRICT, HE_JING);
    let mut office = world.station("政务服务局", DISTRICT, TIAN_WEIGUO);
    world.at("2026-03-03T09:05");
    let quick = window.receive_bundle(&SUN_LINA, "enterprise-start", &[]).cases[0];
    world.at("2026-03-03T09:10");
    accept(&mut window, quick);
    world.at("2026-03-03T09:25");
    finish(&mut window, quick, "名称自主申报", Outcome::Granted);
    world.at("2026-03-03T10:40");
    finish(&mut window, quick, "公司设立登记", Outcome::Granted);
    world.at("2026-03-03T15:05");
    for name in LAST {
        finish(&mut window, quick, name, Outcome::Granted);
    }
    let month = || GetHalfDays { month: day("2026-03-31") };
    let denied = Failure::Denied { action: Action::Audit, why: Denied::Role };
    assert_eq!(window.call(month()).err(), Some(denied), "who held what is for the supervisor to read");
    world.settle(&mut [&mut window, &mut office]);
    let march = office.ask(month());
    let line = &march.lines[0];
    assert_eq!((march.in_time, march.all, line.promise), (1, 1, HalfDay::Kept));
    assert_eq!((line.from, line.done), (time("2026-03-03T09:10"), time("2026-03-03T15:05")));
    assert_eq!(line.minutes, 205, "3 h 25 min: 2 h 50 before noon and 35 min after");
    assert_eq!(line.held[0].2, 115, "from 10:40 to 15:05, without the hours of rest");
    assert!(line.held.iter().any(|(name, _, minutes)| name.contains("公司设立") && *minutes == 75));

    // Another firm, accepted in the afternoon and done after the next noon.
    world.at("2026-03-03T16:00");
    let slow = window.receive_bundle(&ZHOU_MEILING, "enterprise-start", &[]).cases[0];
    accept(&mut window, slow);
    for name in ["名称自主申报", "公司设立登记"] {
        finish(&mut window, slow, name, Outcome::Granted);
    }
    world.at("2026-03-04T11:30");
    for name in LAST {
        finish(&mut window, slow, name, Outcome::Granted);
    }
    world.settle(&mut [&mut window, &mut office]);
    let march = office.ask(month());
    assert_eq!((march.in_time, march.all, march.lines[1].promise), (1, 2, HalfDay::Broken), "half an hour late");
    assert_eq!(office.ask(GetHalfDays { month: day("2026-04-01") }).all, 0, "each month by itself");
}
