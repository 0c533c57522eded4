//! The `process_*` metrics that every Prometheus client has, read from `/proc/self` at each scrape.
//!
//! Where there is no `/proc` they are absent.

use std::fs;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

use crate::protocol::record::Timestamp;

/// Clock ticks per second in `/proc/self/stat`: `USER_HZ`, 100 on every Linux that Rust runs on.
const TICKS_PER_SEC: f64 = 100.0;

#[derive(Debug)]
pub(super) struct Process {
    start_secs: f64,
}

impl Process {
    pub(super) fn new(since: Timestamp) -> Self {
        let secs = u64::try_from(since.0).unwrap_or(0);
        Self { start_secs: std::time::Duration::from_micros(secs).as_secs_f64() }
    }
}

/// What the operating system says of this process; `None` where it does not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Memory in use. Unit: bytes.
    pub(crate) resident_bytes: Option<f64>,
    /// Address space in use. Unit: bytes.
    pub(crate) virtual_bytes: Option<f64>,
    pub(crate) threads: Option<f64>,
    /// Open file descriptors.
    pub(crate) open_files: Option<f64>,
    /// Most of them that may be open.
    pub(crate) open_files_limit: Option<f64>,
}

/// Asks the operating system about this process.
pub(crate) fn figures() -> Figures {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    Figures {
        resident_bytes: kilobytes(&status, "VmRSS:"),
        virtual_bytes: kilobytes(&status, "VmSize:"),
        threads: word_after(&status, "Threads:"),
        open_files: open_files(),
        open_files_limit: word_after(&limits, "Max open files"),
    }
}

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let mut gauge = |name: &str, help: &str, value: Option<f64>| -> std::fmt::Result {
            let Some(value) = value else { return Ok(()) };
            ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)
        };
        let Figures { resident_bytes, virtual_bytes, threads, open_files, open_files_limit } = figures();
        gauge("process_start_time_seconds", "When the process started, since 1970", Some(self.start_secs))?;
        gauge("process_resident_memory_bytes", "Memory in use", resident_bytes)?;
        gauge("process_virtual_memory_bytes", "Address space in use", virtual_bytes)?;
        gauge("process_threads", "Threads", threads)?;
        gauge("process_open_fds", "Open file descriptors", open_files)?;
        gauge("process_max_fds", "Most file descriptors that may be open", open_files_limit)?;
        if let Some(secs) = fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_secs(&stat)) {
            let name = "process_cpu_seconds";
            let encoder = encoder.encode_descriptor(name, "Processor time used", None, MetricType::Counter)?;
            ConstCounter::new(secs).encode(encoder)?;
        }
        Ok(())
    }
}

fn word_after(text: &str, label: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(label))?.split_whitespace().next()?.parse().ok()
}

/// A line of `/proc/PID/status` that is told in kilobytes, in bytes.
pub(crate) fn kilobytes(status: &str, label: &str) -> Option<f64> {
    word_after(status, label).map(|kb| kb * 1024.0)
}

fn open_files() -> Option<f64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    // The folder itself is open while it is counted.
    u32::try_from(count.saturating_sub(1)).ok().map(f64::from)
}

/// User and system time: fields 14 and 15 of `/proc/PID/stat`, counted after the command's closing bracket.
pub(crate) fn cpu_secs(stat: &str) -> Option<f64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SEC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_a_command_with_brackets_and_spaces() {
        let stat = "42 (a) b (c)) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 3 0 100 1000 10";
        assert_eq!(cpu_secs(stat), Some(3.0));
        assert_eq!(cpu_secs("nonsense"), None);
    }

    #[test]
    fn memory_is_told_in_bytes() {
        assert_eq!(kilobytes("Name:\tx\nVmRSS:\t    12 kB\n", "VmRSS:"), Some(12_288.0));
    }
}
