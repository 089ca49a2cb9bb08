//! `--states`: every change of state of both ends of every connection.

use super::instant::{Clock, decimal};
use super::time::Stamp;
use crate::flow::tcp::{Evidence, State};
use crate::flow::{Socket, Transition};
use crate::text::{Role, Text};
use std::net::IpAddr;

/// Writes an address.
pub(super) fn ip(ip: IpAddr, out: &mut Text) {
    match ip {
        IpAddr::V4(ip) => out.ip4(ip.octets()),
        IpAddr::V6(ip) => out.ip6(ip.octets()),
    };
}

/// Writes a socket as `ss` does: `10.0.0.1:80`, `[2001:db8::1]:80`.
pub(super) fn socket(socket: &Socket, out: &mut Text) {
    match socket.ip {
        IpAddr::V4(ip) => out.ip4(ip.octets()),
        IpAddr::V6(ip) => out.ch('[').ip6(ip.octets()).ch(']'),
    };
    out.ch(':').num(socket.port.into());
}

/// Writes what one end of a packet's connection did, for that packet's JSON.
pub(super) fn brief(change: &Transition, out: &mut Text) {
    out.lit("{\"endpoint\":\"").lit(change.role.name()).lit("\",\"from\":\"").lit(change.from.name());
    out.lit("\",\"to\":\"").lit(change.to.name()).lit("\",\"evidence\":\"").lit(change.evidence.name()).lit("\"}");
}

/// Writes what one end did behind its packet's line: `client CLOSED→SYN-SENT`.
pub(super) fn arrow(change: &Transition, out: &mut Text) {
    out.lit(change.role.name()).ch(' ').lit(change.from.name()).ch('→').lit(change.to.name());
}

/// Writes transitions as JSON Lines.
#[derive(Debug, Default)]
pub struct Json {
    clock: Clock,
}

impl Json {
    /// Writes one transition and a newline.
    pub fn transition(&mut self, change: &Transition, out: &mut Text) {
        out.lit("{\"type\":\"transition\",\"flow\":").num(change.flow.into()).lit(",\"frame\":");
        match change.frame {
            Some(frame) => out.num(frame),
            None => out.lit("null"),
        };
        out.lit(",\"time\":");
        self.clock.rfc3339(change.time, out);
        out.lit(",\"ts\":");
        decimal(change.time, out);
        out.lit(",\"endpoint\":\"").lit(change.role.name()).lit("\",\"ip\":\"");
        ip(change.socket.ip, out);
        out.lit("\",\"port\":").num(change.socket.port.into()).lit(",\"peer_ip\":\"");
        ip(change.peer.ip, out);
        out.lit("\",\"peer_port\":").num(change.peer.port.into());
        out.lit(",\"from\":\"").lit(change.from.name()).lit("\",\"to\":\"").lit(change.to.name());
        out.lit("\",\"why\":\"").lit(change.why.text()).lit("\",\"evidence\":\"").lit(change.evidence.name());
        out.lit("\"}\n");
    }
}

/// Writes transitions as CSV (RFC 4180), with the keys of the JSON objects.
#[derive(Debug, Default)]
pub struct Csv {
    clock: Clock,
}

impl Csv {
    /// Writes the header line.
    pub fn header(&self, out: &mut Text) {
        out.lit("flow,frame,time,ts,endpoint,ip,port,peer_ip,peer_port,from,to,why,evidence\n");
    }

    /// Writes one transition.
    pub fn transition(&mut self, change: &Transition, out: &mut Text) {
        out.num(change.flow.into()).ch(',');
        if let Some(frame) = change.frame {
            out.num(frame);
        }
        out.ch(',');
        self.clock.bare(change.time, out);
        out.ch(',');
        decimal(change.time, out);
        out.ch(',').lit(change.role.name()).ch(',');
        ip(change.socket.ip, out);
        out.ch(',').num(change.socket.port.into()).ch(',');
        ip(change.peer.ip, out);
        out.ch(',').num(change.peer.port.into());
        out.ch(',').lit(change.from.name()).ch(',').lit(change.to.name()).ch(',');
        // Reasons hold commas and no quotation marks.
        out.ch('"').lit(change.why.text()).lit("\",").lit(change.evidence.name()).ch('\n');
    }
}

/// The widest name of a state.
const STATE_WIDTH: usize = 12;

/// Writes transitions for people, a line each.
#[derive(Debug)]
pub struct Lines {
    /// How times are written.
    pub stamp: Stamp,
}

impl Lines {
    /// Writes one transition and a newline.
    pub fn transition(&mut self, change: &Transition, out: &mut Text) {
        self.stamp.write(change.time, out);
        let start = out.len();
        out.ch('#').num(change.flow.into()).pad_from(start, 6);
        let start = out.len();
        out.lit(change.role.name()).ch(' ');
        socket(&change.socket, out);
        out.pad_from(start, 29).lit("  ");
        state(change.from, out);
        out.lit(" → ");
        state(change.to, out);
        out.lit("  ").lit(change.why.text());
        match change.frame {
            Some(frame) => out.lit(" (frame ").num(frame),
            None => out.lit(" (no frame"),
        };
        if change.evidence == Evidence::Inferred {
            out.lit(", inferred");
        }
        out.lit(")\n");
    }
}

/// Writes a state in its colour, as wide as the widest.
fn state(state: State, out: &mut Text) {
    out.paint(colour(state), |out| {
        out.lit(state.name());
    });
    out.spaces(STATE_WIDTH - state.name().len());
}

/// The colour of a state.
pub(super) fn colour(state: State) -> Role {
    match state {
        State::Established => Role::Value,
        State::Closed | State::Unknown | State::Listen => Role::Faint,
        State::CloseWait | State::SynReceived | State::SynSent => Role::Notice,
        _ => Role::Label,
    }
}
