//! What is in the way to the server: proxies and what they say, settings that nobody can understand, authorities that are not
//! trusted.
#![cfg(test)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use support::{SECRET, User, at_once, foreign_program};

/// Asks for the token of a client of the public cloud; nothing that is tried here gets that far.
const LINE: &str = "get-token --scope api://your-api-id/.default --no-cache --timeout 20s";

fn user(variables: &[(&str, &str)]) -> User {
    let mut user = User::new();
    user.name_client("https://login.microsoftonline.com");
    user.set("AZURE_CLIENT_SECRET", SECRET);
    for (name, value) in variables {
        user.set(name, value);
    }
    user
}

/// A proxy of a bad day: it waits for a request and says the same to everybody. Returns its port.
fn proxy(answer: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            drop(connection.read(&mut [0; 4096]));
            drop(connection.write_all(answer));
            drop(connection.shutdown(Shutdown::Write));
            // Reset instead of closed, if it went away with something unread.
            drop(connection.read(&mut [0; 4096]));
        }
    });
    port
}

/// A port where nobody listens.
fn closed() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

#[test]
fn a_proxy_is_named_with_its_variable_and_what_it_said() {
    let rows: [(&str, &[u8], &str, &str); 9] = [
        (
            "http://127.0.0.1",
            b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
            "asks for a user name and password (Basic): HTTP 407",
            "http://user:password@host:port",
        ),
        (
            "http://alice:hunter2@127.0.0.1",
            b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n",
            "refused the user name and password (Basic): HTTP 407",
            "percent-encoded",
        ),
        (
            "http://127.0.0.1",
            b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n",
            "asks for authentication that is not supported (Negotiate, NTLM)",
            "Basic is",
        ),
        (
            "http://127.0.0.1",
            b"HTTP/1.1 403 No\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\npolicy denied",
            "refused to connect to `login.microsoftonline.com:443`: HTTP 403 Forbidden: policy denied",
            "permit `login.microsoftonline.com:443`",
        ),
        (
            "http://127.0.0.1",
            b"SSH-2.0-OpenSSH_9.2\r\n",
            "answered with something that is no HTTP",
            "others are written",
        ),
        (
            "http://127.0.0.1",
            b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n",
            "HTTP 405",
            "permits tunnels (CONNECT)",
        ),
        (
            "https://127.0.0.1",
            b"HTTP/1.1 400 No\r\n\r\n",
            "failed: what it answered is no TLS",
            "check host and port",
        ),
        (
            "socks5h://127.0.0.1",
            b"\x05\xff",
            "made no connection to `login.microsoftonline.com:443`",
            "check protocol, user name and password in HTTPS_PROXY",
        ),
        (
            "socks5h://alice:hunter2@127.0.0.1",
            b"\x05\x02\x01\x01",
            "credentials not accepted",
            "check protocol, user name and password in HTTPS_PROXY",
        ),
    ];
    for (setting, answer, said, remedy) in rows {
        let setting = format!("{setting}:{}", proxy(answer));
        let outcome = user(&[("HTTPS_PROXY", &setting)]).run(LINE);
        let (error, hint) = outcome.failure(5);
        let (protocol, place) = setting.split_once("://").unwrap();
        let place = place.rsplit('@').next().unwrap();
        let named = format!("the proxy `{protocol}://{place}` (`HTTPS_PROXY`)");
        assert!(
            error.contains(&named) && error.contains(said),
            "{setting}: {error}"
        );
        assert!(hint.contains(remedy), "{setting}: {hint}");
        assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    }
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    for (variable, setting, said) in [
        (
            "ALL_PROXY",
            format!("http://127.0.0.1:{}", closed()),
            "the connection was refused",
        ),
        (
            "https_proxy",
            "http://proxy.invalid:3128".to_owned(),
            "cannot find the proxy `http://proxy.invalid:3128`",
        ),
    ] {
        let outcome = user(&[(variable, &setting)]).run(LINE);
        let (error, hint) = outcome.failure(5);
        assert!(
            error.contains(said) && error.contains(&format!("`{variable}`")),
            "{error}"
        );
        assert!(hint.contains(variable), "{hint}");
    }
}

/// Parts of settings: what stands in front, user and password, host, and what stands behind. `{}` is the port of a proxy.
const FRONTS: [&str; 9] = [
    "",
    "http://",
    "HTTP://",
    "http:/",
    "socks5h://",
    "socks4a://",
    "htp://",
    "//",
    " http://",
];
const LOGINS: [&str; 10] = [
    "",
    "alice@",
    ":@",
    "alice:hunter2@",
    "alice:hunter%232@",
    "alice:100%@",
    "alice:hunter2#@",
    "alice:hunter2/@",
    "alice:hunter2?@",
    "CORP\\alice:hunter2@",
];
const PLACES: [&str; 6] = [
    "127.0.0.1:{}",
    "127.1:{}",
    "[::ffff:127.0.0.1]:{}",
    "127.0.0.1:{}0000",
    "127.0.0.1 :{}",
    "",
];
const BACKS: [&str; 4] = ["", "/", "/path?query#fragment", ","];

/// A proxy that notes how each client began, and lets nobody through. Returns its port.
fn listening(heard: &Arc<Mutex<Vec<Vec<u8>>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::clone(heard);
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut head = [0; 4096];
            let length = connection.read(&mut head).unwrap_or(0);
            heard.lock().unwrap().push(head[..length].to_vec());
            let refusal: &[u8] = match head[0] {
                5 => b"\x05\xff",
                4 => b"\0\x5b\0\0\0\0\0\0",
                _ => b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n",
            };
            drop(connection.write_all(refusal));
            drop(connection.shutdown(Shutdown::Write));
            drop(connection.read(&mut head));
        }
    });
    port
}

/// How a client began: what it asks for by whom, and by which name it proves that.
fn beginning(heard: &Mutex<Vec<Vec<u8>>>) -> Option<String> {
    let first = heard.lock().unwrap().drain(..).next()?;
    let text = String::from_utf8_lossy(&first).into_owned();
    let is_told = |line: &&str| {
        line.starts_with("CONNECT") || line.to_lowercase().starts_with("proxy-authorization:")
    };
    match first.first() {
        Some(4 | 5) => Some(format!("SOCKS {}", first[0])),
        _ => Some(text.lines().filter(is_told).collect::<Vec<_>>().join("; ")),
    }
}

/// What curl makes of a setting counts, unless it makes nothing of it: then the run may end, and go nowhere.
#[test]
fn proxy_settings_mean_what_they_mean_to_curl() {
    let Some(curl) = foreign_program("curl") else {
        return;
    };
    let settings: Vec<String> = FRONTS
        .iter()
        .flat_map(|front| LOGINS.iter().map(move |login| format!("{front}{login}")))
        .flat_map(|start| PLACES.iter().map(move |place| format!("{start}{place}")))
        .flat_map(|start| BACKS.iter().map(move |back| format!("{start}{back}")))
        // Each part beside each other, and not each of them with everything.
        .step_by(23)
        .collect();
    let half = settings.len().div_ceil(2);
    at_once(settings.chunks(half), |settings| {
        let heard = Arc::default();
        let port = listening(&heard).to_string();
        for setting in settings {
            let setting = setting.replace("{}", &port);
            let outcome = user(&[("HTTPS_PROXY", &setting)]).run(&LINE.replace("20s", "2s"));
            let ours = beginning(&heard);
            let (error, _) = outcome.failure(5);
            assert!(
                !error.contains("cannot find `login"),
                "past {setting:?}: {error}"
            );
            assert!(
                !outcome.stderr.contains("hunter2"),
                "{setting:?}: {outcome:?}"
            );
            let mut command = Command::new(&curl);
            command.env_clear().env("HTTPS_PROXY", &setting);
            command.args([
                "-sS",
                "-m",
                "3",
                "-o",
                "/dev/null",
                "https://login.microsoftonline.com/",
            ]);
            command.output().unwrap();
            let theirs = beginning(&heard);
            let is_same = ours.as_deref().map(lowered) == theirs.as_deref().map(lowered);
            // Blanks around a setting are taken off here.
            let is_read_besides = theirs.is_none() && setting.trim() != setting;
            assert!(
                is_same || is_read_besides,
                "{setting:?}: {ours:?}, and curl {theirs:?}: {error}"
            );
        }
    });
}

/// The name of a header in either case.
fn lowered(beginning: &str) -> String {
    beginning.replace("Proxy-Authorization", "proxy-authorization")
}

/// To go past the proxy would be to send traffic where somebody forbade it.
#[test]
fn a_proxy_setting_that_nobody_understands_stops_the_run() {
    for setting in [
        "http://alice:hunter2#x@127.0.0.1:1",
        "http://alice:hunter2/x@127.0.0.1:1",
        "http://127.0.0.1:hunter2",
        "hunter2://127.0.0.1:1",
    ] {
        let outcome = user(&[("HTTPS_PROXY", setting)]).run(LINE);
        let (error, hint) = outcome.failure(5);
        assert!(
            error.starts_with("the proxy that `HTTPS_PROXY` names"),
            "{error}"
        );
        assert!(error.ends_with("nothing was sent"), "{error}");
        assert!(hint.contains("write HTTPS_PROXY as"), "{hint}");
        assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    }
}

#[test]
fn loopback_goes_past_every_proxy() {
    let asked = Arc::new(AtomicUsize::new(0));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    thread::spawn({
        let asked = Arc::clone(&asked);
        move || {
            for _ in listener.incoming() {
                asked.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let user = user(&[
        ("HTTPS_PROXY", &setting),
        ("ALL_PROXY", &setting),
        ("HTTP_PROXY", &setting),
    ]);
    let authority = format!("https://localhost:{}", closed());
    let outcome = user.run(&format!("{LINE} --authority {authority}"));
    let (error, hint) = outcome.failure(5);
    assert!(error.contains("cannot connect to `localhost:"), "{error}");
    assert_eq!(hint, "start what is to listen there, or correct the port");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let setting = file.to_str().unwrap();
    for (content, said) in [
        (None, "which cannot be read: no such file or directory"),
        (Some(""), "which is empty"),
        (
            Some("-----BEGIN PRIVATE KEY-----\n"),
            "which holds a private key and no certificate",
        ),
    ] {
        if let Some(content) = content {
            fs::write(&file, content).unwrap();
        }
        let user = user(&[
            ("ENTRA_AUTH_CLI_CA_FILE", setting),
            // What is trusted is looked up when there is somebody to be judged.
            (
                "HTTPS_PROXY",
                &format!("http://127.0.0.1:{}", proxy(b"HTTP/1.1 200 OK\r\n\r\n")),
            ),
        ]);
        let outcome = user.run(LINE);
        let (error, hint) = outcome.failure(5);
        assert_eq!(
            error,
            format!("`ENTRA_AUTH_CLI_CA_FILE` names `{setting}`, {said}")
        );
        assert!(!hint.is_empty());
    }
}

#[test]
fn where_a_system_should_have_authorities_is_named() {
    let proxy = format!("http://127.0.0.1:{}", proxy(b"HTTP/1.1 200 OK\r\n\r\n"));
    let empty = tempfile::tempdir().unwrap();
    let path = empty.path().to_str().unwrap();
    for (variable, said) in [
        ("SSL_CERT_DIR", "in which there are none"),
        ("SSL_CERT_FILE", "which cannot be read: is a directory"),
    ] {
        let user = user(&[("HTTPS_PROXY", &proxy), (variable, path)]);
        let outcome = user.run(LINE);
        let (error, hint) = outcome.failure(5);
        assert_eq!(error, format!("`{variable}` names `{path}`, {said}"));
        assert!(hint.contains("unset the variable"), "{hint}");
    }
}
