//! A token as people have it at hand: copied with what stood around it, in a file, in the JSON that some tool wrote.
//!
//! What can be meant in one way only is understood; otherwise the error says what was found, and quotes nothing.

use ::text::word;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::input::secret::hidden;
use crate::input::{stdin, text};
use crate::output::Output;
use crate::output::error::Error;
use crate::output::printable::printable;

const HOW_TO_GIVE: &str = "pipe one in; or name it: `-` waits for stdin as long as it takes, `--token`, `--file`, or `--profile` and `< /dev/null` for the cached one";

/// All of stdin, unless somebody would have to type it.
pub(crate) fn piped_stdin(output: &Output) -> Result<Option<String>, Error> {
    if stdin::is_terminal() {
        return Ok(None);
    }
    stdin::expect("a token", HOW_TO_GIVE, output)?;
    let token = whole_stdin()?;
    Ok((!token.is_empty()).then_some(token))
}

/// All of stdin. At a terminal it is a question, so that nothing shows what is typed.
pub(crate) fn whole_stdin() -> Result<String, Error> {
    match stdin::is_terminal().then(typed).transpose()?.flatten() {
        Some(text) => from_text(&text),
        None => from_bytes("the input", &stdin::bytes()?),
    }
}

/// A line, and those on which its command goes on; nothing where nothing can be hidden.
fn typed() -> Result<Option<Zeroizing<String>>, Error> {
    let Some(line) = hidden("Token: ")? else {
        return Ok(None);
    };
    let mut text = Zeroizing::new(line);
    while text.trim_end().ends_with('\\') {
        let Some(line) = hidden("> ")? else { break };
        let line = Zeroizing::new(line);
        text.extend(["\n", line.as_str()]);
    }
    Ok(Some(text))
}

/// The token in a file's bytes; `what` names them in the message if they are no text.
pub(crate) fn from_bytes(what: &str, bytes: &[u8]) -> Result<String, Error> {
    from_text(&text::decoded(what, bytes)?)
}

/// The token in a text, which may be all that a command printed.
pub(crate) fn from_text(text: &str) -> Result<String, Error> {
    let text = bare(text);
    if text.starts_with(['{', '[']) {
        if let Ok(value) = serde_json::from_str(text) {
            return from_json(&value);
        }
    } else if let Some(member) = member(text) {
        return from_json(&member);
    }
    if let Some(token) = wrapped(text) {
        return Ok(token);
    }
    let token = without_scheme(text);
    if !token.contains(char::is_whitespace) && !token.contains(['=', ':', '"']) {
        return Ok(token.to_owned());
    }
    one_of(&jwts(text)).map(|found| found.unwrap_or(token).to_owned())
}

/// Without blanks and quotation marks around it, and the comma or semicolon of the line that it was copied from.
fn bare(text: &str) -> &str {
    let inner = word(text);
    match inner.trim_end_matches([',', ';']) {
        shorter if shorter.len() < inner.len() => bare(shorter),
        _ => inner,
    }
}

fn without_scheme(text: &str) -> &str {
    let text = match text.split_once(':') {
        Some((name, value)) if name.eq_ignore_ascii_case("authorization") => value.trim_start(),
        _ => text,
    };
    match text.split_once(char::is_whitespace) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => bare(rest),
        None if text.eq_ignore_ascii_case("bearer") => "",
        _ => text,
    }
}

/// One line of a JSON document: `"access_token": "…"`.
fn member(text: &str) -> Option<Value> {
    let quote = if text.starts_with('"') { "" } else { "\"" };
    // The last quotation mark may have been taken for a pair with the first.
    let end = if text.ends_with('"') { "" } else { "\"" };
    let object = format!("{{{quote}{text}{end}}}");
    serde_json::from_str::<Map<String, Value>>(&object)
        .ok()
        .map(Value::Object)
}

/// The token that was broken over lines; two tokens on two lines are not one.
fn wrapped(text: &str) -> Option<String> {
    let text = without_scheme(text);
    if !text.starts_with("ey") || !text.contains('\n') {
        return None;
    }
    let dots = |text: &str| text.matches('.').count();
    let is_whole = |line: &str| dots(line) >= 2;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_one = lines.iter().filter(|line| is_whole(line)).count() <= 1;
    let joined = lines.concat();
    let is_token = joined
        .chars()
        .all(|character| is_of_token(character) || matches!(character, '.' | '='));
    (is_one && is_token && matches!(dots(&joined), 2 | 4)).then_some(joined)
}

fn is_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// Everything in the text that looks like a JWT, once each: within a command line, a header, an address, a log.
fn jwts(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text
        .split(|character: char| !is_of_token(character) && character != '.')
        .map(|run| run.trim_end_matches('.'))
        .filter(|run| run.starts_with("eyJ") && matches!(run.matches('.').count(), 2 | 4))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Members that hold a token, by what is meant first: Entra's and Azure CLI's, cloud shells', build systems', Key Vault's.
const MEMBERS: [&str; 9] = [
    "access_token",
    "accessToken",
    "token",
    "oidcToken",
    "value",
    "id_token",
    "idToken",
    "authorization",
    "Authorization",
];

/// Deeper than any tool writes; Kubernetes' credentials have the token one level down.
const DEEPEST: usize = 4;

fn from_json(value: &Value) -> Result<String, Error> {
    let mut found = Vec::new();
    gather(value, DEEPEST, &mut found);
    found.sort_unstable();
    found.dedup();
    match one_of(&found)? {
        Some(token) => Ok(without_scheme(bare(token)).to_owned()),
        None => Err(no_token(value)),
    }
}

fn gather<'a>(value: &'a Value, depth: usize, found: &mut Vec<&'a str>) {
    let is_token = |text: &&str| !text.is_empty();
    match value {
        Value::String(text) => found.extend(Some(text.as_str()).filter(is_token)),
        Value::Array(items) if depth > 0 => {
            for item in items {
                gather(item, depth - 1, found);
            }
        }
        Value::Object(members) => {
            let named = MEMBERS
                .iter()
                .find_map(|name| members.get(*name)?.as_str().filter(is_token));
            match named {
                Some(token) => found.push(token),
                None if depth > 0 => {
                    let nested = members
                        .values()
                        .filter(|member| member.is_object() || member.is_array());
                    nested.for_each(|member| gather(member, depth - 1, found));
                }
                None => {}
            }
        }
        _ => {}
    }
}

/// The only one, or nothing if there is none.
fn one_of<'a>(found: &[&'a str]) -> Result<Option<&'a str>, Error> {
    match found {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => Err(Error::bad_arguments(
            format!("there are {} tokens in the input", several.len()),
            "give one of them",
        )),
    }
}

fn no_token(value: &Value) -> Error {
    let what = match value {
        Value::Object(members) if members.is_empty() => "the JSON object is empty".to_owned(),
        Value::Object(members) => {
            let names: Vec<String> = members
                .keys()
                .take(SHOWN)
                .map(|name| {
                    format!(
                        "`{}`",
                        printable(&name.chars().take(LONGEST_NAME).collect::<String>())
                    )
                })
                .collect();
            let more = if members.len() > SHOWN { ", …" } else { "" };
            format!(
                "no member of the JSON is a token: it has {}{more}",
                names.join(", ")
            )
        }
        _ => "the JSON list has no token in it".to_owned(),
    };
    Error::bad_arguments(
        what,
        "tokens are read from members such as `access_token`, `token` and `id_token`",
    )
}

/// Enough to see what was given.
const SHOWN: usize = 6;
const LONGEST_NAME: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_in_every_encoding() {
        let little: &[u8] = &[0xff, 0xfe, b'a', 0, b'.', 0, b'b', 0, b'\r', 0, b'\n', 0];
        let big: &[u8] = &[0xfe, 0xff, 0, b'a', 0, b'.', 0, b'b'];
        for (bytes, expected) in [
            (b"a.b".as_slice(), Some("a.b")),
            (b" a.b \r\n", Some("a.b")),
            (b"\xef\xbb\xbfa.b\n", Some("a.b")),
            (little, Some("a.b")),
            (big, Some("a.b")),
            (b"a\0.\0b\0", Some("a.b")),
            (b"\xff\xfea", None),
            (b"\xff\x00", None),
            (b"", Some("")),
            (b"Bearer a.b", Some("a.b")),
            (b"Bearer ", Some("")),
        ] {
            assert_eq!(
                from_bytes("the input", bytes).ok().as_deref(),
                expected,
                "{bytes:?}"
            );
        }
    }

    /// The token and its second line, for rows that break it.
    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c2ln";

    #[test]
    fn what_stands_around_a_token_is_left_behind() {
        for pattern in [
            "%",
            "\"%\"",
            "'%'\n",
            "%,",
            "\"%\",\r\n",
            "\u{201c}%\u{201d}",
            "bearer  %",
            "Authorization: Bearer %",
            "authorization:Bearer %\r\n",
            "-H 'Authorization: Bearer %'",
            "-H \"authorization: Bearer %\" \\",
            "curl 'https://api.example/x' \\\n  -H 'accept: */*' \\\n  -H 'authorization: Bearer %' --compressed",
            "GET /x HTTP/1.1\r\nHost: api.example\r\nAuthorization: Bearer %\r\n\r\n",
            "TOKEN=%",
            "export TOKEN=\"%\"",
            "$env:TOKEN = '%'",
            "http://localhost/#access_token=%&token_type=Bearer",
            "token_type: Bearer\nscope: \"api://x/read\"\naccess_token: %\nfrom_cache: true\n",
            "{\"access_token\":\"%\",\"expires_in\":1}",
            "{\"access_token\":\"%\",\"id_token\":\"eyJhIjoxfQ.eyJhIjoxfQ.x\"}",
            "{\"accessToken\":\"%\"}",
            "{\"token\":\"%\"}",
            "{\"value\":\"%\",\"id\":\"https://v.vault.azure.net/secrets/x\"}",
            "{\"oidcToken\":\"%\"}",
            "{\"id_token\":\"%\"}",
            "{\"count\":1,\"value\":\"%\"}",
            "{\"Authorization\":\"Bearer %\"}",
            "{\"headers\":{\"authorization\":\"Bearer %\"}}",
            "{\"kind\":\"ExecCredential\",\"status\":{\"expirationTimestamp\":\"x\",\"token\":\"%\"}}",
            "[\"%\"]",
            "[{\"token\":\"%\"},{\"token\":\"%\"}]",
            "\"access_token\": \"%\",",
            "\"access_token\": \"%\"",
        ] {
            let found = from_text(&pattern.replace('%', TOKEN));
            assert_eq!(found.ok().as_deref(), Some(TOKEN), "{pattern}");
        }
    }

    #[test]
    fn a_token_that_was_broken_over_lines_is_put_together() {
        for text in [
            "eyJhbGciOiJub25lIn0.\neyJleHAiOjF9.c2ln",
            "eyJhbGciOiJub2\r\n  5lIn0.eyJleHAiOjF9\r\n  .c2ln\r\n",
            "Bearer eyJhbGciOiJub25lIn0.eyJle\nHAiOjF9.c2ln",
            "eyJhbGciOiJub25lIn0.eyJleHAiOjF9.c\n2ln",
        ] {
            assert_eq!(from_text(text).ok().as_deref(), Some(TOKEN), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_one_token_says_what_it_is() {
        let two = format!("{TOKEN}\n{TOKEN}x\n");
        let listed = format!("[\"{TOKEN}\",\"{TOKEN}x\"]");
        for (text, expected) in [
            (two.as_str(), "there are 2 tokens in the input"),
            (&listed, "there are 2 tokens in the input"),
            ("{}", "the JSON object is empty"),
            ("[]", "the JSON list has no token in it"),
            (
                "{\"token\":1}",
                "no member of the JSON is a token: it has `token`",
            ),
            (
                "{\"error\":\"x\",\"\u{202e}\":1}",
                "no member of the JSON is a token: it has `error`, `\\u{202e}`",
            ),
        ] {
            let error = from_text(text).unwrap_err();
            assert_eq!(error.message, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_jwt_stays_what_it_is() {
        for (text, expected) in [
            ("s3cr3t-opaque", "s3cr3t-opaque"),
            ("EwB4A8l6BAAU+/x==", "EwB4A8l6BAAU+/x=="),
            ("{\"token\":\"opaque\"}", "opaque"),
            ("{not JSON", "{not JSON"),
            ("<saml:Assertion>", "<saml:Assertion>"),
        ] {
            assert_eq!(from_text(text).ok().as_deref(), Some(expected), "{text}");
        }
    }
}
