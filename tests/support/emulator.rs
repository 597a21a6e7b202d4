//! A running `entra-emulator` and its control endpoints.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// An emulator process on a port of its own, ended when dropped.
pub(crate) struct Emulator {
    process: Child,
    authority: String,
}

impl Emulator {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Serves https; the certificate authority to trust is written to `authority`.
    pub(crate) fn start_tls(authority: &Path) -> Self {
        Self::start_with(&["--tls", "--ca-out", authority.to_str().unwrap()])
    }

    /// The same as a service of the given names, for programs that a proxy leads there.
    pub(crate) fn start_named(authority: &Path, names: &[&str]) -> Self {
        let mut arguments = vec!["--tls", "--ca-out", authority.to_str().unwrap()];
        arguments.extend(names.iter().flat_map(|name| ["--name", name]));
        Self::start_with(&arguments)
    }

    /// At a port that was free a moment ago.
    pub(crate) fn start_at(port: u16) -> Self {
        Self::start_with(&["--port", &port.to_string()])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let program = Path::new(super::PROGRAM).with_file_name("entra-emulator");
        assert!(
            program.is_file(),
            "{} is missing: run `cargo build --release`",
            program.display()
        );
        let mut process = Command::new(program);
        if !arguments.contains(&"--port") {
            process.args(["--port", "0"]);
        }
        let mut process = process
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        let ready: Value = serde_json::from_str(&ready).unwrap();
        let authority = ready["authority"].as_str().unwrap().to_owned();
        Self { process, authority }
    }

    /// Such as `http://127.0.0.1:40123`.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn port(&self) -> &str {
        self.authority.rsplit_once(':').unwrap().1
    }

    /// Every request received so far, oldest first.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let answer = self.send("GET", "/__emulator/requests", "");
        serde_json::from_str::<Vec<Value>>(&answer).unwrap()
    }

    /// The one request received so far: its decoded form, in order.
    pub(crate) fn only_form(&self) -> Vec<(String, String)> {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        serde_json::from_value(requests[0]["form"].clone()).unwrap()
    }

    /// Lets the next requests to the token endpoint fail, more of them than any client tries again.
    pub(crate) fn fail_with(&self, fault: &Value) {
        self.send(
            "POST",
            "/__emulator/faults",
            &json!(vec![fault; 20]).to_string(),
        );
    }

    /// Moves the emulator's clock.
    pub(crate) fn advance_clock(&self, seconds: i64) {
        self.send(
            "POST",
            "/__emulator/clock",
            &json!({ "advance": seconds }).to_string(),
        );
    }

    /// Forgets requests and faults.
    pub(crate) fn reset(&self) {
        self.send("DELETE", "/__emulator", "");
    }

    /// Posts to a control endpoint, such as `device` or `options`.
    pub(crate) fn control(&self, name: &str, body: &Value) -> Value {
        let answer = self.send("POST", &format!("/__emulator/{name}"), &body.to_string());
        serde_json::from_str(&answer).unwrap_or(Value::Null)
    }

    /// Has alice enter the code that a device shows, if one does.
    pub(crate) fn approve_device(&self) {
        self.exchange("POST", "/__emulator/device", r#"{"action":"approve"}"#);
    }

    /// The grant types asked for so far, oldest first.
    pub(crate) fn grant_types(&self) -> Vec<String> {
        let forms = self
            .requests()
            .into_iter()
            .map(|request| request["form"].clone());
        forms
            .filter_map(|form| serde_json::from_value::<Vec<(String, String)>>(form).ok())
            .filter_map(|form| form.into_iter().find(|(name, _)| name == "grant_type"))
            .map(|(_, value)| value)
            .collect()
    }

    /// Forgets the requests received so far.
    pub(crate) fn forget_requests(&self) {
        self.send("DELETE", "/__emulator/requests", "");
    }

    /// Ends what policies demand of people.
    pub(crate) fn forget_policies(&self) {
        self.send("DELETE", "/__emulator/policies", "");
    }

    /// Where the answer to an address leads, as a browser would see.
    pub(crate) fn redirect(&self, address: &str) -> String {
        let path = address.strip_prefix(&self.authority).unwrap();
        let answer = self.exchange("GET", path, "");
        let location = answer
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        location.expect(&answer).to_owned()
    }

    /// Posts a form, as a client would.
    pub(crate) fn post_form(&self, path: &str, form: &str) -> String {
        self.send("POST", path, form)
    }

    /// The body of an answer that is a success.
    fn send(&self, method: &str, path: &str, body: &str) -> String {
        let answer = self.exchange(method, path, body);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 2"), "{answer}");
        body.to_owned()
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> String {
        let host = self
            .authority
            .strip_prefix("http://")
            .expect("control over plain http");
        let length = body.len();
        let mut connection = TcpStream::connect(host).unwrap();
        write!(
            connection,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself; the test has its own verdict by now.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
