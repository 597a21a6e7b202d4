//! The hosts that documents name, on this machine: Entra, Microsoft Graph and a protected API, behind a proxy.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{
    CLIENT_ID, Emulator, PROGRAM, SECRET, User, foreign_program, python_packages, workspace,
};

/// A public client of the emulator's tenant, and the registration of its API.
const PUBLIC_CLIENT: &str = "88888888-7777-6666-5555-444444444444";
const YOUR_API: &str = "77777777-6666-5555-4444-333333333333";

/// An emulator that is `login.microsoftonline.com` and `graph.microsoft.com`, and an API at the hosts of `mycompany.com` that
/// checks tokens with a library that nobody here wrote. Ended when dropped.
pub(crate) struct Internet {
    emulator: Emulator,
    process: Child,
    proxy: String,
    folder: TempDir,
    /// Has the profiles that documents name; others start with a copy.
    reader: User,
}

impl Internet {
    /// Nothing if Python's packages are not installed.
    pub(crate) fn start() -> Option<Self> {
        let python = foreign_program("python3")?;
        let packages = python_packages()?;
        let folder = tempfile::tempdir().unwrap();
        let authority = folder.path().join("authority.pem");
        let names = ["login.microsoftonline.com", "graph.microsoft.com"];
        let emulator = Emulator::start_named(&authority, &names);
        let mut process = Command::new(python)
            .env("PYTHONPATH", packages)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(workspace().join("tests/python/internet.py"))
            .arg(emulator.port())
            .args([&authority, &folder.path().join("bundle.pem")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut proxy = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut proxy)
            .unwrap();
        assert!(!proxy.is_empty(), "the internet did not start");
        let internet = Self {
            emulator,
            process,
            proxy: proxy.trim().to_owned(),
            folder,
            reader: User::new(),
        };
        create_profiles(&internet.reader);
        Some(internet)
    }

    /// Where a platform's token comes from, such as `github-actions`.
    pub(crate) fn platform(&self, name: &str) -> String {
        format!("https://localhost:{}/external/{name}", self.emulator.port())
    }

    /// What clients have to trust.
    fn bundle(&self) -> PathBuf {
        self.folder.path().join("bundle.pem")
    }

    /// A user with this network, the program on the path, and the profiles that documents name.
    pub(crate) fn user(&self) -> User {
        let mut user = User::new();
        let programs = Path::new(PROGRAM).parent().unwrap().to_str().unwrap();
        let bundle = self.bundle();
        let browser = user.home().join("browser");
        fs::write(&browser, BROWSER).unwrap();
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
        for (name, value) in [
            (
                "PATH",
                format!("{programs}:{}", std::env::var("PATH").unwrap()).as_str(),
            ),
            ("HTTPS_PROXY", &self.proxy),
            ("NO_PROXY", "localhost,127.0.0.1"),
            ("CURL_CA_BUNDLE", bundle.to_str().unwrap()),
            ("ENTRA_AUTH_CLI_CA_FILE", bundle.to_str().unwrap()),
            ("BROWSER", browser.to_str().unwrap()),
            ("SECRET", SECRET),
            ("PFX_PASSWORD", "emulator"),
            ("PASSPHRASE", super::PASSPHRASE),
        ] {
            user.set(name, value);
        }
        let key = workspace().join("host/emulator/key/client-credential/client.pfx");
        fs::copy(key, user.home().join("client.pfx")).unwrap();
        for (file, content) in self.reader.files() {
            let file = file.strip_prefix(self.reader.config()).unwrap();
            fs::write(user.config().join(file), content).unwrap();
        }
        user
    }
}

fn create_profiles(user: &User) {
    for name in SERVICES {
        create(
            user,
            name,
            CLIENT_ID,
            SECRET,
            "--scope api://your-api-id/.default",
        );
    }
    let graph = "--scope https://graph.microsoft.com/.default";
    create(user, "directory-reader", CLIENT_ID, SECRET, graph);
    let downstream = "--scope api://downstream-api/.default";
    create(user, "my-api", YOUR_API, "your-api-secret", downstream);
    let line = "--auth-method Public --scope api://your-api-id/access_as_user";
    create(user, "my-api-user", PUBLIC_CLIENT, "", line);
}

fn create(user: &User, name: &str, client: &str, secret: &str, options: &str) {
    let secret_option = if secret.is_empty() {
        ""
    } else {
        "--client-secret -"
    };
    let line = format!(
        "config create --non-interactive --name {name} --tenant-id contoso.onmicrosoft.com --client-id {client} \
         {secret_option} {options}"
    );
    user.run_with(&line, secret).quiet_success();
}

impl Drop for Internet {
    fn drop(&mut self) {
        // It may have ended by itself; the test has its own verdict by now.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Profiles of services, as documents name them.
const SERVICES: [&str; 8] = [
    "api1-client",
    "api2-client",
    "graphql-api",
    "my-api-client",
    "my-api-test",
    "myapi-dev",
    "myapi-prod",
    "myapi-staging",
];

/// Stands in for a browser at which somebody is signed in already: the page posts its form by itself.
const BROWSER: &str = r#"#!/usr/bin/env python3
import html, os, re, ssl, sys, urllib.parse, urllib.request
trust = ssl.create_default_context(cafile=os.environ["CURL_CA_BUNDLE"])
browser = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trust))
page = browser.open(sys.argv[1]).read().decode()
action = html.unescape(re.search(r'action="([^"]+)"', page).group(1))
fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page)
form = urllib.parse.urlencode([(html.unescape(n), html.unescape(v)) for n, v in fields]).encode()
browser.open(action, form).read()
"#;
