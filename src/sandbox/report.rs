//! What came of it, layer by layer.

use std::fmt;

/// One thing that a process gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Everything, when nothing is asked for.
    All,
    /// The user and groups it runs as.
    User,
    /// The capabilities that any program it starts could ever get.
    Bounding,
    /// Its capabilities.
    Capabilities,
    /// `no_new_privs`.
    NoNewPrivileges,
    /// Files, TCP and signals.
    Landlock,
    /// System calls.
    Seccomp,
    /// That all of it holds for all threads.
    Threads,
}

impl Layer {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Layer::All => "all layers",
            Layer::User => "user",
            Layer::Bounding => "bounding set",
            Layer::Capabilities => "capabilities",
            Layer::NoNewPrivileges => "no_new_privs",
            Layer::Landlock => "landlock",
            Layer::Seccomp => "seccomp",
            Layer::Threads => "threads",
        }
    }
}

/// How a layer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It holds; what exactly.
    InForce(String),
    /// It is not wanted here; why.
    Unneeded(&'static str),
    /// It does not hold, or not wholly; why.
    Missing(String),
    /// It was not asked for.
    Off,
}

/// What is in force. Printed, it has one line a layer, without line break after the last; safe to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    layers: Vec<(Layer, State)>,
}

impl Report {
    pub(super) fn add(&mut self, layer: Layer, state: State) {
        self.layers.push((layer, state));
    }

    /// All layers, in the order in which they were put into force.
    pub fn layers(&self) -> &[(Layer, State)] {
        &self.layers
    }

    /// The layers that are missing, and why.
    pub fn missing(&self) -> impl Iterator<Item = (Layer, &str)> {
        self.layers.iter().filter_map(|(layer, state)| match state {
            State::Missing(why) => Some((*layer, why.as_str())),
            _ => None,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (layer, state)) in self.layers.iter().enumerate() {
            let (name, line) = (layer.name(), if index == 0 { "" } else { "\n" });
            match state {
                State::InForce(what) => write!(f, "{line}sandbox: {name}: {what}")?,
                State::Unneeded(why) => write!(f, "{line}sandbox: {name}: not needed: {why}")?,
                State::Missing(why) => write!(f, "{line}sandbox: {name}: MISSING: {why}")?,
                State::Off => write!(f, "{line}sandbox: {name}: off")?,
            }
        }
        Ok(())
    }
}

/// Why a process may not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// It cannot become the user.
    User {
        /// Whom, safe to print.
        user: String,
        /// What failed, and how.
        why: String,
    },
    /// All layers are asked for, and this one does not hold.
    Missing {
        /// Which.
        layer: Layer,
        /// Why.
        why: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::User { user, why } => write!(f, "cannot give up privileges and become user {user}: {why}"),
            Error::Missing { layer, why } => write!(f, "the sandbox is incomplete: {}: {why}", layer.name()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::{Layer, Report, State};

    #[test]
    fn one_line_a_layer() {
        let mut report = Report::default();
        report.add(Layer::User, State::InForce("1000".to_owned()));
        report.add(Layer::Landlock, State::Missing("the kernel has none".to_owned()));
        report.add(Layer::Seccomp, State::Off);
        let lines = "sandbox: user: 1000\nsandbox: landlock: MISSING: the kernel has none\nsandbox: seccomp: off";
        assert_eq!(report.to_string(), lines);
        let missing: Vec<_> = report.missing().collect();
        assert_eq!(missing, [(Layer::Landlock, "the kernel has none")]);
    }
}
