//! Who passes, and what goes on.

use std::fs;

use crate::scene::{
    COMPLAINTS, ENGINES, Engine, Proxy, Scene, attached, bearer, configuration, free_port, status,
};
use crate::support::{CLIENT_ID, GET_TOKEN, Recorder, User, component, workspace};

#[test]
fn the_right_caller_passes_with_another_token() {
    Scene::on_each_engine().for_each(|scene| right_caller(&scene));
}

pub(crate) fn right_caller(scene: &Scene) {
    let token = bearer(&scene.user.run(GET_TOKEN).success());
    let before = scene.emulator.requests().len();
    for _ in 0..3 {
        let spoofed =
            "X-Entra-Oid: admin\r\nx_entra_oid: admin\r\nCookie: a=b\r\nX-Forwarded-Host: evil\r\n";
        let answer = scene
            .proxy
            .get("/orders/1?a=%2F", &(token.clone() + spoofed));
        assert_eq!(status(&answer), 200, "{answer}");
        assert!(answer.ends_with("received"), "{answer}");
        assert!(answer.contains("x-answer: 1"), "{answer}");
        let [request] = &scene.recorder.take()[..] else {
            panic!("one request goes on");
        };
        assert!(
            request.starts_with("GET /orders/1?a=%2F HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(
            !request.contains("admin") && !request.contains("evil"),
            "{request}"
        );
        assert!(
            !request.to_ascii_lowercase().contains("cookie"),
            "{request}"
        );
        assert_eq!(request.matches("x-entra-oid: ").count(), 1, "{request}");
        assert!(
            request.contains("x-entra-tid: 11111111-2222-3333-4444-555555555555"),
            "{request}"
        );
        let claims = attached(&scene.user, request);
        assert_eq!(claims["azp"], "77777777-6666-5555-4444-333333333333");
    }
    let made = scene.emulator.requests().len() - before;
    assert!(
        made <= 2,
        "one for the keys and one for the token, not {made}"
    );
}

#[test]
fn an_api_calls_on_for_the_person_who_called_it() {
    Scene::on_each_engine().for_each(|scene| on_behalf(&scene));
}

pub(crate) fn on_behalf(scene: &Scene) {
    let incoming = scene.person();
    let answer = scene.proxy.get("/mine/1", &bearer(incoming));
    assert_eq!(status(&answer), 200, "{answer}");
    let requests = scene.recorder.take();
    let claims = attached(&scene.user, &requests[0]);
    assert_eq!(claims["name"], "Alice");
    assert_ne!(claims["aud"], "api://your-api-id");
    // What is for people is not for applications, and the other way round.
    let application = bearer(&scene.user.run(GET_TOKEN).success());
    assert_eq!(status(&scene.proxy.get("/mine/1", &application)), 403);
    assert_eq!(
        status(&scene.proxy.get("/orders/1", &bearer(incoming))),
        403
    );
    assert_eq!(scene.recorder.take(), [""; 0]);
}

/// The caller learns no more than that; whoever runs the proxy has to find out why.
#[test]
fn a_server_that_is_not_there_is_named_in_the_log() {
    let mut user = User::new();
    let upstream = format!("http://127.0.0.1:{}", free_port());
    let text = format!(
        "version = 1\n[listen]\naddress = \"127.0.0.1:0\"\n[[route]]\nname = \"a\"\npath = \"/a\"\nmethods = [\"GET\"]\npublic = true\nupstream = \"{upstream}\"\n"
    );
    let expected = format!("the server behind, `{upstream}`, cannot be connected to");
    for engine in ENGINES {
        let Some(proxy) = Proxy::start(engine, &mut user, &text) else {
            continue;
        };
        let answer = proxy.get("/a", "");
        assert_eq!(status(&answer), 502, "{answer}");
        assert!(!answer.contains(&upstream), "{answer}");
        if engine == Engine::Native {
            // Written before the answer.
            let complaints = fs::read_to_string(user.home().join(COMPLAINTS)).unwrap();
            assert!(complaints.contains(&expected), "{complaints}");
        } else {
            proxy.said(&expected);
        }
    }
}

#[test]
fn a_refusal_says_why_and_nothing_goes_on() {
    Scene::on_each_engine().for_each(|scene| refusals(&scene));
}

pub(crate) fn refusals(scene: &Scene) {
    let token = scene.user.run(GET_TOKEN).success();
    let mut forged = token.trim().to_owned();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'Q' } else { 'A' });
    let graph = scene
        .user
        .run("get-token -p my-api-client --scope https://graph.microsoft.com/.default")
        .success();
    let twice = bearer(&token) + &bearer(&token);
    let rows = [
        ("no token", "/orders/1", String::new(), 401, "Bearer realm"),
        (
            "forged",
            "/orders/1",
            bearer(&forged),
            401,
            "error=\"invalid_token\"",
        ),
        (
            "another API's",
            "/orders/1",
            bearer(&graph),
            401,
            "audience: the token is for",
        ),
        (
            "unsigned",
            "/orders/1",
            bearer("eyJhbGciOiJub25lIn0.e30."),
            401,
            "algorithm: ",
        ),
        ("twice", "/orders/1", twice, 400, "authorization"),
        ("no route", "/admin", bearer(&token), 404, "route"),
        (
            "two spellings",
            "/public/../orders/1",
            String::new(),
            400,
            "path",
        ),
        ("escaped", "/%6frders/1", bearer(&token), 400, "path"),
    ];
    for (name, target, headers, expected, text) in rows {
        let answer = scene.proxy.get(target, &headers);
        assert_eq!(status(&answer), expected, "{name}: {answer}");
        assert!(answer.contains(text), "{name}: {answer}");
        assert!(
            !answer.contains(token.trim()) && !answer.contains(&forged),
            "{name}"
        );
    }
    assert_eq!(scene.recorder.take(), [""; 0]);
    let metadata = scene
        .proxy
        .get("/.well-known/oauth-protected-resource/orders", "");
    assert!(
        metadata.contains("\"resource\":\"https://orders.example/orders\""),
        "{metadata}"
    );
    let decision = scene.proxy.get("/.entra/decide/orders", &bearer(&token));
    assert_eq!(status(&decision), 200, "{decision}");
    assert!(decision.contains("x-entra-oid: "), "{decision}");
    assert_eq!(status(&scene.proxy.get("/.entra/decide/orders", "")), 401);
}

#[test]
fn without_a_configuration_nothing_passes() {
    let mut user = User::new();
    for configuration in ["", "version = 1", "nonsense"] {
        let Some(proxy) = Proxy::start(Engine::Wasmtime, &mut user, configuration) else {
            return;
        };
        let answer = proxy.get("/public", "");
        assert_eq!(status(&answer), 500, "{answer}");
        assert!(answer.contains("not configured"), "{answer}");
    }
}

/// As editors and PowerShell write it, on either engine alike.
#[test]
fn a_configuration_is_read_in_any_encoding_of_its_characters() {
    let text = configuration("https://login.microsoftonline.com", "http://127.0.0.1:1");
    let mut utf_16 = vec![0xff, 0xfe];
    utf_16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    for bytes in [format!("\u{feff}{text}").into_bytes(), utf_16] {
        let mut user = User::new();
        user.set("BACKEND_SECRET", "your-api-secret");
        let component = component("entra-auth-proxy.wasm");
        let proxies = [
            Some(Proxy::start_native(&user, &bytes)),
            Proxy::start_of_file(&component, &mut user, &bytes),
        ];
        for proxy in proxies.iter().flatten() {
            let answer = proxy.get("/healthz", "");
            assert_eq!(status(&answer), 200, "{answer}");
        }
    }
}

#[test]
fn health_is_told_to_anybody() {
    for scene in Scene::on_each_engine() {
        let answer = scene.proxy.get("/healthz", "");
        assert_eq!(status(&answer), 200, "{answer}");
        assert!(answer.contains("{\"status\":\"healthy\"}"), "{answer}");
    }
}

/// What the README begins with, with another port and another API.
#[test]
fn the_demo_tenant_protects_an_api() {
    let recorder = Recorder::start();
    let mut user = User::new();
    let text = fs::read_to_string(workspace().join("docs/demo-proxy.toml")).unwrap();
    assert!(text.contains("http://127.0.0.1:9000"));
    let text = text.replace("http://127.0.0.1:9000", recorder.origin());
    let text = format!("{text}\n[listen]\naddress = \"127.0.0.1:0\"\n");
    let proxy = Proxy::start(Engine::Native, &mut user, &text).unwrap();
    let token = user.run("get-token -p demo").success();
    let answer = proxy.get("/", &bearer(&token));
    assert_eq!(status(&answer), 200, "{answer}");
    let requests = recorder.take();
    assert!(
        requests[0].contains(&format!("x-entra-client: {CLIENT_ID}")),
        "{requests:?}"
    );
    assert_eq!(status(&proxy.get("/", "")), 401);
}

/// `{"access_token":{"nbf":{"essential":true,"value":"1700000000"}}}`.
const CLAIMS: &str =
    "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNzAwMDAwMDAwIn19fQ==";

/// T30: once, with the claims, and only where nothing is lost by it.
#[test]
fn a_servers_claims_challenge_is_answered_once() {
    Scene::on_each_engine().for_each(|scene| claims_challenge(&scene));
}

pub(crate) fn claims_challenge(scene: &Scene) {
    let token = bearer(&scene.user.run(GET_TOKEN).success());
    let authority = scene.emulator.authority();
    let challenge = |authority: &str| {
        format!(
            "Bearer realm=\"\", authorization_uri=\"{authority}/common/oauth2/authorize\", error=\"insufficient_claims\", claims=\"{CLAIMS}\""
        )
    };
    let ours = challenge(authority);
    let get = || scene.proxy.get("/orders/1", &token);
    let post = |body: &str| {
        let length = body.len();
        let head = "POST /orders/1 HTTP/1.1\r\nHost: orders.example\r\nConnection: close";
        let request = format!("{head}\r\n{token}Content-Length: {length}\r\n\r\n{body}");
        scene.proxy.send(request.as_bytes())
    };
    assert_eq!(status(&get()), 200);
    scene.recorder.take();
    scene.emulator.forget_requests();

    scene.recorder.challenge(&ours);
    let answer = get();
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(!answer.contains("insufficient_claims"), "{answer}");
    let requests = scene.recorder.take();
    let [first, second] = &requests[..] else {
        panic!("not two requests: {requests:?}");
    };
    let without_token = |request: &str| {
        let mut lines: Vec<_> = request.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.starts_with("authorization: "));
        lines.sort();
        lines
    };
    assert_eq!(without_token(first), without_token(second));
    assert_ne!(first, second);
    attached(&scene.user, second);
    let form = scene.emulator.only_form();
    let claims = form.iter().find(|(name, _)| name == "claims");
    assert!(claims.unwrap().1.contains("1700000000"), "{form:?}");

    // What is small goes on twice.
    for body in ["", "hello"] {
        scene.recorder.challenge(&ours);
        assert_eq!(status(&post(body)), 200);
        let requests = scene.recorder.take();
        assert_eq!(requests.len(), 2, "{requests:?}");
        for request in requests {
            assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
        }
    }

    // One that stays unanswered goes back to whoever called, and so does every other one.
    for _ in 0..2 {
        scene.recorder.challenge(&ours);
    }
    let answer = get();
    assert!(
        status(&answer) == 401 && answer.contains(CLAIMS),
        "{answer}"
    );
    assert_eq!(
        (scene.recorder.take().len(), scene.recorder.unsent()),
        (2, 0)
    );
    for (challenge, body) in [
        (ours.clone(), "x".repeat(70_000).as_str()),
        (challenge("https://login.evil.example"), ""),
        (ours.replace("insufficient_claims", "invalid_token"), ""),
    ] {
        scene.recorder.challenge(&challenge);
        assert_eq!(status(&post(body)), 401, "{challenge} {body}");
        assert_eq!(scene.recorder.take().len(), 1, "{challenge} {body}");
    }
}
