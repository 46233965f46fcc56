//! The walls of the house: who may know whom, which word may stand where. Read from the manifests and the sources.
//!
//! A rule is a [`rule::Rule`]: a sentence, how to mend a breach, and a snippet that must be found at fault before the house
//! itself is searched, so that no rule can pass by looking at nothing. To change a wall, change the rule and say why in the
//! commit.
#![expect(clippy::expect_used, reason = "a test that cannot read the house has to stop there")]

mod edges;
mod manifest;
mod names;
mod requirements;
mod rule;
mod source;
mod walls;
mod words;
