//! Secrets in one file that a passphrase opens, for machines without a keyring.
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
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use super::failure;
use super::given_passphrase::GivenPassphrase;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::system::folders::Folders;
use crate::system::private_file::{self, Lock};
use crate::system::sealed::{self, Key};
use crate::system::terminal::{Echo, NoAnswer, Terminal};

/// The file and what was derived to open it.
pub(super) struct EncryptedFile {
    folders: Folders,
    passphrase: Passphrase,
    /// Deriving takes long on purpose: once in a process is enough.
    opened: Mutex<Option<Opening>>,
    /// For a new file.
    cost: Cost,
}

type Secrets = BTreeMap<String, Zeroizing<String>>;

impl EncryptedFile {
    pub(super) fn new(folders: Folders, passphrase: Passphrase) -> Self {
        Self {
            folders,
            passphrase,
            opened: Mutex::new(None),
            cost: Cost::RECOMMENDED,
        }
    }

    #[cfg(all(test, unix))]
    pub(super) fn make_cheap(&mut self) {
        self.cost = Cost {
            memory: 8,
            passes: 1,
            lanes: 1,
        };
    }

    pub(super) fn path(&self) -> Result<PathBuf, Failure> {
        let folder = self.folders.config().map_err(failure::of_file)?;
        Ok(folder.join("secrets.sealed"))
    }

    pub(super) fn exists(&self) -> bool {
        self.path()
            .is_ok_and(|path| path.symlink_metadata().is_ok())
    }

    /// Another one whenever the file is made anew, with whatever passphrase.
    pub(super) fn salt(&self) -> Option<[u8; 16]> {
        let file = self.content().ok()??;
        Header::parse(file.get(..Header::LENGTH)?).map(|header| header.salt())
    }

    /// What gives the passphrase, if it is given.
    pub(super) fn origin_of_passphrase(&self) -> Option<&'static str> {
        self.passphrase.given.origin()
    }

    pub(super) fn can_ask(&self) -> bool {
        self.passphrase.terminal.is_there()
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        let Some(file) = self.content()? else {
            return Ok(None);
        };
        Ok(self.open(&file)?.remove(name))
    }

    pub(super) fn write(&self, name: &str, value: &str) -> Result<(), Failure> {
        self.change(|secrets| secrets.insert(name.to_owned(), Zeroizing::new(value.to_owned())))?;
        Ok(())
    }

    pub(super) fn remove(&self, name: &str) -> Result<bool, Failure> {
        if self.content()?.is_none() {
            return Ok(false);
        }
        Ok(self.change(|secrets| secrets.remove(name))?.is_some())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Secrets) -> T) -> Result<T, Failure> {
        // Whoever has to be asked is asked before others are kept waiting.
        self.unlock()?;
        let path = self.path()?;
        let _lock =
            Lock::acquire(&path.with_file_name(".secrets.lock"), WAIT).map_err(failure::of_file)?;
        let mut secrets = match self.content()? {
            Some(file) => self.open(&file)?,
            None => Secrets::new(),
        };
        let result = change(&mut secrets);
        let sealed = self.seal(&secrets)?;
        private_file::replace(&path, &sealed).map_err(failure::of_file)?;
        Ok(result)
    }

    /// Have the key of the file, or of the one that is about to be made.
    fn unlock(&self) -> Result<(), Failure> {
        if let Some(file) = self.content()? {
            return self.open(&file).map(drop);
        }
        let mut opened = self.opened();
        if opened.is_none() {
            let passphrase = self.passphrase.new_one()?;
            *opened = Some(Opening::new(&passphrase, self.cost)?);
        }
        Ok(())
    }

    fn content(&self) -> Result<Option<Vec<u8>>, Failure> {
        private_file::read(&self.path()?, LIMIT).map_err(failure::of_file)
    }

    fn open(&self, file: &[u8]) -> Result<Secrets, Failure> {
        let (header, rest) = file
            .split_at_checked(Header::LENGTH)
            .ok_or_else(|| self.damaged())?;
        let header = Header::parse(header).ok_or_else(|| self.damaged())?;
        let mut opened = self.opened();
        if opened
            .as_ref()
            .is_none_or(|opening| opening.header != header)
        {
            *opened = Some(self.passphrase.open(&header, &self.path()?)?);
        }
        opened
            .as_ref()
            .and_then(|opening| sealed::open(&opening.key, &header.0, rest))
            .and_then(|records| parse(&records))
            .ok_or_else(|| self.damaged())
    }

    fn seal(&self, secrets: &Secrets) -> Result<Vec<u8>, Failure> {
        let opened = self.opened();
        let opening = opened.as_ref().ok_or_else(|| self.damaged())?;
        let sealed = sealed::seal(&opening.key, &opening.header.0, &records(secrets))
            .map_err(|_| failure::no_random())?;
        if Header::LENGTH + sealed.len() > LIMIT {
            return Err(failure::new(
                Fault::Denied,
                format!(
                    "`{}` would become larger than {LIMIT} bytes",
                    self.path()?.display()
                ),
                "delete profiles that are no longer needed",
            ));
        }
        Ok([&opening.header.0[..], &sealed].concat())
    }

    fn opened(&self) -> MutexGuard<'_, Option<Opening>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn damaged(&self) -> Failure {
        let path = self
            .path()
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        failure::new(
            Fault::Damaged,
            format!("`{path}` is damaged, or no file of secrets of this version"),
            "put a backup of it in its place, or move it away and store the secrets anew",
        )
    }
}

/// Where the passphrase comes from.
pub(super) struct Passphrase {
    given: GivenPassphrase,
    terminal: Terminal,
}

impl Passphrase {
    pub(super) fn new(given: GivenPassphrase, terminal: Terminal) -> Self {
        Self { given, terminal }
    }

    fn open(&self, header: &Header, path: &Path) -> Result<Opening, Failure> {
        let wrong = |hint: &str| {
            failure::new(
                Fault::Locked,
                format!("the passphrase does not open `{}`", path.display()),
                hint,
            )
        };
        if let Some(passphrase) = self.given.text()? {
            let origin = self.given.origin().unwrap_or_default();
            return Opening::of(header.clone(), passphrase)?
                .ok_or_else(|| wrong(&format!("check `{origin}`")));
        }
        let mut question = format!("Passphrase for {}: ", path.display());
        for _ in 0..ATTEMPTS {
            let passphrase = self.ask(&question, path)?;
            if let Some(opening) = Opening::of(header.clone(), &passphrase)? {
                return Ok(opening);
            }
            question = "That does not open it. Passphrase: ".to_owned();
        }
        Err(wrong(
            "try again, or move the file away and store the secrets anew",
        ))
    }

    fn new_one(&self) -> Result<Zeroizing<String>, Failure> {
        if let Some(passphrase) = self.given.text()? {
            return Ok(passphrase.clone());
        }
        let path = Path::new("secrets.sealed");
        let mut question =
            "No keyring was found. Secrets will be kept in an encrypted file.\nNew passphrase: ";
        for _ in 0..ATTEMPTS {
            let passphrase = self.ask(question, path)?;
            question = "Nothing was typed. New passphrase: ";
            if passphrase.is_empty() {
                continue;
            }
            if self.ask("The same again: ", path)? == passphrase {
                return Ok(passphrase);
            }
            question = "The two are not the same. New passphrase: ";
        }
        Err(failure::new(
            Fault::Cancelled,
            "no passphrase was chosen",
            "try again, or set `ENTRA_AUTH_CLI_PASSPHRASE`",
        ))
    }

    fn ask(&self, question: &str, path: &Path) -> Result<Zeroizing<String>, Failure> {
        self.terminal
            .ask(question, Echo::Hidden)
            .map_err(|no_answer| match no_answer {
                NoAnswer::Absent => failure::new(
                    Fault::Locked,
                    format!(
                        "`{}` needs a passphrase, and there is no terminal to ask for it",
                        path.display()
                    ),
                    "set `ENTRA_AUTH_CLI_PASSPHRASE`",
                ),
                NoAnswer::Cancelled => failure::new(
                    Fault::Cancelled,
                    "no passphrase was given",
                    "try again, or set `ENTRA_AUTH_CLI_PASSPHRASE`",
                ),
                NoAnswer::NotText | NoAnswer::TooLong => failure::new(
                    Fault::Other,
                    "the passphrase is no text in UTF-8, or too long for one line",
                    "set `ENTRA_AUTH_CLI_PASSPHRASE`",
                ),
            })
    }
}

/// What stands in front of the sealed records.
#[derive(Clone, PartialEq, Eq)]
struct Header([u8; Self::LENGTH]);

impl Header {
    const LENGTH: usize = 60;

    /// Nothing for bytes that are no header of this version, or ask for more work than is reasonable.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let header = Self(bytes.try_into().ok()?);
        (header.0.starts_with(MAGIC) && header.cost().is_reasonable()).then_some(header)
    }

    fn new(cost: Cost, salt: [u8; 16], proof: &[u8; 16]) -> Self {
        let mut bytes = [0; Self::LENGTH];
        let fields: [&[u8]; 6] = [
            MAGIC,
            &cost.memory.to_le_bytes(),
            &cost.passes.to_le_bytes(),
            &cost.lanes.to_le_bytes(),
            &salt,
            proof,
        ];
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

    fn salt(&self) -> [u8; 16] {
        self.field(28)
    }

    fn proof(&self) -> [u8; 16] {
        self.field(44)
    }

    fn field<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0
            .get(at..at + N)
            .and_then(|field| field.try_into().ok())
            .unwrap_or([0; N])
    }
}

/// A header and the key that belongs to it.
struct Opening {
    header: Header,
    key: Key,
}

impl Opening {
    /// For a new file.
    fn new(passphrase: &str, cost: Cost) -> Result<Self, Failure> {
        let mut salt = [0; 16];
        getrandom::fill(&mut salt).map_err(|_| failure::no_random())?;
        let (key, proof) = cost.derive(passphrase, salt)?;
        Ok(Self {
            header: Header::new(cost, salt, &proof),
            key,
        })
    }

    /// For the file with this header, if that is its passphrase.
    fn of(header: Header, passphrase: &str) -> Result<Option<Self>, Failure> {
        let (key, proof) = header.cost().derive(passphrase, header.salt())?;
        // Whoever can measure this already has the file and can try passphrases on it.
        Ok((header.proof() == *proof).then_some(Self { header, key }))
    }
}

/// What deriving a key costs whoever tries passphrases.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Cost {
    /// KiB.
    memory: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// The second recommended option of RFC 9106 section 4: Argon2id with 64 MiB, 3 passes, 4 lanes.
    /// The first one takes 2 GiB, which containers do not have.
    const RECOMMENDED: Self = Self {
        memory: 64 << 10,
        passes: 3,
        lanes: 4,
    };

    /// Keeps a changed file from taking all memory or hours: up to 1 GiB and 16 passes.
    fn is_reasonable(self) -> bool {
        self.memory <= 1 << 20 && self.passes <= 16 && self.lanes <= 16
    }

    /// A key, and the proof that it is the right one.
    fn derive(
        self,
        passphrase: &str,
        salt: [u8; 16],
    ) -> Result<(Key, Zeroizing<[u8; 16]>), Failure> {
        let mut output = Zeroizing::new([0; 48]);
        Params::new(self.memory, self.passes, self.lanes, Some(output.len()))
            .and_then(|parameters| {
                Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters).hash_password_into(
                    passphrase.as_bytes(),
                    &salt,
                    output.as_mut_slice(),
                )
            })
            .map_err(|_| {
                failure::new(
                    Fault::Damaged,
                    "the header of the encrypted file asks for an impossible derivation",
                    "put a backup of the file in its place",
                )
            })?;
        let (mut key, mut proof) = (Key::default(), Zeroizing::new([0; 16]));
        let (first, second) = output.split_at(key.len());
        key.copy_from_slice(first);
        proof.copy_from_slice(second);
        Ok((key, proof))
    }
}

fn records(secrets: &Secrets) -> Zeroizing<Vec<u8>> {
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
        // The file's limit is far below 4 GiB.
        records.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        records.extend_from_slice(text.as_bytes());
    }
    records
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
    let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *records = rest;
    str::from_utf8(text).ok()
}

const MAGIC: &[u8; 16] = b"entra-auth-cli\0\x01";

/// Hundreds of profiles with certificates' passwords and keys.
const LIMIT: usize = 4 << 20;

/// Replacing a file takes milliseconds; a process that holds the lock longer hangs.
const WAIT: Duration = Duration::from_secs(10);

const ATTEMPTS: usize = 3;
