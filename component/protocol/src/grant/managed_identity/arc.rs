//! Azure Arc's proof that the caller may read a file.
//!
//! [Managed identity with Azure Arc](https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication). The agent
//! answers with the path of a file, and whoever sends its content gets the token. The path comes over plain http, so it is checked
//! to the letter before anything is opened; that it is no link and not too large is for whoever opens it
//! (CVE-2024-35255).

use http::header::WWW_AUTHENTICATE;
use http::{Response, StatusCode};

use crate::refusal::error::Error;
use crate::refusal::unacceptable::Unacceptable;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;

/// The largest key file that is read.
pub const MAX_KEY_SIZE: usize = 4096;

/// Where key files are, depending on the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFolder {
    /// `/var/opt/azcmagent/tokens`.
    Linux,
    /// `AzureConnectedMachineAgent\Tokens` in the folder that `%ProgramData%` names.
    Windows(String),
}

/// The file to read, if the agent's first answer names one that it may name. It must not be a link, nor larger than
/// [`MAX_KEY_SIZE`].
pub(super) fn key_file<B>(response: &Response<B>, folder: &KeyFolder) -> Result<String, Error> {
    let unacceptable = |message: &str| {
        Error::from(
            Unacceptable::new(message)
                .with_hint("check that the Azure Arc agent is connected and up to date")
                .with_answer(response.status().as_u16(), None),
        )
    };
    let header = response.headers().get(WWW_AUTHENTICATE);
    let path = header
        .filter(|_| response.status() == StatusCode::UNAUTHORIZED)
        .and_then(|header| header.to_str().ok())
        .and_then(realm)
        .ok_or_else(|| unacceptable("the Azure Arc agent did not name a key file"))?;
    if is_key_file(path, folder) {
        Ok(path.to_owned())
    } else {
        Err(unacceptable(
            "the Azure Arc agent named a file that is not one of its key files",
        ))
    }
}

/// `Basic realm={path}`, with quotation marks or without.
fn realm(header: &str) -> Option<&str> {
    let (scheme, rest) = header.split_once(' ')?;
    let (name, value) = rest.trim().split_once('=')?;
    let is_realm = scheme.eq_ignore_ascii_case("basic") && name.eq_ignore_ascii_case("realm");
    let value = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value);
    is_realm.then_some(value)
}

fn is_key_file(path: &str, folder: &KeyFolder) -> bool {
    let name = match folder {
        KeyFolder::Linux => path.strip_prefix("/var/opt/azcmagent/tokens/"),
        KeyFolder::Windows(program_data) if program_data.len() >= 3 => {
            let folder = format!(
                "{}\\AzureConnectedMachineAgent\\Tokens\\",
                program_data.trim_end_matches('\\')
            );
            path.split_at_checked(folder.len())
                .filter(|(start, _)| start.eq_ignore_ascii_case(&folder))
                .map(|(_, name)| name)
        }
        KeyFolder::Windows(_) => None,
    };
    name.and_then(|name| name.strip_suffix(".key"))
        .is_some_and(|stem| {
            let is_expected =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            (1..=200).contains(&stem.len())
                && stem.bytes().all(is_expected)
                && !stem.starts_with('.')
                && !stem.contains("..")
        })
}

/// The header that shows the file's content.
pub(super) fn authorization(content: &[u8]) -> Result<Secret, Impossible> {
    let text = std::str::from_utf8(content).ok().map(str::trim);
    let is_key = |text: &&str| {
        !text.is_empty()
            && text.len() <= MAX_KEY_SIZE
            && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match text.filter(is_key) {
        Some(text) => Ok(Secret::new(format!("Basic {text}"))),
        None => Err(Impossible::new(
            "the Azure Arc agent's key file does not hold a key",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M47.
    #[test]
    fn only_a_key_file_is_one() {
        let long = format!("/var/opt/azcmagent/tokens/{}.key", "a".repeat(201));
        let windows = KeyFolder::Windows("C:\\ProgramData".to_owned());
        let slash = KeyFolder::Windows("C:\\ProgramData\\".to_owned());
        let nowhere = KeyFolder::Windows(String::new());
        let rows = [
            (
                &KeyFolder::Linux,
                "/var/opt/azcmagent/tokens/1f4b.key",
                true,
            ),
            (
                &KeyFolder::Linux,
                "/var/opt/azcmagent/tokens/a-b_c.d.key",
                true,
            ),
            (&KeyFolder::Linux, "/etc/shadow", false),
            (&KeyFolder::Linux, "/etc/shadow.key", false),
            (
                &KeyFolder::Linux,
                "/var/opt/azcmagent/tokens/../x.key",
                false,
            ),
            (
                &KeyFolder::Linux,
                "/var/opt/azcmagent/tokens/a/x.key",
                false,
            ),
            (&KeyFolder::Linux, "/var/opt/azcmagent/tokens//x.key", false),
            (&KeyFolder::Linux, "/var/opt/azcmagent/tokens/..key", false),
            (&KeyFolder::Linux, "/var/opt/azcmagent/tokens/.key", false),
            (
                &KeyFolder::Linux,
                "/var/opt/azcmagent/tokens/x.key.txt",
                false,
            ),
            (&KeyFolder::Linux, "/var/opt/azcmagent/tokens/x.KEY", false),
            (
                &KeyFolder::Linux,
                "/var/opt/azcmagent/tokens/x\0.key",
                false,
            ),
            (&KeyFolder::Linux, "/var/opt/azcmagent/tokens2/x.key", false),
            (&KeyFolder::Linux, "/VAR/opt/azcmagent/tokens/x.key", false),
            (&KeyFolder::Linux, "var/opt/azcmagent/tokens/x.key", false),
            (&KeyFolder::Linux, "x.key", false),
            (&KeyFolder::Linux, &long, false),
            (&KeyFolder::Linux, "", false),
            (
                &windows,
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\1f4b.key",
                true,
            ),
            (
                &windows,
                "c:\\programdata\\azureconnectedmachineagent\\tokens\\1f4b.key",
                true,
            ),
            (
                &slash,
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\1.key",
                true,
            ),
            (
                &windows,
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\..\\x.key",
                false,
            ),
            (
                &windows,
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\a/x.key",
                false,
            ),
            (
                &windows,
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\x:y.key",
                false,
            ),
            (
                &windows,
                "\\\\evil\\AzureConnectedMachineAgent\\Tokens\\x.key",
                false,
            ),
            (&windows, "/var/opt/azcmagent/tokens/x.key", false),
            (
                &nowhere,
                "\\AzureConnectedMachineAgent\\Tokens\\x.key",
                false,
            ),
        ];
        for (folder, path, expected) in rows {
            assert_eq!(is_key_file(path, folder), expected, "{path}");
        }
    }

    #[test]
    fn the_agents_answer_names_the_file() {
        let path = "/var/opt/azcmagent/tokens/1f4b.key";
        let plain = format!("Basic realm={path}");
        let quoted = format!("basic Realm=\"{path}\"");
        let rows = [
            (401, plain.as_str(), true),
            (401, &quoted, true),
            (200, &plain, false),
            (
                401,
                "Bearer realm=/var/opt/azcmagent/tokens/1f4b.key",
                false,
            ),
            (401, "Basic realm=/etc/shadow", false),
            (401, "Basic", false),
            (401, "Basic charset=utf-8", false),
            (401, "", false),
        ];
        for (status, header, expected) in rows {
            let response = Response::builder()
                .status(status)
                .header("www-authenticate", header)
                .body(())
                .unwrap();
            let file = key_file(&response, &KeyFolder::Linux);
            assert_eq!(file.is_ok_and(|file| file == path), expected, "{header}");
        }
        assert!(key_file(&Response::new(()), &KeyFolder::Linux).is_err());
    }

    #[test]
    fn only_a_key_is_shown() {
        let long = vec![b'a'; MAX_KEY_SIZE + 1];
        assert_eq!(authorization(b"k3y\n").unwrap().expose(), "Basic k3y");
        for content in [b"".as_slice(), b" \n", b"a b", b"a\r\nx: y", b"\xff", &long] {
            assert!(authorization(content).is_err());
        }
    }
}
