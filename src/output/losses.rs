//! What a live capture lost, as JSON: an object whenever that has become more, and one at the end.

use super::instant::{Clock, decimal};
use crate::capture::{Interface, Losses};
use crate::text::Text;
use crate::time::Time;

/// How a capture stands.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    /// When.
    pub time: Time,
    /// Frames processed.
    pub captured: u64,
    /// Frames of them that were not shown for want of time.
    pub unshown: u64,
    /// What each interface lost.
    pub losses: &'a [Losses],
    /// The interfaces.
    pub interfaces: &'a [Interface],
}

/// Writes the objects.
#[derive(Debug, Default)]
pub struct Json {
    clock: Clock,
}

impl Json {
    /// Writes an object and a newline. `received` is `delivered`, `dropped` and `unread` together.
    pub fn count(&mut self, count: &Count<'_>, out: &mut Text) {
        out.lit("{\"type\":\"statistics\",\"time\":");
        self.clock.rfc3339(count.time, out);
        out.lit(",\"ts\":");
        decimal(count.time, out);
        out.lit(",\"captured\":").num(count.captured).lit(",\"unshown\":").num(count.unshown).lit(",\"interfaces\":[");
        for (n, lost) in count.losses.iter().enumerate() {
            out.lit(if n == 0 { "{\"interface\":" } else { ",{\"interface\":" });
            match count.interfaces.get(lost.interface as usize).and_then(|i| i.name.as_deref()) {
                Some(name) => out.ch('"').json(name).ch('"'),
                None => out.lit("null"),
            };
            let numbers = [
                (",\"received\":", lost.received),
                (",\"delivered\":", lost.delivered),
                (",\"dropped\":", lost.dropped),
                (",\"interface_dropped\":", lost.interface_dropped),
                (",\"unread\":", lost.unread()),
            ];
            for (key, number) in numbers {
                out.lit(key).num(number);
            }
            out.ch('}');
        }
        out.lit("]}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::{Count, Json};
    use crate::capture::Losses;
    use crate::text::Text;
    use crate::time::Time;

    #[test]
    fn every_frame_is_delivered_dropped_or_unread() {
        let losses = [Losses { interface: 3, received: 9, delivered: 5, dropped: 3, interface_dropped: 2 }];
        let time = Time::new(1, 500_000_000);
        let mut out = Text::new();
        let count = Count { time, captured: 5, unshown: 1, losses: &losses, interfaces: &[] };
        Json::default().count(&count, &mut out);
        assert_eq!(
            out.as_str(),
            "{\"type\":\"statistics\",\"time\":\"1970-01-01T00:00:01.500000000Z\",\"ts\":1.500000000,\"captured\":5,\
             \"unshown\":1,\"interfaces\":[{\"interface\":null,\"received\":9,\"delivered\":5,\"dropped\":3,\
             \"interface_dropped\":2,\"unread\":1}]}\n"
        );
    }
}
