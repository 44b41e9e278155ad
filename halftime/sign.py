"""Sign-offs of builds with Ed25519: keys, signing, and what a signature is worth.

``cryptography`` is imported where it is needed only, so that other commands start quickly.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from halftime import chain, history, provenance
from halftime.chain import Entry, canonical
from halftime.config import SigningKey
from halftime.errors import DataError, MachineError, UsageError
from halftime.hashing import file_sha256
from halftime.home import Home, machine_errors, utc_now

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DECISIONS = ("accept", "reject")
# In front of what is signed, so that a signature can never be taken for one of something else.
_PURPOSE = b"halftime sign-off 1\n"
_SIGNED = (
    "build_id",
    "manifest_sha256",
    "head",
    "role",
    "decision",
    "comment",
    "public_key",
    "signed_at",
    "actor",
)


@dataclass(frozen=True)
class SignOff:
    """A sign-off as it was checked; ``signer`` is None where the configuration knows no key."""

    number: int
    build_id: str
    role: str
    decision: str
    comment: str
    signed_at: str
    public_key: str
    signer: str | None
    note: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return dict(self.__dict__)


def new_key(path: Path) -> str:
    """Write a new private key (PEM, 0600) and return its public key as 64 hexadecimal digits."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(
            f"{path} is there already.", hint="A key is never written over; choose another name."
        ) from error
    except OSError as error:
        raise MachineError(
            f"Could not write {path}: {error.strerror}.", hint="Check the folder and its rights."
        ) from error
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return _public(key)


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _read_key(path: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        content = path.read_bytes()
        if path.stat().st_mode & 0o077:
            raise UsageError(
                f"The private key {path} can be read by others.", hint=f"chmod 600 {path}"
            )
        key = serialization.load_pem_private_key(content, password=None)
    except OSError as error:
        raise UsageError(
            f"The private key {path} cannot be read: {error.strerror}.",
            hint="Make one with: halftime sign --new-key FILE",
        ) from error
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{path} holds no private key that can be read (PEM, without a password).",
            hint="Make one with: halftime sign --new-key FILE",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"The key in {path} is not of the kind Ed25519.", hint="Make a new one.")
    return key


def sign(
    home: Home,
    build_id: str,
    key_file: Path,
    *,
    role: str,
    decision: str,
    comment: str,
    keys: Sequence[SigningKey],
) -> Entry:
    """Add a signed decision about a published build to the chain; under the lock of the home.

    What is signed is the manifest as it lies there, and the head of the chain before. Raises
    :class:`DataError` where that manifest is not the one that the chain knows, or a file of the
    build is not the one of the manifest.
    """
    if decision not in DECISIONS:
        raise UsageError(
            f"The decision is '{decision}'.", hint=f"Use one of: {', '.join(DECISIONS)}."
        )
    private_key = _read_key(key_file)
    public_key = _public(private_key)
    for known in keys:
        if known.public_key == public_key and known.role != role:
            raise UsageError(
                f"The key of {known.name} is for the role '{known.role}', not for '{role}'.",
                hint="Mend --role, or 'sign: keys:' in the configuration.",
            )
    body = {
        "build_id": build_id,
        "manifest_sha256": _manifest_to_sign(home, build_id),
        "head": chain.head(home),
        "role": role,
        "decision": decision,
        "comment": comment.encode("utf-8", "replace").decode(),
        "public_key": public_key,
        "signed_at": utc_now().isoformat(),
        "actor": provenance.actor(),
    }
    signature = private_key.sign(_PURPOSE + canonical(body).encode())
    return chain.append(home, "sign-off", {**body, "signature": signature.hex()})


def _manifest_to_sign(home: Home, build_id: str) -> str:
    history.adopt(home)
    known = history.state_of(chain.entries(home)).builds.get(build_id)
    if known is None or known.is_gone:
        raise UsageError(
            f"There is no published build '{build_id}' in {home.root}.",
            hint="See 'halftime status'.",
        )
    with machine_errors("read the manifest"):
        digest = history.manifest_sha256(home, build_id)
    if digest != known.manifest_sha256:
        raise DataError(
            f"The manifest of {build_id} is not the one that was published; nothing was signed.",
            hint="See 'halftime verify'.",
        )
    _refuse_changed_files(home, build_id)
    return digest


def _refuse_changed_files(home: Home, build_id: str) -> None:
    """Raise where a file is not the one of the manifest: a signature vouches for the files too."""
    folder = home.published / build_id
    with machine_errors("read the published build"):
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        for name, said in files.items():
            if not (folder / name).is_file() or file_sha256(folder / name) != said["sha256"]:
                raise DataError(
                    f"{name} of {build_id} is not the one that was published; nothing was signed.",
                    hint="See 'halftime verify'.",
                )


def is_valid(body: dict[str, Any]) -> bool:
    """Tell whether a sign-off was signed, as it stands, by the key that it names."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(body["public_key"]))
        signed = {name: body[name] for name in _SIGNED}
        key.verify(bytes.fromhex(body["signature"]), _PURPOSE + canonical(signed).encode())
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return set(body) == {*_SIGNED, "signature"}


def read_sign_off(
    entry: Entry, keys: Sequence[SigningKey], builds: dict[str, history.Known]
) -> SignOff:
    """Return a sign-off whose signature is valid, with who signed and what limits its worth."""
    body = entry.body
    signer = next((key for key in keys if key.public_key == body["public_key"]), None)
    build = builds.get(body["build_id"])
    note = None
    if signer is None:
        note = "the key is unknown: " + (
            "'sign: keys:' of the configuration does not name it"
            if keys
            else "no 'sign: keys:' was read; name the configuration with --config"
        )
    elif signer.role != body["role"]:
        note = f"the key is for the role '{signer.role}'"
    elif build is None or build.is_gone:
        note = "the build was removed since"
    elif build.manifest_sha256 != body["manifest_sha256"]:
        note = "it is about the build as it was before it was rewritten"
    return SignOff(
        number=entry.number,
        build_id=body["build_id"],
        role=body["role"],
        decision=body["decision"],
        comment=body["comment"],
        signed_at=body["signed_at"],
        public_key=body["public_key"],
        signer=signer.name if signer and signer.role == body["role"] else None,
        note=note,
    )
