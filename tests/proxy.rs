//! The proxy under stock `wasmtime serve`: raw bytes in front of it, and behind it a server that remembers what reached it.
#![cfg(test)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::{
    Emulator, GET_TOKEN, PUBLIC_CLIENT, Recorder, User, component, foreign_program,
    sign_in_by_device,
};

/// A proxy process on a port of its own, ended when dropped.
struct Proxy {
    process: Child,
    address: String,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Proxy {
    /// Nothing if wasmtime is not installed.
    fn start(user: &mut User, configuration: &str) -> Option<Self> {
        Self::start_as(&component("entra-auth-proxy.wasm"), user, configuration)
    }

    fn start_as(component: &Path, user: &mut User, configuration: &str) -> Option<Self> {
        let wasmtime = foreign_program("wasmtime")?;
        let cache = support::workspace().join("target/tools/cache");
        user.set("XDG_CACHE_HOME", cache.to_str().unwrap());
        user.set("ENTRA_AUTH_PROXY_CONFIG", configuration);
        user.set("BACKEND_SECRET", "your-api-secret");
        let mut command = user.foreign_command(&wasmtime);
        command.args(["serve", "--addr", "127.0.0.1:0", "-S", "cli"]);
        command.args(["--max-instance-reuse-count", "1000"]);
        // The names alone: values come from wasmtime's own environment.
        command.args([
            "--env",
            "ENTRA_AUTH_PROXY_CONFIG",
            "--env",
            "BACKEND_SECRET",
        ]);
        command.arg(component);
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = lines
            .find_map(|line| {
                Some(
                    line.unwrap()
                        .split_once("http://")?
                        .1
                        .trim_end_matches('/')
                        .to_owned(),
                )
            })
            .expect("wasmtime says where it listens");
        // Somebody has to read what else it says.
        std::thread::spawn(move || lines.for_each(drop));
        Some(Self { process, address })
    }

    /// Everything that comes back for these bytes.
    fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        // A server that refuses may have closed already.
        drop(stream.write_all(bytes));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, target: &str, headers: &str) -> String {
        self.send(
            format!("GET {target} HTTP/1.1\r\nHost: orders.example\r\nConnection: close\r\n{headers}\r\n")
                .as_bytes(),
        )
    }
}

fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_default()
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {}\r\n", token.trim())
}

/// The claims of the token that went on.
fn attached(user: &User, request: &str) -> Value {
    let token = request
        .lines()
        .find_map(|line| line.strip_prefix("authorization: Bearer "))
        .unwrap_or_else(|| panic!("no token went on: {request}"));
    let shown = user.run_with("inspect - --claims", token).success();
    serde_json::from_str(&shown).unwrap()
}

fn configuration(authority: &str, upstream: &str) -> String {
    format!(
        r#"
version = 1

[inbound.orders]
authority = "{authority}"
tenants = ["11111111-2222-3333-4444-555555555555"]
audiences = ["api://your-api-id"]

[identity.backend]
authority = "{authority}"
tenant = "contoso.onmicrosoft.com"
client-id = "77777777-6666-5555-4444-333333333333"
secret = "env:BACKEND_SECRET"

[[route]]
name = "orders"
host = "orders.example"
path = "/orders/"
methods = ["GET", "POST"]
inbound = "orders"
roles = ["Data.Read"]
upstream = "{upstream}"
attach = {{ identity = "backend", scopes = ["api://downstream-api/.default"] }}
claims = {{ x-entra-oid = "oid", x-entra-tid = "tid" }}
metadata = true

[[route]]
name = "mine"
host = "orders.example"
path = "/mine/"
methods = ["GET"]
inbound = "orders"
scopes = ["access_as_user"]
upstream = "{upstream}"
attach = {{ identity = "backend", grant = "on-behalf-of", scopes = ["api://downstream-api/.default"] }}

[[route]]
name = "public"
path = "/public"
methods = ["GET", "POST"]
public = true
upstream = "{upstream}"

[limits]
body = "1MiB"
"#
    )
}

/// An emulator, a server behind, a caller with an application's token, and the proxy between them.
struct Scene {
    emulator: Emulator,
    recorder: Recorder,
    user: User,
    proxy: Proxy,
}

impl Scene {
    fn set() -> Option<Self> {
        let (emulator, recorder) = (Emulator::start(), Recorder::start());
        let mut user = User::with_profile(emulator.authority());
        let configuration = configuration(emulator.authority(), recorder.origin());
        let proxy = Proxy::start(&mut user, &configuration)?;
        Some(Self {
            emulator,
            recorder,
            user,
            proxy,
        })
    }
}

#[test]
fn the_right_caller_passes_with_another_token() {
    let Some(scene) = Scene::set() else { return };
    let token = bearer(&scene.user.run(GET_TOKEN).success());
    let before = scene.emulator.requests().len();
    for _ in 0..3 {
        let spoofed =
            "X-Entra-Oid: admin\r\nx_entra_oid: admin\r\nCookie: a=b\r\nX-Forwarded-Host: evil\r\n";
        let answer = scene
            .proxy
            .get("/orders/1?a=%2F", &(token.clone() + spoofed));
        assert_eq!(status(&answer), 200, "{answer}");
        assert!(answer.ends_with("received"), "{answer}");
        assert!(answer.contains("x-answer: 1"), "{answer}");
        let [request] = &scene.recorder.take()[..] else {
            panic!("one request goes on");
        };
        assert!(
            request.starts_with("GET /orders/1?a=%2F HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(
            !request.contains("admin") && !request.contains("evil"),
            "{request}"
        );
        assert!(
            !request.to_ascii_lowercase().contains("cookie"),
            "{request}"
        );
        assert_eq!(request.matches("x-entra-oid: ").count(), 1, "{request}");
        assert!(
            request.contains("x-entra-tid: 11111111-2222-3333-4444-555555555555"),
            "{request}"
        );
        let claims = attached(&scene.user, request);
        assert_eq!(claims["azp"], "77777777-6666-5555-4444-333333333333");
    }
    let made = scene.emulator.requests().len() - before;
    assert!(
        made <= 2,
        "one for the keys and one for the token, not {made}"
    );
}

#[test]
fn an_api_calls_on_for_the_person_who_called_it() {
    let Some(scene) = Scene::set() else { return };
    let options = "--auth-method Public --flow DeviceCode --scope api://your-api-id/access_as_user";
    scene
        .user
        .create(
            "caller",
            PUBLIC_CLIENT,
            scene.emulator.authority(),
            options,
            "",
        )
        .quiet_success();
    let line = "get-token -p caller";
    let incoming = sign_in_by_device(&scene.user, &scene.emulator, line).success();
    let answer = scene.proxy.get("/mine/1", &bearer(&incoming));
    assert_eq!(status(&answer), 200, "{answer}");
    let requests = scene.recorder.take();
    let claims = attached(&scene.user, &requests[0]);
    assert_eq!(claims["name"], "Alice");
    assert_ne!(claims["aud"], "api://your-api-id");
    // What is for people is not for applications, and the other way round.
    let application = bearer(&scene.user.run(GET_TOKEN).success());
    assert_eq!(status(&scene.proxy.get("/mine/1", &application)), 403);
    assert_eq!(
        status(&scene.proxy.get("/orders/1", &bearer(&incoming))),
        403
    );
    assert_eq!(scene.recorder.take(), [""; 0]);
}

#[test]
fn a_refusal_says_why_and_nothing_goes_on() {
    let Some(scene) = Scene::set() else { return };
    let token = scene.user.run(GET_TOKEN).success();
    let mut forged = token.trim().to_owned();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'Q' } else { 'A' });
    let graph = scene
        .user
        .run("get-token -p my-api-client --scope https://graph.microsoft.com/.default")
        .success();
    let twice = bearer(&token) + &bearer(&token);
    let rows = [
        ("no token", "/orders/1", String::new(), 401, "Bearer realm"),
        (
            "forged",
            "/orders/1",
            bearer(&forged),
            401,
            "error=\"invalid_token\"",
        ),
        (
            "another API's",
            "/orders/1",
            bearer(&graph),
            401,
            "audience: the token is for",
        ),
        (
            "unsigned",
            "/orders/1",
            bearer("eyJhbGciOiJub25lIn0.e30."),
            401,
            "algorithm: ",
        ),
        ("twice", "/orders/1", twice, 400, "authorization"),
        ("no route", "/admin", bearer(&token), 404, "route"),
        (
            "two spellings",
            "/public/../orders/1",
            String::new(),
            400,
            "path",
        ),
        ("escaped", "/%6frders/1", bearer(&token), 400, "path"),
    ];
    for (name, target, headers, expected, text) in rows {
        let answer = scene.proxy.get(target, &headers);
        assert_eq!(status(&answer), expected, "{name}: {answer}");
        assert!(answer.contains(text), "{name}: {answer}");
        assert!(
            !answer.contains(token.trim()) && !answer.contains(&forged),
            "{name}"
        );
    }
    assert_eq!(scene.recorder.take(), [""; 0]);
    let metadata = scene
        .proxy
        .get("/.well-known/oauth-protected-resource/orders", "");
    assert!(
        metadata.contains("\"resource\":\"https://orders.example/orders\""),
        "{metadata}"
    );
    let decision = scene.proxy.get("/.entra/decide/orders", &bearer(&token));
    assert_eq!(status(&decision), 204, "{decision}");
    assert!(decision.contains("x-entra-oid: "), "{decision}");
    assert_eq!(status(&scene.proxy.get("/.entra/decide/orders", "")), 401);
}

/// What one connection says may be one request behind, and is never two. Where the engine decides before the component, that
/// is noted.
#[test]
fn one_request_is_never_two() {
    let Some(scene) = Scene::set() else { return };
    let host = "Host: orders.example\r\nConnection: close\r\n";
    let rows: [(&str, String, &[u16]); 13] = [
        ("two hosts", format!("GET /public HTTP/1.1\r\n{host}Host: evil\r\n\r\n"), &[200, 400]),
        ("length and chunks", format!("POST /public HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /public HTTP/1.1\r\n{host}\r\n"), &[200, 400]),
        ("two lengths, by the engine", format!("POST /public HTTP/1.1\r\n{host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"), &[400]),
        ("strange coding, by the engine", format!("POST /public HTTP/1.1\r\n{host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), &[400]),
        ("folded header, by the engine", format!("GET /public HTTP/1.1\r\n{host}X-A: b\r\n c\r\n\r\n"), &[400]),
        ("blank before the colon, by the engine", format!("GET /public HTTP/1.1\r\n{host}X-A : b\r\n\r\n"), &[400]),
        ("NUL, by the engine", format!("GET /public HTTP/1.1\r\n{host}X-A: \0\r\n\r\n"), &[400]),
        ("bare line ends", format!("GET /public HTTP/1.1\n{}\n", host.replace('\r', "")), &[200, 400]),
        ("a whole address", format!("GET http://evil.example/orders/1 HTTP/1.1\r\n{host}\r\n"), &[400, 404]),
        ("upgrade with a body", format!("POST /public HTTP/1.1\r\n{host}Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: 0\r\n\r\n"), &[200, 400]),
        ("chunk extensions", format!("POST /public HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n"), &[200, 400]),
        ("lower-case method", format!("get /public HTTP/1.1\r\n{host}\r\n"), &[400, 405]),
        ("tunnel", "CONNECT orders.example:443 HTTP/1.1\r\nHost: orders.example\r\nConnection: close\r\n\r\n".to_owned(), &[400, 404, 405]),
    ];
    for (name, bytes, expected) in rows {
        let answer = scene.proxy.send(bytes.as_bytes());
        assert!(expected.contains(&status(&answer)), "{name}: {answer}");
        let requests = scene.recorder.take();
        let is_passed = status(&answer) == 200;
        assert_eq!(
            requests.len(),
            usize::from(is_passed),
            "{name}: {requests:?}"
        );
        for request in requests {
            let heads = request.matches(" HTTP/1.1\r\n").count();
            let lower = request.to_ascii_lowercase();
            assert_eq!(heads, 1, "{name}: {request}");
            assert!(
                !(lower.contains("content-length:") && lower.contains("transfer-encoding:")),
                "{name}: {request}"
            );
            assert!(
                !lower.contains("upgrade") && !lower.contains("evil"),
                "{name}: {request}"
            );
        }
    }
}

#[test]
fn bodies_go_through_whole_and_not_without_end() {
    let Some(scene) = Scene::set() else { return };
    let head = "POST /public HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n";
    let body = "x".repeat(1 << 20);
    let whole = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let answer = scene.proxy.send(whole.as_bytes());
    assert_eq!(status(&answer), 200, "{answer}");
    let requests = scene.recorder.take();
    assert_eq!(requests[0].matches('x').count() >> 20, 1, "it came whole");

    let announced = format!("{head}Content-Length: {}\r\n\r\n", (1 << 20) + 1);
    assert_eq!(status(&scene.proxy.send(announced.as_bytes())), 413);
    assert_eq!(scene.recorder.take(), [""; 0]);

    let chunk = format!("10000\r\n{}\r\n", "y".repeat(0x10000));
    let endless = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n{}",
        chunk.repeat(32)
    );
    let answer = scene.proxy.send(endless.as_bytes());
    assert!(matches!(status(&answer), 413 | 0), "{answer}");
}

/// Token logic gone bad, which tries to reach whatever the scope names.
#[test]
fn the_token_logic_reaches_no_server_behind() {
    let (emulator, recorder) = (Emulator::start(), Recorder::start());
    let mut user = User::new();
    let trespasser = support::workspace().join("target/trespasser/entra-auth-proxy.wasm");
    for (target, expected) in [(emulator.authority(), 200), (recorder.origin(), 503)] {
        let configuration = format!(
            r#"
version = 1

[identity.backend]
authority = "{}"
tenant = "contoso.onmicrosoft.com"
client-id = "77777777-6666-5555-4444-333333333333"
secret = "env:BACKEND_SECRET"

[[route]]
name = "public"
path = "/public"
methods = ["GET"]
public = true
upstream = "{}"
attach = {{ identity = "backend", scopes = ["{target}/.default"] }}
"#,
            emulator.authority(),
            recorder.origin()
        );
        let Some(proxy) = Proxy::start_as(&trespasser, &mut user, &configuration) else {
            return;
        };
        let answer = proxy.get("/public", "");
        assert_eq!(status(&answer), expected, "{target}: {answer}");
        let passed = recorder.take().len();
        assert_eq!(
            passed,
            usize::from(expected == 200),
            "only the proxy goes there"
        );
    }
}

#[test]
fn without_a_configuration_nothing_passes() {
    let mut user = User::new();
    for configuration in ["", "version = 1", "nonsense"] {
        let Some(proxy) = Proxy::start(&mut user, configuration) else {
            return;
        };
        let answer = proxy.get("/public", "");
        assert_eq!(status(&answer), 500, "{answer}");
        assert!(answer.contains("not configured"), "{answer}");
    }
}
