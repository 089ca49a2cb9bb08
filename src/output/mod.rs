//! How packets are shown. Each view is a function from a packet (and its tree) to text; none of them reads or prints.

pub mod columns;
mod diagram;
pub mod explain;
pub mod fields;
pub mod flows;
pub mod hex;
mod instant;
pub mod json;
pub mod line;
pub mod losses;
pub mod protocols;
mod rows;
pub mod schema;
pub mod screen;
mod section;
pub mod sockets;
pub mod states;
pub mod story;
#[cfg(test)]
mod testing;
pub mod time;
pub mod tree;
mod value;
mod words;
mod wrap;
