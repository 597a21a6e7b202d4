//! What a variable means that names a place or a choice.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use text::word;

/// The value without what a `.env` file, a shell or an editor put around it; nothing if that leaves nothing. What is no text is
/// left as it is: paths need not be.
pub(crate) fn meant(value: OsString) -> Option<OsString> {
    let bare = match value.to_str() {
        Some(text) => OsString::from(word(text)),
        None => value,
    };
    (!bare.is_empty()).then_some(bare)
}

/// The path with the home folder in the place of a `~` at its beginning, which a shell leaves alone within quotation marks and
/// behind `=`. Somebody else's home folder is not known here.
pub(crate) fn from_home(path: PathBuf, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) if rest.as_os_str().is_empty() => home.to_owned(),
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_was_meant() {
        for (value, expected) in [
            ("file", Some("file")),
            ("file\r\n", Some("file")),
            ("\"/a folder\"", Some("/a folder")),
            ("", None),
            ("\"\"\n", None),
        ] {
            assert_eq!(
                meant(value.into()),
                expected.map(OsString::from),
                "{value:?}"
            );
        }
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = Path::new("/home/u");
        for (path, expected) in [
            ("~", "/home/u"),
            ("~/", "/home/u"),
            ("~/c.pem", "/home/u/c.pem"),
            ("~other/c.pem", "~other/c.pem"),
            ("/a/~/b", "/a/~/b"),
            ("c.pem", "c.pem"),
        ] {
            assert_eq!(
                from_home(path.into(), Some(home)),
                PathBuf::from(expected),
                "{path}"
            );
            assert_eq!(from_home(path.into(), None), PathBuf::from(path), "{path}");
        }
    }
}
