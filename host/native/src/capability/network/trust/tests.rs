use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use super::*;

type Authority = CertifiedIssuer<'static, KeyPair>;

const LIMIT: Duration = Duration::from_secs(30);

fn authority(name: &str) -> Authority {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

/// For `login.test`, as `change` makes it.
fn parameters(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut parameters = CertificateParams::new(vec!["login.test".to_owned()]).unwrap();
    parameters
        .distinguished_name
        .push(DnType::CommonName, "the server");
    change(&mut parameters);
    parameters
}

fn trust(file: &Path) -> Trust {
    Trust::from_variables(|name| (name == CA_FILE).then(|| OsString::from(file)), None)
}

/// What a client that trusts the authorities in `file` says of a server with this certificate.
fn said(file: &Path, certificate: CertificateDer<'static>, key: &KeyPair) -> Result<(), Cause> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, server) = tokio::io::duplex(64 * 1024);
        tokio::spawn(TlsAcceptor::from(Arc::new(config)).accept(server));
        trust(file)
            .handshake(Box::new(client), "login.test", "`login.test`", LIMIT)
            .await
            .map(drop)
    })
}

#[test]
#[cfg_attr(
    windows,
    ignore = "Wine 8 knows no CERT_CHAIN_ENGINE_CONFIG with dwExclusiveFlags"
)]
fn every_fault_of_a_certificate_has_words_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let trusted = authority("Contoso CA");
    let other = authority("Proxy CA");
    fs::write(&file, trusted.pem()).unwrap();
    type Change = fn(&mut CertificateParams);
    let rows: [(&str, Change, &Authority, [&str; 3]); 7] = [
        ("good", |_| {}, &trusted, ["", "", ""]),
        (
            "expired",
            |p| {
                p.not_before = date_time_ymd(2020, 1, 1);
                p.not_after = date_time_ymd(2021, 2, 3);
            },
            &trusted,
            [
                "its certificate expired on 2021-02-03T00:00:00Z (subject `CN=the server`, issuer `CN=Contoso CA`)",
                "has to renew it",
                "the clock of this machine",
            ],
        ),
        (
            "not yet valid",
            |p| {
                p.not_before = date_time_ymd(2099, 1, 1);
                p.not_after = date_time_ymd(2100, 1, 1);
            },
            &trusted,
            [
                "its certificate is valid only from 2099-01-01T00:00:00Z on",
                "correct the clock of this machine",
                "it says 2",
            ],
        ),
        (
            "other name",
            |p| {
                p.subject_alt_names =
                    CertificateParams::new(vec!["portal.test".to_owned(), "192.0.2.7".to_owned()])
                        .unwrap()
                        .subject_alt_names;
            },
            &trusted,
            [
                "its certificate is for `portal.test`, `192.0.2.7`, not for `login.test`",
                "check the spelling of the host",
                "sign-in page of a network",
            ],
        ),
        (
            "unknown issuer",
            |_| {},
            &other,
            [
                "its certificate was issued by nobody whom this system trusts",
                "put its CA (`CN=Proxy CA`)",
                "ENTRA_AUTH_CLI_CA_FILE",
            ],
        ),
        (
            "authority",
            |p| p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
            &trusted,
            [
                "its certificate is that of a certificate authority",
                "without `CA:TRUE`",
                "signed by that authority",
            ],
        ),
        (
            "for clients",
            |p| p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth],
            &trusted,
            [
                "its certificate is made for another purpose than servers",
                "`serverAuth`",
                "subject",
            ],
        ),
    ];
    for (name, change, issuer, expected) in rows {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters(change).signed_by(&key, issuer).unwrap();
        match said(&file, certificate.der().clone(), &key) {
            Ok(()) => assert_eq!(name, "good"),
            Err(cause) => {
                assert_eq!(cause.fault, Fault::Untrusted, "{name}");
                let text = format!("{} {}", cause.message, cause.hint);
                assert!(
                    text.starts_with("`login.test` could not prove who it is: "),
                    "{text}"
                );
                for part in expected {
                    assert!(text.contains(part), "{name}: {text}");
                }
                assert_ne!(name, "good");
            }
        }
    }
    let key = KeyPair::generate().unwrap();
    let own = parameters(|_| {}).self_signed(&key).unwrap();
    let cause = said(&file, own.der().clone(), &key).unwrap_err();
    assert!(
        cause
            .message
            .contains("its certificate is signed by itself"),
        "{cause:?}"
    );
    // Something else by the same name is trusted, then this as well.
    fs::write(&file, authority("the server").pem()).unwrap();
    let cause = said(&file, own.der().clone(), &key).unwrap_err();
    assert!(cause.message.contains("signed by itself"), "{cause:?}");
    assert!(cause.hint.contains(CA_FILE), "{cause:?}");
    fs::write(&file, own.pem()).unwrap();
    said(&file, own.der().clone(), &key).unwrap();
    // An authority that was made anew.
    fs::write(&file, authority("Proxy CA").pem()).unwrap();
    let certificate = parameters(|_| {}).signed_by(&key, &other).unwrap();
    let cause = said(&file, certificate.der().clone(), &key).unwrap_err();
    assert!(
        cause.message.contains("is not that of the issuer") && cause.hint.contains(CA_FILE),
        "{cause:?}"
    );
}

/// Libraries have one name for it and for what cannot be read at all.
#[test]
fn version_1_and_what_is_no_certificate() {
    let old = BASE64_STANDARD.decode(VERSION_1).unwrap();
    let name = ServerName::try_from("login.test").unwrap();
    for (der, expected) in [
        (old.as_slice(), "is of version 1"),
        (b"\x30\x00", "cannot be read"),
    ] {
        let error = rustls::CertificateError::BadEncoding;
        let distrust = certificate::fault(&error, &der.into(), &[], &name, UnixTime::now());
        assert!(distrust.why.contains(expected), "{distrust:?}");
    }
}

#[test]
#[cfg_attr(
    windows,
    ignore = "Wine 8 knows no CERT_CHAIN_ENGINE_CONFIG with dwExclusiveFlags"
)]
fn a_peer_that_speaks_no_tls_or_goes_away() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, authority("Contoso CA").pem()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for (answer, fault, expected) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            Fault::Untrusted,
            "what it answered is no TLS",
        ),
        // `handshake_failure` (RFC 8446 section 6.2).
        (
            b"\x15\x03\x03\x00\x02\x02\x28",
            Fault::Untrusted,
            "no version or cipher in common",
        ),
        (
            b"\x15\x03\x03\x00\x02\x02\x70",
            Fault::Untrusted,
            "does not know this host name",
        ),
        (b"", Fault::Unreachable, "the connection was closed"),
    ] {
        let cause = runtime.block_on(async {
            let (client, mut server) = tokio::io::duplex(64 * 1024);
            AsyncWriteExt::write_all(&mut server, answer).await.unwrap();
            AsyncWriteExt::shutdown(&mut server).await.unwrap();
            let shaken = trust(&file)
                .handshake(Box::new(client), "login.test", "`login.test`", LIMIT)
                .await;
            shaken.map(drop).unwrap_err()
        });
        assert_eq!(cause.fault, fault, "{cause:?}");
        assert!(cause.message.contains(expected), "{cause:?}");
    }
}

#[test]
#[cfg_attr(
    windows,
    ignore = "Wine 8 knows no CERT_CHAIN_ENGINE_CONFIG with dwExclusiveFlags"
)]
fn a_server_that_asks_for_a_client_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let trusted = authority("Contoso CA");
    fs::write(&file, trusted.pem()).unwrap();
    let expected =
        "the TLS handshake with `login.test` failed: the other side wants a client certificate";
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for (version, asks) in [
        (&rustls::version::TLS12, false),
        (&rustls::version::TLS12, true),
        (&rustls::version::TLS13, false),
        (&rustls::version::TLS13, true),
    ] {
        let (connecting, was_asked) = runtime.block_on(async {
            let (client, server) = tokio::io::duplex(64 * 1024);
            let config = asking(&trusted, version, asks);
            tokio::spawn(async move {
                let accepted = TlsAcceptor::from(Arc::new(config)).accept(server).await;
                if let Ok(mut stream) = accepted {
                    drop(stream.write_all(b"!").await);
                }
            });
            let config = trust(&file).read().unwrap();
            let name = ServerName::try_from("login.test").unwrap();
            let connecting = asked::told(TlsConnector::from(config).connect(name, client));
            let (connected, was_asked) = connecting.await;
            let answered = match connected {
                Ok(mut stream) => stream.read_u8().await,
                Err(error) => Err(error),
            };
            (answered, was_asked)
        });
        assert_eq!(was_asked, asks, "{version:?}");
        match connecting {
            Ok(byte) => assert!(byte == b'!' && !asks, "{version:?}"),
            Err(error) => {
                let cause = refused(&error, "`login.test`").unwrap();
                assert!(asks && cause.message.starts_with(expected), "{cause:?}");
                assert_eq!(cause.fault, Fault::Untrusted);
            }
        }
    }
    // The alert of many servers up to TLS 1.2.
    let alert = rustls::Error::AlertReceived(rustls::AlertDescription::HandshakeFailure);
    let error = std::io::Error::other(alert);
    for (was_asked, words) in [
        (true, "wants a client certificate"),
        (false, "no version or cipher in common"),
    ] {
        let attempt = Attempt {
            host: "login.test",
            whom: "`login.test`",
            limit: LIMIT,
            was_asked,
        };
        let cause = handshake::failed(&error, &attempt);
        assert!(cause.message.contains(words), "{cause:?}");
        assert!(refused(&error, "").is_none());
    }
}

/// For a server that asks for a certificate of `issuer`, or for none.
fn asking(
    issuer: &Authority,
    version: &'static rustls::SupportedProtocolVersion,
    asks: bool,
) -> ServerConfig {
    let provider = Arc::new(ring::default_provider());
    let key = KeyPair::generate().unwrap();
    let certificate = parameters(|_| {}).signed_by(&key, issuer).unwrap();
    let mut authorities = rustls::RootCertStore::empty();
    authorities.add(issuer.der().clone()).unwrap();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .unwrap();
    let builder = match asks {
        false => builder.with_no_client_auth(),
        true => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), provider)
                .build()
                .unwrap(),
        ),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    builder
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}

#[test]
fn authorities_are_read_as_everybody_reads_bundles() {
    let [one, two] = ["one", "two"].map(|name| authority(name).pem());
    let three = authority("three");
    let der = three.der();
    let broken = one.replacen('M', "!", 1);
    let damaged = one.replacen("MIIB", "MIIC", 1);
    let utf16 = |text: &str, mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(unit);
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    let rows: [(&str, Vec<u8>, usize, usize); 16] = [
        ("one", one.clone().into(), 1, 0),
        ("two", format!("{one}{two}").into(), 2, 0),
        ("twice the same", format!("{one}{one}").into(), 1, 0),
        (
            "with remarks",
            format!("# Contoso\n{one}\nsubject=x\n{two}").into(),
            2,
            0,
        ),
        ("one broken", format!("{one}{broken}{two}").into(), 2, 1),
        ("one damaged", format!("{damaged}{two}").into(), 1, 1),
        (
            "without its end",
            format!("{}{two}", one.replace("-----END CERTIFICATE-----", "")).into(),
            2,
            0,
        ),
        (
            "old Mac and Windows",
            one.replace('\n', "\r\n").into(),
            1,
            0,
        ),
        ("on one line", one.replace('\n', "\\n").into(), 1, 0),
        ("with a mark", format!("\u{feff}{one}").into(), 1, 0),
        ("UTF-16", utf16(&one, b"\xff\xfe", u16::to_le_bytes), 1, 0),
        (
            "UTF-16, big end first",
            utf16(&one, b"\xfe\xff", u16::to_be_bytes),
            1,
            0,
        ),
        (
            "UTF-16 without a mark",
            utf16(&one, b"", u16::to_le_bytes),
            1,
            0,
        ),
        ("DER", der.to_vec(), 1, 0),
        ("base64 alone", BASE64_STANDARD.encode(der).into(), 1, 0),
        (
            "with a key",
            format!("{}{one}", KeyPair::generate().unwrap().serialize_pem()).into(),
            1,
            0,
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    for (name, content, usable, skipped) in rows {
        fs::write(&file, content).unwrap();
        let bundle = bundle::read(CA_FILE, &file).unwrap();
        assert_eq!(
            (bundle.authorities.len(), bundle.skipped),
            (usable, skipped),
            "{name}"
        );
    }
}

#[test]
fn a_file_without_authorities_is_named_with_what_it_is() {
    let key = KeyPair::generate().unwrap();
    let [pem, der] = [key.serialize_pem().into_bytes(), key.serialize_der()];
    let broken = authority("one").pem().replacen("MIIB", "MIIC", 1);
    let broken_with_key = format!("{}{broken}", key.serialize_pem());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    for (content, expected) in [
        (&b""[..], "which is empty"),
        (b"hello", "which holds no certificate"),
        (&pem, "which holds a private key and no certificate"),
        (&der, "which holds a private key and no certificate"),
        (broken.as_bytes(), "whose certificate cannot be used"),
        (
            broken_with_key.as_bytes(),
            "whose certificate cannot be used",
        ),
        (
            b"-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n",
            "which is a PKCS#7 file",
        ),
        // `PFX`, with a length of either kind that is in use (X.690 section 8.1.3).
        (
            b"\x30\x82\x00\x05\x02\x01\x03\x30\x00",
            "which is a PKCS#12 file",
        ),
        (
            b"\x30\x80\x02\x01\x03\x30\x00\x00\x00",
            "which is a PKCS#12 file",
        ),
    ] {
        fs::write(&file, content).unwrap();
        let cause = bundle::read(CA_FILE, &file).unwrap_err();
        assert!(cause.message.contains(expected), "{cause:?}");
        let name = format!("`{CA_FILE}` names `{}`", file.display());
        assert!(cause.message.starts_with(&name), "{cause:?}");
    }
    // As each system says it.
    let [missing, directory] = if cfg!(windows) {
        ["file not found", "access denied"]
    } else {
        ["no such file", "is a directory"]
    };
    for (path, why) in [
        (folder.path().join("none"), missing),
        (folder.path().to_owned(), directory),
    ] {
        let cause = bundle::read(CA_FILE, &path).unwrap_err();
        let expected = format!("which cannot be read: {why}");
        assert!(cause.message.contains(&expected), "{cause:?}");
    }
}

/// The system keeps its authorities in files.
#[test]
#[cfg(all(unix, not(target_os = "macos")))]
fn a_variable_that_leads_to_no_authorities_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let [empty, wide] = ["empty.pem", "wide.pem"].map(|name| folder.path().join(name));
    fs::write(&empty, "").unwrap();
    let units = authority("one").pem();
    let units: Vec<u8> = units.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(&wide, units).unwrap();
    let none = folder.path().join("none");
    let [none, folder] = [none.as_path(), folder.path()];
    for (variable, path, expected) in [
        ("SSL_CERT_FILE", none, "which cannot be read: no such file"),
        ("SSL_CERT_FILE", &empty, "which is empty"),
        ("SSL_CERT_FILE", folder, "which cannot be read: is a dir"),
        ("SSL_CERT_FILE", &wide, "which is no text in ASCII"),
        ("SSL_CERT_DIR", none, "which cannot be read: no such file"),
        ("SSL_CERT_DIR", folder, "in which there are none"),
    ] {
        let find = |name: &str| (name == variable).then(|| OsString::from(path));
        let cause = Places::from_variables(find).why_none();
        let start = format!("`{variable}` names `{}`, {expected}", path.display());
        assert!(cause.message.starts_with(&start), "{cause:?}");
        assert!(!cause.hint.is_empty());
    }
    let cause = Places::from_variables(|_| None).why_none();
    assert!(cause.hint.contains("ca-certificates"), "{cause:?}");
}

#[test]
fn a_file_is_named_from_the_home_folder() {
    let find = |name: &str| (name == CA_FILE).then(|| OsString::from("'~/ca.pem'"));
    let trust = Trust::from_variables(find, Some(Path::new("/home/u")));
    assert_eq!(trust.file, Some(PathBuf::from("/home/u/ca.pem")));
}

/// Made by `openssl x509 -req` without `-extfile`.
const VERSION_1: &str = concat!(
    "MIICvTCCAaUCFEQUMVf0eIC9Y1Fhzaa0g+V0JZ3GMA0GCSqGSIb3DQEBCwUAMCQxEDAOBgNVBAoMB0NvbnRvc28xEDAOBgNVBAMM",
    "B1Rlc3QgQ0EwHhcNMjYxMTI3MTkxMzIzWhcNMjYxMjI3MTkxMzIzWjASMRAwDgYDVQQDDAd2MS50ZXN0MIIBIjANBgkqhkiG9w0B",
    "AQEFAAOCAQ8AMIIBCgKCAQEA5N+ZocCdhpbxF9/0eS1R4wiKjEN22NHEoxOFmyE3hDkkhgMDTMPdsDEWk4BxWSTxQPw83u068W3X",
    "kJH7KzlaZxqx9Avi9Tj87LpurwVg1WPkDrswe3EL0GEX8QyOD/lQoPagH/fGVk52HFMWWl+whB7MnGxDtV7FaElPk4bc5vpflGlv",
    "WlfEdm54cDsAla4FdTcv0itzQ+x52/CFOdCBlh13V2lDndMkKJvjBGoiVWPdNayHvOOkJUfzcYBknDdD8YJt4XkYQ5KjKiWRJkHw",
    "HqhxKlt0+DDccGnlWy6KIF+3izAgxP6RDHeWexRlRQVTH8y0kxEcH55CJSDjNk1bLwIDAQABMA0GCSqGSIb3DQEBCwUAA4IBAQBV",
    "q6ChN6oZee/JN3nGWFwUfrTaLMchIj6K5Gr8gZwAktLDEXFvWt8t0XnOCw8OvZIZo/s2pVH66k+EMGjNRIBf5IbXydvx7eAdctsf",
    "PIGp6hPZvQCGDGfPgI8dTzYoGzvVueenN159P963WXpxYj9HDTKxd5GiVLedHtnQipwrfUyxcdJukbRLFu9yv2sfQUzQb8wTN/nk",
    "ySDJXtUVxi9K3WQTRjKefIZI/eADrGPvRR5t5yefAv8ie7Jlx/5RJ3vCR6r0VRWehvVLiQXMNK8ansll/dOLX77DIB0nNmkMd76E",
    "ZAvuRo96Htylo+UPaiG4uXbJEYb4GfM1lLafzMsu",
);
