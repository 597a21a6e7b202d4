//! Keys are asked for rarely, whatever callers send, and serve while nobody publishes them.

use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::scene::{Scene, bearer, status};
use crate::support::GET_TOKEN;

/// As many callers at once.
const CALLERS: usize = 4;

/// The same token, signed by a key of this name.
fn signed_by(token: &str, key_id: &str) -> String {
    let (header, rest) = token.trim().split_once('.').unwrap();
    let mut header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"] = json!(key_id);
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

fn requests_for_keys(scene: &Scene) -> usize {
    let requests = scene.emulator.requests().into_iter();
    let keys = requests.filter(|request| request["path"].as_str().unwrap().ends_with("/keys"));
    keys.count()
}

#[test]
fn unknown_keys_are_not_looked_for_by_every_caller() {
    for scene in Scene::on_each_engine() {
        let token = scene.user.run(GET_TOKEN).success();
        assert_eq!(status(&scene.proxy.get("/orders/1", &bearer(&token))), 200);
        scene.emulator.forget_requests();
        thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (scene, token) = (&scene, &token);
                scope.spawn(move || {
                    for number in 0..25 {
                        let forged = signed_by(token, &format!("{caller}-{number}"));
                        let answer = scene.proxy.get("/orders/1", &bearer(&forged));
                        assert_eq!(status(&answer), 401, "{answer}");
                        assert!(answer.contains("\"rule\":\"key\""), "{answer}");
                    }
                });
            }
        });
        // An instance that is new asks once, as it would for a good token.
        let asked = requests_for_keys(&scene);
        assert!(asked <= CALLERS, "{asked} requests for keys");
        assert_eq!(scene.recorder.take().len(), 1);
    }
}

#[test]
fn known_keys_serve_while_nobody_publishes_them() {
    for scene in Scene::on_each_engine() {
        let tokens = [GET_TOKEN, "get-token -p my-api-client --no-cache"]
            .map(|line| scene.user.run(line).success());
        assert_ne!(tokens[0], tokens[1]);
        let first = bearer(&tokens[0]);
        assert_eq!(
            status(&scene.proxy.get("/.entra/decide/orders", &first)),
            200
        );
        drop(scene.emulator);
        for token in &tokens {
            let answer = scene.proxy.get("/.entra/decide/orders", &bearer(token));
            assert_eq!(status(&answer), 200, "{answer}");
        }
    }
}
