//! Extensions of ICMP router advertisements that make them agent advertisements of Mobile IPv4 (RFC 5944 §2.1).

use crate::field::{Field, Kind, Table};
use crate::sink::{NoteKind, Sink};

crate::fields! { TYPE:
    MIP_TYPE = Field::uint("icmp.mip.type", 0, 8).repeats().label("Extension type").doc("RFC 5944 §1.8", "Which extension this is").values(&[(0, "One byte of padding"), (16, "Mobility agent advertisement"), (19, "Prefix lengths"), (24, "Challenge")]);
}

crate::fields! { LENGTH:
    MIP_LENGTH = Field::uint("icmp.mip.length", 8, 8).repeats().unit("bytes").label("Extension length").doc("RFC 5944 §1.8", "Without type and length");
}

crate::fields! { AGENT:
    SEQ = Field::uint("icmp.mip.seq", 16, 16).repeats().label("Sequence number").doc("RFC 5944 §2.1.1", "Advertisements since the agent started; after 65535 comes 256");
    LIFE = Field::uint("icmp.mip.life", 32, 16).repeats().unit("s").label("Registration lifetime").doc("RFC 5944 §2.1.1", "The longest registration that the agent accepts; 65535: for ever");
    FLAGS = Field::uint("icmp.mip.flags", 48, 16).repeats().hex().label("Flags").doc("RFC 5944 §2.1.1", "What the agent offers");
    R = Field::flag("icmp.mip.r", 48).repeats().part_of("icmp.mip.flags").label("Registration required").doc("RFC 5944 §2.1.1", "Hosts must register even with an address of their own");
    B = Field::flag("icmp.mip.b", 49).repeats().part_of("icmp.mip.flags").label("Busy").doc("RFC 5944 §2.1.1", "No more registrations are accepted");
    H = Field::flag("icmp.mip.h", 50).repeats().part_of("icmp.mip.flags").label("Home agent").doc("RFC 5944 §2.1.1", "Serves as a home agent on this link");
    F = Field::flag("icmp.mip.f", 51).repeats().part_of("icmp.mip.flags").label("Foreign agent").doc("RFC 5944 §2.1.1", "Serves as a foreign agent on this link");
    M = Field::flag("icmp.mip.m", 52).repeats().part_of("icmp.mip.flags").label("Minimal encapsulation").doc("RFC 5944 §2.1.1", "Tunnels with minimal encapsulation (RFC 2004)");
    G = Field::flag("icmp.mip.g", 53).repeats().part_of("icmp.mip.flags").label("GRE").doc("RFC 5944 §2.1.1", "Tunnels with GRE");
    V = Field::flag("icmp.mip.v", 54).repeats().part_of("icmp.mip.flags").label("Van Jacobson compression").doc("RFC 2002 §2.1.1", "Compresses headers; reserved since RFC 3344");
    T = Field::flag("icmp.mip.rt", 55).repeats().part_of("icmp.mip.flags").label("Reverse tunnelling").doc("RFC 3024 §3.1", "Tunnels back to the home agent, too");
    U = Field::flag("icmp.mip.u", 56).repeats().part_of("icmp.mip.flags").label("UDP tunnelling").doc("RFC 3519 §3.4", "Tunnels through UDP, for hosts behind NAT");
    X = Field::flag("icmp.mip.x", 57).repeats().part_of("icmp.mip.flags").label("Revocation").doc("RFC 3543 §3.1", "Registrations can be revoked");
    REST = Field::uint("icmp.mip.reserved", 58, 6).repeats().hex_wide(4).part_of("icmp.mip.flags").label("Reserved").doc("RFC 5944 §2.1.1", "Must be 0");
}

crate::fields! { MOVING:
    EXTENSION = Field::group("icmp.mip").repeats().label("Mobile IP extension").doc("RFC 5944 §2.1", "What a mobility agent adds to its advertisement");
    COA = Field::moving("icmp.mip.coa", Kind::Ip4).repeats().label("Care-of address").doc("RFC 5944 §2.1.1", "Where mobile hosts on this link can be reached");
    PREFIX = Field::moving("icmp.mip.prefixlength", Kind::Uint).repeats().unit("bits").label("Prefix length").doc("RFC 5944 §2.1.2", "Of the router address in the same position");
    CHALLENGE = Field::moving("icmp.mip.challenge", Kind::Bytes).repeats().label("Challenge").doc("RFC 4721 §2", "Random bytes that the host must use when it registers");
    CONTENT = Field::moving("icmp.mip.content", Kind::Bytes).repeats().label("Content").doc("RFC 5944 §1.8", "An extension that is not read further");
}

/// The tables of these extensions.
pub static TABLES: [Table; 4] = [TYPE, LENGTH, AGENT, MOVING];

/// Puts the extensions in `data`, which starts `base` bytes into the buffer.
pub fn put<S: Sink>(s: &mut S, data: &[u8], base: u32) {
    let mut at = 0u32;
    while let Some(rest) = data.get(at as usize..).filter(|r| !r.is_empty()) {
        if !s.room() {
            return;
        }
        let start = base + at;
        let kind = MIP_TYPE.get(rest);
        let length = match rest {
            _ if kind == 0 => 1,
            [_, length, ..] => 2 + u32::from(*length),
            _ => 2,
        };
        s.open(&EXTENSION, start * 8);
        s.fixed(TYPE, rest, start);
        if kind != 0 {
            s.fixed(LENGTH, rest, start);
        }
        let Some(extension) = rest.get(..length as usize) else {
            let room = rest.len();
            s.note(
                NoteKind::Bad,
                format_args!("an extension fits into the advertisement (RFC 5944 §1.8): at most {room} bytes expected, {length} found"),
            );
            s.close((base + data.len() as u32) * 8);
            return;
        };
        body(s, kind, extension, start);
        at += length;
        s.close((base + at) * 8);
    }
}

fn body<S: Sink>(s: &mut S, kind: u64, extension: &[u8], base: u32) {
    match kind {
        0 => {}
        16 => {
            s.fixed(AGENT, extension, base);
            for n in 0..(extension.len() as u32).saturating_sub(8) / 4 {
                s.span(&COA, (base + 8 + 4 * n) * 8, 32);
            }
        }
        19 => {
            for (n, length) in extension.iter().enumerate().skip(2) {
                s.uint(&PREFIX, (base + n as u32) * 8, 8, u64::from(*length));
            }
        }
        _ if extension.len() > 2 => {
            let field = if kind == 24 { &CHALLENGE } else { &CONTENT };
            s.span(field, (base + 2) * 8, (extension.len() as u32 - 2) * 8);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    #[test]
    fn extensions_are_read_one_after_the_other() {
        let mut tree = Tree::default();
        let agent = [16, 10, 0, 5, 0, 60, 0x10, 0, 10, 0, 0, 9];
        let data = [&agent[..], &[19, 1, 24, 0, 24, 2, 1, 2, 99, 9]].concat();
        put(&mut tree, &data, 0);
        let names: Vec<&str> = tree.nodes().iter().filter(|n| n.depth == 1).map(|n| n.field.name).collect();
        let expected = "icmp.mip.type icmp.mip.length icmp.mip.seq icmp.mip.life icmp.mip.flags icmp.mip.coa \
                        icmp.mip.type icmp.mip.length icmp.mip.prefixlength icmp.mip.type \
                        icmp.mip.type icmp.mip.length icmp.mip.challenge icmp.mip.type icmp.mip.length";
        assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
        assert_eq!(tree.notes().len(), 1);
    }
}
