"""Reads our exports with libsodium, and writes those of the .NET tool of the same name.

`exports.py open PASSPHRASE` reads an export on stdin and prints what is in it.
`exports.py older PASSPHRASE` reads JSON on stdin and prints it in that tool's container.
"""

import base64
import os
import re
import sys

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from nacl import pwhash
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt


def open_export(passphrase, text):
    lines = text.splitlines()
    assert lines[0] == "entra-auth-cli export 1", lines[0]
    assert lines[-1] == "end", lines[-1]
    memory, passes, lanes, salt = re.fullmatch(
        r"argon2id m=(\d+) t=(\d+) p=(\d+) salt=(\S+)", lines[1]
    ).groups()
    # libsodium knows no other number of lanes.
    assert lanes == "1", lanes
    nonce = re.fullmatch(r"xchacha20-poly1305 nonce=(\S+)", lines[2]).group(1)
    key = pwhash.argon2id.kdf(
        32,
        passphrase,
        base64.b64decode(salt),
        opslimit=int(passes),
        memlimit=int(memory) * 1024,
    )
    header = "".join(line + "\n" for line in lines[:3]).encode()
    sealed = base64.b64decode("".join(lines[3:-1]))
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed, header, base64.b64decode(nonce), key
    )


def older(passphrase, content):
    salt, vector = os.urandom(32), os.urandom(16)
    key = PBKDF2HMAC(hashes.SHA256(), 32, salt, 100_000).derive(passphrase)
    padder = padding.PKCS7(128).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    padded = padder.update(content) + padder.finalize()
    return base64.b64encode(salt + vector + encryptor.update(padded) + encryptor.finalize())


command, passphrase = sys.argv[1], sys.argv[2].encode()
if command == "open":
    sys.stdout.buffer.write(open_export(passphrase, sys.stdin.read()))
else:
    sys.stdout.buffer.write(older(passphrase, sys.stdin.buffer.read()))
