//! `CONIN$` and `CONOUT$`.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, ErrorKind, IsTerminal, Write};

use rpassword::{ConfigBuilder, read_password_with_config};
use zeroize::Zeroizing;

use super::{Echo, NoAnswer, into_text, printable};

/// The console of this process.
#[derive(Clone, Debug)]
pub(crate) struct Terminal;

impl Terminal {
    /// The console that this process is attached to.
    pub(crate) fn controlling() -> Self {
        Self
    }

    /// True if questions can be asked.
    pub(crate) fn is_there(&self) -> bool {
        open().is_ok()
    }

    /// Ask for one line.
    pub(crate) fn ask(&self, question: &str, echo: Echo) -> Result<Zeroizing<String>, NoAnswer> {
        let (input, mut output) = open().map_err(|_| NoAnswer::Absent)?;
        output
            .write_all(printable(question).as_bytes())
            .map_err(|_| NoAnswer::Absent)?;
        let answer = match echo {
            Echo::Hidden => read_hidden(),
            Echo::Shown => read_line(input),
        };
        if echo == Echo::Hidden || answer.is_err() {
            let _ = output.write_all(b"\r\n");
        }
        answer
    }

    /// Width in characters, which takes a call that the standard library lacks.
    pub(crate) fn columns(&self) -> Option<u32> {
        None
    }
}

/// The shells of Windows set the console's mode anew before they read on.
pub(crate) fn restore() {}

fn open() -> io::Result<(File, File)> {
    let open = |name| OpenOptions::new().read(true).write(true).open(name);
    Ok((open("CONIN$")?, open("CONOUT$")?))
}

/// What follows the answer is written by whoever asks: the library would end its line with a NUL besides.
fn read_hidden() -> Result<Zeroizing<String>, NoAnswer> {
    let silent = ConfigBuilder::new().output_discard().build();
    read_password_with_config(silent)
        .map(Zeroizing::new)
        .map_err(|error| no_answer(&error))
}

/// The standard library turns what the console hands over into UTF-8, but for stdin alone. Otherwise the line is in the
/// console's own character set, of which ASCII is a part.
fn read_line(input: File) -> Result<Zeroizing<String>, NoAnswer> {
    let mut line = Zeroizing::new(Vec::new());
    let read = match io::stdin().is_terminal() {
        true => io::stdin().lock().read_until(b'\n', &mut line),
        false => BufReader::new(input).read_until(b'\n', &mut line),
    };
    match read {
        Ok(0) => Err(NoAnswer::Cancelled),
        Ok(_) => into_text(line.trim_ascii_end()),
        Err(error) => Err(no_answer(&error)),
    }
}

fn no_answer(error: &io::Error) -> NoAnswer {
    match error.kind() {
        ErrorKind::Interrupted | ErrorKind::UnexpectedEof => NoAnswer::Cancelled,
        ErrorKind::InvalidData => NoAnswer::NotText,
        _ => NoAnswer::Absent,
    }
}
