//! Lines that are drawn over those of a moment ago.

/// What was drawn last. None of its lines may be wider than the terminal, or the count is wrong.
#[derive(Debug, Default)]
pub(crate) struct Block {
    drawn: usize,
}

impl Block {
    /// What puts `block` in the place of the last one. Each of its lines ends with a line end.
    pub(crate) fn redraw(&mut self, block: &str) -> String {
        self.redraw_below("", block)
    }

    /// The same, with lines above it that stay for good.
    pub(crate) fn redraw_below(&mut self, above: &str, block: &str) -> String {
        let up = if self.drawn > 0 { format!("\u{1b}[{}A", self.drawn) } else { String::new() };
        self.drawn = block.lines().count();
        // Back to where the last block began, and nothing of it stays.
        format!("{up}\r\u{1b}[J{above}{block}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_takes_the_place_of_the_last_one() {
        let mut block = Block::default();
        assert_eq!(block.redraw("a\nb\n"), "\r\u{1b}[Ja\nb\n");
        assert_eq!(block.redraw_below("a\n", "c\n"), "\u{1b}[2A\r\u{1b}[Ja\nc\n", "what is above is not drawn again");
        assert_eq!(block.redraw(""), "\u{1b}[1A\r\u{1b}[J");
    }
}
