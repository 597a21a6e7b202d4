//! Sign-ins of people that go wrong: one error line, one hint, the documented exit code, and nothing is kept.
#![cfg(test)]
#![cfg(unix)]

mod support;

use std::net::TcpListener;
use std::process::Child;
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use support::{ALICE, Browser, Emulator, Outcome, person, rows};

const BY_BROWSER: &str = "get-token -p person -f InteractiveBrowser";
const BY_DEVICE: &str = "get-token -p person -f DeviceCode";

const GENERAL: i32 = 1;
const AUTHENTICATION_FAILED: i32 = 2;
const CANCELLED: i32 = 6;

fn end(child: Child) -> Outcome {
    Outcome::of(child.wait_with_output().unwrap())
}

/// What comes back from the sign-in, exit code, a part of the error, a part of the hint.
const ANSWERS: &str = "
error=access_denied&error_subcode=cancel&state={state}                                                       | 2 | access_denied           | declined
error=access_denied&error_description=AADSTS65004%3A+User+declined&state={state}                             | 2 | AADSTS65004             | consent was declined
error=consent_required&error_description=AADSTS65001%3A+No+consent&state={state}                             | 2 | AADSTS65001             | consent
error=invalid_request&error_description=AADSTS900561%3A+Only+POST&state={state}                              | 2 | AADSTS900561            |
error=interaction_required&error_description=AADSTS50076%3A+Multi-factor&state={state}                       | 2 | AADSTS50076             |
error=temporarily_unavailable&state={state}                                                                  | 5 | temporarily_unavailable | again
error=%1B%5B31mred%0A&state={state}                                                                          | 2 | red                     |
code=never-issued&state={state}                                                                              | 2 | invalid_grant           | again
";

#[test]
fn a_refusal_of_the_authorize_endpoint_is_told_in_the_browser_and_the_terminal() {
    let emulator = Emulator::start();
    for [answer, code, error, hint] in rows(ANSWERS) {
        let mut user = person(emulator.authority());
        let browser = Browser::of(&mut user);
        let program = user.start(BY_BROWSER);
        let page = browser.answer(answer).unwrap();
        assert!(page.contains("Sign-in failed"), "{answer}: {page}");
        let outcome = end(program);
        let lines = outcome.failure(code.parse().unwrap());
        assert!(
            lines.0.contains(error) && lines.1.contains(hint),
            "{answer}: {outcome:?}"
        );
    }
}

/// What somebody sends to the port, and the status of the answer.
const STRAYS: &str = r"
GET /favicon.ico HTTP/1.1\r\nhost: {host}                                                    | 404
GET /?code=stolen&state=wrong HTTP/1.1\r\nhost: {host}                                       | 400
GET /?error=access_denied&state=wrong HTTP/1.1\r\nhost: {host}                               | 400
GET /?error=access_denied HTTP/1.1\r\nhost: {host}                                           | 400
GET / HTTP/1.1\r\nhost: {host}                                                               | 400
GET /?code=stolen&state=wrong HTTP/1.1\r\nhost: attacker.example                             | 400
PUT / HTTP/1.1\r\nhost: {host}                                                               | 405
POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{} | 415
nonsense                                                                                     | 400
";

#[test]
fn strays_at_the_port_end_nothing_and_only_the_first_answer_counts() {
    let emulator = Emulator::start();
    emulator.control("options", &json!({ "sign_in_as": ALICE }));
    let mut user = person(emulator.authority());
    let browser = Browser::of(&mut user);
    let program = user.start(BY_BROWSER);
    for [request, status] in rows(STRAYS) {
        let mut request = request.replace(r"\r\n", "\r\n");
        if !request.contains("\r\n\r\n") {
            request.push_str("\r\n\r\n");
        }
        let answer = browser.send(&request).unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request}: {answer}"
        );
    }
    let address = browser
        .address()
        .replace("response_mode=form_post", "response_mode=query");
    let location = emulator.redirect(&address);
    let (_, answer) = location.split_once('?').unwrap();
    let answer = answer.trim_end_matches('#');
    assert!(
        browser
            .answer(answer)
            .unwrap()
            .contains("You are signed in")
    );
    // The port is closed, or whoever comes is told that nobody waits.
    let second = browser.answer(answer).unwrap_or_default();
    assert!(!second.contains("You are signed in"), "{second}");
    // Whoever waits is told of each kind of stray once, and of whose sign-in it was.
    let outcome = end(program);
    let told: Vec<&str> = outcome.stderr.lines().collect();
    let [state, name, form, account] = told[..] else {
        panic!("{outcome:?}")
    };
    for (line, said) in [
        (state, "another sign-in"),
        (name, "another host"),
        (form, "no form"),
    ] {
        assert!(line.contains(said), "{outcome:?}");
    }
    assert_eq!(account, format!("Signed in as {ALICE}"));
    outcome.success();
    assert_eq!(emulator.grant_types(), ["authorization_code"]);
}

#[test]
fn a_browser_that_nobody_answers_in_ends_with_the_time_limit() {
    let emulator = Emulator::start();
    let mut user = person(emulator.authority());
    let browser = Browser::of(&mut user);
    let before = user.kept();
    let outcome = user.run(&format!("{BY_BROWSER} --timeout 1s"));
    let (error, hint) = outcome.failure(CANCELLED);
    assert!(
        error.contains("timeout waiting for authentication callback"),
        "{error}"
    );
    assert!(hint.contains("look at the browser"), "{hint}");
    assert!(
        browser.send("GET / HTTP/1.1\r\n\r\n").is_none(),
        "the port is closed"
    );
    assert_eq!(user.kept(), before);
}

#[test]
fn a_port_that_somebody_else_has_is_told() {
    let emulator = Emulator::start();
    let mut user = person(emulator.authority());
    let browser = Browser::of(&mut user);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for options in [
        format!("--port {port}"),
        format!("--port-range {port}-{port}"),
        format!("--redirect-uri http://localhost:{port}"),
    ] {
        let outcome = user.run(&format!("{BY_BROWSER} {options}"));
        let (error, hint) = outcome.failure(GENERAL);
        assert!(error.contains(&port.to_string()), "{options}: {error}");
        assert!(hint.contains("--port"), "{options}: {hint}");
    }
    drop(browser);
    assert!(emulator.requests().is_empty());
}

#[test]
fn a_browser_that_cannot_be_started_is_told() {
    let emulator = Emulator::start();
    let mut user = person(emulator.authority());
    user.set("BROWSER", "/nowhere/browser");
    let outcome = user.run(BY_BROWSER);
    let (_, hint) = outcome.failure(GENERAL);
    assert!(hint.contains("--show-url"), "{hint}");
}

/// What a person or the time does to a device code, exit code, a part of the error, a part of the hint.
const DEVICES: &str = "
decline | 2 | authorization_declined | declined
expire  | 6 | nobody entered         | start again
";

#[test]
fn a_device_code_that_comes_to_nothing_says_why() {
    let emulator = Emulator::start();
    emulator.control("options", &json!({ "device_interval": 1 }));
    for [action, code, error, hint] in rows(DEVICES) {
        emulator.forget_requests();
        let user = person(emulator.authority());
        let program = user.start(BY_DEVICE);
        until(&emulator, "/devicecode");
        emulator.control("device", &json!({ "action": action }));
        let outcome = end(program);
        let last = last_lines(&outcome);
        let lines = last.failure(code.parse().unwrap());
        assert!(
            lines.0.contains(error) && lines.1.contains(hint),
            "{action}: {outcome:?}"
        );
    }
}

#[test]
fn a_device_that_asks_too_often_waits_longer() {
    let emulator = Emulator::start();
    emulator.control("options", &json!({ "device_interval": 1 }));
    let user = person(emulator.authority());
    emulator.control("faults", &json!({ "error": "slow_down", "status": 400 }));
    let program = user.start(BY_DEVICE);
    until(&emulator, "/token");
    emulator.control("device", &json!({ "action": "approve", "user": ALICE }));
    end(program).success();
    let times: Vec<i64> = emulator
        .requests()
        .iter()
        .filter(|request| request["path"].as_str().unwrap().ends_with("/token"))
        .map(|request| request["time"].as_i64().unwrap())
        .collect();
    let [first, second] = times[..] else {
        panic!("{times:?}")
    };
    // RFC 8628 section 3.5: five seconds more. The journal counts whole ones.
    assert!(second - first >= 5, "{times:?}");
}

#[test]
fn a_device_code_ends_with_the_time_limit() {
    let emulator = Emulator::start();
    let user = person(emulator.authority());
    let outcome = user.run(&format!("{BY_DEVICE} --timeout 1s"));
    last_lines(&outcome).failure(CANCELLED);
}

#[test]
fn a_revoked_refresh_token_leads_back_to_the_sign_in() {
    let emulator = Emulator::start();
    emulator.control("options", &json!({ "device_interval": 1 }));
    let user = person(emulator.authority());
    let program = user.start(BY_DEVICE);
    until(&emulator, "/devicecode");
    emulator.control("device", &json!({ "action": "approve", "user": ALICE }));
    end(program).success();
    emulator.control("revoke", &json!({ "user": ALICE }));
    let outcome = user.run("refresh -p person");
    let (error, hint) = outcome.failure(AUTHENTICATION_FAILED);
    assert!(error.contains("AADSTS50173"), "{error}");
    assert!(hint.contains("sign in again"), "{hint}");
}

/// Waits for a request to an endpoint.
fn until(emulator: &Emulator, endpoint: &str) {
    let is_meant = |request: &Value| request["path"].as_str().unwrap().ends_with(endpoint);
    while !emulator.requests().iter().any(is_meant) {
        sleep(Duration::from_millis(20));
    }
}

/// The outcome without the instructions for the person.
fn last_lines(outcome: &Outcome) -> Outcome {
    let error = outcome.stderr.find("error: ").expect(&outcome.stderr);
    Outcome {
        code: outcome.code,
        stdout: outcome.stdout.clone(),
        stderr: outcome.stderr[error..].to_owned(),
    }
}
