//! What can be told without a process.
