//! What others have fallen for, as bytes on a socket, on each engine. The same on the decision alone stands in `protocol::edge`.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use crate::scene::{ENGINES, Engine, Scene, bearer, status};
use crate::support::GET_TOKEN;

#[test]
fn nobody_gets_by() {
    for engine in ENGINES {
        if let Some(scene) = Scene::on(engine) {
            table(&scene, engine);
            endings(&scene, engine);
        }
    }
}

/// What comes of it.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The component refuses it by this status.
    Refused(u16),
    /// It goes on, without any of what must not.
    Passes,
    /// Engines decide before the component, each in its own way: natively, under wasmtime, under jco.
    Engine([u16; 3]),
}

use End::{Engine as ByEngine, Passes, Refused};

/// First line, lines of the head after the host, what comes of it. `@@` is a good caller's header.
type Row = (&'static str, &'static str, &'static str, End);

const GET: &str = "GET /public HTTP/1.1";
const ORDERS: &str = "GET /orders/1 HTTP/1.1";

/// By the kind of attack. Whatever goes on is looked through for `evil`, which nobody behind may see.
const ROWS: [Row; 66] = [
    (
        "other spellings of our headers",
        GET,
        "X_Entra_Oid: evil\r\nx-Entra_oid: evil\r\nX-ENTRA-OID: evil\r\n",
        Passes,
    ),
    (
        "the same beside our own",
        ORDERS,
        "@@X_Entra_Oid: evil\r\nx-Entra_oid: evil\r\nX-ENTRA-TID: evil\r\n",
        Passes,
    ),
    (
        "the same without a token",
        ORDERS,
        "X-Entra-Oid: evil\r\n",
        Refused(401),
    ),
    (
        "a claim that the token has not",
        ORDERS,
        "@@X-Entra-Groups: evil\r\n",
        Passes,
    ),
    (
        "our headers as hop-by-hop",
        ORDERS,
        "@@Connection: close, X-Entra-Oid, Authorization\r\n",
        Passes,
    ),
    (
        "what only proxies say",
        GET,
        "X-Forwarded-For: evil\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Prefix: /evil\r\nForwarded: for=evil\r\nX-Original-URL: /evil\r\nX-Rewrite-URL: /evil\r\nX-Real-IP: evil\r\n",
        Passes,
    ),
    (
        "another path in a header",
        ORDERS,
        "X-Original-URL: /public\r\nX-Forwarded-Uri: /public\r\nX-Rewrite-URL: /public\r\n",
        Refused(401),
    ),
    (
        "two tokens",
        ORDERS,
        "@@Authorization: Bearer evil\r\n",
        Refused(400),
    ),
    (
        "a list of tokens",
        ORDERS,
        "Authorization: Bearer a, Bearer b\r\n",
        Refused(400),
    ),
    (
        "a scheme twice",
        ORDERS,
        "Authorization: Bearer Bearer a\r\n",
        Refused(400),
    ),
    (
        "a tab",
        ORDERS,
        "Authorization: Bearer\ta\r\n",
        Refused(400),
    ),
    (
        "no token behind the scheme",
        ORDERS,
        "Authorization: Bearer\r\n",
        Refused(400),
    ),
    (
        "another scheme",
        ORDERS,
        "Authorization: Basic YTpi\r\n",
        Refused(401),
    ),
    (
        "a token in the query",
        "GET /orders/1?access_token=a.b.c HTTP/1.1",
        "",
        Refused(401),
    ),
    (
        "a token in a cookie",
        ORDERS,
        "Cookie: access_token=a.b.c\r\n",
        Refused(401),
    ),
    (
        "a token in the body",
        "POST /orders/1 HTTP/1.1",
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n",
        Refused(401),
    ),
    (
        "the agent of a probe",
        ORDERS,
        "User-Agent: kube-probe/1.30\r\n",
        Refused(401),
    ),
    (
        "the agent of a load balancer",
        ORDERS,
        "User-Agent: GoogleHC/1.0\r\n",
        Refused(401),
    ),
    (
        "another method in a header",
        "DELETE /public HTTP/1.1",
        "X-HTTP-Method-Override: GET\r\n",
        Refused(405),
    ),
    (
        "the same, the other way round",
        GET,
        "X-HTTP-Method-Override: EVIL\r\nX-HTTP-Method: EVIL\r\nX-Method-Override: EVIL\r\n",
        Passes,
    ),
    (
        "a method in lower case",
        "get /public HTTP/1.1",
        "",
        ByEngine([405, 405, 400]),
    ),
    (
        "a method of other protocols",
        "PROPFIND /public HTTP/1.1",
        "",
        Refused(405),
    ),
    ("a trace", "TRACE /public HTTP/1.1", "", Refused(405)),
    (
        "what is the caller's alone",
        GET,
        "Authorization: Bearer evil\r\nCookie: a=evil\r\nX-IDENTITY-HEADER: evil\r\nX-MS-TOKEN-AAD-ACCESS-TOKEN: evil\r\nX-MS-CLIENT-PRINCIPAL: evil\r\n",
        Passes,
    ),
    (
        "credentials for a proxy",
        GET,
        "Proxy-Authorization: Basic evil\r\n",
        Passes,
    ),
    ("two slashes", "GET //public HTTP/1.1", "", Refused(400)),
    ("a dot", "GET /./public HTTP/1.1", "", Refused(400)),
    (
        "two dots",
        "GET /public/../orders/1 HTTP/1.1",
        "",
        Refused(400),
    ),
    (
        "dots, escaped",
        "GET /public/%2e%2e/orders/1 HTTP/1.1",
        "",
        Refused(400),
    ),
    (
        "a slash, escaped",
        "GET /orders%2f1 HTTP/1.1",
        "@@",
        Refused(400),
    ),
    (
        "a backslash, escaped",
        "GET /orders%5c1 HTTP/1.1",
        "@@",
        Refused(400),
    ),
    (
        "a backslash",
        "GET /public\\..\\orders HTTP/1.1",
        "",
        Refused(400),
    ),
    (
        "an escaped NUL",
        "GET /public%00 HTTP/1.1",
        "",
        Refused(400),
    ),
    ("half an escape", "GET /public% HTTP/1.1", "", Refused(400)),
    (
        "an escaped escape",
        "GET /public%252e HTTP/1.1",
        "",
        Refused(400),
    ),
    (
        "a letter, escaped",
        "GET /%70ublic HTTP/1.1",
        "",
        Refused(400),
    ),
    (
        "a parameter of a segment",
        "GET /public;x=y HTTP/1.1",
        "",
        Refused(400),
    ),
    (
        "an escaped fragment",
        "GET /public%23x HTTP/1.1",
        "",
        Refused(400),
    ),
    // Two engines cut it off; what is left is the path that was judged.
    (
        "a fragment",
        "GET /public#/orders/1 HTTP/1.1",
        "",
        ByEngine([200, 200, 400]),
    ),
    (
        "a letter outside ASCII",
        "GET /public\u{e9} HTTP/1.1",
        "",
        ByEngine([400, 400, 400]),
    ),
    (
        "a route's path in the query",
        "GET /admin?x=/public HTTP/1.1",
        "",
        Refused(404),
    ),
    ("a longer name", "GET /publicx HTTP/1.1", "", Refused(404)),
    ("a shorter name", "GET /publi HTTP/1.1", "", Refused(404)),
    (
        "below an exact path",
        "GET /public/x HTTP/1.1",
        "",
        Refused(404),
    ),
    (
        "another case of the path",
        "GET /Public HTTP/1.1",
        "",
        Refused(404),
    ),
    (
        "another case of a prefix",
        "GET /Orders/1 HTTP/1.1",
        "@@",
        Refused(404),
    ),
    (
        "the proxy's own paths",
        "GET /.entra/decide/none HTTP/1.1",
        "@@",
        Refused(404),
    ),
    (
        "the sidecar's, from another host",
        "GET /Validate HTTP/1.1",
        "@@",
        Refused(403),
    ),
    (
        "our own path, escaped",
        "GET /%2eentra/decide/orders HTTP/1.1",
        "",
        Refused(400),
    ),
    (
        "a decision by a header",
        "GET /.entra/decide/orders HTTP/1.1",
        "X-Forwarded-Uri: /public\r\nX-Original-URI: /public\r\n",
        Refused(401),
    ),
    (
        "what waits for an answer first",
        GET,
        "Expect: 100-continue\r\n",
        Passes,
    ),
    (
        "another protocol",
        GET,
        "Upgrade: evil\r\nConnection: close, upgrade\r\n",
        ByEngine([200, 200, 200]),
    ),
    (
        "the other version",
        GET,
        "Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: evil\r\nHTTP2-Settings: evil\r\n",
        ByEngine([200, 200, 200]),
    ),
    (
        "codings of the connection",
        GET,
        "TE: evil\r\nKeep-Alive: evil\r\nTrailer: X-Evil\r\n",
        Passes,
    ),
    (
        "other proxies' own",
        GET,
        "Proxy-Connection: evil\r\nProxy-Evil: evil\r\n",
        Passes,
    ),
    // What `Connection` names goes on where an engine keeps that header to itself (natively, wasmtime); it is a header like others.
    (
        "an unsigned token",
        ORDERS,
        "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n",
        Refused(401),
    ),
    (
        "an encrypted token",
        ORDERS,
        "Authorization: Bearer a.b.c.d.e\r\n",
        Refused(401),
    ),
    (
        "seven parts",
        ORDERS,
        "Authorization: Bearer a.b.c.d.e.f.g\r\n",
        Refused(401),
    ),
    (
        "a refresh token",
        ORDERS,
        "Authorization: Bearer 1.AXoA-opaque_text\r\n",
        Refused(401),
    ),
    (
        "padding",
        ORDERS,
        "Authorization: Bearer e30=.e30=.e30=\r\n",
        Refused(401),
    ),
    (
        "a name of the API in another case",
        "GET /.ENTRA/decide/orders HTTP/1.1",
        "@@",
        Refused(404),
    ),
    ("no version", "GET /public", "", ByEngine([400, 400, 200])),
    (
        "a version that is none",
        "GET /public HTTP/9.9",
        "",
        ByEngine([400, 400, 400]),
    ),
    (
        "two words too many",
        "GET /public /orders/1 HTTP/1.1",
        "",
        ByEngine([400, 400, 400]),
    ),
    (
        "a header without a name",
        GET,
        ": evil\r\n",
        ByEngine([400, 400, 400]),
    ),
    (
        "a header with a blank in its name",
        GET,
        "X-Entra Oid: evil\r\n",
        ByEngine([400, 400, 400]),
    ),
];

pub(crate) fn table(scene: &Scene, engine: Engine) {
    let token = bearer(&scene.user.run(GET_TOKEN).success());
    for (name, first, lines, end) in ROWS {
        let lines = lines.replace("@@", &token);
        // Not twice, where the row has one of its own.
        let close = if format!("\r\n{lines}").contains("\r\nConnection:") {
            ""
        } else {
            "Connection: close\r\n"
        };
        let body = if first.starts_with("POST") {
            "access_token=a.b.c"
        } else {
            ""
        };
        let request = format!("{first}\r\nHost: orders.example\r\n{close}{lines}\r\n{body}");
        let answer = ask(scene, &request);
        let expected = match end {
            Refused(status) => status,
            Passes => 200,
            ByEngine(each) => each[engine as usize],
        };
        assert_eq!(status(&answer), expected, "{engine:?}, {name}: {answer}");
        let token = token.trim_start_matches("Authorization: Bearer ").trim();
        assert!(!answer.contains(token), "{engine:?}, {name}: {answer}");
        let requests = scene.recorder.take();
        assert_eq!(
            requests.len(),
            usize::from(expected == 200),
            "{engine:?}, {name}: {requests:?}"
        );
        for request in requests {
            let lower = request.to_ascii_lowercase();
            assert!(!lower.contains("evil"), "{engine:?}, {name}: {request}");
            assert!(
                !lower.contains("x-entra-groups"),
                "{engine:?}, {name}: {request}"
            );
            assert!(!request.contains(token), "{engine:?}, {name}: {request}");
            let is_ours = first == ORDERS;
            for own in [
                "\r\nauthorization: bearer ",
                "\r\nx-entra-oid: ",
                "\r\nx-entra-tid: ",
            ] {
                let count = lower.matches(own).count();
                assert_eq!(count, usize::from(is_ours), "{engine:?}, {name}: {request}");
            }
            let path = if is_ours { "/orders/1" } else { "/public" };
            assert!(
                request.starts_with(&format!("GET {path} HTTP/1.1\r\n")),
                "{name}: {request}"
            );
        }
    }
    hosts(scene, engine, &token);
    said(scene, engine, &token);
}

/// Whatever was tried, neither a token, nor a secret, nor a query stands in what the process says.
fn said(scene: &Scene, engine: Engine, token: &str) {
    let lines = scene.proxy.said("401");
    let token = token.trim_start_matches("Authorization: Bearer ").trim();
    for secret in [token, "your-api-secret", "access_token", "a.b.c", "eyJ"] {
        assert!(!lines.contains(secret), "{engine:?}, {secret}: {lines}");
    }
}

/// The answer, as far as it came.
fn ask(scene: &Scene, request: &str) -> String {
    let mut stream = TcpStream::connect(&scene.proxy.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    // In Latin 1, as a letter outside ASCII goes over a wire.
    let bytes: Vec<u8> = request
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect();
    drop(stream.write_all(&bytes));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// A host has one spelling, and is named once.
fn hosts(scene: &Scene, engine: Engine, token: &str) {
    let rows: [(&str, &str, &str, [u16; 3]); 9] = [
        (
            "another case",
            "/orders/1",
            "Host: ORDERS.example\r\n",
            [200, 200, 200],
        ),
        (
            "with a port",
            "/orders/1",
            "Host: orders.example:8443\r\n",
            [200, 200, 200],
        ),
        (
            "a dot behind it",
            "/orders/1",
            "Host: orders.example.\r\n",
            [400, 400, 400],
        ),
        (
            "a user before it",
            "/orders/1",
            "Host: evil@orders.example\r\n",
            [400, 400, 400],
        ),
        (
            "another one",
            "/orders/1",
            "Host: evil.example\r\n",
            [404, 404, 404],
        ),
        // Engines show the first alone.
        (
            "twice",
            "/orders/1",
            "Host: orders.example\r\nHost: evil.example\r\n",
            [400, 200, 200],
        ),
        (
            "in the address",
            "http://orders.example/orders/1",
            "Host: orders.example\r\n",
            [200, 200, 400],
        ),
        (
            "another one in the address",
            "http://evil.example/orders/1",
            "Host: orders.example\r\n",
            [400, 404, 400],
        ),
        ("none", "/orders/1", "", [400, 500, 400]),
    ];
    for (name, target, lines, expected) in rows {
        let head = format!("GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n{token}\r\n");
        let answer = ask(scene, &head);
        let expected = expected[engine as usize];
        assert_eq!(status(&answer), expected, "{engine:?}, {name}: {answer}");
        let requests = scene.recorder.take();
        assert_eq!(
            requests.len(),
            usize::from(expected == 200),
            "{engine:?}, {name}"
        );
        assert!(
            !requests.concat().to_ascii_lowercase().contains("evil"),
            "{name}: {requests:?}"
        );
    }
    let old = format!("GET /orders/1 HTTP/1.0\r\n{token}\r\n");
    assert_ne!(
        status(&ask(scene, &old)),
        200,
        "{engine:?}: HTTP/1.0 without a host"
    );
    assert_eq!(scene.recorder.take(), [""; 0]);
}

/// A body that ends too early is no body, on either side, and a redirect is the caller's business.
pub(crate) fn endings(scene: &Scene, engine: Engine) {
    scene.recorder.answer("200 OK\r\ncontent-length: 100");
    let answer = scene.proxy.get("/public", "");
    let whole =
        answer.contains("received\r\n0\r\n\r\n") || answer.contains("content-length: 8\r\n");
    assert!(
        !whole,
        "{engine:?}, an answer that broke off looks whole: {answer}"
    );
    scene.recorder.take();

    // What comes behind an answer is none of the next one.
    scene.recorder.answer("200 OK\r\ncontent-length: 3");
    let answer = scene.proxy.get("/public", "");
    assert!(
        answer.contains("rec") && !answer.contains("eived"),
        "{engine:?}: {answer}"
    );
    scene.recorder.take();

    scene
        .recorder
        .answer("302 Found\r\nlocation: http://evil.example/\r\ncontent-length: 8");
    let answer = scene.proxy.get("/public", "");
    assert_eq!(status(&answer), 302, "{engine:?}: {answer}");
    assert!(
        answer.contains("http://evil.example/"),
        "{engine:?}: {answer}"
    );
    // A request that an earlier test broke off may come to its end only now.
    let requests = scene.recorder.take();
    let gets = requests.iter().filter(|it| it.starts_with("GET "));
    assert_eq!(gets.count(), 1, "{engine:?}: it is not followed");

    // Last: an engine may go on with it for a while.
    let head = "POST /public HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nContent-Length: 10\r\n\r\nhello";
    let mut stream = TcpStream::connect(&scene.proxy.address).unwrap();
    let request = scene.proxy.addressed(head.as_bytes());
    stream.write_all(&request).unwrap();
    // Engines tell it to the server behind, or have told it nothing yet.
    drop(stream);
    thread::sleep(Duration::from_millis(300));
    let passed = scene.recorder.take().concat();
    assert!(!passed.ends_with("\r\n0\r\n\r\n"), "{engine:?}: {passed}");
}
