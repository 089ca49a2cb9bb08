//! What a port number says about the program behind it, in words.

use super::ports::{Transport, port_class, service};
use crate::field::Around;
use crate::text::Text;

/// Explains the value of a TCP port field.
pub fn explain_tcp(around: &Around<'_>, out: &mut Text) {
    explain(around.value, Transport::Tcp, out);
}

/// Explains the value of a UDP port field.
pub fn explain_udp(around: &Around<'_>, out: &mut Text) {
    explain(around.value, Transport::Udp, out);
}

fn explain(port: u64, transport: Transport, out: &mut Text) {
    let Ok(port) = u16::try_from(port) else { return };
    if port == 0 {
        // RFC 6335 §6: 0 is reserved, and no program can ask for it.
        out.lit("port 0 is reserved");
        return;
    }
    match service(port, transport) {
        Some(name) => out.lit(name).lit("; "),
        None => out,
    };
    out.lit(port_class(port).meaning());
}

#[cfg(test)]
mod tests {
    use super::{Transport, explain};
    use crate::text::Text;

    fn words(port: u64, transport: Transport) -> String {
        let mut out = Text::new();
        explain(port, transport, &mut out);
        out.as_str().to_owned()
    }

    #[test]
    fn a_port_is_named_and_classed() {
        assert!(words(443, Transport::Tcp).starts_with("https; well-known"));
        assert!(words(4789, Transport::Udp).starts_with("vxlan; registered"));
        assert!(words(61234, Transport::Tcp).starts_with("dynamic"));
        assert_eq!(words(0, Transport::Udp), "port 0 is reserved");
    }
}
