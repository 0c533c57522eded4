//! Markdown as HTML: headings with anchors as git hosts name them, links that lead where the server has the same thing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pulldown_cmark::{Alignment, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// A heading with its anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) text: String,
    pub(super) anchor: String,
}

/// A text as HTML, and what a frame around it needs to know.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) html: String,
    /// In the order of the text.
    pub(super) headings: Vec<Heading>,
}

/// What the text may use beyond CommonMark.
const OPTIONS: Options = Options::ENABLE_TABLES;

/// The HTML of a text.
pub(super) fn render(text: &str) -> Body {
    let events: Vec<_> = Parser::new_ext(text, OPTIONS).collect();
    let headings = headings(&events);
    let mut out = Vec::with_capacity(events.len());
    let mut anchors = headings.iter();
    let mut table = TableState::default();
    // For each link that is open, whether it leads somewhere.
    let mut links = Vec::new();
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let id = anchors.next().map(|heading| CowStr::from(heading.anchor.clone()));
                out.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = target(&dest_url).map(|target| CowStr::from(target.into_owned()));
                links.push(target.is_some());
                out.extend(target.map(|dest_url| Event::Start(Tag::Link { link_type, dest_url, title, id })));
            }
            Event::End(TagEnd::Link) => {
                out.extend(links.pop().filter(|leads| *leads).map(|_| Event::End(TagEnd::Link)));
            }
            Event::Start(Tag::Table(columns)) => {
                out.push(Event::Html("<div class=\"scroll\">".into()));
                out.push(Event::Start(Tag::Table(columns.clone())));
                table = TableState { columns, ..TableState::default() };
            }
            Event::End(TagEnd::Table) => {
                out.push(Event::End(TagEnd::Table));
                out.push(Event::Html("</div>".into()));
            }
            Event::Start(Tag::TableCell) => out.push(Event::Html(table.cell().into())),
            Event::End(TagEnd::TableCell) => {
                out.push(Event::Html(if table.in_body { "</td>" } else { "</th>" }.into()))
            }
            Event::End(TagEnd::TableHead) => {
                table.in_body = true;
                out.push(event);
            }
            Event::Start(Tag::TableRow) => {
                table.column = 0;
                out.push(event);
            }
            other => out.push(other),
        }
    }
    let mut body = Body { html: String::with_capacity(text.len() * 2), headings };
    html::push_html(&mut body.html, out.into_iter());
    body
}

/// Where in a table the text is. Its cells are written here, since the library would align them by a `style` attribute, which
/// the policy of the pages forbids.
#[derive(Debug, Default)]
struct TableState {
    columns: Vec<Alignment>,
    column: usize,
    in_body: bool,
}

impl TableState {
    /// The opening tag of the next cell.
    fn cell(&mut self) -> &'static str {
        let is_number = self.columns.get(self.column) == Some(&Alignment::Right);
        self.column += 1;
        match (self.in_body, is_number) {
            (true, true) => "<td class=\"number\">",
            (true, false) => "<td>",
            (false, true) => "<th class=\"number\">",
            (false, false) => "<th>",
        }
    }
}

/// Every heading of a text. Those alike get `-1`, `-2`, … behind their anchors, as on a git host.
fn headings(events: &[Event<'_>]) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let mut times = BTreeMap::<String, usize>::new();
    let mut open: Option<Heading> = None;
    for event in events {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                open = Some(Heading { level: number(*level), text: String::new(), anchor: String::new() });
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut open {
                    heading.text.push_str(text);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(mut heading) = open.take() {
                    let slug = slug(&heading.text);
                    let seen = times.entry(slug.clone()).or_default();
                    heading.anchor = if *seen == 0 { slug } else { format!("{slug}-{seen}") };
                    *seen += 1;
                    found.push(heading);
                }
            }
            _ => {}
        }
    }
    found
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// An anchor as git hosts make it of a heading.
fn slug(text: &str) -> String {
    text.trim()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            _ => c.is_alphanumeric().then_some(c),
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Where a link of the repository leads on the server: `x.md` to `/docs/x`, what the server has elsewhere to there. `None`
/// where the server has no such thing: the text stays, without a link.
fn target(link: &str) -> Option<Cow<'_, str>> {
    let (path, anchor) = link.find('#').map_or((link, ""), |at| link.split_at(at));
    if path.is_empty() || path.starts_with('/') || path.contains(':') {
        return Some(link.into());
    }
    let Some(above) = path.strip_prefix("../") else {
        return Some(match path.strip_suffix(".md") {
            Some("index") => format!("/docs/{anchor}").into(),
            Some(page) => format!("/docs/{page}{anchor}").into(),
            None => format!("/docs/{path}{anchor}").into(),
        });
    };
    match above {
        "README.md" => Some("/docs/".into()),
        "openapi.json" => Some("/api/docs/".into()),
        _ => above.strip_prefix("static/").map(|file| format!("/{file}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_the_anchors_of_a_git_host() {
        let body = render("# The `veto`, and more\n## 中文: how?\n## A b\n## A b\n### x_y — z\n");
        let anchors: Vec<_> = body.headings.iter().map(|heading| heading.anchor.as_str()).collect();
        assert_eq!(anchors, ["the-veto-and-more", "中文-how", "a-b", "a-b-1", "x_y--z"]);
        assert!(body.html.contains("<h2 id=\"a-b-1\">A b</h2>"), "{}", body.html);
        assert_eq!(body.headings[0].text, "The veto, and more");
    }

    #[test]
    fn links_lead_to_what_the_server_has() {
        for (link, expected) in [
            ("quick-start.md", Some("/docs/quick-start")),
            ("operations.md#tls", Some("/docs/operations#tls")),
            ("index.md", Some("/docs/")),
            ("receivers/verify.py", Some("/docs/receivers/verify.py")),
            ("#here", Some("#here")),
            ("../openapi.json", Some("/api/docs/")),
            ("../README.md#codes", Some("/docs/")),
            ("../static/sdk/hookswitch.d.ts", Some("/sdk/hookswitch.d.ts")),
            ("../tests/conformance", None),
            ("https://example.org/x.md", Some("https://example.org/x.md")),
            ("http://127.0.0.1:8080/", Some("http://127.0.0.1:8080/")),
        ] {
            assert_eq!(target(link).as_deref(), expected, "{link}");
        }
        let text = "[**in** the tree](../src/x.rs) and [a page](a.md)";
        let expected = "<p><strong>in</strong> the tree and <a href=\"/docs/a\">a page</a></p>\n";
        assert_eq!(render(text).html, expected);
    }

    #[test]
    fn tables_are_aligned_without_styles() {
        let html = render("| a | b |\n| --- | ---: |\n| `x` | 1 |\n| y | 2 |\n").html;
        assert!(!html.contains("style"), "{html}");
        assert!(html.contains("<th>a</th><th class=\"number\">b</th>"), "{html}");
        assert!(html.contains("<tr><td><code>x</code></td><td class=\"number\">1</td></tr>"), "{html}");
        assert!(html.contains("<tr><td>y</td><td class=\"number\">2</td></tr>"), "{html}");
        assert!(
            html.starts_with("<div class=\"scroll\"><table>") && html.trim_end().ends_with("</table>\n</div>"),
            "{html}"
        );
    }
}
