//! What a scrape says.

use super::*;

/// A scrape in which every metric has a value.
fn full(form: Exposition) -> String {
    let metrics = Metrics::new();
    metrics.veto(VetoOutcome::Allow, Duration::from_millis(3));
    metrics.delivery(Delivery::Delivered);
    metrics.webhook_backlog(2, Duration::from_secs(5));
    metrics.connections(ConnectionState::Ready, 1);
    metrics.connection_result(ConnectionResult::LoggedIn);
    metrics.heard(Heard::Login);
    metrics.slow_reader();
    metrics.limit_hit(Limit::Frames);
    metrics.http_request("/api/v1/calls/{id}".to_owned(), "BREW", 405, Duration::from_millis(1));
    metrics.store_commit(Duration::from_micros(300), 12);
    metrics.event_streams(1);
    metrics.bus_lag(3);
    metrics.actors("call", 1);
    metrics.violation(8);
    metrics.worker_phase(None, Some(Phase::Idle));
    metrics.worker_ended(EndReason::Crashed);
    metrics.worker_joined(Duration::from_millis(70));
    metrics.0.calls_ended.inc("reason", "hangup");
    metrics.scrape(Scrape { calls: [1, 2, 3], users_online: 7, sessions: 8, draining: true }, form)
}

#[test]
fn a_scrape_has_the_names_that_were_agreed() {
    let scrape = full(Exposition::OpenMetrics);
    for line in [
        "hookswitch_calls{state=\"talking\"} 3",
        "hookswitch_calls_total{reason=\"hangup\"} 1",
        "hookswitch_connections{state=\"ready\"} 1",
        "hookswitch_connections_total{result=\"logged_in\"} 1",
        "hookswitch_webhook_deliveries_total{result=\"delivered\"} 1",
        "hookswitch_ws_messages_total{dir=\"in\",type=\"login\"} 1",
        "hookswitch_limit_hits_total{limit=\"frames\"} 1",
        "hookswitch_actors{kind=\"call\"} 1",
        "hookswitch_workers{phase=\"idle\"} 1",
        "hookswitch_worker_ends_total{reason=\"crashed\"} 1",
        "hookswitch_worker_start_seconds_count 1",
        "hookswitch_invariant_violations_total{invariant=\"8\"} 1",
        "hookswitch_invariant_violations_total{invariant=\"15\"} 0",
        "hookswitch_store_batch_size_sum 12.0",
        "hookswitch_veto_duration_seconds_count{outcome=\"allow\"} 1",
        "# EOF",
    ] {
        assert!(scrape.lines().any(|l| l == line), "{line} is not in\n{scrape}");
    }
    let http = "hookswitch_http_request_duration_seconds_count{route=\"/api/v1/calls/{id}\",method=\"other\",status=\"405\"} 1";
    assert!(scrape.contains(http), "{scrape}");
    assert!(scrape.contains("hookswitch_build_info{version="), "{scrape}");
}

#[test]
fn every_metric_is_documented() {
    let docs = include_str!("../../docs/metrics.md");
    for line in full(Exposition::Classic).lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert!(docs.contains(&format!("| `{name}` | {kind} |")), "{name} {kind}");
    }
}

#[test]
fn openmetrics_is_for_those_who_ask_for_it() {
    let of = Exposition::accepted;
    assert_eq!([of(""), of("*/*"), of("text/plain;version=0.0.4")], [Exposition::Classic; 3]);
    let prometheus = "text/plain;version=0.0.4;q=0.5, application/openmetrics-text;version=1.0.0;q=0.6, */*;q=0.1";
    assert_eq!(of(prometheus), Exposition::OpenMetrics);
}

#[test]
fn each_sample_belongs_to_the_one_family_before_it() {
    for form in [Exposition::Classic, Exposition::OpenMetrics] {
        let scrape = full(form);
        let (mut families, mut family) = (std::collections::BTreeSet::new(), (String::new(), String::new()));
        for line in scrape.lines() {
            if let Some(typed) = line.strip_prefix("# TYPE ") {
                let (name, kind) = typed.split_once(' ').unwrap();
                assert!(families.insert(name.to_owned()), "{name} is there twice");
                family = (name.to_owned(), kind.to_owned());
            } else if !line.starts_with('#') {
                let name = line.split(['{', ' ']).next().unwrap();
                let suffix = name.strip_prefix(&family.0).unwrap_or_else(|| panic!("{line} under {family:?}"));
                let suffixes: &[&str] = match (form, family.1.as_str()) {
                    (_, "histogram") => &["_bucket", "_sum", "_count"],
                    (Exposition::OpenMetrics, "counter") => &["_total"],
                    (Exposition::OpenMetrics, "info") => &["_info"],
                    _ => &[""],
                };
                assert!(suffixes.contains(&suffix), "{line} under {family:?}");
            }
        }
        for line in ["hookswitch_calls_total{reason=\"hangup\"} 1", "hookswitch_calls{state=\"talking\"} 3"] {
            assert!(scrape.lines().any(|l| l == line), "{line}");
        }
    }
    let classic = full(Exposition::Classic);
    for line in [
        "# HELP hookswitch_calls_total Calls ended, by reason.",
        "# TYPE hookswitch_calls_total counter",
        "# TYPE hookswitch_limit_hits_total counter",
        "# TYPE hookswitch_build_info gauge",
    ] {
        assert!(classic.lines().any(|l| l == line), "{line} is not in\n{classic}");
    }
    assert!(!classic.contains("# EOF") && !classic.contains("# UNIT"), "{classic}");
}
