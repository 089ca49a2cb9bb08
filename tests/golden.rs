//! Runs the cases beside the fixtures. See `fixtures/README.md` for their form.

fn main() {}
