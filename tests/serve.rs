//! The local endpoint for tokens: a program gets them by the variables that it finds, and nobody else gets any.
#![cfg(test)]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::{CLIENT_ID, Emulator, Outcome, SECRET, User, foreign_program};

const API: &str = "api-version=2019-08-01&resource=api://your-api-id";

/// `serve` with a shell script as the program. What it says on stderr is JSON, a line for each token.
fn run(user: &User, options: &str, script: &str) -> (Outcome, Vec<Value>) {
    let mut command = user.command(&format!("serve {options} -- sh -c"));
    let outcome = Outcome::of(command.arg(script).output().unwrap());
    let lines = outcome.stderr.lines();
    let audit = lines.map(|line| serde_json::from_str(line).unwrap_or_else(|_| json!(line)));
    let audit = audit.collect();
    (outcome, audit)
}

/// `serve` in the background, ended when dropped.
struct Served {
    process: Child,
    lines: BufReader<std::process::ChildStdout>,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Served {
    fn start(user: &User, options: &str) -> Self {
        let mut command = user.command(&format!("serve {options}"));
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).unwrap();
        let origin = first["listening"].as_str().unwrap();
        let address = origin.strip_prefix("http://").unwrap().to_owned();
        Self {
            process,
            lines,
            address,
        }
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        assert!(!line.contains("eyJ"), "{line}");
        serde_json::from_str(&line).unwrap()
    }

    fn send(&self, bytes: &[u8]) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer));
        let status = answer
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (
            status.unwrap_or_default(),
            serde_json::from_str(body).unwrap_or_default(),
        )
    }

    fn get(&self, target: &str, headers: &str) -> (u16, Value) {
        let host = &self.address;
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
        self.send(request.as_bytes())
    }
}

/// The variables of a file.
fn variables(user: &User, file: &str) -> BTreeMap<String, String> {
    let path = user.home().join(file);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(path).unwrap();
    let pairs = text.lines().map(|line| line.split_once('=').unwrap());
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn secret_of(user: &User, file: &str) -> String {
    format!(
        "X-IDENTITY-HEADER: {}\r\n",
        variables(user, file)["IDENTITY_HEADER"]
    )
}

/// Its token, its claims, its exit code, its streams: all as it would be without us, and no secret of ours.
#[test]
fn a_program_finds_tokens_by_its_variables_and_decides_how_it_ends() {
    if foreign_program("curl").is_none() {
        return;
    }
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    user.set("AZURE_CLIENT_SECRET", "of somebody else");
    let script = format!(
        "curl -s -H \"X-IDENTITY-HEADER: $IDENTITY_HEADER\" \"$IDENTITY_ENDPOINT?{API}\"
         printf '\\n%s|%s|' \"$AZURE_CLIENT_SECRET\" \"$ENTRA_AUTH_CLI_PASSPHRASE\"
         tr '\\0' ' ' < /proc/$PPID/cmdline | grep -c \"$IDENTITY_HEADER\"
         exit 7"
    );
    let (outcome, audit) = run(&user, "-p my-api-client", &script);
    assert_eq!(outcome.code, 7, "{}", outcome.stderr);
    let (answer, rest) = outcome.stdout.split_once('\n').unwrap();
    // No secret of ours went along, and the endpoint's is on no command line.
    assert_eq!(rest, "||0\n");
    let answer: Value = serde_json::from_str(answer).unwrap();
    assert_eq!(
        (&answer["token_type"], &answer["client_id"]),
        (&json!("Bearer"), &json!(CLIENT_ID))
    );
    assert_eq!(answer["resource"], "api://your-api-id");
    let expires_on: u64 = answer["expires_on"].as_str().unwrap().parse().unwrap();
    assert!(expires_on > 1_700_000_000);
    let token = answer["access_token"].as_str().unwrap();
    let claims = user.run_with("inspect - --claims", token).success();
    assert_eq!(
        serde_json::from_str::<Value>(&claims).unwrap()["aud"],
        "api://your-api-id"
    );
    let [line] = &audit[..] else {
        panic!("not one line: {audit:?}");
    };
    assert_eq!(
        (&line["caller"], &line["resource"], &line["from"]),
        (&json!("sh"), &json!("api://your-api-id"), &json!("cache"))
    );
    // It was got at the start, and by nobody again.
    assert_eq!(emulator.grant_types(), ["client_credentials"]);
}

#[test]
fn what_is_wrong_is_said_before_the_program_runs() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let options = "--client-secret - --scope api://your-api-id/.default";
    user.create("wrong", CLIENT_ID, emulator.authority(), options, "wrong")
        .success();
    for (options, code, said) in [
        ("-p wrong -- touch ran", 2, "AADSTS7000215"),
        ("-p none -- touch ran", 3, "not found"),
        (
            "-p my-api-client --allow User.Read,Mail.Read -- touch ran",
            4,
            "not the name of one API",
        ),
        (
            "-p my-api-client -f OnBehalfOf -- touch ran",
            4,
            "OnBehalfOf",
        ),
        (
            "-p my-api-client --listen 0.0.0.0:0 -- touch ran",
            4,
            "other machines may come",
        ),
        (
            "-p my-api-client --listen 8401 -- touch ran",
            4,
            "no IP address",
        ),
        (
            "-p my-api-client --listen localhost:0 -- touch ran",
            4,
            "no IP address",
        ),
        ("-p my-api-client", 4, "nobody could ask"),
        (
            "-p my-api-client -- no-such-program",
            4,
            "there is no such program",
        ),
    ] {
        let outcome = user.run(&format!("serve {options}"));
        let (error, _) = outcome.failure(code);
        assert!(error.contains(said), "{options}: {error}");
        assert!(!user.home().join("ran").exists(), "{options}");
    }
    // A quiet one says nothing besides.
    let mut command = user.command("serve -q -p my-api-client -- true");
    assert_eq!(Outcome::of(command.output().unwrap()).quiet_success(), "");
}

/// As bytes, with everything between them and the decision (T31 to T35).
#[test]
fn nobody_else_gets_a_token() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let mut served = Served::start(
        &user,
        "-p my-api-client --imds --env-file web.env --env-file worker.env",
    );
    let [web, worker] = ["web.env", "worker.env"].map(|file| secret_of(&user, file));
    assert_ne!(web, worker);
    let token = format!("/token?{API}");
    let imds = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://your-api-id";
    for (target, headers, status, caller, rule) in [
        (token.as_str(), web.clone(), 200, json!("web"), Value::Null),
        (&token, worker, 200, json!("worker"), Value::Null),
        (
            imds,
            "Metadata: true\r\n".to_owned(),
            200,
            json!("imds"),
            Value::Null,
        ),
        (&token, String::new(), 401, Value::Null, json!("secret")),
        (
            &token,
            "X-IDENTITY-HEADER: guess\r\n".to_owned(),
            401,
            Value::Null,
            json!("secret"),
        ),
        (
            &token,
            format!("{web}Origin: http://127.0.0.1\r\n"),
            403,
            Value::Null,
            json!("browser"),
        ),
        (
            &token,
            format!("{web}Sec-Fetch-Site: none\r\n"),
            403,
            Value::Null,
            json!("browser"),
        ),
        (
            &token,
            format!("{web}X-Forwarded-For: 10.0.0.1\r\n"),
            403,
            Value::Null,
            json!("forwarded"),
        ),
        (
            imds,
            "Metadata: true\r\nVia: 1.1 a\r\n".to_owned(),
            403,
            Value::Null,
            json!("forwarded"),
        ),
        (imds, String::new(), 400, Value::Null, json!("metadata")),
        (
            &token.replace("your-api", "other"),
            web.clone(),
            400,
            Value::Null,
            json!("resource"),
        ),
        ("/token", web.clone(), 400, Value::Null, json!("version")),
        ("/", web.clone(), 400, Value::Null, json!("path")),
    ] {
        let (answered, body) = served.get(target, &headers);
        assert_eq!(answered, status, "{target} {headers}: {body}");
        assert_eq!(body["access_token"].is_string(), status == 200, "{body}");
        let line = served.line();
        assert_eq!(
            (&line["status"], &line["caller"], &line["rule"]),
            (&json!(status), &caller, &rule),
            "{target} {headers}"
        );
        assert!(
            !line
                .to_string()
                .contains(&secret_of(&user, "web.env")[19..40]),
            "{line}"
        );
    }
    let bare = |head: &str, rest: &str| format!("{head} HTTP/1.1\r\n{rest}\r\n");
    let host = format!("Host: {}\r\nConnection: close\r\n{web}", served.address);
    let get = format!("GET {token}");
    for (bytes, status) in [
        (bare(&get, &host.replace("127.0.0.1", "evil.example")), 403),
        (bare(&get, &format!("Connection: close\r\n{web}")), 403),
        (bare(&get, &format!("Host: evil.example\r\n{host}")), 403),
        (bare(&format!("GET http://evil.example{token}"), &host), 400),
        (
            bare(
                &format!("POST {token}"),
                &format!("{host}Content-Length: 0\r\n"),
            ),
            405,
        ),
        (bare(&format!("HEAD {token}"), &host), 405),
        (bare(&format!("OPTIONS {token}"), &host), 405),
        (
            bare(&get, &format!("{host}Content-Length: 1\r\n")) + "x",
            400,
        ),
        (
            bare(&get, &format!("{host}Transfer-Encoding: chunked\r\n")) + "0\r\n\r\n",
            400,
        ),
        (bare(&get, &format!("{host}X : y\r\n")), 400),
        (
            bare(&get, &format!("{host}X: {}\r\n", "y".repeat(20_000))),
            431,
        ),
    ] {
        let (answered, body) = served.send(bytes.as_bytes());
        assert_eq!(answered, status, "{bytes}: {body}");
        assert!(!body["access_token"].is_string(), "{bytes}");
    }
    // Nothing of that was asked of the server.
    assert_eq!(emulator.grant_types(), ["client_credentials"]);
    let id = served.process.id().to_string();
    assert!(Command::new("kill").arg(id).status().unwrap().success());
    assert_eq!(served.process.wait().unwrap().code(), Some(0));
}

/// Where nothing can be sealed, as in most builds, a token is still got once.
#[test]
fn callers_at_once_lead_to_one_request() {
    for store in ["file", "none"] {
        let emulator = Emulator::start();
        let mut user = User::new();
        user.name_client(emulator.authority());
        user.set("AZURE_CLIENT_SECRET", SECRET);
        user.set("ENTRA_AUTH_CLI_SECRET_STORE", store);
        let allowed = "--allow api://your-api-id --allow api://downstream-api";
        let served = Served::start(&user, &format!("{allowed} --env-file web.env"));
        let secret = secret_of(&user, "web.env");
        emulator.forget_requests();
        let target = "/token?api-version=2019-08-01&resource=api://downstream-api";
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| assert_eq!(served.get(target, &secret).0, 200));
            }
        });
        assert_eq!(emulator.grant_types(), ["client_credentials"], "{store}");
    }
}

/// A federated token lives for minutes (AADSTS700024 after that), a build for hours: each request shows a new one.
#[test]
fn what_proves_the_client_is_read_anew() {
    let emulator = Emulator::start();
    let mut user = User::new();
    user.name_client(emulator.authority());
    user.set("AZURE_FEDERATED_TOKEN_FILE", "assertion");
    let write = |claims: Value| {
        let token = emulator.control("external-token", &claims);
        fs::write(
            user.home().join("assertion"),
            token["token"].as_str().unwrap(),
        )
        .unwrap();
    };
    write(json!({}));
    let allowed = "--allow api://your-api-id --allow api://downstream-api";
    let served = Served::start(&user, &format!("{allowed} --env-file web.env"));
    let secret = secret_of(&user, "web.env");
    let target = "/token?api-version=2019-08-01&resource=api://downstream-api";
    write(json!({ "lifetime": -3600 }));
    let (status, body) = served.get(target, &secret);
    let message = body["message"].as_str().unwrap();
    assert!(
        status == 400 && message.contains("AADSTS700024"),
        "{status} {message}"
    );
    write(json!({}));
    assert_eq!(served.get(target, &secret).0, 200);
}

/// Libraries try again for minutes after a 503, and not at all after a 400.
#[test]
fn a_caller_learns_why_there_is_no_token() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let mut served = Served::start(
        &user,
        "-p my-api-client --allow api://your-api-id --allow api://nobody --env-file web.env",
    );
    let secret = secret_of(&user, "web.env");
    let target = "/token?api-version=2019-08-01&resource=api://nobody";
    let (status, body) = served.get(target, &secret);
    let message = body["message"].as_str().unwrap();
    assert!(
        status == 400 && message.contains("AADSTS500011"),
        "{status} {message}"
    );
    let line = served.line();
    assert_eq!(
        (&line["caller"], &line["rule"]),
        (&json!("web"), &json!("token"))
    );
    emulator.fail_with(&json!({ "status": 503, "body": "html" }));
    assert_eq!(served.get(target, &secret).0, 503);
}

/// Container engines end what they run by SIGTERM: the program gets it, and says how all of it ends.
#[test]
fn a_program_is_ended_in_its_own_way() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let mut command = user.command("serve -q -p my-api-client -- sh -c");
    command.arg("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done");
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    let id = process.id().to_string();
    assert!(Command::new("kill").arg(id).status().unwrap().success());
    assert_eq!(process.wait().unwrap().code(), Some(9));
    let (outcome, _) = run(&user, "-p my-api-client", "kill -9 $$");
    assert_eq!(outcome.code, 137);
}
