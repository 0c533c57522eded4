//! The machine, the codecs and the queues, by themselves.
