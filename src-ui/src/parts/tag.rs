//! Status tags: an icon and a word. The weight says whose move it is; colour alone never says anything.

use leptos::prelude::*;

use super::Icon;

/// Whose move it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Mine: ink fill
    Mine,
    /// Due soon: ink frame
    Soon,
    /// Others': stone fill
    Wait,
    /// Clock stopped, draft, not confirmed: dashed
    Pause,
    /// Overdue: vermilion
    Late,
    /// Finished: green frame
    Done,
    /// Ordinary
    Plain,
}

impl Weight {
    const fn class(self) -> &'static str {
        match self {
            Self::Mine => "tag tag-mine",
            Self::Soon => "tag tag-soon",
            Self::Wait => "tag tag-wait",
            Self::Pause => "tag tag-pause",
            Self::Late => "tag tag-late",
            Self::Done => "tag tag-done",
            Self::Plain => "tag tag-none",
        }
    }

    /// The usual icon of a weight.
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Mine => "user",
            Self::Soon | Self::Wait => "hour",
            Self::Pause => "pause",
            Self::Late => "late",
            Self::Done => "done",
            Self::Plain => "check",
        }
    }
}

/// A tag with the icon of its weight, or its own.
#[component]
pub fn Tag(weight: Weight, #[prop(optional)] icon: Option<&'static str>, #[prop(into)] text: String) -> impl IntoView {
    view! {
        <span class=weight.class()>
            <Icon name=icon.unwrap_or(weight.icon())/>
            {text}
        </span>
    }
}
