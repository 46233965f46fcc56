//! Pages: one question to the engine each, and what a person may do with the answer.

mod alarms;
mod case;
mod cases;
mod catalogue;
mod conflict;
mod enrol;
mod forgot;
mod help;
mod leaves;
mod neighbours;
mod new;
mod people;
mod person;
mod station;
mod stick;
mod sync;
mod today;
mod unlock;

pub use case::CasePage;
pub use cases::CasesPage;
pub use catalogue::CataloguePage;
pub use conflict::ConflictPage;
pub use enrol::{EnrolPage, FirstPinPage};
pub use help::HelpDialog;
pub use new::NewCasePage;
pub use people::PeopleDialog;
pub use person::PersonPage;
pub use sync::SyncPage;
pub use today::TodayPage;
pub use unlock::{DestroyedPage, KeysDamagedPage, UnlockPage};
