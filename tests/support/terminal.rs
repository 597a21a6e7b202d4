//! A terminal with somebody at it.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};

/// A program whose terminal and streams are a pseudo-terminal.
pub(crate) struct Terminal {
    process: Child,
    screen: File,
    shown: String,
}

impl Terminal {
    /// Starts the program in a new session with a terminal of its own.
    pub(crate) fn start(command: &Command) -> Self {
        let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&screen).unwrap();
        unlockpt(&screen).unwrap();
        let name = ptsname(&screen, Vec::new()).unwrap();
        let line = File::options()
            .read(true)
            .write(true)
            .open(name.to_str().unwrap())
            .unwrap();
        let stream = || Stdio::from(line.try_clone().unwrap());
        // Making a terminal the controlling one takes unsafe code here, and one word with util-linux.
        let mut session = Command::new("setsid");
        session
            .args(["--ctty", "--wait"])
            .arg(command.get_program())
            .args(command.get_args());
        session.env_clear().envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        if let Some(folder) = command.get_current_dir() {
            session.current_dir(folder);
        }
        let process = session
            .stdin(stream())
            .stdout(stream())
            .stderr(stream())
            .spawn()
            .unwrap();
        Self {
            process,
            screen: File::from(screen),
            shown: String::new(),
        }
    }

    /// Waits until `question` is shown behind everything answered so far, and answers it.
    pub(crate) fn answer(&mut self, question: &str, answer: &str) {
        self.shown_until(question);
        self.shown.clear();
        // The key for the end of a line.
        write!(self.screen, "{answer}\r").unwrap();
    }

    /// Waits until the program takes each key as it is typed, as the console of Windows does soon after its first words.
    pub(crate) fn wait_for_keys(&self) {
        while tcgetattr(&self.screen)
            .unwrap()
            .local_modes
            .contains(LocalModes::ICANON)
        {
            sleep(Duration::from_millis(5));
        }
    }

    /// Waits until somebody has to type behind one of the texts, and tells which.
    pub(crate) fn waits_behind(&mut self, texts: &[&str]) -> usize {
        loop {
            let line = self.shown.rsplit('\n').next().unwrap_or_default();
            let shown = texts.iter().position(|text| line.contains(text));
            if let Some(index) = shown.filter(|_| line.ends_with(' ')) {
                return index;
            }
            assert!(self.read(), "none of {texts:?} in: {}", self.shown);
        }
    }

    /// What was shown since the last answer, up to `text`.
    pub(crate) fn shown_until(&mut self, text: &str) -> &str {
        while !self.shown.contains(text) {
            assert!(self.read(), "no `{text}` in: {}", self.shown);
        }
        &self.shown
    }

    /// What was shown after the last answer, and the exit code.
    pub(crate) fn finish(mut self) -> (String, i32) {
        while self.read() {}
        let code = self.process.wait().unwrap().code().unwrap_or(-1);
        (self.shown.replace("\r\n", "\n"), code)
    }

    /// Reads more of what is shown; false when the program has ended.
    fn read(&mut self) -> bool {
        let mut part = [0; 4096];
        // A terminal that nobody holds open any more reads as an error on Linux.
        let count = self.screen.read(&mut part).unwrap_or(0);
        self.shown
            .push_str(&String::from_utf8_lossy(&part[..count]));
        count > 0
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself; the program behind it ends with its terminal.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
