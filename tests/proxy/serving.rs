//! The native program as a server: its log, its end, its cache, its certificate.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::scene::{Engine, Proxy, Scene, attached, bearer, configuration, status};
use crate::support::{CLIENT_ID, Emulator, GET_TOKEN, Recorder, User, foreign_program};

#[test]
fn the_log_has_a_line_for_each_request_and_no_secret() {
    let Some(scene) = Scene::on(Engine::Native) else {
        return;
    };
    let token = scene.user.run(GET_TOKEN).success();
    scene.proxy.get("/orders/1?code=hidden", &bearer(&token));
    scene
        .proxy
        .get("/orders/2", &bearer(&format!("{}x", token.trim())));
    scene.proxy.get("/none", &bearer(&token));
    scene
        .proxy
        .send(b"GET /public HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n");
    let lines = scene.proxy.log(4);
    let told: Vec<[String; 4]> = lines
        .iter()
        .map(|line| ["path", "route", "status", "rule"].map(|name| line[name].to_string()))
        .collect();
    let expected = [
        ["\"/orders/1\"", "\"orders\"", "200", "null"],
        ["\"/orders/2\"", "\"orders\"", "401", "\"malformed\""],
        ["\"/none\"", "null", "404", "\"route\""],
        ["\"/public\"", "null", "400", "\"host\""],
    ];
    assert_eq!(told, expected);
    assert_eq!(lines[0]["caller"].as_str().map(str::len), Some(16));
    assert_eq!(lines[1]["caller"], Value::Null);
    let whole = format!("{lines:?}");
    for secret in [token.trim(), "hidden", "your-api-secret", CLIENT_ID] {
        assert!(!whole.contains(secret), "{whole}");
    }
}

/// A request that has begun when it is told to stop comes to its end, and nobody else gets in.
#[test]
fn it_ends_when_the_requests_have_ended() {
    let Some(mut scene) = Scene::on(Engine::Native) else {
        return;
    };
    let mut stream = TcpStream::connect(&scene.proxy.address).unwrap();
    let head = "POST /public HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nhello";
    stream.write_all(head.as_bytes()).unwrap();
    // It has reached the server behind when it has begun.
    thread::sleep(Duration::from_millis(300));
    scene.proxy.ask_to_end();
    thread::sleep(Duration::from_millis(300));
    assert!(scene.proxy.process.try_wait().unwrap().is_none());
    stream.write_all(b"world").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(status(&answer), 200, "{answer}");
    assert_eq!(scene.proxy.process.wait().unwrap().code(), Some(0));
    assert!(TcpStream::connect(&scene.proxy.address).is_err());
}

#[test]
fn callers_at_once_lead_to_one_request_for_a_token() {
    let Some(mut scene) = Scene::on(Engine::Native) else {
        return;
    };
    let token = bearer(&scene.user.run(GET_TOKEN).success());
    scene.emulator.forget_requests();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(status(&scene.proxy.get("/orders/1", &token)), 200));
        }
    });
    let requests = scene.emulator.requests();
    let posts = requests
        .iter()
        .filter(|request| request["method"] == "POST");
    assert_eq!(posts.count(), 1, "{requests:?}");
    assert_eq!(scene.recorder.take().len(), 20);
    assert_eq!(scene.proxy.end().code(), Some(0));
    // The next one begins with what is sealed on the disk.
    let text = configuration(scene.emulator.authority(), scene.recorder.origin());
    let proxy = Proxy::start(Engine::Native, &mut scene.user, &text).unwrap();
    scene.emulator.forget_requests();
    assert_eq!(status(&proxy.get("/orders/1", &token)), 200);
    let requests = scene.emulator.requests();
    assert!(
        requests.iter().all(|request| request["method"] != "POST"),
        "{requests:?}"
    );
}

/// Eighty seconds before it is not handed out any more, one request in 32 draws the lot. The token at hand serves where it draws in
/// vain, and the next one from then on.
#[test]
fn a_token_is_renewed_ahead_of_its_end() {
    let Some(mut scene) = Scene::on(Engine::Native) else {
        return;
    };
    let token = bearer(&scene.user.run(GET_TOKEN).success());
    assert_eq!(status(&scene.proxy.get("/orders/1", &token)), 200);
    assert_eq!(scene.proxy.end().code(), Some(0));
    let text = configuration(scene.emulator.authority(), scene.recorder.origin());
    let Some(proxy) = Proxy::start_at("+3219s", &scene.user, &text) else {
        return;
    };
    let count_tokens = |calls: usize, until_asked: bool| {
        scene.emulator.forget_requests();
        let posts = || {
            let requests = scene.emulator.requests().into_iter();
            let posts = requests.filter(|request| request["method"] == "POST");
            posts.count()
        };
        for _ in 0..calls {
            assert_eq!(status(&proxy.get("/orders/1", &token)), 200);
            if until_asked && posts() > 0 {
                break;
            }
        }
        posts()
    };
    let refusal = json!({ "status": 401, "error": "invalid_client", "code": 7000215 });
    scene.emulator.fail_with(&refusal);
    assert!(count_tokens(1000, true) > 0);
    scene.emulator.reset();
    assert_eq!(count_tokens(1000, true), 1);
    assert_eq!(count_tokens(200, false), 0);
}

/// Where nothing can be sealed, tokens are kept in memory.
#[test]
fn without_a_store_a_token_is_still_got_once() {
    let (emulator, recorder) = (Emulator::start(), Recorder::start());
    let mut user = User::with_profile(emulator.authority());
    let token = bearer(&user.run(GET_TOKEN).success());
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    let text = configuration(emulator.authority(), recorder.origin());
    let proxy = Proxy::start(Engine::Native, &mut user, &text).unwrap();
    emulator.forget_requests();
    for _ in 0..5 {
        assert_eq!(status(&proxy.get("/orders/1", &token)), 200);
    }
    let requests = emulator.requests();
    let posts = requests
        .iter()
        .filter(|request| request["method"] == "POST");
    assert_eq!(posts.count(), 1, "{requests:?}");
}

/// A secret of the store goes by its name, and never stands in the file.
#[test]
fn a_secret_comes_from_the_store() {
    let (emulator, recorder) = (Emulator::start(), Recorder::start());
    let mut user = User::with_profile(emulator.authority());
    let token = bearer(&user.run(GET_TOKEN).success());
    let text = configuration(emulator.authority(), recorder.origin())
        .replace("77777777-6666-5555-4444-333333333333", CLIENT_ID)
        .replace(
            "env:BACKEND_SECRET",
            "store:profile:my-api-client:client-secret",
        );
    let proxy = Proxy::start(Engine::Native, &mut user, &text).unwrap();
    assert_eq!(status(&proxy.get("/orders/1", &token)), 200);
    let requests = recorder.take();
    assert_eq!(attached(&user, &requests[0])["azp"], CLIENT_ID);
}

/// With a certificate: HTTP/2 and HTTP/1.1 over TLS, and the server behind learns that it was https.
#[test]
fn callers_come_over_tls() {
    let Some(curl) = foreign_program("curl") else {
        return;
    };
    let (emulator, recorder) = (Emulator::start(), Recorder::start());
    let mut user = User::with_profile(emulator.authority());
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    fs::write(user.home().join("own.pem"), own.cert.pem()).unwrap();
    fs::write(user.home().join("own.key"), own.signing_key.serialize_pem()).unwrap();
    let text = configuration(emulator.authority(), recorder.origin()).replace(
        "health =",
        "certificate = \"own.pem\"\nprivate-key = \"own.key\"\nhealth =",
    );
    let mut proxy = Proxy::start(Engine::Native, &mut user, &text).unwrap();
    for (option, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
        let mut command = user.foreign_command(&curl);
        command.args(["--silent", "--show-error", "--cacert", "own.pem", option]);
        command.args([
            "--write-out",
            " %{http_version} %{http_code}",
            "--data",
            "hello",
        ]);
        command.arg(format!("https://{}/public", proxy.address));
        let output = command.output().unwrap();
        let answer = String::from_utf8_lossy(&output.stdout);
        assert_eq!(answer, format!("received {version} 200"), "{output:?}");
        let requests = recorder.take();
        assert!(
            requests[0].contains("x-forwarded-proto: https"),
            "{requests:?}"
        );
        assert!(requests[0].contains("hello"), "{requests:?}");
    }
    assert_eq!(proxy.end().code(), Some(0));
}
