//! What gets onto a terminal and into a log.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Emulator, GET_TOKEN, SECRET, User, at_once, foreign_program, rows};

/// Row 42: a debugging proxy answers with the request that it got.
#[test]
fn a_secret_that_the_server_says_is_not_repeated() {
    let percent: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let blanks = percent.replace('+', "%20");
    // `S3cr3t~+/=&% é` behind one, two and three bytes.
    let base64 = [
        "UzNjcjN0fisvPSYlIMOp",
        "YVMzY3IzdH4rLz0mJSDDqQ",
        "YWJTM2NyM3R+Ky89JiUgw6k",
    ];
    let forms = [SECRET, &percent, &blanks].into_iter().chain(base64);
    at_once(forms, |form| {
        let emulator = Emulator::start();
        let user = User::with_profile(emulator.authority());
        let description = format!("AADSTS7000215: Request body was: client_secret={form}&x=y");
        for status in [200, 400, 500] {
            emulator.reset();
            let set = json!({ "error_description": description, "suberror": form });
            emulator.fail_with(&json!({ "status": status, "error": "invalid_client", "set": set }));
            let outcome = user.run(&format!("{GET_TOKEN} --force --verbose"));
            assert_ne!(outcome.code, 0, "{outcome:?}");
            assert!(
                outcome.stderr.contains("(secret removed)"),
                "{form}: {outcome:?}"
            );
            for part in [form, "S3cr3t", "zdH4r", "0fisv", "R+Ky8"] {
                assert!(!outcome.stderr.contains(part), "{form}: {outcome:?}");
            }
        }
    });
}

/// A server that hands the secret out as a token or a scope would have it printed.
#[test]
fn a_secret_is_no_result() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    // Without the blank, which no token has.
    user.create(
        "plain",
        crate::support::CLIENT_ID,
        emulator.authority(),
        "--client-secret - --scope api://your-api-id/.default",
        "CANARY-secret-value",
    )
    .quiet_success();
    for member in ["access_token", "scope"] {
        emulator.reset();
        let body = json!({ "access_token": "a.b.c", "token_type": "Bearer", "expires_in": 3600 });
        let mut body = body.as_object().unwrap().clone();
        body.insert(
            member.to_owned(),
            Value::from("api://x/CANARY-secret-value"),
        );
        body.insert("error".to_owned(), Value::Null);
        emulator.fail_with(&json!({ "status": 200, "set": body }));
        let outcome = user.run("get-token -p plain --force -o json");
        assert!(!format!("{outcome:?}").contains("CANARY"), "{outcome:?}");
    }
}

/// Row 43: two variables of a pipeline were exchanged. `SECRET` stands for what looks like one.
const WRONG_PLACES: &str = "
config create --name p --tenant-id t --client-id SECRET --non-interactive
config create --name p --tenant-id SECRET --client-id 99999999-8888-7777-6666-555555555555 --non-interactive
config create --name SECRET/ --tenant-id t --client-id c --non-interactive
config create --name p --authority SECRET --tenant-id t --client-id c --non-interactive
config create --name p --authority https://login.microsoftonline.com/SECRET --tenant-id t --client-id c --non-interactive
config create --name p --tenant-id t --client-id c --auth-method SECRET --non-interactive
config create --name p --tenant-id t --client-id c --redirect-uri SECRET --non-interactive
config show -p SECRET
config delete -p SECRET --force
config edit -p SECRET --name q
config import -i SECRET
refresh -p SECRET
inspect -p SECRET
inspect -f SECRET
discover -p SECRET
get-token -p SECRET
get-token -p my-api-client -f SECRET
get-token -p my-api-client -s SECRET SECRET
get-token -p my-api-client --authority SECRET
get-token -p my-api-client --timeout SECRET
get-token -p my-api-client --port SECRET
get-token -p my-api-client --prompt SECRET -f InteractiveBrowser
get-token -p my-api-client --claims SECRET
get-token -p my-api-client --certificate-path SECRET
get-token -p my-api-client SECRET
get-token SECRET
SECRET
--SECRET
completion SECRET
";

#[test]
fn a_secret_in_a_wrong_place_is_not_quoted() {
    let user = User::with_profile("http://127.0.0.1:1");
    let secret = "abc8Q~CANARYsecretCANARYsecretCANARY1234";
    let token = "eyJhbGciOiJSUzI1NiJ9.CANARYeyJhdWQiOiJ4In0.CANARYc2ln";
    for [line] in rows(WRONG_PLACES) {
        for value in [secret, token] {
            let outcome = user.run(&line.replace("SECRET", value));
            assert_ne!(outcome.code, 0, "{line}");
            assert!(
                !format!("{outcome:?}").contains("CANARY"),
                "{line}: {outcome:?}"
            );
        }
    }
    let mut user = User::new();
    for name in [
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
        "AZURE_AUTHORITY_HOST",
        "ENTRA_TOKEN_PROFILE",
    ] {
        user.name_client("http://127.0.0.1:1");
        user.set("AZURE_CLIENT_SECRET", "x");
        user.set(name, secret);
        let outcome = user.run("get-token -s api://your-api-id/.default");
        assert_ne!(outcome.code, 0, "{name}");
        assert!(!outcome.stderr.contains("CANARY"), "{name}: {outcome:?}");
        user.unset(name);
    }
}

/// Of each kind that drives a terminal or hides: C1, direction, no width, separators, marks, tags.
const HOSTILE: &str =
    "\u{7f}\u{85}\u{9b}31m\u{200b}\u{202e}\u{2028}\u{2029}\u{2066}\u{feff}\u{e0041}";

fn hostile_token() -> String {
    use base64::Engine;
    let encoded =
        |value: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": HOSTILE });
    let claims = json!({ "name": HOSTILE, HOSTILE: [HOSTILE], "exp": 4_000_000_000_u32 });
    format!("{}.{}.c2ln", encoded(&header), encoded(&claims))
}

fn assert_safe(line: &str, text: &str) {
    let unsafe_one = text.chars().find(|one| {
        *one != '\n' && (one.is_control() || HOSTILE[1..].contains(*one) && !one.is_ascii())
    });
    assert_eq!(unsafe_one, None, "{line}: {text:?}");
}

/// Row 67, and rows 65 and 66 in every format.
#[test]
fn output_is_safe_on_a_terminal_in_every_format() {
    let user = User::with_profile("http://127.0.0.1:1");
    let file = user.home().join("hostile.jwt");
    fs::write(&file, hostile_token()).unwrap();
    for format in ["json", "yaml", "pretty"] {
        for part in ["", "--claims", "--header"] {
            let line = format!("inspect -f {} -o {format} {part}", file.display());
            let text = user.run(&line).success();
            assert_safe(&line, &text);
            if format == "json" {
                let value: Value = serde_json::from_str(&text).unwrap();
                assert!(value.to_string().contains('\u{202e}'), "{line}: {text}");
            }
        }
    }
    let mut document: Value = serde_json::from_slice(&fs::read(user.profiles()).unwrap()).unwrap();
    document[0]["scopes"] = json!([format!("api://x/{HOSTILE}")]);
    document[0]["note"] = Value::from(HOSTILE);
    fs::write(user.profiles(), document.to_string()).unwrap();
    for line in [
        "config list --json",
        "config list -o yaml",
        "config list -o json",
        "config show -p my-api-client",
        "config show -p my-api-client -o json",
        "config show -p my-api-client -o yaml",
        "config export",
    ] {
        let outcome = user.run(line);
        assert_safe(line, &outcome.stdout);
        assert_safe(line, &outcome.stderr);
    }
}

/// Row 67: YAML that a reader takes, with the same value.
#[test]
fn yaml_says_the_same_to_every_reader() {
    const READER: &str = "import sys, json, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))";
    let Some(python) = foreign_program("python3") else {
        return;
    };
    let user = User::new();
    let mut command = user.foreign_command(&python);
    let has_reader = command
        .args(["-c", "import yaml"])
        .output()
        .unwrap()
        .status
        .success();
    if !has_reader {
        return;
    }
    let file = user.home().join("hostile.jwt");
    fs::write(&file, hostile_token()).unwrap();
    let read = |format: &str| {
        let line = format!("inspect -f {} -o {format} --claims", file.display());
        user.run(&line).success()
    };
    let mut command = user.foreign_command(&python);
    command.args(["-c", READER]);
    let yaml = crate::support::Outcome::of_fed(command, &read("yaml")).success();
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(value(&yaml), value(&read("json")));
}
