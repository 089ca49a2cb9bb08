//! Processes for what the sandbox forbids.
//!
//! The process that looks into packets can open nothing. What a feature needs beyond that, another process does: the same
//! program, started before privileges are given up, with one end of a pair of sockets as its standard input. It answers
//! requests until the socket closes, and gives up what its own role does not need ([`crate::sandbox::Role`]).
//!
//! | role | asked for | answers |
//! | --- | --- | --- |
//! | [`files`] | the next file, by number and time | an open file and its name, or why there is none |
//! | [`owners`] | whose these sockets are | the kernel's state, user, process |
//!
//! A request names no file: what can be named was fixed on the command line. Neither side believes the other's lengths
//! ([`codec`]), and no message is larger than [`wire::MAX_MESSAGE`].

pub mod codec;
pub mod files;
pub mod owners;
pub mod wire;
