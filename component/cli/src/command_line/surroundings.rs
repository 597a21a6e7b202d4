//! What a call takes from its surroundings, besides its options: variables, files, and how it ends. The manual page shows
//! it, and `docs/environment.md` says the same at more length.

/// Variables, and what each is for.
pub(crate) const VARIABLES: &[(&str, &str)] = &[
    (
        "ENTRA_TOKEN_PROFILE",
        "The profile that counts where none is named.",
    ),
    (
        "AZURE_TENANT_ID",
        "With AZURE_CLIENT_ID the client that counts without a profile.",
    ),
    (
        "AZURE_CLIENT_ID",
        "See AZURE_TENANT_ID. For a managed identity: which one is meant.",
    ),
    (
        "AZURE_CLIENT_SECRET",
        "Its secret, and that of a profile that has none stored.",
    ),
    (
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "Its certificate with the key in the same file, in place of the secret.",
    ),
    (
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "The password of the certificate's file.",
    ),
    (
        "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
        "1 or true: the chain is sent too.",
    ),
    (
        "AZURE_FEDERATED_TOKEN_FILE",
        "A file with its federated token, as workload identity sets it.",
    ),
    (
        "AZURE_AUTHORITY_HOST",
        "Another cloud, or an emulator, for these variables.",
    ),
    (
        "ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "Set by GitHub Actions for federated tokens.",
    ),
    (
        "SYSTEM_OIDCREQUESTURI, SYSTEM_ACCESSTOKEN, AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "The same in Azure Pipelines.",
    ),
    (
        "IDENTITY_ENDPOINT, IDENTITY_HEADER, IDENTITY_SERVER_THUMBPRINT, IMDS_ENDPOINT, MSI_ENDPOINT, MSI_SECRET, AZURE_POD_IDENTITY_AUTHORITY_HOST, DEFAULT_IDENTITY_CLIENT_ID, ProgramData",
        "Set by platforms of Azure for managed identities.",
    ),
    (
        "ENTRA_AUTH_CLI_SECRET_STORE",
        "Where secrets are kept: keyring, file or none. By itself: the keyring if one answers, else the file.",
    ),
    (
        "ENTRA_AUTH_CLI_PASSPHRASE",
        "Opens the encrypted file of secrets, so that nobody is asked.",
    ),
    (
        "ENTRA_AUTH_CLI_PASSPHRASE_FD",
        "The number of an open file or pipe with that passphrase, which no other process sees.",
    ),
    (
        "ENTRA_AUTH_CLI_EXPORT_PASSPHRASE",
        "Seals and opens exports with secrets.",
    ),
    (
        "ENTRA_AUTH_CLI_KEY_TIMEOUT",
        "For how many seconds the kernel keeps what the keyring or a typed passphrase opened: 900; 0 keeps nothing.",
    ),
    (
        "ENTRA_AUTH_CLI_CACHE_KEY",
        "Seals cached tokens where no store can keep a key; cache-key prints one.",
    ),
    (
        "ENTRA_AUTH_CLI_CONFIG_PATH, ENTRA_TOKEN_HOME",
        "Another folder for profiles, secrets and cached tokens; the second is an older name.",
    ),
    (
        "XDG_CONFIG_HOME, XDG_CACHE_HOME",
        "On Linux: the folders in which those of this program are.",
    ),
    (
        "ENTRA_AUTH_CLI_CA_FILE",
        "Certificate authorities to trust besides the system's.",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "On Linux: in place of the system's.",
    ),
    (
        "HTTPS_PROXY, https_proxy, ALL_PROXY, all_proxy",
        "The proxy; the first that is set counts.",
    ),
    ("NO_PROXY, no_proxy", "Hosts that are reached without it."),
    ("BROWSER", "The browser for signing in."),
    (
        "DISPLAY, WAYLAND_DISPLAY",
        "On Linux: without either, only a browser that BROWSER names is started; else the device code takes over.",
    ),
    (
        "DBUS_SESSION_BUS_ADDRESS",
        "On Linux: where the keyring is.",
    ),
    ("NO_COLOR", "No colours, as by --no-color."),
    (
        "CI, TF_BUILD, GITHUB_ACTIONS, JENKINS_URL",
        "Set by build systems: nobody is there to sign in.",
    ),
    (
        "COMP_LINE, COMP_POINT",
        "Set by shells that ask what may come next.",
    ),
    (
        "COLUMNS",
        "The width of the terminal, where it cannot be asked for it.",
    ),
];

/// Files and folders, and what is in each.
pub(crate) const FILES: &[(&str, &str)] = &[
    (
        "~/.config/entra-auth-cli/profiles.json",
        "Profiles, without secrets.",
    ),
    (
        "~/.config/entra-auth-cli/secrets.sealed",
        "Secrets, where there is no keyring; a passphrase opens it.",
    ),
    ("~/.cache/entra-auth-cli/tokens/", "Cached tokens, sealed."),
];
