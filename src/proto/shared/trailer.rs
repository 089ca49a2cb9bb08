//! What lies behind the payload of Ethernet frames: padding, foreign trailers, the frame check sequence.
//!
//! A short payload is padded up to the least frame of 60 bytes (IEEE 802.3 §3.2.8). What comes after that was added by
//! somebody: a switch, a tap, a driver. The layer nearest to the payload says what it is, so behind a VLAN tag it is
//! the tag's; the frame check sequence always belongs to Ethernet.

use crate::dissect::Trailer;
use crate::field::{Around, Field, Kind};
use crate::proto::shared::checksum::{self, Status};
use crate::sink::Sink;
use crate::text::Text;
use crate::tree::Tree;

crate::fields! { pub ROWS:
    PADDING = Field::moving("eth.padding", Kind::Bytes).label("Padding").doc("IEEE 802.3 §3.2.8", "Zeros that bring a short frame up to the minimum of 60 bytes before the frame check sequence");
    FCS = Field::moving("eth.fcs", Kind::Uint).hex_wide(8).label("Frame check sequence").doc("IEEE 802.3 §3.2.9", "CRC-32 over the frame, which receivers usually remove before a capture sees it");
    FCS_STATUS = Field::derived("eth.fcs.status", Kind::Uint).label("Frame check sequence status").doc("IEEE 802.3 §3.2.9", "Whether the sequence is the CRC-32 of the frame").values(checksum::STATUSES).explain(explain_status);
}

/// The least that an Ethernet frame has before its frame check sequence (IEEE 802.3 §3.2.8).
const MIN_FRAME: u32 = 60;

/// The length of a frame check sequence.
const FCS_LEN: u32 = 4;

/// Puts padding, and everything behind it as the row `foreign`. Returns where that ends.
///
/// `fcs` says whether this layer is the one that carries the frame check sequence. A capture that does not say whether
/// there is one leaves it to be guessed: a frame of at least 64 bytes needs no padding, so four bytes behind its payload
/// are most likely the sequence (Wireshark's rule, whose answers are expected here).
pub fn put(t: &Trailer<'_>, foreign: &'static Field, fcs: bool, tree: &mut Tree) -> u32 {
    let mut at = t.at;
    let frame = t.base.saturating_add(t.end);
    let padded = MIN_FRAME.saturating_sub(t.base);
    if frame >= MIN_FRAME && at < padded {
        let captured = t.layer.get(at as usize..).unwrap_or_default();
        let padding = captured.get(..(padded - at) as usize);
        let zeros = padding.unwrap_or(captured).iter().all(|b| *b == 0);
        if zeros && padding.is_none() {
            // The capture ends in zeros: whether they are padding is decided by bytes that it does not hold.
            return t.end;
        }
        if zeros {
            tree.span(&PADDING, bit(t, at), (padded - at) * 8);
            at = padded;
        }
    }
    let behind = t.end.saturating_sub(at);
    let has_fcs = match t.fcs_len {
        Some(length) => u32::from(length) == FCS_LEN && behind >= FCS_LEN,
        None => fcs && t.base == 0 && behind >= FCS_LEN && frame >= MIN_FRAME + FCS_LEN,
    };
    let end = if has_fcs { t.end - FCS_LEN } else { t.end };
    let captured = end.min(t.layer.len() as u32);
    if at < captured {
        tree.span(foreign, bit(t, at), (captured - at) * 8);
    }
    if !fcs || !has_fcs {
        return end;
    }
    if let Some(sequence) = t.layer.get(end as usize..).and_then(|b| b.first_chunk::<4>()) {
        tree.uint(&FCS, bit(t, end), FCS_LEN * 8, u64::from(u32::from_be_bytes(*sequence)));
        let rule = "the frame check sequence is the CRC-32 of the frame (IEEE 802.3 §3.2.9)";
        fcs_status(t, sequence).put_wide(tree, &FCS_STATUS, rule, 8);
    }
    t.end
}

fn bit(t: &Trailer<'_>, at: u32) -> u32 {
    t.base.saturating_add(at).saturating_mul(8)
}

/// Compares the frame check sequence. Ethernet sends the least significant byte first; fields are read the other way.
fn fcs_status(t: &Trailer<'_>, sequence: &[u8; 4]) -> Status {
    let body = t.layer.len().checked_sub(sequence.len()).and_then(|n| t.layer.get(..n));
    let Some(body) = body.filter(|_| !t.unverified) else { return Status::Unverified };
    let expected = crc32fast::hash(body).swap_bytes();
    match Status::of(expected.into(), u32::from_be_bytes(*sequence).into()) {
        // The capture does not say that these bytes are the sequence; they may be something else.
        Status::Bad { .. } if t.fcs_len.is_none() => Status::Unverified,
        status => status,
    }
}

fn explain_status(around: &Around<'_>, out: &mut Text) {
    out.lit(match around.value {
        0 => "the frame was damaged on its way",
        1 => "the frame arrived as it was sent",
        2 if !around.unverified => "not the CRC-32 of the frame: either it was damaged, or these four bytes are something else (the capture does not say)",
        _ => return checksum::explain_status(around, out),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    static FOREIGN: Field = Field::moving("t.trailer", Kind::Bytes);

    /// What `put` says of a frame of `wire` bytes whose payload ends at `at`, as name@byte+length.
    fn say(frame: &[u8], at: u32, wire: u32, fcs_len: Option<u8>, fcs: bool) -> (String, u32) {
        let mut tree = Tree::default();
        let t = Trailer { layer: frame, base: 0, wire, at, end: wire, fcs_len, unverified: false };
        let stop = put(&t, &FOREIGN, fcs, &mut tree);
        let said: Vec<String> =
            tree.nodes().iter().map(|n| format!("{}@{}+{}", n.field.name, n.bit / 8, n.bits / 8)).collect();
        (said.join(" "), stop)
    }

    /// A frame of `payload` bytes of 1 and then `tail`.
    fn frame(payload: usize, tail: &[&[u8]]) -> Vec<u8> {
        let mut f = vec![1; payload];
        tail.iter().for_each(|t| f.extend_from_slice(t));
        f
    }

    const Z: &[u8] = &[0; 26];

    #[test]
    fn padding_trailer_and_sequence_are_told_apart() {
        let eth = |f: &[u8], at: u32| say(f, at, f.len() as u32, None, true).0;
        assert_eq!(eth(&frame(34, &[Z]), 34), "eth.padding@34+26");
        assert_eq!(eth(&frame(34, &[&Z[..10]]), 34), "t.trailer@34+10");
        assert_eq!(eth(&frame(34, &[&Z[..25], b"x"]), 34), "t.trailer@34+26");
        assert_eq!(eth(&frame(34, &[Z, b"abc"]), 34), "eth.padding@34+26 t.trailer@60+3");
        assert_eq!(eth(&frame(34, &[Z, b"abcd"]), 34), "eth.padding@34+26 eth.fcs@60+4 eth.fcs.status@0+0");
        assert_eq!(eth(&frame(34, &[&Z[..20], b"xxxxxxabcd"]), 34), "t.trailer@34+26 eth.fcs@60+4 eth.fcs.status@0+0");
        assert_eq!(eth(&frame(74, &[b"abcdef"]), 74), "t.trailer@74+2 eth.fcs@76+4 eth.fcs.status@0+0");
        assert_eq!(eth(&frame(74, &[b"abc"]), 74), "t.trailer@74+3");
    }

    #[test]
    fn a_tag_leaves_the_sequence_to_ethernet_only_when_the_capture_has_one() {
        assert_eq!(say(&frame(74, &[b"zzabcd"]), 74, 80, None, false), ("t.trailer@74+6".to_owned(), 80));
        assert_eq!(say(&frame(74, &[b"zzabcd"]), 74, 80, Some(4), false), ("t.trailer@74+2".to_owned(), 76));
        assert_eq!(say(&frame(74, &[b"zzabcd"]), 74, 80, Some(0), true), ("t.trailer@74+6".to_owned(), 80));
    }

    #[test]
    fn a_cut_frame_says_nothing_that_the_whole_one_does_not() {
        for tail in [&[Z, b"abcdef"][..], &[&Z[..20], b"xxxxxxabcd"], &[b"abcdefgh"]] {
            for payload in [34, 60, 74] {
                let whole = frame(payload, tail);
                let wire = whole.len() as u32;
                let all = say(&whole, payload as u32, wire, None, true).0;
                let starts = |s: &str| {
                    s.split(' ').map(|w| w.split('+').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
                };
                for cut in payload..whole.len() {
                    let part = say(&whole[..cut], payload as u32, wire, None, true).0;
                    if !part.is_empty() {
                        assert!(starts(&all).starts_with(&starts(&part)), "{all} / {part} at {cut}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_sequence_is_compared_with_the_frame() {
        let mut f = frame(60, &[]);
        f.extend_from_slice(&crc32fast::hash(&f).to_le_bytes());
        assert_eq!(status(&f, None), Status::Good);
        f[3] ^= 1;
        assert_eq!(status(&f, None), Status::Unverified, "the capture does not say that it is the sequence");
        assert!(matches!(status(&f, Some(4)), Status::Bad { .. }));
    }

    fn status(frame: &[u8], fcs_len: Option<u8>) -> Status {
        let wire = frame.len() as u32;
        let t = Trailer { layer: frame, base: 0, wire, at: 60, end: wire, fcs_len, unverified: false };
        fcs_status(&t, frame.last_chunk().unwrap())
    }
}
