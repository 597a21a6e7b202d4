//! Who is at the other end of a connection on this machine, where the system tells.
//!
//! Another user who has learned the address of a sign-in could answer it with an account of their own.

use std::net::SocketAddr;

/// The two ends of a connection.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "only Linux tells whose a connection is")
)]
pub(super) struct Ends {
    pub(super) here: SocketAddr,
    pub(super) there: SocketAddr,
}

impl Ends {
    /// True if it is certain that another user than this one and the administrator is there. The administrator's own
    /// sign-in is often in the browser of the person behind `sudo`.
    pub(super) fn is_of_another_user(self) -> bool {
        owner::of(self).is_some_and(|there| is_foreign(there, owner::myself()))
    }
}

const fn is_foreign(there: u32, myself: u32) -> bool {
    there != myself && there != 0 && myself != 0
}

/// Linux lists the connections and whose they are ([proc_net_tcp](https://docs.kernel.org/networking/proc_net_tcp.html)).
#[cfg(target_os = "linux")]
mod owner {
    use std::fs;
    use std::net::{IpAddr, SocketAddr};

    use super::Ends;

    pub(super) fn myself() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    pub(super) fn of(ends: Ends) -> Option<u32> {
        let table = match ends.there {
            SocketAddr::V4(_) => "/proc/net/tcp",
            SocketAddr::V6(_) => "/proc/net/tcp6",
        };
        let [there, here] = [ends.there, ends.here].map(written);
        let table = fs::read_to_string(table).ok()?;
        let mut rows = table.lines().map(|line| line.split_ascii_whitespace());
        rows.find_map(|mut row| {
            let is_it = row.nth(1) == Some(&there) && row.next() == Some(&here);
            is_it.then(|| row.nth(4)?.parse().ok()).flatten()
        })
    }

    /// Words of four bytes as this machine has them in memory.
    fn written(address: SocketAddr) -> String {
        let bytes = match address.ip() {
            IpAddr::V4(ip) => ip.octets().to_vec(),
            IpAddr::V6(ip) => ip.octets().to_vec(),
        };
        let words = bytes.chunks(4).map(|word| {
            let word = word.try_into().map_or(0, u32::from_ne_bytes);
            format!("{word:08X}")
        });
        format!("{}:{:04X}", words.collect::<String>(), address.port())
    }
}

#[cfg(not(target_os = "linux"))]
mod owner {
    use super::Ends;

    pub(super) const fn myself() -> u32 {
        0
    }

    pub(super) const fn of(_ends: Ends) -> Option<u32> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_user_is_neither_this_one_nor_the_administrator() {
        for (there, myself, expected) in [
            (1000, 1000, false),
            (1001, 1000, true),
            (65534, 1000, true),
            (0, 1000, false),
            (1000, 0, false),
            (0, 0, false),
        ] {
            assert_eq!(is_foreign(there, myself), expected, "{there} {myself}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_owner_of_a_connection_is_found() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = std::net::TcpListener::bind(address) else {
                continue;
            };
            let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (server, there) = listener.accept().unwrap();
            let here = server.local_addr().unwrap();
            assert_eq!(
                owner::of(Ends { here, there }),
                Some(owner::myself()),
                "{address}"
            );
            drop(client);
            let nobody = SocketAddr::new(there.ip(), 1);
            assert_eq!(
                owner::of(Ends {
                    here,
                    there: nobody
                }),
                None,
                "{address}"
            );
        }
    }
}
