//! Authorities other than Microsoft's public cloud, through the shipped program.
#![cfg(test)]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use serde_json::{Value, json};
use support::{CLIENT_ID, SECRET, User};

const TOKEN: &str = "custom-token";

/// A server of another make: its endpoints are where its metadata says.
struct CustomAuthority {
    origin: String,
    requests: Receiver<String>,
}

impl CustomAuthority {
    /// `metadata` is given the server's origin.
    fn start(metadata: fn(&str) -> Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let document = metadata(&origin).to_string();
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (mut connection, request) = received(connection.unwrap());
                let (status, body) = match request.split(' ').nth(1).unwrap_or_default() {
                    "/realms/main/.well-known/openid-configuration" => (200, document.clone()),
                    "/realms/main/token" => (
                        200,
                        json!({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600})
                            .to_string(),
                    ),
                    _ => (404, String::new()),
                };
                write!(
                    connection,
                    "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-type: application/json\r\n\
                     content-length: {}\r\n\r\n{body}",
                    body.len()
                )
                .unwrap();
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { origin, requests }
    }

    /// Method and path of every request so far.
    fn requests(&self) -> Vec<String> {
        let requests = self.requests.try_iter();
        requests
            .map(|request| request.split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect()
    }
}

/// The head of a request, and the connection for the answer.
fn received(mut connection: TcpStream) -> (TcpStream, String) {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        let count = connection.read(&mut part).unwrap();
        request.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .filter_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            })
            .next()
            .unwrap_or(0);
        if body.len() >= length {
            return (connection, head.to_owned());
        }
    }
}

fn sound(origin: &str) -> Value {
    json!({
        "issuer": format!("{origin}/realms/main"),
        "authorization_endpoint": format!("{origin}/realms/main/authorize"),
        "token_endpoint": format!("{origin}/realms/main/token"),
        "jwks_uri": format!("{origin}/realms/main/keys"),
    })
}

fn with_token_endpoint(origin: &str, endpoint: &str) -> Value {
    let mut metadata = sound(origin);
    metadata["token_endpoint"] = json!(endpoint);
    metadata
}

fn create(user: &User, authority: &str) {
    let line = format!(
        "config create --name custom --client-id {CLIENT_ID} --authority {authority} --client-secret - \
         --scope api://your-api-id/.default --non-interactive"
    );
    user.run_with(&line, SECRET).quiet_success();
}

#[test]
fn a_custom_authority_is_asked_for_its_metadata_once_and_then_for_the_token() {
    let server = CustomAuthority::start(sound);
    let user = User::new();
    create(&user, &format!("{}/realms/main", server.origin));
    assert_eq!(
        user.run("get-token -p custom").quiet_success().trim(),
        TOKEN
    );
    assert_eq!(
        server.requests(),
        [
            "GET /realms/main/.well-known/openid-configuration",
            "POST /realms/main/token"
        ]
    );
    user.run("get-token -p custom").quiet_success();
    assert!(server.requests().is_empty(), "a cached token takes neither");
}

#[test]
fn endpoints_elsewhere_get_nothing() {
    for metadata in [
        |origin: &str| with_token_endpoint(origin, "http://127.0.0.1:1/token"),
        |origin: &str| with_token_endpoint(origin, "https://evil.test/token"),
        |origin: &str| {
            with_token_endpoint(
                origin,
                "https://login.microsoftonline.com/t/oauth2/v2.0/token",
            )
        },
    ] {
        let server = CustomAuthority::start(metadata);
        let user = User::new();
        create(&user, &format!("{}/realms/main", server.origin));
        let refused = user.run("get-token -p custom");
        assert!(
            refused.failure(5).0.contains("token_endpoint"),
            "{refused:?}"
        );
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn an_authority_without_metadata_says_so() {
    let server = CustomAuthority::start(sound);
    let user = User::new();
    create(&user, &format!("{}/realms/other", server.origin));
    user.run("get-token -p custom").failure(5);
}

#[test]
fn a_cloud_goes_by_its_name() {
    let user = User::new();
    for name in [
        "usgovernment",
        "us-government",
        "china",
        "AzureChinaCloud",
        "public",
    ] {
        let line = format!(
            "config create --name {name} --tenant-id contoso.com --client-id {CLIENT_ID} --client-secret - \
             --cloud {name} --scope api://your-api-id/.default --non-interactive"
        );
        user.run_with(&line, SECRET).quiet_success();
        let cached = user.run(&format!("inspect -p {name}"));
        assert!(
            cached.failure(1).0.contains("no token"),
            "{name}: {cached:?}"
        );
    }
    let line = "config create --name x --tenant-id contoso.com --cloud mars --non-interactive \
                --client-id 99999999-8888-7777-6666-555555555555 --client-secret -";
    let refused = user.run_with(line, SECRET);
    let (error, hint) = refused.failure(4);
    assert!(
        error.contains("`mars`") && hint.contains("us-government"),
        "{refused:?}"
    );
}

#[test]
fn a_host_beyond_ascii_is_asked_for_in_its_punycode_form() {
    let user = User::new();
    let line = format!(
        "config create --name x --tenant-id contoso.com --client-id {CLIENT_ID} --client-secret - \
         --authority https://lögin.example --scope api://your-api-id/.default --non-interactive"
    );
    let refused = user.run_with(&line, SECRET);
    assert!(refused.failure(4).1.contains("xn--"), "{refused:?}");
}
