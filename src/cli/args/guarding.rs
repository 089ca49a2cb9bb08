//! Options that say what the process gives up before it looks at traffic.

use crate::sandbox;
use clap::{Args, ValueEnum};
use std::ffi::OsString;

/// The heading of these options in `--help`.
const SAFETY: &str = "Safety";

/// What the process gives up.
#[derive(Debug, Default, Args)]
pub struct Guarding {
    /// Become USER (name or number) before the first packet is looked at. Under sudo that is the user who called it, if
    /// nobody is named
    #[arg(short = 'Z', value_name = "USER", help_heading = SAFETY)]
    pub user: Option<OsString>,

    /// Give up capabilities, files, sockets and programs before the first packet is looked at: on takes what the kernel has
    /// for that, strict ends when a part is missing, off is for debugging. -v says what is in force
    #[arg(long, value_name = "WHEN", help_heading = SAFETY, value_enum, default_value = "on")]
    pub sandbox: Sandbox,
}

/// How much is given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Sandbox {
    /// Nothing, but for -Z
    Off,
    /// What the kernel has for it
    #[default]
    On,
    /// All, or the program ends
    Strict,
}

impl From<Sandbox> for sandbox::Policy {
    fn from(sandbox: Sandbox) -> Self {
        match sandbox {
            Sandbox::Off => sandbox::Policy::Off,
            Sandbox::On => sandbox::Policy::On,
            Sandbox::Strict => sandbox::Policy::Strict,
        }
    }
}
