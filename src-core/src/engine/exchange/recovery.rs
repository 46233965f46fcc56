//! The box with the recovery code goes to the hub once, at the end of a run. An older hub that does not know the road is no fault.

use daiban_model::wire::{self, RecoveryReply, RecoveryRequest};

use super::link::Asked;
use super::{Engine, Failure, Outgoing, Turn};
use crate::engine::desk::Desk;
use crate::store::Store;
use crate::sync::envelope;
use crate::sync::sign::Domain;

/// Whether the box is to travel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum RecoveryTurn {
    /// Not looked at in this run.
    #[default]
    Untried,
    /// Next, this box.
    Now(Vec<u8>),
    /// Once in a run is enough: it waits for the next one.
    Tried,
}

impl<S: Store> Engine<S> {
    /// After everything else it is the box's turn, where the hub does not have it.
    pub(super) async fn then_recovery(&mut self, turn: Turn) -> Result<Turn, Failure> {
        let over = turn == Turn::Done && self.link.state == daiban_model::api::Link::Working;
        if !over || self.link.recovery != RecoveryTurn::Untried {
            return Ok(turn);
        }
        self.link.recovery = RecoveryTurn::Tried;
        let Some(sealed) = self.recovery_owed().await? else { return Ok(turn) };
        self.link.recovery = RecoveryTurn::Now(sealed);
        Ok(Turn::Again)
    }

    /// The request that carries the box, when it is its turn.
    pub(super) fn recovery_request(&mut self) -> Option<Outgoing> {
        let (Some(desk), RecoveryTurn::Now(sealed)) = (&self.desk, &self.link.recovery) else { return None };
        let ask = RecoveryRequest { version: wire::VERSION, nonce: desk.thread.nonce, sealed: sealed.clone() };
        let (body, hash) = envelope::ask(&desk.key, Domain::Recovery, &ask);
        let (to, asked) = (desk.place(), Asked::Recovery(hash));
        self.link.asked = Some((asked, desk.edge.now()));
        self.link.recovery = RecoveryTurn::Tried;
        Some(self.out(to, asked.road(), body))
    }
}

impl<S: Store> Desk<S> {
    pub(super) async fn recovery_answered(&mut self, reply: RecoveryReply) -> Result<Turn, Failure> {
        if let RecoveryReply::Kept(hash) = reply {
            self.note_deposit(hash).await?;
        }
        Ok(Turn::Done)
    }
}
