//! Proxies that nobody here wrote ask for decisions, configured as `docs/proxy.md` says.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::scene::{Engine, Scene, bearer, free_port, send, status};
use crate::support::{GET_TOKEN, foreign_program, workspace};

/// A proxy that asks, ended when dropped.
struct Asker {
    process: Child,
    address: String,
}

impl Drop for Asker {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Asker {
    /// With the block of the page in `language`, written to `file`. Nothing if the program is not installed.
    fn start(
        program: &str,
        arguments: &[&str],
        language: &str,
        file: &str,
        scene: &Scene,
    ) -> Option<Self> {
        let mut command = Command::new(foreign_program(program)?);
        let address = format!("127.0.0.1:{}", free_port());
        let page = fs::read_to_string(workspace().join("docs/proxy.md")).unwrap();
        let (_, block) = page.split_once(&format!("```{language}\n")).unwrap();
        let (text, _) = block.split_once("```").unwrap();
        let mut text = text.to_owned();
        for (documented, actual) in [
            ("8000", address.as_str()),
            ("8080", &scene.proxy.address),
            ("9000", scene.recorder.origin()),
        ] {
            assert!(text.contains(documented), "{documented}");
            let (_, port) = actual.rsplit_once(':').unwrap();
            text = text.replace(documented, port);
        }
        let folder = scene.user.home();
        fs::write(folder.join(file), text).unwrap();
        command
            .args(arguments)
            .current_dir(folder)
            .env("HOME", folder);
        let log = fs::File::create(folder.join("asker.log")).unwrap();
        let mut process = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let told = || fs::read_to_string(folder.join("asker.log")).unwrap();
        for _ in 0..600 {
            if TcpStream::connect(&address).is_ok() {
                return Some(Self { process, address });
            }
            assert!(
                process.try_wait().unwrap().is_none(),
                "{program}: {}",
                told()
            );
            thread::sleep(Duration::from_millis(50));
        }
        panic!("{program} does not listen: {}", told());
    }

    fn get(&self, target: &str, headers: &str) -> String {
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: orders.example\r\nConnection: close\r\n{headers}\r\n"
        );
        send(&self.address, head.as_bytes())
    }
}

/// Callers pass or not as they would pass this proxy itself, and nobody says for themselves who they are.
fn asks(program: &str, arguments: &[&str], language: &str, file: &str) {
    let Some(scene) = Scene::on(Engine::Native) else {
        return;
    };
    let Some(asker) = Asker::start(program, arguments, language, file, &scene) else {
        return;
    };
    let token = scene.user.run(GET_TOKEN).success();
    let graph = "get-token -p my-api-client --scope https://graph.microsoft.com/.default";
    let graph = scene.user.run(graph).success();
    for (headers, expected) in [(String::new(), 401), (bearer(&graph), 401)] {
        let answer = asker.get("/orders/1", &headers);
        assert_eq!(status(&answer), expected, "{answer}");
        assert!(
            answer
                .to_ascii_lowercase()
                .contains("www-authenticate: bearer realm"),
            "{answer}"
        );
    }
    assert_eq!(scene.recorder.take(), [""; 0]);
    let spoofed = format!("{}X-Entra-Oid: admin\r\n", bearer(&token));
    let answer = asker.get("/orders/1?a=b", &spoofed);
    assert_eq!(status(&answer), 200, "{answer}");
    let requests = scene.recorder.take();
    assert_eq!(requests.len(), 1);
    let request = requests[0].to_ascii_lowercase();
    assert!(
        request.starts_with("get /orders/1?a=b http/1.1"),
        "{request}"
    );
    assert_eq!(request.matches("x-entra-oid: ").count(), 1, "{request}");
    assert!(!request.contains("admin"), "{request}");
}

#[test]
fn nginx_asks() {
    asks(
        "nginx",
        &["-p", ".", "-c", "nginx.conf"],
        "nginx",
        "nginx.conf",
    );
}

#[test]
fn caddy_asks() {
    asks(
        "caddy",
        &["run", "--config", "Caddyfile"],
        "caddyfile",
        "Caddyfile",
    );
}

#[test]
fn envoy_asks() {
    let arguments = [
        "--config-path",
        "envoy.yaml",
        "--concurrency",
        "1",
        "--use-dynamic-base-id",
    ];
    asks("envoy", &arguments, "yaml", "envoy.yaml");
}
