//! What comes to the port besides the answer.

use super::*;

/// M8, M9, M10: none of these reaches who waits, and none learns anything.
#[test]
fn strays_are_turned_away_and_the_sign_in_goes_on() {
    let host = "Host: localhost:PORT\r\n";
    let head = |line: &str, headers: &str| format!("{line} HTTP/1.1\r\n{headers}\r\n");
    let form = |headers: &str| post("code=stray").replace(FORM, headers);
    let long = "x".repeat(2_000_000);
    let rows = [
        ("path", head("GET /other?code=stray", host), "404"),
        ("favicon", head("GET /favicon.ico", host), "404"),
        ("path below", head("GET /x/", host), "404"),
        ("path as text", head("GET //?code=stray", host), "404"),
        ("encoded path", head("GET /%2e?code=stray", host), "404"),
        (
            "form to another path",
            post("code=stray").replace("POST / ", "POST /callback "),
            "404",
        ),
        (
            "name",
            head("GET /?code=stray", "Host: evil.test:PORT\r\n"),
            "400",
        ),
        (
            "name like ours",
            head("GET /?code=stray", "Host: localhost.evil.test:PORT\r\n"),
            "400",
        ),
        (
            "other port",
            head("GET /?code=stray", "Host: localhost:1\r\n"),
            "400",
        ),
        (
            "no port",
            head("GET /?code=stray", "Host: localhost\r\n"),
            "400",
        ),
        ("no name", head("GET /?code=stray", ""), "400"),
        (
            "two names",
            head("GET /?code=stray", &format!("{host}Host: evil.test\r\n")),
            "400",
        ),
        (
            "old HTTP",
            "GET /?code=stray HTTP/1.0\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "proxy",
            head("GET http://localhost:PORT/?code=stray", host),
            "400",
        ),
        ("HEAD", head("HEAD /?code=stray", host), "405"),
        ("PUT", post("code=stray").replace("POST", "PUT"), "405"),
        ("DELETE", head("DELETE /", host), "405"),
        ("TRACE", head("TRACE /", host), "405"),
        ("OPTIONS", head("OPTIONS /", host), "405"),
        (
            "preflight without origin",
            head(
                "OPTIONS /",
                &format!("{host}Access-Control-Request-Private-Network: true\r\n"),
            ),
            "405",
        ),
        ("form without type", form(""), "415"),
        ("JSON", form("Content-Type: application/json\r\n"), "415"),
        (
            "multipart",
            form("Content-Type: multipart/form-data; boundary=x\r\n"),
            "415",
        ),
        ("text", form("Content-Type: text/plain\r\n"), "415"),
        (
            "two types",
            form(&format!("{FORM}Content-Type: text/plain\r\n")),
            "415",
        ),
        (
            "packed",
            form(&format!("{FORM}Content-Encoding: gzip\r\n")),
            "415",
        ),
        ("65 KiB", post(&"x".repeat(65 << 10)), "413"),
        ("1 MB", post(&"x".repeat(1_000_000)), "413"),
        (
            "1 MB of chunks",
            {
                let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
                format!(
                    "POST / HTTP/1.1\r\n{host}{FORM}Transfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n",
                    chunk.repeat(16)
                )
            },
            "413",
        ),
        (
            "long address",
            head(&format!("GET /?code={long}"), host),
            "4xx",
        ),
        (
            "long header",
            head("GET /?code=stray", &format!("{host}X: {long}\r\n")),
            "4xx",
        ),
        (
            "many headers",
            head(
                "GET /?code=stray",
                &format!("{host}{}", "X: y\r\n".repeat(300)),
            ),
            "4xx",
        ),
        (
            "length twice",
            post("code=stray").replace("Content-L", "Content-Length: 3\r\nContent-L"),
            "400",
        ),
        ("no HTTP", "\u{15}\u{3}\u{1}\u{2}\r\n\r\n".to_owned(), "400"),
        ("TLS", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n".to_owned(), "any"),
        (
            "HTTP/2",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
            "any",
        ),
        (
            "half a form, then gone",
            post("code=stray").replace("Content-Length: 10", "Content-Length: 99"),
            "none",
        ),
    ];
    run(async {
        let (mut redirect, port) = listen(None);
        let browser = tokio::spawn(async move {
            for (name, request, expected) in rows {
                let response = if expected == "none" {
                    let mut socket = TcpStream::connect((V4, port)).await.unwrap();
                    socket
                        .write_all(request.replace("PORT", &port.to_string()).as_bytes())
                        .await
                        .unwrap();
                    String::new()
                } else {
                    send(port, &request).await
                };
                let found = status(&response);
                // Whoever sends far too much may find the connection reset before there is a status.
                let is_refusal = found.starts_with('4') || found == "none";
                assert!(
                    found == expected
                        || expected == "any" && found != "200"
                        || expected == "4xx" && is_refusal,
                    "{name}: {response}"
                );
                assert!(!response.contains("stray"), "{name}: {response}");
                assert!(response.len() < 1000, "{name}");
                if ["404", "405", "413", "415"].contains(&found) {
                    for header in [
                        "cache-control: no-store",
                        "connection: close",
                        "x-content-type-options: nosniff",
                    ] {
                        assert!(response.contains(header), "{name}: {response}");
                    }
                }
            }
            send(port, &post("code=good")).await
        });
        let mut answer = redirect.wait(LIMIT).await.unwrap();
        assert_eq!(answer.parameters(), pairs(&[("code", "good")]));
        answer.finish(Page::Done).await.unwrap();
        assert_eq!(status(&browser.await.unwrap()), "200");
    });
}

/// M8.
#[test]
fn fifty_strays_before_the_good_one() {
    run(async {
        let (mut redirect, port) = listen(None);
        let strays: Vec<_> = (0..50)
            .map(|_| tokio::spawn(async move { send(port, &get("/?code=bad")).await }))
            .collect();
        let good = tokio::spawn(async move { send(port, &post("code=good")).await });
        let mut ignored = 0;
        loop {
            let mut answer = redirect.wait(LIMIT).await.unwrap();
            if answer.response_mode() == ResponseMode::FormPost {
                answer.finish(Page::Done).await.unwrap();
                break;
            }
            answer.finish(Page::Ignored).await.unwrap();
            ignored += 1;
        }
        drop(redirect);
        assert!(ignored <= 50);
        assert!(good.await.unwrap().contains("You are signed in"));
        for stray in strays {
            // Those that came behind the good one find the port closed.
            let response = stray.await.unwrap();
            assert!(["400", "none"].contains(&status(&response)), "{response}");
            assert!(!response.contains("bad") && !response.contains("good"));
        }
    });
}

/// M9: connections that send slowly or nothing use up their time, not that of others.
#[test]
fn slow_clients_do_not_keep_the_good_one_out() {
    run(async {
        let (mut redirect, port) = listen(None);
        let mut slow = Vec::new();
        let form = post("code=slow").replace("Content-Length: 9", "Content-Length: 99");
        // So many that the time of each, one batch after the other, would take longer than the test may.
        for part in ["", "GET /", "GET /?code=slow HTTP/1.1\r\nX:", &form].repeat(40) {
            let mut socket = TcpStream::connect((V4, port)).await.unwrap();
            socket.write_all(part.as_bytes()).await.unwrap();
            slow.push(socket);
        }
        let good = tokio::spawn(async move { send(port, &post("code=good")).await });
        let mut answer = redirect.wait(LIMIT).await.unwrap();
        assert_eq!(answer.parameters(), pairs(&[("code", "good")]));
        answer.finish(Page::Done).await.unwrap();
        assert_eq!(status(&good.await.unwrap()), "200");
    });
}

/// What browsers bring along by habit: the cookies of other servers on this machine.
#[test]
fn an_answer_with_many_cookies_is_one() {
    run(async {
        let (mut redirect, port) = listen(None);
        let cookies = format!("Cookie: c={}\r\n", "x".repeat(100_000));
        let headers: String = (0..100)
            .map(|number| format!("X-{number}: y\r\n"))
            .collect();
        let request = post("code=c").replace("Origin: null\r\n", &format!("{cookies}{headers}"));
        let browser = tokio::spawn(async move { send(port, &request).await });
        let mut answer = redirect.wait(LIMIT).await.unwrap();
        answer.finish(Page::Done).await.unwrap();
        assert_eq!(status(&browser.await.unwrap()), "200");
    });
}

/// The address that a browser is started with says nothing, and leads on once.
#[test]
fn a_browser_is_led_to_the_sign_in_page_once() {
    const PAGE: &str = "https://login.example/authorize?state=secret";
    run(async {
        let (mut redirect, port) = listen(None);
        let entrance = redirect.house().entrance(PAGE).unwrap();
        let path = entrance
            .strip_prefix(&format!("http://127.0.0.1:{port}"))
            .unwrap();
        assert!(!entrance.contains("secret"));
        let location = format!("location: {PAGE}\r\n");
        let posted = post("code=x").replace("POST / ", &format!("POST {path} "));
        let requests = [
            (posted, "404"),
            (get(&format!("{path}0")), "404"),
            (get(path).replace("localhost:PORT", "evil.test:PORT"), "400"),
            (get(path), "302"),
            (get(path), "404"),
        ];
        for (request, expected) in requests {
            let response = send(port, &request).await;
            assert_eq!(status(&response), expected, "{request}: {response}");
            assert_eq!(
                response.contains(&location),
                expected == "302",
                "{response}"
            );
            assert!(
                response.contains("referrer-policy: no-referrer"),
                "{response}"
            );
        }
        let browser = tokio::spawn(async move { send(port, &post("code=c")).await });
        let mut answer = redirect.wait(LIMIT).await.unwrap();
        answer.finish(Page::Done).await.unwrap();
        assert_eq!(status(&browser.await.unwrap()), "200");
    });
}

#[test]
fn a_form_that_does_not_end_is_cut_off() {
    run(async {
        let (mut redirect, port) = listen(None);
        let slow = tokio::spawn(async move {
            let mut socket = TcpStream::connect((V4, port)).await.unwrap();
            let request = post("code=slow").replace("Content-Length: 9", "Content-Length: 99");
            let request = request.replace("PORT", &port.to_string());
            socket.write_all(request.as_bytes()).await.unwrap();
            let mut response = String::new();
            let _ = socket.read_to_string(&mut response).await;
            response
        });
        let waited = redirect.wait(Duration::from_secs(7)).await;
        assert_eq!(waited.err().unwrap().fault, Fault::TimedOut);
        assert_eq!(status(&slow.await.unwrap()), "408");
    });
}

/// M2.
#[test]
fn other_addresses_of_this_machine_are_not_listened_to() {
    // Connecting a datagram socket sends nothing; it tells which address would be used.
    let probe = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    let Ok(address) = probe
        .connect("192.0.2.1:9")
        .and_then(|()| probe.local_addr())
    else {
        return;
    };
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        return;
    }
    run(async {
        let (_redirect, port) = listen(None);
        assert!(is_open(port).await);
        assert!(TcpStream::connect((address.ip(), port)).await.is_err());
    });
}

#[test]
fn a_preflight_permits_the_form_and_nothing_else() {
    run(async {
        let (_redirect, port) = listen(None);
        let request = "OPTIONS / HTTP/1.1\r\nHost: localhost:PORT\r\nOrigin: https://login.microsoftonline.com\r\n\
                       Access-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\n\r\n";
        let response = send(port, request).await;
        assert_eq!(status(&response), "204");
        for header in [
            "access-control-allow-origin: https://login.microsoftonline.com",
            "access-control-allow-private-network: true",
            "access-control-allow-methods: GET, POST",
        ] {
            assert!(response.contains(header), "{response}");
        }
        assert!(!response.contains("credentials") && !response.contains("allow-headers"));
    });
}
