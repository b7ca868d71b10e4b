"""RFC 6962 section 2.1 written down as it stands there: recursive, slow, and sharing no code with `registry`."""

from hashlib import sha256


def split(n: int) -> int:
    """Return k, the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def mth(entries: list[bytes]) -> bytes:
    """MTH(D[n])."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return leaf(entries[0])
    k = split(len(entries))
    return node(mth(entries[:k]), mth(entries[k:]))


def path(m: int, entries: list[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: list[bytes]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return subproof(m, entries, whole=True)


def subproof(m: int, entries: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole=whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], whole=False), mth(entries[:k])]


def grown(m: int, n: int, hashes: list[bytes], old_root: bytes, *, whole: bool = True) -> tuple[bytes, bytes]:
    """Read SUBPROOF backwards: the old and the new root that a proof of the right length stands for."""
    if m == n:
        return (old_root, old_root) if whole else (hashes[0], hashes[0])
    k = split(n)
    if m <= k:
        old, new = grown(m, k, hashes[:-1], old_root, whole=whole)
        return old, node(new, hashes[-1])
    old, new = grown(m - k, n - k, hashes[:-1], old_root, whole=False)
    return node(hashes[-1], old), node(hashes[-1], new)


def path_length(m: int, n: int) -> int:
    if n == 1:
        return 0
    k = split(n)
    return 1 + (path_length(m, k) if m < k else path_length(m - k, n - k))


def proof_length(m: int, n: int, *, whole: bool = True) -> int:
    if m in {0, n}:
        return 0 if whole else 1
    k = split(n)
    return 1 + (proof_length(m, k, whole=whole) if m <= k else proof_length(m - k, n - k, whole=False))
