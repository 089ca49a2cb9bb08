//! One frame: two bytes of link type, one of options, then its bytes. All laws and,
//! if the highest of the options says so, all views, which take three times as long.

#![no_main]


use sniff_testing::bench::Bench;
use libfuzzer_sys::fuzz_target;
use sniff::capture::{Frame, LinkType};
use sniff::time::Time;
use std::cell::RefCell;

thread_local! {
    static BENCH: RefCell<Bench> = RefCell::new(Bench::new());
}

fuzz_target!(|bytes: &[u8]| {
    let Some(([high, low, options], data)) = bytes.split_first_chunk() else { return };
    let more = if options & 1 == 0 { 0 } else { u32::from(options >> 3 & 0xf) * 19 };
    let frame = Frame {
        time: Time::default(),
        has_time: true,
        data,
        length: u32::try_from(data.len()).unwrap_or(u32::MAX).saturating_add(more),
        link: LinkType(u16::from_be_bytes([*high, *low])),
        interface: 0,
        fcs_len: [None, Some(4), Some(0), Some(2)][usize::from(options >> 1 & 3)],
        comments: &[],
    };
    BENCH.with_borrow_mut(|bench| {
        // Each input stands for itself, so that a finding is one input.
        bench.forget();
        let done = bench.look(&frame).and_then(|conversations| match options & 0x80 {
            0 => Ok(()),
            _ => bench.show(&frame, &conversations),
        });
        if let Err(why) = done {
            panic!("{why}");
        }
    });
});
