//! Wake-on-LAN: the magic packet (AMD, "Magic Packet Technology", publication 20213). It may come in any frame; here it is
//! read behind its own EtherType and in UDP datagrams.
//!
//! ```text
//! |  6 bytes of 0xff: the synchronization stream                  |
//! |  16 times the Ethernet address of the station to wake         |
//! |  0, 4 or 6 bytes of password                                  |
//! ```

use crate::dissect::{Dissected, Next, Protocol, Seen, Space, Step, Unit};
use crate::field::{Around, Field, Kind, Table};
use crate::input::{Bad, Input, Stop};
use crate::proto::shared::names::multicast::mac_kind;
use crate::proto::shared::tlv::Tlv;
use crate::sink::{NoteKind, Off, Sink};
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { HEADER:
    SYNC = Field::bytes("wol.sync", 0, 48).label("Synchronization stream").doc("AMD 20213 p. 2", "Six bytes of 0xff; the network card looks for them");
}

crate::fields! { MOVING:
    ADDRESSES = Field::group("wol.addresses").label("Addresses").doc("AMD 20213 p. 2", "The address of the station, 16 times without a gap");
    MAC = Field::moving("wol.mac", Kind::Mac).repeats().explain(explain_mac).label("Address").doc("AMD 20213 p. 2", "The station that shall wake");
    PASSWORD = Field::moving("wol.passwd", Kind::Bytes).label("Password").doc("AMD 20213 p. 2", "What some cards ask for (SecureOn), unencrypted");
}

static TABLES: &[Table] = &[HEADER, MOVING];

/// Wake-on-LAN.
pub static WOL: Protocol = Protocol {
    name: "wol",
    title: "Wake-on-LAN",
    spec: "AMD Magic Packet Technology",
    scope: "Magic packets at the beginning of a frame or UDP datagram. Not: magic packets that begin later",
    unit: Unit::Message,
    tables: TABLES,
    keys: &[(Space::EtherType, 0x0842)],
    peel: dissect::<Off>,
    tree: dissect::<Tree>,
    line,
    recognises: Some((Space::UdpPort, is_magic)),
    ..Protocol::NONE
};

/// Synchronization stream and addresses.
const LENGTH: usize = 102;

/// How many bytes of a magic packet these are: all of `LENGTH`, or fewer than are captured where they begin to differ.
fn magic(data: &[u8]) -> usize {
    let expected = |at: usize| if at < 6 { Some(&0xff) } else { data.get(6 + at % 6) };
    data.iter().take(LENGTH).enumerate().take_while(|(at, byte)| expected(*at) == Some(byte)).count()
}

/// A datagram is a magic packet when all of it is: the address 16 times, and a password of a length that there is.
fn is_magic(input: &Input<'_>) -> bool {
    matches!(input.wire, 102 | 106 | 108) && magic(input.data) == LENGTH
}

fn dissect<S: Sink>(input: Input<'_>, s: &mut S) -> Dissected {
    s.fixed(HEADER, input.data, input.base);
    let good = magic(input.data);
    let m = Tlv::new(input.data, input.base, 0, input.wire);
    if S::ON && good > 6 {
        s.open(&ADDRESSES, m.bit(6));
        for at in (6..good as u32).step_by(6).filter(|at| at + 6 <= good as u32) {
            m.span(s, &MAC, at, at + 6);
        }
        s.close(m.bit(good as u32));
    }
    if good < input.data.len().min(LENGTH) {
        return Err(Stop::Bad(Bad {
            rule: "6 bytes of 0xff and 16 times the same address follow each other (AMD 20213)",
            expected: LENGTH as u32,
            found: good as u32,
        }));
    }
    input.upto(LENGTH as u32)?;
    // What is longer than a password is padding.
    let wire = match input.wire {
        102..106 => 102,
        106..108 => 106,
        _ => 108,
    };
    let password = m.part(LENGTH as u32, wire - LENGTH as u32);
    // Behind an EtherType the frame may be padded with zeros, which are no password.
    let padded = input.wire > wire || password.data.iter().all(|b| *b == 0) && password.wire > 0;
    if padded {
        s.note(NoteKind::Info, format_args!("what follows the addresses may be padding as well as a password"));
    }
    password.rest(s, &PASSWORD, 0);
    let header = wire.min(input.data.len() as u32);
    if S::ON && header < wire {
        s.note(NoteKind::Cut, format_args!("wol: {wire} bytes expected, {header} captured"));
    }
    Ok(Step::new(&input, header, wire, Next::End))
}

fn explain_mac(a: &Around<'_>, out: &mut Text) {
    if let Some(mac) = a.bytes.first_chunk::<6>() {
        out.lit(mac_kind(*mac));
    }
}

fn line(seen: &Seen<'_>, out: &mut Text) {
    out.lit("Wake-on-LAN, wake ").mac(seen.header.get(6..12).unwrap_or_default());
    if seen.wire > LENGTH as u32 {
        out.lit(", with password");
    }
    out.lit(", length ").num(seen.outer.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Env, Extent};

    #[test]
    fn only_whole_magic_packets_are_recognised() {
        let address = [2, 0, 0, 0, 0, 7].repeat(16);
        let packet = [&[0xff; 6][..], &address, &[1, 2, 3, 4, 5, 6]].concat();
        let recognised =
            |data: &[u8], wire: u32| is_magic(&Input { data, base: 0, wire, extent: Extent::Whole, env: &Env::NONE });
        assert!(recognised(&packet, 108) && recognised(&packet[..102], 102) && recognised(&packet[..104], 108));
        assert!(!recognised(&packet[..101], 102) && !recognised(&packet, 109));
        for at in 0..102 {
            let mut wrong = packet.clone();
            wrong[at] ^= 1;
            assert!(!recognised(&wrong, 108));
        }
    }
}
