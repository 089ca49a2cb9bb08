//! What the host on which frames are captured knows of its own sockets, beside what the frames show.

use crate::flow::tcp::State;
use crate::flow::{Socket, Transport};
use crate::text::Text;
use std::net::IpAddr;

/// What a host knows of one of its sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// TCP: the kernel's state of it; [`State::Closed`] when there is no such socket; `None` when that is not known.
    pub state: Option<State>,
    /// The name of the process that has it, raw bytes.
    pub process: Option<Box<[u8]>>,
    /// The number of that process.
    pub pid: Option<u32>,
}

impl Known {
    /// Writes the process, `curl/4711`, as far as it is known.
    pub(super) fn owner(&self, out: &mut Text) {
        out.untrusted(self.process.as_deref().unwrap_or_default());
        if let Some(pid) = self.pid {
            out.ch('/').num(pid.into());
        }
    }
}

/// A host that can be asked. It is asked only for what is on the screen, so a few hundred times a second at most.
pub trait Host {
    /// Whether this is an address of it.
    fn is_local(&mut self, ip: IpAddr) -> bool;

    /// What it knows of the socket `own`, which talks to `peer`; `None` when it knows nothing.
    fn socket(&mut self, transport: Transport, own: Socket, peer: Socket) -> Option<Known>;
}

/// Nobody to be asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn is_local(&mut self, _: IpAddr) -> bool {
        false
    }

    fn socket(&mut self, _: Transport, _: Socket, _: Socket) -> Option<Known> {
        None
    }
}
