"""The binding's table of functions and structs says what prm.h says."""

import ctypes
import re

import prm._abi as abi
import pytest

POINTERS = re.compile(r"\*")


@pytest.fixture(scope="module")
def header(root):
    text = (root / "include" / "prm" / "prm.h").read_text(encoding="utf-8")
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


SCALARS = {
    "uint32_t": ctypes.c_uint32,
    "int32_t": ctypes.c_int32,
    "uint64_t": ctypes.c_uint64,
    "int64_t": ctypes.c_int64,
    "size_t": ctypes.c_size_t,
    "prm_status": ctypes.c_int32,
    "prm_text": abi.Text,
    "prm_decimal": abi.CDecimal,
    "void": None,
}
POINTED = {
    "int32_t": ctypes.c_int32,
    "uint32_t": ctypes.c_uint32,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "size_t": ctypes.c_size_t,
}


def expected(kind):
    """The ctypes type, or types, that a C type may be."""
    stars = kind.count("*")
    name = re.sub(r"\b(const|struct)\b|\*", " ", kind).split()[0]
    if stars == 0:
        return (SCALARS[name],)
    if stars == 2:
        return (ctypes.POINTER(ctypes.c_void_p),)
    if name == "char":
        return (ctypes.c_char_p,) if "const" in kind else (ctypes.c_void_p,)
    if name in abi.STRUCTS:
        return (ctypes.POINTER(abi.STRUCTS[name]),)
    if name in POINTED:
        return (ctypes.POINTER(POINTED[name]),)
    return (ctypes.c_void_p,)


def declarations(header):
    for match in re.finditer(r"PRM_API\s+(?:PRM_MUST_USE\s+)?([^;]*?)\b(prm_\w+)\(([^;]*)\);", header):
        kinds = [re.sub(r"\w+$", "", part.strip()) for part in match.group(3).split(",")]
        yield match.group(2), match.group(1), [kind for kind in kinds if kind.strip()]


def test_every_function_is_in_the_table(header):
    assert {name for name, _, _ in declarations(header)} == set(abi.FUNCTIONS)


def test_types_of_functions(header):
    for name, returns, kinds in declarations(header):
        restype, argtypes = abi.FUNCTIONS[name]
        assert restype in expected(returns), name
        assert len(kinds) == len(argtypes), name
        for place, (kind, argtype) in enumerate(zip(kinds, argtypes)):
            assert argtype in expected(kind), (name, place, kind)


def test_structs_have_the_fields_of_the_header(header):
    for name, struct in abi.STRUCTS.items():
        body = re.search(r"typedef struct %s \{(.*?)\} %s;" % (name, name), header, re.S).group(1)
        fields = [re.search(r"(\w+)(?:\[\w+\])?\s*$", part).group(1) for part in body.split(";") if part.strip()]
        assert [field[0] for field in struct._fields_] == fields, name
        for part, (field, kind) in zip(body.split(";"), struct._fields_):
            declared = part.split()[0]
            if declared in POINTED or declared in ("int32_t", "size_t"):
                assert kind is SCALARS[declared], (name, field)


def test_constants(header):
    values = {}
    for body in re.findall(r"enum(?: \w+)? \{(.*?)\}", header, re.S):
        values.update((name, int(value)) for name, value in re.findall(r"PRM_(\w+) = (\d+)", body))
    for name, value in vars(abi).items():
        if isinstance(value, int) and name in values:
            assert value == values[name], name
    for prefix in ("VALUE_", "COLUMN_", "LAYOUT_", "TICK_", "ORDER_", "E_"):
        assert {n for n in values if n.startswith(prefix)} == {n for n in vars(abi) if n.startswith(prefix)}
    assert len(values) > 40


def test_version(header):
    major, minor = (int(re.search(r"PRM_VERSION_%s (\d+)" % part, header).group(1)) for part in ("MAJOR", "MINOR"))
    assert abi.VERSION == (major, minor)
