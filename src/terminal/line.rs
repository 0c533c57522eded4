//! A line in several styles, whose width is known.

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Cyan,
}

impl Style {
    /// What switches it on. The eight colours that every terminal has its own shade of.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\u{1b}[1m",
            Self::Dim => "\u{1b}[2m",
            Self::Red => "\u{1b}[31m",
            Self::Green => "\u{1b}[32m",
            Self::Yellow => "\u{1b}[33m",
            Self::Cyan => "\u{1b}[36m",
        }
    }
}

/// A line of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Line(Vec<(Style, String)>);

impl Line {
    /// Adds text.
    pub(crate) fn with(mut self, style: Style, text: impl Into<String>) -> Self {
        self.0.push((style, text.into()));
        self
    }

    /// Adds another line's text.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Adds white space up to this column, and two blanks where the line is there already.
    pub(crate) fn pad_to(self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width());
        self.with(Style::Plain, " ".repeat(if missing == 0 { 2 } else { missing }))
    }

    /// Unit: columns.
    pub(crate) fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| text.chars().count()).sum()
    }

    /// As much of it as fits, with a mark where something is missing.
    pub(crate) fn clip(self, width: usize) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut room = width.saturating_sub(1);
        let mut clipped = Self::default();
        for (style, text) in self.0 {
            let part: String = text.chars().take(room).collect();
            room -= part.chars().count();
            clipped = clipped.with(style, part);
        }
        clipped.with(Style::Dim, "…")
    }

    /// The line as it is written, without white space at its end and without a line end.
    pub(crate) fn show(&self, colours: bool) -> String {
        let mut shown = String::new();
        for (style, text) in &self.0 {
            match style.code() {
                "" => shown.push_str(text),
                code if colours && !text.is_empty() => shown.push_str(&format!("{code}{text}\u{1b}[0m")),
                _ => shown.push_str(text),
            }
        }
        shown.truncate(shown.trim_end().len());
        shown
    }
}

/// A name in so many columns: of a longer one, how it begins and how it ends.
pub(crate) fn shortened(name: &str, most: usize) -> String {
    let count = name.chars().count();
    if count <= most {
        return name.to_owned();
    }
    let begin = most.saturating_sub(1) / 2;
    let end = count - (most.saturating_sub(1) - begin);
    name.chars().take(begin).chain(['…']).chain(name.chars().skip(end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_without_colours() {
        let line = Line::default().with(Style::Green, "tälk").pad_to(6).with(Style::Plain, "bob");
        assert_eq!(line.width(), 9);
        assert_eq!(line.show(false), "tälk  bob");
        assert_eq!(line.show(true), "\u{1b}[32mtälk\u{1b}[0m  bob");
        assert_eq!(line.clone().pad_to(3).with(Style::Dim, "x").show(false), "tälk  bob  x", "never glued together");
        assert_eq!(line.pad_to(20).show(false), "tälk  bob");
    }

    #[test]
    fn what_does_not_fit_is_cut_and_marked() {
        let line = Line::default().with(Style::Plain, "alice").with(Style::Red, " refused");
        assert_eq!(line.clone().clip(13).show(false), "alice refused");
        let clipped = line.clip(9);
        assert_eq!((clipped.width(), clipped.show(false).as_str()), (9, "alice re…"));
    }
    #[test]
    fn a_long_name_keeps_its_ends() {
        assert_eq!(shortened("alice", 5), "alice");
        assert_eq!(shortened("conformance-87-alice", 11), "confo…alice");
    }
}
