//! Text armour around keys and certificates (RFC 7468).

/// The base64 text between the first pair of markers.
pub(crate) fn content(pem: &str) -> String {
    block(pem, "-----BEGIN ")
}

/// The same of the first certificate, whatever stands before it, such as its key.
pub(crate) fn certificate(pem: &str) -> String {
    block(pem, "-----BEGIN CERTIFICATE-----")
}

fn block(pem: &str, begin: &str) -> String {
    pem.lines()
        .skip_while(|line| !line.starts_with(begin))
        .skip(1)
        .take_while(|line| !line.starts_with("-----END "))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_block_counts() {
        for (pem, expected) in [
            ("note\n-----BEGIN A-----\nab\ncd\n-----END A-----\n", "abcd"),
            (
                "-----BEGIN A-----\r\nab\r\n-----END A-----\r\n-----BEGIN A-----\r\ncd\r\n",
                "ab",
            ),
            ("abcd", ""),
        ] {
            assert_eq!(content(pem), expected);
        }
    }

    #[test]
    fn a_certificate_is_found_behind_its_key() {
        let pem = "-----BEGIN PRIVATE KEY-----\nab\n-----END PRIVATE KEY-----\n\
                   -----BEGIN CERTIFICATE-----\ncd\n-----END CERTIFICATE-----\n";
        assert_eq!(certificate(pem), "cd");
        assert_eq!(certificate("-----BEGIN PRIVATE KEY-----\nab\n"), "");
    }
}
