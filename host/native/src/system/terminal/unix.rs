//! `/dev/tty`.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::OFlags;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetwinsize, tcsetattr,
};
use zeroize::Zeroizing;

use super::{Echo, NoAnswer, hang_up, into_text, printable};

/// A terminal by its path.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    path: PathBuf,
}

impl Terminal {
    /// The terminal that controls this process.
    pub(crate) fn controlling() -> Self {
        Self::at("/dev/tty")
    }

    /// The terminal at `path`.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// True if questions can be asked.
    pub(crate) fn is_there(&self) -> bool {
        self.open().is_ok()
    }

    /// Ask for one line.
    pub(crate) fn ask(&self, question: &str, echo: Echo) -> Result<Zeroizing<String>, NoAnswer> {
        let terminal = self.open().map_err(|_| NoAnswer::Absent)?;
        let mode = Mode::set(&terminal, echo).map_err(|_| NoAnswer::Absent)?;
        let line = (&terminal)
            .write_all(printable(question).as_bytes())
            .map_err(|_| NoAnswer::Absent)
            .and_then(|()| read_line(&terminal));
        drop(mode);
        if line.is_err() {
            // The cursor stands behind the question. Nothing can be done if this fails.
            let _ = (&terminal).write_all(b"\n");
        }
        into_text(&line?)
    }

    /// Width in characters; a terminal that does not tell it says 0.
    pub(crate) fn columns(&self) -> Option<u32> {
        let size = tcgetwinsize(self.open().ok()?).ok()?;
        (size.ws_col > 0).then_some(size.ws_col.into())
    }

    fn open(&self) -> io::Result<File> {
        let flags = OFlags::NOCTTY.bits().cast_signed();
        let terminal = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags)
            .open(&self.path)?;
        tcgetattr(&terminal)?;
        Ok(terminal)
    }
}

/// The line without its end. The terminal itself edits it and hands it over whole.
fn read_line(mut terminal: &File) -> Result<Zeroizing<Vec<u8>>, NoAnswer> {
    let mut line = Zeroizing::new(Vec::with_capacity(2 * LONGEST_LINE));
    let mut piece = Zeroizing::new([0; LONGEST_LINE]);
    loop {
        let read = match terminal.read(piece.as_mut_slice()) {
            Ok(0) => return Err(NoAnswer::Cancelled),
            Ok(read) => piece.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return Err(NoAnswer::Absent),
        };
        if line.len() + read.len() >= LONGEST_LINE {
            return Err(NoAnswer::TooLong);
        }
        line.extend_from_slice(read);
        match line.pop() {
            Some(b'\n') => return Ok(line),
            Some(CTRL_C) => return Err(NoAnswer::Cancelled),
            // Ctrl-D behind some text hands over what there is; the line goes on.
            Some(other) => line.push(other),
            None => {}
        }
    }
}

/// The terminal whose mode was changed and its mode before, as long as a question is open.
static CHANGED: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// Give the terminal back as it was, although a question is open: the process is about to end.
pub(crate) fn restore() {
    if let Some((terminal, before)) = changed().take() {
        let _ = tcsetattr(terminal, OptionalActions::Now, &before);
    }
}

fn changed() -> MutexGuard<'static, Option<(File, Termios)>> {
    CHANGED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the terminal treats what is typed, until dropped.
struct Mode<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Mode<'a> {
    /// Ctrl-C ends the line instead of the process, so that the terminal is always left as it was.
    fn set(terminal: &'a File, echo: Echo) -> io::Result<Self> {
        hang_up::watch();
        let before = tcgetattr(terminal)?;
        let mut during = before.clone();
        during.local_modes.remove(LocalModes::ISIG);
        during
            .local_modes
            .insert(LocalModes::ICANON | LocalModes::ECHONL);
        during
            .local_modes
            .set(LocalModes::ECHO, echo == Echo::Shown);
        during.special_codes[SpecialCodeIndex::VEOL] = CTRL_C;
        *changed() = Some((terminal.try_clone()?, before.clone()));
        tcsetattr(terminal, OptionalActions::Drain, &during)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Mode<'_> {
    fn drop(&mut self) {
        *changed() = None;
        let _ = tcsetattr(self.terminal, OptionalActions::Drain, &self.before);
    }
}

/// `MAX_CANON` and the size of the line buffer on Linux, the line end included.
const LONGEST_LINE: usize = 4096;
const CTRL_C: u8 = 3;

#[cfg(test)]
pub(crate) mod tests {
    use std::thread;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    /// The person's side of a new terminal, and the terminal. It hangs up when nobody has it open: what is returned last
    /// prevents that.
    pub(crate) fn pair() -> (File, Terminal, File) {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let path = ptsname(&person, Vec::new()).unwrap().into_string().unwrap();
        let terminal = Terminal::at(path);
        let kept_open = terminal.open().unwrap();
        (File::from(person), terminal, kept_open)
    }

    /// What is to be seen until `end` is.
    pub(crate) fn read_until(mut person: &File, end: &str) -> String {
        let mut seen = Vec::new();
        while !String::from_utf8_lossy(&seen).contains(end) {
            let mut piece = [0; 256];
            let read = person.read(&mut piece).unwrap();
            seen.extend_from_slice(&piece[..read]);
        }
        String::from_utf8(seen).unwrap()
    }

    /// What `ask` returns when `typed` follows the question, and what was to be seen.
    fn ask(echo: Echo, typed: &str) -> (Result<String, NoAnswer>, String) {
        let (person, terminal, kept_open) = pair();
        let before = tcgetattr(&kept_open).unwrap();
        let asked = thread::spawn({
            let terminal = terminal.clone();
            move || {
                terminal
                    .ask("Secret\x1b[2J: ", echo)
                    .map(|answer| answer.to_string())
            }
        });
        let mut seen = read_until(&person, "Secret[2J: ");
        (&person).write_all(typed.as_bytes()).unwrap();
        let answer = asked.join().unwrap();
        (&kept_open).write_all(b"END").unwrap();
        seen.push_str(&read_until(&person, "END"));
        let after = tcgetattr(&kept_open).unwrap();
        assert_eq!(after.local_modes, before.local_modes);
        assert_eq!(
            after.special_codes[SpecialCodeIndex::VEOL],
            before.special_codes[SpecialCodeIndex::VEOL]
        );
        (answer, seen)
    }

    #[test]
    fn answers_and_ends_of_a_question() {
        let answer = |text: &str| Ok(text.to_owned());
        let long = format!("{}\n", "x".repeat(4090));
        let rows: &[(&str, Result<String, NoAnswer>)] = &[
            ("hunter2\n", answer("hunter2")),
            ("\n", answer("")),
            ("two words \r", answer("two words ")),
            ("wrong\x7f\x7fte\n", answer("wrote")),
            ("lost\x15kept\n", answer("kept")),
            ("pässwörd\n", answer("pässwörd")),
            ("half\x04 and half\n", answer("half and half")),
            ("\x03", Err(NoAnswer::Cancelled)),
            ("half\x03", Err(NoAnswer::Cancelled)),
            ("\x04", Err(NoAnswer::Cancelled)),
            ("half\x04\x04", Err(NoAnswer::Cancelled)),
            (&long, answer(&"x".repeat(4090))),
        ];
        for (typed, expected) in rows {
            for echo in [Echo::Hidden, Echo::Shown] {
                let (answer, seen) = ask(echo, typed);
                assert_eq!(answer, *expected, "{typed:?} {echo:?}");
                assert!(seen.contains("\nEND"), "{typed:?} {echo:?}: {seen:?}");
            }
        }
    }

    #[test]
    fn a_question_that_is_never_answered_leaves_the_terminal_as_it_was() {
        let (person, terminal, kept_open) = pair();
        let before = tcgetattr(&kept_open).unwrap();
        let asked = thread::spawn(move || terminal.ask("Secret: ", Echo::Hidden).map(drop));
        read_until(&person, "Secret: ");
        // Other tests ask at terminals of theirs, and the last one that was asked at is the one to restore.
        while tcgetattr(&kept_open).unwrap().local_modes != before.local_modes {
            *changed() = Some((kept_open.try_clone().unwrap(), before.clone()));
            restore();
        }
        (&person).write_all(b"\n").unwrap();
        asked.join().unwrap().unwrap();
    }

    #[test]
    fn a_longer_line_than_the_terminal_takes_is_refused() {
        let typed = format!("{}\n", "x".repeat(5000));
        assert_eq!(ask(Echo::Hidden, &typed).0, Err(NoAnswer::TooLong));
    }

    #[test]
    fn hidden_answers_are_not_shown() {
        assert!(ask(Echo::Shown, "visible\n").1.contains("visible"));
        let (_, seen) = ask(Echo::Hidden, "hunter2\n");
        assert!(!seen.contains("hunter2"), "{seen:?}");
        let (_, seen) = ask(Echo::Hidden, "hunter2\x03");
        assert!(!seen.contains("hunter2"), "{seen:?}");
    }

    #[test]
    fn without_a_terminal_there_is_no_answer() {
        for path in ["/nonexistent/tty", "/dev/null", "/dev/zero"] {
            let terminal = Terminal::at(path);
            assert!(!terminal.is_there(), "{path}");
            assert_eq!(
                terminal.ask("?", Echo::Shown).unwrap_err(),
                NoAnswer::Absent,
                "{path}"
            );
        }
    }
}
