//! Before the library is compiled: finds libpcap, and the makers of test captures.

#[path = "build/fixture_makers.rs"]
mod fixture_makers;
#[path = "build/libpcap.rs"]
mod libpcap;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    let makers = fixture_makers::write().map_err(|e| format!("cannot list the fixture makers: {e}"));
    if let Err(message) = makers.and_then(|()| libpcap::prepare()) {
        eprintln!("{message}");
        std::process::exit(1);
    }
}
