//! Certificate files in every form that `openssl` writes: what it opens, opens here, and what it does not is refused by its reason.
#![cfg(test)]
#![cfg(unix)]

mod support;

use std::path::Path;
use std::process::Command;

use support::{CLIENT_ID, Emulator, User, foreign_program, rows};

/// What the emulator says of a certificate that nobody registered: then it was opened, and something was signed with it.
const OPENED: &str = "AADSTS700027";

/// How the file `f` is made from the key `k` and the certificate `c`, how `openssl` opens it, and the error if it is of no use
/// all the same. The password is `pässwort`; `¦` is a pipe.
const FILES: &str = r#"
$P -out f                                                             | $O         |
$P -out f -certpbe AES-128-CBC -keypbe AES-128-CBC -macalg sha1       | $O         |
$P -out f -certpbe AES-256-CBC -keypbe AES-192-CBC -macalg sha384     | $O         |
$P -out f -certpbe NONE -keypbe AES-256-CBC -macalg sha512            | $O         |
$P -out f -certpbe NONE -keypbe NONE                                  | $O         |
$P -out f -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1   | $O         |
$P -out f -certpbe DES-EDE3-CBC -keypbe DES-EDE3-CBC                  | $O         |
$P -out f -legacy                                                     | $O -legacy |
$P -out f -nomac                                                      | $O         |
$P -out f -nomaciter                                                  | $O         |
$P -out f -macalg sha224                                              | $O         |
$P -out f -iter 1                                                     | $O         |
$P -out f -iter 100000                                                | $O         |
$P -out f -certfile ca -name "a friend's name" -caname "another's"    | $O         |
$P -out f -CSP "Microsoft Enhanced" -LMK -keyex                       | $O         |
$P -out g; base64 g > f                                               | base64 -d f > g; $P2 g |
$P -out g; base64 -w 0 g > f                                          | base64 -d f > g; $P2 g |
$P -out g; base64 -w 0 g ¦ base64 > f                                 | base64 -d f ¦ base64 -d > g; $P2 g |
$P -out g; $P2 g -out f                                               | openssl pkey -in f -noout |
$P -out g; $P2 g ¦ sed 's/$/\r/' > f                                 | openssl pkey -in f -noout |
cat k c > f                                                           | openssl pkey -in f -noout |
cat ca c other.c k > f                                                | openssl pkey -in f -noout |
cat other.k k c > f                                                   | true       |
openssl x509 -in c -text > f; cat k >> f                              | openssl x509 -in f -noout |
openssl x509 -in c -trustout -addtrust clientAuth > f; cat k >> f     | openssl x509 -in f -noout |
openssl rsa -in k -traditional > f; cat c >> f                        | openssl rsa -in f -noout |
openssl rsa -in k -traditional -aes128 $W > f; cat c >> f             | openssl rsa -in f -noout $R |
openssl rsa -in k -traditional -aes192 $W > f; cat c >> f             | openssl rsa -in f -noout $R |
openssl rsa -in k -traditional -aes256 $W > f; cat c >> f             | openssl rsa -in f -noout $R |
openssl rsa -in k -traditional -des3 $W > f; cat c >> f               | openssl rsa -in f -noout $R |
openssl pkcs8 -topk8 -in k $W > f; cat c >> f                         | openssl pkey -in f -noout $R |
openssl pkcs8 -topk8 -in k -v2 aes-128-cbc $W > f; cat c >> f         | openssl pkey -in f -noout $R |
openssl pkcs8 -topk8 -in k -v2prf hmacWithSHA512 $W > f; cat c >> f   | openssl pkey -in f -noout $R |
openssl pkcs8 -topk8 -in k -scrypt $W > f; cat c >> f                 | openssl pkey -in f -noout $R |
openssl pkcs8 -topk8 -in k -v1 PBE-SHA1-3DES $W > f; cat c >> f       | openssl pkey -in f -noout $R |
iconv -f UTF-8 -t UTF-16 k > g; cat k c ¦ iconv -t UTF-16LE > f      | true       |
cat k c ¦ sed 's/$/\\n/' ¦ tr -d '\n' > f                           | true       |
cat k c ¦ tr '\n' ' ' > f                                            | true       |
cat k c ¦ base64 -w 0 > f                                            | true       |
$P -out g; printf '{"value":"%s"}' $(base64 -w 0 g) > f               | true       |
cat ec.k ec.c > f                                                     | openssl pkey -in f -noout | elliptic curve
cat ed.k ed.c > f                                                     | openssl pkey -in f -noout | Ed25519
cat pss.k pss.c > f                                                   | openssl pkey -in f -noout | RSA-PSS
openssl ec -in ec.k > f; cat ec.c >> f                                | openssl pkey -in f -noout | elliptic curve
cat other.k c > f                                                     | true       | does not belong
cat c > f                                                             | true       | no private key
cat k > f                                                             | true       | no certificate
openssl x509 -in c -outform DER > f                                   | true       | no private key
openssl rsa -in k -outform DER > f                                    | true       | no certificate
openssl ec -in ec.k -outform DER > f                                  | true       | no certificate
openssl crl2pkcs7 -nocrl -certfile c > f                              | true       | PKCS#7
openssl req -new -key k -subj /CN=x > f                               | true       | request for a certificate
$P -nokeys -out f                                                     | true       | no private key
head -c 900 c > f                                                     | false      | breaks off
$P -out g; head -c 1200 g > f                                         | false      | damaged
: > f                                                                 | false      | is empty
echo '<html>Bad gateway</html>' > f                                   | false      | HTML
"#;

/// What the rows are made of.
const PREPARED: &str = "
export PASS=pässwort W='-passout env:PASS' R='-passin env:PASS'
export P='openssl pkcs12 -export -inkey k -in c -passout env:PASS'
export P2='openssl pkcs12 -nodes -passin env:PASS -in' O='openssl pkcs12 -nodes -passin env:PASS -in f'
";

const KEYS: &str = "
set -e
self() { openssl req -x509 -new -nodes -days 30 -subj \"/CN=$1\" -keyout \"$1.k\" -out \"$1.c\" \"${@:2}\"; }
self own -newkey rsa:2048; mv own.k k; mv own.c c
self other -newkey rsa:2048
self ca -newkey rsa:2048; mv ca.c ca
self ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
self ed -newkey ed25519
self pss -newkey rsa-pss
";

fn shell(folder: &Path, script: &str) -> bool {
    let output = Command::new("bash")
        .args(["-c", &format!("{PREPARED}\n{script}")])
        .current_dir(folder)
        .output()
        .unwrap();
    output.status.success()
}

#[test]
fn what_openssl_opens_opens_here() {
    if foreign_program("openssl").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(shell(folder.path(), KEYS));
    let emulator = Emulator::start();
    let mut user = User::new();
    for (name, value) in [
        ("AZURE_AUTHORITY_HOST", emulator.authority()),
        ("AZURE_TENANT_ID", "contoso.onmicrosoft.com"),
        ("AZURE_CLIENT_ID", CLIENT_ID),
        ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "pässwort"),
        (
            "AZURE_CLIENT_CERTIFICATE_PATH",
            folder.path().join("f").to_str().unwrap(),
        ),
    ] {
        user.set(name, value);
    }
    let mut wrong = Vec::new();
    for [make, open, useless] in rows(FILES) {
        let [make, open] = [make, open].map(|script| script.replace('¦', "|"));
        if !shell(folder.path(), &format!("rm -f f; {make}; [ -e f ]")) {
            // This version of openssl cannot write it.
            continue;
        }
        let is_opened = shell(folder.path(), &open);
        let outcome = user.run("get-token --scope api://your-api-id/.default --no-cache");
        let said = format!("{outcome:?}");
        let expected = match (is_opened, useless) {
            (_, useless) if !useless.is_empty() => useless,
            (true, _) => OPENED,
            (false, _) => continue,
        };
        if !said.contains(expected) {
            wrong.push(format!("{make}: openssl {is_opened}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
