//! The right and the power that each command needs.

use super::Command;
use crate::access::Action;
use crate::case::event::{DeliveryWay, Power};

impl Command {
    /// The right it needs.
    pub fn action(&self) -> Action {
        match self {
            Self::Beside(act) => act.action(),
            Self::Consult { .. }
            | Self::BookVisit(_)
            | Self::MoveVisit { .. }
            | Self::RecordVisit(_)
            | Self::RecordInterview(_)
            | Self::AddToInterview(_)
            | Self::Explain { .. }
            | Self::TellGrounds { .. }
            | Self::Come { .. }
            | Self::Type { .. } => Action::Attend,
            Self::Tell { .. }
            | Self::GiveNotice { .. }
            | Self::Entrust(_)
            | Self::EndMandate { .. }
            | Self::Receive { .. }
            | Self::Supplement { .. }
            | Self::CheckId { .. }
            | Self::AddFile(_)
            | Self::Order(_)
            | Self::AskStep { .. }
            | Self::AnswerStep { .. }
            | Self::DropStep { .. }
            | Self::ChooseResults { .. }
            | Self::PayCharge(_)
            | Self::PromiseLater { .. }
            | Self::PromiseInstead { .. }
            | Self::MoveOriginals(_)
            | Self::PauseMandate { .. }
            | Self::ResumeMandate => Action::Collect,
            Self::HandOver { .. } => Action::HandOver,
            Self::Accept { .. }
            | Self::RefuseAcceptance { .. }
            | Self::FinishAtOnce { .. }
            | Self::OpenStep(_)
            | Self::RefuseVisit { .. }
            | Self::CloseWhole(_)
            | Self::BreakPromise { .. } => Action::Accept,
            Self::Start
            | Self::Suspend { .. }
            | Self::Resume
            | Self::Extend { .. }
            | Self::Decide(_)
            | Self::CheckPromise(_) => Action::Process,
            Self::Withdraw { .. } => Action::Withdraw,
            Self::Deliver { .. } | Self::LeaveDocument { .. } => Action::Deliver,
            Self::EnterRating { .. } | Self::GradeVisit { .. } => Action::EnterRating,
            Self::Archive => Action::Archive,
            Self::Note { .. }
            | Self::Correct { .. }
            | Self::Review { .. }
            | Self::Settle { .. }
            | Self::SetAsideFile { .. }
            | Self::Print(_)
            | Self::CallBack(_)
            | Self::Remind { .. }
            | Self::Link { .. } => Action::Annotate,
        }
    }

    /// The power an agent needs when acting under a mandate (R63). What the holder of the permit signs for is not the
    /// applicant's yet: it was collected, whatever the sheet calls it.
    pub(in crate::case) fn power(&self, holder: &str) -> Option<Power> {
        match self {
            Self::HandOver { .. } | Self::FinishAtOnce { .. } => Some(Power::Submit),
            Self::Supplement { .. } => Some(Power::Supplement),
            Self::PayCharge(_) => Some(Power::PayFees),
            Self::Deliver { way, signer, .. } => {
                (*way == DeliveryWay::ToAgent || signer.trim() == holder).then_some(Power::Collect)
            }
            _ => None,
        }
    }
}
