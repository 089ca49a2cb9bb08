//! What a port number says about the program behind it, in words. What the port is assigned to is the value's name.

use super::ports::port_class;
use crate::field::Around;
use crate::text::Text;

/// Explains the value of a port field by the class of the number.
pub fn explain(around: &Around<'_>, out: &mut Text) {
    match u16::try_from(around.value) {
        Ok(0) => out.lit("port 0 is reserved: no program can listen on it (RFC 6335 §6)"),
        Ok(port) => out.lit(port_class(port).meaning()),
        Err(_) => out,
    };
}
