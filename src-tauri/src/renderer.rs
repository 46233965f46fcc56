//! Old graphics drivers under Linux, on which WebKit's newer way of painting (DMA-BUF) leaves the window white.
//!
//! WebKit is told by a variable of the environment, which a running program cannot safely set for itself. So the program starts
//! itself anew once, in the same process: nothing else runs yet, and whoever started it notices nothing.

use std::ffi::OsStr;

/// What WebKit asks. Whoever sets it, to whatever, has chosen.
const CHOICE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Sees to it that WebKit paints the way that works everywhere, unless somebody has chosen otherwise. Comes back where nothing is
/// to be done, or where the program could not be started anew: it then goes on as it is.
pub(crate) fn settle() {
    if is_open(std::env::var_os(CHOICE).as_deref()) {
        start_anew();
    }
}

/// Only WebKitGTK knows the variable.
fn is_open(chosen: Option<&OsStr>) -> bool {
    cfg!(target_os = "linux") && chosen.is_none()
}

#[cfg(target_os = "linux")]
fn start_anew() {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    let mut words = std::env::args_os();
    let (Some(name), Ok(program)) = (words.next(), std::env::current_exe()) else { return };
    let fault = Command::new(program).arg0(name).args(words).env(CHOICE, "1").exec();
    tracing::warn!(%fault, "the window paints as it is");
}

#[cfg(not(target_os = "linux"))]
fn start_anew() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_chosen_keeps_the_choice_and_a_second_start_is_the_last() {
        assert_eq!(is_open(None), cfg!(target_os = "linux"), "nobody chose");
        for chosen in ["1", "0", ""] {
            assert!(!is_open(Some(OsStr::new(chosen))), "{chosen:?} is a choice");
        }
    }
}
