//! The story for programs: JSON Lines and CSV.

use super::Spans;
use super::event::{Event, What};
use crate::flow::tcp::{Remarks, Role};
use crate::output::instant::{Clock, decimal};
use crate::output::states;
use crate::text::Text;

/// Writes JSON Lines.
#[derive(Debug, Default)]
pub(super) struct Json {
    clock: Clock,
    states: states::Json,
}

impl Json {
    /// Writes what happened, then the changes of state that it led to.
    pub(super) fn event(&mut self, flow: u32, event: &Event, out: &mut Text) {
        match &event.what {
            What::Segment(sent) => {
                self.open("segment", flow, event, out);
                out.lit(",\"flags\":\"");
                sent.flags_to(out);
                out.lit("\",\"seq\":").num(sent.seq[0].into()).lit(",\"seq_raw\":").num(sent.seq[1].into());
                let [ack, raw] = sent.ack.map_or([None, None], |ack| ack.map(Some));
                number(",\"ack\":", ack, out);
                number(",\"ack_raw\":", raw, out);
                out.lit(",\"length\":").num(sent.len.into()).lit(",\"window\":").num(sent.window.into());
                remarks(sent.remarks, out);
                let [client, server] = event.states;
                out.lit(",\"client_state\":\"").lit(client.name());
                out.lit("\",\"server_state\":\"").lit(server.name()).lit("\"}\n");
            }
            What::Datagram(datagram) => {
                self.open("datagram", flow, event, out);
                out.lit(",\"length\":").num(datagram.len.into());
                number(",\"sequence\":", datagram.echo.map(u32::from), out);
                out.lit(",\"turn\":\"").lit(datagram.turn.name()).ch('"');
                remarks(datagram.remarks, out);
                out.lit("}\n");
            }
            What::Error(error) => {
                self.open("icmp_error", flow, event, out);
                number(",\"icmp_type\":", error.map(|error| error.kind.into()), out);
                number(",\"icmp_code\":", error.map(|error| error.code.into()), out);
                out.lit("}\n");
            }
            What::Unreadable(_) => {
                self.open("unreadable", flow, event, out);
                out.lit("}\n");
            }
            What::Elsewhere => {}
        }
        for change in &event.changes {
            self.states.transition(change, out);
        }
    }

    fn open(&mut self, kind: &'static str, flow: u32, event: &Event, out: &mut Text) {
        out.lit("{\"type\":\"").lit(kind).lit("\",\"flow\":").num(flow.into());
        out.lit(",\"number\":").num(event.number.unwrap_or(0)).lit(",\"time\":");
        self.clock.rfc3339(event.time, out);
        out.lit(",\"ts\":");
        decimal(event.time, out);
        if let Some(from) = event.from() {
            out.lit(",\"from\":\"").lit(from.name()).ch('"');
        }
    }
}

fn number(key: &'static str, value: Option<u32>, out: &mut Text) {
    out.lit(key);
    match value {
        Some(value) => out.num(value.into()),
        None => out.lit("null"),
    };
}

fn remarks(remarks: Remarks, out: &mut Text) {
    out.lit(",\"remarks\":[");
    for (n, words) in remarks.words().enumerate() {
        out.lit(if n > 0 { ",\"" } else { "\"" }).lit(words).ch('"');
    }
    out.ch(']');
}

/// Writes how long each end was in each state, in milliseconds.
pub(super) fn states(flow: u32, spans: &Spans, out: &mut Text) {
    out.lit("{\"type\":\"states\",\"flow\":").num(flow.into());
    for role in [Role::Client, Role::Server] {
        out.lit(",\"").lit(role.name()).lit("\":{");
        for (n, (state, length)) in spans.of(role).enumerate() {
            out.lit(if n > 0 { ",\"" } else { "\"" }).lit(state.name()).lit("\":");
            let micros = length.unsigned_abs() / 1000;
            out.num(micros / 1000).ch('.').num_wide(micros % 1000, 3);
        }
        out.ch('}');
    }
    out.lit("}\n");
}

/// Writes CSV.
#[derive(Debug, Default)]
pub(super) struct Csv {
    clock: Clock,
}

impl Csv {
    /// Writes the header line.
    pub(super) fn header(out: &mut Text) {
        out.lit("flow,number,time,from,flags,seq,ack,length,window,remarks,client_state,server_state\n");
    }

    /// Writes a segment or a datagram; for the latter, what it does not have stays empty.
    pub(super) fn event(&mut self, flow: u32, event: &Event, out: &mut Text) {
        let (Some(number), Some(from)) = (event.number, event.from()) else { return };
        out.num(flow.into()).ch(',').num(number).ch(',');
        self.clock.bare(event.time, out);
        self.row(event, from, out);
    }

    fn row(&self, event: &Event, from: Role, out: &mut Text) {
        out.ch(',').lit(from.name()).ch(',');
        match &event.what {
            What::Segment(sent) => {
                sent.flags_to(out);
                out.ch(',').num(sent.seq[0].into()).ch(',');
                if let Some(ack) = sent.ack {
                    out.num(ack[0].into());
                }
                out.ch(',').num(sent.len.into()).ch(',').num(sent.window.into()).ch(',');
                words(sent.remarks, out);
                let [client, server] = event.states;
                out.ch(',').lit(client.name()).ch(',').lit(server.name());
            }
            What::Datagram(datagram) => {
                out.lit(",,,").num(datagram.len.into()).lit(",,");
                words(datagram.remarks, out);
                out.lit(",,");
            }
            _ => {
                out.lit(",,,,,,,");
            }
        }
        out.ch('\n');
    }
}

fn words(remarks: Remarks, out: &mut Text) {
    for (n, words) in remarks.words().enumerate() {
        out.lit(if n > 0 { "; " } else { "" }).lit(words);
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Sent;
    use super::{Csv, Event, Json, What};
    use crate::flow::tcp::{Remarks, Role, State};
    use crate::text::Text;
    use crate::time::Time;

    #[test]
    fn a_segment_is_an_object_and_a_row() {
        let remarks = Remarks(Remarks::RETRANSMISSION | Remarks::FAST | Remarks::WINDOW_FULL);
        let (seq, ack) = ([1, 501], Some([7, 907]));
        let sent = Sent { from: Role::Server, flags: 0x18, seq, ack, len: 3, window: 512, scale_known: true, remarks };
        let (states, changes) = ([State::Established, State::CloseWait], Vec::new());
        let event = Event { number: Some(9), time: Time::new(1, 5), what: What::Segment(sent), states, changes };
        let mut out = Text::new();
        Json::default().event(2, &event, &mut out);
        assert_eq!(
            out.as_str(),
            "{\"type\":\"segment\",\"flow\":2,\"number\":9,\"time\":\"1970-01-01T00:00:01.000000005Z\",\"ts\":1.000000005,\
             \"from\":\"server\",\"flags\":\"P.\",\"seq\":1,\"seq_raw\":501,\"ack\":7,\"ack_raw\":907,\"length\":3,\
             \"window\":512,\"remarks\":[\"fast retransmission\",\"window full\"],\"client_state\":\"ESTABLISHED\",\
             \"server_state\":\"CLOSE-WAIT\"}\n"
        );
        let mut out = Text::new();
        Csv::default().event(2, &event, &mut out);
        assert_eq!(
            out.as_str(),
            "2,9,1970-01-01T00:00:01.000000005Z,server,P.,1,7,3,512,fast retransmission; window full,ESTABLISHED,CLOSE-WAIT\n"
        );
    }
}
