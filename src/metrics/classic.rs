//! The text format of Prometheus, version 0.0.4, made of OpenMetrics text.
//!
//! The samples are the same in both. What differs is what stands above them: in OpenMetrics a family's name is without the
//! suffix that its samples have, and there are types and lines that the older format does not know.

/// The same scrape in the older format.
pub(super) fn of_openmetrics(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut help = "";
    for line in text.lines() {
        if let Some(described) = line.strip_prefix("# HELP ") {
            help = described.split_once(' ').map_or("", |(_, help)| help);
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|typed| typed.split_once(' ')) {
            let (suffix, kind) = match kind {
                "counter" => ("_total", "counter"),
                "info" => ("_info", "gauge"),
                // Counters that may not call themselves so in OpenMetrics.
                "unknown" => ("", "counter"),
                other => ("", other),
            };
            out.push_str(&format!("# HELP {name}{suffix} {help}\n# TYPE {name}{suffix} {kind}\n"));
        } else if !line.starts_with('#') {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}
