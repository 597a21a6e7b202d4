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
//! The key is Argon2id (RFC 9106, version 0x13, 32 bytes) of the passphrase in UTF-8 and the salt,
//! with `m` in KiB. The base64 lines (RFC 4648 section 4) joined are the ciphertext and tag of
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03). The first three lines, each with one line feed,
//! are its associated data, so that nobody can make a file ask for a weaker derivation unnoticed.
//!
//! A version that changes anything has another number in the first line.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::input::secret::Secret;
use crate::output::error::Error;

/// What the first line starts with in every version.
const TITLE: &str = "entra-auth-cli export ";
const VERSION: &str = "1";
const END: &str = "end";

/// Wide enough to read, narrow enough for mail.
const LINE_WIDTH: usize = 76;

/// RFC 9106 section 4, the second recommended option, but for the lanes: nothing here computes
/// lanes side by side.
const COST: Cost = Cost {
    memory: 64 << 10,
    passes: 3,
    lanes: 1,
};

/// What deriving the key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    /// KiB.
    memory: u32,
    passes: u32,
    lanes: u32,
}

/// The lines in front of the ciphertext.
struct Header {
    cost: Cost,
    salt: [u8; 16],
    nonce: [u8; 24],
}

pub(super) fn is_sealed(text: &str) -> bool {
    text.starts_with(TITLE)
}

pub(super) fn seal(passphrase: &Secret, content: &str) -> Result<String, Error> {
    let mut header = Header {
        cost: COST,
        salt: [0; 16],
        nonce: [0; 24],
    };
    getrandom::fill(&mut header.salt)
        .and_then(|()| getrandom::fill(&mut header.nonce))
        .map_err(|_| impossible())?;
    let lines = header.to_text();
    let sealed = cipher(passphrase, &header)
        .ok_or_else(impossible)?
        .encrypt(
            &XNonce::from(header.nonce),
            Payload {
                msg: content.as_bytes(),
                aad: lines.as_bytes(),
            },
        )
        .map_err(|_| impossible())?;
    Ok(format!(
        "{lines}{}{END}\n",
        folded(&STANDARD.encode(sealed))
    ))
}

pub(super) fn open(passphrase: &Secret, text: &str) -> Result<Zeroizing<String>, Error> {
    let mut lines = text.lines().map(str::trim_end);
    let version = lines.next().and_then(|line| line.strip_prefix(TITLE));
    if version != Some(VERSION) {
        return Err(Error::bad_arguments(
            "the export was made by a newer version of this program, or its first line was changed",
            "update `entra-auth-cli`, or export the profiles again",
        ));
    }
    let header = Header::from_lines(&mut lines).ok_or_else(|| damaged("its header"))?;
    let mut body: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    if body.pop() != Some(END) {
        return Err(damaged("its end"));
    }
    let sealed = STANDARD
        .decode(body.concat())
        .map_err(|_| damaged("its text"))?;
    let opened = cipher(passphrase, &header)
        .ok_or_else(|| damaged("its header"))?
        .decrypt(
            &XNonce::from(header.nonce),
            Payload {
                msg: &sealed,
                aad: header.to_text().as_bytes(),
            },
        );
    match opened {
        Ok(content) => String::from_utf8(content)
            .map(Zeroizing::new)
            .map_err(|_| damaged("its content")),
        Err(_) => Err(wrong_passphrase()),
    }
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
}

impl Cost {
    /// Keeps a changed file from taking all memory or hours: up to 1 GiB and 16 passes.
    fn is_reasonable(self) -> bool {
        self.memory <= 1 << 20 && self.passes <= 16 && self.lanes <= 16
    }
}

fn cipher(passphrase: &Secret, header: &Header) -> Option<XChaCha20Poly1305> {
    let Cost {
        memory,
        passes,
        lanes,
    } = header.cost;
    let mut key = Zeroizing::new([0; 32]);
    let parameters = Params::new(memory, passes, lanes, Some(key.len())).ok()?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
        .hash_password_into(
            passphrase.reveal().as_bytes(),
            &header.salt,
            key.as_mut_slice(),
        )
        .ok()?;
    Some(XChaCha20Poly1305::new(&(*key).into()))
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

/// A cipher cannot tell the two apart.
pub(super) fn wrong_passphrase() -> Error {
    Error::bad_arguments(
        "failed to decrypt the export: wrong passphrase, or the file was changed",
        "check the passphrase; nothing was imported",
    )
}

fn damaged(part: &str) -> Error {
    Error::bad_arguments(
        format!("the export is damaged: {part} is missing or was changed"),
        "copy the file again from where it was made, whole and as text",
    )
}

fn impossible() -> Error {
    Error::general(
        "the export cannot be encrypted here",
        "there may be too little memory: it takes 64 MiB",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase() -> Secret {
        Secret::new("correct horse battery staple".to_owned())
    }

    fn problem(text: &str) -> String {
        match open(&passphrase(), text) {
            Ok(_) => "opened".to_owned(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn a_sealed_export_opens_for_its_passphrase_alone() {
        let text = seal(&passphrase(), "content é").unwrap();
        assert!(!text.contains("content"));
        assert_eq!(*open(&passphrase(), &text).unwrap(), "content é");
        assert_eq!(
            *open(&passphrase(), &text.replace('\n', "\r\n")).unwrap(),
            "content é"
        );
        let wrong = open(&Secret::new("wrong".to_owned()), &text).unwrap_err();
        assert!(wrong.message.contains("passphrase"), "{}", wrong.message);
        assert_ne!(
            seal(&passphrase(), "content é").unwrap(),
            text,
            "never the same twice"
        );
    }

    #[test]
    fn what_was_changed_or_cut_off_does_not_open() {
        let text = seal(&passphrase(), &"content ".repeat(40)).unwrap();
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
            assert_ne!(problem(&changed.join("\n")), "opened", "line {index}");
            assert_ne!(
                problem(&lines[..index].join("\n")),
                "opened",
                "{index} lines"
            );
        }
        for (from, to, expected) in [
            ("export 1", "export 2", "newer version"),
            ("m=65536", "m=65537", "passphrase"),
            ("m=65536", "m=4294967295", "its header"),
            ("m=65536", "m=1", "its header"),
            ("t=3", "t=1000", "its header"),
            ("argon2id", "argon2i", "its header"),
            ("\nend", "", "its end"),
        ] {
            let problem = problem(&text.replace(from, to));
            assert!(problem.contains(expected), "{from} {to}: {problem}");
        }
    }
}
