//! Keys in PEM as OpenSSL encrypted them before version 1.0, with headers inside the block
//! ([RFC 1421 section 4.6](https://www.rfc-editor.org/rfc/rfc1421#section-4.6)) and one round of MD5 over the password.
//!
//! Only reading: nobody should write these again.

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit};
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::fault::Fault;

/// The headers of a block and the base64 behind them; no headers where none are.
pub(super) fn split(body: &str) -> (Option<&str>, &str) {
    let body = body.trim_start();
    // Line ends may have become blanks, so that there is no empty line: the vector's digits end the headers.
    let Some(start) = body.find("DEK-Info:") else {
        return (None, body);
    };
    let behind = body.get(start..).unwrap_or_default();
    let vector = behind.find(',').map_or(0, |comma| comma + 1);
    let digits = behind.get(vector..).unwrap_or_default();
    let length = digits
        .find(|character: char| !character.is_ascii_hexdigit())
        .unwrap_or(digits.len());
    let end = start + vector + length;
    (body.get(start..end), body.get(end..).unwrap_or_default())
}

/// The DER that was encrypted. `header` is `DEK-Info`, with the cipher and its initialization vector.
pub(super) fn decrypt(
    header: &str,
    password: Option<&str>,
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let password = password.ok_or(Fault::PasswordMissing)?;
    let value = header.split_once(':').map_or("", |(_, value)| value.trim());
    let (cipher, vector) = value.split_once(',').ok_or(Fault::DamagedKey)?;
    let vector = hexadecimal(vector).ok_or(Fault::DamagedKey)?;
    match cipher.trim() {
        "AES-128-CBC" => decrypt_with::<aes::Aes128>(password, &vector, data, 16),
        "AES-192-CBC" => decrypt_with::<aes::Aes192>(password, &vector, data, 24),
        "AES-256-CBC" => decrypt_with::<aes::Aes256>(password, &vector, data, 32),
        "DES-EDE3-CBC" => decrypt_with::<des::TdesEde3>(password, &vector, data, 24),
        "DES-CBC" => decrypt_with::<des::Des>(password, &vector, data, 8),
        _ => Err(Fault::UnknownCipher),
    }
}

fn decrypt_with<C: BlockCipherDecrypt + KeyInit>(
    password: &str,
    vector: &[u8],
    data: &[u8],
    key_size: usize,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let salt = vector.get(..8).ok_or(Fault::DamagedKey)?;
    let key = derive(password.as_bytes(), salt, key_size);
    let cipher = Decryptor::<C>::new_from_slices(&key, vector).map_err(|_| Fault::DamagedKey)?;
    cipher
        .decrypt_padded_vec::<Pkcs7>(data)
        .map(Zeroizing::new)
        .map_err(|_| Fault::WrongPassword)
}

/// `EVP_BytesToKey` of OpenSSL with MD5 and one round.
fn derive(password: &[u8], salt: &[u8], size: usize) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(Vec::with_capacity(size + 16));
    let mut last = Zeroizing::new(Vec::with_capacity(16));
    while key.len() < size {
        let hash = Md5::new().chain_update(last.as_slice());
        let hash = hash.chain_update(password).chain_update(salt).finalize();
        last.clear();
        last.extend_from_slice(&hash);
        key.extend_from_slice(&hash);
    }
    key.truncate(size);
    key
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text
        .trim()
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect();
    let (pairs, []) = digits.as_deref()?.as_chunks::<2>() else {
        return None;
    };
    let bytes = pairs
        .iter()
        .map(|[high, low]| u8::try_from(16 * high + low).ok());
    bytes.collect()
}
