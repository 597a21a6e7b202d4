//! What a browser gets from the program and sends back to it, in the hands of a test.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use super::{Emulator, User, foreign_program, workspace};

/// A browser that only notes the address that it should show.
pub(crate) struct Browser {
    /// The file with the address.
    note: PathBuf,
    /// The sign-in page, to which the address leads once.
    page: OnceCell<String>,
}

impl Browser {
    /// Becomes the user's browser.
    pub(crate) fn of(user: &mut User) -> Self {
        let script = user.home().join("browser");
        let address = user.home().join("address");
        // Renamed, so that nobody reads half of it.
        let text = format!(
            "#!/bin/sh\nprintf %s \"$1\" > '{0}.new' && mv '{0}.new' '{0}'\n",
            address.display()
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, PermissionsExt::from_mode(0o755)).unwrap();
        user.set("BROWSER", script.to_str().unwrap());
        Self::noting(address)
    }

    /// Becomes the user's browser on Windows. Nothing if there is no compiler for it.
    pub(crate) fn of_windows(user: &mut User) -> Option<Self> {
        let compiler = foreign_program("x86_64-w64-mingw32-gcc")?;
        let program = user.home().join("browser.exe");
        let source = workspace().join("tests/windows/browser.c");
        let compiled = Command::new(compiler)
            .arg("-o")
            .args([&program, &source])
            .status();
        assert!(compiled.unwrap().success());
        // The root of the file system is a drive there.
        user.set("BROWSER", &format!("Z:{}", program.display()));
        Some(Self::noting(user.home().join("address")))
    }

    fn noting(note: PathBuf) -> Self {
        Self {
            note,
            page: OnceCell::new(),
        }
    }

    /// Signs in: whoever is signed in at the emulator already is sent back with an answer.
    pub(crate) fn sign_in(&self, emulator: &Emulator) {
        let address = self.address();
        let location =
            emulator.redirect(&address.replace("response_mode=form_post", "response_mode=query"));
        let (_, answer) = location.split_once('?').unwrap();
        self.answer(answer.trim_end_matches('#')).unwrap();
    }

    /// The address of the sign-in page, once the program opens it.
    pub(crate) fn address(&self) -> String {
        let page = || {
            let entrance = self.entrance();
            let path = entrance.splitn(4, '/').last().unwrap();
            let answer = self.send(&format!("GET /{path} HTTP/1.1\r\nhost: {{host}}\r\n\r\n"));
            let answer = answer.expect("somebody listens");
            let location = answer
                .lines()
                .find_map(|line| line.strip_prefix("location: "));
            location.unwrap_or_else(|| panic!("{answer}")).to_owned()
        };
        self.page.get_or_init(page).clone()
    }

    /// The address that the browser was started with, once it is.
    pub(crate) fn entrance(&self) -> String {
        for _ in 0..1500 {
            if let Ok(address) = fs::read_to_string(&self.note) {
                return address;
            }
            sleep(Duration::from_millis(20));
        }
        panic!("no browser was opened")
    }

    /// The parameters of the address, such as `state` and `redirect_uri`.
    pub(crate) fn parameters(&self) -> BTreeMap<String, String> {
        let address = self.address();
        let (_, query) = address.split_once('?').unwrap();
        form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }

    /// Whatever anybody sends to the redirect URI's port, and its answer; nothing if nobody listens.
    pub(crate) fn send(&self, request: &str) -> Option<String> {
        let entrance = self.entrance();
        let host = entrance.split('/').nth(2).unwrap().to_owned();
        let mut connection = TcpStream::connect(&host).ok()?;
        connection
            .write_all(request.replace("{host}", &host).as_bytes())
            .unwrap();
        let mut answer = String::new();
        // Whoever is turned away may find the connection reset.
        drop(connection.read_to_string(&mut answer));
        Some(answer)
    }

    /// Posts an answer to the redirect URI; `{state}` stands for the right one. Gives the page.
    pub(crate) fn answer(&self, form: &str) -> Option<String> {
        let form = form.replace("{state}", &self.parameters()["state"]);
        let length = form.len();
        self.send(&format!(
            "POST / HTTP/1.1\r\nhost: {{host}}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {length}\r\n\r\n{form}"
        ))
    }
}
