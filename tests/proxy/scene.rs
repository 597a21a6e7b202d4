//! An emulator, a server behind, a caller, and the proxy between them, on one engine or another.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{
    Emulator, PROGRAM, PUBLIC_CLIENT, Recorder, User, component, foreign_program,
    sign_in_by_device, workspace,
};

/// What runs the component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Native,
    Wasmtime,
    /// Takes its time to begin, so that a test has one for all that it tries.
    Jco,
    /// Stock wasmtime too, through the door of WASI 0.3.
    Service,
}

/// Those that begin at once.
pub(crate) const ENGINES: [Engine; 2] = [Engine::Native, Engine::Wasmtime];

/// A proxy process on a port of its own, ended when dropped.
pub(crate) struct Proxy {
    pub(crate) process: Child,
    pub(crate) address: String,
    /// What it says, on the stream on which it says where it listens.
    pub(crate) lines: Arc<Mutex<Vec<String>>>,
    /// Whether only a target that is a whole address names a host: of WASI 0.3, wasmtime 48 hands over neither `Host` nor what it says.
    wants_addresses: bool,
}

/// What the native program says on stderr, in the home of its user.
pub(crate) const COMPLAINTS: &str = "complaints";

/// The native program's command line.
const SERVE: &str = "proxy --config proxy.toml";

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Proxy {
    /// Nothing if the engine is not installed.
    pub(crate) fn start(engine: Engine, user: &mut User, configuration: &str) -> Option<Self> {
        user.set("BACKEND_SECRET", "your-api-secret");
        match engine {
            Engine::Native => Some(Self::start_native(user, configuration)),
            Engine::Wasmtime => {
                Self::start_as(&component("entra-auth-proxy.wasm"), user, configuration)
            }
            Engine::Jco => Self::start_jco(user, configuration),
            Engine::Service => {
                let component = component("entra-auth-service-kv.wasm");
                let mut proxy = Self::start_as(&component, user, configuration)?;
                proxy.wants_addresses = true;
                Some(proxy)
            }
        }
    }

    fn start_jco(user: &mut User, configuration: &str) -> Option<Self> {
        let node = foreign_program("node")?;
        let jco = workspace().join("target/tools/node-shim/node_modules/.bin/jco");
        user.set("ENTRA_AUTH_PROXY_CONFIG", configuration);
        let mut command = user.foreign_command(&node);
        let port = free_port().to_string();
        command
            .arg(jco)
            .args(["serve", "--host", "127.0.0.1", "--port", &port]);
        command.arg(component("entra-auth-proxy.wasm"));
        // It names the address without a scheme.
        Some(Self::told_on_stderr(command, "@ "))
    }

    pub(crate) fn start_native(user: &User, configuration: impl AsRef<[u8]>) -> Self {
        Self::start_command(user, configuration, user.command(SERVE))
    }

    /// The native program at another time, such as `+1h`; nothing if time cannot be made up.
    pub(crate) fn start_at(time: &str, user: &User, configuration: &str) -> Option<Self> {
        let mut command = user.foreign_command(&foreign_program("faketime")?);
        command.args(["-f", time, PROGRAM]);
        command.args(SERVE.split_whitespace());
        Some(Self::start_command(user, configuration, command))
    }

    fn start_command(user: &User, configuration: impl AsRef<[u8]>, mut command: Command) -> Self {
        fs::write(user.home().join("proxy.toml"), configuration).unwrap();
        let complaints = fs::File::create(user.home().join(COMPLAINTS)).unwrap();
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(complaints)
            .spawn()
            .unwrap();
        let stdout = process.stdout.take().unwrap();
        Self::listening(process, stdout, "://")
    }

    pub(crate) fn start_as(component: &Path, user: &mut User, configuration: &str) -> Option<Self> {
        user.set("ENTRA_AUTH_PROXY_CONFIG", configuration);
        Self::serve(component, user, &["--env", "ENTRA_AUTH_PROXY_CONFIG"])
    }

    /// With the file as it stands in a folder that the engine hands over.
    pub(crate) fn start_of_file(
        component: &Path,
        user: &mut User,
        configuration: impl AsRef<[u8]>,
    ) -> Option<Self> {
        fs::write(user.home().join("proxy.toml"), configuration).unwrap();
        let folder = format!("{}::/config", user.home().display());
        Self::serve(component, user, &["--dir", &folder])
    }

    fn serve(component: &Path, user: &mut User, options: &[&str]) -> Option<Self> {
        let wasmtime = foreign_program("wasmtime")?;
        let cache = workspace().join("target/tools/cache");
        user.set("XDG_CACHE_HOME", cache.to_str().unwrap());
        user.set("BACKEND_SECRET", "your-api-secret");
        let mut command = user.foreign_command(&wasmtime);
        command.args(["serve", "--addr", "127.0.0.1:0", "-S", "cli"]);
        // For as long as a test lasts.
        command.args(["--max-instance-reuse-count", "1000000000"]);
        command.args(["--idle-instance-timeout", "3600s"]);
        // For those who import it: without a key, the memory of an instance serves.
        command.args(["-S", "keyvalue"]);
        // The name alone: the value comes from wasmtime's own environment.
        command.args(["--env", "BACKEND_SECRET"]);
        command.args(options).arg(component);
        Some(Self::told_on_stderr(command, "://"))
    }

    fn told_on_stderr(mut command: Command, before: &str) -> Self {
        let mut process = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = process.stderr.take().unwrap();
        Self::listening(process, stderr, before)
    }

    /// They say it as an address with something in front.
    fn listening(process: Child, output: impl Read + Send + 'static, before: &str) -> Self {
        let mut lines = BufReader::new(output).lines();
        let address = lines
            .find_map(|line| {
                let line = line.unwrap();
                let (_, address) = line.split_once(before)?;
                Some(address.trim_end_matches(['/', '"', '}', '.']).to_owned())
            })
            .expect("it says where it listens");
        let said = Arc::new(Mutex::new(Vec::new()));
        let more = Arc::clone(&said);
        // Somebody has to read what else it says.
        thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .for_each(|line| more.lock().unwrap().push(line));
        });
        Self {
            process,
            address,
            lines: said,
            wants_addresses: false,
        }
    }

    /// Asks it to end, and waits for that.
    pub(crate) fn end(&mut self) -> ExitStatus {
        self.ask_to_end();
        self.process.wait().unwrap()
    }

    pub(crate) fn ask_to_end(&self) {
        let id = self.process.id().to_string();
        let kill = Command::new("kill").args(["-TERM", &id]).status();
        assert!(kill.unwrap().success());
    }

    /// The lines of the log, once there are so many.
    pub(crate) fn log(&self, count: usize) -> Vec<Value> {
        for _ in 0..400 {
            let lines = self.lines.lock().unwrap();
            if lines.len() >= count {
                let parsed = lines.iter().map(|line| serde_json::from_str(line).unwrap());
                return parsed.collect();
            }
            drop(lines);
            thread::sleep(Duration::from_millis(50));
        }
        panic!("there are fewer lines than {count}");
    }

    /// What was said, once this was.
    pub(crate) fn said(&self, text: &str) -> String {
        for _ in 0..400 {
            let lines = self.lines.lock().unwrap().join("\n");
            if lines.contains(text) {
                return lines;
            }
            thread::sleep(Duration::from_millis(50));
        }
        panic!("nobody said {text}");
    }

    /// Everything that comes back for these bytes.
    pub(crate) fn send(&self, bytes: &[u8]) -> String {
        send(&self.address, &self.addressed(bytes))
    }

    /// The same request, with the host where this engine looks for it.
    pub(crate) fn addressed(&self, request: &[u8]) -> Vec<u8> {
        let text = std::str::from_utf8(request).unwrap_or_default();
        let host = text.lines().find_map(|line| line.strip_prefix("Host: "));
        match host.filter(|_| self.wants_addresses) {
            Some(host) => text
                .replacen(" /", &format!(" http://{host}/"), 1)
                .into_bytes(),
            None => request.to_vec(),
        }
    }

    pub(crate) fn get(&self, target: &str, headers: &str) -> String {
        self.send(
            format!("GET {target} HTTP/1.1\r\nHost: orders.example\r\nConnection: close\r\n{headers}\r\n")
                .as_bytes(),
        )
    }
}

/// A port that nobody has at the moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Everything that comes back from this address for these bytes.
pub(crate) fn send(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).unwrap();
    // A server that refuses may have closed already.
    drop(stream.write_all(bytes));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// Of the answer itself, not of a `100 Continue` before it.
pub(crate) fn status(answer: &str) -> u16 {
    let answer = answer.trim_start_matches("HTTP/1.1 100 Continue\r\n\r\n");
    let status = answer.split(' ').nth(1).unwrap_or_default();
    status.parse().unwrap_or_default()
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {}\r\n", token.trim())
}

/// The claims of the token that went on.
pub(crate) fn attached(user: &User, request: &str) -> Value {
    let token = request
        .lines()
        .find_map(|line| line.strip_prefix("authorization: Bearer "))
        .unwrap_or_else(|| panic!("no token went on: {request}"));
    let shown = user.run_with("inspect - --claims", token).success();
    serde_json::from_str(&shown).unwrap()
}

pub(crate) fn configuration(authority: &str, upstream: &str) -> String {
    format!(
        r#"
version = 1

[listen]
address = "127.0.0.1:0"
health = "/healthz"

[inbound.orders]
authority = "{authority}"
tenants = ["11111111-2222-3333-4444-555555555555"]
audiences = ["api://your-api-id"]

[identity.backend]
authority = "{authority}"
tenant = "contoso.onmicrosoft.com"
client-id = "77777777-6666-5555-4444-333333333333"
secret = "env:BACKEND_SECRET"

[[route]]
name = "orders"
host = "orders.example"
path = "/orders/"
methods = ["GET", "POST"]
inbound = "orders"
roles = ["Data.Read"]
upstream = "{upstream}"
attach = {{ identity = "backend", scopes = ["api://downstream-api/.default"] }}
claims = {{ x-entra-oid = "oid", x-entra-tid = "tid", x-entra-groups = "groups" }}
metadata = true

[[route]]
name = "mine"
host = "orders.example"
path = "/mine/"
methods = ["GET"]
inbound = "orders"
scopes = ["access_as_user"]
upstream = "{upstream}"
attach = {{ identity = "backend", grant = "on-behalf-of", scopes = ["api://downstream-api/.default"] }}

[[route]]
name = "public"
path = "/public"
methods = ["GET", "POST"]
public = true
upstream = "{upstream}"

[sidecar]
inbound = "orders"
engine-on-loopback = true

[sidecar.api.mine]
identity = "backend"
grant = "on-behalf-of"
scopes = ["api://downstream-api/.default"]

[sidecar.api.downstream]
identity = "backend"
scopes = ["api://downstream-api/.default"]
unauthenticated = true

[limits]
body = "1MiB"
"#
    )
}

/// An emulator, a server behind, a caller with an application's token, and the proxy between them.
pub(crate) struct Scene {
    pub(crate) emulator: Emulator,
    pub(crate) recorder: Recorder,
    pub(crate) user: User,
    pub(crate) proxy: Proxy,
    person: OnceLock<String>,
}

impl Scene {
    /// One for each engine that is installed.
    pub(crate) fn on_each_engine() -> impl Iterator<Item = Self> {
        ENGINES.into_iter().filter_map(Self::on)
    }

    pub(crate) fn on(engine: Engine) -> Option<Self> {
        let (emulator, recorder) = (Emulator::start(), Recorder::start());
        let mut user = User::with_profile(emulator.authority());
        let configuration = configuration(emulator.authority(), recorder.origin());
        let proxy = Proxy::start(engine, &mut user, &configuration)?;
        Some(Self {
            emulator,
            recorder,
            user,
            proxy,
            person: OnceLock::new(),
        })
    }

    /// The token of a person for the API, who signs in once.
    pub(crate) fn person(&self) -> &str {
        self.person.get_or_init(|| {
            let options =
                "--auth-method Public --flow DeviceCode --scope api://your-api-id/access_as_user";
            let authority = self.emulator.authority();
            let created = self
                .user
                .create("caller", PUBLIC_CLIENT, authority, options, "");
            created.quiet_success();
            sign_in_by_device(&self.user, &self.emulator, "get-token -p caller").success()
        })
    }
}
