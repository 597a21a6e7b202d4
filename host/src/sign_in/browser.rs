//! Opening the person's browser.
//!
//! Programs are found by absolute paths alone, never in the folder that the user happens to be in, and are started
//! without a shell: the URL is one argument, and holds nothing but what a URL may hold.

use std::env;
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use http::Uri;

use super::{failure, instructions};
use crate::bindings::entra_auth::core::errors::{Failure, Fault};

/// What a browser, and everything that it starts, must not inherit.
const SECRETS: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_SECRET",
    "AZURE_PASSWORD",
    "ENTRA_AUTH_CLI_PASSPHRASE",
    "IDENTITY_HEADER",
    "SYSTEM_ACCESSTOKEN",
];

/// How long a program is watched for failing. `xdg-open` is done or has become the browser by then.
const WATCH: Duration = Duration::from_secs(1);

const PAUSE: Duration = Duration::from_millis(20);

/// Stands for the URL in `BROWSER`.
const PLACEHOLDER: &str = "%s";

/// `BROWSER` lists several like `PATH` does.
const SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

/// The programs that can show a web page.
#[derive(Debug)]
pub(super) struct Browsers {
    /// `BROWSER`: command lines, the first one that can be started counts.
    chosen: Option<OsString>,
    /// The folders of `PATH` that do not depend on where the user is.
    folders: Vec<PathBuf>,
    has_display: bool,
}

impl Browsers {
    /// From the variables of this process.
    pub(super) fn from_environment() -> Self {
        Self::from_variables(|name| env::var_os(name))
    }

    /// From the variables that `variable` looks up.
    fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = variable("PATH").unwrap_or_default();
        Self {
            chosen: variable("BROWSER"),
            folders: env::split_paths(&path)
                .filter(|folder| folder.is_absolute())
                .collect(),
            has_display: cfg!(any(windows, target_os = "macos"))
                || variable("DISPLAY").is_some()
                || variable("WAYLAND_DISPLAY").is_some(),
        }
    }

    /// Opens `url`, and goes on as soon as the browser is on its way.
    pub(super) async fn open(&self, url: &str) -> Result<(), Failure> {
        let url = argument(url)?;
        let openers = match &self.chosen {
            Some(chosen) => self.chosen(chosen, &url),
            None if !self.has_display => return Err(no_display()),
            None => self.of_system(&url),
        };
        for opener in openers {
            if self.start(&opener).await {
                return Ok(());
            }
        }
        Err(match &self.chosen {
            Some(chosen) => none_of(chosen),
            None => no_browser(),
        })
    }

    fn chosen(&self, chosen: &OsStr, url: &str) -> Vec<Opener> {
        let chosen = chosen.to_string_lossy();
        let entries = chosen.split(SEPARATOR).map(str::trim);
        entries
            .filter_map(|entry| self.opener(entry, url))
            .collect()
    }

    /// A path, blanks included, or a command line without quoting; the URL comes last if it has no place.
    fn opener(&self, entry: &str, url: &str) -> Option<Opener> {
        if let Some(program) = self.find(entry) {
            return Some(Opener::new(program, [url]));
        }
        let mut words = entry.split_ascii_whitespace();
        let program = self.find(words.next()?)?;
        let mut arguments: Vec<_> = words.map(|word| word.replace(PLACEHOLDER, url)).collect();
        if !entry.contains(PLACEHOLDER) {
            arguments.push(url.to_owned());
        }
        Some(Opener { program, arguments })
    }

    #[cfg(windows)]
    fn of_system(&self, url: &str) -> Vec<Opener> {
        let system = env::var_os("SystemRoot")
            .map(PathBuf::from)
            .unwrap_or_default();
        let program = self.find(&system.join(r"System32\rundll32.exe").to_string_lossy());
        let arguments = ["url.dll,FileProtocolHandler", url];
        program
            .map(|program| Opener::new(program, arguments))
            .into_iter()
            .collect()
    }

    #[cfg(target_os = "macos")]
    fn of_system(&self, url: &str) -> Vec<Opener> {
        let program = self.find("/usr/bin/open");
        program
            .map(|program| Opener::new(program, [url]))
            .into_iter()
            .collect()
    }

    #[cfg(not(any(windows, target_os = "macos")))]
    fn of_system(&self, url: &str) -> Vec<Opener> {
        // The second one is the alternatives system's, on Debian without xdg-utils.
        let programs = ["xdg-open", "x-www-browser"]
            .iter()
            .filter_map(|name| self.find(name));
        programs
            .map(|program| Opener::new(program, [url]))
            .collect()
    }

    /// The program of an absolute path, or of a bare name in `PATH`.
    fn find(&self, name: &str) -> Option<PathBuf> {
        let path = Path::new(name);
        if path.is_absolute() {
            return executable(path.to_owned());
        }
        // What has a folder in it is meant from where the user is.
        if path.file_name() != Some(path.as_os_str()) {
            return None;
        }
        self.folders
            .iter()
            .find_map(|folder| executable(folder.join(path)))
    }

    /// True if the program runs, or has ended well.
    async fn start(&self, opener: &Opener) -> bool {
        match self.command(opener).spawn() {
            Ok(child) => watch(child).await,
            Err(_) => false,
        }
    }

    fn command(&self, opener: &Opener) -> Command {
        let mut command = Command::new(&opener.program);
        command
            .args(&opener.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for secret in SECRETS {
            command.env_remove(secret);
        }
        // `xdg-open` is a script, which looks for programs itself, and so does whatever it starts.
        if let Ok(path) = env::join_paths(&self.folders) {
            command.env("PATH", path);
        }
        if let Some(folder) = opener.program.parent() {
            command.current_dir(folder);
        }
        // Ctrl-C in the terminal is for this process, not for the browser.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }
}

/// A program and what it is given.
#[derive(Debug, PartialEq, Eq)]
struct Opener {
    program: PathBuf,
    arguments: Vec<String>,
}

impl Opener {
    fn new<const N: usize>(program: PathBuf, arguments: [&str; N]) -> Self {
        Self {
            program,
            arguments: arguments.map(str::to_owned).into(),
        }
    }
}

async fn watch(mut child: Child) -> bool {
    let started = Instant::now();
    while started.elapsed() < WATCH {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => tokio::time::sleep(PAUSE).await,
            Err(_) => break,
        }
    }
    true
}

#[cfg(unix)]
fn executable(path: PathBuf) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = path.metadata().ok()?;
    (metadata.is_file() && metadata.permissions().mode() & 0o111 != 0).then_some(path)
}

/// Not scripts: what `cmd.exe` makes of an argument cannot be foreseen.
#[cfg(windows)]
fn executable(mut path: PathBuf) -> Option<PathBuf> {
    if path.extension().is_none() {
        path.set_extension("exe");
    }
    let is_program = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("exe"));
    (is_program && path.is_file()).then_some(path)
}

/// The URL as an argument: https, or http on loopback, with everything encoded that no URL holds as it is.
fn argument(url: &str) -> Result<String, Failure> {
    let mut encoded = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    let uri = encoded.parse::<Uri>().ok();
    match uri.filter(|uri| {
        uri.authority()
            .is_some_and(|authority| !authority.as_str().contains('@'))
    }) {
        Some(uri) if uri.scheme() == Some(&http::uri::Scheme::HTTPS) => Ok(encoded),
        Some(uri) if uri.scheme() == Some(&http::uri::Scheme::HTTP) && is_loopback(&uri) => {
            Ok(encoded)
        }
        _ => Err(failure(
            Fault::Denied,
            "only https addresses, and http ones on this machine, are opened in a browser",
            "check the authority that the profile names",
        )),
    }
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn no_display() -> Failure {
    failure(
        Fault::Absent,
        "no display detected: neither DISPLAY nor WAYLAND_DISPLAY is set",
        "use `-f DeviceCode` to sign in on another device, or `--show-url` to open the address by hand; BROWSER names a browser that needs no display",
    )
}

fn none_of(chosen: &OsStr) -> Failure {
    failure(
        Fault::Absent,
        format!(
            "no browser could be started: BROWSER is `{}`",
            instructions::printable(&chosen.to_string_lossy())
        ),
        "set BROWSER to an absolute path or to a command in PATH, or unset it; `--show-url` shows the address",
    )
}

fn no_browser() -> Failure {
    failure(
        Fault::Absent,
        "no browser could be started",
        "name one in BROWSER, use `--show-url` to open the address by hand, or `-f DeviceCode` to sign in on another device",
    )
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// A folder with programs that write their arguments to `NAME.seen`, one a line, and their environment to `NAME.env`.
    struct Programs(tempfile::TempDir);

    impl Programs {
        fn new(names: &[&str]) -> Self {
            let this = Self(tempfile::tempdir().unwrap());
            for name in names {
                this.plant(name, "exit 0");
            }
            this
        }

        fn plant(&self, name: &str, end: &str) {
            let path = self.0.path().join(name);
            let script = format!(
                "#!/bin/sh\nfor a in \"$@\"; do echo \"$a\"; done > \"$0.part\"\n/usr/bin/env > \"$0.env\"; pwd > \"$0.pwd\"\n\
                 /bin/mv \"$0.part\" \"$0.seen\"\n{end}\n"
            );
            fs::write(&path, script).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }

        fn path(&self) -> &str {
            self.0.path().to_str().unwrap()
        }

        /// What `name` was given, if it was run.
        fn seen(&self, name: &str) -> Option<Vec<String>> {
            let text = fs::read_to_string(self.0.path().join(name).with_extension("seen")).ok()?;
            Some(text.lines().map(str::to_owned).collect())
        }
    }

    fn browsers(variables: &[(&str, &str)]) -> Browsers {
        Browsers::from_variables(|name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    fn open(browsers: &Browsers, url: &str) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(browsers.open(url))
    }

    const URL: &str = "https://login.example/a?b=c";

    #[test]
    fn browser_names_commands_and_paths() {
        let programs = Programs::new(&["one", "two", "with blank"]);
        let path = programs.path();
        let rows = [
            ("one".to_owned(), "one", vec![URL]),
            (format!("{path}/two"), "two", vec![URL]),
            (format!("{path}/with blank"), "with blank", vec![URL]),
            ("absent:two:one".to_owned(), "two", vec![URL]),
            ("::one".to_owned(), "one", vec![URL]),
            (
                "one --new-window".to_owned(),
                "one",
                vec!["--new-window", URL],
            ),
            (
                "one --app=%s -x".to_owned(),
                "one",
                vec!["--app=https://login.example/a?b=c", "-x"],
            ),
            ("one %s %s".to_owned(), "one", vec![URL, URL]),
        ];
        for (browser, name, expected) in rows {
            open(&browsers(&[("BROWSER", &browser), ("PATH", path)]), URL).unwrap();
            assert_eq!(programs.seen(name).unwrap(), expected, "{browser}");
            fs::remove_file(programs.0.path().join(name).with_extension("seen")).unwrap();
        }
    }

    #[test]
    fn the_next_one_is_tried_when_one_fails() {
        let programs = Programs::new(&["two"]);
        programs.plant("one", "exit 3");
        let path = programs.path();
        open(&browsers(&[("BROWSER", "one:two"), ("PATH", path)]), URL).unwrap();
        assert!(programs.seen("one").is_some() && programs.seen("two").is_some());
        let failure = open(&browsers(&[("BROWSER", "one"), ("PATH", path)]), URL).unwrap_err();
        assert_eq!(failure.fault, Fault::Absent);
        assert!(failure.message.contains("BROWSER is `one`") && failure.hint.is_some());
    }

    /// One that stays in the foreground is not waited for.
    #[test]
    fn a_browser_that_goes_on_is_not_waited_for() {
        let programs = Programs::new(&[]);
        programs.plant("one", "exec /bin/sleep 5");
        let started = Instant::now();
        open(
            &browsers(&[("BROWSER", "one"), ("PATH", programs.path())]),
            URL,
        )
        .unwrap();
        assert!(started.elapsed() < Duration::from_secs(4));
    }

    /// M46.
    #[test]
    fn programs_in_relative_folders_are_not_run() {
        let programs = Programs::new(&["xdg-open", "x-www-browser", "one"]);
        let here = env::current_dir().unwrap();
        let up = "../".repeat(here.components().count());
        let relative = format!("{up}{}", programs.path().trim_start_matches('/'));
        assert!(here.join(&relative).join("one").is_file());
        for path in ["", ".", &relative, &format!(".:{relative}:")] {
            for browser in ["one", "./one", &format!("{relative}/one")] {
                let browsers = browsers(&[("BROWSER", browser), ("PATH", path)]);
                assert_eq!(
                    open(&browsers, URL).unwrap_err().fault,
                    Fault::Absent,
                    "{path:?} {browser}"
                );
            }
            let browsers = browsers(&[("DISPLAY", ":0"), ("PATH", path)]);
            let failure = open(&browsers, URL).unwrap_err();
            assert_eq!(failure.fault, Fault::Absent, "{path:?}");
        }
        assert!(programs.seen("one").is_none() && programs.seen("xdg-open").is_none());
    }

    #[test]
    #[cfg(not(target_os = "macos"))]
    fn without_browser_the_system_opener_needs_a_display() {
        let programs = Programs::new(&["xdg-open"]);
        let path = programs.path();
        for (variables, expected) in [
            (&[("PATH", path)][..], false),
            (&[("PATH", path), ("DISPLAY", "")], false),
            (&[("PATH", path), ("DISPLAY", ""), ("BROWSER", "")], false),
            (&[("PATH", path), ("DISPLAY", ":0")], true),
            (&[("PATH", path), ("WAYLAND_DISPLAY", "wayland-0")], true),
            (&[("PATH", path), ("BROWSER", "xdg-open")], true),
        ] {
            let opened = open(&browsers(variables), URL);
            assert_eq!(opened.is_ok(), expected, "{variables:?}");
            if let Err(failure) = opened {
                assert_eq!(failure.fault, Fault::Absent);
                assert!(failure.message.starts_with("no display detected"));
                assert!(failure.hint.unwrap().contains("DeviceCode"));
            }
        }
    }

    /// M15.
    #[test]
    fn the_url_arrives_as_one_argument_and_as_data() {
        let programs = Programs::new(&["one"]);
        let browsers = browsers(&[("BROWSER", "one -- %s"), ("PATH", programs.path())]);
        for (url, expected) in [
            (URL, URL),
            (
                "https://x.example/?h=\"&calc",
                "https://x.example/?h=%22&calc",
            ),
            (
                "https://x.example/?h=$(touch x)`id`",
                "https://x.example/?h=$(touch%20x)%60id%60",
            ),
            (
                "https://x.example/?h=a\nb\r\n--c",
                "https://x.example/?h=a%0Ab%0D%0A--c",
            ),
            (
                "https://x.example/?h='; rm -rf ~|&",
                "https://x.example/?h=';%20rm%20-rf%20~%7C&",
            ),
            (
                "https://x.example/?h=%s%22\u{0}é",
                "https://x.example/?h=%s%22%00%C3%A9",
            ),
            ("http://localhost:8400/?a", "http://localhost:8400/?a"),
            ("http://[::1]:8400/", "http://[::1]:8400/"),
            ("http://127.0.0.1/", "http://127.0.0.1/"),
        ] {
            open(&browsers, url).unwrap();
            assert_eq!(programs.seen("one").unwrap(), ["--", expected], "{url:?}");
        }
    }

    #[test]
    fn other_addresses_are_not_opened() {
        let programs = Programs::new(&["one"]);
        let browsers = browsers(&[("BROWSER", "one"), ("PATH", programs.path())]);
        for url in [
            "http://login.example/",
            "http://localhost.evil.test/",
            "http://localhost@evil.test/",
            "http://localhost\\@evil.test/",
            "http://[::ffff:127.0.0.1]/",
            "https://user@login.example/",
            "https://",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "ms-msdt:/id",
            "--help",
            "/etc/passwd",
            "login.example",
            " https://login.example/",
            "",
        ] {
            let failure = open(&browsers, url).unwrap_err();
            assert_eq!(failure.fault, Fault::Denied, "{url:?}");
            assert!(failure.hint.is_some());
        }
        assert!(programs.seen("one").is_none());
    }

    #[test]
    fn a_browser_inherits_no_secret_no_relative_path_and_no_place() {
        let programs = Programs::new(&["one"]);
        let path = format!(".:{}:relative", programs.path());
        let browsers = browsers(&[("BROWSER", "one"), ("PATH", &path)]);
        open(&browsers, URL).unwrap();
        let environment = fs::read_to_string(programs.0.path().join("one.env")).unwrap();
        let path = format!("PATH={}", programs.path());
        assert!(
            environment.lines().any(|line| line == path),
            "{environment}"
        );
        let opener = browsers.opener("one", URL).unwrap();
        let command = browsers.command(&opener);
        for secret in SECRETS {
            let change = command.get_envs().find(|(name, _)| name == secret);
            assert_eq!(change, Some((OsStr::new(secret), None)), "{secret}");
        }
        let place = fs::read_to_string(programs.0.path().join("one.pwd")).unwrap();
        assert_eq!(
            fs::canonicalize(place.trim()).unwrap(),
            fs::canonicalize(programs.0.path()).unwrap()
        );
    }
}
