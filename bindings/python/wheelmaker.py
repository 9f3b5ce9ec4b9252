"""Makes the wheel: the package with the shared library and the tool inside, ``py3-none-PLATFORM``.

    python wheelmaker.py BUILD_FOLDER OUT_FOLDER

A PEP 517 backend, too: ``pip wheel bindings/python`` takes the build folder from PRM_BUILD. Nothing but Python's own
modules is needed. The build should have ``-Dbundled=true``; the platform is then manylinux by the glibc that the files
ask for, and else that of this machine.
"""

from __future__ import annotations

import base64
import hashlib
import os
import platform
import re
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

HERE = Path(__file__).resolve().parent
SYSTEM = re.compile(rb"^(lib(c|m|dl|rt|pthread)\.so\.\d|ld-linux.*)$")


def _setting(name: str) -> str:
    """A value of [project] in pyproject.toml."""
    text = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^%s = "(.*)"$' % re.escape(name), text[text.index("[project]") :], re.M)
    if not found:
        raise SystemExit("pyproject.toml has no %s" % name)
    return found.group(1)


def _binaries(build: Path) -> Dict[str, Path]:
    """Where in the package each built file goes."""
    return {"prm/libprm.so.0": build / "libprm.so.0", "prm/bin/prm": build / "tools" / "prm"}


def platform_tag(files: List[Path]) -> str:
    """The platform that the files run on."""
    machine = platform.machine()
    newest: Tuple[int, int] = (2, 5)
    for path in files:
        data = path.read_bytes()
        for name in re.findall(rb"[\w.+-]+\.so(?:\.\d+)+", data):
            if not SYSTEM.match(name) and not name.startswith(b"libprm.so"):
                return re.sub(r"[-.]", "_", sysconfig.get_platform())
        for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", data):
            newest = max(newest, (int(major), int(minor)))
    return "manylinux_%d_%d_%s" % (newest[0], newest[1], machine)


def _metadata() -> str:
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    return (
        "Metadata-Version: 2.1\nName: %s\nVersion: %s\nSummary: %s\nRequires-Python: %s\n"
        "Description-Content-Type: text/markdown\n\n%s"
        % (_setting("name"), _setting("version"), _setting("description"), _setting("requires-python"), readme)
    )


def make_wheel(build: Path, out: Path) -> Path:
    """Writes the wheel and returns its path. Equal inputs give equal bytes."""
    binaries = _binaries(build)
    for path in binaries.values():
        if not path.exists():
            raise SystemExit("wheelmaker: %s is not there; build it first" % path)
    tag = "py3-none-" + platform_tag(list(binaries.values()))
    stem = "%s-%s" % (_setting("name"), _setting("version"))
    info = stem + ".dist-info/"
    files = [path for path in sorted((HERE / "prm").rglob("*")) if path.suffix in (".py", ".typed")]
    contents: List[Tuple[str, bytes]] = [(path.relative_to(HERE).as_posix(), path.read_bytes()) for path in files]
    contents += [(name, path.read_bytes()) for name, path in binaries.items()]
    contents += [
        (info + "METADATA", _metadata().encode()),
        (
            info + "WHEEL",
            ("Wheel-Version: 1.0\nGenerator: wheelmaker\nRoot-Is-Purelib: false\nTag: %s\n" % tag).encode(),
        ),
        (
            info + "entry_points.txt",
            b"[pytest11]\nprm = prm.pytest_plugin\n\n[console_scripts]\nprm = prm.__main__:main\n",
        ),
    ]
    out.mkdir(parents=True, exist_ok=True)
    wheel = out / ("%s-%s.whl" % (stem, tag))
    record = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in contents:
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append("%s,sha256=%s,%d" % (name, digest, len(data)))
            _write(file, name, data)
        record.append(info + "RECORD,,")
        _write(file, info + "RECORD", ("\n".join(record) + "\n").encode())
    return wheel


def _write(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    mode = 0o755 if name in ("prm/bin/prm", "prm/libprm.so.0") else 0o644
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(entry, data)


# ---- PEP 517 ----


def build_wheel(
    wheel_directory: str, config_settings: Optional[Dict[str, Any]] = None, metadata_directory: Optional[str] = None
) -> str:
    """What pip calls."""
    build = os.environ.get("PRM_BUILD")
    if not build:
        raise SystemExit("set PRM_BUILD to the folder in which meson has built prm, or run ./dev wheel")
    return make_wheel(Path(build), Path(wheel_directory)).name


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(make_wheel(Path(sys.argv[1]), Path(sys.argv[2])))
