//! Arguments that are no text.

use crate::input::environment::is_unreadable;
use crate::output::error::Error;

/// Refuse words that a host could not read, naming the option that they belong to and never the word.
pub(crate) fn check(arguments: &[String]) -> Result<(), Error> {
    let Some(position) = arguments.iter().position(|word| is_unreadable(word)) else {
        return Ok(());
    };
    let before = position
        .checked_sub(1)
        .and_then(|position| arguments.get(position));
    let own = arguments
        .get(position)
        .map_or("", |word| word.split('=').next().unwrap_or_default());
    let what = match (own, before) {
        (own, _) if own.starts_with("--") && !is_unreadable(own) => format!("the value of `{own}`"),
        (_, Some(before))
            if before.starts_with('-') && before.len() > 1 && !before.contains('=') =>
        {
            format!("what follows `{before}`")
        }
        _ => format!("argument {}", position + 1),
    };
    Err(Error::bad_arguments(
        format!("{what} is no text in UTF-8"),
        "check the encoding of the terminal or of the script; a file whose name is no UTF-8 can be given on stdin",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_named_by_its_option_and_never_quoted() {
        for (line, expected) in [
            ("get-token -p x", None),
            (
                "get-token --client-secret S3cr3t\u{fffd}",
                Some("what follows `--client-secret`"),
            ),
            (
                "get-token --client-secret=S3cr3t\u{fffd}",
                Some("the value of `--client-secret`"),
            ),
            ("get-token -p S3cr3t\u{fffd}", Some("what follows `-p`")),
            ("inspect S3cr3t\u{fffd}", Some("argument 2")),
            ("get-token --S3cr3t\u{fffd}", Some("argument 2")),
        ] {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let found = check(&words).err().map(|error| error.message);
            let expected = expected.map(|what| format!("{what} is no text in UTF-8"));
            assert_eq!(found, expected, "{line}");
        }
    }
}
