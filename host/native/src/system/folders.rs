//! Where profiles, sealed secrets and cached tokens live on this machine.
//!
//! The first of `ENTRA_AUTH_CLI_CONFIG_PATH`, `entra-auth-cli_CONFIG_PATH` and `ENTRA_TOKEN_HOME` that is set names one
//! folder for everything. Otherwise the XDG base directories decide, on macOS too for the configuration, and the
//! application data folders on Windows. Nothing is created here.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf, absolute};

use crate::system::private_file::{Fault, FileError};
use crate::system::{platform, variable};

/// The folders of this user.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    config: Option<PathBuf>,
    cache: Option<PathBuf>,
    /// The folder that a variable names in place of the usual ones.
    chosen: Option<PathBuf>,
}

impl Folders {
    /// From the variables of this process.
    pub(crate) fn from_environment() -> Self {
        Self::from_variables(|name| env::var_os(name), env::home_dir())
    }

    /// From the variables that `value_of` looks up, and the home folder.
    pub(crate) fn from_variables(
        value_of: impl Fn(&str) -> Option<OsString>,
        home: Option<PathBuf>,
    ) -> Self {
        let folder = |name: &str| value_of(name).and_then(variable::meant).map(PathBuf::from);
        let home = home.filter(|home| home.is_absolute());
        let [config, cache] = platform::folders(
            // The XDG base directory specification says to ignore a relative path.
            |name| folder(name).filter(|path| path.is_absolute()),
            home.as_deref(),
        );
        let config = config.map(|path| path.join(NAME));
        if let Some(chosen) = OVERRIDES.iter().find_map(|name| folder(name)) {
            let chosen = variable::from_home(chosen, home.as_deref());
            let chosen: PathBuf = absolute(&chosen).unwrap_or(chosen).components().collect();
            return Self {
                chosen: Some(chosen.clone()).filter(|chosen| Some(chosen) != config.as_ref()),
                ..Self::at(chosen)
            };
        }
        Self {
            config,
            cache: cache.map(|path| path.join(NAME).join(TOKENS)),
            chosen: None,
        }
    }

    /// Everything below one folder.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self {
            cache: Some(folder.join(TOKENS)),
            config: Some(folder),
            chosen: None,
        }
    }

    /// What keeps things that are not in these folders, but belong to them, apart from those of the usual ones. Nothing for
    /// the usual ones.
    pub(crate) fn chosen(&self) -> Option<&Path> {
        self.chosen.as_deref()
    }

    /// Profiles and the encrypted file of secrets.
    pub(crate) fn config(&self) -> Result<&Path, FileError> {
        self.config.as_deref().ok_or_else(no_home)
    }

    /// Sealed tokens.
    pub(crate) fn cache(&self) -> Result<&Path, FileError> {
        self.cache.as_deref().ok_or_else(no_home)
    }
}

fn no_home() -> FileError {
    FileError::new(
        Fault::Absent,
        "this user has no home folder to keep anything in",
        "set ENTRA_AUTH_CLI_CONFIG_PATH to a folder",
    )
}

/// The first is ours; the second, which no shell can set, and the third stand in documents of the namesake.
const OVERRIDES: [&str; 3] = [
    "ENTRA_AUTH_CLI_CONFIG_PATH",
    "entra-auth-cli_CONFIG_PATH",
    "ENTRA_TOKEN_HOME",
];
const NAME: &str = "entra-auth-cli";
const TOKENS: &str = "tokens";

#[cfg(test)]
#[cfg(all(not(windows), not(target_os = "macos")))]
mod tests {
    use super::*;

    fn folders(variables: &[(&str, &str)], home: Option<&str>) -> [Option<PathBuf>; 2] {
        let find = |name: &str| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.into())
        };
        let folders = Folders::from_variables(find, home.map(PathBuf::from));
        [folders.config, folders.cache]
    }

    #[test]
    fn folders_follow_the_variables() {
        let default = [
            "/home/u/.config/entra-auth-cli",
            "/home/u/.cache/entra-auth-cli/tokens",
        ];
        type Variables = &'static [(&'static str, &'static str)];
        let rows: &[(Variables, [&str; 2])] = &[
            (&[], default),
            (
                &[("ENTRA_AUTH_CLI_CONFIG_PATH", ""), ("XDG_CONFIG_HOME", "")],
                default,
            ),
            (
                &[("XDG_CONFIG_HOME", "relative"), ("XDG_CACHE_HOME", "./c")],
                default,
            ),
            (
                &[("XDG_CONFIG_HOME", "/x")],
                ["/x/entra-auth-cli", "/home/u/.cache/entra-auth-cli/tokens"],
            ),
            (
                &[("XDG_CACHE_HOME", "/c")],
                ["/home/u/.config/entra-auth-cli", "/c/entra-auth-cli/tokens"],
            ),
            (
                &[
                    ("ENTRA_AUTH_CLI_CONFIG_PATH", "/o"),
                    ("XDG_CACHE_HOME", "/c"),
                ],
                ["/o", "/o/tokens"],
            ),
            (
                &[
                    ("ENTRA_TOKEN_HOME", "/h"),
                    ("entra-auth-cli_CONFIG_PATH", "/l"),
                ],
                ["/l", "/l/tokens"],
            ),
            (&[("ENTRA_TOKEN_HOME", "/h")], ["/h", "/h/tokens"]),
            (
                &[("ENTRA_AUTH_CLI_CONFIG_PATH", "~/auth")],
                ["/home/u/auth", "/home/u/auth/tokens"],
            ),
            (
                &[("ENTRA_AUTH_CLI_CONFIG_PATH", "\"/o\"\r")],
                ["/o", "/o/tokens"],
            ),
        ];
        for (variables, expected) in rows {
            assert_eq!(
                folders(variables, Some("/home/u")),
                expected.map(|path| Some(path.into())),
                "{variables:?}"
            );
        }
    }

    #[test]
    fn a_relative_override_becomes_absolute() {
        let [config, _] = folders(&[("ENTRA_AUTH_CLI_CONFIG_PATH", "here")], None);
        assert_eq!(config, Some(env::current_dir().unwrap().join("here")));
    }

    #[test]
    fn a_folder_that_is_named_is_told_from_the_usual_one() {
        for (named, expected) in [
            (None, None),
            (Some("/home/u/.config/entra-auth-cli"), None),
            (Some("/home/u/.config/entra-auth-cli/"), None),
            (Some("/srv/cloned"), Some("/srv/cloned")),
        ] {
            let find = |name: &str| match name {
                "ENTRA_AUTH_CLI_CONFIG_PATH" => named.map(Into::into),
                _ => None,
            };
            let folders = Folders::from_variables(find, Some("/home/u".into()));
            assert_eq!(folders.chosen(), expected.map(Path::new), "{named:?}");
        }
    }

    #[test]
    fn without_a_home_the_failure_says_what_to_set() {
        for home in [None, Some(""), Some("relative")] {
            assert_eq!(folders(&[], home), [None, None]);
        }
        let error = Folders {
            config: None,
            cache: None,
            chosen: None,
        }
        .config()
        .unwrap_err();
        assert!(matches!(error.fault, Fault::Absent));
        assert!(error.hint.contains("ENTRA_AUTH_CLI_CONFIG_PATH"));
    }
}
