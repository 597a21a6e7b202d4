//! A listener on loopback, and what comes to it.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::redirect_uri::RedirectUri;
use super::server::{Arrival, Site};
use super::stray::Stray;
use super::{failure, port, server};
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::capability::bindings::entra_auth::core::sign_in::{Page, ResponseMode};

/// Far more than a browser opens; each costs its buffers.
const MOST_CONNECTIONS: usize = 32;

/// How long a browser may take to fetch its page: it is on this machine.
const FETCH_LIMIT: Duration = Duration::from_secs(3);

/// A redirect URI that is listened to. Dropping it closes the port.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct Redirect {
    uri: String,
    house: House,
    arrivals: mpsc::Receiver<Arrival>,
    open: Arc<Open>,
}

impl Redirect {
    /// Starts to listen. Must be called within a runtime.
    pub(super) fn listen(uri: Option<&str>, ports: Option<(u16, u16)>) -> Result<Self, Failure> {
        let uri = RedirectUri::parse(uri)?;
        let bound = port::take(&uri.addresses(), range(&uri, ports)?)?;
        let (sender, arrivals) = mpsc::channel(MOST_CONNECTIONS);
        let site = Arc::new(Site::new(&uri, bound.port, MOST_CONNECTIONS));
        let mut listeners = Vec::new();
        let mut address = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), bound.port);
        if let Some(first) = bound.listeners.first() {
            address = first.local_addr().map_err(|error| cannot(&error))?;
        }
        for listener in bound.listeners {
            let listener =
                tokio::net::TcpListener::from_std(listener).map_err(|error| cannot(&error))?;
            let accepting = server::accept(listener, Arc::clone(&site), sender.clone());
            listeners.push(tokio::spawn(accepting).abort_handle());
        }
        Ok(Self {
            uri: uri.with_port(bound.port),
            house: House { site, address },
            arrivals,
            open: Arc::new(Open {
                listeners,
                is_closed: AtomicBool::new(false),
            }),
        })
    }

    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    pub(super) fn house(&self) -> House {
        self.house.clone()
    }

    /// The next request that can be an answer.
    pub(super) async fn wait(&mut self, limit: Duration) -> Result<Answer, Failure> {
        if self.open.is_closed() {
            return Err(closed());
        }
        match tokio::time::timeout(limit, self.arrivals.recv()).await {
            Ok(Some(arrival)) => Ok(Answer {
                arrival,
                site: Arc::clone(&self.house.site),
                open: Arc::clone(&self.open),
            }),
            Ok(None) => Err(closed()),
            Err(_) => {
                self.open.close().await;
                Err(timed_out())
            }
        }
    }
}

/// The server behind a port.
#[derive(Clone)]
pub(super) struct House {
    site: Arc<Site>,
    /// Where a browser finds it: a number, because browsers may ask `localhost` by https alone (HSTS).
    address: SocketAddr,
}

impl House {
    /// A one-time address that leads on to `url`.
    pub(super) fn entrance(&self, url: &str) -> Result<String, Failure> {
        let path = self.site.entrances.open(url);
        let path = path.map_err(|error| cannot(&error))?;
        Ok(format!("http://{}{path}", self.address))
    }
}

impl fmt::Debug for House {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(formatter)
    }
}

impl Drop for Redirect {
    fn drop(&mut self) {
        self.open.abort();
    }
}

/// A request that can be an answer; the browser waits for its page. Dropping it shows that it was ignored.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct Answer {
    arrival: Arrival,
    site: Arc<Site>,
    open: Arc<Open>,
}

impl Answer {
    pub(super) fn parameters(&self) -> &[(String, String)] {
        &self.arrival.parameters
    }

    pub(super) fn response_mode(&self) -> ResponseMode {
        self.arrival.response_mode
    }

    /// Shows the page, and waits until the browser has it.
    pub(super) async fn finish(&mut self, page: Page) -> Result<(), Failure> {
        let Some(verdict) = self.arrival.verdict.take() else {
            return Err(failure::new(
                Fault::Other,
                "the page was shown before",
                "report this as a fault of entra-auth-cli",
            ));
        };
        match page {
            // Who typed the address by hand brought nothing.
            Page::Ignored if self.arrival.parameters.is_empty() => {}
            Page::Ignored => self.site.told.tell(Stray::State),
            Page::Done | Page::Refused(_) => self.open.close().await,
        }
        // A window that was closed meanwhile needs no page.
        if verdict.send(page).is_ok() {
            let fetched = self.arrival.ended.changed();
            drop(tokio::time::timeout(FETCH_LIMIT, fetched).await);
        }
        Ok(())
    }
}

/// The port, while it is open.
struct Open {
    listeners: Vec<AbortHandle>,
    is_closed: AtomicBool,
}

impl Open {
    /// Closes the port at once.
    async fn close(&self) {
        self.abort();
        // The runtime drops what was aborted when it gets its turn.
        tokio::task::yield_now().await;
    }

    fn abort(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        for listener in &self.listeners {
            listener.abort();
        }
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }
}

/// The ports to try, if not any.
fn range(
    uri: &RedirectUri,
    ports: Option<(u16, u16)>,
) -> Result<Option<RangeInclusive<u16>>, Failure> {
    match ports {
        None => Ok(uri.port().map(|port| port..=port)),
        Some((0, 0)) => Ok(None),
        Some((first, last)) if first <= last => Ok(Some(first.max(1)..=last)),
        Some((first, last)) => Err(failure::new(
            Fault::Denied,
            format!("there is no port from {first} to {last}"),
            "name the lower port first, such as `8000-8100`",
        )),
    }
}

fn timed_out() -> Failure {
    failure::new(
        Fault::TimedOut,
        "timeout waiting for authentication callback: the browser brought no answer in time",
        "look at the browser: what is wrong with the application or its redirect URI is shown only there",
    )
}

fn closed() -> Failure {
    failure::new(
        Fault::Other,
        "the port of this sign-in is closed",
        "start the sign-in again",
    )
}

fn cannot(error: &io::Error) -> Failure {
    failure::new(
        Fault::Other,
        format!("cannot listen on loopback: {error}"),
        "try again",
    )
}
