//! Several people, and one person by several names, on one client: each account has tokens of its own, found by whatever led to it.
#![cfg(test)]

mod support;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{ALICE, Emulator, Outcome, PUBLIC_CLIENT, User, sign_in_by_device};

/// alice, as a tenant calls its guest from there.
const GUEST: &str = "alice_contoso.onmicrosoft.com#EXT#@fabrikam.onmicrosoft.com";
const BOB: &str = "bob@contoso.onmicrosoft.com";
const BY_DEVICE: &str = "get-token -p person -f DeviceCode";

fn person(emulator: &Emulator, options: &str) -> User {
    let user = User::new();
    let options =
        format!("--auth-method Public --scope api://your-api-id/access_as_user {options}");
    user.create("person", PUBLIC_CLIENT, emulator.authority(), &options, "")
        .quiet_success();
    user
}

fn sign_in(user: &User, emulator: &Emulator, line: &str) -> Outcome {
    emulator.forget_requests();
    sign_in_by_device(user, emulator, line)
}

/// The next sign-in is bob's, whom the emulator does not know: the answer says so.
fn let_bob_sign_in(emulator: &Emulator) {
    let claims = json!({
        "oid": "bbbbbbbb-0000-4000-8000-000000000002", "tid": "11111111-2222-3333-4444-555555555555",
        "preferred_username": BOB,
    });
    let [header, claims] =
        [json!({ "alg": "RS256" }), claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let id_token = format!("{header}.{claims}.c2ln");
    // Polls before the code was entered are answered with 400, whatever else is set.
    emulator.control(
        "faults",
        &json!({ "endpoint": "token", "for_seconds": 60, "set": { "id_token": id_token } }),
    );
}

fn account(user: &User, line: &str) -> String {
    let shown = user.run(&format!("{line} -o json")).quiet_success();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["from_cache"], true, "{line}");
    shown["account"].as_str().unwrap().to_owned()
}

#[test]
fn one_account_is_found_by_every_name_that_led_to_it() {
    for first in ["", "--login-hint ali", &format!("--login-hint {GUEST}")] {
        let emulator = Emulator::start();
        let user = person(&emulator, "");
        sign_in(&user, &emulator, &format!("{BY_DEVICE} {first}")).success();
        for then in [first, &format!("--login-hint {ALICE}"), ""] {
            let line = format!("get-token -p person {then}");
            assert_eq!(account(&user, &line), ALICE, "{first}, then {then}");
            user.run(&format!("refresh -p person {then}"))
                .quiet_success();
        }
        let shown = user.run("config show -p person").quiet_success();
        assert!(shown.contains(&format!("Signed In: {ALICE}\n")), "{shown}");
    }
}

#[test]
fn a_name_that_has_led_to_nobody_leads_to_nobody() {
    let emulator = Emulator::start();
    let user = person(&emulator, "");
    sign_in(&user, &emulator, BY_DEVICE).success();
    for name in [BOB, "bob", "ali"] {
        let outcome = user.run(&format!("refresh -p person --login-hint {name}"));
        let (error, hint) = outcome.failure(2);
        assert_eq!(error, "no refresh token is available");
        assert_eq!(
            hint,
            "sign in with `entra-auth-cli get-token -p person` and the same options"
        );
    }
}

#[test]
fn two_people_have_tokens_of_their_own_whoever_is_meant_without_a_name() {
    let emulator = Emulator::start();
    let user = person(&emulator, "");
    sign_in(&user, &emulator, BY_DEVICE).success();
    let_bob_sign_in(&emulator);
    sign_in(&user, &emulator, &format!("{BY_DEVICE} --login-hint bob")).success();
    for (name, expected) in [
        ("", ALICE),
        (&*format!("--login-hint {ALICE}"), ALICE),
        ("--login-hint bob", BOB),
        (&*format!("--login-hint {BOB}"), BOB),
    ] {
        let line = format!("get-token -p person {name}");
        assert_eq!(account(&user, &line), expected, "{name}");
    }
    // Whoever signs in without being named is who is meant from then on; the tokens of the other one stay theirs.
    user.run("clear-cache -p person").success();
    emulator.reset();
    sign_in(
        &user,
        &emulator,
        &format!("{BY_DEVICE} --login-hint {ALICE}"),
    )
    .success();
    let_bob_sign_in(&emulator);
    sign_in(
        &user,
        &emulator,
        &format!("{BY_DEVICE} --login-hint bob --force"),
    )
    .success();
    assert_eq!(account(&user, "get-token -p person"), ALICE);
}

#[test]
fn a_profile_names_whose_account_is_meant() {
    let emulator = Emulator::start();
    let user = person(&emulator, &format!("--login-hint {BOB}"));
    let refused = sign_in(&user, &emulator, BY_DEVICE);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused
            .stderr
            .contains(&format!("it was {ALICE} who signed in")),
        "{refused:?}"
    );
    // An option is for one call, and `config edit` for all.
    sign_in(
        &user,
        &emulator,
        &format!("{BY_DEVICE} --login-hint {ALICE}"),
    )
    .success();
    assert_eq!(user.run("refresh -p person").code, 2);
    user.run(&format!("config edit -p person --login-hint {ALICE}"))
        .success();
    assert_eq!(account(&user, "get-token -p person"), ALICE);
    let shown = user.run("config show -p person -o json").quiet_success();
    assert!(
        shown.contains(&format!("\"loginHint\": \"{ALICE}\"")),
        "{shown}"
    );
    user.run_with("config export -p person -o person.json", "")
        .success();
    let exported = std::fs::read_to_string(user.home().join("person.json")).unwrap();
    assert!(exported.contains("\"loginHint\""), "{exported}");
}

#[test]
fn signing_in_again_after_a_refusal_signs_in() {
    let emulator = Emulator::start();
    let user = person(&emulator, "");
    let first = sign_in(&user, &emulator, BY_DEVICE).success();
    emulator.control("revoke", &json!({ "user": ALICE }));
    let refused = user.run("refresh -p person");
    let (error, hint) = refused.failure(2);
    assert!(error.contains("AADSTS50173"), "{error}");
    assert!(
        hint.ends_with("sign in with `entra-auth-cli get-token -p person`"),
        "{hint}"
    );
    // The token at hand is valid still, and yet the person is asked, by whatever name.
    let line = format!("{BY_DEVICE} --login-hint {ALICE}");
    let second = sign_in(&user, &emulator, &line).success();
    assert_ne!(first, second);
    user.run("refresh -p person").quiet_success();
    assert_eq!(account(&user, "get-token -p person"), ALICE);
}

#[test]
fn the_id_token_is_there_for_whoever_asks() {
    let emulator = Emulator::start();
    let user = person(&emulator, "");
    let signed_in = sign_in(&user, &emulator, &format!("{BY_DEVICE} --id-token"));
    let claims = |token: &str| -> Value {
        let shown = user.run_with("inspect - --claims", token).quiet_success();
        serde_json::from_str(&shown).unwrap()
    };
    let id_token = signed_in.success();
    assert_eq!(claims(&id_token)["aud"], PUBLIC_CLIENT);
    // A renewal need not bring another one.
    emulator.control(
        "faults",
        &json!({ "endpoint": "token", "omit": ["id_token"] }),
    );
    assert_eq!(
        user.run("refresh -p person --id-token").quiet_success(),
        id_token
    );
    for (option, member) in [("-o json", "id_token"), ("--json", "idToken")] {
        let line = format!("get-token -p person {option}");
        let shown: Value = serde_json::from_str(&user.run(&line).quiet_success()).unwrap();
        assert_eq!(shown.get(member), None, "{option}");
        let shown = user.run(&format!("{line} --id-token")).quiet_success();
        let shown: Value = serde_json::from_str(&shown).unwrap();
        assert_eq!(shown[member], id_token.trim_end());
        assert_ne!(shown[member], shown["access_token"]);
    }
    user.run("get-token -p person --id-token -o az").failure(4);
    let outcome = user.run("get-token -p demo --id-token");
    assert_eq!(outcome.failure(1).0, "no ID token came with this token");
}
