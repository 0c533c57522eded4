//! What a person at a terminal sees: colours, widths, lines that are drawn anew, the words for a step of a call.
//!
//! | module | what |
//! | --- | --- |
//! | `line` | a line in several styles, whose width is known |
//! | `block` | lines that are drawn over those of a moment ago |
//! | `progress` | how far long work has come, and how often to say so |
//! | `step` | a step of a call in words |

mod block;
mod line;
mod progress;
mod step;

use std::{io::IsTerminal, os::fd::AsFd};

pub(crate) use self::{
    block::Block,
    line::{Line, Style, shortened},
    progress::{Pace, bar, counted, duration, float, thousands},
    step::{Step, brief, span, style},
};

/// What is taken for the width where a terminal does not say. Unit: columns.
const USUAL_WIDTH: usize = 80;

/// Whether this stream takes colours: it is a terminal, and nobody asked for none (<https://no-color.org>).
pub(crate) fn colours(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// The columns and rows of the terminal behind a stream.
pub(crate) fn size(stream: &impl AsFd) -> (usize, usize) {
    let size = rustix::termios::tcgetwinsize(stream).ok().filter(|size| size.ws_col > 0);
    size.map_or((USUAL_WIDTH, 24), |size| (size.ws_col.into(), size.ws_row.into()))
}

/// Without what would steer a terminal: a server's words may be anybody's.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}
