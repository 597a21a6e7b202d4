//! `sign-in`: a sandbox neither listens nor starts programs; it can show instructions, on stderr.

use std::io::{self, Write};

use text::is_invisible;

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::sign_in::{
    Answer, Guest, GuestAnswer, GuestRedirect, ListenAt, Page, Redirect, ResponseMode,
};
use crate::failure::{Capability, Failure, Fault, failure};

impl Guest for WasiCapabilities {
    type Answer = Never;
    type Redirect = Never;

    fn listen(_at: ListenAt) -> Result<Redirect, Failure> {
        Err(absent("this sandbox cannot listen for a browser's answer"))
    }

    fn open_browser(_url: String) -> Result<(), Failure> {
        Err(absent("this sandbox cannot open a browser"))
    }

    fn show_url(url: String) -> Result<(), Failure> {
        tell(&format!(
            "To sign in, open this address in a browser on this computer:\n\n  {}\n\n",
            printable(&url)
        ))
    }

    fn show_device_code(
        verification_uri: String,
        user_code: String,
        expires_in: u32,
    ) -> Result<(), Failure> {
        tell(&format!(
            "To sign in, open this address in a browser on any device, and enter the code within {}:\n\n  \
             address  {}\n  code     {}\n\n\
             Enter only a code that you asked for yourself, never one that somebody sent you.\n\n",
            in_words(expires_in),
            printable(&verification_uri),
            printable(&user_code),
        ))
    }
}

/// Instructions on stderr.
fn tell(text: &str) -> Result<(), Failure> {
    let mut stderr = io::stderr().lock();
    let written = stderr.write_all(text.as_bytes());
    written.and_then(|()| stderr.flush()).map_err(|error| {
        failure(
            Capability::SignIn,
            Fault::Absent,
            format!("the instructions for signing in cannot be shown: {error}"),
            "leave stderr open: the instructions are written there",
        )
    })
}

fn in_words(seconds: u32) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        120.. => format!("{} minutes", seconds / 60),
        _ => format!("{seconds} seconds"),
    }
}

/// Without what could drive a terminal, or make text look like other text than it is.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control() && !is_invisible(*character))
        .collect()
}

/// What there cannot be.
pub(crate) enum Never {}

impl GuestRedirect for Never {
    fn uri(&self) -> Result<String, Failure> {
        match *self {}
    }

    fn wait(&self, _time_limit: u32) -> Result<Answer, Failure> {
        match *self {}
    }
}

impl GuestAnswer for Never {
    fn parameters(&self) -> Result<Vec<(String, String)>, Failure> {
        match *self {}
    }

    fn response_mode(&self) -> Result<ResponseMode, Failure> {
        match *self {}
    }

    fn finish(&self, _page: Page) -> Result<(), Failure> {
        match *self {}
    }
}

fn absent(message: &str) -> Failure {
    failure(
        Capability::SignIn,
        Fault::Absent,
        message,
        "use `-f DeviceCode` to sign in on another device",
    )
}
