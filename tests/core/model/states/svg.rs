//! The picture: three states in a row, the end below them, and beside each way down who goes it and why.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use hookswitch::protocol::record::{Actor, CallState};

use super::Edge;

const WIDTH: usize = 960;
/// The boxes of the states.
const TOP: usize = 34;
const BOX: (usize, usize) = (190, 46);
const COLUMNS: [(CallState, usize); 3] =
    [(CallState::Requested, 70), (CallState::Ringing, 385), (CallState::Talking, 700)];
/// Where the first reason stands, and how far apart they are.
const LIST: usize = 126;
const ROW: usize = 22;
/// Between the groups of different actors.
const GAP: usize = 8;

fn colour(state: CallState) -> &'static str {
    match state {
        CallState::Requested => "#1f93b8",
        CallState::Ringing => "#c08a0e",
        CallState::Talking => "#2f9e58",
        CallState::Ended => "#838c97",
    }
}

/// What a step forward means.
fn forward(to: CallState) -> &'static str {
    match to {
        CallState::Requested => "request",
        CallState::Ringing => "allowed",
        CallState::Talking => "accepted",
        CallState::Ended => "",
    }
}

/// The reasons that lead from a state to the end, by who brings them about.
fn ends(edges: &BTreeSet<Edge>, from: CallState) -> BTreeMap<Actor, BTreeSet<&'static str>> {
    let mut groups: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| edge.from == Some(from)) {
        if let Some(reason) = edge.reason {
            groups.entry(edge.actor).or_default().insert(reason.as_str());
        }
    }
    groups
}

fn height(groups: &BTreeMap<Actor, BTreeSet<&'static str>>) -> usize {
    groups.values().map(|reasons| reasons.len() * ROW + GAP).sum()
}

/// The whole picture. It has no background and takes the reader's colours.
pub(super) fn draw(edges: &BTreeSet<Edge>) -> String {
    let lists = COLUMNS.map(|(state, _)| ends(edges, state));
    let end = LIST + lists.iter().map(height).max().unwrap() + 14;
    let mut svg = head(end + BOX.1 + 12);
    for ((state, x), groups) in COLUMNS.into_iter().zip(&lists) {
        let beginning = x - if state == CallState::Requested { 56 } else { 125 };
        let comes: BTreeSet<_> =
            edges.iter().filter(|edge| edge.to == state).map(|edge| (edge.from, edge.actor)).collect();
        assert!(
            comes.iter().all(|(from, _)| *from == comes.first().unwrap().0),
            "one way leads to {state:?}: {comes:?}"
        );
        let actors: BTreeSet<_> = comes.iter().map(|(_, actor)| actor.as_str()).collect();
        way_forward(&mut svg, beginning, x, state, &actors.into_iter().collect::<Vec<_>>().join(", "));
        state_box(&mut svg, state, (x, TOP), BOX.0);
        way_down(&mut svg, x + 20, end, groups);
    }
    let (first, last) = (COLUMNS[0].1, COLUMNS[2].1);
    state_box(&mut svg, CallState::Ended, (first, end), last + BOX.0 - first);
    svg.push_str("</svg>\n");
    svg
}

fn head(height: usize) -> String {
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" color="#1f2933" fill="currentColor" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="14">
<metadata>Made from the server's own state machines: UPDATE_DOCS=1 cargo test --test core diagram</metadata>
<title>The states of a call</title>
<desc>A call is requested, rings, talks and ends. Beside each way to the end: who brings it about, and the reason.</desc>
<style>@media (prefers-color-scheme: dark) {{ svg {{ color: #e4e9ef }} }}</style>
<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 1 9 5 0 9z" fill="#838c97"/></marker></defs>
"##
    )
}

fn state_box(svg: &mut String, state: CallState, (x, y): (usize, usize), width: usize) {
    let (colour, name) = (colour(state), state.as_str());
    let (middle, base) = (x + width / 2, y + BOX.1 / 2 + 6);
    let height = BOX.1;
    writeln!(
        svg,
        r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="10" fill="{colour}" fill-opacity=".14" stroke="{colour}" stroke-width="1.5"/>
<text x="{middle}" y="{base}" text-anchor="middle" font-size="17" font-weight="600">{name}</text>"#
    )
    .unwrap();
}

/// An arrow to a state, with what happens above it and who does it below.
fn way_forward(svg: &mut String, from: usize, to: usize, state: CallState, actors: &str) {
    let (y, middle, label) = (TOP + BOX.1 / 2, (from + to) / 2, forward(state));
    let (above, below) = (y - 9, y + 19);
    if state == CallState::Requested {
        writeln!(svg, r##"<circle cx="{from}" cy="{y}" r="6" fill="#838c97"/>"##).unwrap();
    }
    let below = if state == CallState::Requested {
        String::new()
    } else {
        format!(r#"<text x="{middle}" y="{below}" text-anchor="middle" font-size="12" opacity=".65">{actors}</text>"#)
    };
    let above = if state == CallState::Requested {
        String::new()
    } else {
        format!(r#"<text x="{middle}" y="{above}" text-anchor="middle">{label}</text>"#)
    };
    let end = to - 3;
    writeln!(
        svg,
        r##"<path d="M{from} {y}H{end}" fill="none" stroke="#838c97" stroke-width="1.5" marker-end="url(#tip)"/>{above}{below}"##
    )
    .unwrap();
}

/// An arrow to the end, and why it is gone.
fn way_down(svg: &mut String, x: usize, end: usize, groups: &BTreeMap<Actor, BTreeSet<&'static str>>) {
    let (from, to) = (TOP + BOX.1, end - 3);
    writeln!(
        svg,
        r##"<path d="M{x} {from}V{to}" fill="none" stroke="#838c97" stroke-width="1.5" marker-end="url(#tip)"/>"##
    )
    .unwrap();
    let (who, why) = (x + 18, x + 92);
    let mut y = LIST;
    for (actor, reasons) in groups {
        writeln!(svg, r#"<text x="{who}" y="{y}" font-size="12" opacity=".65">{}</text>"#, actor.as_str()).unwrap();
        for reason in reasons {
            writeln!(svg, r#"<text x="{why}" y="{y}">{reason}</text>"#).unwrap();
            y += ROW;
        }
        y += GAP;
    }
}
