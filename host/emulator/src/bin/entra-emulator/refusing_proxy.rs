//! A proxy that lets nobody through, for whoever wants to see what a program says then.

use std::{io, net::Ipv4Addr, str::FromStr};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// How every request is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal {
    /// With bytes that are no HTTP.
    Garbage,
    /// Not at all: the connection is closed.
    HangUp,
    /// Not at all: the connection stays.
    Silent,
    /// With this status.
    Status(u16),
}

impl FromStr for Refusal {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "garbage" => Ok(Self::Garbage),
            "hang-up" => Ok(Self::HangUp),
            "silent" => Ok(Self::Silent),
            text => match text.parse() {
                Ok(status @ 300..600) => Ok(Self::Status(status)),
                _ => Err("a status from 300 to 599, `garbage`, `silent` or `hang-up`"),
            },
        }
    }
}

/// Takes a free port of 127.0.0.1 and serves there until the process ends.
pub(crate) async fn start(refusal: Refusal) -> io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        // A listener that fails leaves clients without an answer, which is a refusal too.
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(refuse(stream, refusal));
        }
    });
    Ok(port)
}

/// Whatever goes wrong with a connection is its client's to notice.
async fn refuse(mut stream: TcpStream, refusal: Refusal) {
    if read_head(&mut stream).await.is_err() {
        return;
    }
    let answer = match refusal {
        Refusal::Garbage => "\u{1}\u{2}\u{3} this is no proxy\r\n\r\n".to_owned(),
        Refusal::HangUp => return,
        Refusal::Silent => return std::future::pending().await,
        Refusal::Status(status) => {
            let challenge = match status {
                407 => "proxy-authenticate: Basic realm=\"emulator\"\r\n",
                _ => "",
            };
            format!(
                "HTTP/1.1 {status} refused\r\n{challenge}content-type: text/html\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{PAGE}",
                PAGE.len()
            )
        }
    };
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

/// Reads until the empty line that ends a request's head.
async fn read_head(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < LARGEST_HEAD {
        head.push(stream.read_u8().await?);
    }
    Ok(())
}

/// Larger than any client's.
const LARGEST_HEAD: usize = 1 << 16;

const PAGE: &str = "<!DOCTYPE html><title>Refused</title><p>The policy does not allow this.</p>";
