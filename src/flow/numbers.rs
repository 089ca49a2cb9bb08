//! The numbers by which segments are shown: relative to the connection's first ones, as people and tshark do.

use super::tcp::endpoint::{Endpoint, fact};
use super::tcp::segment::{SYN, Segment};
use crate::input::WindowScale;

/// Finds what numbers count from, where no SYN has told it: then the first byte is 1. `own` has sent the segment, and has
/// taken note of it if it belongs to the connection.
pub fn note(segment: &Segment, own: &mut Endpoint, peer: &mut Endpoint) {
    let syn = segment.has(SYN);
    if !own.has(fact::SYN) && (!own.has(fact::NUMBERED) || (syn && segment.ack.is_some())) {
        own.set(fact::NUMBERED);
        own.iss = if syn { segment.seq } else { segment.seq.wrapping_sub(1) };
    }
    if let (None, Some(ack)) = (base(peer), segment.ack) {
        peer.set(fact::NUMBERED);
        peer.iss = ack.wrapping_sub(1);
    }
}

/// The sequence number of this end that counts as 0.
pub fn base(end: &Endpoint) -> Option<u32> {
    end.any(fact::SYN | fact::NUMBERED).then_some(end.iss)
}

/// What is known of an end's window scale.
pub fn scale(end: &Endpoint) -> WindowScale {
    match (end.has(fact::SCALED), end.has(fact::UNSCALED)) {
        (true, _) => WindowScale::Shift(end.shift),
        (false, true) => WindowScale::Off,
        (false, false) => WindowScale::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{base, note, scale};
    use crate::flow::clock::Instant;
    use crate::flow::tcp::segment::{ACK, Options, SYN, Segment};
    use crate::flow::tcp::{Connection, Moment};
    use crate::input::WindowScale;

    fn syn(seq: u32, ack: Option<u32>, shift: Option<u8>) -> Segment {
        let flags = SYN | if ack.is_some() { ACK } else { 0 };
        Segment { seq, ack, flags, options: Options { shift, ..Options::default() }, ..Segment::default() }
    }

    fn sees(connection: &mut Connection, from: usize, segment: &Segment) {
        let mut changes = Vec::new();
        connection.segment(from, segment, &mut Moment { now: Instant::default(), frame: None, changes: &mut changes });
        let [low, high] = &mut connection.ends;
        let (own, peer) = if from == 0 { (low, high) } else { (high, low) };
        note(segment, own, peer);
    }

    #[test]
    fn numbers_count_from_the_syn_and_scaling_needs_both_sides() {
        let first = syn(1000, None, Some(7));
        let mut connection = Connection::begun_by(0, &first, [1024, 80]);
        sees(&mut connection, 0, &first);
        let [a, b] = &connection.ends;
        assert_eq!((base(a), base(b), scale(a)), (Some(1000), None, WindowScale::Shift(7)));
        sees(&mut connection, 1, &syn(5000, Some(1001), None));
        let [a, b] = &connection.ends;
        assert_eq!((base(b), scale(b), scale(a)), (Some(5000), WindowScale::Off, WindowScale::Off));
    }

    #[test]
    fn mid_stream_numbers_begin_at_one() {
        let segment = Segment { seq: 700, ack: Some(90), flags: ACK, ..Segment::default() };
        let mut connection = Connection::begun_by(0, &segment, [1024, 80]);
        sees(&mut connection, 0, &segment);
        let [a, b] = &connection.ends;
        assert_eq!((base(a), base(b), scale(a)), (Some(699), Some(89), WindowScale::Unknown));
    }

    #[test]
    fn a_syn_whose_options_the_capture_cuts_leaves_the_scale_unknown() {
        let mut cut = syn(1, None, None);
        cut.options.cut = true;
        let mut connection = Connection::begun_by(0, &cut, [1024, 80]);
        sees(&mut connection, 0, &cut);
        assert_eq!(scale(&connection.ends[0]), WindowScale::Unknown);
    }
}
