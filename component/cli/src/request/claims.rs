//! The claims challenge that `--claims` names; what it says, the token logic reads.

use crate::input::argument::TextArgument;
use crate::output::error::Error;

/// The challenge as it was given.
pub(crate) fn read(argument: &TextArgument) -> Result<String, Error> {
    let text = argument.read()?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::bad_arguments(
            "the claims are empty",
            "check the variable, file or command that should have filled them",
        ));
    }
    if text.starts_with('{') && text.len() > 2 && !text.contains('"') {
        return Err(Error::bad_arguments(
            "the claims are no JSON: their quotation marks are gone, as Windows PowerShell takes them from arguments",
            "put the claims into a file and name it by `--claims @FILE`, or pipe them in by `--claims -`",
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_that_a_shell_took_are_missed() {
        for (text, expected) in [
            (r#"{"access_token":{}}"#, Ok(())),
            ("eyJhIjp7fX0=", Ok(())),
            ("{}", Ok(())),
            (
                "{access_token:{nbf:{essential:true}}}",
                Err("quotation marks are gone"),
            ),
            (" ", Err("the claims are empty")),
        ] {
            let given: TextArgument = text.parse().unwrap();
            match (read(&given), expected) {
                (Ok(read), Ok(())) => assert_eq!(read, text),
                (Err(error), Err(part)) => assert!(error.message.contains(part), "{text}"),
                (_, expected) => panic!("{text}: {expected:?}"),
            }
        }
    }
}
