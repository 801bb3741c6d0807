"""Who is shown a challenger: by hash, so that nobody changes sides and one test says nothing of the next."""

from hashlib import blake2b


def is_assigned(user_id: str, experiment: str, share: float) -> bool:
    """Whether this person is among the `share` (0..1) of all people shown the experiment's challenger."""
    digest = blake2b(f"{experiment}\0{user_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64
