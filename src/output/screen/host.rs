//! What the host on which frames are captured knows of its own sockets, beside what the frames show.

use crate::flow::hosts::Hosts;
use crate::flow::tcp::State;
use crate::flow::{Flow, Socket, Transport};
use crate::text::Text;

/// A socket that may be this host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The number of its conversation.
    pub flow: u32,
    /// TCP or UDP.
    pub transport: Transport,
    /// Its own address and port.
    pub own: Socket,
    /// The other end's.
    pub peer: Socket,
}

/// What a host knows of a socket; nothing, of those that it does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Whether it is this host's.
    pub is_local: bool,
    /// TCP: the kernel's state of it; [`State::Closed`] when the address is this host's and there is no such socket any more;
    /// `None` when that is not known.
    pub state: Option<State>,
    /// The name of the process that has it, raw bytes.
    pub process: Option<Vec<u8>>,
    /// The number of that process.
    pub pid: Option<u32>,
}

/// Writes the processes that have these sockets: `curl/4711`.
pub(super) fn owners<'a>(sockets: impl IntoIterator<Item = &'a Known>, out: &mut Text) {
    let mut between = "";
    for known in sockets.into_iter().filter(|known| known.process.is_some() || known.pid.is_some()) {
        out.lit(std::mem::replace(&mut between, " "));
        out.untrusted(known.process.as_deref().unwrap_or_default());
        if let Some(pid) = known.pid {
            out.ch('/').num(pid.into());
        }
    }
}

/// A host that can be asked.
pub trait Host {
    /// What it knows of these sockets, in their order; nothing of those for which there is no answer. It is asked once a picture,
    /// about both ends of what the picture shows: a few hundred sockets at most.
    fn ask(&mut self, sockets: &[Asked]) -> Vec<Known>;
}

/// Nobody to be asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {
    fn ask(&mut self, _: &[Asked]) -> Vec<Known> {
        Vec::new()
    }
}

/// What this host has told the flow table.
impl Host for Option<&Hosts> {
    fn ask(&mut self, sockets: &[Asked]) -> Vec<Known> {
        let known = |asked: &Asked| {
            let side = self.and_then(|hosts| hosts.side(asked.flow, &asked.own));
            side.map_or_else(Known::default, |side| Known {
                is_local: true,
                state: side.state,
                process: side.process.and_then(|process| process.name.clone()),
                pid: side.process.and_then(|process| process.pid),
            })
        };
        sockets.iter().map(known).collect()
    }
}

/// What a host knows of client and server of each of these conversations.
pub(super) fn ends(flows: &[&Flow], host: &mut dyn Host) -> Vec<[Known; 2]> {
    let asked: Vec<Asked> = flows
        .iter()
        .flat_map(|flow| {
            let key = flow.key.get();
            let [client, server] = [flow.client(), 1 - flow.client()].map(|end| key.socket(end));
            [(client, server), (server, client)].map(|(own, peer)| Asked {
                flow: flow.id,
                transport: key.transport(),
                own,
                peer,
            })
        })
        // Echo has no sockets. Its places stay empty.
        .filter(|asked| asked.transport != Transport::Echo)
        .collect();
    let mut answers = host.ask(&asked).into_iter();
    let mut answer = || answers.next().unwrap_or_default();
    let ends = flows.iter().map(|flow| match flow.key.get().transport() {
        Transport::Echo => <[Known; 2]>::default(),
        Transport::Tcp | Transport::Udp => [answer(), answer()],
    });
    ends.collect()
}
