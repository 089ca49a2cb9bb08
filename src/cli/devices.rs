//! The list of interfaces (`-D`), as a table and as JSON Lines.

use crate::capture::live::{Connection, Device};
use crate::text::{Text, escaped};
use comfy_table::{ContentArrangement, Table, presets};
use std::net::IpAddr;

/// A table for people, at most as wide as given (in characters).
pub(super) fn table(devices: &[Device], width: Option<u16>, out: &mut Text) {
    let mut table = Table::new();
    table.force_no_tty().load_style(presets::NOTHING);
    if let Some(width) = width {
        table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.set_header(["N", "NAME", "STATE", "ADDRESSES", "LINK ADDRESS", "DESCRIPTION"]);
    for device in devices {
        let addresses: Vec<String> = device.addresses.iter().map(|(ip, prefix)| format!("{ip}/{prefix}")).collect();
        let mut link_address = Text::new();
        mac(&device.link_address, &mut link_address);
        table.add_row([
            device.number.to_string(),
            escaped(&device.name),
            state(device),
            addresses.join("\n"),
            link_address.as_str().to_owned(),
            escaped(device.description.as_deref().unwrap_or_default()),
        ]);
    }
    for line in table.lines() {
        out.untrusted(line.trim_end().as_bytes()).ch('\n');
    }
}

/// `up, running, connected`.
fn state(device: &Device) -> String {
    let words = [
        (device.is_up, "up"),
        (device.is_up && device.is_running, "running"),
        (device.is_loopback, "loopback"),
        (device.is_wireless, "wireless"),
        (device.is_promiscuous, "promiscuous"),
    ];
    let words = words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word);
    let connection = Some(device.connection.name()).filter(|name| device.is_up && !name.is_empty());
    let words: Vec<&str> = words.chain(connection).collect();
    if device.is_up { words.join(", ") } else { ["down"].into_iter().chain(words).collect::<Vec<_>>().join(", ") }
}

/// Bytes as pairs of digits with colons, however many there are.
fn mac(address: &[u8], out: &mut Text) {
    for (index, byte) in address.iter().enumerate() {
        if index > 0 {
            out.ch(':');
        }
        out.hex_digits((*byte).into(), 2);
    }
}

/// One object a line: `{"type":"interface","number":1,"name":"eth0",…}`.
pub(super) fn json(devices: &[Device], out: &mut Text) {
    for device in devices {
        out.lit("{\"type\":\"interface\",\"number\":").num(device.number.into()).lit(",\"name\":\"");
        out.json(&device.name).lit("\",\"index\":");
        match device.index {
            Some(index) => out.num(index.into()),
            None => out.lit("null"),
        };
        out.lit(",\"description\":");
        match &device.description {
            Some(description) => out.ch('"').json(description).ch('"'),
            None => out.lit("null"),
        };
        out.lit(",\"addresses\":[");
        for (index, (ip, prefix)) in device.addresses.iter().enumerate() {
            out.lit(if index > 0 { ",{\"ip\":\"" } else { "{\"ip\":\"" });
            match ip {
                IpAddr::V4(ip) => out.ip4(ip.octets()),
                IpAddr::V6(ip) => out.ip6(ip.octets()),
            };
            out.lit("\",\"prefix\":").num((*prefix).into()).lit("}");
        }
        out.lit("],\"link_address\":");
        match device.link_address.is_empty() {
            true => out.lit("null"),
            false => {
                out.ch('"');
                mac(&device.link_address, out);
                out.ch('"')
            }
        };
        let flags = [
            (",\"up\":", device.is_up),
            (",\"running\":", device.is_running),
            (",\"loopback\":", device.is_loopback),
            (",\"wireless\":", device.is_wireless),
            (",\"promiscuous\":", device.is_promiscuous),
        ];
        for (key, is) in flags {
            out.lit(key).lit(if is { "true" } else { "false" });
        }
        out.lit(",\"connection\":");
        match device.connection {
            Connection::NotApplicable => out.lit("null"),
            connection => out.ch('"').lit(connection.name()).ch('"'),
        };
        out.lit("}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::schema::live::interface_schema;

    fn device() -> Device {
        Device {
            number: 1,
            name: (*b"eth\xff\x1b").into(),
            index: Some(2),
            description: None,
            addresses: vec![(IpAddr::from([10, 0, 0, 1]), 24), ("2001:db8::1".parse().unwrap(), 64)],
            link_address: [2, 0, 0, 0, 0, 0xa].into(),
            is_up: true,
            is_running: true,
            is_loopback: false,
            is_wireless: false,
            is_promiscuous: false,
            connection: Connection::Connected,
        }
    }

    #[test]
    fn names_of_any_bytes_are_shown_safely() {
        let mut out = Text::new();
        table(&[device()], Some(120), &mut out);
        assert!(out.as_str().contains("up, running, connected") && !out.as_str().contains('\x1b'), "{}", out.as_str());
        assert!(out.as_str().contains("10.0.0.1/24") && out.as_str().contains("02:00:00:00:00:0a"), "{}", out.as_str());
    }

    #[test]
    fn json_has_every_key_always() {
        let mut out = Text::new();
        json(
            &[
                device(),
                Device { link_address: Box::default(), index: None, connection: Connection::NotApplicable, ..device() },
            ],
            &mut out,
        );
        let lines: Vec<serde_json::Value> =
            out.as_str().lines().map(|line| serde_json::from_str(line).expect("a line is an object")).collect();
        let schema: serde_json::Value = serde_json::from_str(&interface_schema()).expect("the schema is JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("the schema compiles");
        for line in &lines {
            let wrong: Vec<String> = validator.iter_errors(line).map(|e| e.to_string()).collect();
            assert!(wrong.is_empty(), "{wrong:?}: {line}");
        }
        assert_eq!(lines[0]["type"], "interface");
        assert_eq!(lines[0]["addresses"][1]["ip"], "2001:db8::1");
        assert_eq!(lines[0]["link_address"], "02:00:00:00:00:0a");
        assert_eq!(lines[1]["link_address"], serde_json::Value::Null);
        assert_eq!(lines[0].as_object().unwrap().len(), lines[1].as_object().unwrap().len());
    }
}
