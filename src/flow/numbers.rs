//! The numbers by which segments are shown: relative to the connection's first ones, as people and tshark do.

use super::tcp::segment::{SYN, Segment};
use crate::input::WindowScale;

/// One direction of a TCP conversation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Side {
    /// The sequence number that counts as 0.
    pub base: Option<u32>,
    /// What is known of its window scale.
    pub window: WindowScale,
}

/// Updates what is known of both sides. Numbers count from the SYN; where it was not seen, the first byte is 1.
pub fn note(segment: &Segment, own: &mut Side, peer: &mut Side) {
    let syn = segment.has(SYN);
    if syn && segment.ack.is_some() && own.base.is_some_and(|base| base != segment.seq) {
        own.base = None;
    }
    if own.base.is_none() {
        own.base = Some(if syn { segment.seq } else { segment.seq.wrapping_sub(1) });
    }
    if let (None, Some(ack)) = (peer.base, segment.ack) {
        peer.base = Some(ack.wrapping_sub(1));
    }
    if syn {
        // RFC 7323 §2.2: scaling is in force only when both SYNs offer it; §2.3: a shift above 14 counts as 14.
        match segment.options.shift {
            Some(shift) if peer.window != WindowScale::Off => own.window = WindowScale::Shift(shift.min(14)),
            None if segment.options.cut => {}
            _ => (own.window, peer.window) = (WindowScale::Off, WindowScale::Off),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Side, note};
    use crate::flow::tcp::segment::{ACK, Options, SYN, Segment};
    use crate::input::WindowScale;

    fn syn(seq: u32, ack: Option<u32>, shift: Option<u8>) -> Segment {
        let flags = SYN | if ack.is_some() { ACK } else { 0 };
        Segment { seq, ack, flags, options: Options { shift, ..Options::default() }, ..Segment::default() }
    }

    #[test]
    fn numbers_count_from_the_syn_and_scaling_needs_both_sides() {
        let (mut a, mut b) = (Side::default(), Side::default());
        note(&syn(1000, None, Some(7)), &mut a, &mut b);
        assert_eq!((a.base, b.base, a.window), (Some(1000), None, WindowScale::Shift(7)));
        note(&syn(5000, Some(1001), None), &mut b, &mut a);
        assert_eq!((b.base, b.window, a.window), (Some(5000), WindowScale::Off, WindowScale::Off));
    }

    #[test]
    fn mid_stream_numbers_begin_at_one() {
        let (mut a, mut b) = (Side::default(), Side::default());
        note(&Segment { seq: 700, ack: Some(90), flags: ACK, ..Segment::default() }, &mut a, &mut b);
        assert_eq!((a.base, b.base, a.window), (Some(699), Some(89), WindowScale::Unknown));
    }

    #[test]
    fn a_syn_whose_options_the_capture_cuts_leaves_the_scale_unknown() {
        let (mut a, mut b) = (Side::default(), Side::default());
        let mut cut = syn(1, None, None);
        cut.options.cut = true;
        note(&cut, &mut a, &mut b);
        assert_eq!(a.window, WindowScale::Unknown);
    }
}
