//! Runs `hookswitch bench` against the floor and against hookswitch, one after the other.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

const HOOKSWITCH: &str = env!("CARGO_BIN_EXE_hookswitch");

/// Where a report says what calls cost the server.
const CPU: &str = "/server/cpu_secs_per_1000_calls";
/// Stands where a figure is only told.
const NO_TARGET: &str = "-";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Seconds of each run
    #[arg(long, default_value = "10")]
    seconds: u32,
    /// How often each figure is measured; the median counts
    #[arg(long, default_value = "3")]
    rounds: usize,
    /// Sizes of the idle crowds
    #[arg(long, value_delimiter = ',', default_values_t = [5_000, 15_000])]
    crowds: Vec<u32>,
    /// Also place so many calls on one server, and compare its first part with its last: a million take a while
    #[arg(long, value_name = "CALLS")]
    growth: Option<u32>,
    /// How many calls such a part has
    #[arg(long, default_value = "50000", value_name = "CALLS")]
    part: u32,
}

/// A server under test, on a port of its own.
struct Server {
    child: Child,
    url: String,
    _data: Option<TempDir>,
}

impl Server {
    fn floor() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--serve", "127.0.0.1:0"]);
        Self::start(command, None)
    }

    fn hookswitch() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(HOOKSWITCH);
        command.args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data.path());
        Self::start(command, Some(data))
    }

    fn start(mut command: Command, data: Option<TempDir>) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let ready = lines.find(|line| line.contains("ready")).unwrap_or_else(|| panic!("{command:?} did not start"));
        let (_, port) = ready.split_once("127.0.0.1:").unwrap();
        let port: String = port.chars().take_while(char::is_ascii_digit).collect();
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url: format!("http://127.0.0.1:{port}"), _data: data }
    }

    /// Places load on it.
    fn bench(&self, args: &[&str]) -> Value {
        self.try_bench(args).unwrap_or_else(|report| panic!("{args:?} failed: {report}"))
    }

    /// Places load on it; a report of failures comes back as such.
    fn try_bench(&self, args: &[&str]) -> Result<Value, Value> {
        let pid = self.child.id().to_string();
        let mut command = Command::new(HOOKSWITCH);
        command.args(["bench", "--json", "--url", &self.url, "--server-pid", &pid]).args(args);
        let output = command.stderr(Stdio::inherit()).output().unwrap();
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?} failed"));
        if output.status.success() { Ok(report) } else { Err(report) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A line of the table.
struct Row {
    what: String,
    floor: f64,
    hookswitch: f64,
    decimals: usize,
    /// What the ratio is to be, in words; a figure with a unit means hookswitch's own.
    to_reach: &'static str,
    reached: bool,
}

impl Row {
    fn print(&self) {
        let Self { what, floor, hookswitch, decimals, to_reach, reached } = self;
        let ratio = hookswitch / floor;
        let mark = match (*to_reach, reached) {
            (NO_TARGET, _) => "",
            (_, true) => "yes",
            (_, false) => "NO",
        };
        println!("{what:<50} {floor:>10.decimals$} {hookswitch:>10.decimals$} {ratio:>6.2}  {to_reach:<12} {mark}");
    }

    /// The cost must be at most so many times the floor's.
    fn at_most(
        what: &str,
        (floor, hookswitch): (f64, f64),
        decimals: usize,
        (most, to_reach): (f64, &'static str),
    ) -> Self {
        Self { what: what.to_owned(), floor, hookswitch, decimals, to_reach, reached: hookswitch <= most * floor }
    }
}

/// How many calls warm a server up.
const WARM_UP: &str = "20000";

/// Measures all, and prints the table.
pub(crate) fn measure(args: &Args) {
    let duration = args.seconds.to_string();
    let closed = ["--duration", &duration];
    let hooked = ["--duration", &duration, "--hook"];
    // So many pairs that one is always free.
    let offered = ["--duration", &duration, "--rate", "2000", "--pairs", "200"];
    println!("{:<50} {:>10} {:>10} {:>6}  {:<12} reached", "", "floor", "hookswitch", "ratio", "to reach");

    let (floor, hookswitch) = both(args.rounds, &closed);
    let cpu_floor = median(&floor, CPU);
    Row::at_most("CPU s per 1,000 calls, 50 pairs", (cpu_floor, median(&hookswitch, CPU)), 4, (2.0, "<= 2")).print();
    let rates = (median(&floor, "/calls_per_sec"), median(&hookswitch, "/calls_per_sec"));
    Row {
        what: "calls/s, 50 pairs".to_owned(),
        floor: rates.0,
        hookswitch: rates.1,
        decimals: 0,
        to_reach: ">= 0.5",
        reached: rates.1 >= 0.5 * rates.0,
    }
    .print();
    let with_hook: Vec<Value> = (0..args.rounds).map(|_| warm(Server::hookswitch()).bench(&hooked)).collect();
    let with_hook = median(&with_hook, CPU);
    Row::at_most("CPU s per 1,000 calls, with a veto hook", (cpu_floor, with_hook), 4, (4.0, "<= 4")).print();

    doors(args.rounds, &hookswitch, &["--duration", &duration, "--verto"]);

    let (floor, hookswitch) = both(args.rounds, &offered);
    let at = |pointer| (median(&floor, pointer), median(&hookswitch, pointer));
    Row::at_most("request to ring p99 ms, 2,000 calls/s offered", at("/request_to_ring_ms/p99"), 2, (3.0, "<= 3"))
        .print();
    Row::at_most("CPU s per 1,000 calls, 2,000 calls/s offered", at(CPU), 4, (f64::INFINITY, NO_TARGET)).print();

    for crowd in &args.crowds {
        idle(*crowd);
    }
    if let Some(calls) = args.growth {
        growth(calls, args.part);
    }
}

/// The same calls between Verto clients. Here those of the native door stand where the floor stands above.
fn doors(rounds: usize, native: &[Value], verto: &[&str]) {
    let verto: Vec<Value> = (0..rounds).map(|_| warm(Server::hookswitch()).bench(verto)).collect();
    for (what, pointer, decimals) in
        [("CPU s per 1,000 calls, native and Verto", CPU, 4), ("calls/s, native and Verto", "/calls_per_sec", 0)]
    {
        let (floor, hookswitch) = (median(native, pointer), median(&verto, pointer));
        Row { what: what.to_owned(), floor, hookswitch, decimals, to_reach: NO_TARGET, reached: true }.print();
    }
}

/// What a session costs that does nothing, in a crowd of so many.
fn idle(crowd: u32) {
    let what = format!("resident bytes per idle session, {crowd}");
    let connections = crowd.to_string();
    let bytes = |server: Server| {
        let report = server.try_bench(&["--connections", &connections])?;
        Ok::<f64, Value>(median(&[report], "/server/rss_per_connection_bytes"))
    };
    match (bytes(Server::floor()), bytes(Server::hookswitch())) {
        (Ok(floor), Ok(hookswitch)) => {
            let reached = hookswitch <= 10_900.0;
            Row { what, floor, hookswitch, decimals: 0, to_reach: "<= 10,900 B", reached }.print();
        }
        (Err(report), _) | (_, Err(report)) => {
            println!("{what:<50} not measured: {} came in, then {}", report["logged_in"], report["errors"]);
        }
    }
}

/// One server, many calls: what they cost first and last. Here the first part stands where the floor stands above.
fn growth(calls: u32, part: u32) {
    let report = Server::hookswitch().bench(&["--calls", &calls.to_string(), "--every", &part.to_string()]);
    let parts = report["windows"].as_array().unwrap();
    // What a fresh process does once is not growth: the very first part warms it up.
    let cost = |part: &Value| part["server_cpu_secs_per_1000_calls"].as_f64().unwrap();
    let (first, last) = (cost(&parts[1]), cost(parts.last().unwrap()));
    Row {
        what: format!("CPU s per 1,000 calls, 2nd and last {part} of {calls}"),
        floor: first,
        hookswitch: last,
        decimals: 4,
        to_reach: "1 +- 0.05",
        reached: (last / first - 1.0).abs() <= 0.05,
    }
    .print();
}

/// The same against both, by turns, each time against a fresh server.
fn both(rounds: usize, args: &[&str]) -> (Vec<Value>, Vec<Value>) {
    (0..rounds).map(|_| (warm(Server::floor()).bench(args), warm(Server::hookswitch()).bench(args))).unzip()
}

/// Lets a server do once what a fresh process does once: touch its memory, make its files as large as they stay.
fn warm(server: Server) -> Server {
    server.bench(&["--calls", WARM_UP]);
    server
}

fn median(of: &[Value], pointer: &str) -> f64 {
    let figure = |report: &Value| report.pointer(pointer).and_then(Value::as_f64);
    let mut figures: Vec<f64> =
        of.iter().map(|report| figure(report).unwrap_or_else(|| panic!("{pointer}: {report}"))).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
