use super::*;

/// What `variables` make of a request to `host`: the proxy, `direct`, or `error` and what is said.
fn way(variables: &[(&str, &str)], host: &str) -> String {
    let find = |name: &str| {
        let found = variables.iter().find(|(variable, _)| *variable == name)?;
        Some(OsString::from(found.1))
    };
    match Proxies::from_variables(find).between(host) {
        Ok(None) => "direct".to_owned(),
        Ok(Some(proxy)) => format!("{} {}", proxy.variable, proxy.address),
        Err(cause) => format!("error {}", cause.message),
    }
}

const HOST: &str = "login.example";

#[test]
fn the_first_variable_that_is_set_counts() {
    let rows: &[(&[(&str, &str)], &str)] = &[
        (&[], "direct"),
        (&[("HTTPS_PROXY", "http://p:8")], "HTTPS_PROXY http://p:8"),
        (&[("https_proxy", "http://p:8")], "https_proxy http://p:8"),
        (
            &[("HTTPS_PROXY", "http://p:8"), ("https_proxy", "http://q:9")],
            "https_proxy http://q:9",
        ),
        (
            &[("HTTPS_PROXY", "http://p:8"), ("https_proxy", "")],
            "HTTPS_PROXY http://p:8",
        ),
        (
            &[("HTTPS_PROXY", " \t"), ("ALL_PROXY", "socks5h://s:1")],
            "ALL_PROXY socks5h://s:1",
        ),
        (
            &[("all_proxy", "http://a:1"), ("ALL_PROXY", "http://b:1")],
            "all_proxy http://a:1",
        ),
        // For http, which goes directly here.
        (&[("http_proxy", "http://p:8")], "direct"),
        (&[("HTTP_PROXY", "http://p:8")], "direct"),
        (
            &[("HTTPS_PROXY", "http://p:8"), ("NO_PROXY", "example")],
            "direct",
        ),
        (
            &[("HTTPS_PROXY", "http://p:8"), ("no_proxy", "\"example\" ")],
            "direct",
        ),
        (
            &[
                ("HTTPS_PROXY", "http://p:8"),
                ("no_proxy", "elsewhere"),
                ("NO_PROXY", "example"),
            ],
            "HTTPS_PROXY http://p:8",
        ),
        // Who is reached directly needs no proxy that can be understood.
        (
            &[("HTTPS_PROXY", "http://p:x"), ("NO_PROXY", "example")],
            "direct",
        ),
    ];
    for (variables, expected) in rows {
        assert_eq!(way(variables, HOST), *expected, "{variables:?}");
    }
}

#[test]
fn loopback_is_behind_no_proxy() {
    let variables = [("HTTPS_PROXY", "http://p:8")];
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "::ffff:127.0.0.1",
    ] {
        assert_eq!(way(&variables, host), "direct", "{host}");
    }
    for host in ["localhost.example", "128.0.0.1", "::2", "notlocalhost"] {
        assert_eq!(way(&variables, host), "HTTPS_PROXY http://p:8", "{host}");
    }
}

#[test]
fn settings_that_are_understood() {
    for (text, expected) in [
        ("http://p:8", "http://p:8"),
        ("p:8", "http://p:8"),
        ("p", "http://p:1080"),
        ("http://p", "http://p:1080"),
        ("https://p", "https://p:443"),
        ("HTTP://P:8/", "http://P:8"),
        ("http:/p:8", "http://p:8"),
        ("http:///p:8", "http://p:8"),
        ("http://p:8/path?query", "http://p:8"),
        ("  http://p:8\r\n", "http://p:8"),
        ("\"http://p:8\"", "http://p:8"),
        ("'http://p:8'", "http://p:8"),
        ("\" http://p:8 \"", "http://p:8"),
        ("http://u:s@p:8", "http://p:8"),
        ("u:s@p:8", "http://p:8"),
        ("http://d%5Cu:s%23%40@p:8", "http://p:8"),
        ("http://u:100%@p:8", "http://p:8"),
        ("http://@p:8", "http://p:8"),
        ("http://p:", "http://p:1080"),
        ("http://[2001:db8::1]:8", "http://[2001:db8::1]:8"),
        ("http://[fe80::1%25eth0]:8", "http://fe80::1%25eth0:8"),
        ("socks://p", "socks4://p:1080"),
        ("socks4a://p:8", "socks4a://p:8"),
        ("socks5://p:8", "socks5://p:8"),
        ("SOCKS5H://u:s@p", "socks5h://p:1080"),
    ] {
        let expected = format!("HTTPS_PROXY {expected}");
        assert_eq!(way(&[("HTTPS_PROXY", text)], HOST), expected, "{text}");
    }
}

#[test]
fn a_setting_that_is_not_understood_stops_the_request_and_is_not_quoted() {
    for (text, expected) in [
        (
            "http://u:s3cr#et@p:8",
            "has a `#` in its user name or password",
        ),
        (
            "http://u:123#4@p:8",
            "has a `#` in its user name or password",
        ),
        (
            "http://u:s3cr/et@p:8",
            "has a `/` in its user name or password",
        ),
        (
            "http://u:s3cr?et@p:8",
            "has a `?` in its user name or password",
        ),
        ("u:s3cr#et@p:8", "has a `#` in its user name or password"),
        (
            "http://u:s3cr@et@p:8",
            "has an `@` in its user name or password",
        ),
        (
            "http://p:s3cret",
            "has a port that is no number from 1 to 65535",
        ),
        ("http://p:0", "has a port that is no number from 1 to 65535"),
        (
            "http://p:65536",
            "has a port that is no number from 1 to 65535",
        ),
        (
            "http://p:+8",
            "has a port that is no number from 1 to 65535",
        ),
        ("http://p:8:8", "has more than one colon"),
        ("http://2001:db8::1", "has more than one colon"),
        ("http://", "names no host"),
        ("http://:8", "names no host"),
        ("http://u:s3cret@", "names no host"),
        (
            "http://[2001:db8::1",
            "has an opening bracket without its end",
        ),
        ("http://[2001:db8::1]8", "has something between"),
        ("http://p roxy:8", "has a character in its host"),
        ("ftp://p:8", "names a protocol that is none of"),
        ("http+s3cret://p:8", "names a protocol that is none of"),
        ("http://u:%0as3cret@p:8", "has a control character"),
        ("http://u:%ffs3cret@p:8", "is no UTF-8"),
    ] {
        let said = way(&[("HTTPS_PROXY", text)], HOST);
        assert!(said.contains(expected), "{text}: {said}");
        assert!(said.contains("`HTTPS_PROXY`"), "{text}: {said}");
        assert!(!said.contains("s3cr"), "{text}: {said}");
    }
}

#[test]
fn credentials_are_decoded_and_never_shown() {
    let proxy = Proxy {
        address: Address::parse("http://d%5Cu:p%C3%A4ss%23@p:8").unwrap(),
        variable: "HTTPS_PROXY",
    };
    let authorization = proxy.address.basic_authorization().unwrap();
    // `d\u:päss#`
    assert_eq!(authorization, "Basic ZFx1OnDDpHNzIw==");
    for shown in [
        format!("{proxy}"),
        format!("{proxy:?}"),
        format!("{authorization:?}"),
    ] {
        assert!(!shown.contains("ss#") && !shown.contains("ZFx1"), "{shown}");
    }
}

/// curl is the judge: every proxy for one host, and every list for every host.
#[cfg(target_os = "linux")]
#[test]
fn hosts_go_where_curl_sends_them() {
    // Nobody listens at port 1, and names under `.invalid` lead nowhere (RFC 2606).
    let proxies = [
        "http://127.0.0.1:1",
        "",
        "127.0.0.1:1",
        "http://u:p%23@127.0.0.1:1/x",
        "http://u:a@b@127.0.0.1:1",
        "http://u:p#q@127.0.0.1:1",
        "http://u:p?q@127.0.0.1:1",
        "http://127.0.0.1:x",
        "http://127.0.0.1:65536",
        "ftp://127.0.0.1:1",
        "http:///127.0.0.1:1",
        "HTTP://127.0.0.1:1",
        "https://127.0.0.1:1",
        "socks4a://127.0.0.1:1",
        "socks5h://127.0.0.1:1",
        "http://proxy.invalid:1",
    ];
    let lists = [
        "",
        "*",
        "invalid",
        ".invalid",
        "a.invalid",
        "*.invalid",
        "b.invalid,a.invalid",
        "b.invalid, a.invalid",
        "nvalid",
        "A.INVALID.",
        "192.0.2.0/24",
        "192.0.2.0/25,127.0.0.1",
        "192.0.2.128/25",
        "192.0.2.1",
        "a.invalid:443",
        ",,invalid,",
    ];
    let hosts = ["a.invalid", "a.invalid.", "b.a.invalid", "192.0.2.1"];
    let one = proxies.map(|proxy| (proxy, "", "a.invalid"));
    let other = lists.map(|list| hosts.map(|host| ("http://127.0.0.1:1", list, host)));
    for (proxy, list, host) in one.into_iter().chain(other.into_iter().flatten()) {
        let Some(expected) = of_curl(proxy, list, host) else {
            return;
        };
        let ours = way(&[("HTTPS_PROXY", proxy), ("NO_PROXY", list)], host);
        let ours = ours.split(' ').next().unwrap();
        assert_eq!(ours, expected, "HTTPS_PROXY={proxy} NO_PROXY={list} {host}");
    }
}

/// Where curl goes, if it is on this machine.
#[cfg(target_os = "linux")]
fn of_curl(proxy: &str, list: &str, host: &str) -> Option<&'static str> {
    let output = std::process::Command::new("curl")
        .args(["--silent", "--show-error", "--verbose", "--max-time", "1"])
        .arg(format!("https://{host}/"))
        .env_clear()
        .envs([("HTTPS_PROXY", proxy), ("NO_PROXY", list)])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    Some(if said.contains("resolve proxy: proxy.invalid") {
        "HTTPS_PROXY"
    } else if said.contains("Unsupported proxy") {
        "error"
    } else if said.contains("127.0.0.1 port 1") || said.contains("127.0.0.1:1.") {
        "HTTPS_PROXY"
    } else {
        "direct"
    })
}
