//! Bytes to text: UTF-8, or UTF-16 as Windows PowerShell's `>` and Notepad write it.

use std::fmt;

use zeroize::Zeroizing;

const MARK: char = '\u{feff}';

/// Why bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotText {
    /// Neither UTF-8 nor UTF-16, as text in an older encoding is.
    Encoding,
    /// There are NUL characters in it, as in a file that is no text, or to which text of two encodings was written.
    Nul,
}

impl fmt::Display for NotText {
    /// Completes "the file …".
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Encoding => "is no text in UTF-8 or UTF-16",
            Self::Nul => "is no text: there are NUL bytes in it, or two encodings",
        })
    }
}

/// The text of the bytes, without byte order marks in front and NULs behind it; line ends stay.
///
/// UTF-16 needs no mark if it is Latin text, where every other byte is zero.
pub fn decode(bytes: &[u8]) -> Result<Zeroizing<String>, NotText> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, Order::Little)?,
        [0xfe, 0xff, rest @ ..] => utf_16(rest, Order::Big)?,
        _ => match Order::of_unmarked(bytes) {
            Some(order) => utf_16(bytes, order)?,
            None => str::from_utf8(bytes)
                .map(|text| Zeroizing::new(text.to_owned()))
                .map_err(|_| NotText::Encoding)?,
        },
    };
    let bare = text.trim_start_matches(MARK).trim_end_matches('\0');
    // A file of nothing else lost its content, such as when the power failed.
    let is_lost = bare.is_empty() && text.len() > LONGEST_END;
    match is_lost || bare.contains('\0') {
        true => Err(NotText::Nul),
        false if bare.len() == text.len() => Ok(text),
        false => Ok(Zeroizing::new(bare.to_owned())),
    }
}

/// What ends a text in memory, in the widest encoding, in bytes.
const LONGEST_END: usize = 4;

/// Which byte of a UTF-16 unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Big,
    Little,
}

impl Order {
    /// Of text without a mark, by where its zeros are.
    fn of_unmarked(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().rposition(|byte| *byte != 0)?;
        if !bytes.get(..end)?.contains(&0) {
            return None;
        }
        let zeros = |first: usize| {
            let half = bytes.iter().skip(first).step_by(2);
            half.filter(|byte| **byte == 0).count()
        };
        let (high_first, low_first) = (zeros(0), zeros(1));
        let order = match high_first > low_first {
            true => Self::Big,
            false => Self::Little,
        };
        // A key or a picture has zeros too, but not in every other place.
        (high_first.max(low_first) * 4 >= bytes.len()).then_some(order)
    }

    fn unit(self, pair: [u8; 2]) -> u16 {
        match self {
            Self::Big => u16::from_be_bytes(pair),
            Self::Little => u16::from_le_bytes(pair),
        }
    }
}

fn utf_16(bytes: &[u8], order: Order) -> Result<Zeroizing<String>, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    // Programs that know lines of bytes only cut the last unit in two.
    if !matches!(rest, [] | b"\n") {
        return Err(NotText::Encoding);
    }
    // A buffer that had to grow would leave copies of a secret behind.
    let mut text = Zeroizing::new(String::with_capacity(3 * pairs.len()));
    for character in char::decode_utf16(pairs.iter().map(|pair| order.unit(*pair))) {
        text.push(character.map_err(|_| NotText::Encoding)?);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16_of(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        for text in [
            "S3cr3t~+/=&% é",
            "a",
            "two\r\nlines\r\n",
            "-----BEGIN X-----\n",
        ] {
            let [little, big] =
                [u16::to_le_bytes, u16::to_be_bytes].map(|to_bytes| utf_16_of(text, to_bytes));
            let mut cut = little.clone();
            cut.pop();
            for (name, bytes) in [
                ("UTF-8", text.as_bytes().to_vec()),
                ("UTF-8, mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
                (
                    "UTF-8, two marks",
                    [b"\xef\xbb\xbf\xef\xbb\xbf", text.as_bytes()].concat(),
                ),
                ("UTF-8, NUL behind", [text.as_bytes(), b"\0"].concat()),
                ("little", little.clone()),
                ("little, mark", [b"\xff\xfe", little.as_slice()].concat()),
                ("little, NUL behind", [little.as_slice(), b"\0\0"].concat()),
                ("big", big.clone()),
                ("big, mark", [b"\xfe\xff", big.as_slice()].concat()),
            ] {
                assert_eq!(
                    decode(&bytes).as_ref().map(|text| text.as_str()),
                    Ok(text),
                    "{name}"
                );
            }
            if text.ends_with('\n') {
                let marked = [b"\xff\xfe", cut.as_slice()].concat();
                let expected = text.trim_end_matches('\n');
                assert_eq!(decode(&marked).unwrap().as_str(), expected, "{text:?}");
            }
        }
        let russian = [
            b"\xff\xfe",
            utf_16_of("пароль", u16::to_le_bytes).as_slice(),
        ]
        .concat();
        assert_eq!(decode(&russian).unwrap().as_str(), "пароль");
        assert_eq!(decode(b"").unwrap().as_str(), "");
        assert_eq!(decode(b"\xff\xfe").unwrap().as_str(), "");
        assert_eq!(decode(b"\0\0").unwrap().as_str(), "");
    }

    #[test]
    fn what_is_no_text_is_refused_by_its_reason() {
        for (name, bytes, expected) in [
            ("Latin-1", b"pa\xdfwort".as_slice(), NotText::Encoding),
            ("half a unit", b"\xff\xfea", NotText::Encoding),
            ("half a pair", b"\xff\xfe\x3d\xd8", NotText::Encoding),
            ("NUL inside", b"ab\0cdefghijk", NotText::Nul),
            ("NUL alone", [0; 500].as_slice(), NotText::Nul),
            ("UTF-16 behind UTF-8", b"a first line\nb\0c\0", NotText::Nul),
            ("UTF-32", b"\xff\xfe\0\0a\0\0\0b\0\0\0", NotText::Nul),
            (
                "DER",
                b"\x30\x82\x00\x10\x02\x01\x00\x30\x82\x01\x0f\x00\x30\x82",
                NotText::Encoding,
            ),
        ] {
            assert_eq!(decode(bytes).unwrap_err(), expected, "{name}");
        }
    }
}
