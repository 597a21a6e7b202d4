//! Answers without an end: memory stays, and nothing outlives whoever wanted it.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use crate::scene::{ENGINES, Engine, Proxy, configuration};
use crate::soak::{SPARE, resident};
use crate::support::User;

const PATIENCE: Duration = Duration::from_secs(20);

const MEBIBYTE: usize = 1 << 20;

/// A server behind for one request: its origin, and what comes of it.
fn upstream<Outcome: Send + 'static>(
    answer: impl FnOnce(TcpStream) -> Outcome + Send + 'static,
) -> (String, JoinHandle<Outcome>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let outcome = thread::spawn(move || answer(patient(listener.accept().unwrap().0)));
    (origin, outcome)
}

fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Reads until this was said, or everything.
fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut piece = [0; 4096];
    while !text.contains(end) {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(length) => text.push_str(&String::from_utf8_lossy(&piece[..length])),
        }
    }
    text
}

/// A proxy for each engine in front of such a server.
fn on_each_engine<Outcome: Send + 'static>(
    answer: impl Fn(TcpStream) -> Outcome + Clone + Send + 'static,
    try_it: impl Fn(&Proxy, JoinHandle<Outcome>),
) {
    for engine in ENGINES.into_iter().chain([Engine::Service]) {
        let (origin, outcome) = upstream(answer.clone());
        let mut user = User::new();
        // Nobody asks for a token here.
        let text = configuration("http://127.0.0.1:1", &origin);
        if let Some(proxy) = Proxy::start(engine, &mut user, &text) {
            try_it(&proxy, outcome);
        }
    }
}

/// Whether writing goes on until the other side has closed, and not until nobody reads any more.
fn answers_without_end(mut stream: TcpStream) -> bool {
    read_until(&mut stream, "\r\n\r\n");
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let piece = [b'x'; 64 * 1024];
    loop {
        if let Err(error) = stream.write_all(&piece) {
            return !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        }
    }
}

#[test]
fn an_answer_without_an_end_fills_no_memory_and_ends_with_its_caller() {
    on_each_engine(answers_without_end, |proxy, outcome| {
        let mut caller = patient(TcpStream::connect(&proxy.address).unwrap());
        let request = b"GET /public HTTP/1.1\r\nHost: a.example\r\n\r\n";
        caller.write_all(&proxy.addressed(request)).unwrap();
        let mut piece = vec![0; MEBIBYTE];
        let mut read = |mebibytes: usize| {
            for _ in 0..mebibytes {
                caller.read_exact(&mut piece).unwrap();
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
            waited <= before + SPARE,
            "{before} KiB grew to {waited} KiB"
        );
        assert!(after <= before + SPARE, "{before} KiB grew to {after} KiB");
        drop(caller);
        assert!(outcome.join().unwrap(), "the server behind was not told");
    });
}
