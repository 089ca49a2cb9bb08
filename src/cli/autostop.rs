//! `-a`: when a capture ends by itself.

use super::args::Args;
use super::diag::Diag;
use super::saving::SavingPlan;
use crate::text::escaped;
use std::time::Duration;

/// The conditions, of which the first that holds ends the capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Autostop {
    /// After this time.
    pub(super) duration: Option<Duration>,
    /// After so many packets.
    pub(super) packets: Option<u64>,
    /// After so many bytes of files.
    bytes: Option<u64>,
}

impl Autostop {
    /// Reads what was typed.
    ///
    /// # Errors
    ///
    /// Wrong usage.
    pub(super) fn parse(args: &Args) -> Result<Autostop, Diag> {
        args.autostop.iter().try_fold(Autostop::default(), |all, text| all.and(text))
    }

    /// Adds a condition; of two of a kind the last counts.
    fn and(mut self, text: &str) -> Result<Autostop, Diag> {
        let wrong = || {
            Diag::usage(format!("-a {}: expected duration:SECONDS, packets:N or filesize:KB", escaped(text.as_bytes())))
                .hint("ten seconds:           -a duration:10\n100 packets:           -a packets:100\nten million bytes:     -a filesize:10000 -w trace.pcap")
        };
        let (kind, value) = text.split_once(':').ok_or_else(wrong)?;
        match kind {
            "duration" => {
                let seconds: f64 = value.parse().map_err(|_| wrong())?;
                let duration = Duration::try_from_secs_f64(seconds).ok().filter(|d| !d.is_zero());
                self.duration = Some(duration.ok_or_else(wrong)?);
            }
            "packets" => self.packets = Some(count(value).ok_or_else(wrong)?),
            "filesize" => self.bytes = Some(count(value).and_then(|kb| kb.checked_mul(1000)).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        }
        Ok(self)
    }

    /// Ends what is written after so many bytes.
    ///
    /// # Errors
    ///
    /// Nothing is written.
    pub(super) fn bound(&self, saving: Option<&mut SavingPlan>) -> Result<(), Diag> {
        match (self.bytes, saving) {
            (None, _) => Ok(()),
            (Some(bytes), Some(saving)) => {
                saving.options.most_bytes = Some(bytes);
                Ok(())
            }
            (Some(_), None) => Err(Diag::usage("-a filesize is for -w, which was not given")
                .hint("ten million bytes of packets:  -w trace.pcap -a filesize:10000")),
        }
    }
}

/// A number of at least 1.
fn count(text: &str) -> Option<u64> {
    text.parse().ok().filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::Autostop;
    use std::time::Duration;

    #[test]
    fn conditions_in_dumpcaps_words() {
        let all = ["duration:1.5", "packets:7", "filesize:2"];
        let all = all.iter().try_fold(Autostop::default(), |all, text| all.and(text)).expect("conditions");
        assert_eq!((all.duration, all.packets, all.bytes), (Some(Duration::from_millis(1500)), Some(7), Some(2000)));
        for wrong in ["duration", "duration:", "duration:0", "duration:-1", "duration:inf", "packets:0", "files:3", ""]
        {
            let told = Autostop::default().and(wrong).expect_err(wrong);
            assert!(told.message.contains("expected duration:SECONDS"), "{wrong}: {}", told.message);
        }
    }
}
