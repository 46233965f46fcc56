//! A district in one thread: a hub, stations and the roads between them, with clocks that are set by hand, chance that follows
//! from a seed, and no network. What a story does twice with one seed happens twice alike.
//!
//! The organisation, the 429 items and the calendars are the district's own; the people are invented (their citizen ids end in
//! sequence 000, which is not given to anybody).

mod bundle;
mod district;
mod hazard;
mod line;
mod newer;
mod people;
pub mod photo;
mod shelf;
mod station;

use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use daiban_core::edge::Scripted;
use daiban_core::sync::hub::NewStation;
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Wall;

pub use district::District;
pub use hazard::{Flaw, Fuse, Hazard};
pub use line::Line;
pub use newer::Newer;
pub use people::{
    FENG_XIAOLIN, LI_CHUNMEI, LIU_JIAHUI, LONG_NAME, Person, QIAN_XIUYING, SUN_LINA, WULAN_TUYA, ZHAO_YUNFENG,
    ZHOU_MEILING,
};
pub use shelf::{Flip, Shelf};
pub use station::{Image, Keeping, Luck, Papers, Returned, Station, Trip, backups};

/// 白菜沟嘎查
pub const BAICAIGOU: &str = "150205202202";
/// 绍卜亥嘎查
pub const SHAOBUHAI: &str = "150205202201";
/// 吉忽伦图苏木
pub const JIHULUNTU: &str = "150205202";
/// 缸房地村, of another township
pub const GANGFANGDI: &str = "150205101208";
/// 三岔口嘎查
pub const SANCHAKOU: &str = "150205202203";
/// 五当召镇, another township
pub const WUDANGZHAO: &str = "150205101";
/// 新曙光村, a village of it
pub const XINSHUGUANG: &str = "150205101210";
/// 石拐区
pub const DISTRICT: &str = "150205";

/// 其木格, full-time agent of 白菜沟嘎查
pub const QIMUGE: &str = "SG-202202-01";
/// 白云霞, part-time agent of 白菜沟嘎查
pub const BAI_YUNXIA: &str = "SG-202202-02";
/// 郝志强, part-time agent of 绍卜亥嘎查
pub const HAO_ZHIQIANG: &str = "SG-202201-02";
/// 高建平, full-time agent of the township's centre
pub const GAO_JIANPING: &str = "SG-202000-01";
/// 娜仁, full-time agent of 缸房地村
pub const NAREN: &str = "SG-101208-01";
/// 陈玉兰, full-time agent of 新曙光村
pub const CHEN_YULAN: &str = "SG-101210-01";
/// 吴国强, of the centre of 五当召镇
pub const WU_GUOQIANG: &str = "SG-101000-01";
/// 包金山, full-time agent of 三岔口嘎查
pub const BAO_JINSHAN: &str = "SG-202203-01";
/// 林芳, general window of the district
pub const LIN_FANG: &str = "SG-000000-03";
/// 彭飞, work-injury clerk beside 许文
pub const PENG_FEI: &str = "SG-000000-42";
/// 何静, at the one-thing window
pub const HE_JING: &str = "SG-000000-05";
/// 苏婷, guides in the hall
pub const SU_TING: &str = "SG-000000-13";
/// 田卫国, supervisor
pub const TIAN_WEIGUO: &str = "SG-000000-21";
/// 罗杰, system administrator
pub const LUO_JIE: &str = "SG-000000-31";
/// 许文, clerk for work injuries
pub const XU_WEN: &str = "SG-000000-41";
/// 苏和, archivist
pub const SU_HE: &str = "SG-000000-51";

/// The PIN of everybody.
pub const PIN: &str = "739104";

/// The district with its hub; stations are made here and belong to the story.
pub struct World {
    /// What all chance of this world follows from.
    pub seed: u64,
    /// The district's hub.
    pub hub: District,
    draws: Cell<u64>,
    clocks: RefCell<Vec<Scripted>>,
}

impl World {
    /// A new district on Monday 2026-03-02 at nine, its hub in memory.
    pub fn new(seed: u64) -> Self {
        Self::with_hub(seed, Shelf::memory())
    }

    /// A new district whose hub keeps everything on a shelf of the story's choice.
    pub fn with_hub(seed: u64, shelf: Shelf) -> Self {
        let world = Self::bare(seed, shelf);
        world.hub.publish_all();
        world
    }

    /// A new district whose catalogue has only these items.
    pub fn small(seed: u64, items: &[&str]) -> Self {
        let world = Self::bare(seed, Shelf::memory());
        world.hub.publish_few(items);
        world
    }

    /// A new district in which departments have said which papers of some items may follow later, and which may be promised.
    pub fn completed(seed: u64, said: &[(&str, &str, &[&str])]) -> Self {
        let world = Self::bare(seed, Shelf::memory());
        world.hub.publish_completed(|items| {
            for (code, column, papers) in said {
                let item = some("the item", items.iter_mut().find(|item| item["code"] == *code));
                item[*column] = (*papers).into();
            }
        });
        world
    }

    /// The same where departments have said something in words: item, element, what.
    pub fn told(seed: u64, said: &[(&str, &str, &str)]) -> Self {
        let world = Self::bare(seed, Shelf::memory());
        world.hub.publish_completed(|items| {
            for (code, column, words) in said {
                let item = some("the item", items.iter_mut().find(|item| item["code"] == *code));
                item[*column] = (*words).into();
            }
        });
        world
    }

    /// The same with any change of the items.
    pub fn completed_with(seed: u64, change: impl FnOnce(&mut Vec<serde_json::Value>)) -> Self {
        let world = Self::bare(seed, Shelf::memory());
        world.hub.publish_completed(change);
        world
    }

    fn bare(seed: u64, shelf: Shelf) -> Self {
        let clock = Scripted::new(seed, wall("2026-03-02T09:00"));
        let hub = District::open(shelf, clock.clone());
        Self { seed, hub, draws: Cell::new(0), clocks: RefCell::new(vec![clock]) }
    }

    /// A station that stands for one division and works for it alone, somebody signed in.
    pub fn station(&self, name: &str, unit: &str, agent: &str) -> Station {
        self.station_for(name, unit, &[unit], agent)
    }

    /// A station that works for several divisions.
    pub fn station_for(&self, name: &str, unit: &str, scopes: &[&str], agent: &str) -> Station {
        self.station_kept(name, unit, scopes, agent, Keeping::Memory)
    }

    /// A station on a real, encrypted database.
    pub fn station_on_disk(&self, name: &str, unit: &str, agent: &str) -> Station {
        self.station_kept(name, unit, &[unit], agent, Keeping::Disk)
    }

    /// A station that works for several divisions and keeps what it has in memory or on a disk.
    pub fn station_kept(&self, name: &str, unit: &str, scopes: &[&str], agent: &str, keeping: Keeping) -> Station {
        let code = self.code(name, unit, scopes);
        let mut station = Station::fresh(name, self.clock(), keeping);
        station.enrol(&self.hub, &code);
        station.first_pin(agent);
        station
    }

    /// A station that stands for one division, with a device number that the administrator gave it (R77).
    pub fn numbered(&self, name: &str, unit: &str, agent: &str, device_no: u8) -> Station {
        self.numbered_kept(name, unit, agent, device_no, Keeping::Memory)
    }

    /// The same, in memory or on a disk.
    pub fn numbered_kept(&self, name: &str, unit: &str, agent: &str, device_no: u8, keeping: Keeping) -> Station {
        let code = self.code_numbered(name, unit, device_no);
        let mut station = Station::fresh(name, self.clock(), keeping);
        station.enrol(&self.hub, &code);
        station.first_pin(agent);
        station
    }

    /// An enrolment code for a device number that the administrator gives.
    pub fn code_numbered(&self, name: &str, unit: &str, device_no: u8) -> String {
        let (name, scopes) = (name.to_owned(), vec![division(unit)]);
        self.hub.code(NewStation { name, unit: division(unit), scopes, device_no: Some(device_no) })
    }

    /// An enrolment code.
    pub fn code(&self, name: &str, unit: &str, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|scope| division(scope)).collect();
        self.hub.code(NewStation { name: name.to_owned(), unit: division(unit), scopes, device_no: None })
    }

    /// A clock of this world with chance of its own.
    pub fn clock(&self) -> Scripted {
        self.draws.set(self.draws.get() + 1);
        let clock = Scripted::new(self.seed.wrapping_mul(1_000).wrapping_add(self.draws.get()), self.hub.clock().now());
        self.clocks.borrow_mut().push(clock.clone());
        clock
    }

    /// Every clock shows this time.
    pub fn at(&self, time: &str) {
        self.clocks.borrow().iter().for_each(|clock| clock.set(wall(time)));
    }

    /// Every clock goes on.
    pub fn pass(&self, minutes: u64) {
        self.clocks.borrow().iter().for_each(|clock| clock.advance(Duration::from_secs(60 * minutes)));
    }

    /// Lets everybody exchange until nothing moves any more.
    pub fn settle(&self, stations: &mut [&mut Station]) {
        for _ in 0..20 {
            let before = self.hub.ends();
            for station in stations.iter_mut() {
                station.sync(&self.hub);
            }
            let owed: u32 = stations.iter_mut().map(|station| station.view().outbox).sum();
            if owed == 0 && before == self.hub.ends() {
                return;
            }
        }
        panic!("seed {}: the exchanges do not come to an end", self.seed);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("this was the world of seed {}", self.seed);
        }
    }
}

use daiban_core::edge::Edge as _;

/// A division of this world.
pub fn division(code: &str) -> ScopeCode {
    must("a division code", code.parse())
}

/// A time of the district, as `2026-03-02T09:30`.
pub fn wall(time: &str) -> Wall {
    Wall::at(must("a time", time.parse::<jiff::civil::DateTime>()))
}

/// A date.
pub fn day(date: &str) -> jiff::civil::Date {
    must("a date", date.parse())
}

/// What must work for the story to go on.
#[track_caller]
pub fn must<T, E: Debug>(what: &str, result: Result<T, E>) -> T {
    match result {
        Ok(value) => value,
        Err(fault) => panic!("{what}: {fault:?}"),
    }
}

/// What must be there for the story to go on.
#[track_caller]
pub fn some<T>(what: &str, value: Option<T>) -> T {
    match value {
        Some(value) => value,
        None => panic!("{what}: not there"),
    }
}

/// Runs what never waits: engine and hub wait for nothing but their stores, and these answer at once.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("something waited in a world without waiting"),
    }
}
