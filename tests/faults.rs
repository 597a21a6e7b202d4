//! A fault at every step of every way to a token: what passes is outlasted, what stays is said by whom it came from.
#![cfg(test)]

mod support;

use std::process::Stdio;
use std::thread::{self, sleep};
use std::time::Duration;

use serde_json::{Value, json};
use support::{CLIENT_ID, Emulator, Outcome, PUBLIC_CLIENT, SECRET, User, sign_in_by_device};

/// More requests than any step sends for one result, with every try that it has.
const MOST_REQUESTS: usize = 12;

const API: &str = "api://your-api-id/.default";

/// What goes wrong once and may be better the next time.
const PASSING: [&str; 9] = [
    r#"{"status": 503}"#,
    r#"{"status": 429}"#,
    r#"{"status": 500, "body": "html"}"#,
    r#"{"status": 502, "body": "empty"}"#,
    r#"{"hang_up": true}"#,
    r#"{"close": true}"#,
    r#"{"status": 200, "body": "empty"}"#,
    r#"{"status": 200, "body": "truncated"}"#,
    r#"{"delay_ms": 1100}"#,
];

/// What another try does not change.
const LASTING: [&str; 2] = [
    r#"{"status": 400, "body": "empty"}"#,
    r#"{"status": 400, "set": {"error": ["x"], "error_description": 7, "error_codes": "many", "trace_id": {}}}"#,
];

/// What something on the way answers. Another try does not change it, but while somebody signs in elsewhere it may pass.
const FOREIGN: [&str; 4] = [
    r#"{"body": "html"}"#,
    r#"{"status": 400, "body": "html"}"#,
    r#"{"status": 403, "body": "html"}"#,
    r#"{"redirect": "https://contoso.example/"}"#,
];

/// A request on the way to a result.
struct Step {
    /// What the emulator calls the endpoint.
    endpoint: &'static str,
    /// How errors may name whoever was asked, besides by host.
    peer: &'static str,
    line: &'static str,
    prepare: fn(&mut User, &Emulator),
}

const STEPS: [Step; 12] = [
    Step {
        endpoint: "token",
        peer: "the server",
        line: "get-token --no-cache --scope api://your-api-id/.default",
        prepare: daemon,
    },
    Step {
        endpoint: "token",
        peer: "the server",
        line: "refresh -p person",
        prepare: signed_in,
    },
    Step {
        endpoint: "device_code",
        peer: "the server",
        line: BY_DEVICE,
        prepare: person,
    },
    Step {
        endpoint: "token",
        peer: "the server",
        line: BY_DEVICE,
        prepare: person,
    },
    Step {
        endpoint: "external",
        peer: "GitHub",
        line: "get-token --no-cache --scope api://your-api-id/.default",
        prepare: github_actions,
    },
    Step {
        endpoint: "external",
        peer: "Azure Pipelines",
        line: "get-token --no-cache --scope api://your-api-id/.default",
        prepare: azure_pipelines,
    },
    Step {
        endpoint: "managed_identity",
        peer: "the instance metadata service",
        line: MANAGED,
        prepare: |user, emulator| {
            user.set("AZURE_POD_IDENTITY_AUTHORITY_HOST", emulator.authority());
        },
    },
    Step {
        endpoint: "managed_identity",
        peer: "App Service",
        line: MANAGED,
        prepare: |user, emulator| {
            let endpoint = format!("{}/app-service/token", emulator.authority());
            user.set("IDENTITY_ENDPOINT", &endpoint);
            user.set("IDENTITY_HEADER", "app-service-identity-header");
        },
    },
    Step {
        endpoint: "managed_identity",
        peer: "Cloud Shell",
        line: MANAGED,
        prepare: |user, emulator| {
            let endpoint = format!("{}/cloud-shell/oauth2/token", emulator.authority());
            user.set("MSI_ENDPOINT", &endpoint);
        },
    },
    Step {
        endpoint: "graph",
        peer: "Microsoft Graph",
        line: "discover -s YourAPI*",
        prepare: daemon,
    },
    Step {
        endpoint: "metadata",
        peer: "the server",
        line: VERIFY,
        prepare: daemon,
    },
    Step {
        endpoint: "keys",
        peer: "the server",
        line: VERIFY,
        prepare: daemon,
    },
];

const BY_DEVICE: &str = "get-token -p person -f DeviceCode --no-cache";
const MANAGED: &str = "get-token -f ManagedIdentity --no-cache --scope api://your-api-id/.default";
const VERIFY: &str = "inspect - --verify --tenant contoso.onmicrosoft.com";

fn identity(user: &mut User, emulator: &Emulator) {
    user.name_client(emulator.authority());
}

fn daemon(user: &mut User, emulator: &Emulator) {
    identity(user, emulator);
    user.set("AZURE_CLIENT_SECRET", SECRET);
}

fn person(user: &mut User, emulator: &Emulator) {
    let options = "--auth-method Public --scope api://your-api-id/access_as_user";
    user.create("person", PUBLIC_CLIENT, emulator.authority(), options, "")
        .quiet_success();
    emulator.control("options", &json!({ "device_interval": 1 }));
}

fn signed_in(user: &mut User, emulator: &Emulator) {
    person(user, emulator);
    sign_in_by_device(user, emulator, "get-token -p person -f DeviceCode").success();
}

fn github_actions(user: &mut User, emulator: &Emulator) {
    identity(user, emulator);
    let endpoint = format!(
        "{}/external/github-actions/token?api-version=2.0",
        emulator.authority()
    );
    user.set("ACTIONS_ID_TOKEN_REQUEST_URL", &endpoint);
    user.set("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "github-request-token");
}

fn azure_pipelines(user: &mut User, emulator: &Emulator) {
    identity(user, emulator);
    let endpoint = format!(
        "{}/external/azure-pipelines/oidctoken",
        emulator.authority()
    );
    user.set("SYSTEM_OIDCREQUESTURI", &endpoint);
    user.set("SYSTEM_ACCESSTOKEN", "pipelines-access-token");
    user.set(
        "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "33333333-0000-4000-8000-000000000001",
    );
}

/// A step with somebody who takes it.
struct Walk<'a> {
    step: &'a Step,
    emulator: Emulator,
    user: User,
    token: String,
}

impl<'a> Walk<'a> {
    fn of(step: &'a Step) -> Self {
        let emulator = Emulator::start();
        let mut user = User::new();
        user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "300");
        (step.prepare)(&mut user, &emulator);
        let token = match step.line {
            VERIFY => user
                .run(&format!("get-token --no-cache --scope {API}"))
                .quiet_success(),
            _ => String::new(),
        };
        Self {
            step,
            emulator,
            user,
            token,
        }
    }

    /// Whether the step is asked again and again, until somebody has signed in.
    fn is_poll(&self) -> bool {
        self.step.line == BY_DEVICE && self.step.endpoint == "token"
    }

    /// The command while the fault is there; requests that it took.
    fn under(&self, fault: &Value, more: &str) -> (Outcome, usize) {
        let Step { endpoint, line, .. } = self.step;
        self.emulator.forget_requests();
        let mut fault = fault.clone();
        fault["endpoint"] = json!(endpoint);
        self.emulator.control("faults", &fault);
        let outcome = match *line {
            BY_DEVICE => self.by_device(more),
            VERIFY => {
                let line = format!("{line} --authority {} {more}", self.emulator.authority());
                self.user.run_with(&line, &self.token)
            }
            line => self.user.run(&format!("{line} {more}")),
        };
        let requests = self.emulator.requests().len();
        (outcome, requests)
    }

    /// The person enters the code after the first poll, which has the fault if it is a poll's.
    fn by_device(&self, more: &str) -> Outcome {
        let line = format!("{} {more}", self.step.line);
        let mut command = self.user.command(&line);
        let streams = command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = streams.stderr(Stdio::piped()).spawn().unwrap();
        let polled = |request: &Value| request["path"].as_str().unwrap().ends_with("/token");
        while child.try_wait().unwrap().is_none() {
            if self.emulator.requests().iter().any(polled) {
                self.emulator.approve_device();
                break;
            }
            sleep(Duration::from_millis(20));
        }
        Outcome::of(child.wait_with_output().unwrap())
    }

    /// Error and hint, without what was said to the person before.
    fn failure(&self, outcome: &Outcome, fault: &Value) -> (String, String) {
        let Step { endpoint, line, .. } = self.step;
        let what = format!("{endpoint} of `{line}` under {fault}: {outcome:?}");
        assert_eq!(outcome.stdout, "", "{what}");
        let start = outcome.stderr.find("error: ").expect(&what);
        let lines: Vec<&str> = outcome.stderr[start..].lines().collect();
        let [error, hint] = lines[..] else {
            panic!("{what}");
        };
        assert!(hint.starts_with("hint: "), "{what}");
        assert!(!error.contains("unexpectedly"), "{what}");
        let is_named = error.contains(self.step.peer) || error.contains("`127.0.0.1");
        assert!(is_named, "{what}");
        (error.to_owned(), hint.to_owned())
    }
}

/// The same for every step, each with an emulator of its own.
fn at_every_step(check: fn(&Walk<'_>)) {
    thread::scope(|scope| {
        for step in &STEPS {
            scope.spawn(move || check(&Walk::of(step)));
        }
    });
}

fn parsed(fault: &str) -> Value {
    serde_json::from_str(fault).unwrap()
}

#[test]
fn what_passes_is_outlasted() {
    at_every_step(|walk| {
        let foreign = FOREIGN.iter().filter(|_| walk.is_poll());
        for fault in PASSING.iter().chain(foreign).map(|fault| parsed(fault)) {
            let (outcome, requests) = walk.under(&fault, "");
            let what = format!(
                "{} of `{}` under {fault}",
                walk.step.endpoint, walk.step.line
            );
            assert_eq!(outcome.code, 0, "{what}: {outcome:?}");
            assert!(requests <= MOST_REQUESTS, "{what}: {requests} requests");
        }
    });
}

#[test]
fn what_stays_is_told_at_once_and_by_whom_it_came_from() {
    at_every_step(|walk| {
        let foreign = FOREIGN.iter().filter(|_| !walk.is_poll());
        for fault in LASTING.iter().chain(foreign).map(|fault| parsed(fault)) {
            let (outcome, requests) = walk.under(&fault, "");
            walk.failure(&outcome, &fault);
            assert!([1, 2, 5].contains(&outcome.code), "{outcome:?}");
            // One more where somebody else was asked before, or whether anybody is there.
            assert!(requests <= 3, "{fault}: {requests} requests");
        }
    });
}

#[test]
fn an_outage_ends_with_the_time_limit_and_says_how_often_it_was_tried() {
    at_every_step(|walk| {
        let fault = json!({ "status": 503, "times": 99 });
        let limit = if walk.step.line == VERIFY {
            ""
        } else {
            "--timeout 6s"
        };
        let (outcome, requests) = walk.under(&fault, limit);
        let (error, _) = walk.failure(&outcome, &fault);
        assert!([5, 6].contains(&outcome.code), "{outcome:?}");
        assert!(
            (2..=MOST_REQUESTS).contains(&requests),
            "{requests}: {outcome:?}"
        );
        assert!(error.contains(" tries in ") || walk.is_poll(), "{error}");
    });
}

#[test]
fn a_refused_secret_is_told_with_where_it_came_from() {
    let emulator = Emulator::start();
    let mut user = User::new();
    daemon(&mut user, &emulator);
    user.set("AZURE_CLIENT_SECRET", "wrong");
    let outcome = user.run(&format!("get-token --no-cache --scope {API}"));
    let (error, hint) = outcome.failure(2);
    assert!(error.contains("AADSTS7000215"), "{error}");
    assert!(hint.contains(CLIENT_ID), "{hint}");
    assert!(
        hint.ends_with("; the secret was that of AZURE_CLIENT_SECRET"),
        "{hint}"
    );
    for (option, stored, expected) in [
        ("--client-secret -", SECRET, "given by `--client-secret`"),
        ("", "wrong too", "the profile's own, from the secret store"),
    ] {
        let user = User::with_profile(emulator.authority());
        user.run_with("config edit -p my-api-client --client-secret -", stored)
            .success();
        let line = format!("get-token -p my-api-client --no-cache {option}");
        let outcome = user.run_with(&line, "wrong");
        let (_, hint) = outcome.failure(2);
        assert!(
            hint.ends_with(&format!("; the secret was {expected}")),
            "{hint}"
        );
    }
}
