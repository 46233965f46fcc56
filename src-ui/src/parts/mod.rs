//! Parts of screens. They know how things look and behave, not where their content comes from.

mod clock;
mod combo;
mod dialog;
mod due;
mod eye;
mod field;
mod held;
mod icon;
mod needless;
mod notice;
mod papers;
mod shell;
mod spoken;
mod steps;
mod tag;
mod wait;

pub use clock::{ClockBand, ClockFace, end, length};
pub use combo::{Choice, Combo, Face};
pub use dialog::Dialog;
pub use due::{Due, StageTag, next_verb};
pub use eye::{Eye, show_for_a_while};
pub use field::{ErrorSummary, Field};
pub use held::{Held, held_name};
pub use icon::{Icon, Mark, Sprite};
pub use needless::needless;
pub use notice::NoticeText;
pub use papers::{Papers, Story, story_line};
pub use shell::{FailNote, FocusBar, Go, Said, SideBar, TopBar, link_words, places};
pub use spoken::{Spoken, spoken};
pub use steps::{Step, VSteps};
pub use tag::{Tag, Weight};
pub use wait::{Bad, Empty, Skeleton};
