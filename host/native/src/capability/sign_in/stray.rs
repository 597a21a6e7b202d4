//! What came to the port and was no answer, told to whoever waits: once for each kind, with the way out.
//!
//! A browser that is kept from coming back shows its own page or none, and the terminal would wait without a word.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::system::status_line;

/// Why something was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// TLS.
    Encrypted,
    /// More headers, or longer ones, than are read.
    LargeHead,
    /// Another path than the redirect URI's.
    Path,
    /// Another name than this machine's.
    Name,
    /// A POST of something else than a form.
    NoForm,
    /// A process of another user.
    OtherUser,
    /// Nothing that belongs to this sign-in.
    State,
    /// The one-time address once more.
    Again,
}

/// What was told already.
#[derive(Debug, Default)]
pub(super) struct Told(AtomicU8);

impl Told {
    /// Says it, if it is the first of its kind.
    pub(super) fn tell(&self, stray: Stray) {
        if self.is_first(stray) {
            status_line::warn(stray.sentence());
        }
    }

    fn is_first(&self, stray: Stray) -> bool {
        let bit = 1 << stray as u8;
        self.0.fetch_or(bit, Ordering::Relaxed) & bit == 0
    }
}

impl Stray {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Encrypted => {
                "the browser speaks https to the address of this sign-in, which is plain http on this machine: turn off its https-only mode for it, or remove `localhost` from its list of hosts with HSTS (chrome://net-internals/#hsts)"
            }
            Self::LargeHead => {
                "a request of the browser was too large: remove the cookies of `localhost` in the browser, or use a private window"
            }
            Self::Path => {
                "a request came to another path than the redirect URI's: if it was the sign-in, register the redirect URI as it stands in the profile"
            }
            Self::Name => {
                "a request for another host was turned away: the browser must come back to `localhost`, and not through a proxy (no_proxy)"
            }
            Self::NoForm => {
                "a request came that is no form (`application/x-www-form-urlencoded`): if it was the sign-in, an extension of the browser or a proxy changed it; use a private window, or sign in with `-f DeviceCode`"
            }
            Self::OtherUser => {
                "a request of another user of this machine was turned away: if it was your browser, sign in with `-f DeviceCode`"
            }
            Self::State => {
                "an answer came that belongs to another sign-in, perhaps from an older window: go on in the newest one"
            }
            Self::Again => {
                "the address of this sign-in was opened a second time, which does not work: if it was not you, stop with Ctrl-C and start again"
            }
        }
    }
}

/// What browsers ask any host for, whatever they were sent there for.
pub(super) fn is_habit(path: &str) -> bool {
    path == "/favicon.ico"
        || path == "/robots.txt"
        || path.starts_with("/apple-touch-icon")
        || path.starts_with("/.well-known/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Stray; 8] = [
        Stray::Encrypted,
        Stray::LargeHead,
        Stray::Path,
        Stray::Name,
        Stray::NoForm,
        Stray::OtherUser,
        Stray::State,
        Stray::Again,
    ];

    #[test]
    fn each_kind_is_told_once() {
        let told = Told::default();
        for expected in [true, false] {
            for stray in ALL {
                assert_eq!(told.is_first(stray), expected, "{stray:?}");
            }
        }
    }

    #[test]
    fn each_kind_has_a_line_with_the_way_out() {
        for stray in ALL {
            let sentence = stray.sentence();
            assert!(
                sentence.contains(": ") && !sentence.contains('\n'),
                "{sentence}"
            );
        }
    }

    #[test]
    fn what_every_browser_asks_for_says_nothing() {
        for (path, expected) in [
            ("/favicon.ico", true),
            ("/.well-known/appspecific/com.chrome.devtools.json", true),
            ("/apple-touch-icon-precomposed.png", true),
            ("/", false),
            ("/callback", false),
            ("/favicon.ico/x", false),
        ] {
            assert_eq!(is_habit(path), expected, "{path}");
        }
    }
}
