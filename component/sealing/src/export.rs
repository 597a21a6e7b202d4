//! An export that only the holder of the passphrase can read or change. Version 1 is lines of text:
//!
//! ```text
//! entra-auth-cli export 1
//! argon2id m=65536 t=3 p=1 salt=BASE64
//! xchacha20-poly1305 nonce=BASE64
//! BASE64, any number of lines
//! end
//! ```
//!
//! The key is Argon2id (RFC 9106, version 0x13, 32 bytes) of the passphrase in UTF-8 and the salt, with `m` in KiB. The
//! base64 lines (RFC 4648 section 4) joined are the ciphertext and tag of XChaCha20-Poly1305
//! (draft-irtf-cfrg-xchacha-03). The first three lines, each with one line feed, are its associated data, so that nobody
//! can make a file ask for a weaker derivation unnoticed.
//!
//! A version that changes anything has another number in the first line.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::fault::{Fault, Part};
use crate::sealed::{self, Key, Nonce};
use crate::{Cost, Salt};

/// True for the text of an export of any version.
#[must_use]
pub fn is_export(text: &str) -> bool {
    text.starts_with(TITLE)
}

/// The text of an export.
pub fn seal(passphrase: &str, salt: &Salt, nonce: &Nonce, content: &str) -> Result<String, Fault> {
    let header = Header {
        cost: COST,
        salt: *salt,
        nonce: *nonce,
    };
    let lines = header.to_text();
    let key = header.key(passphrase)?;
    let sealed = sealed::encrypt(&key, nonce, lines.as_bytes(), content.as_bytes())?;
    Ok(format!(
        "{lines}{}{END}\n",
        folded(&STANDARD.encode(sealed))
    ))
}

/// The content. A cipher cannot tell a wrong passphrase from a changed file: both are the former.
pub fn open(passphrase: &str, text: &str) -> Result<Zeroizing<String>, Fault> {
    let mut lines = text.lines().map(str::trim_end);
    let version = lines.next().and_then(|line| line.strip_prefix(TITLE));
    if version != Some(VERSION) {
        return Err(Fault::Newer);
    }
    let header = Header::from_lines(&mut lines).ok_or(Fault::Damaged(Part::Header))?;
    let mut body: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if body.pop() != Some(END) {
        return Err(Fault::Damaged(Part::End));
    }
    let sealed = STANDARD
        .decode(body.concat())
        .map_err(|_| Fault::Damaged(Part::Content))?;
    let key = header.key(passphrase)?;
    let mut content = sealed::decrypt(&key, &header.nonce, header.to_text().as_bytes(), &sealed)
        .ok_or(Fault::WrongPassphrase)?;
    String::from_utf8(std::mem::take(&mut content))
        .map(Zeroizing::new)
        .map_err(|_| Fault::Damaged(Part::Content))
}

/// The lines in front of the ciphertext.
struct Header {
    cost: Cost,
    salt: Salt,
    nonce: Nonce,
}

impl Header {
    fn to_text(&self) -> String {
        let Cost {
            memory,
            passes,
            lanes,
        } = self.cost;
        format!(
            "{TITLE}{VERSION}\nargon2id m={memory} t={passes} p={lanes} salt={}\n\
             xchacha20-poly1305 nonce={}\n",
            STANDARD.encode(self.salt),
            STANDARD.encode(self.nonce)
        )
    }

    fn from_lines<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut words = lines.next()?.strip_prefix("argon2id ")?.split(' ');
        let mut number = |name: &str| words.next()?.strip_prefix(name)?.parse().ok();
        let cost = Cost {
            memory: number("m=")?,
            passes: number("t=")?,
            lanes: number("p=")?,
        };
        let salt = bytes(words.next()?.strip_prefix("salt=")?)?;
        let nonce = bytes(lines.next()?.strip_prefix("xchacha20-poly1305 nonce=")?)?;
        (cost.is_reasonable() && words.next().is_none()).then_some(Self { cost, salt, nonce })
    }

    fn key(&self, passphrase: &str) -> Result<Key, Fault> {
        self.cost.derive(passphrase, &self.salt)
    }
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

fn folded(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / LINE_WIDTH + 1);
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % LINE_WIDTH == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    lines.push('\n');
    lines
}

/// What the first line starts with in every version.
const TITLE: &str = "entra-auth-cli export ";
const VERSION: &str = "1";
const END: &str = "end";

/// Wide enough to read, narrow enough for mail.
const LINE_WIDTH: usize = 76;

/// As recommended, but for the lanes: most of what opens an export computes none of them side by side.
const COST: Cost = Cost {
    lanes: 1,
    ..Cost::RECOMMENDED
};

#[cfg(test)]
mod tests {
    use super::*;
    use Fault::{Damaged, Newer, WrongPassphrase};

    const PASSPHRASE: &str = "correct horse battery staple";

    fn sealed(content: &str) -> String {
        seal(PASSPHRASE, &[1; 16], &[2; 24], content).unwrap()
    }

    fn opened(text: &str) -> Result<Zeroizing<String>, Fault> {
        open(PASSPHRASE, text)
    }

    #[test]
    fn a_sealed_export_opens_for_its_passphrase_alone() {
        let text = sealed("content é");
        assert!(is_export(&text));
        assert!(!text.contains("content"));
        for form in [&text, &text.replace('\n', "\r\n")] {
            assert_eq!(*opened(form).unwrap(), "content é");
        }
        assert_eq!(open("wrong", &text), Err(WrongPassphrase));
    }

    #[test]
    fn what_was_changed_or_cut_off_does_not_open() {
        let text = sealed(&"content ".repeat(40));
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 5);
        for (index, line) in lines.iter().enumerate() {
            // One character of each line becomes another one.
            let at = line.len() / 2;
            let other = if line.as_bytes()[at] == b'A' {
                "B"
            } else {
                "A"
            };
            let mut changed: Vec<String> = lines.iter().map(|&line| line.to_owned()).collect();
            changed[index].replace_range(at..=at, other);
            assert!(opened(&changed.join("\n")).is_err(), "line {index}");
            assert!(opened(&lines[..index].join("\n")).is_err(), "{index} lines");
        }
        for (from, to, expected) in [
            ("export 1", "export 2", Newer),
            ("m=65536", "m=65537", WrongPassphrase),
            ("m=65536", "m=4294967295", Damaged(Part::Header)),
            ("m=65536", "m=262145", Damaged(Part::Header)),
            ("m=65536", "m=1", Damaged(Part::Header)),
            ("t=3", "t=5", Damaged(Part::Header)),
            ("argon2id", "argon2i", Damaged(Part::Header)),
            ("\nend", "", Damaged(Part::End)),
        ] {
            assert_eq!(
                opened(&text.replace(from, to)),
                Err(expected),
                "{from} {to}"
            );
        }
    }
}
