//! How packets are shown. Each view is a function from a packet (and its tree) to text; none of them reads or prints.
