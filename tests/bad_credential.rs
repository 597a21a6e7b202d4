//! Credentials that cannot be used: what the program can see itself is refused before anything is sent, the rest by Entra.
#![cfg(test)]
#![cfg(unix)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{CLIENT_ID, Emulator, User, rows, workspace};

const GENERAL: i32 = 1;
const AUTHENTICATION_FAILED: i32 = 2;
const BAD_ARGUMENTS: i32 = 4;

/// Certificate, private key (none: in the same file), its password, exit code, a part of the error, a part of the hint.
const CERTIFICATES: &str = "
emulator/client.pfx                   |                                         | wrong        | 4 | password of the certificate file is wrong | check the password
emulator/client.pfx                   |                                         |              | 4 | protected by a password                   | password
emulator/client-without-key.pfx       |                                         | emulator     | 4 | no private key in the file                | export
emulator/client-certificate.pem       |                                         |              | 4 | no private key in the file                | export
emulator/client-certificate.pem       | emulator/client-private-key-encrypted.pem | wrong      | 4 | password                                  | check the password
emulator/client-certificate.pem       | emulator/unregistered-private-key.pem   |              | 4 | does not belong to the certificate        | key
vectors/no-certificate.pfx            |                                         | pä$$ wörd    | 4 | certificate                               |
vectors/ec.pfx                        |                                         | pä$$ wörd    | 4 | elliptic curve                            | RSA
vectors/ec-certificate.pem            | vectors/ec-key.pem                      |              | 4 | elliptic curve                            | RSA
vectors/ec-certificate.pem            | vectors/ec-key-sec1.pem                 |              | 4 | elliptic curve                            | RSA
vectors/README.md                     |                                         |              | 4 | neither PKCS#12 nor PEM                   | .pfx
nowhere/client.pfx                    |                                         |              | 1 | nowhere/client.pfx                        | check that
emulator/unregistered-certificate.pem | emulator/unregistered-private-key.pem   |              | 2 | AADSTS700027                              | upload
emulator/expired-certificate.pem      | emulator/client-private-key.pem         |              | 2 | AADSTS1000502                             | create a new one
";

#[test]
fn a_certificate_that_cannot_be_used_is_refused() {
    let emulator = Emulator::start();
    for [certificate, key, password, code, error, hint] in rows(CERTIFICATES) {
        emulator.reset();
        let user = User::new();
        let mut options = format!("--certificate-path {}", path(certificate));
        if !key.is_empty() {
            options.push_str(&format!(" --private-key-path {}", path(key)));
        }
        if !password.is_empty() {
            options.push_str(" --certificate-password -");
        }
        create(&user, &emulator, &options, password);
        let before = user.kept();
        let outcome = user.run("get-token -p application");
        let code = code.parse().unwrap();
        let lines = outcome.failure(code);
        assert!(
            lines.0.contains(error) && lines.1.contains(hint),
            "{certificate}, {key}: {outcome:?}"
        );
        if code != AUTHENTICATION_FAILED {
            assert!(lines.0.contains(&path(certificate)), "{}", lines.0);
        }
        let is_sent = !emulator.requests().is_empty();
        assert_eq!(
            is_sent,
            code == AUTHENTICATION_FAILED,
            "{certificate}, {key}"
        );
        assert_eq!(user.kept(), before, "{certificate}, {key}");
    }
}

/// Changes to the workload's token, a part of the error, a part of the hint.
const ASSERTIONS: &str = r#"
{"issuer": "https://sts.windows.net/22222222-0000-0000-0000-000000000000/"} | AADSTS700211 | issuer
{"subject": "system:serviceaccount:default:somebody-else"}                   | AADSTS700213 | subject
{"audience": "api://elsewhere"}                                              | AADSTS700212 | audience
{"lifetime": -600}                                                           | AADSTS700024 | token file be fresh
"#;

#[test]
fn a_federated_token_of_somebody_else_is_refused_by_entra() {
    let emulator = Emulator::start();
    let (user, file) = workload(&emulator);
    for [changes, error, hint] in rows(ASSERTIONS) {
        let changes: Value = serde_json::from_str(changes).unwrap();
        let token = emulator.control("external-token", &changes);
        fs::write(&file, token["token"].as_str().unwrap()).unwrap();
        let outcome = user.run(WORKLOAD);
        let lines = outcome.failure(AUTHENTICATION_FAILED);
        assert!(
            lines.0.contains(error) && lines.1.contains(hint),
            "{changes}: {outcome:?}"
        );
    }
}

#[test]
fn a_federated_token_file_without_a_token_is_told() {
    let emulator = Emulator::start();
    let (user, file) = workload(&emulator);
    for (content, error) in [
        (Some(""), "holds no token"),
        (Some("\n"), "holds no token"),
        (Some("not a token"), "JWT"),
        (Some("a.b"), "JWT"),
        (None, "federated-token"),
    ] {
        match content {
            Some(content) => fs::write(&file, content).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
        let outcome = user.run(WORKLOAD);
        let code = content.map_or(GENERAL, |_| BAD_ARGUMENTS);
        let lines = outcome.failure(code);
        assert!(lines.0.contains(error), "{content:?}: {outcome:?}");
    }
    assert!(emulator.requests().is_empty());
}

const WORKLOAD: &str = "get-token --scope api://your-api-id/.default";

/// A workload on Kubernetes, and the file with its token.
fn workload(emulator: &Emulator) -> (User, PathBuf) {
    let mut user = User::new();
    let file = user.home().join("federated-token");
    user.name_client(emulator.authority());
    user.set("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap());
    let token = emulator.control("external-token", &json!({}));
    fs::write(&file, token["token"].as_str().unwrap()).unwrap();
    user.run(&format!("{WORKLOAD} --no-cache")).quiet_success();
    emulator.reset();
    (user, file)
}

/// A file of the table.
fn path(name: &str) -> String {
    let (folder, name) = name.split_once('/').unwrap();
    let folder = match folder {
        "emulator" => workspace().join("host/emulator/key/client-credential"),
        "vectors" => workspace().join("tests/vectors/certificates"),
        other => Path::new("/").join(other),
    };
    folder.join(name).display().to_string()
}

fn create(user: &User, emulator: &Emulator, options: &str, password: &str) {
    let authority = emulator.authority();
    let line = format!(
        "config create --name application --tenant-id contoso.onmicrosoft.com --client-id {CLIENT_ID} \
         --authority {authority} --scope api://your-api-id/.default --non-interactive --force {options}"
    );
    user.run_with(&line, password).success();
}
