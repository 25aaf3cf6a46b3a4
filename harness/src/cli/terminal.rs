//! Standard output and standard error.

use std::io::{self, IsTerminal as _, Write as _};

use mtls_reports::Style;

use super::Failure;
use super::args::{Choice, Display};

/// Width of the display where the terminal does not say.
const WIDTH: usize = 100;

/// Writes to standard output. A closed pipe is the reader's choice, not an error.
pub(super) fn say(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes a line to standard error.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Tells why a command could not be carried out.
pub(super) fn complain(failure: &Failure) {
    note(&format!("error: {}", failure.message));
}

/// How output may look: flags first, then `NO_COLOR` and friends, then whether it is a terminal.
pub(super) fn style(display: &Display, width: Option<u16>) -> Style {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let colour = match display.color {
        Choice::Always => true,
        Choice::Never => false,
        Choice::Auto if set("NO_COLOR") => false,
        Choice::Auto if set("CLICOLOR_FORCE") || set("FORCE_COLOR") => true,
        Choice::Auto => io::stdout().is_terminal() && !dumb,
    };
    let utf8 = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
        .is_none_or(|locale| {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
    Style { unicode: utf8 && !display.ascii, colour, width: width.map_or(WIDTH, usize::from) }
}
