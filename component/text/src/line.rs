//! Text line by line, from a stream that must not be read further than needed.

use std::io::{self, BufRead, ErrorKind};

use zeroize::Zeroizing;

use crate::decode::{NotText, decode};

/// The first line of a text, without its end.
pub fn first_line(text: &str) -> &str {
    let line = text.split('\n').next().unwrap_or_default();
    line.strip_suffix('\r').unwrap_or(line)
}

/// Lines of a stream in any of the encodings that [`decode`] knows; UTF-16 without a mark is known by its first character.
#[derive(Debug, Default)]
pub struct Lines {
    /// The mark of UTF-16, given or deserved, which stands for every later line too.
    mark: &'static [u8],
    is_begun: bool,
}

impl Lines {
    /// From the beginning of a stream.
    pub const fn new() -> Self {
        Self {
            mark: &[],
            is_begun: false,
        }
    }

    /// The next line without its end; nothing at the end of the stream. Reads not one byte beyond it.
    pub fn next_of(&mut self, stream: &mut impl BufRead) -> io::Result<Option<Zeroizing<String>>> {
        // A buffer that had to grow would leave copies of a secret behind.
        let mut line = Zeroizing::new(Vec::with_capacity(ROOM));
        line.extend_from_slice(self.mark);
        while let Some(byte) = next_byte(stream)? {
            line.push(byte);
            if !self.is_begun && line.len() == 2 {
                self.begin(&mut line);
            }
            if byte == b'\n' && self.is_end(&mut line, stream)? {
                break;
            }
        }
        self.is_begun = true;
        if line.len() == self.mark.len() {
            return Ok(None);
        }
        let text = decode(&line).map_err(NotText::into_io)?;
        let end = text.trim_end_matches(['\r', '\n']).len();
        Ok(Some(Zeroizing::new(
            text.get(..end).unwrap_or_default().to_owned(),
        )))
    }

    /// Learns from the first two bytes of the stream what they are halves of.
    fn begin(&mut self, line: &mut Vec<u8>) {
        self.is_begun = true;
        let (mark, is_given) = match line.as_slice() {
            LITTLE => (LITTLE, true),
            BIG => (BIG, true),
            [_, 0] => (LITTLE, false),
            [0, _] => (BIG, false),
            _ => return,
        };
        self.mark = mark;
        if !is_given {
            line.splice(0..0, mark.iter().copied());
        }
    }

    /// Whether the last byte is a line end and not half of another character. The other half of a line end comes along.
    fn is_end(&self, line: &mut Vec<u8>, stream: &mut impl BufRead) -> io::Result<bool> {
        match self.mark {
            BIG => {
                let is_half = line.len().is_multiple_of(2);
                return Ok(is_half && line.get(line.len() - 2) == Some(&0));
            }
            LITTLE => {}
            _ => return Ok(true),
        }
        if line.len().is_multiple_of(2) || !matches!(peek(stream)?, None | Some(0)) {
            return Ok(false);
        }
        line.extend(next_byte(stream)?);
        Ok(true)
    }
}

impl NotText {
    fn into_io(self) -> io::Error {
        io::Error::new(ErrorKind::InvalidData, self.to_string())
    }
}

fn next_byte(stream: &mut impl BufRead) -> io::Result<Option<u8>> {
    let byte = peek(stream)?;
    stream.consume(usize::from(byte.is_some()));
    Ok(byte)
}

fn peek(stream: &mut impl BufRead) -> io::Result<Option<u8>> {
    loop {
        match stream.fill_buf() {
            Ok(buffer) => return Ok(buffer.first().copied()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

const LITTLE: &[u8] = b"\xff\xfe";
const BIG: &[u8] = b"\xfe\xff";

/// Longer than any secret.
const ROOM: usize = 8 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<String> {
        let (mut lines, mut stream) = (Lines::new(), bytes);
        let mut found = Vec::new();
        while let Some(line) = lines.next_of(&mut stream).unwrap() {
            found.push(line.to_string());
        }
        found
    }

    #[test]
    fn lines_are_the_same_in_every_encoding() {
        for text in [
            "one\ntwo\n\nfour",
            "one\r\ntwo\r\n\r\nfour\r\n",
            "\u{e9}\u{10a}\u{a61}\nb",
        ] {
            let expected: Vec<&str> = text.lines().collect();
            let [little, big] = [u16::to_le_bytes, u16::to_be_bytes]
                .map(|to_bytes| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>());
            for (name, bytes) in [
                ("UTF-8", text.as_bytes().to_vec()),
                ("UTF-8, mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
                ("little, mark", [b"\xff\xfe", little.as_slice()].concat()),
                ("big, mark", [b"\xfe\xff", big.as_slice()].concat()),
            ] {
                assert_eq!(all(&bytes), expected, "{name} {text:?}");
            }
            if text.is_ascii() {
                assert_eq!(all(&little), expected, "little {text:?}");
                assert_eq!(all(&big), expected, "big {text:?}");
            }
        }
        assert_eq!(all(b""), [""; 0]);
        assert_eq!(all(b"\xff\xfe"), [""; 0]);
    }

    #[test]
    fn nothing_behind_the_line_is_read() {
        let mut stream: &[u8] = b"one\ntwo\n";
        let line = Lines::new().next_of(&mut stream).unwrap().unwrap();
        assert_eq!((line.as_str(), stream), ("one", b"two\n".as_slice()));
    }

    #[test]
    fn a_line_that_is_no_text_fails() {
        let mut stream: &[u8] = b"pa\xdf\n";
        assert!(Lines::new().next_of(&mut stream).is_err());
    }

    #[test]
    fn the_first_line_ends_where_any_system_ends_it() {
        for (text, expected) in [
            ("one\r\ntwo", "one"),
            ("one\ntwo", "one"),
            ("one", "one"),
            ("", ""),
            ("\n", ""),
            ("one\r\r\n", "one\r"),
        ] {
            assert_eq!(first_line(text), expected, "{text:?}");
        }
    }
}
