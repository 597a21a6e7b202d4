//! What looks like a secret or a token, in a place where something else was meant.
//!
//! Two variables that were exchanged in a pipeline put the secret where the client id belongs, and an error that quotes the
//! value puts it into the log.

/// Stands in the place of what looks like a secret.
const MASK: &str = "(looks like a secret)";

/// Client secrets of Entra have 34 to 44 characters, others more; nothing that is meant to be seen has both this length and
/// a tilde, capitals, small letters and digits.
const SHORTEST_SECRET: usize = 32;

/// Shorter ones carry no usable token, and `eyJ` may turn up in an ordinary word.
const SHORTEST_JWT: usize = 20;

/// No name, identifier or part of an address has so many characters in one piece; tokens and codes have.
const SHORTEST_OPAQUE: usize = 100;

/// 32 random bytes in base64 with the sign at their end, as client secrets were until 2021.
const OLD_SECRET: usize = 43;

/// A key or certificate has more than a line; a message about its first line may quote that.
const SHORTEST_BLOCK: usize = 64;

/// How base64 of a key, a certificate or a PFX begins: all of them are sequences in DER of more than 255 bytes. And that of
/// `-----BEGIN`.
const ENCODED: [&str; 2] = ["MII", "LS0tLS1CRUdJTi"];

/// The text, in which what looks like a client secret of Entra or a token is not shown.
pub fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let old = run(rest, is_base64);
        let new = run(rest, is_base64url);
        let behind = rest.get(old.len()..).unwrap_or_default();
        let (piece, is_secret) = if let Some(block) = block(rest) {
            (block, true)
        } else if old.len() == OLD_SECRET && behind.starts_with('=') && is_mixed(old) {
            (rest.get(..=old.len()).unwrap_or_default(), true)
        } else if new.is_empty() {
            (rest.get(..first.len_utf8()).unwrap_or_default(), false)
        } else {
            (new, looks_like_secret(new))
        };
        shown.push_str(if is_secret { MASK } else { piece });
        rest = rest.get(piece.len()..).unwrap_or_default();
    }
    shown
}

/// A key or certificate at the start of the text, in PEM or base64, up to the sign that ends what is quoted.
fn block(text: &str) -> Option<&str> {
    let end = if text.starts_with("-----BEGIN ") {
        text.find('`')
    } else if ENCODED.iter().any(|start| text.starts_with(start)) {
        text.find(|character| !is_in_block(character))
    } else {
        return None;
    };
    let block = text.get(..end.unwrap_or(text.len()))?.trim_end();
    (block.len() > SHORTEST_BLOCK).then_some(block)
}

/// Base64 over several lines, whose ends may be written out.
const fn is_in_block(character: char) -> bool {
    is_base64(character) || matches!(character, '=' | '\\') || character.is_ascii_whitespace()
}

fn looks_like_secret(run: &str) -> bool {
    let is_client_secret = run.len() >= SHORTEST_SECRET && run.contains('~') && is_mixed(run);
    let is_jwt = run.len() >= SHORTEST_JWT && run.contains("eyJ");
    is_client_secret || is_jwt || run.len() >= SHORTEST_OPAQUE
}

fn is_mixed(run: &str) -> bool {
    let has = |class: fn(&u8) -> bool| run.bytes().any(|byte| class(&byte));
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}

fn run(text: &str, is_part: fn(char) -> bool) -> &str {
    let end = text
        .find(|character| !is_part(character))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

const fn is_base64(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '+' | '/')
}

const fn is_base64url(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_not_shown() {
        let secret = "abc8Q~CANARYsecretCANARYsecretCANARY1234";
        let old = "AbC1234567890AbC1234567890AbC1234567890AbC+=";
        let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln";
        let opaque = "1.".to_owned() + &"AVgA".repeat(30);
        for secret in [secret, old, jwt, &opaque] {
            for (before, after) in [
                ("", ""),
                ("client id `", "` is not a GUID"),
                ("https://login.microsoftonline.com/", "/v2.0"),
                ("profile '", "' not found"),
                ("--tenant-id=", ""),
            ] {
                assert_eq!(
                    masked(&format!("{before}{secret}{after}")),
                    format!("{before}{MASK}{after}")
                );
            }
        }
    }

    #[test]
    fn a_key_or_certificate_in_the_place_of_a_path_is_not_shown() {
        let line = "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDbWQCFWdv9EX3D";
        let rest = "6+EAciEeyPUkk1REPopicYPAAVMgZikETMpklf9qUL8wKq4Of/6FKOLzMRWtxlrM==";
        for lines in ["\n", "\r\n", "\\n", " "] {
            let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
            let pem = [begin, line, rest, end].join(lines);
            let twice = [
                "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUV2Z0lCQURBTkJna3Foa2lHOXcw",
                rest,
            ];
            for content in [pem, [line, rest].join(lines), twice.join(lines)] {
                for (before, after) in [
                    ("", ""),
                    ("cannot read `", "`: no such file"),
                    ("cannot read `/home/alice/", "`: no such file"),
                ] {
                    assert_eq!(
                        masked(&format!("{before}{content}{after}")),
                        format!("{before}{MASK}{after}"),
                        "{lines:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_meant_to_be_seen_stays() {
        for text in [
            "",
            "the file begins with `-----BEGIN ENCRYPTED PRIVATE KEY-----`",
            "MIIS is a name, and so is MIIT",
            "tenant `contoso.onmicrosoft.com` é 漢字",
            "client id `99999999-8888-7777-6666-555555555555`",
            "api://99999999-8888-7777-6666-555555555555/access_as_user",
            "https://login.microsoftonline.com/error?code=7000215",
            "cannot read `/home/alice/projects/a-rather-long-name-of-a-folder/and-another-one/client.pfx`",
            r"C:\Users\ALICE~1\AppData\Local\Temp\file-with-a-long-name.pem",
            "~/.config/entra-auth-cli/profiles.json",
            "a thumbprint: 0123456789ABCDEF0123456789ABCDEF01234567",
            "the beginning eyJ of a word, as in eyJafjallajokull",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
