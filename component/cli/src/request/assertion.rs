//! The access token that came in, on whose behalf another one is asked for.

use crate::input::argument::TextArgument;
use crate::input::secret::Secret;
use crate::input::token;
use crate::output::error::Error;

/// The token that `--assertion` names.
pub(crate) fn read(argument: &TextArgument) -> Result<Secret, Error> {
    let token = match argument.is_stdin() {
        true => token::whole_stdin()?,
        false => token::from_text(&argument.read()?)?,
    };
    if token.is_empty() {
        return Err(Error::bad_arguments(
            "the incoming token is empty",
            "check the variable, file or command that should have filled it",
        ));
    }
    Ok(Secret::new(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_as_it_was_copied() {
        for (argument, expected) in [
            ("a.b.c", Some("a.b.c")),
            (" a.b.c\n", Some("a.b.c")),
            ("Bearer a.b.c", Some("a.b.c")),
            ("bearer  a.b.c", Some("a.b.c")),
            (r#"{"access_token":"a.b.c"}"#, Some("a.b.c")),
            ("", None),
            (" ", None),
            ("Bearer", None),
        ] {
            let given: TextArgument = argument.parse().unwrap();
            let found = read(&given).ok();
            let found = found.as_ref().map(Secret::reveal);
            assert_eq!(found, expected, "{argument}");
        }
    }
}
