//! The LZ4 frame format: several frames one after the other, and a cut file noticed.
//!
//! `lz4_flex` decodes one frame, and takes the end of the stream between two blocks for the end of the frame. So the
//! frame's own structure is followed here beside it, only far enough to know where the frame ends:
//!
//! ```text
//! magic(4) FLG(1) BD(1) [content size(8)] [dictionary id(4)] HC(1)  { block size(4) data [checksum(4)] }  0(4) [checksum(4)]
//! ```
//!
//! Format: "LZ4 Frame Format Description" 1.6.x, github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md.

use std::io::{self, BufRead, ErrorKind, Read};

use lz4_flex::frame::FrameDecoder;

use super::input::at_end;

/// Decodes a stream of LZ4 frames.
pub(super) struct Lz4Reader<R: BufRead> {
    /// `None` only after an error.
    decoder: Option<FrameDecoder<OneFrame<R>>>,
}

impl<R: BufRead> Lz4Reader<R> {
    pub(super) fn new(inner: R) -> Self {
        Lz4Reader { decoder: Some(FrameDecoder::new(OneFrame::new(inner))) }
    }
}

impl<R: BufRead> Read for Lz4Reader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        // Every turn consumes input, so the loop ends with it.
        while let Some(decoder) = &mut self.decoder {
            let n = match decoder.read(buf) {
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                other => other?,
            };
            if n > 0 {
                return Ok(n);
            }
            let frame = decoder.get_mut();
            if frame.part == Part::End {
                if at_end(&mut frame.inner)? {
                    return Ok(0);
                }
                // A decoder of its own for each frame: their block sizes may differ, and its buffers are made for one.
                self.decoder = self.decoder.take().map(|d| FrameDecoder::new(OneFrame::new(d.into_inner().inner)));
            } else if at_end(&mut frame.inner)? {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            // Otherwise an empty block: go on.
        }
        Ok(0)
    }
}

/// Which part of a frame the next bytes belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Magic, FLG and BD: six bytes.
    Start,
    /// The rest of the header.
    Header,
    BlockSize,
    Block,
    Checksum,
    End,
}

/// Passes on the bytes of one frame and then ends.
struct OneFrame<R> {
    inner: R,
    part: Part,
    /// Bytes of the part that are still to come.
    left: u64,
    /// The last four bytes passed, and FLG.
    last: [u8; 4],
    flags: u8,
}

impl<R: BufRead> OneFrame<R> {
    fn new(inner: R) -> Self {
        OneFrame { inner, part: Part::Start, left: 6, last: [0; 4], flags: 0 }
    }

    /// Goes on to the next part when one is complete.
    fn step(&mut self) {
        const BLOCK_CHECKSUM: u8 = 0x10;
        const CONTENT_SIZE: u8 = 0x08;
        const CONTENT_CHECKSUM: u8 = 0x04;
        const DICTIONARY_ID: u8 = 0x01;
        let has = |flags: u8, bit: u8, bytes: u64| if flags & bit != 0 { bytes } else { 0 };
        while self.left == 0 && self.part != Part::End {
            (self.part, self.left) = match self.part {
                Part::Start => {
                    let [_, _, flags, _] = self.last;
                    self.flags = flags;
                    (Part::Header, 1 + has(flags, CONTENT_SIZE, 8) + has(flags, DICTIONARY_ID, 4))
                }
                Part::Header | Part::Block => (Part::BlockSize, 4),
                Part::BlockSize => match u32::from_le_bytes(self.last) {
                    0 => (Part::Checksum, has(self.flags, CONTENT_CHECKSUM, 4)),
                    // The highest bit says that the block is not compressed.
                    size => {
                        let data = u64::from(size & 0x7fff_ffff);
                        (Part::Block, data + has(self.flags, BLOCK_CHECKSUM, 4))
                    }
                },
                Part::Checksum | Part::End => (Part::End, 0),
            };
        }
    }
}

impl<R: BufRead> Read for OneFrame<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.part == Part::End {
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        let n = match buf.get_mut(..most) {
            Some(part) => self.inner.read(part)?,
            None => 0,
        };
        for byte in buf.get(..n).unwrap_or_default().iter().rev().take(4).rev() {
            self.last.rotate_left(1);
            self.last[3] = *byte;
        }
        self.left = self.left.saturating_sub(n as u64);
        self.step();
        Ok(n)
    }
}
