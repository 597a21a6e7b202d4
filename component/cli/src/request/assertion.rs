//! The access token that came in, on whose behalf another one is asked for.

use crate::bindings::files;
use crate::input::secret::Secret;
use crate::input::{text, token};
use crate::output::error::Error;

/// The token as `--assertion` names it: `-` stands for stdin, `@` introduces a file.
#[derive(Clone)]
pub(crate) enum AssertionArgument {
    File(String),
    Stdin,
    Value(Secret),
}

impl std::str::FromStr for AssertionArgument {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match (text, text.strip_prefix('@')) {
            ("-", _) => Self::Stdin,
            (_, Some(path)) => Self::File(path.to_owned()),
            (value, None) => Self::Value(Secret::new(value.to_owned())),
        })
    }
}

impl AssertionArgument {
    pub(crate) fn is_on_command_line(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    pub(crate) fn is_stdin(&self) -> bool {
        matches!(self, Self::Stdin)
    }

    /// The token itself.
    pub(crate) fn read(&self) -> Result<Secret, Error> {
        let given = match self {
            Self::File(path) => token::from_bytes("the file", &files::read(path, text::LIMIT)?)?,
            Self::Stdin => token::whole_stdin()?,
            Self::Value(token) => token::from_text(token.reveal())?,
        };
        if given.is_empty() {
            return Err(Error::bad_arguments(
                "the incoming token is empty",
                "check the variable, file or command that should have filled it",
            ));
        }
        Ok(Secret::new(given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(argument: &str) -> Option<String> {
        let argument: AssertionArgument = argument.parse().unwrap();
        let token = argument.read().ok()?;
        Some(token.reveal().to_owned())
    }

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
        ] {
            assert_eq!(read(argument).as_deref(), expected, "{argument}");
        }
    }

    #[test]
    fn stdin_and_files_are_told_from_tokens() {
        for (text, is_stdin, file) in [
            ("-", true, None),
            ("@token.txt", false, Some("token.txt")),
            ("@", false, Some("")),
            ("a@b", false, None),
        ] {
            let argument: AssertionArgument = text.parse().unwrap();
            assert_eq!(argument.is_stdin(), is_stdin, "{text}");
            let found = match &argument {
                AssertionArgument::File(path) => Some(path.as_str()),
                AssertionArgument::Stdin | AssertionArgument::Value(_) => None,
            };
            assert_eq!(found, file, "{text}");
        }
    }
}
