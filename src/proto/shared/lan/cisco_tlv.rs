//! The list of TLVs in Cisco's discovery protocols (CDP, DTP, UDLD): type and length of two bytes each, the length
//! counting both (RFC 5171 for UDLD).

use crate::input::{Bad, Input};
use crate::proto::shared::tlv::Tlv;
use crate::sink::Sink;

/// Length of type and length.
pub const HEAD: u32 = 4;

/// Walks the TLVs from byte `at` to the end of the message. `put` gets each with its type, and whether its length can
/// be; a length that cannot be is a flaw and ends the walk.
pub fn walk<S: Sink>(input: &Input<'_>, s: &mut S, mut at: u32, mut put: impl FnMut(&mut S, u16, &Tlv<'_>, bool)) {
    while at < input.wire {
        let left = input.wire - at;
        if left < HEAD {
            s.flaw(Bad { rule: "a TLV begins with 4 bytes (type and length)", expected: HEAD, found: left });
            return;
        }
        let Some([t0, t1, l0, l1]) = input.data.get(at as usize..).and_then(<[u8]>::first_chunk).copied() else {
            return;
        };
        let (kind, length) = (u16::from_be_bytes([t0, t1]), u32::from(u16::from_be_bytes([l0, l1])));
        if S::ON && s.room() {
            let readable = (HEAD..=left).contains(&length);
            put(s, kind, &Tlv::new(input.data, input.base, at, length.clamp(HEAD, left)), readable);
        }
        if length < HEAD {
            s.flaw(Bad { rule: "a TLV is at least 4 bytes long (type and length)", expected: HEAD, found: length });
            return;
        }
        if length > left {
            s.flaw(Bad { rule: "a TLV fits into its message", expected: left, found: length });
            return;
        }
        at += length;
    }
}

/// The TLVs of a message from byte `at` on, as far as they are whole: type, length, value.
pub fn values(message: &[u8], at: usize) -> impl Iterator<Item = (u16, usize, &[u8])> {
    let mut rest = message.get(at..).unwrap_or_default();
    std::iter::from_fn(move || {
        let ([t0, t1, l0, l1], after) = rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([*l0, *l1]));
        let (value, next) = after.split_at_checked(length.checked_sub(HEAD as usize)?)?;
        rest = next;
        Some((u16::from_be_bytes([*t0, *t1]), length, value))
    })
}
