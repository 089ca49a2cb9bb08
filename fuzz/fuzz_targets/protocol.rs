//! One protocol's own entry: the first byte chooses it, the second how far its bytes go, the next two its length on
//! the wire. Peel and tree must agree, and the line must be writable.

#![no_main]


use sniff_testing::bench;
use libfuzzer_sys::fuzz_target;
use sniff::dissect::Registry;
use sniff::input::{Addresses, Conversation, Env, Extent, Input, WindowScale};
use sniff::proto;

thread_local! {
    static REGISTRY: Registry = Registry::new(proto::ALL);
}

fuzz_target!(|bytes: &[u8]| {
    let Some(([which, how, more, even_more], data)) = bytes.split_first_chunk() else { return };
    let Some(protocol) = proto::ALL.get(usize::from(*which) % proto::ALL.len()) else { return };
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    // Half of the time all bytes are there.
    let more = if how & 4 == 0 { 0 } else { u32::from(u16::from_be_bytes([*more, *even_more])) };
    let addresses = match how >> 3 & 3 {
        0 => None,
        1 => Some(Addresses::V4 { src: [192, 0, 2, 1], dst: [224, 0, 0, 1] }),
        _ => Some(Addresses::V6 { src: [0xfe; 16], dst: [0xff; 16] }),
    };
    let conversation = Conversation {
        flow: 1,
        seq_base: Some(u32::from(*how)),
        ack_base: (how & 32 != 0).then_some(7),
        window: WindowScale::Shift(how >> 4),
        ..Conversation::UNKNOWN
    };
    let conversation = (how & 64 != 0).then_some(&conversation);
    let env = Env { addresses, ends: addresses, conversation, unverified: how & 128 != 0 };
    let input = Input {
        data,
        base: 0,
        wire: length.saturating_add(more),
        extent: [Extent::Whole, Extent::Fragment, Extent::Quoted, Extent::Whole][usize::from(how & 3)],
        env: &env,
    };
    if let Err(why) = REGISTRY.with(|registry| bench::alone(registry, protocol, input)) {
        panic!("{why}");
    }
});
