//! Stories of a district: what people do at stations that are mostly without a road, told on a simulated world.

mod archive;
mod asides;
mod attachments;
mod backups;
mod bad_line;
mod bedside;
mod beside;
mod bundles;
mod canaries;
mod clocks;
mod copies;
mod crossed_versions;
mod damaged;
mod disks;
mod entrusted;
mod guarded;
mod half_days;
mod hall;
mod handing;
mod home_service;
mod injury_papers;
mod kept_people;
mod lan;
mod lan_line;
mod law_dates;
mod lines;
mod moved;
mod offline_week;
mod papers;
mod parcels;
mod people;
mod printed;
mod privacy;
mod promises;
mod record;
mod registers;
mod restored;
mod roads;
mod rows;
mod scopes;
mod self_service;
mod small_bodies;
mod sticks;
mod sticks_files;
mod successors;
mod supervised;
mod two_desks;
mod whole_life;
mod work_injury;

use daiban_model::api::{CasePage, ProblemCode};
use daiban_model::case::clocks::{Basis, Clock, ClockKind};
use daiban_tests::world::{Station, some};

/// The kinds of a case's acts, first to last.
fn acts(page: &CasePage) -> Vec<&str> {
    page.story.iter().rev().map(|line| line.kind.as_str()).collect()
}

/// One date of a case.
fn clock(clocks: &[Clock], kind: ClockKind) -> &Clock {
    some("a clock", clocks.iter().find(|clock| clock.kind == kind))
}

/// The day of a clock, with how sure it is.
fn due(clocks: &[Clock], kind: ClockKind) -> (String, Basis) {
    let clock = clock(clocks, kind);
    (clock.due.date().map_or_else(String::new, |date| date.to_string()), clock.basis)
}

/// What the exchange page asks a person to act on.
fn problems(station: &mut Station) -> Vec<ProblemCode> {
    station.view().problems.iter().map(|problem| problem.code).collect()
}
