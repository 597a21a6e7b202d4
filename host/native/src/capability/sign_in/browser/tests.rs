use std::fs;
use std::process::Command;

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
        // Written by another process: what this one has open for writing, a child of another test may still have, and then
        // it cannot be run.
        let draft = path.with_extension("draft");
        fs::write(&draft, script).unwrap();
        let install = Command::new("install")
            .args(["-m", "755"])
            .args([draft, path])
            .status();
        assert!(install.unwrap().success());
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
    runtime.block_on(browsers.open(url, |url| Ok(url.to_owned())))
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
fn a_browser_inherits_no_relative_path_and_no_place() {
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
    let place = fs::read_to_string(programs.0.path().join("one.pwd")).unwrap();
    assert_eq!(
        fs::canonicalize(place.trim()).unwrap(),
        fs::canonicalize(programs.0.path()).unwrap()
    );
}
