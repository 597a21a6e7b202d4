//! The binary `entra-emulator`: its one line, its sockets, TLS, and damage on the wire.

#[cfg(test)]
mod server {
    use std::{
        fs,
        io::{BufRead as _, BufReader, ErrorKind, Read, Write},
        net::{TcpListener, TcpStream},
        process::{Child, Command, Output, Stdio},
        sync::Arc,
        time::{Duration, Instant},
    };

    use serde_json::Value;
    use tokio_rustls::rustls::{
        ClientConfig, ClientConnection, RootCertStore, StreamOwned,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    };

    const METADATA: &str = "/your-tenant-id/v2.0/.well-known/openid-configuration";

    struct Server {
        child: Child,
        ready: Value,
        port: u16,
    }

    impl Server {
        fn start(arguments: &[&str]) -> Self {
            let mut command = command(&["--port", "0"]);
            let mut child = command
                .args(arguments)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = String::new();
            BufReader::new(child.stdout.take().unwrap())
                .read_line(&mut line)
                .unwrap();
            let ready: Value = serde_json::from_str(&line).unwrap();
            let port = ready["authority"]
                .as_str()
                .unwrap()
                .rsplit_once(':')
                .unwrap()
                .1
                .parse()
                .unwrap();
            Self { child, ready, port }
        }

        fn connect(&self) -> TcpStream {
            TcpStream::connect(("127.0.0.1", self.port)).unwrap()
        }

        fn read(&self, host: &str, path: &str) -> String {
            exchange(
                self.connect(),
                &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
            )
        }

        fn queue(&self, fault: &str) {
            let port = self.port;
            let length = fault.len();
            let head = format!("Host: localhost:{port}\r\nContent-Length: {length}\r\n");
            let request = format!(
                "POST /__emulator/faults HTTP/1.1\r\n{head}Connection: close\r\n\r\n{fault}"
            );
            let answer = exchange(self.connect(), &request);
            assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        }
    }

    impl Drop for Server {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    fn command(arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_entra-emulator"));
        command.args(arguments).stdin(Stdio::null());
        command
    }

    fn output(arguments: &[&str]) -> Output {
        command(arguments).output().unwrap()
    }

    /// Everything up to the end of the connection, orderly or not.
    fn exchange(mut stream: impl Read + Write, request: &str) -> String {
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let mut part = [0; 4096];
        loop {
            match stream.read(&mut part) {
                Ok(0) => break,
                Ok(count) => answer.extend_from_slice(&part[..count]),
                Err(error) => {
                    assert!(
                        matches!(
                            error.kind(),
                            ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof
                        ),
                        "{error}"
                    );
                    break;
                }
            }
        }
        String::from_utf8(answer).unwrap()
    }

    fn body(answer: &str) -> Value {
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    #[test]
    fn the_line_names_authority_graph_and_process() {
        let server = Server::start(&[]);
        let authority = format!("http://127.0.0.1:{}", server.port);
        assert_eq!(server.ready["authority"], authority);
        assert_eq!(server.ready["graph"], format!("{authority}/graph"));
        assert_eq!(server.ready["page"], format!("{authority}/"));
        assert_eq!(server.ready["pid"], server.child.id());
    }

    #[test]
    fn help_lists_who_can_sign_in() {
        let help = String::from_utf8(output(&["--help"]).stdout).unwrap();
        for part in [
            "password alice",
            "secret your-api-secret",
            "client-credential",
        ] {
            assert!(help.contains(part), "{part}: {help}");
        }
    }

    #[test]
    fn a_file_that_is_no_certificate_is_named() {
        let key = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/key/client-credential/client-private-key.pem"
        );
        for (path, problem) in [("nowhere.pem", "cannot read"), (key, "no certificate")] {
            let output = output(&["--port", "0", "--certificate", path]);
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(1), "{stderr}");
            assert!(
                stderr.contains(problem) && stderr.contains(path),
                "{stderr}"
            );
        }
    }

    #[test]
    fn metadata_names_the_host_that_was_asked() {
        let server = Server::start(&[]);
        for name in ["localhost", "127.0.0.1", "[::1]"] {
            let host = format!("{name}:{}", server.port);
            let issuer = format!("http://{host}/11111111-2222-3333-4444-555555555555/v2.0");
            assert_eq!(body(&server.read(&host, METADATA))["issuer"], issuer);
        }
    }

    #[test]
    fn metadata_names_the_cloud_that_was_chosen() {
        let server = Server::start(&["--cloud", "china"]);
        let metadata = body(&server.read("localhost", METADATA));
        assert_eq!(metadata["msgraph_host"], "microsoftgraph.chinacloudapi.cn");
        assert_eq!(output(&["--cloud", "mars"]).status.code(), Some(2));
    }

    #[test]
    fn another_host_is_turned_away() {
        let server = Server::start(&[]);
        for host in ["example.com", "localhost.example.com", "user@localhost", ""] {
            let answer = server.read(host, METADATA);
            assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
        }
        // Under another name only with TLS, where it can be told whose name it is.
        let named = output(&["--name", "login.microsoftonline.com"]);
        assert_eq!(named.status.code(), Some(2));
    }

    #[test]
    fn a_cut_answer_announces_more_than_it_brings() {
        let server = Server::start(&[]);
        server.queue(r#"{"endpoint":"metadata","close":true}"#);
        let answer = server.read("localhost", METADATA);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap();
        assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
    }

    #[test]
    fn a_delayed_answer_does_not_delay_others() {
        let server = Server::start(&[]);
        server.queue(r#"{"endpoint":"metadata","delay_ms":700}"#);
        let start = Instant::now();
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| {
                server.read("localhost", METADATA);
                start.elapsed()
            });
            server.read("localhost", "/your-tenant-id/discovery/keys");
            let fast = start.elapsed();
            let slow = slow.join().unwrap();
            assert!(
                slow >= Duration::from_millis(700) && fast < slow,
                "{fast:?} {slow:?}"
            );
        });
    }

    #[test]
    fn a_port_in_use_is_one_error_with_a_hint() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port().to_string();
        let output = output(&["--port", &port]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        assert!(
            stderr.starts_with(&format!("error: cannot listen on port {port}: ")),
            "{stderr}"
        );
        assert!(
            stderr.ends_with(
                "\nhint: choose another with `--port`, or any free one with `--port 0`\n"
            ),
            "{stderr}"
        );
    }

    #[test]
    fn help_and_version_are_there() {
        for (flag, part) in [
            ("--help", "--ca-out"),
            ("--version", env!("CARGO_PKG_VERSION")),
        ] {
            let output = output(&[flag]);
            assert!(output.status.success());
            assert!(String::from_utf8(output.stdout).unwrap().contains(part));
        }
    }

    #[test]
    fn tls_and_its_certificate_go_together() {
        assert_eq!(output(&["--tls"]).status.code(), Some(2));
        assert_eq!(output(&["--ca-out", "x"]).status.code(), Some(2));
    }

    #[test]
    fn verbose_lines_carry_no_query() {
        let mut server = Server::start(&["--verbose"]);
        server.read("localhost", &format!("{METADATA}?code=hidden"));
        let mut log = String::new();
        BufReader::new(server.child.stderr.take().unwrap())
            .read_line(&mut log)
            .unwrap();
        assert_eq!(log, format!("GET {METADATA} 200\n"));
    }

    #[test]
    fn tls_is_trusted_through_the_written_authority() {
        let file = std::env::temp_dir().join(format!("entra-emulator-{}.pem", std::process::id()));
        let server = Server::start(&["--tls", "--ca-out", file.to_str().unwrap()]);
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_file(&file).unwrap())
            .unwrap();
        fs::remove_file(&file).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let config = Arc::new(config);
        for name in ["localhost", "127.0.0.1", "::1"] {
            let connection =
                ClientConnection::new(Arc::clone(&config), ServerName::try_from(name).unwrap())
                    .unwrap();
            let request =
                format!("GET {METADATA} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            let answer = exchange(StreamOwned::new(connection, server.connect()), &request);
            let token_endpoint =
                "https://localhost/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token";
            assert_eq!(body(&answer)["token_endpoint"], token_endpoint, "{name}");
        }
    }
}
