//! How packets are shown. Each view is a function from a packet (and its tree) to text; none of them reads or prints.

pub mod hex;
pub mod line;
pub mod time;

#[cfg(test)]
mod testing;
