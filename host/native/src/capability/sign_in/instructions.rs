//! What a person is told to do, on stderr: the one place of this capability that writes there.
//!
//! These are instructions, so they are written whether or not stderr is a terminal.

use std::io::{self, Write};
use std::time::Duration;

use text::is_invisible;

use super::failure;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};

/// A URL to open by hand.
pub(super) fn for_url(url: &str) -> String {
    format!(
        "To sign in, open this address in a browser on this computer:\n\n  {}\n\n",
        printable(url)
    )
}

/// A code to type elsewhere. RFC 8628 section 5.4: codes that come from others are how this flow is abused.
pub(super) fn for_device_code(
    verification_uri: &str,
    user_code: &str,
    expires_in: Duration,
) -> String {
    format!(
        "To sign in, open this address in a browser on any device, and enter the code within {}:\n\n  \
         address  {}\n  code     {}\n\n\
         Enter only a code that you asked for yourself, never one that somebody sent you.\n\n",
        in_words(expires_in),
        printable(verification_uri),
        printable(user_code),
    )
}

/// For a terminal. It stays, because only the guest knows when the waiting ends.
pub(super) const WAITING_FOR_DEVICE: &str = "Ctrl-C stops waiting.\n\n";

/// For a terminal. That a program was started does not mean that anybody sees it.
pub(super) const OPENED: &str =
    "A browser was opened. If you see none, stop with Ctrl-C and add `--show-url`.\n";

/// Writes instructions.
pub(super) fn tell(text: &str) -> Result<(), Failure> {
    write(text).map_err(|error| {
        failure::new(
            Fault::Absent,
            format!("the instructions for signing in cannot be shown: {error}"),
            "leave stderr open: the instructions are written there",
        )
    })
}

fn write(text: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    stderr.write_all(text.as_bytes())?;
    stderr.flush()
}

/// A span as people say it.
fn in_words(span: Duration) -> String {
    let seconds = span.as_secs();
    let (count, unit) = match seconds {
        120.. => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// Text on one line that cannot drive a terminal or look like other text than it is.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\r' | '\n' | '\t' if !shown.ends_with(' ') => shown.push(' '),
            _ if character.is_control() || is_invisible(character) => {}
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_say_where_to_go_and_what_to_beware_of() {
        assert_eq!(
            for_url("https://login.example/authorize?a=b&c=%20"),
            "To sign in, open this address in a browser on this computer:\n\n  \
             https://login.example/authorize?a=b&c=%20\n\n"
        );
        assert_eq!(
            for_device_code(
                "https://microsoft.com/devicelogin",
                "ABCD1234",
                Duration::from_secs(900)
            ),
            "To sign in, open this address in a browser on any device, and enter the code within 15 minutes:\n\n  \
             address  https://microsoft.com/devicelogin\n  code     ABCD1234\n\n\
             Enter only a code that you asked for yourself, never one that somebody sent you.\n\n"
        );
    }

    /// M29.
    #[test]
    fn nothing_shown_can_drive_a_terminal() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a\u{1b}[2Jb", "a[2Jb"),
            ("a\rb\nc\td", "a b c d"),
            ("a\r\n\r\nb", "a b"),
            ("a\u{9b}31mb\u{7f}", "a31mb"),
            ("a\u{202e}b\u{2066}c\u{200b}d\u{feff}", "abcd"),
            ("日本 é", "日本 é"),
        ] {
            assert_eq!(printable(text), expected, "{text:?}");
        }
        let shown = for_device_code("h\u{1b}]0;x\u{7}\n", "c\u{1b}[A\r", Duration::ZERO);
        assert!(
            shown
                .chars()
                .all(|character| character == '\n' || !character.is_control())
        );
    }

    #[test]
    fn spans_in_words() {
        for (seconds, expected) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (90, "90 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (900, "15 minutes"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), expected);
        }
    }
}
