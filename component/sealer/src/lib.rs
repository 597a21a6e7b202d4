//! Sealing at rest, as a component without imports, for hosts that are not written in Rust. What it does is the library
//! `sealing`; here lengths are checked and values handed over.

mod bindings;

use bindings::exports::entra_auth::core::sealing::{Fault, Guest, NamedSecret, Opening};
use sealing::cache_entry::{self, Name};
use sealing::secrets_file::{self, Header, Secrets};
use sealing::{Cost, export};
use zeroize::Zeroizing;

struct Sealer;

impl Guest for Sealer {
    fn seal_entry(
        key: Vec<u8>,
        nonce: Vec<u8>,
        client: String,
        entry: String,
        content: Vec<u8>,
        keep_until: i64,
    ) -> Result<Vec<u8>, Fault> {
        let (key, content) = (secret_array(key)?, Zeroizing::new(content));
        let name = Name {
            client: &client,
            entry: &entry,
        };
        cache_entry::seal(&key, &array(&nonce)?, name, &content, keep_until).map_err(fault)
    }

    fn open_entry(
        key: Vec<u8>,
        client: String,
        entry: String,
        file: Vec<u8>,
    ) -> Result<Vec<u8>, Fault> {
        let name = Name {
            client: &client,
            entry: &entry,
        };
        let mut content =
            cache_entry::open(&secret_array(key)?, name, &file).ok_or(Fault::Damaged)?;
        Ok(std::mem::take(&mut content))
    }

    fn keep_until(file: Vec<u8>) -> Option<i64> {
        cache_entry::keep_until(&file)
    }

    fn derive_new(passphrase: String, salt: Vec<u8>) -> Result<Opening, Fault> {
        let passphrase = Zeroizing::new(passphrase);
        secrets_file::Opening::new(&passphrase, &array(&salt)?, Cost::RECOMMENDED)
            .map(|opening| to_record(&opening))
            .map_err(fault)
    }

    fn derive(passphrase: String, file: Vec<u8>) -> Result<Opening, Fault> {
        let passphrase = Zeroizing::new(passphrase);
        let header = Header::of(&file).ok_or(Fault::Damaged)?;
        secrets_file::Opening::of(header, &passphrase)
            .map(|opening| to_record(&opening))
            .map_err(fault)
    }

    fn seal_secrets(
        opening: Opening,
        nonce: Vec<u8>,
        secrets: Vec<NamedSecret>,
    ) -> Result<Vec<u8>, Fault> {
        let secrets = secrets
            .into_iter()
            .map(|secret| (secret.name, Zeroizing::new(secret.value)))
            .collect();
        from_record(opening)?
            .seal(&array(&nonce)?, &secrets)
            .map_err(fault)
    }

    fn open_secrets(opening: Opening, file: Vec<u8>) -> Result<Vec<NamedSecret>, Fault> {
        let secrets = from_record(opening)?.open(&file).ok_or(Fault::Damaged)?;
        Ok(to_list(secrets))
    }

    fn seal_export(
        passphrase: String,
        salt: Vec<u8>,
        nonce: Vec<u8>,
        content: String,
    ) -> Result<String, Fault> {
        let (passphrase, content) = (Zeroizing::new(passphrase), Zeroizing::new(content));
        export::seal(&passphrase, &array(&salt)?, &array(&nonce)?, &content).map_err(fault)
    }

    fn open_export(passphrase: String, text: String) -> Result<String, Fault> {
        let mut content = export::open(&Zeroizing::new(passphrase), &text).map_err(fault)?;
        Ok(std::mem::take(&mut content))
    }
}

fn to_record(opening: &secrets_file::Opening) -> Opening {
    Opening {
        header: opening.header().bytes().to_vec(),
        key: opening.key().to_vec(),
    }
}

fn from_record(opening: Opening) -> Result<secrets_file::Opening, Fault> {
    let key = secret_array(opening.key)?;
    let header = Header::of(&opening.header).ok_or(Fault::Damaged)?;
    Ok(secrets_file::Opening::from_parts(header, key))
}

fn to_list(secrets: Secrets) -> Vec<NamedSecret> {
    secrets
        .into_iter()
        .map(|(name, mut value)| NamedSecret {
            name,
            value: std::mem::take(&mut value),
        })
        .collect()
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Fault> {
    bytes.try_into().map_err(|_| Fault::Impossible)
}

fn secret_array<const N: usize>(bytes: Vec<u8>) -> Result<Zeroizing<[u8; N]>, Fault> {
    array(&Zeroizing::new(bytes)).map(Zeroizing::new)
}

fn fault(fault: sealing::Fault) -> Fault {
    match fault {
        sealing::Fault::Damaged(_) => Fault::Damaged,
        sealing::Fault::Impossible => Fault::Impossible,
        sealing::Fault::Newer => Fault::Newer,
        sealing::Fault::WrongPassphrase => Fault::WrongPassphrase,
    }
}
