//! The tree of divisions and the points where people are served (R28–R31).

use serde::{Deserialize, Serialize};

use crate::ids::ScopeCode;

/// What a division is called. 苏木 and 嘎查 are never shown as 乡 and 村.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the Chinese word of each case is its meaning")]
pub enum PlaceKind {
    #[serde(rename = "自治区")]
    Region,
    #[serde(rename = "地级市")]
    City,
    #[serde(rename = "市辖区")]
    District,
    #[serde(rename = "街道")]
    Street,
    #[serde(rename = "镇")]
    Town,
    #[serde(rename = "苏木")]
    Sumu,
    #[serde(rename = "园区", alias = "园区（类似乡级单位）")]
    Park,
    #[serde(rename = "社区")]
    Community,
    #[serde(rename = "村")]
    Village,
    #[serde(rename = "嘎查")]
    Gacha,
    /// A statistical placeholder; never offered as a point.
    #[serde(rename = "虚拟社区")]
    Virtual,
}

/// The three tiers of proxy work (R29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tier {
    /// 政务服务中心
    #[serde(rename = "政务服务中心", alias = "区县")]
    District,
    /// 便民服务中心
    #[serde(rename = "便民服务中心", alias = "苏木乡镇")]
    Township,
    /// 便民服务站, and 代办点 that stand for one
    #[serde(rename = "便民服务站", alias = "嘎查村")]
    Village,
}

/// A division.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its code in the state's table.
    pub code: ScopeCode,
    /// Its own name, such as 白菜沟嘎查.
    #[serde(alias = "name_zh")]
    pub name: String,
    /// What it is.
    pub kind: PlaceKind,
    /// The division above, `None` for the uppermost.
    pub parent: Option<ScopeCode>,
}

/// A place where one is served. It may stand in one village and serve others (R30).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePoint {
    /// Its name.
    #[serde(alias = "name_zh")]
    pub name: String,
    /// Its tier.
    #[serde(alias = "level")]
    pub tier: Tier,
    /// The division it stands in.
    pub division: ScopeCode,
    /// The divisions it serves; none named means the one it stands in.
    #[serde(default)]
    pub serves: Vec<ScopeCode>,
    /// Street and house, if known.
    #[serde(default)]
    pub address: Option<String>,
    /// The telephone number it publishes, if known.
    #[serde(default)]
    pub phone: Option<String>,
}

impl ServicePoint {
    /// The divisions whose people are served here.
    pub fn served(&self) -> &[ScopeCode] {
        if self.serves.is_empty() { std::slice::from_ref(&self.division) } else { &self.serves }
    }
}

/// Why places make no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum PlaceFault {
    /// A code stands twice.
    #[error("division {code} stands twice")]
    Duplicate {
        /// The code.
        code: ScopeCode,
    },
    /// A parent is missing.
    #[error("division {code} lies under {parent}, which is missing")]
    NoParent {
        /// The lower one.
        code: ScopeCode,
        /// The missing one.
        parent: ScopeCode,
    },
    /// A division lies, over some steps, under itself.
    #[error("division {code} lies under itself")]
    Cycle {
        /// One division of the circle.
        code: ScopeCode,
    },
    /// A point names a division that is not in the tree.
    #[error("a service point names division {code}, which is missing")]
    PointNowhere {
        /// The missing division.
        code: ScopeCode,
    },
}

/// All divisions with their points.
///
/// Invariants: places are sorted by code, every parent is present, no division lies under itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct PlaceTree {
    places: Vec<Place>,
    #[serde(rename = "service_points")]
    points: Vec<ServicePoint>,
}

#[derive(Deserialize)]
struct Stored {
    places: Vec<Place>,
    service_points: Vec<ServicePoint>,
}

impl TryFrom<Stored> for PlaceTree {
    type Error = PlaceFault;
    fn try_from(stored: Stored) -> Result<Self, PlaceFault> {
        Self::new(stored.places, stored.service_points)
    }
}

impl PlaceTree {
    /// Checks the places and puts them in order.
    pub fn new(mut places: Vec<Place>, points: Vec<ServicePoint>) -> Result<Self, PlaceFault> {
        places.sort_by_key(|place| place.code);
        if let Some(pair) = places.windows(2).find(|pair| pair[0].code == pair[1].code) {
            return Err(PlaceFault::Duplicate { code: pair[0].code });
        }
        let tree = Self { places, points };
        for place in &tree.places {
            if let Some(parent) = place.parent.filter(|parent| tree.get(*parent).is_none()) {
                return Err(PlaceFault::NoParent { code: place.code, parent });
            }
            if tree.ancestors(place.code).count() > tree.places.len() {
                return Err(PlaceFault::Cycle { code: place.code });
            }
        }
        let named = tree.points.iter().flat_map(|point| point.serves.iter().chain([&point.division]));
        let missing = named.copied().find(|code| tree.get(*code).is_none());
        missing.map_or(Ok(tree), |code| Err(PlaceFault::PointNowhere { code }))
    }

    /// All divisions in the order of their codes.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// All service points.
    pub fn points(&self) -> &[ServicePoint] {
        &self.points
    }

    /// The division with this code.
    pub fn get(&self, code: ScopeCode) -> Option<&Place> {
        self.places.binary_search_by_key(&code, |place| place.code).ok().map(|at| &self.places[at])
    }

    /// The divisions right below `code`.
    pub fn children(&self, code: ScopeCode) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(move |place| place.parent == Some(code))
    }

    /// The divisions above `code`, the nearest first.
    pub fn ancestors(&self, code: ScopeCode) -> impl Iterator<Item = &Place> {
        let above = |place: &Place| place.parent.and_then(|parent| self.get(parent));
        // A tree is never deeper than it has places; the bound holds while it is still being checked.
        std::iter::successors(self.get(code).and_then(above), move |place| above(place)).take(self.places.len() + 1)
    }

    /// The tier that serves a division, `None` above the district and for placeholders.
    pub fn tier(&self, code: ScopeCode) -> Option<Tier> {
        match self.get(code)?.kind {
            PlaceKind::Region | PlaceKind::City | PlaceKind::Virtual => None,
            PlaceKind::District => Some(Tier::District),
            PlaceKind::Street | PlaceKind::Town | PlaceKind::Sumu | PlaceKind::Park => Some(Tier::Township),
            PlaceKind::Community | PlaceKind::Village | PlaceKind::Gacha => Some(Tier::Village),
        }
    }

    /// The name with the township before it where there is one: 吉忽伦图苏木 白菜沟嘎查 (R28).
    pub fn full_name(&self, code: ScopeCode) -> Option<String> {
        let place = self.get(code)?;
        let township = self.ancestors(code).next().filter(|above| self.tier(above.code) == Some(Tier::Township));
        Some(township.map_or_else(|| place.name.clone(), |above| format!("{} {}", above.name, place.name)))
    }

    /// The points that serve a division.
    pub fn points_for(&self, code: ScopeCode) -> impl Iterator<Item = &ServicePoint> {
        self.points.iter().filter(move |point| point.served().contains(&code))
    }
}
