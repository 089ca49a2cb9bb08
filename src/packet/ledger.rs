//! The byte ledger of a frame: where every byte of it went. The parts add up to the frame's length, exactly.
