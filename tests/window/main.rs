//! The real window in the real WebKit: each test has a hub, a folder and a screen of its own.

mod keyboard;
mod looks;
mod mistakes;
mod stage;
mod work_injury;
