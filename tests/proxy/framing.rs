//! What one connection says is one request behind, or none.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::scene::{ENGINES, Engine, Proxy, Scene, bearer, configuration, status};
use crate::support::{Emulator, GET_TOKEN, Recorder, User};

/// What was sent, and what comes of it natively, under wasmtime, under jco. Where it is 400 for all, their parsers say so; where they differ,
/// they read it in different ways, and all of them pass on one request or none. 0 is no answer.
type Row = (&'static str, String, [u16; 3]);

/// Node finds it out when the head has gone on already, and breaks off.
const NOT_TRIED: u16 = u16::MAX;

fn rows() -> [Row; 18] {
    let host = "Host: orders.example\r\nConnection: close\r\n";
    let get = |lines: &str| format!("GET /public HTTP/1.1\r\n{host}{lines}\r\n");
    let post =
        |lines: &str, body: &str| format!("POST /public HTTP/1.1\r\n{host}{lines}\r\n{body}");
    let hidden = get("");
    [
        ("two hosts", get("Host: evil\r\n"), [400, 200, 200]),
        (
            "length and chunks",
            post(
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
            [200, 200, 400],
        ),
        (
            "two lengths",
            post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"),
            [400; 3],
        ),
        (
            "a list of lengths",
            post("Content-Length: 5, 6\r\n", "hello!"),
            [400; 3],
        ),
        (
            "a length with a sign",
            post("Content-Length: +5\r\n", "hello"),
            [400; 3],
        ),
        (
            "a length in another base",
            post("Content-Length: 0x5\r\n", "hello"),
            [400; 3],
        ),
        (
            "a strange coding",
            post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
            [400, 400, NOT_TRIED],
        ),
        (
            "chunks that are not the last coding",
            post(
                "Transfer-Encoding: chunked, identity\r\n",
                &format!("0\r\n\r\n{hidden}"),
            ),
            [400, 400, NOT_TRIED],
        ),
        (
            "the coding in another spelling",
            post(
                "Transfer_Encoding: chunked\r\nContent-Length: 5\r\n",
                "0\r\n\r\n",
            ),
            [200; 3],
        ),
        ("a folded header", get("X-A: b\r\n c\r\n"), [400; 3]),
        ("a blank before the colon", get("X-A : b\r\n"), [400; 3]),
        ("NUL", get("X-A: \0\r\n"), [400; 3]),
        ("bare line ends", get("").replace('\r', ""), [200, 200, 400]),
        (
            "a whole address",
            format!("GET http://evil.example/orders/1 HTTP/1.1\r\n{host}\r\n"),
            [400, 404, 400],
        ),
        (
            "another protocol, with a body",
            post(
                "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nContent-Length: 0\r\n",
                "",
            ),
            [200; 3],
        ),
        (
            "words behind a chunk's size",
            post(
                "Transfer-Encoding: chunked\r\n",
                "5;x=y\r\nhello\r\n0\r\n\r\n",
            ),
            [200; 3],
        ),
        (
            "a method in lower case",
            get("").replace("GET", "get"),
            [405, 405, 400],
        ),
        (
            "a tunnel",
            format!("CONNECT orders.example:443 HTTP/1.1\r\n{host}\r\n"),
            [400, 400, 0],
        ),
    ]
}

#[test]
fn one_request_is_never_two() {
    for engine in ENGINES {
        if let Some(scene) = Scene::on(engine) {
            table(&scene, engine);
        }
    }
}

pub(crate) fn table(scene: &Scene, engine: Engine) {
    let rows = rows().map(|(name, bytes, expected)| (name, bytes, expected[engine as usize]));
    for (name, bytes, expected) in rows
        .into_iter()
        .filter(|(.., expected)| *expected != NOT_TRIED)
    {
        let answer = scene.proxy.send(bytes.as_bytes());
        assert_eq!(
            status(&answer),
            expected,
            "{engine:?}, {name}: {answer:.300}"
        );
        let requests = scene.recorder.take();
        let count = usize::from(expected == 200);
        assert_eq!(requests.len(), count, "{engine:?}, {name}");
        for request in requests {
            let heads = request.matches(" HTTP/1.1\r\n").count();
            let lower = request.to_ascii_lowercase();
            assert_eq!(heads, 1, "{engine:?}, {name}: {request}");
            let is_said_twice =
                lower.contains("content-length:") && lower.contains("transfer-encoding:");
            assert!(!is_said_twice, "{engine:?}, {name}: {request}");
            for strange in ["upgrade", "evil", "transfer_encoding"] {
                assert!(!lower.contains(strange), "{engine:?}, {name}: {request}");
            }
        }
    }
}

#[test]
fn bodies_go_through_whole_and_not_without_end() {
    Scene::on_each_engine().for_each(|scene| bodies(&scene));
}

pub(crate) fn bodies(scene: &Scene) {
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

/// A body that may have to be sent again is waited for here, and every other one with the server behind.
#[test]
fn a_caller_who_stops_in_the_middle_is_not_waited_for() {
    let emulator = Emulator::start();
    for engine in ENGINES.into_iter().chain([Engine::Service]) {
        let recorder = Recorder::start();
        let mut user = User::with_profile(emulator.authority());
        let token = bearer(&user.run(GET_TOKEN).success());
        let limits = "upstream-timeout = \"1s\"";
        let configuration = configuration(emulator.authority(), recorder.origin()) + limits;
        let Some(proxy) = Proxy::start(engine, &mut user, &configuration) else {
            continue;
        };
        for (target, headers, expected) in
            [("/orders/1", token.as_str(), 408), ("/public", "", 504)]
        {
            let request = format!(
                "POST {target} HTTP/1.1\r\nHost: orders.example\r\nConnection: close\r\n{headers}Content-Length: 10\r\n\r\nhello"
            );
            let answer = proxy.send(request.as_bytes());
            assert_eq!(status(&answer), expected, "{engine:?}, {target}: {answer}");
        }
    }
}

#[test]
fn both_bodies_move_at_once() {
    let emulator = Emulator::start();
    for engine in ENGINES.into_iter().chain([Engine::Service]) {
        let mut user = User::new();
        let configuration = configuration(emulator.authority(), &echo());
        let Some(proxy) = Proxy::start(engine, &mut user, &configuration) else {
            continue;
        };
        let head = "POST /public HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
        let mut stream = TcpStream::connect(&proxy.address).unwrap();
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).unwrap();
        stream.write_all(&proxy.addressed(head.as_bytes())).unwrap();
        let mut answer = String::new();
        for piece in ["one", "two", "six"] {
            write!(stream, "3\r\n{piece}\r\n").unwrap();
            while !answer.contains(piece) {
                let mut bytes = [0; 1024];
                let length = stream.read(&mut bytes).unwrap();
                assert_ne!(length, 0, "{engine:?}: {answer}");
                answer.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
            }
        }
        stream.write_all(b"0\r\n\r\n").unwrap();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("0\r\n\r\n"), "{engine:?}: {answer}");
    }
}

/// The origin of a server that answers at once, and sends each piece back as it comes.
fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut received = Vec::new();
            let mut byte = [0];
            while !received.ends_with(b"\r\n\r\n")
                && stream.read(&mut byte).is_ok_and(|read| read > 0)
            {
                received.extend(byte);
            }
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
            drop(stream.write_all(head.as_bytes()));
            let mut piece = [0; 1024];
            // Until the last chunk, as it came.
            while let Ok(length @ 1..) = stream.read(&mut piece) {
                drop(stream.write_all(&piece[..length]));
                if piece[..length].ends_with(b"0\r\n\r\n") {
                    break;
                }
            }
        }
    });
    origin
}
