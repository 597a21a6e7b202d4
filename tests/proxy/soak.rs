//! As many requests as the machine takes, for a while: none fails, memory stays, and a token is got once.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::scene::{Engine, Proxy, configuration, free_port};
use crate::support::{Emulator, GET_TOKEN, User, foreign_program};

/// Another number of seconds, and `wasmtime` in place of the native program; `tests/README.md` says when.
const SECONDS: &str = "SOAK_SECONDS";
const ENGINE: &str = "SOAK_ENGINE";

/// So many callers at once.
const CONNECTIONS: usize = 16;

/// In KiB: threads and buffers that come with the first thousands of requests, but not with the next.
pub(crate) const SPARE: u64 = 16 * 1024;

/// A server behind that answers as fast as it can, ended when dropped.
struct Upstream {
    process: Child,
    origin: String,
}

impl Upstream {
    fn start(user: &User) -> Option<Self> {
        let nginx = foreign_program("nginx")?;
        let port = free_port();
        let text = format!(
            "daemon off; pid soak.pid; error_log stderr crit; worker_processes 1; events {{}}
             http {{ access_log off; keepalive_requests 1000000000;
             client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;
             server {{ listen 127.0.0.1:{port}; location / {{ return 200 answered; }} }} }}"
        );
        fs::write(user.home().join("soak.conf"), text).unwrap();
        let mut command = Command::new(nginx);
        command.current_dir(user.home());
        command.args(["-p", ".", "-c", "soak.conf"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().unwrap();
        let started = Self {
            process,
            origin: format!("http://127.0.0.1:{port}"),
        };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(started);
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("nginx does not listen");
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        // nginx ends its workers with itself, if it is asked to.
        let id = self.process.id().to_string();
        drop(Command::new("kill").args(["-TERM", &id]).status());
        drop(self.process.wait());
    }
}

/// What is resident of a process, in KiB.
pub(crate) fn resident(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_ascii_whitespace().nth(1));
    number.unwrap().parse().unwrap()
}

#[test]
fn a_proxy_bears_load_for_a_while() {
    let Some(wrk) = foreign_program("wrk") else {
        return;
    };
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    let Some(upstream) = Upstream::start(&user) else {
        return;
    };
    let text = configuration(emulator.authority(), &upstream.origin);
    let text = format!("{text}\n[log]\nrequests = \"refused\"\n");
    // Natively instances share the tokens that they have got. Elsewhere each gets its own, and one may end a request while the next one
    // of its caller is in another.
    let (engine, most_tokens) = match std::env::var(ENGINE).as_deref() {
        Ok("wasmtime") => (Engine::Wasmtime, 2 * CONNECTIONS),
        _ => (Engine::Native, 1),
    };
    let Some(proxy) = Proxy::start(engine, &mut user, &text) else {
        return;
    };
    let token = user.run(GET_TOKEN).success();
    emulator.forget_requests();
    let load = |seconds: &str| {
        let mut command = Command::new(&wrk);
        command.args(["--threads", "1", "--timeout", "20s"]);
        command.args(["--connections", &CONNECTIONS.to_string()]);
        command.args(["--duration", &format!("{seconds}s")]);
        command.args(["--header", "Host: orders.example"]);
        command.args([
            "--header",
            &format!("Authorization: Bearer {}", token.trim()),
        ]);
        command.arg(format!("http://{}/orders/1", proxy.address));
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_good = output.status.success() && told.contains("Requests/sec");
        assert!(
            is_good && !told.contains("errors") && !told.contains("Non-2xx"),
            "{told}"
        );
    };
    load("4");
    let before = resident(proxy.process.id());
    load(&std::env::var(SECONDS).unwrap_or_else(|_| "60".to_owned()));
    let after = resident(proxy.process.id());
    assert!(after <= before + SPARE, "{before} KiB grew to {after} KiB");
    let requests = emulator.requests();
    let posts = requests
        .iter()
        .filter(|request| request["method"] == "POST");
    let posts = posts.count();
    assert!(
        (1..=most_tokens).contains(&posts),
        "{posts} tokens were got"
    );
}
