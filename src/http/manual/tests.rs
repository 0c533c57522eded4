use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use pulldown_cmark::{Event, Parser, Tag};

use super::*;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn markdown_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

#[test]
fn every_text_of_the_folder_is_in_the_navigation_once() {
    let in_folder: BTreeSet<_> =
        markdown_files(&repository().join("docs")).iter().map(|path| path.file_stem().unwrap().to_owned()).collect();
    let listed: Vec<_> = texts().map(|(file, _)| file.into()).collect();
    assert_eq!(listed.len(), in_folder.len());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), in_folder);
}

/// The links and pictures of a text, and its anchors.
fn links_and_anchors(path: &Path) -> (Vec<String>, BTreeSet<String>) {
    let text = std::fs::read_to_string(path).unwrap();
    let links = Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    let anchors = markdown::render(&text).headings.into_iter().map(|heading| heading.anchor);
    (links.collect(), anchors.collect())
}

#[test]
fn every_link_of_the_repositorys_texts_leads_to_a_file_and_a_heading() {
    let root = repository();
    let mut texts = markdown_files(&root);
    texts.extend(markdown_files(&root.join("docs")));
    texts.extend(markdown_files(&root.join("docker")));
    let mut checked = 0;
    let mut broken = Vec::new();
    for text in texts {
        for link in links_and_anchors(&text).0 {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            checked += 1;
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { text.clone() } else { text.parent().unwrap().join(path) };
            let leads = target.exists() && (anchor.is_empty() || links_and_anchors(&target).1.contains(anchor));
            if !leads {
                broken.push(format!("{}: {link}", text.strip_prefix(&root).unwrap().display()));
            }
        }
    }
    assert!(checked > 50, "{checked}");
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn a_page_is_made_once_for_each_text() {
    let pages = Manual::default();
    let first = pages.page(INDEX).unwrap();
    assert_eq!(pages.page(INDEX).unwrap().html.as_ptr(), first.html.as_ptr());
    pages.0.get_mut(INDEX).unwrap().source = [0; 32];
    let anew = pages.page(INDEX).unwrap();
    assert_ne!(anew.html.as_ptr(), first.html.as_ptr());
    assert_eq!(anew.tag, first.tag);
}

#[test]
fn a_page_that_is_not_there_is_answered_with_the_one_that_may_be_meant() {
    assert!(nothing("quickstart.html").to_string().contains("did you mean /docs/quick-start?"));
    assert!(nothing("operation/").to_string().contains("/docs/operations?"));
    let foreign = nothing("wp-login.php").to_string();
    assert!(!foreign.contains("mean") && foreign.ends_with("/docs/"), "{foreign}");
}
