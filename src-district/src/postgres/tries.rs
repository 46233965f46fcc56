//! How often something is tried again, and after which pause.

use std::future::pending;
use std::time::Duration;

use daiban_core::store::StoreError;
use tokio::time::timeout;

use super::fault::{Fault, Trouble};

/// Pauses in milliseconds. Together about as long as a server takes to start again; whoever waits for an answer waits no longer.
const PAUSES: [u64; 9] = [0, 20, 50, 100, 200, 400, 800, 1600, 3200];

/// The tries of one batch or question.
pub(super) struct Tries {
    left: std::slice::Iter<'static, u64>,
    /// A try was lost at its commit.
    doubted: bool,
    /// A try was lost or undone.
    lost: bool,
}

impl Tries {
    pub(super) fn new() -> Self {
        Self::with(&PAUSES)
    }

    fn with(pauses: &'static [u64]) -> Self {
        Self { left: pauses.iter(), doubted: false, lost: false }
    }

    /// Whether every try so far was answered by the server to its end.
    pub(super) fn were_all_answered(&self) -> bool {
        !self.lost
    }

    /// Waits for the next try, or says why there is none.
    pub(super) async fn again(&mut self, fault: Fault) -> Result<(), StoreError> {
        let told = match fault {
            // While the first coming of a batch in doubt holds its lane, the second one waits there in vain.
            Fault::Refused(StoreError::Busy) if self.doubted => Trouble::Unknown.into(),
            Fault::Refused(told) => return Err(told),
            Fault::Landed => return Err(StoreError::Damaged { what: "lane" }),
            Fault::Again(told) => told,
            Fault::Lost(told) => {
                self.lost = true;
                told
            }
            Fault::InDoubt => {
                (self.lost, self.doubted) = (true, true);
                Trouble::Unknown.into()
            }
        };
        match self.left.next() {
            None if self.doubted => Err(Trouble::Unknown.into()),
            None => Err(told),
            Some(ms) => {
                // A timer and nothing else: there is no event for a server that comes back.
                drop(timeout(Duration::from_millis(*ms), pending::<()>()).await);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_in_doubt_is_never_told_as_refused_for_being_busy() {
        let mut tries = Tries::with(&[0, 0, 0]);
        assert!(tries.again(Fault::InDoubt).await.is_ok(), "asked for once more");
        let mut told = Ok(());
        while told.is_ok() {
            told = tries.again(Fault::Refused(StoreError::Busy)).await;
        }
        let Err(StoreError::Backend(told)) = told else { panic!("{told:?}") };
        assert_eq!(told.downcast_ref(), Some(&Trouble::Unknown), "whether it landed is not known");
        assert!(!tries.were_all_answered(), "its lane is not used again");
    }

    #[tokio::test]
    async fn a_refusal_is_final_and_a_lost_line_is_tried_a_bounded_number_of_times() {
        let refused = Tries::new().again(Fault::Refused(StoreError::Clash)).await;
        assert!(matches!(refused, Err(StoreError::Clash)), "{refused:?}");
        let mut tries = Tries::with(&[0, 0, 0]);
        let mut count = 0;
        while tries.again(Fault::Lost(Trouble::Unreachable.into())).await.is_ok() {
            count += 1;
        }
        assert_eq!(count, 3, "once for each pause, and then told");
    }
}
