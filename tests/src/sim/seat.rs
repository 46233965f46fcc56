//! The ten seats of a run: a station, who sits at it, and what has been seen there.

use std::collections::BTreeMap;

use daiban_core::sync::http::RoadFault;
use daiban_model::ids::{CaseId, ScopeCode};
use daiban_model::stamp::Stamp;

use super::options::Options;
use crate::world::{
    BAI_YUNXIA, BAICAIGOU, BAO_JINSHAN, CHEN_YULAN, DISTRICT, GANGFANGDI, GAO_JIANPING, HAO_ZHIQIANG, Image, JIHULUNTU,
    LIN_FANG, NAREN, QIMUGE, SANCHAKOU, SHAOBUHAI, Station, WU_GUOQIANG, WUDANGZHAO, World, XINSHUGUANG, division,
};

/// What a person saw of a case: each event with its kind and what is special about it.
pub type Seen = BTreeMap<CaseId, BTreeMap<Stamp, (String, String)>>;

/// A station in a run.
pub struct Seat {
    /// The station.
    pub station: Station,
    /// Divisions it reads.
    pub scopes: Vec<ScopeCode>,
    /// What was seen at it. It never becomes less, unless the disk goes back or the division is taken.
    pub seen: Seen,
    /// Where the cases seen live.
    pub homes: BTreeMap<CaseId, ScopeCode>,
    /// An answer on its way.
    pub flight: Option<Result<Vec<u8>, RoadFault>>,
    /// No road leads to it for now.
    pub clogged: bool,
    /// Its clock is wrong for now.
    pub deranged: bool,
    /// Copies of its disk.
    pub kept: Vec<Kept>,
    /// The district has revoked it.
    pub revoked: bool,
}

/// A copy of a disk, with what had been seen and promised by then.
pub struct Kept {
    /// The disk.
    pub image: Image,
    /// What was seen.
    pub seen: Seen,
    /// How many promises all stations had made.
    pub promises: usize,
}

type Place = (&'static str, &'static str, &'static [&'static str], &'static str);

/// Two townships, five villages, two desks in one village and two in one centre, and the district's window.
const PLACES: [Place; 10] = [
    ("白菜沟一号机", BAICAIGOU, &[BAICAIGOU], QIMUGE),
    ("白菜沟二号机", BAICAIGOU, &[BAICAIGOU], BAI_YUNXIA),
    ("绍卜亥", SHAOBUHAI, &[SHAOBUHAI, BAICAIGOU], HAO_ZHIQIANG),
    ("三岔口", SANCHAKOU, &[SANCHAKOU], BAO_JINSHAN),
    ("苏木一号窗", JIHULUNTU, &[JIHULUNTU], GAO_JIANPING),
    ("苏木二号窗", JIHULUNTU, &[JIHULUNTU], GAO_JIANPING),
    ("缸房地", GANGFANGDI, &[GANGFANGDI], NAREN),
    ("新曙光", XINSHUGUANG, &[XINSHUGUANG], CHEN_YULAN),
    ("五当召镇", WUDANGZHAO, &[WUDANGZHAO], WU_GUOQIANG),
    ("区政务大厅", DISTRICT, &[DISTRICT], LIN_FANG),
];

impl Seat {
    /// All ten, enrolled and signed in.
    pub fn all(world: &World, options: &Options) -> Vec<Self> {
        PLACES.iter().map(|place| Self::new(world, options, place)).collect()
    }

    fn new(world: &World, options: &Options, place: &Place) -> Self {
        let (name, unit, scopes, agent) = *place;
        let station = world.station_kept(name, unit, scopes, agent, options.keeping);
        Self::at(station, scopes.iter().map(|code| division(code)).collect())
    }

    /// A seat at a station.
    pub fn at(station: Station, scopes: Vec<ScopeCode>) -> Self {
        Self {
            station,
            scopes,
            seen: Seen::new(),
            homes: BTreeMap::new(),
            flight: None,
            clogged: false,
            deranged: false,
            kept: Vec::new(),
            revoked: false,
        }
    }

    /// Whether it reads this division.
    pub fn covers(&self, scope: ScopeCode) -> bool {
        self.scopes.iter().any(|own| own.covers(scope))
    }
}
