//! What the system tells of a process: processor time and memory.

use std::{fs, path::PathBuf};

use super::super::output::CliError;
use crate::metrics::process;

/// A process that is watched.
#[derive(Debug, Clone)]
pub(super) struct Probe(PathBuf);

/// What a process has used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    /// User and system time. Unit: seconds.
    pub(super) cpu_secs: f64,
    /// Memory in use. Unit: bytes.
    pub(super) rss_bytes: f64,
}

impl Probe {
    /// The server, by its id.
    ///
    /// # Errors
    /// Where there is no such process, or no `/proc` to look into.
    pub(super) fn server(pid: u32) -> Result<Self, CliError> {
        let probe = Self(PathBuf::from(format!("/proc/{pid}")));
        if probe.used().is_some() {
            return Ok(probe);
        }
        Err(CliError::Said(format!(
            "process {pid} cannot be watched: --server-pid is a running server on this Linux machine"
        )))
    }

    /// The bench itself.
    pub(super) fn own() -> Self {
        Self(PathBuf::from("/proc/self"))
    }

    /// What it has used so far.
    pub(super) fn used(&self) -> Option<Used> {
        let read = |name| fs::read_to_string(self.0.join(name)).ok();
        let (stat, status) = (read("stat")?, read("status")?);
        Some(Used { cpu_secs: process::cpu_secs(&stat)?, rss_bytes: process::kilobytes(&status, "VmRSS:")? })
    }
}
