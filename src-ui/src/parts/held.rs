//! Text in which dates and times never break across lines.

use leptos::prelude::*;

/// The text, each date and time in it held together.
#[component]
pub fn Held(#[prop(into)] text: String) -> impl IntoView {
    let piece = |(held, piece): (bool, String)| {
        if held { view! { <span class="nowrap">{piece}</span> }.into_any() } else { piece.into_any() }
    };
    pieces(&text).into_iter().map(piece).collect_view()
}

/// A person's name; no line begins with the dot between its parts.
pub fn held_name(name: &str) -> String {
    name.replace('·', "\u{2060}·")
}

/// The text cut into dates and the rest.
fn pieces(text: &str) -> Vec<(bool, String)> {
    let mut pieces: Vec<(bool, String)> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let stops = |sign: char| {
            sign.is_ascii_digit() != first.is_ascii_digit()
                && !(first.is_ascii_digit() && "\u{5E74}\u{6708}\u{65E5}:".contains(sign))
        };
        let run = &rest[..rest.find(stops).unwrap_or(rest.len())];
        let held = first.is_ascii_digit() && run.contains(['\u{6708}', ':']);
        match pieces.last_mut() {
            Some((false, plain)) if !held => plain.push_str(run),
            _ => pieces.push((held, run.to_owned())),
        }
        rest = &rest[run.len()..];
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_held_and_nothing_is_lost() {
        let text = "9月29日起算，10 个工作日，10月12日 08:16 前";
        let cut = pieces(text);
        let held: Vec<&str> = cut.iter().filter(|(held, _)| *held).map(|(_, piece)| piece.as_str()).collect();
        assert_eq!(held, ["9月29日", "10月12日", "08:16"]);
        assert_eq!(cut.iter().map(|(_, piece)| piece.as_str()).collect::<String>(), text, "all of it is still there");
    }
}
