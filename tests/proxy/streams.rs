//! Answers without an end: memory stays, and nothing outlives whoever wanted it.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use crate::scene::{ENGINES, Engine, Proxy, configuration};
use crate::soak::{SPARE, resident};
use crate::support::User;

/// A server behind that answers one request without an end, and tells whether it got to know that nobody wants it any more. Else its
/// answer only got stuck.
fn upstream() -> (String, JoinHandle<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let is_told = thread::spawn(move || {
        let mut stream = patient(listener.accept().unwrap().0);
        // A request without a body comes in one piece.
        let mut request = [0; 4096];
        assert_ne!(stream.read(&mut request).unwrap(), 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let piece = [b'x'; 64 * 1024];
        loop {
            if let Err(error) = stream.write_all(&piece) {
                return !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            }
        }
    });
    (origin, is_told)
}

fn patient(stream: TcpStream) -> TcpStream {
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).unwrap();
    stream.set_write_timeout(patience).unwrap();
    stream
}

#[test]
fn an_answer_without_an_end_fills_no_memory_and_ends_with_its_caller() {
    for engine in ENGINES.into_iter().chain([Engine::Service]) {
        let (origin, is_told) = upstream();
        let mut user = User::new();
        // Nobody asks for a token here.
        let text = configuration("http://127.0.0.1:1", &origin);
        let Some(proxy) = Proxy::start(engine, &mut user, &text) else {
            continue;
        };
        let mut caller = patient(TcpStream::connect(&proxy.address).unwrap());
        let request = b"GET /public HTTP/1.1\r\nHost: a.example\r\n\r\n";
        caller.write_all(&proxy.addressed(request)).unwrap();
        let mut mebibyte = vec![0; 1 << 20];
        let mut read = |count: usize| {
            for _ in 0..count {
                caller.read_exact(&mut mebibyte).unwrap();
            }
        };
        read(8);
        let before = resident(proxy.process.id());
        // A caller who does not read for a while, and one who reads for long.
        sleep(Duration::from_millis(500));
        let waited = resident(proxy.process.id());
        read(128);
        let after = resident(proxy.process.id());
        assert!(
            waited.max(after) <= before + SPARE,
            "{engine:?}: {before} KiB grew to {waited} and {after} KiB"
        );
        drop(caller);
        assert!(is_told.join().unwrap(), "{engine:?}: it was not told");
    }
}
