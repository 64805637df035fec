"""Verifies codes of tickets as docs/ticket-code.md describes them, with no code of this project.

Reads a JSON object: show_id, keys (hexadecimal), door_list (pass id to generation) and codes. Prints a result for each code.
"""
import json, struct, sys, uuid
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

def base45(text):
    digits = [ALPHABET.index(character) for character in text]
    numbers = [a + 45 * b + 2025 * c for a, b, c in zip(digits[::3], digits[1::3], digits[2::3])]
    return b"".join(number.to_bytes(2, "big") for number in numbers)

def is_signed(key, code):
    try:
        VerifyKey(key).verify(b"ticketing ticket code" + code[:38], code[38:])
        return True
    except BadSignatureError:
        return False

def result(text, show, keys, door_list):
    try:
        code = base45(text) if len(text) == 153 else b""
    except (ValueError, OverflowError):
        code = b""
    if len(code) != 102 or code[0] != 1:
        return "unknown"
    show_id, key_id, pass_id, generation = struct.unpack(">16sB16sI", code[1:38])
    if show_id != show:
        return "other_show"
    present = door_list.get(str(uuid.UUID(bytes=pass_id)))
    if present is None or not any(key[0] == key_id and is_signed(key, code) for key in keys):
        return "unknown"
    return "replaced" if generation < present else "admitted"

door = json.load(sys.stdin)
show, keys = uuid.UUID(door["show_id"]).bytes, [bytes.fromhex(key) for key in door["keys"]]
print("\n".join(result(code, show, keys, door["door_list"]) for code in door["codes"]))
