//! A user of the program: a folder of their own, and nothing else of this machine.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{Outcome, windows};

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_entra-auth-cli");

/// The confidential client of the emulator's tenant, and its secret.
pub(crate) const CLIENT_ID: &str = "99999999-8888-7777-6666-555555555555";
pub(crate) const SECRET: &str = "S3cr3t~+/=&% é";

/// Opens the encrypted file of secrets.
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// The command that most tests are about.
pub(crate) const GET_TOKEN: &str = "get-token -p my-api-client";

/// Somebody who keeps secrets in the encrypted file, unless told otherwise.
///
/// Command lines are words between blanks: nothing here needs quotes.
pub(crate) struct User {
    home: TempDir,
    program: PathBuf,
    environment: BTreeMap<String, String>,
}

impl User {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config");
        fs::create_dir(&config).unwrap();
        let mut user = Self {
            home,
            program: PROGRAM.into(),
            environment: BTreeMap::new(),
        };
        user.set("PATH", &std::env::var("PATH").unwrap());
        user.set("HOME", config.parent().and_then(Path::to_str).unwrap());
        user.set("ENTRA_AUTH_CLI_CONFIG_PATH", config.to_str().unwrap());
        user.set("ENTRA_AUTH_CLI_SECRET_STORE", "file");
        user.set("ENTRA_AUTH_CLI_PASSPHRASE", PASSPHRASE);
        // Whoever runs the tests has a limited number of keys that the kernel keeps.
        user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "60");
        user
    }

    /// Somebody who has the program for Windows. Nothing if it was not built, or if wine is missing.
    pub(crate) fn on_windows() -> Option<Self> {
        let mut user = Self::new();
        user.program = user.script(&windows::command()?);
        Some(user)
    }

    /// A user whose profile `my-api-client` has its secret stored.
    pub(crate) fn with_profile(authority: &str) -> Self {
        let user = Self::new();
        user.create_profile(authority, SECRET);
        user
    }

    /// Creates the profile `my-api-client`.
    pub(crate) fn create_profile(&self, authority: &str, secret: &str) {
        let options = "--client-secret - --scope api://your-api-id/.default";
        self.create("my-api-client", CLIENT_ID, authority, options, secret)
            .quiet_success();
    }

    /// Creates a profile in the emulator's tenant.
    pub(crate) fn create(
        &self,
        name: &str,
        client: &str,
        authority: &str,
        options: &str,
        stdin: &str,
    ) -> Outcome {
        let line = format!(
            "config create --name {name} --tenant-id contoso.onmicrosoft.com --client-id {client} \
             --authority {authority} --non-interactive {options}"
        );
        self.run_with(&line, stdin)
    }

    /// Has the variables name the confidential client, as where there is no profile.
    pub(crate) fn name_client(&mut self, authority: &str) {
        self.set("AZURE_TENANT_ID", "contoso.onmicrosoft.com");
        self.set("AZURE_CLIENT_ID", CLIENT_ID);
        self.set("AZURE_AUTHORITY_HOST", authority);
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.environment.remove(name);
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The folder with everything that the program keeps.
    pub(crate) fn config(&self) -> PathBuf {
        self.home.path().join("config")
    }

    pub(crate) fn profiles(&self) -> PathBuf {
        self.config().join("profiles.json")
    }

    /// Every file below the folder and its bytes.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.config()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path.clone(), fs::read(path).unwrap());
                }
            }
        }
        files
    }

    /// The same without locks, which hold nothing and stay.
    pub(crate) fn kept(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.files();
        files.retain(|path, _| path.extension().is_none_or(|name| name != "lock"));
        files
    }

    /// The program that this user has.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// A program of the same name that runs `command` with its own arguments, in a folder of its own.
    pub(crate) fn script(&self, command: &str) -> PathBuf {
        let folder = self.home().join("bin");
        fs::create_dir(&folder).unwrap();
        let program = folder.join("entra-auth-cli");
        fs::write(&program, format!("#!/bin/sh\nexec {command} \"$@\"\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    /// The program with this user's environment and nothing on stdin.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = self.foreign_command(&self.program);
        command.args(line.split_whitespace());
        command
    }

    /// Another program with this user's environment and nothing on stdin.
    pub(crate) fn foreign_command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(&self.environment);
        command.current_dir(self.home()).stdin(Stdio::null());
        command
    }

    /// The program while it runs.
    pub(crate) fn start(&self, line: &str) -> Child {
        let mut command = self.command(line);
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        piped.spawn().unwrap()
    }

    pub(crate) fn run(&self, line: &str) -> Outcome {
        Outcome::of(self.command(line).output().unwrap())
    }

    /// The same with text on stdin.
    pub(crate) fn run_with(&self, line: &str, stdin: &str) -> Outcome {
        Outcome::of_fed(self.command(line), stdin)
    }
}
