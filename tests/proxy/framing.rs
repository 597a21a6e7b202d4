//! What one connection says is one request behind, or none.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::scene::{ENGINES, Engine, Proxy, Scene, bearer, configuration, status};
use crate::support::{Emulator, GET_TOKEN, Recorder, User};

/// What one connection says may be one request behind, and is never two. Where the engine decides before the component, that
/// is noted.
#[test]
fn one_request_is_never_two() {
    for scene in Scene::on_each_engine() {
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
