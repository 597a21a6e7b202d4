mod mutations;
mod strays;

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::*;

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// Nothing in these tests takes longer unless it hangs.
const LIMIT: Duration = Duration::from_secs(20);

fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { timeout(LIMIT, test).await.unwrap() })
}

fn listen(uri: Option<&str>) -> (Redirect, u16) {
    let redirect = Redirect::listen(uri, None).unwrap();
    let uri = redirect.uri().parse::<http::Uri>().unwrap();
    let port = uri.port_u16().unwrap();
    (redirect, port)
}

/// Sends `request`, in which `PORT` stands for the port, and reads to the end; empty if there is no connection.
async fn send(port: u16, request: &str) -> String {
    exchange(
        SocketAddr::new(V4, port),
        request.replace("PORT", &port.to_string()),
    )
    .await
}

async fn exchange(address: SocketAddr, request: String) -> String {
    let Ok(mut socket) = TcpStream::connect(address).await else {
        return String::new();
    };
    // The other side may have enough before everything is written.
    let _ = socket.write_all(request.as_bytes()).await;
    let mut response = Vec::new();
    let _ = socket.read_to_end(&mut response).await;
    String::from_utf8(response).unwrap()
}

fn post(body: &str) -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: localhost:PORT\r\nOrigin: null\r\n{FORM}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost:PORT\r\n\r\n")
}

fn status(response: &str) -> &str {
    response.get(9..12).unwrap_or("none")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

async fn is_open(port: u16) -> bool {
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    for address in [V4, v6] {
        if TcpStream::connect((address, port)).await.is_ok() {
            return true;
        }
    }
    false
}

#[test]
fn answers_come_with_their_parameters_and_get_their_page() {
    let rows = [
        (
            post("code=c&state=s"),
            ResponseMode::FormPost,
            pairs(&[("code", "c"), ("state", "s")]),
        ),
        (
            get("/?code=c&state=s"),
            ResponseMode::Query,
            pairs(&[("code", "c"), ("state", "s")]),
        ),
        (get("/"), ResponseMode::Query, pairs(&[])),
        (post(""), ResponseMode::FormPost, pairs(&[])),
        // M12: who waits must see both.
        (
            post("code=a&state=s&code=b"),
            ResponseMode::FormPost,
            pairs(&[("code", "a"), ("state", "s"), ("code", "b")]),
        ),
        (
            post(
                "error=access%5Fdenied&error_description=AADSTS65004%3a+no%0d%0aTrace+%C3%A9+%ff&x&=y",
            ),
            ResponseMode::FormPost,
            pairs(&[
                ("error", "access_denied"),
                ("error_description", "AADSTS65004: no\r\nTrace é \u{fffd}"),
                ("x", ""),
                ("", "y"),
            ]),
        ),
        // What a form brings does not mix with what the address does.
        (
            post("code=c").replace("POST / ", "POST /?code=evil "),
            ResponseMode::FormPost,
            pairs(&[("code", "c")]),
        ),
        (
            post("code=c")
                .replace("urlencoded\r", "urlencoded; charset=UTF-8\r")
                .replace("Content-T", "content-t"),
            ResponseMode::FormPost,
            pairs(&[("code", "c")]),
        ),
        (
            format!(
                "POST / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n3\r\nco\x64\r\n3\r\ne=c\r\n0\r\n\r\n"
            ),
            ResponseMode::FormPost,
            pairs(&[("code", "c")]),
        ),
    ];
    run(async {
        for (request, response_mode, parameters) in rows {
            let (mut redirect, port) = listen(None);
            let browser = tokio::spawn(async move { send(port, &request).await });
            let mut answer = redirect.wait(LIMIT).await.unwrap();
            assert_eq!(answer.parameters(), parameters);
            assert_eq!(answer.response_mode(), response_mode);
            answer.finish(Page::Done).await.unwrap();
            let response = browser.await.unwrap();
            assert_eq!(status(&response), "200");
            assert!(response.contains("You are signed in"), "{response}");
            assert!(answer.finish(Page::Done).await.is_err());
        }
    });
}

#[test]
fn every_page_is_shown_with_its_status() {
    run(async {
        let refused = Page::Refused(("Sign-in failed".to_owned(), "<b>AADSTS50105</b>".to_owned()));
        for (page, code, text) in [
            (Page::Done, "200", "You are signed in"),
            (refused, "200", "&lt;b&gt;AADSTS50105&lt;/b&gt;"),
            (Page::Ignored, "400", "Not part of a sign-in"),
        ] {
            let (mut redirect, port) = listen(None);
            let browser = tokio::spawn(async move { send(port, &post("code=c")).await });
            let mut answer = redirect.wait(LIMIT).await.unwrap();
            let ends = !matches!(page, Page::Ignored);
            answer.finish(page).await.unwrap();
            let response = browser.await.unwrap();
            assert_eq!(status(&response), code);
            assert!(response.contains(text), "{response}");
            assert!(!response.contains("<b>"));
            assert_eq!(is_open(port).await, !ends);
        }
    });
}

#[test]
fn of_two_answers_the_second_is_ignored_when_the_first_is_accepted() {
    run(async {
        let (mut redirect, port) = listen(None);
        let [first, second] = ["code=1", "code=2"].map(|body| {
            let request = post(body);
            tokio::spawn(async move { send(port, &request).await })
        });
        let mut answer = redirect.wait(LIMIT).await.unwrap();
        assert_eq!(answer.parameters(), pairs(&[("code", "1")]));
        sleep(Duration::from_millis(100)).await;
        answer.finish(Page::Done).await.unwrap();
        assert_eq!(
            redirect.wait(LIMIT).await.err().unwrap().fault,
            Fault::Other
        );
        drop(redirect);
        assert!(first.await.unwrap().contains("You are signed in"));
        let second = second.await.unwrap();
        assert_eq!(status(&second), "400");
        assert!(second.contains("Not part of a sign-in"));
    });
}

#[test]
fn both_families_lead_to_the_same_sign_in() {
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    if std::net::TcpListener::bind((v6, 0)).is_err() {
        return;
    }
    run(async {
        for (address, host) in [
            (V4, "127.0.0.1"),
            (v6, "[::1]"),
            (v6, "localhost"),
            (V4, "LocalHost"),
        ] {
            let (mut redirect, port) = listen(None);
            let request = post("code=c").replace("localhost:PORT", &format!("{host}:{port}"));
            let browser = tokio::spawn(exchange(SocketAddr::new(address, port), request));
            let mut answer = redirect.wait(LIMIT).await.unwrap();
            answer.finish(Page::Done).await.unwrap();
            assert_eq!(status(&browser.await.unwrap()), "200", "{host}");
        }
    });
}

#[test]
fn the_redirect_uri_keeps_its_path_and_gets_the_port() {
    run(async {
        for (uri, host, path) in [
            (None, "localhost", ""),
            (Some("http://localhost/"), "localhost", "/"),
            (Some("http://127.0.0.1/callback"), "127.0.0.1", "/callback"),
        ] {
            let (mut redirect, port) = listen(uri);
            assert_eq!(redirect.uri(), format!("http://{host}:{port}{path}"));
            let target = if path.is_empty() { "/" } else { path };
            let requests = [get("/wrong"), get(&format!("{target}?code=c"))];
            let browser = tokio::spawn(async move {
                let mut statuses = String::new();
                for request in requests {
                    write!(statuses, "{} ", status(&send(port, &request).await)).unwrap();
                }
                statuses
            });
            let mut answer = redirect.wait(LIMIT).await.unwrap();
            assert_eq!(answer.parameters(), pairs(&[("code", "c")]));
            answer.finish(Page::Done).await.unwrap();
            assert_eq!(browser.await.unwrap(), "404 200 ");
        }
    });
}

#[test]
fn ports_are_those_that_were_named() {
    run(async {
        let (redirect, port) = listen(None);
        drop(redirect);
        tokio::task::yield_now().await;
        let fixed = format!("http://localhost:{port}/x");
        let other = if port == 1 { 2 } else { port - 1 };
        let rows = [
            (Some(fixed.as_str()), None, fixed.clone()),
            (None, Some((port, port)), format!("http://localhost:{port}")),
            (
                Some("http://localhost:1/x"),
                Some((port, port)),
                fixed.clone(),
            ),
        ];
        for (uri, ports, expected) in rows {
            let redirect = Redirect::listen(uri, ports).unwrap();
            assert_eq!(redirect.uri(), expected);
            let failure = Redirect::listen(uri, ports).err().unwrap();
            assert_eq!(failure.fault, Fault::Denied);
            assert_eq!(failure.message, format!("port {port} is already in use"));
            assert!(failure.hint.is_some());
            drop(redirect);
            tokio::task::yield_now().await;
        }
        let failure = Redirect::listen(None, Some((port, other))).err().unwrap();
        assert_eq!(failure.fault, Fault::Denied);
        assert!(Redirect::listen(Some("http://localhost:1"), Some((0, 0))).is_ok());
    });
}

/// M3, M19.
#[test]
fn the_port_is_closed_when_it_is_over() {
    run(async {
        let (redirect, port) = listen(None);
        assert!(is_open(port).await);
        drop(redirect);
        tokio::task::yield_now().await;
        assert!(!is_open(port).await, "dropped");

        let (mut redirect, port) = listen(None);
        let failure = redirect
            .wait(Duration::from_millis(20))
            .await
            .err()
            .unwrap();
        assert_eq!(failure.fault, Fault::TimedOut);
        assert!(
            failure
                .message
                .starts_with("timeout waiting for authentication callback")
        );
        assert!(failure.hint.is_some());
        assert!(!is_open(port).await, "timed out");
        assert_eq!(
            redirect.wait(LIMIT).await.err().unwrap().fault,
            Fault::Other
        );
    });
}

/// A person who closes the window has been seen all the same.
#[test]
fn a_browser_that_has_gone_is_no_failure() {
    run(async {
        let (mut redirect, port) = listen(None);
        let mut socket = TcpStream::connect((V4, port)).await.unwrap();
        let request = post("code=c").replace("PORT", &port.to_string());
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = redirect.wait(LIMIT).await.unwrap();
        drop(socket);
        sleep(Duration::from_millis(50)).await;
        assert_eq!(answer.parameters(), pairs(&[("code", "c")]));
        answer.finish(Page::Done).await.unwrap();
        assert!(!is_open(port).await);
    });
}

/// Dropped without a page, as when the guest fails.
#[test]
fn an_answer_that_is_dropped_shows_that_it_was_ignored() {
    run(async {
        let (mut redirect, port) = listen(None);
        let browser = tokio::spawn(async move { send(port, &post("code=c")).await });
        drop(redirect.wait(LIMIT).await.unwrap());
        assert!(browser.await.unwrap().contains("Not part of a sign-in"));
    });
}
