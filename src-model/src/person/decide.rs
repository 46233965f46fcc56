//! The only gate to new facts about somebody.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Care, Checked, ConsentBy, Event, Fact, Kind, Person, Purpose, Telling, What, Wish, is_yearly};
use crate::access::{Action, Permit};
use crate::case::decide::{Moment, bounds};
use crate::ids::PersonId;
use crate::stamp::Stamp;

/// What somebody at a desk wants to write down about a person, household or enterprise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Command {
    /// 建档
    Register {
        /// As what.
        kind: Kind,
        /// Why, although somebody alike is known; may be empty.
        despite: String,
    },
    /// 告知 (R196)
    Tell {
        /// The version of the notice.
        version: u16,
        /// How.
        how: Telling,
    },
    /// Type a register.
    Type {
        /// Which.
        fact: Fact,
        /// What it reads now.
        from: String,
        /// What it shall read.
        to: String,
        /// Why, where a reason is asked for.
        reason: String,
    },
    /// 同意 (R197)
    Consent {
        /// For what.
        purpose: Purpose,
        /// To whom.
        to: String,
        /// By whom.
        by: ConsentBy,
    },
    /// 撤回同意 (R197)
    WithdrawConsent {
        /// The act of consent.
        consent: Stamp,
        /// In the person's words; may be empty.
        reason: String,
    },
    /// 关爱标记
    Care {
        /// Why; empty takes it away.
        needs: BTreeSet<Care>,
    },
    /// 同一人
    Join {
        /// The other document.
        other: PersonId,
        /// How it was found out.
        reason: String,
    },
    /// 不是同一人
    Part {
        /// The other document.
        other: PersonId,
        /// Why.
        reason: String,
    },
    /// 本人提出 (R202)
    Ask {
        /// What.
        wish: Wish,
        /// In plain words.
        words: String,
    },
    /// 年度认证 (R113)
    Check(Checked),
    /// 答复
    Answer {
        /// The request.
        asked: Stamp,
        /// The answer.
        words: String,
    },
}

impl Command {
    /// The right it needs.
    pub fn action(&self) -> Action {
        match self {
            Self::Join { .. } | Self::Part { .. } | Self::Answer { .. } => Action::Annotate,
            _ => Action::Collect,
        }
    }
}

/// Why a command about somebody was not carried out. The screen has one sentence for each, saying what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// The permit is for something else.
    #[error("the permit is for another action")]
    WrongPermit,
    /// It stands already.
    #[error("this stands already")]
    StandsAlready,
    /// It refers to something that is not there.
    #[error("this refers to nothing that is there")]
    NothingToReferTo,
    /// A reason or a name must be written.
    #[error("a required entry is empty")]
    Empty,
    /// A text is longer than is kept.
    #[error("a text is too long")]
    TooLong {
        /// How many characters may stand there.
        most: usize,
    },
    /// The care mark needs the person's own consent first.
    #[error("a care mark needs a consent of its own")]
    NoConsent,
    /// A consent to pass on must say to whom.
    #[error("a consent to pass data on must name the receiver")]
    NoReceiver,
    /// There is no yearly check of this item, or its day is still to come (R113).
    #[error("no yearly check of this item, or on this day")]
    NoSuchCheck,
    /// Somebody cannot be joined with themselves.
    #[error("a document cannot be joined with itself")]
    Itself,
}

/// Turns a command into an event, or says why not.
pub fn decide(
    id: PersonId,
    person: &Person,
    command: Command,
    permit: &Permit,
    now: &Moment<'_>,
) -> Result<Event, Refusal> {
    if permit.action() != command.action() {
        return Err(Refusal::WrongPermit);
    }
    look(&command)?;
    if matches!(&command, Command::Check(checked) if checked.on > now.today() || !is_yearly(&checked.item)) {
        return Err(Refusal::NoSuchCheck);
    }
    let what = act(id, person, command)?;
    let hlc = person.last.map_or(now.hlc, |last| now.hlc.max(last.hlc.next()));
    let stamp = Stamp { hlc, device: now.device };
    Ok(Event { stamp, by: permit.agent().clone(), unit: permit.unit(), at: now.at, quality: now.quality, what })
}

fn act(id: PersonId, person: &Person, command: Command) -> Result<What, Refusal> {
    Ok(match command {
        Command::Register { kind, despite } if person.registered.is_none() => What::Registered { kind, despite },
        Command::Register { .. } => return Err(Refusal::StandsAlready),
        Command::Tell { version, how } => What::Told { version, how },
        Command::Type { from, to, .. } if from == to => return Err(Refusal::StandsAlready),
        Command::Type { fact, from, to, reason } => What::typed(fact, from, to, reason),
        Command::Consent { purpose: Purpose::PassOn, to, .. } if to.trim().is_empty() => {
            return Err(Refusal::NoReceiver);
        }
        Command::Consent { purpose, to, by } if !person.consents_to(purpose, to.trim()) => {
            What::Consented { purpose, to: to.trim().to_owned(), by }
        }
        Command::Consent { .. } => return Err(Refusal::StandsAlready),
        Command::WithdrawConsent { consent, reason } => match person.consents.get(&consent) {
            None => return Err(Refusal::NothingToReferTo),
            Some(known) if known.withdrawn.is_some() => return Err(Refusal::StandsAlready),
            Some(_) => What::ConsentWithdrawn { consent, reason },
        },
        Command::Care { needs } if needs.is_empty() || person.consents_to(Purpose::Care, "") => What::Cared { needs },
        Command::Care { .. } => return Err(Refusal::NoConsent),
        Command::Join { other, .. } if other == id => return Err(Refusal::Itself),
        Command::Join { other, .. } if person.same.contains_key(&other) => return Err(Refusal::StandsAlready),
        Command::Join { other, reason } => What::Same { other, reason: filled(reason)? },
        Command::Part { other, reason } => {
            let joins = person.same.get(&other).ok_or(Refusal::NothingToReferTo)?;
            What::Apart { other, joins: joins.iter().copied().collect(), reason: filled(reason)? }
        }
        Command::Check(checked) if person.checks.get(&checked.item) == Some(&checked) => {
            return Err(Refusal::StandsAlready);
        }
        Command::Check(checked) => What::Checked(checked),
        Command::Ask { wish, words } => What::Asked { wish, words },
        Command::Answer { asked, words } => match person.requests.get(&asked) {
            None => return Err(Refusal::NothingToReferTo),
            Some(request) if request.answer.is_some() => return Err(Refusal::StandsAlready),
            Some(_) => What::Answered { asked, words: filled(words)? },
        },
    })
}

fn filled(text: String) -> Result<String, Refusal> {
    if text.trim().is_empty() { Err(Refusal::Empty) } else { Ok(text.trim().to_owned()) }
}

/// Everything in a command is stored for ever and travels over thin lines: each text has a bound, looked at before anything else.
fn look(command: &Command) -> Result<(), Refusal> {
    match command {
        Command::Register { kind: _, despite } => within(despite, bounds::TEXT),
        Command::Tell { version: _, how: _ } | Command::Care { needs: _ } | Command::Check(_) => Ok(()),
        Command::Type { fact: _, from: _, to, reason } => {
            within(to, bounds::VALUE)?;
            within(reason, bounds::TEXT)
        }
        Command::Consent { purpose: _, to, by } => {
            within(to, bounds::LINE)?;
            match by {
                ConsentBy::Own => Ok(()),
                ConsentBy::Guardian { name, relation } => {
                    within(name, bounds::NAME)?;
                    within(relation, bounds::NAME)?;
                    if name.trim().is_empty() || relation.trim().is_empty() { Err(Refusal::Empty) } else { Ok(()) }
                }
            }
        }
        Command::WithdrawConsent { consent: _, reason }
        | Command::Join { other: _, reason }
        | Command::Part { other: _, reason } => within(reason, bounds::TEXT),
        Command::Ask { wish: _, words } | Command::Answer { asked: _, words } => within(words, bounds::TEXT),
    }
}

fn within(text: &str, most: usize) -> Result<(), Refusal> {
    // Characters are counted only where there are bytes enough for too many of them.
    let long = text.len() > most && text.chars().count() > most;
    if long { Err(Refusal::TooLong { most }) } else { Ok(()) }
}
