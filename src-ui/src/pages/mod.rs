//! Pages: one question to the engine each, and what a person may do with the answer.

mod alarms;
mod case;
mod cases;
mod catalogue;
mod conflict;
mod enrol;
mod forgot;
mod help;
mod leave;
mod leaves;
mod neighbours;
mod new;
mod paper;
mod people;
mod person;
mod remind;
mod station;
mod stick;
mod sync;
mod today;
mod unlock;
mod visits;

pub use case::CasePage;
pub use cases::CasesPage;
pub use catalogue::CataloguePage;
pub use conflict::ConflictPage;
pub use enrol::{EnrolPage, FirstPinPage};
pub use help::HelpDialog;
pub use leave::LeaveDialog;
pub use new::NewCasePage;
pub use people::PeopleDialog;
pub use person::PersonPage;
pub use sync::SyncPage;
pub use today::TodayPage;
pub use unlock::{DestroyedPage, KeysDamagedPage, UnlockPage};
pub use visits::VisitsPage;
