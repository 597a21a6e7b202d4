//! Requests that nobody meant: bytes changed, cut, doubled and put in from another request. HTTP itself is hyper's to read,
//! which has fuzzers of its own; this is about what stands behind it.

use super::*;

/// With `FULL_LOOPS` set, as many as an hour takes.
const ROUNDS: u64 = 400;

/// Numbers that are the same in every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap()
    }
}

fn mutated(seeds: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    const ODD: &[u8] = b"\0\r\n :;/?&%=+\"\\\x7f\x80\xff09aA";
    let mut request = seeds[numbers.below(seeds.len())].clone();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(request.len());
        let end = at + numbers.below(request.len() - at);
        match numbers.below(5) {
            0 => request[at] = ODD[numbers.below(ODD.len())],
            1 => request[at] ^= 1 << numbers.below(8),
            2 => drop(request.drain(at..end)),
            3 => {
                let part = request[at..end].to_vec();
                request.splice(at..at, part);
            }
            _ => {
                let other = &seeds[numbers.below(seeds.len())];
                let from = numbers.below(other.len());
                request.splice(at..end, other[from..].iter().copied());
            }
        }
        if request.is_empty() {
            request.push(b'G');
        }
    }
    request
}

/// Sends all of it and reads the answer, whose end is not waited for long: half a request has none.
async fn answered(port: u16, request: &[u8]) -> Vec<u8> {
    let mut response = Vec::new();
    let mut socket = TcpStream::connect((V4, port)).await.unwrap();
    let _ = socket.write_all(request).await;
    let _ = socket.shutdown().await;
    let _ = timeout(
        Duration::from_millis(200),
        socket.read_to_end(&mut response),
    )
    .await;
    response
}

#[test]
fn whatever_comes_the_sign_in_goes_on_and_nothing_is_repeated() {
    let rounds = match std::env::var_os("FULL_LOOPS") {
        Some(_) => 500_000,
        None => ROUNDS,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (mut redirect, port) = listen(None);
        let entrance = redirect.house().entrance("https://login.example/?state=CANARY");
        let (_, path) = entrance.unwrap().split_once(&port.to_string()).map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let seeds: Vec<Vec<u8>> = [
            post("code=CANARY&state=CANARY"),
            get("/?code=CANARY&state=CANARY&error=x"),
            get(&path[..path.len() - 1]),
            "OPTIONS / HTTP/1.1\r\nHost: localhost:PORT\r\nOrigin: https://x\r\nAccess-Control-Request-Private-Network: true\r\n\r\n".to_owned(),
            format!("POST / HTTP/1.1\r\nHost: [::1]:PORT\r\n{FORM}Transfer-Encoding: chunked\r\n\r\n3\r\nco\x64\r\n0\r\n\r\n"),
        ]
        .map(|request| request.replace("PORT", &port.to_string()).into_bytes())
        .into();
        let strangers = tokio::spawn(async move {
            let mut numbers = Numbers(7);
            for round in 0..rounds {
                let request = mutated(&seeds, &mut numbers);
                let response = String::from_utf8_lossy(&answered(port, &request).await).into_owned();
                let shown = String::from_utf8_lossy(&request);
                // A preflight names the origin that asked.
                assert!(status(&response) == "204" || !response.contains("CANARY"), "{round}: {shown}");
                assert!(["none", "1", "2", "4"].iter().any(|start| status(&response).starts_with(start)), "{round}: {shown}");
                assert!(status(&response) != "200", "{round}: {shown}");
            }
            send(port, &post("code=good&state=good")).await
        });
        loop {
            let mut answer = redirect.wait(Duration::from_secs(3600)).await.unwrap();
            if answer.parameters() == pairs(&[("code", "good"), ("state", "good")]) {
                answer.finish(Page::Done).await.unwrap();
                break;
            }
            answer.finish(Page::Ignored).await.unwrap();
        }
        assert_eq!(status(&strangers.await.unwrap()), "200");
    });
}
