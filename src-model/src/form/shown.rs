//! Personal numbers on paper: masked, unless whoever prints may see them whole.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::access::{Action, Permit};
use crate::identity::{BankCard, CitizenId, Phone};

/// A personal number as it may stand on a paper. Empty prints a blank to be filled in by hand.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Shown(String);

/// A number of a person.
pub trait Personal {
    /// Partly hidden.
    fn masked(&self) -> String;
    /// As it is.
    fn whole(&self) -> &str;
}

impl Personal for CitizenId {
    fn masked(&self) -> String {
        self.to_string()
    }
    fn whole(&self) -> &str {
        self.reveal()
    }
}

impl Personal for Phone {
    fn masked(&self) -> String {
        self.to_string()
    }
    fn whole(&self) -> &str {
        self.reveal()
    }
}

impl Personal for BankCard {
    fn masked(&self) -> String {
        self.to_string()
    }
    fn whole(&self) -> &str {
        self.reveal()
    }
}

impl Shown {
    /// Partly hidden: for slips, notices and boards (R46, R185).
    pub fn masked(number: &impl Personal) -> Self {
        Self(number.masked())
    }

    /// Whole, for papers that the law wants it on, printed by somebody who may see it (R199). Without that leave: masked, and
    /// the rest is written in by hand.
    pub fn for_document(number: &impl Personal, permit: Option<&Permit>) -> Self {
        match permit.filter(|permit| permit.action() == Action::Reveal) {
            Some(_) => Self(number.whole().to_owned()),
            None => Self::masked(number),
        }
    }

    /// The tail of a phone number on a slip: 尾号8000.
    pub fn tail(phone: &Phone) -> Self {
        Self(phone.on_slip())
    }

    /// What stands there.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Shown {
    /// It may be a whole one: how long it is, never what it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} signs", self.0.chars().count())
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Principal, Role, Subject, permit};
    use crate::ids::ScopeCode;

    fn leave(action: Action) -> Permit {
        let unit: ScopeCode = "150205202202".parse().unwrap();
        let who = Principal {
            agent: "SG-202202-01".parse().unwrap(),
            name: "其木格".into(),
            role: Role::FullTimeAgent,
            unit,
            serves: vec![unit],
        };
        permit(&who, action, &Subject { scope: unit, handler: None }).unwrap()
    }

    #[test]
    fn a_whole_number_needs_leave_to_see_it() {
        let id = CitizenId::parse("150205194508200008", jiff::civil::date(2026, 3, 2)).unwrap();
        assert_eq!(Shown::masked(&id).as_str(), "150205********0008", "R46");
        assert_eq!(Shown::for_document(&id, None).as_str(), "150205********0008", "nobody asked for leave");
        let other = leave(Action::Collect);
        assert_eq!(Shown::for_document(&id, Some(&other)).as_str(), "150205********0008", "leave for something else");
        let reveal = leave(Action::Reveal);
        assert_eq!(Shown::for_document(&id, Some(&reveal)).as_str(), "150205194508200008", "R199");
        assert_eq!(format!("{:?}", Shown::for_document(&id, Some(&reveal))), "18 signs", "never in a log");
    }
}
