//! Fragments in any order, each five bytes and its payload: which datagram, offset, how many bytes and whether more
//! follow, how much time passes. A datagram that becomes complete holds nothing but what was offered at its places.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sniff::dissect::{Fragment, Next, Space};
use sniff::input::Addresses;
use sniff::packet::fragments::{Fragments, Key, Outcome};
use sniff::time::Time;

fuzz_target!(|bytes: &[u8]| {
    let mut fragments = Fragments::default();
    let mut offered: Vec<(u64, u32, Vec<u8>)> = Vec::new();
    let mut rest = bytes;
    let mut now = Time::default();
    while let Some(([which, high, low, size, wait], after)) = rest.split_first_chunk() {
        let payload = after.get(..usize::from(size & 0x7f)).unwrap_or(after).to_vec();
        rest = after.get(payload.len()..).unwrap_or_default();
        // Most places are near the beginning, where datagrams become complete.
        let offset = u32::from(u16::from_be_bytes([high & if which & 8 == 0 { 0 } else { 0xff }, *low])) * 8;
        now.secs = now.secs.saturating_add(i64::from(wait >> 3));
        let id = u64::from(which & 7);
        let fragment = Fragment { id, offset, more: size & 0x80 != 0, next: Next::Key(Space::IpProto, 17) };
        let key = Key { addresses: Addresses::V4 { src: [1; 4], dst: [2; 4] }, id };
        let span = (0, payload.len() as u32);
        fragments.clear();
        offered.push((id, offset, payload.clone()));
        let outcome = fragments.add(key, &fragment, span, &payload, offered.len() as u64, now);
        if let Outcome::Complete(joined) = outcome {
            let (start, length) = (joined.start as usize, joined.length as usize);
            let whole = fragments.bytes().get(start..start + length).expect("the datagram is there");
            assert!(length <= 65_535);
            for (at, byte) in whole.iter().enumerate() {
                let here = |(which, from, bytes): &(u64, u32, Vec<u8>)| {
                    *which == id && at.checked_sub(*from as usize).and_then(|i| bytes.get(i)) == Some(byte)
                };
                assert!(offered.iter().any(here), "byte {at} of the datagram was never offered");
            }
        }
        let c = fragments.counts();
        assert_eq!(c.started, c.reassembled + c.expired + c.evicted + c.waiting, "{c:?}");
    }
});
