//! Secrets in one file that a passphrase opens.
//!
//! | bytes | what |
//! |---|---|
//! | 16 | `entra-auth-cli`, a zero byte and the version, 1 |
//! | 12 | the cost of Argon2id: KiB of memory, passes, lanes, each 4 bytes little-endian |
//! | 16 | salt |
//! | 16 | proof of the passphrase: the second part of what Argon2id derives, the first being the key |
//! | rest | nonce and records, sealed with the key and with everything above as context |
//!
//! The records are name and value in turn, each with its length in 4 bytes little-endian in front. Everything is
//! rewritten at each change, with a new nonce.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::sealed::{self, Key, Nonce};
use crate::{Cost, Salt};

/// Values by their names.
pub type Secrets = BTreeMap<String, Zeroizing<String>>;

/// What stands in front of the sealed records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header([u8; Self::LENGTH]);

impl Header {
    const LENGTH: usize = 60;

    /// The header of `file`. Nothing for bytes that have none of this version, or one that asks for more work than is
    /// reasonable.
    #[must_use]
    pub fn of(file: &[u8]) -> Option<Self> {
        let header = Self(*file.first_chunk()?);
        (header.0.starts_with(MAGIC) && header.cost().is_reasonable()).then_some(header)
    }

    /// Another one whenever a file is made anew, with whatever passphrase.
    #[must_use]
    pub fn salt(&self) -> Salt {
        self.field(28)
    }

    /// As they stand in the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn new(cost: Cost, salt: &Salt, proof: &[u8]) -> Self {
        let fields: [&[u8]; 6] = [
            MAGIC,
            &cost.memory.to_le_bytes(),
            &cost.passes.to_le_bytes(),
            &cost.lanes.to_le_bytes(),
            salt,
            proof,
        ];
        let mut bytes = [0; Self::LENGTH];
        for (byte, value) in bytes.iter_mut().zip(fields.concat()) {
            *byte = value;
        }
        Self(bytes)
    }

    fn cost(&self) -> Cost {
        let [memory, passes, lanes] = [16, 20, 24].map(|at| u32::from_le_bytes(self.field(at)));
        Cost {
            memory,
            passes,
            lanes,
        }
    }

    fn proof(&self) -> [u8; 16] {
        self.field(44)
    }

    fn field<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .copied()
            .unwrap_or([0; N])
    }
}

/// A header and the key that belongs to it. Deriving takes long on purpose: keep it.
pub struct Opening {
    header: Header,
    key: Key,
}

impl Opening {
    /// For a new file.
    pub fn new(passphrase: &str, salt: &Salt, cost: Cost) -> Result<Self, Fault> {
        let derived = cost.derive(passphrase, salt)?;
        let (key, proof) = parts(&derived);
        Ok(Self {
            header: Header::new(cost, salt, proof),
            key,
        })
    }

    /// For the file with this header. Fails if that is not its passphrase.
    pub fn of(header: Header, passphrase: &str) -> Result<Self, Fault> {
        let derived = header.cost().derive(passphrase, &header.salt())?;
        let (key, proof) = parts(&derived);
        // Whoever can measure this already has the file and can try passphrases on it.
        if header.proof() == proof {
            Ok(Self { header, key })
        } else {
            Err(Fault::WrongPassphrase)
        }
    }

    /// As it was derived before.
    #[must_use]
    pub fn from_parts(header: Header, key: Key) -> Self {
        Self { header, key }
    }

    /// What it belongs to.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Opens all files with this header.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The secrets in `file`. Nothing if it was changed, or has another header.
    #[must_use]
    pub fn open(&self, file: &[u8]) -> Option<Secrets> {
        let sealed = file.strip_prefix(self.header.bytes())?;
        parse(&sealed::open(&self.key, self.header.bytes(), sealed)?)
    }

    /// The bytes of a file with these secrets.
    pub fn seal(&self, nonce: &Nonce, secrets: &Secrets) -> Result<Vec<u8>, Fault> {
        let sealed = sealed::seal(&self.key, nonce, self.header.bytes(), &records(secrets)?)?;
        Ok([self.header.bytes(), &sealed].concat())
    }
}

/// The key and the proof that it is the right one.
fn parts(derived: &Zeroizing<[u8; 48]>) -> (Key, &[u8]) {
    let mut key = Key::default();
    let (first, proof) = derived.split_at(key.len());
    key.copy_from_slice(first);
    (key, proof)
}

fn records(secrets: &Secrets) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let length = secrets
        .iter()
        .map(|(name, value)| name.len() + value.len() + 8)
        .sum();
    // Room for all of it, so that no half-filled copy stays behind in memory.
    let mut records = Zeroizing::new(Vec::with_capacity(length));
    for text in secrets
        .iter()
        .flat_map(|(name, value)| [name.as_str(), value.as_str()])
    {
        let length = u32::try_from(text.len()).map_err(|_| Fault::Impossible)?;
        records.extend_from_slice(&length.to_le_bytes());
        records.extend_from_slice(text.as_bytes());
    }
    Ok(records)
}

fn parse(mut records: &[u8]) -> Option<Secrets> {
    let mut secrets = Secrets::new();
    while !records.is_empty() {
        let name = text(&mut records)?.to_owned();
        secrets.insert(name, Zeroizing::new(text(&mut records)?.to_owned()));
    }
    Some(secrets)
}

fn text<'a>(records: &mut &'a [u8]) -> Option<&'a str> {
    let (length, rest) = records.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (text, rest) = rest.split_at_checked(length)?;
    *records = rest;
    str::from_utf8(text).ok()
}

const MAGIC: &[u8; 16] = b"entra-auth-cli\0\x01";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Part;

    const CHEAP: Cost = Cost {
        memory: 8,
        passes: 1,
        lanes: 1,
    };

    fn opening() -> Opening {
        Opening::new("passphrase", &[5; 16], CHEAP).unwrap()
    }

    #[test]
    fn a_header_that_asks_for_too_much_or_for_the_impossible_opens_nothing() {
        let file = opening().seal(&[0; 24], &Secrets::new()).unwrap();
        assert!(Header::of(&file[..59]).is_none());
        for (at, byte) in [(0, b'E'), (15, 2), (18, 0xFF), (21, 0xFF), (25, 0xFF)] {
            let mut changed = file.clone();
            changed[at] = byte;
            assert!(Header::of(&changed).is_none(), "byte {at}");
        }
        let mut no_memory = file;
        no_memory[16] = 0;
        let header = Header::of(&no_memory).unwrap();
        let fault = Opening::of(header, "passphrase").err();
        assert_eq!(fault, Some(Fault::Damaged(Part::Header)));
    }

    #[test]
    fn records_that_are_cut_or_no_text_are_none() {
        let secrets = Secrets::from([("a".to_owned(), Zeroizing::new("bc".to_owned()))]);
        let records = records(&secrets).unwrap();
        assert_eq!(parse(&records), Some(secrets));
        for length in 1..records.len() {
            assert_eq!(parse(&records[..length]), None, "{length} bytes");
        }
        assert_eq!(parse(&[1, 0, 0, 0, 0xFF, 0, 0, 0, 0]), None);
        assert_eq!(parse(&[0xFF; 4]), None);
    }
}
