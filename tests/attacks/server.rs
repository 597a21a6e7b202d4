//! A server that means harm: it speaks raw bytes, without an end or without sense.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::support::{GET_TOKEN, User, at_once};

/// Answers every connection by `answer`, until the test ends.
fn serve(answer: fn(&mut TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            // As much of the request as comes at once: an answer may come before its end.
            drop(connection.read(&mut [0; 4096]));
            answer(&mut connection);
        }
    });
    authority
}

/// As long as somebody reads.
fn flood(connection: &mut TcpStream, part: &[u8]) {
    let part = part.repeat(1000);
    while connection.write_all(&part).is_ok() {}
}

fn say(connection: &mut TcpStream, text: &str) {
    drop(connection.write_all(text.as_bytes()));
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// What it is called, and what the server does.
type Attempt = (&'static str, fn(&mut TcpStream));

/// Rows 1, 3, 4 and 6: each ends in an error, soon, and with little memory.
#[test]
fn an_answer_without_an_end_ends() {
    let attempts: [Attempt; 7] = [
        ("a body without an end", |connection| {
            say(
                connection,
                &format!("{OK}transfer-encoding: chunked\r\n\r\n"),
            );
            flood(connection, b"8\r\n{\"a\":\"bb\r\n");
        }),
        ("a body of a gigabyte", |connection| {
            say(
                connection,
                &format!("{OK}content-length: 1000000000\r\n\r\n"),
            );
            flood(connection, b"[");
        }),
        ("a body that is packed", |connection| {
            say(
                connection,
                &format!("{OK}content-encoding: gzip\r\ncontent-length: 10\r\n\r\n"),
            );
            drop(connection.write_all(b"\x1f\x8b\x08\0\0\0\0\0\0\xff"));
        }),
        ("headers without an end", |connection| {
            say(connection, OK);
            flood(connection, b"x: y\r\n");
        }),
        ("a header line without an end", |connection| {
            say(connection, &format!("{OK}x: "));
            flood(connection, b"y");
        }),
        ("a chunk extension without an end", |connection| {
            say(
                connection,
                &format!("{OK}transfer-encoding: chunked\r\n\r\n1;"),
            );
            flood(connection, b"x");
        }),
        ("a status that is none", |connection| {
            say(connection, "HTTP/1.1 999 \r\ncontent-length: 0\r\n\r\n");
        }),
    ];
    at_once(attempts, |(name, answer)| {
        let user = User::with_profile(&serve(answer));
        // Little memory: whoever keeps all that comes is stopped by the system.
        let mut command = user.foreign_command("prlimit".as_ref());
        command.args(["--data=400000000", crate::support::PROGRAM]);
        command.args(format!("{GET_TOKEN} --timeout 30s").split(' '));
        let outcome = crate::support::Outcome::of(command.output().unwrap());
        outcome.failure(5);
        assert!(!outcome.stderr.contains("defect"), "{name}: {outcome:?}");
    });
}

/// Rows 2 and 6: whatever it says or does not say, `--timeout` ends it.
#[test]
fn a_server_that_goes_on_slowly_is_left_at_the_time_limit() {
    let attempts: [Attempt; 4] = [
        ("nothing", |_| thread::sleep(Duration::from_secs(60))),
        ("half a head", |connection| {
            say(connection, "HTTP/1.1 200 OK\r\n");
            thread::sleep(Duration::from_secs(60));
        }),
        ("a byte now and then", |connection| {
            say(connection, &format!("{OK}content-length: 1000\r\n\r\n"));
            while connection.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_millis(100));
            }
        }),
        ("continue, for ever", |connection| {
            while connection
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\n")
                .is_ok()
            {
                thread::sleep(Duration::from_millis(1));
            }
        }),
    ];
    at_once(attempts, |(name, answer)| {
        let user = User::with_profile(&serve(answer));
        let outcome = user.run(&format!("{GET_TOKEN} --timeout 1s"));
        assert_eq!(outcome.code, 6, "{name}: {outcome:?}");
    });
}

/// Rows 8 to 13: what looks like a success and is none is not printed.
#[test]
fn a_success_that_is_none_is_refused() {
    fn with(members: &str) -> String {
        format!("{{{members}}}")
    }
    let rows = [
        (
            "a token with a line break",
            with(r#""access_token":"a\nb","token_type":"Bearer","expires_in":3600"#),
        ),
        (
            "a token that turns the text",
            with(r#""access_token":"a\u202eb","token_type":"Bearer","expires_in":3600"#),
        ),
        (
            "a token twice",
            with(
                r#""access_token":"a","access_token":"b","token_type":"Bearer","expires_in":3600"#,
            ),
        ),
        (
            "another type",
            with(r#""access_token":"a","token_type":"DPoP","expires_in":3600"#),
        ),
        (
            "a type with a line break",
            with(r#""access_token":"a","token_type":"Bearer\nx: y","expires_in":3600"#),
        ),
        (
            "no end",
            with(r#""access_token":"a","token_type":"Bearer","expires_in":1e308"#),
        ),
        (
            "over before it began",
            with(r#""access_token":"a","token_type":"Bearer","expires_in":-1"#),
        ),
        (
            "a scope with a line break",
            with(
                r#""access_token":"a","token_type":"Bearer","expires_in":3600,"scope":"a\u001bb""#,
            ),
        ),
        (
            "a hundred thousand brackets",
            with(&format!(r#""a":{}"#, "[".repeat(100_000))),
        ),
        ("nothing but noughts", "\0".repeat(100) + "{}"),
    ];
    at_once(rows, |(name, body)| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let user = User::with_profile(&format!("http://{}", listener.local_addr().unwrap()));
        let answer = format!(
            "{OK}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                drop(connection.read(&mut [0; 65536]));
                say(&mut connection, &answer);
            }
        });
        let outcome = user.run(&format!("{GET_TOKEN} --timeout 20s"));
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (5, ""),
            "{name}: {outcome:?}"
        );
    });
}
