//! Programs that were written for Microsoft's sidecar.

use std::fs;

use serde_json::Value;

use crate::scene::{Engine, Proxy, Scene, bearer, configuration, free_port, status};
use crate::support::{
    Emulator, GET_TOKEN, Outcome, PROGRAM, Recorder, User, foreign_program, workspace,
};

#[test]
fn a_program_changes_the_address_and_nothing_else() {
    Scene::on_each_engine().for_each(|scene| endpoints(&scene));
}

fn ask(proxy: &Proxy, target: &str, headers: &str) -> String {
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
        proxy.address
    );
    proxy.send(request.as_bytes())
}

/// What an answer holds, in chunks or not.
fn json(answer: &str) -> Value {
    let (start, end) = (answer.find('{').unwrap(), answer.rfind('}').unwrap());
    serde_json::from_str(&answer[start..=end]).unwrap()
}

/// The claims of the token in the header that was answered.
fn issued(scene: &Scene, answer: &str) -> Value {
    assert_eq!(status(answer), 200, "{answer}");
    let header = json(answer)["authorizationHeader"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = header.strip_prefix("Bearer ").unwrap();
    let shown = scene.user.run_with("inspect - --claims", token).success();
    serde_json::from_str(&shown).unwrap()
}

pub(crate) fn endpoints(scene: &Scene) {
    let get = |target: &str, headers: &str| ask(&scene.proxy, target, headers);
    let token = scene.user.run(GET_TOKEN).success();
    let person = scene.person();

    let answer = get("/Validate", &bearer(&token));
    assert_eq!(status(&answer), 200, "{answer}");
    let validated = json(&answer);
    assert_eq!(validated["protocol"], "Bearer");
    assert_eq!(validated["token"], token.trim());
    assert_eq!(validated["claims"]["aud"], "api://your-api-id");

    let claims = issued(scene, &get("/AuthorizationHeader/mine", &bearer(person)));
    assert_eq!(claims["name"], "Alice");
    assert_ne!(claims["aud"], "api://your-api-id");
    let claims = issued(
        scene,
        &get("/AuthorizationHeader/downstream", &bearer(&token)),
    );
    assert_eq!(claims["azp"], "77777777-6666-5555-4444-333333333333");
    issued(
        scene,
        &get("/AuthorizationHeaderUnauthenticated/downstream", ""),
    );
    let answer = get("/healthz", "");
    // The health of the listener stands at the same place here.
    assert_eq!(status(&answer), 200, "{answer}");

    let forged = format!("{}x", token.trim());
    for (target, headers, expected, rule) in [
        ("/Validate", String::new(), 401, "token"),
        ("/Validate", bearer(&forged), 401, "malformed"),
        ("/AuthorizationHeader/mine", String::new(), 401, "token"),
        ("/AuthorizationHeader/none", bearer(&token), 400, "api"),
        (
            "/AuthorizationHeaderUnauthenticated/mine",
            bearer(&token),
            400,
            "api",
        ),
        (
            "/AuthorizationHeader/mine?optionsOverride.Scopes=x",
            bearer(person),
            400,
            "override",
        ),
        (
            "/Validate",
            bearer(&token) + "Origin: http://localhost\r\n",
            403,
            "browser",
        ),
        (
            "/Validate",
            bearer(&token) + "X-Forwarded-For: 127.0.0.1\r\n",
            403,
            "proxy",
        ),
        (
            "/Validate",
            bearer(&token) + &bearer(&token),
            400,
            "authorization",
        ),
    ] {
        let answer = get(target, &headers);
        assert_eq!(status(&answer), expected, "{target}: {answer}");
        assert_eq!(json(&answer)["rule"], rule, "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(!answer.contains(token.trim()), "{answer}");
    }
    let elsewhere = "GET /Validate HTTP/1.1\r\nHost: orders.example\r\nConnection: close\r\n";
    let answer = scene
        .proxy
        .send(format!("{elsewhere}{}\r\n", bearer(&token)).as_bytes());
    assert_eq!(
        (status(&answer), json(&answer)["rule"].as_str()),
        (403, Some("host")),
        "{answer}"
    );
    assert_eq!(scene.recorder.take(), [""; 0], "nothing of it goes on");
}

/// The native program knows who calls; another engine does not, and is believed only where that is written down.
#[test]
fn an_engine_that_does_not_say_who_calls_is_not_believed() {
    let (emulator, recorder) = (Emulator::start(), Recorder::start());
    let text = configuration(emulator.authority(), recorder.origin());
    let text = text.replace("engine-on-loopback = true\n", "");
    for (engine, expected) in [(Engine::Native, 200), (Engine::Wasmtime, 403)] {
        let mut user = User::with_profile(emulator.authority());
        let token = bearer(&user.run(GET_TOKEN).success());
        let Some(proxy) = Proxy::start(engine, &mut user, &text) else {
            return;
        };
        let answer = ask(&proxy, "/Validate", &token);
        assert_eq!(status(&answer), expected, "{engine:?}: {answer}");
    }
}

/// At an address that others reach, programs on this machine are answered, and nobody else.
#[test]
fn whoever_calls_from_elsewhere_is_refused() {
    let Some(own) = own_address() else {
        return;
    };
    let (emulator, recorder) = (Emulator::start(), Recorder::start());
    let mut user = User::with_profile(emulator.authority());
    let token = bearer(&user.run(GET_TOKEN).success());
    let text = configuration(emulator.authority(), recorder.origin());
    let text = text.replace("127.0.0.1:0\"", "0.0.0.0:0\"\nplain-http = true");
    let mut proxy = Proxy::start(Engine::Native, &mut user, &text).unwrap();
    let (_, port) = proxy.address.rsplit_once(':').unwrap();
    let port = port.to_owned();
    for (address, expected) in [("127.0.0.1", 200), (own.as_str(), 403)] {
        proxy.address = format!("{address}:{port}");
        let request = format!(
            "GET /Validate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{token}\r\n"
        );
        let answer = proxy.send(request.as_bytes());
        assert_eq!(status(&answer), expected, "{address}: {answer}");
        let health =
            proxy.send(b"GET /healthz HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n");
        assert_eq!(status(&health), 200, "{health}");
    }
}

/// The configuration and the commands of the page, with another port.
#[test]
fn the_documentation_can_be_followed() {
    let Some(bash) = foreign_program("bash") else {
        return;
    };
    let page = fs::read_to_string(workspace().join("docs/proxy.md")).unwrap();
    let (_, section) = page.split_once("## For programs beside it").unwrap();
    let block = |language: &str| {
        let (_, rest) = section.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let port = free_port();
    let user = User::new();
    let text = format!(
        "{}\n[listen]\naddress = \"127.0.0.1:{port}\"\n",
        block("toml")
    );
    fs::write(user.home().join("sidecar.toml"), text).unwrap();
    let serve = "entra-auth-cli proxy --config sidecar.toml &\n";
    let waits = format!(
        "{serve}PROXY=$!\ntrap 'kill $PROXY' EXIT\nuntil curl --silent http://127.0.0.1:{port}/healthz > /dev/null; do sleep 0.1; done\n"
    );
    let script = block("sh")
        .replace(serve, &waits)
        .replace("entra-auth-cli", PROGRAM)
        .replace("8080", &port.to_string());
    let mut command = user.foreign_command(&bash);
    let outcome = Outcome::of(command.args(["-euc", &script]).output().unwrap());
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome.stdout.contains(r#""protocol":"Bearer""#),
        "{outcome:?}"
    );
    assert_eq!(
        outcome
            .stdout
            .matches(r#"{"authorizationHeader":"Bearer "#)
            .count(),
        2,
        "{outcome:?}"
    );
}

/// An address of this machine that is not of loopback; nothing on a machine without a network.
fn own_address() -> Option<String> {
    // Nothing is sent: it only asks which way packets would go.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then(|| address.to_string())
}
