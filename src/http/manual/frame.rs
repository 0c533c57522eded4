//! The page around a text: navigation, what is on this page, the way on.

use super::{CHAPTERS, Elsewhere, Text, address, markdown::Body, texts};

/// The whole page of `file`, one of the table's.
pub(super) fn page(file: &str, body: &Body) -> String {
    let title = texts().find(|(name, _)| *name == file).map_or(file, |(_, title)| title);
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · hookswitch</title>
<link rel="icon" href="/ui/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/ui/ui.css">
<link rel="stylesheet" href="/ui/docs.css">
<script type="module" src="/ui/docs.js"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<header class="bar">
<a class="brand" href="/docs/"><img src="/ui/icon.svg" width="24" height="24" alt=""> hookswitch</a>
<span class="fine version">manual {version}</span>
<a class="push" href="/console/">Console</a>
<a href="/api/docs/">API</a>
<a class="all-pages" href="#pages">All pages</a>
</header>
<div class="book">
{contents}<main id="content">
<article>
{text}</article>
{turn}</main>
<nav id="pages" aria-label="Manual">
{navigation}</nav>
</div>
</body>
</html>
"##,
        title = escape(title),
        version = env!("CARGO_PKG_VERSION"),
        contents = contents(body),
        text = body.html,
        turn = turn(file),
        navigation = navigation(file),
    )
}

/// What is on this page; nothing where that is one thing.
fn contents(body: &Body) -> String {
    let lines: Vec<_> = (body.headings.iter())
        .filter(|heading| (2..=3).contains(&heading.level))
        .map(|heading| {
            let (level, anchor, text) = (heading.level, escape(&heading.anchor), escape(&heading.text));
            format!("<li class=\"level-{level}\"><a href=\"#{anchor}\">{text}</a></li>\n")
        })
        .collect();
    if lines.len() < 2 {
        return String::new();
    }
    format!(
        "<details class=\"contents\">\n<summary>On this page</summary>\n<nav aria-label=\"On this page\">\n\
         <ul class=\"plain\">\n{}</ul>\n</nav>\n</details>\n",
        lines.concat()
    )
}

fn navigation(file: &str) -> String {
    let mut html = String::new();
    for chapter in CHAPTERS {
        html += &format!("<h2>{}</h2>\n<ul class=\"plain\">\n", escape(chapter.title));
        for page in chapter.pages {
            let (at, title, current) = match page {
                Text(name, title) => (address(name), title, *name == file),
                Elsewhere(at, title) => ((*at).to_owned(), title, false),
            };
            let current = if current { " aria-current=\"page\"" } else { "" };
            html += &format!("<li><a href=\"{at}\"{current}>{}</a></li>\n", escape(title));
        }
        html += "</ul>\n";
    }
    html
}

/// The page before and the page after.
fn turn(file: &str) -> String {
    let all: Vec<_> = texts().collect();
    let Some(at) = all.iter().position(|(name, _)| *name == file) else { return String::new() };
    let link = |page: Option<&(&str, &str)>, rel: &str, words: &str| {
        page.map_or_else(String::new, |(name, title)| {
            let (at, title) = (address(name), escape(title));
            format!("<a rel=\"{rel}\" href=\"{at}\"><span class=\"fine\">{words}</span> {title}</a>\n")
        })
    };
    let before = link(at.checked_sub(1).and_then(|at| all.get(at)), "prev", "Before");
    let after = link(all.get(at + 1), "next", "Next");
    format!("<nav class=\"turn\" aria-label=\"Before and next\">\n{before}{after}</nav>\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
