//! A capture file, plain or compressed, through reader, pipeline, lines and JSON.

#![no_main]


use sniff_testing::files;
use libfuzzer_sys::fuzz_target;
use sniff::dissect::Registry;
use sniff::proto;

thread_local! {
    static REGISTRY: Registry = Registry::new(proto::ALL);
}

fuzz_target!(|bytes: &[u8]| {
    if let Err(why) = REGISTRY.with(|registry| files::show(registry, bytes.to_vec())) {
        panic!("{why}");
    }
});
