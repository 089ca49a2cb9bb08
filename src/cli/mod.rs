//! The command line: what was typed ([`args`]), what it means ([`plan`]), doing it ([`mod@run`]), and saying what went
//! wrong ([`diag`]).

pub mod args;
mod attend;
mod autostop;
#[cfg(feature = "live")]
mod devices;
pub mod diag;
pub mod generate;
pub mod guarding;
pub mod helping;
mod memory;
mod moment;
pub mod plan;
pub mod progress;
mod relay;
mod report;
pub mod run;
pub mod saving;
mod screens;
pub mod signals;
pub mod source;
pub mod views;
mod work;

pub use guarding::Process;
pub use run::{Env, run};
