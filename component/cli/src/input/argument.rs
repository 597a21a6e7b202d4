//! A text that an option names: itself, a file by `@FILE`, or stdin by `-`.

use zeroize::Zeroizing;

use crate::input::file;
use crate::input::secret::Secret;
use crate::input::{stdin, text};
use crate::output::error::Error;

/// Where the text is.
#[derive(Clone)]
pub(crate) enum TextArgument {
    File(String),
    Stdin,
    Value(Secret),
}

impl std::str::FromStr for TextArgument {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match (text, text.strip_prefix('@')) {
            ("-", _) => Self::Stdin,
            (_, Some(path)) => Self::File(path.to_owned()),
            (value, None) => Self::Value(Secret::new(value.to_owned())),
        })
    }
}

impl TextArgument {
    pub(crate) fn is_on_command_line(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    pub(crate) fn is_stdin(&self) -> bool {
        matches!(self, Self::Stdin)
    }

    /// The text itself.
    pub(crate) fn read(&self) -> Result<Zeroizing<String>, Error> {
        match self {
            Self::File(path) => {
                let content = Zeroizing::new(file::read(path, text::LIMIT)?);
                text::decoded("the file", &content)
            }
            Self::Stdin => text::decoded("the input", &stdin::bytes()?),
            Self::Value(value) => Ok(Zeroizing::new(value.reveal().to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stdin_and_files_are_told_from_texts() {
        for (text, is_stdin, file) in [
            ("-", true, None),
            ("@token.txt", false, Some("token.txt")),
            ("@", false, Some("")),
            ("a@b", false, None),
            ("{}", false, None),
        ] {
            let argument: TextArgument = text.parse().unwrap();
            assert_eq!(argument.is_stdin(), is_stdin, "{text}");
            let found = match &argument {
                TextArgument::File(path) => Some(path.as_str()),
                TextArgument::Stdin | TextArgument::Value(_) => None,
            };
            assert_eq!(found, file, "{text}");
        }
    }
}
