//! What is got on behalf of one person is nobody else's, and what only they can answer goes back to them.

use std::collections::BTreeSet;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::scene::{Scene, attached, bearer, status};
use crate::support::{ALICE, PUBLIC_CLIENT, User, sign_in_by_device};

/// A token for the API, of a sign-in of its own.
fn token(scene: &Scene) -> String {
    let user = User::new();
    let authority = scene.emulator.authority();
    let options = "--auth-method Public --scope api://your-api-id/access_as_user";
    user.create("caller", PUBLIC_CLIENT, authority, options, "")
        .quiet_success();
    // The code that is approved is the next one.
    scene.emulator.forget_requests();
    let line = "get-token -p caller -f DeviceCode";
    sign_in_by_device(&user, &scene.emulator, line).success()
}

/// Both ask again and again, at once, on one route and at the endpoint for programs.
#[test]
fn callers_at_once_get_each_their_own_token() {
    Scene::on_each_engine().for_each(|scene| at_once(&scene));
}

fn at_once(scene: &Scene) {
    let callers = ["one", "other"].map(|name| (name, bearer(&token(scene))));
    thread::scope(|scope| {
        for (name, token) in callers.iter().cycle().take(8) {
            scope.spawn(move || {
                for _ in 0..4 {
                    let answer = scene.proxy.get(&format!("/mine/{name}"), token);
                    assert_eq!(status(&answer), 200, "{answer}");
                }
            });
        }
    });
    let requests = scene.recorder.take();
    assert_eq!(requests.len(), 32);
    // An engine with several instances may have asked for several.
    let [one, other] = callers.each_ref().map(|(name, token)| {
        let path = format!("GET /mine/{name} ");
        let own = requests.iter().filter(|request| request.starts_with(&path));
        let sent = own.map(|request| sent(request).to_owned());
        sent.chain([handed_out(scene, token)])
            .collect::<BTreeSet<_>>()
    });
    assert!(one.is_disjoint(&other), "{one:?} {other:?}");
}

/// The token of a request that went on.
fn sent(request: &str) -> &str {
    let token = |line| str::strip_prefix(line, "authorization: Bearer ");
    request.lines().find_map(token).unwrap()
}

/// The token that a program gets for the same caller.
fn handed_out(scene: &Scene, caller: &str) -> String {
    let head = "GET /AuthorizationHeader/mine HTTP/1.1\r\nHost: localhost\r\nConnection: close";
    let answer = scene
        .proxy
        .send(format!("{head}\r\n{caller}\r\n").as_bytes());
    let token = answer
        .split_once("\"Bearer ")
        .and_then(|(_, rest)| rest.split_once('"'));
    token.unwrap_or_else(|| panic!("{answer}")).0.to_owned()
}

/// A second factor, say. The challenge is handed on as the server put it, each time anew, and nothing reaches the server behind.
#[test]
fn what_only_the_caller_can_answer_goes_back_to_them() {
    Scene::on_each_engine().for_each(|scene| challenged(&scene));
}

fn challenged(scene: &Scene) {
    let token = bearer(&token(scene));
    let policy = json!({ "user": ALICE, "resource": "api://downstream-api" });
    scene.emulator.control("policies", &policy);
    scene.emulator.forget_requests();
    for asked in 1..=2 {
        let answer = scene.proxy.get("/mine/1", &token);
        assert_eq!(status(&answer), 401, "{answer}");
        assert!(answer.contains("error=\"insufficient_claims\""), "{answer}");
        assert!(answer.contains("\"rule\":\"interaction\""), "{answer}");
        let (_, claims) = answer.split_once("claims=\"").unwrap();
        let (claims, _) = claims.split_once('"').unwrap();
        let claims: Value = serde_json::from_slice(&STANDARD.decode(claims).unwrap()).unwrap();
        let values = &claims["access_token"]["polids"]["values"];
        assert_eq!(values.as_array().map(Vec::len), Some(1), "{claims}");
        let grants = scene.emulator.grant_types();
        assert_eq!(grants.len(), asked, "it is asked each time: {grants:?}");
    }
    assert_eq!(scene.recorder.take(), [""; 0]);
    scene.emulator.forget_policies();
    let answer = scene.proxy.get("/mine/1", &token);
    assert_eq!(status(&answer), 200, "{answer}");
    let requests = scene.recorder.take();
    assert_eq!(attached(&scene.user, &requests[0])["name"], "Alice");
}
