//! A server that remembers every byte which reached it, and answers the same each time.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Runs until the test ends.
pub(crate) struct Recorder {
    origin: String,
    received: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(Vec::new()));
        let (record, next) = (Arc::clone(&received), Arc::clone(&answers));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (record, next) = (Arc::clone(&record), Arc::clone(&next));
                thread::spawn(move || answer(stream, &record, &next));
            }
        });
        Self {
            origin,
            received,
            answers,
        }
    }

    /// Answers one of the next requests by 401 and this challenge; the others as ever.
    pub(crate) fn challenge(&self, challenge: &str) {
        self.answer(&format!(
            "401 Unauthorized\r\nwww-authenticate: {challenge}\r\ncontent-length: 8"
        ));
    }

    /// Answers one of the next requests by this status with these headers; the others as ever.
    pub(crate) fn answer(&self, head: &str) {
        self.answers.lock().unwrap().push(head.to_owned());
    }

    /// The answers that nobody has got yet, and forgets them.
    pub(crate) fn unsent(&self) -> usize {
        std::mem::take(&mut *self.answers.lock().unwrap()).len()
    }

    /// Such as `http://127.0.0.1:40123`.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The requests so far, each as it came, and forgets them.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.received.lock().unwrap())
    }
}

fn answer(mut stream: TcpStream, record: &Mutex<Vec<String>>, next: &Mutex<Vec<String>>) {
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut bytes = Vec::new();
    let mut piece = [0; 16 * 1024];
    while !is_whole(&bytes) {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
        }
    }
    if bytes.is_empty() {
        return;
    }
    record
        .lock()
        .unwrap()
        .push(String::from_utf8_lossy(&bytes).into_owned());
    // One that broke off is none of those that a test prepares for: it may be from before, and its end comes late.
    let prepared = is_whole(&bytes).then(|| next.lock().unwrap().pop());
    let head = prepared.flatten();
    let head = head.unwrap_or_else(|| "200 OK\r\ncontent-length: 8".to_owned());
    let answer = format!(
        "HTTP/1.1 {head}\r\nconnection: close\r\nx-answer: 1\r\nkeep-alive: timeout=5\r\n\r\nreceived"
    );
    // Whoever asked may be gone.
    drop(stream.write_all(answer.as_bytes()));
}

/// Whether the request has come to its end: so many bytes as it said, or the last chunk.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with("0\r\n\r\n");
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}
