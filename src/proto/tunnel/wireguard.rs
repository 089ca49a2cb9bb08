//! WireGuard: IP packets inside UDP datagrams, encrypted (the WireGuard white paper, §5.4). It has no port of its own,
//! so its messages are told by type, reserved bytes and length. All numbers are little endian.
//!
//! ```text
//! 1: |Type   |    Reserved   |    Sender     |   Ephemeral key (32)  |  Encrypted static key (48)  |
//!    | Encrypted timestamp (28) |  MAC1 (16)  |  MAC2 (16)  |
//! 2: |Type   |    Reserved   |    Sender     |   Receiver    | Ephemeral key (32) | Encrypted nothing (16) |
//!    |  MAC1 (16)  |  MAC2 (16)  |
//! 3: |Type   |    Reserved   |   Receiver    |  Nonce (24)  |  Encrypted cookie (32)  |
//! 4: |Type   |    Reserved   |   Receiver    |  Counter (8) |  Encrypted packet, at least 16 bytes |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind};
use crate::input::{Bad, Extent, Input, Stop};
use crate::proto::shared::tlv::Tlv;
use crate::sink::{Off, Sink};
use crate::text::Text;
use crate::tree::Tree;
use std::fmt::Write;

crate::fields! { HEAD:
    TYPE = Field::uint("wg.type", 0, 8).values(TYPES).label("Type").doc("WireGuard §5.4", "Which of the four messages this is").explain(explain_type);
    RESERVED = Field::bytes("wg.reserved", 8, 24).label("Reserved").doc("WireGuard §5.4", "Always 0");
}

crate::fields! { MOVING:
    SENDER = Field::moving("wg.sender", Kind::Uint).hex_wide(8).label("Sender").doc("WireGuard §5.4.2", "The number by which the sender wants to be addressed in this session");
    RECEIVER = Field::moving("wg.receiver", Kind::Uint).hex_wide(8).label("Receiver").doc("WireGuard §5.4.3", "The number that the receiver chose for this session");
    KEY = Field::moving("wg.ephemeral_key", Kind::Bytes).label("Ephemeral key").doc("WireGuard §5.4.2", "The sender's public key for this handshake alone");
    EPHEMERAL = Field::derived("wg.ephemeral", Kind::Text).label("Ephemeral key, base64").doc("WireGuard §5.4.2", "The same key as the tools of WireGuard write it");
    STATIC = Field::group("wg.encrypted_static").label("Encrypted static key").doc("WireGuard §5.4.2", "The sender's long-term public key, which says who it is");
    TIMESTAMP = Field::group("wg.encrypted_timestamp").label("Encrypted timestamp").doc("WireGuard §5.4.2", "Grows with each initiation, so that an old one cannot be sent again");
    EMPTY = Field::group("wg.encrypted_empty").label("Encrypted nothing").doc("WireGuard §5.4.3", "Proves that the sender knows the keys");
    MAC1 = Field::moving("wg.mac1", Kind::Bytes).label("MAC1").doc("WireGuard §5.4.4", "Proves that the sender knows the receiver's public key");
    MAC2 = Field::moving("wg.mac2", Kind::Bytes).label("MAC2").doc("WireGuard §5.4.4", "Made with the cookie that a busy receiver sent; 0 without one").explain(explain_mac2);
    NONCE = Field::moving("wg.nonce", Kind::Bytes).label("Nonce").doc("WireGuard §5.4.7", "Random number for the encryption of the cookie");
    COOKIE = Field::moving("wg.encrypted_cookie", Kind::Bytes).label("Encrypted cookie").doc("WireGuard §5.4.7", "To be used in MAC2 of the next try");
    COUNTER = Field::moving("wg.counter", Kind::Uint).label("Counter").doc("WireGuard §5.4.6", "Counts the packets of this session, from 0; also the nonce of the encryption");
    PACKET = Field::group("wg.encrypted_packet").label("Encrypted packet").doc("WireGuard §5.4.6", "An IP packet, padded, and an authentication tag of 16 bytes").explain(explain_packet);
}

static TYPES: &[(u64, &str)] =
    &[(1, "Handshake initiation"), (2, "Handshake response"), (3, "Cookie reply"), (4, "Transport data")];

/// Lengths of the messages; of transport data, with nothing encrypted in it.
const LENGTHS: [u32; 4] = [148, 92, 64, 32];

/// Length of transport data's header.
const DATA_HEADER: u32 = 16;

/// WireGuard.
pub static WIREGUARD: Protocol = Protocol {
    name: "wg",
    title: "WireGuard",
    spec: "WireGuard white paper",
    scope: "All four messages. Not: anything encrypted, and which messages are of one session.",
    unit: Unit::Message,
    tables: &[HEAD, MOVING],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    recognises: Some((Space::UdpPort, recognises)),
    ..Protocol::NONE
};

/// Whether type, reserved bytes and length fit each other. Counters of transport data are below 2⁴⁸: a session ends
/// after two minutes.
fn recognises(input: &Input<'_>) -> bool {
    match input.data.first_chunk() {
        Some([4, 0, 0, 0]) => {
            input.wire >= LENGTHS[3]
                && matches!(input.data.get(14..16), Some([0, 0]))
                && input.extent != Extent::Fragment
        }
        Some([kind @ 1..=3, 0, 0, 0]) => LENGTHS.get(usize::from(*kind) - 1) == Some(&input.wire),
        _ => false,
    }
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    let head = input.header::<4, S>(s, HEAD)?;
    let kind = TYPE.get(head);
    let Some(length) = (kind as usize).checked_sub(1).and_then(|n| LENGTHS.get(n)).copied() else {
        return Err(Stop::Bad(Bad { rule: "the type is 1 to 4 (WireGuard §5.4)", expected: 4, found: kind as u32 }));
    };
    let all = Tlv::new(input.data, input.base, 0, input.wire);
    match kind {
        1 => {
            little(s, &all, &SENDER, 4, 4);
            key(s, &all, 8);
            heading(s, &all, &STATIC, 40, 88);
            heading(s, &all, &TIMESTAMP, 88, 116);
            all.span(s, &MAC1, 116, 132);
            all.span(s, &MAC2, 132, 148);
        }
        2 => {
            little(s, &all, &SENDER, 4, 4);
            little(s, &all, &RECEIVER, 8, 4);
            key(s, &all, 12);
            heading(s, &all, &EMPTY, 44, 60);
            all.span(s, &MAC1, 60, 76);
            all.span(s, &MAC2, 76, 92);
        }
        3 => {
            little(s, &all, &RECEIVER, 4, 4);
            all.span(s, &NONCE, 8, 32);
            all.span(s, &COOKIE, 32, 64);
        }
        _ => {
            little(s, &all, &RECEIVER, 4, 4);
            little(s, &all, &COUNTER, 8, 8);
            input.upto(DATA_HEADER)?;
            heading(s, &all, &PACKET, DATA_HEADER, input.wire);
            // All of it is this layer's own; what the capture cut off is data.
            let there = input.wire.min(input.data.len() as u32);
            return Ok(Step::new(&input, there, input.wire, Next::End));
        }
    }
    input.upto(length)?;
    Ok(Step::new(&input, length, input.wire, Next::End))
}

/// Puts a little-endian number, when all its bytes were captured.
fn little<S: Sink>(s: &mut S, all: &Tlv<'_>, field: &'static Field, at: u32, bytes: u32) {
    if let Some(b) = all.data.get(at as usize..(at + bytes) as usize) {
        let value = b.iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
        s.uint(field, all.bit(at), bytes * 8, value);
    }
}

/// Puts a heading over encrypted bytes, whose digits would tell nobody anything.
fn heading<S: Sink>(s: &mut S, all: &Tlv<'_>, field: &'static Field, from: u32, to: u32) {
    if from < to && all.data.len() >= to as usize {
        s.open(field, all.bit(from));
        s.close(all.bit(to));
    }
}

/// Puts the ephemeral key, and how people know it.
fn key<S: Sink>(s: &mut S, all: &Tlv<'_>, at: u32) {
    all.span(s, &KEY, at, at + 32);
    if let (true, Some(key)) = (S::ON, all.data.get(at as usize..at as usize + 32)) {
        s.derived_text(&EPHEMERAL, format_args!("{}", Base64(key)));
    }
}

/// Writes bytes in base64 (RFC 4648 §4).
struct Base64<'a>(&'a [u8]);

impl std::fmt::Display for Base64<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for three in self.0.chunks(3) {
            let word = (0..3).fold(0u32, |word, n| word << 8 | three.get(n).copied().map_or(0, u32::from));
            for n in 0..4usize {
                let digit = DIGITS.get((word >> (18 - 6 * n) & 63) as usize).copied().unwrap_or(b'=');
                f.write_char(if n > three.len() { '=' } else { char::from(digit) })?;
            }
        }
        Ok(())
    }
}

fn explain_type(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        1 => "asks for a new session; sent about every two minutes while there is traffic",
        2 => "answers the initiation: from now on both sides have the keys",
        3 => "the receiver is busy: try again with this cookie, which proves the sender's address",
        4 if around.wire == LENGTHS[3] => "keepalive: no packet inside",
        4 => "an encrypted packet",
        _ => return,
    });
}

fn explain_mac2(around: &Around<'_>, out: &mut Text) {
    if around.bytes.iter().all(|b| *b == 0) {
        out.lit("without a cookie: the receiver was not busy");
    }
}

fn explain_packet(around: &Around<'_>, out: &mut Text) {
    match around.wire.saturating_sub(LENGTHS[3]) {
        0 => out.lit("keepalive: only the authentication tag"),
        n => out.num(n.into()).lit(" bytes of packet and padding, then the authentication tag"),
    };
}

/// `WireGuard, transport data, receiver 0x44332211, counter 1, length 32`.
fn line(seen: &Seen<'_>, out: &mut Text) {
    let number = |at: usize| seen.header.get(at..).and_then(|b| b.first_chunk()).map_or(0, |b| u32::from_le_bytes(*b));
    let kind = TYPE.get(seen.header);
    out.lit("WireGuard, ");
    out.lit(match kind {
        1 => "handshake initiation",
        2 => "handshake response",
        3 => "cookie reply",
        _ if seen.wire == LENGTHS[3] => "keepalive",
        _ => "transport data",
    });
    if kind <= 2 {
        out.lit(", sender ").hex(number(4).into(), 8);
    }
    if kind >= 2 {
        out.lit(", receiver ").hex(number(if kind == 2 { 8 } else { 4 }).into(), 8);
    }
    if kind == 4 {
        out.lit(", counter ").num(u64::from(number(12)) << 32 | u64::from(number(8)));
    }
    out.lit(", length ").num(seen.wire.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Env;

    fn known(data: &[u8]) -> bool {
        let input = Input { data, base: 0, wire: data.len() as u32, extent: Extent::Whole, env: &Env::NONE };
        recognises(&input)
    }

    #[test]
    fn messages_are_told_by_type_reserved_bytes_and_length() {
        for (kind, length) in [(1u8, 148usize), (2, 92), (3, 64), (4, 32), (4, 1452)] {
            let mut data = vec![0; length];
            data[0] = kind;
            assert!(known(&data), "{kind}");
            assert!(kind == 4 || !known(&[&data[..], &[0]].concat()));
            data[2] = 1;
            assert!(!known(&data));
        }
        assert!(!known(&[4, 0, 0, 0]) && !known(&[5; 148]) && !known(&[]));
        let mut data = [0; 48];
        data[0] = 4;
        data[15] = 1;
        assert!(!known(&data), "no session counts that far");
    }

    #[test]
    fn keys_are_written_in_base64() {
        assert_eq!(Base64(b"").to_string(), "");
        assert_eq!(Base64(b"f").to_string(), "Zg==");
        assert_eq!(Base64(b"fo").to_string(), "Zm8=");
        assert_eq!(Base64(b"foobar").to_string(), "Zm9vYmFy");
    }
}
