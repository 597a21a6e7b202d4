//! Microsoft's own client for Python judges the emulator, and our requests are held against its.
#![cfg(test)]

mod support;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use support::{
    CLIENT_ID, Emulator, Outcome, SECRET, User, foreign_program, python_packages, workspace,
};

type Form = BTreeMap<String, String>;

/// What MSAL got and sent; nothing if it is not installed.
fn msal() -> Option<Value> {
    let python = foreign_program("python3")?;
    let packages = python_packages()?;
    let folder = tempfile::tempdir().unwrap();
    let certificate_authority = folder.path().join("ca.pem");
    let emulator = Emulator::start_tls(&certificate_authority);
    let output = User::new()
        .foreign_command(&python)
        .env("PYTHONPATH", packages)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(workspace().join("tests/msal_python.py"))
        .args([
            emulator.authority(),
            certificate_authority.to_str().unwrap(),
            SECRET,
        ])
        .output()
        .unwrap();
    Some(serde_json::from_str(&Outcome::of(output).success()).unwrap())
}

#[test]
fn msal_gets_a_token_from_the_emulator_and_understands_its_refusal() {
    let Some(result) = msal() else { return };
    let granted = &result["granted"];
    assert_eq!(granted["token_type"], "Bearer", "{granted}");
    assert!(granted["access_token"].as_str().unwrap().starts_with("eyJ"));
    assert_eq!(result["refused"]["error"], "invalid_client");
    assert_eq!(result["refused"]["error_codes"][0], 7_000_215);
}

#[test]
fn our_request_has_the_parameters_of_msals() {
    let Some(result) = msal() else { return };
    let received = result["received"].as_array().unwrap();
    let post = received
        .iter()
        .find(|request| request["method"] == "POST")
        .unwrap();
    let form: Vec<(String, String)> = serde_json::from_value(post["form"].clone()).unwrap();
    assert_eq!(ours(), grant_parameters(form));
}

#[test]
fn our_request_has_the_parameters_of_the_recorded_ones() {
    let recorded = recordings();
    let cases = recorded["cases"].as_array().unwrap();
    let of_our_secret = cases
        .iter()
        .filter(|case| case["client_secret"] == SECRET && case["claims"].is_null());
    let mut count = 0;
    for case in of_our_secret {
        let emulator = Emulator::start();
        emulator.post_form(
            case["path"].as_str().unwrap(),
            case["body"].as_str().unwrap(),
        );
        assert_eq!(
            ours(),
            grant_parameters(emulator.only_form()),
            "{}",
            case["name"]
        );
        count += 1;
    }
    assert!(count >= 2, "one recording of each of Microsoft's clients");
}

/// The form that our program sends for the recorded profile.
fn ours() -> Form {
    let emulator = Emulator::start();
    let user = User::new();
    let line = format!(
        "config create --name graph --tenant-id 11111111-2222-3333-4444-555555555555 --client-id {CLIENT_ID} \
         --client-secret - --scope https://graph.microsoft.com/.default --authority {}",
        emulator.authority()
    );
    user.run_with(&line, SECRET).quiet_success();
    user.run("get-token -p graph").quiet_success();
    grant_parameters(emulator.only_form())
}

/// Without the other client's telemetry; no parameter may come twice.
fn grant_parameters(form: Vec<(String, String)>) -> Form {
    let recorded = recordings();
    let telemetry = recorded["not_part_of_the_grant"].as_array().unwrap();
    let mut parameters = Form::new();
    for (name, value) in form {
        if !telemetry.iter().any(|known| *known == name) {
            assert!(
                parameters.insert(name.clone(), value).is_none(),
                "`{name}` comes twice"
            );
        }
    }
    parameters
}

fn recordings() -> Value {
    serde_json::from_slice(&fs::read(workspace().join("tests/vectors/client-secret.json")).unwrap())
        .unwrap()
}
