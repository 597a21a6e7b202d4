//! Secrets in one file that a passphrase opens, for machines without a keyring. Its bytes are as `sealing` says.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sealing::secrets_file::{Header, Opening, Secrets};
use sealing::{Cost, Fault as SealingFault};
use text::remark;
use zeroize::Zeroizing;

use super::failure;
use super::given_passphrase::GivenPassphrase;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::system::folders::Folders;
use crate::system::kept_key::{KeptKey, KeyTimeout};
use crate::system::private_file::{self, Lock};
use crate::system::random;
use crate::system::terminal::{Echo, NoAnswer, Terminal};

/// The file and what was derived to open it.
pub(super) struct EncryptedFile {
    folders: Folders,
    passphrase: Passphrase,
    /// Deriving takes long on purpose: once in a process is enough.
    opened: Mutex<Option<Opening>>,
    /// For a new file.
    cost: Cost,
    timeout: KeyTimeout,
}

impl EncryptedFile {
    pub(super) fn new(folders: Folders, passphrase: Passphrase, timeout: KeyTimeout) -> Self {
        Self {
            folders,
            passphrase,
            opened: Mutex::new(None),
            cost: Cost::RECOMMENDED,
            timeout,
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
        Header::of(&file).map(|header| header.salt())
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
            let salt = random::bytes().map_err(|_| failure::no_random())?;
            let opening = Opening::new(&passphrase, &salt, self.cost);
            let opening = opening.map_err(|_| underivable())?;
            self.keep(&opening)?;
            *opened = Some(opening);
        }
        Ok(())
    }

    /// From now on a person is asked again, by every process.
    pub(super) fn forget_kept(&self) {
        if let (Ok(Some(file)), Ok(path)) = (self.content(), self.path())
            && let Some(header) = Header::of(&file)
        {
            self.kept(&header, &path).forget();
        }
    }

    /// What opens the file: the key that somebody's passphrase gave a while ago, else the passphrase.
    fn opening(&self, header: &Header, file: &[u8]) -> Result<Opening, Failure> {
        let path = self.path()?;
        // A passphrase that comes with the call is checked by each.
        let kept = match self.passphrase.given.origin() {
            None => self.kept(header, &path).read(),
            Some(_) => None,
        };
        let kept = kept.map(|key| Opening::from_parts(header.clone(), key));
        if let Some(opening) = kept.filter(|opening| opening.open(file).is_some()) {
            return Ok(opening);
        }
        let opening = self.passphrase.open(header, &path)?;
        self.keep(&opening)?;
        Ok(opening)
    }

    /// Only what a person typed: nobody is spared anything otherwise.
    fn keep(&self, opening: &Opening) -> Result<(), Failure> {
        if self.passphrase.given.origin().is_none() {
            self.kept(opening.header(), &self.path()?)
                .keep(opening.key());
        }
        Ok(())
    }

    /// By path and header: another file, and one that was made anew, have other keys.
    fn kept(&self, header: &Header, path: &Path) -> KeptKey {
        let origin = format!("{path:?} {:02x?}", header.salt());
        KeptKey::new("secrets.sealed:key", Some(origin), self.timeout.clone())
    }

    fn content(&self) -> Result<Option<Vec<u8>>, Failure> {
        private_file::read(&self.path()?, LIMIT).map_err(failure::of_file)
    }

    fn open(&self, file: &[u8]) -> Result<Secrets, Failure> {
        let header = Header::of(file).ok_or_else(|| self.damaged())?;
        let mut opened = self.opened();
        if opened
            .as_ref()
            .is_none_or(|opening| *opening.header() != header)
        {
            *opened = Some(self.opening(&header, file)?);
        }
        opened
            .as_ref()
            .and_then(|opening| opening.open(file))
            .ok_or_else(|| self.damaged())
    }

    fn seal(&self, secrets: &Secrets) -> Result<Vec<u8>, Failure> {
        let opened = self.opened();
        let opening = opened.as_ref().ok_or_else(|| self.damaged())?;
        let nonce = random::bytes().map_err(|_| failure::no_random())?;
        let file = opening.seal(&nonce, secrets).ok();
        let path = self.path()?;
        file.filter(|file| file.len() <= LIMIT).ok_or_else(|| {
            failure::new(
                Fault::Denied,
                format!(
                    "`{}` would become larger than {LIMIT} bytes",
                    path.display()
                ),
                "delete profiles that are no longer needed",
            )
        })
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
    /// Whoever did not want to answer is not asked again, whatever else of this call would need it.
    is_refused: AtomicBool,
}

impl Passphrase {
    pub(super) fn new(given: GivenPassphrase, terminal: Terminal) -> Self {
        Self {
            given,
            terminal,
            is_refused: AtomicBool::new(false),
        }
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
            return opening(header, passphrase)?.ok_or_else(|| match remark(passphrase) {
                Some(remark) => wrong(&format!("check `{origin}`: what it gives {remark}")),
                None => wrong(&format!("check `{origin}`")),
            });
        }
        let mut question = format!("Passphrase for {}: ", path.display());
        for _ in 0..ATTEMPTS {
            let passphrase = self.ask(&question, path)?;
            if let Some(opening) = opening(header, &passphrase)? {
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
            Fault::Locked,
            "no passphrase was chosen",
            "try again, or set `ENTRA_AUTH_CLI_PASSPHRASE`",
        ))
    }

    fn ask(&self, question: &str, path: &Path) -> Result<Zeroizing<String>, Failure> {
        let answer = match self.is_refused.load(Ordering::Relaxed) {
            true => Err(NoAnswer::Cancelled),
            false => self.terminal.ask(question, Echo::Hidden),
        };
        let is_refused = matches!(answer, Err(NoAnswer::Cancelled));
        self.is_refused.fetch_or(is_refused, Ordering::Relaxed);
        answer.map_err(|no_answer| match no_answer {
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

/// Nothing if that is not the passphrase.
fn opening(header: &Header, passphrase: &str) -> Result<Option<Opening>, Failure> {
    match Opening::of(header.clone(), passphrase) {
        Ok(opening) => Ok(Some(opening)),
        Err(SealingFault::WrongPassphrase) => Ok(None),
        Err(_) => Err(underivable()),
    }
}

fn underivable() -> Failure {
    failure::new(
        Fault::Damaged,
        "the key of the encrypted file cannot be derived",
        "it takes 64 MiB of memory; if there is enough, put a backup of the file in its place",
    )
}

/// Hundreds of profiles with certificates' passwords and keys.
const LIMIT: usize = 4 << 20;

/// Replacing a file takes milliseconds; a process that holds the lock longer hangs.
const WAIT: Duration = Duration::from_secs(10);

const ATTEMPTS: usize = 3;
