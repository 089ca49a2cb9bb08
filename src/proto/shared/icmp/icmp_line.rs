//! The longer parts of ICMP's line, in tcpdump's words.

use crate::text::Text;
use etherparse::Ipv4HeaderSlice;

/// Says whom a packet did not reach, as far as the quotation in `payload` tells: `net 192.0.2.1 unreachable`.
/// `mtu` is the next hop's, for the code that has one.
pub fn unreachable(code: u64, mtu: u64, payload: &[u8], out: &mut Text) {
    let Ok(quoted) = Ipv4HeaderSlice::from_slice(payload) else {
        out.lit("unreachable");
        return;
    };
    out.lit(match code {
        0 | 6 | 9 | 11 => "net ",
        1 | 7 | 10 | 12 | 13 | 14 | 15 => "host ",
        _ => "",
    });
    out.ip4(quoted.destination());
    match code {
        2 => {
            out.lit(" protocol ").num(u64::from(quoted.protocol().0)).lit(" unreachable");
            return;
        }
        3 => {
            match quoted.protocol().0 {
                6 => out.lit(" tcp"),
                17 => out.lit(" udp"),
                other => out.lit(" protocol ").num(other.into()),
            };
            let ports = payload.get(quoted.slice().len()..).unwrap_or_default();
            if let Some([_, _, high, low]) = ports.first_chunk::<4>() {
                out.lit(" port ").num(u16::from_be_bytes([*high, *low]).into());
            }
            out.lit(" unreachable");
            return;
        }
        _ => {}
    }
    out.lit(" unreachable");
    match code {
        0 | 1 => {}
        4 => {
            out.lit(" - need to frag");
            if mtu != 0 {
                out.lit(" (mtu ").num(mtu).ch(')');
            }
        }
        5 => {
            out.lit(" - source route failed");
        }
        6 | 7 => {
            out.lit(" - unknown");
        }
        8 => {
            out.lit(" - source host isolated");
        }
        9 | 10 => {
            out.lit(" - admin prohibited");
        }
        11 | 12 => {
            out.lit(" - tos prohibited");
        }
        13 => {
            out.lit(" - admin prohibited filter");
        }
        14 => {
            out.lit(" - host precedence violation");
        }
        15 => {
            out.lit(" - precedence cutoff");
        }
        _ => {
            out.lit(" - #").num(code);
        }
    }
}

/// `router advertisement lifetime 30:00 2: {10.0.0.1 1} {10.0.0.2 0}`: the lifetime in seconds, how many `entries`
/// there are, and how many 32-bit words each has.
pub fn advertisement(lifetime: u64, count: u64, words: u64, entries: &[u8], out: &mut Text) {
    out.lit("router advertisement lifetime ");
    match (lifetime / 3600, lifetime / 60 % 60, lifetime % 60) {
        (0, 0, s) => out.num(s),
        (0, m, s) => out.num(m).ch(':').num_wide(s, 2),
        (h, m, s) => out.num(h).ch(':').num_wide(m, 2).ch(':').num_wide(s, 2),
    };
    out.ch(' ').num(count).ch(':');
    if words != 2 {
        out.lit(" [size ").num(words).ch(']');
        return;
    }
    for entry in entries.chunks_exact(8).take(count as usize) {
        if let (Some(router), Some(preference)) = (entry.first_chunk::<4>(), entry.last_chunk::<4>()) {
            out.lit(" {").ip4(*router).ch(' ').num(u32::from_be_bytes(*preference).into()).ch('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(write: impl Fn(&mut Text)) -> String {
        let mut out = Text::new();
        write(&mut out);
        out.as_str().to_owned()
    }

    #[test]
    fn whom_a_packet_did_not_reach_is_read_from_the_quotation() {
        let mut quoted = vec![0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7, 0, 1, 0, 53];
        assert_eq!(said(|out| unreachable(3, 0, &quoted, out)), "198.51.100.7 udp port 53 unreachable");
        assert_eq!(
            said(|out| unreachable(4, 1400, &quoted, out)),
            "198.51.100.7 unreachable - need to frag (mtu 1400)"
        );
        assert_eq!(
            said(|out| unreachable(13, 0, &quoted, out)),
            "host 198.51.100.7 unreachable - admin prohibited filter"
        );
        quoted.truncate(10);
        assert_eq!(said(|out| unreachable(3, 0, &quoted, out)), "unreachable");
    }

    #[test]
    fn lifetimes_read_as_on_a_clock() {
        assert_eq!(said(|out| advertisement(5, 0, 2, &[], out)), "router advertisement lifetime 5 0:");
        assert!(said(|out| advertisement(1800, 0, 2, &[], out)).contains("lifetime 30:00 0:"));
        let entries = [10, 0, 0, 1, 0x80, 0, 0, 0];
        assert!(said(|out| advertisement(3661, 1, 2, &entries, out)).ends_with("1:01:01 1: {10.0.0.1 2147483648}"));
        assert!(said(|out| advertisement(0, 1, 3, &entries, out)).ends_with("1: [size 3]"));
    }
}
