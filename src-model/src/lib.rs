//! `daiban-model`: what a case is and what the law says about it.
//!
//! Pure and total: no clock, no chance, no input or output, no async. It runs in the window (wasm), in the engine and at
//! the hub. Start with [`case`], then [`api`], the calls every shell makes, and [`wire`], the bytes on every road.
#![warn(missing_docs, unreachable_pub)]

pub mod access;
pub mod api;
pub mod case;
pub mod forbidden;
pub mod form;
pub mod ids;
pub mod injury;
pub mod person;
pub mod queue;
pub mod self_service;
pub mod stamp;
pub mod visit;
pub mod wire;

pub mod calendar;
pub mod deadline;

pub mod identity;

pub mod bundle;
pub mod catalogue;
pub mod organisation;
