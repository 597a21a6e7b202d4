//! An export that only the holder of the passphrase can read or change. Its text is as `sealing` says.

use sealing::{Fault, Part, export};
use zeroize::Zeroizing;

use crate::input::random;
use crate::input::secret::Secret;
use crate::output::error::Error;

pub(super) fn is_sealed(text: &str) -> bool {
    export::is_export(text)
}

pub(super) fn seal(passphrase: &Secret, content: &str) -> Result<String, Error> {
    let (salt, nonce) = (random::bytes()?, random::bytes()?);
    export::seal(passphrase.reveal(), &salt, &nonce, content).map_err(of_fault)
}

/// Nothing where the passphrase is another one.
pub(super) fn open(passphrase: &Secret, text: &str) -> Result<Option<Zeroizing<String>>, Error> {
    match export::open(passphrase.reveal(), text) {
        Ok(content) => Ok(Some(content)),
        Err(Fault::WrongPassphrase) => Ok(None),
        Err(fault) => Err(of_fault(fault)),
    }
}

fn of_fault(fault: Fault) -> Error {
    match fault {
        Fault::Damaged(Part::Header) => damaged("its header"),
        Fault::Damaged(Part::Content) => damaged("its text"),
        Fault::Damaged(Part::End) => damaged("its end"),
        Fault::Impossible => impossible(),
        Fault::Newer => Error::bad_arguments(
            "the export was made by a newer version of this program, or its first line was changed",
            "update `entra-auth-cli`, or export the profiles again",
        ),
        Fault::WrongPassphrase => wrong_passphrase(),
    }
}

/// A cipher cannot tell the two apart.
pub(crate) fn wrong_passphrase() -> Error {
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
        "the key of the export cannot be derived here",
        "there may be too little memory: it takes 64 MiB",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let passphrase = Secret::new("correct horse".to_owned());
        let sealed = || seal(&passphrase, "same").unwrap();
        assert_ne!(sealed(), sealed());
    }
}
